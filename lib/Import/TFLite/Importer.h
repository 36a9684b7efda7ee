//===- Importer.h - What the handlers of operators use -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportTFLite: from a checked file to NetworkBuilder.
///
/// Inside a network every tensor of float32, int8 or uint8 is a tensor of reals
/// (f32). One with parameters is behind quant.dcast: the reals are those that
/// the file's integers stand for. So a handler builds the same operations for
/// float and quantized networks; `setResult` adds the result's parameters. An
/// int8 or uint8 tensor without parameters has scale 1 and zero point 0. int32
/// and int64 are i32.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_IMPORTER_H
#define QUANTC_LIB_IMPORT_TFLITE_IMPORTER_H

#include "Model.h"
#include "quantc/Import/NetworkBuilder.h"

namespace quantc::tflite {

/// Values of the tensors that have been built, and constants on demand.
class TensorValues {
public:
  TensorValues(const Network &network, NetworkBuilder &b)
      : network(network), b(b), values(network.tensors.size()) {}

  const Tensor &getTensor(int32_t index) const {
    return network.tensors[index];
  }
  /// Null after an error.
  mlir::Value get(int32_t index);
  void set(int32_t index, mlir::Value value) { values[index] = value; }
  bool has(int32_t index) const {
    return values[index] || network.tensors[index].isConstant;
  }

private:
  const Network &network;
  NetworkBuilder &b;
  std::vector<mlir::Value> values;
};

/// The elements of a tensor's value (real numbers, where the file has quantized
/// ones), or null for types without one.
mlir::Type getElementType(NetworkBuilder &b, schema::TensorType type);

/// Parameters of a tensor of an integer type.
QuantizationParams getParams(const Tensor &tensor);

/// The real numbers or integers of a constant. Null after an error.
mlir::Value buildConstant(NetworkBuilder &b, const Tensor &tensor);

struct Handler;

/// The operator being imported. Checks of its operands' numbers are behind it.
class Node {
public:
  Node(NetworkBuilder &b, const Operator &op, const Handler &handler,
       TensorValues &values)
      : b(b), op(op), handler(handler), values(values) {}

  NetworkBuilder &b;

  schema::Code getCode() const { return op.code; }
  const schema::Operator &getFlat() const { return *op.flat; }
  size_t getNumInputs() const { return op.inputs.size(); }
  size_t getNumOutputs() const { return op.outputs.size(); }
  bool hasInput(unsigned i) const {
    return i < op.inputs.size() && op.inputs[i] >= 0;
  }
  const Tensor &getInput(unsigned i) const {
    return values.getTensor(op.inputs[i]);
  }
  const Tensor &getOutput(unsigned i = 0) const {
    return values.getTensor(op.outputs[i]);
  }

  /// Input `i`, or null (after an error, unless the input is not there). A
  /// float tensor that was dequantized comes from behind a border: the operator
  /// computes in float.
  mlir::Value get(unsigned i);
  /// The same without a border.
  mlir::Value getOwn(unsigned i) {
    return hasInput(i) ? values.get(op.inputs[i]) : mlir::Value();
  }
  llvm::SmallVector<mlir::Value> getAll();
  /// The integers of input `i`, which has to be known now: shapes, axes. The
  /// error calls it `what`.
  mlir::FailureOr<llvm::SmallVector<int64_t>> getIntegers(unsigned i,
                                                          llvm::StringRef what);
  /// The same for one integer.
  mlir::FailureOr<int64_t> getInteger(unsigned i, llvm::StringRef what);

  /// Ends the operator: `value` is output `i`, with its shape, name and
  /// parameters.
  mlir::LogicalResult setResult(mlir::Value value, unsigned i = 0);
  /// The same behind a fused activation.
  mlir::LogicalResult setResult(mlir::Value value,
                                schema::Activation activation);
  mlir::LogicalResult setResults(llvm::ArrayRef<mlir::Value> results);

  mlir::InFlightDiagnostic emitError() const {
    return b.emitError() << getOperatorName(op) << " ";
  }
  /// For operators that mean nothing without options.
  mlir::LogicalResult refuseMissingOptions() const {
    return emitError() << "has no options: the file is damaged";
  }

private:
  mlir::Value applyParams(mlir::Value value, const Tensor &tensor);

  const Operator &op;
  const Handler &handler;
  TensorValues &values;
};

/// How operators of one code are imported.
struct Handler {
  schema::Code code;
  /// The newest version whose meaning is known.
  int32_t maxVersion;
  /// Numbers of operands; the optional ones are last.
  uint32_t minInputs, maxInputs;
  uint32_t numOutputs;
  mlir::LogicalResult (*import)(Node &node);
  /// The operand that the kernels copy to the results, integers as they are,
  /// whatever the parameters say; -1 if there is no such operand.
  int32_t copied = -1;
};

constexpr uint32_t kAnyNumber = UINT32_MAX;

// One table per file of handlers.
llvm::ArrayRef<Handler> getConvolutionHandlers();
llvm::ArrayRef<Handler> getElementwiseHandlers();
llvm::ArrayRef<Handler> getPoolingHandlers();
llvm::ArrayRef<Handler> getQuantizationHandlers();
llvm::ArrayRef<Handler> getReshapingHandlers();
llvm::ArrayRef<Handler> getSlicingHandlers();

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_IMPORTER_H
