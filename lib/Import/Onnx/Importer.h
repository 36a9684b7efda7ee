//===- Importer.h - Nodes to networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What the functions that import one kind of node work with. A tensor of the
/// file is known at import (weights, shapes) or made by the network; 8-bit
/// tensors are kept as the real numbers that they stand for.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_ONNX_IMPORTER_H
#define QUANTC_LIB_IMPORT_ONNX_IMPORTER_H

#include "Graph.h"
#include "quantc/Import/Host/HostTensor.h"
#include "quantc/Import/NetworkBuilder.h"

#include <functional>
#include <memory>
#include <vector>

namespace quantc::onnximport {

using namespace host;

struct Tensor;

/// A tensor that DynamicQuantizeLinear makes: its activations stay real here,
/// so the numbers of the file are `value` * scale^exponent with a scale that
/// only the running network knows. Products in which the scale cancels are
/// ordinary tensors again. Whatever else reads such a tensor gets the numbers
/// of the file, which the network then computes.
struct DynamicScale {
  /// The output y_scale.
  std::string source;
  int exponent = 0;
  /// Builds the tensor as the file has it. It has no value after an error.
  std::function<Tensor()> compute;
};

/// What a name of the file stands for.
struct Tensor {
  /// Element type in the file.
  ElementType type = ElementType::Float32;
  /// Integers of 4 bits; `type` is that of 8 bits.
  bool isNibble = false;
  /// The elements, if they are known.
  std::shared_ptr<const Array> constant;
  /// The tensor in the network; of a constant, made when first asked for.
  mlir::Value value;
  /// If given, the file's tensor holds integers, and `value` holds the real
  /// numbers that they stand for.
  std::optional<QuantizationParams> params;
  std::optional<DynamicScale> dynamic;
  /// What `dynamic` computes, made when first asked for.
  std::shared_ptr<Tensor> computed;
};

using Tensors = llvm::StringMap<Tensor>;

/// Imports the nodes of a branch; gives what its outputs are.
using BranchImporter = llvm::function_ref<mlir::FailureOr<std::vector<Tensor>>(
    const onnx::GraphProto &)>;

/// One node while it is imported. Errors are at the node.
class Node {
public:
  /// `foldedBytes` counts the bytes of all computed constants.
  Node(NetworkBuilder &b, Tensors &tensors, const onnx::NodeProto &proto,
       int64_t version, llvm::StringRef directory, size_t &foldedBytes,
       BranchImporter importBranch)
      : b(b), version(version), importBranch(importBranch), proto(proto),
        tensors(tensors), directory(directory), foldedBytes(foldedBytes) {}

  NetworkBuilder &b;
  /// Of the operator set.
  const int64_t version;
  /// For graphs among the attributes.
  const BranchImporter importBranch;

  llvm::StringRef getOp() const { return proto.op_type(); }
  mlir::InFlightDiagnostic emitError();
  /// True if an error was reported through this object.
  bool hasFailed() const { return failed; }

  //===--------------------------------------------------------------------===//
  // Inputs
  //===--------------------------------------------------------------------===//

  int getNumInputs() const { return proto.input_size(); }
  bool has(int input) const;
  llvm::StringRef getInputName(int input) const { return proto.input(input); }
  /// The tensor, null after an error if it is not there. One with a dynamic
  /// scale is computed, unless this node keeps such scales.
  Tensor *tensor(int input);
  /// Tensors with dynamic scales are read as they are from here on, or not.
  void keepDynamic(bool keep) { keepsDynamic = keep; }
  /// As a value of the network; null after an error.
  mlir::Value value(int input);
  /// Null without an error if the input is not given.
  mlir::Value optional(int input);
  /// All inputs as values; an empty list after an error.
  llvm::SmallVector<mlir::Value> values();
  /// The elements if they are known, else null without an error.
  const Array *constant(int input);
  /// Elements that have to be known: an error names `what`.
  const Array *require(int input, llvm::StringRef what);
  mlir::FailureOr<llvm::SmallVector<int64_t>> ints(int input,
                                                   llvm::StringRef what);
  /// The only element of an input of integers or of numbers.
  mlir::FailureOr<int64_t> integer(int input, llvm::StringRef what);
  mlir::FailureOr<double> real(int input, llvm::StringRef what);
  /// Sizes of the input; its tensor exists.
  Shape shape(int input);

  //===--------------------------------------------------------------------===//
  // Attributes. One of a wrong type is an error and counts as absent.
  //===--------------------------------------------------------------------===//

  bool hasAttr(llvm::StringRef name) const;
  int64_t getInt(llvm::StringRef name, int64_t otherwise);
  double getFloat(llvm::StringRef name, double otherwise);
  std::string getString(llvm::StringRef name, llvm::StringRef otherwise);
  llvm::SmallVector<int64_t> getInts(llvm::StringRef name);
  llvm::SmallVector<double> getFloats(llvm::StringRef name);
  std::vector<std::string> getStrings(llvm::StringRef name);
  /// The array of a tensor attribute, nullopt if absent or after an error;
  /// `isNibble` says whether it has elements of 4 bits.
  std::optional<Array> getTensor(llvm::StringRef name,
                                 bool *isNibble = nullptr);
  /// Null if absent or after an error.
  const onnx::GraphProto *getGraph(llvm::StringRef name);
  /// Integers that an old operator set has as an attribute and a newer one as
  /// an input; nullopt if neither is given.
  mlir::FailureOr<std::optional<llvm::SmallVector<int64_t>>>
  getIntsOrInput(llvm::StringRef name, int input);

  /// `axis` from the front; an error if there is none such.
  mlir::FailureOr<int64_t> getAxis(int64_t axis, int64_t rank);

  //===--------------------------------------------------------------------===//
  // Results
  //===--------------------------------------------------------------------===//

  int getNumResults() const { return proto.output_size(); }
  bool isUsed(int result) const;
  llvm::StringRef getResultName(int result) const {
    return result < proto.output_size() ? llvm::StringRef(proto.output(result))
                                        : "";
  }
  /// Fails if `value` is null: the builder has reported it.
  llvm::LogicalResult setResult(int result, mlir::Value value);
  llvm::LogicalResult setResult(int result, mlir::Value value,
                                ElementType type);
  llvm::LogicalResult setResult(int result, Array value, bool isNibble = false);
  llvm::LogicalResult setResult(int result, Tensor tensor);
  /// A tensor without elements, of input 0's type. It is a constant: what joins
  /// it with other tensors leaves it out.
  llvm::LogicalResult setEmptyResult(int result, llvm::ArrayRef<int64_t> shape);
  /// Results are integers with `params`, as those of operations that only move
  /// the elements of quantized tensors.
  void quantizeResults(QuantizationParams params, ElementType type);
  bool quantizesResults() const { return resultParams.has_value(); }
  /// What the number `code` of a node's attribute or input stands for: itself,
  /// or where results are quantized, a real number.
  double toReal(double code) const;
  /// The parameters of results, null if they are not quantized.
  const QuantizationParams *getResultParams() const {
    return resultParams ? &*resultParams : nullptr;
  }

private:
  const onnx::AttributeProto *find(llvm::StringRef name, int type);

  const onnx::NodeProto &proto;
  Tensors &tensors;
  llvm::StringRef directory;
  size_t &foldedBytes;
  bool failed = false;
  bool keepsDynamic = false;
  std::optional<QuantizationParams> resultParams;
  ElementType resultType = ElementType::Int8;
};

/// The tensor without a dynamic scale: `tensor` itself, or what is computed in
/// its place. Null after an error.
Tensor *resolveDynamic(Tensor &tensor);

/// The value of a tensor, made if it is a constant. Null after an error.
mlir::Value materialize(NetworkBuilder &b, Tensor &tensor,
                        llvm::StringRef name);

/// True if both stand for the same numbers.
bool isSame(const QuantizationParams &a, const QuantizationParams &b);

/// How a node's quantized inputs are read.
enum class Integers {
  /// They are an error: the operation computes with numbers.
  Refuse,
  /// The operation moves or selects elements, or compares them with numbers of
  /// their kind: results have the parameters.
  Move,
  /// The operation sees the order of elements only.
  Order,
  /// The operation defines itself what integers stand for.
  Own,
  /// The same, and it knows what to do with dynamic scales.
  Dynamic,
};

using ImportFunction = llvm::LogicalResult (*)(Node &);
struct Handler {
  ImportFunction import = nullptr;
  Integers integers = Integers::Refuse;
};
/// By name; operations of other domains are "<domain>.<name>".
using Handlers = llvm::StringMap<Handler>;

/// The operations that are imported: all of those below.
void addHandlers(Handlers &handlers);

void addActivationHandlers(Handlers &handlers);
void addBlockHandlers(Handlers &handlers);
void addControlHandlers(Handlers &handlers);
void addConvHandlers(Handlers &handlers);
void addDynamicHandlers(Handlers &handlers);
void addIndexHandlers(Handlers &handlers);
void addIntegerHandlers(Handlers &handlers);
void addMathHandlers(Handlers &handlers);
void addMoveHandlers(Handlers &handlers);
void addNormalizationHandlers(Handlers &handlers);
void addPoolHandlers(Handlers &handlers);
void addPositionHandlers(Handlers &handlers);
void addQLinearHandlers(Handlers &handlers);
void addQuantizeHandlers(Handlers &handlers);
void addRecurrentHandlers(Handlers &handlers);
void addReduceHandlers(Handlers &handlers);
void addResizeHandlers(Handlers &handlers);
void addSampleHandlers(Handlers &handlers);
void addShapeHandlers(Handlers &handlers);
void addSliceHandlers(Handlers &handlers);

} // namespace quantc::onnximport

#endif // QUANTC_LIB_IMPORT_ONNX_IMPORTER_H
