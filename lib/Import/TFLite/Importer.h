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
/// Inside a network every tensor of float32, int8, uint8 or int16 is a tensor
/// of reals (f32). One with parameters is behind quant.dcast: the reals are
/// those that the file's integers stand for. So a handler builds the same
/// operations for float and quantized networks; `setResult` adds the result's
/// parameters. A tensor of these integers without parameters has scale 1 and
/// zero point 0. int32 and int64 are i32.
///
/// Tensors of float32, integers and booleans that are computed from constants
/// and shapes are computed here (`foldOperator`), so that they can be shapes in
/// turn, and may be empty. Operators on anything else are built.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_IMPORTER_H
#define QUANTC_LIB_IMPORT_TFLITE_IMPORTER_H

#include "Model.h"
#include "quantc/Import/Host/HostTensor.h"
#include "quantc/Import/NetworkBuilder.h"

namespace quantc::tflite {

struct State;
struct Session;

/// What is known of a tensor while operators are imported.
struct TensorSlot {
  /// The tensor in the network; of a constant, made when first asked for.
  mlir::Value value;
  /// The elements, if they are known now. May be empty.
  std::shared_ptr<const Array> known;
  /// The constant of the calling subgraph that a subgraph's input is.
  const Tensor *constant = nullptr;
  /// What a resource refers to.
  State *state = nullptr;

  bool isEmpty() const { return !value && !known && !constant && !state; }
};

/// Values of the tensors of one subgraph, and constants on demand.
class TensorValues {
public:
  TensorValues(const Network &network, Session &session)
      : network(network), session(session), slots(network.tensors.size()) {}

  const Network &network;

  const Tensor &getTensor(int32_t index) const {
    const Tensor *constant = slots[index].constant;
    return constant ? *constant : network.tensors[index];
  }
  /// Null after an error.
  mlir::Value get(int32_t index);
  /// The same, but null and no error for what has not been built.
  mlir::Value find(int32_t index) const { return slots[index].value; }
  void set(int32_t index, mlir::Value value) {
    slots[index] = TensorSlot();
    slots[index].value = value;
  }
  /// True if the elements are few and known now. Those of quantized types are
  /// never: they are reals in the network.
  bool isKnown(int32_t index) const;
  /// True if the tensor is known to have no elements.
  bool isEmpty(int32_t index) const;
  /// Those elements; null if they are not known.
  const Array *getKnown(int32_t index);
  /// Fails if more has been computed than a file should need.
  mlir::LogicalResult setKnown(int32_t index, Array array);
  bool has(int32_t index) const {
    return !slots[index].isEmpty() || network.tensors[index].isConstant;
  }
  /// All that is known, for another subgraph. Failure after an error if it is
  /// nothing.
  mlir::FailureOr<TensorSlot> getSlot(int32_t index);
  void setSlot(int32_t index, TensorSlot slot) {
    slots[index] = std::move(slot);
  }

private:
  Session &session;
  std::vector<TensorSlot> slots;
};

/// The elements of a tensor's value (real numbers, where the file has quantized
/// ones), or null for types without one.
mlir::Type getElementType(NetworkBuilder &b, schema::TensorType type);

/// The type of elements that are computed at import, nullopt for types of which
/// none are.
std::optional<ElementType> getHostType(schema::TensorType type);

/// Parameters of a tensor of an integer type.
QuantizationParams getParams(const Tensor &tensor);

/// The real numbers or integers of a constant. Null after an error.
mlir::Value buildConstant(NetworkBuilder &b, const Tensor &tensor);

struct Handler;

/// The operator being imported. Checks of its operands' numbers are behind it.
class Node {
public:
  Node(Session &session, const Operator &op, unsigned index,
       const Handler *handler, TensorValues &values);

  Session &session;
  NetworkBuilder &b;

  schema::Code getCode() const { return op.code; }
  const Operator &getOp() const { return op; }
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
  /// Has diagnostics name this operator, after others were imported.
  void enter() const;

  /// Input `i`, or null (after an error, unless the input is not there). A
  /// float tensor that was dequantized comes from behind a border: the operator
  /// computes in float.
  mlir::Value get(unsigned i);
  /// The same without a border.
  mlir::Value getOwn(unsigned i) {
    return hasInput(i) ? values.get(op.inputs[i]) : mlir::Value();
  }
  llvm::SmallVector<mlir::Value> getAll();
  /// The type that input `i`, which is there, has in the file; of a constant
  /// behind DEQUANTIZE, that of the constant.
  schema::TensorType getStoredType(unsigned i) const;
  /// The elements of input `i` if they are known now, else null.
  const Array *getKnown(unsigned i) {
    return hasInput(i) ? values.getKnown(op.inputs[i]) : nullptr;
  }
  /// True if input `i` is known to have no elements.
  bool isEmpty(unsigned i) const {
    return hasInput(i) && values.isEmpty(op.inputs[i]);
  }
  /// True if the elements of every input are known now.
  bool areInputsKnown() const;
  /// The sizes of input `i`; those of known ones may be 0.
  mlir::FailureOr<host::Shape> getShape(unsigned i);
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
  /// From here on, the variable tensor that is input `i` holds `value`.
  void setState(unsigned i, mlir::Value value) {
    values.set(op.inputs[i], value);
  }
  /// All that is known of input `i`, which is there.
  mlir::FailureOr<TensorSlot> getSlot(unsigned i) {
    return values.getSlot(op.inputs[i]);
  }
  /// Output `i` is what `slot` says, which another subgraph calls `from`.
  mlir::LogicalResult setSlot(unsigned i, TensorSlot slot, const Tensor &from);
  /// Output `i` has these elements, of the output's type.
  mlir::LogicalResult setKnown(Array elements, unsigned i = 0);

  mlir::InFlightDiagnostic emitError() const {
    return b.emitError() << getOperatorName(op) << " ";
  }
  /// For operators that mean nothing without options.
  mlir::LogicalResult refuseMissingOptions() const {
    return emitError() << "has no options: the file is damaged";
  }

private:
  mlir::Value applyParams(mlir::Value value, const Tensor &tensor);
  mlir::LogicalResult checkShape(const Tensor &tensor,
                                 llvm::ArrayRef<int64_t> shape) const;

  const Operator &op;
  const unsigned index;
  /// Null if no version of the operator is supported.
  const Handler *const handler;
  TensorValues &values;
};

/// True if `shape` is what the file says of `tensor`, as far as it knows.
bool hasShape(const Tensor &tensor, llvm::ArrayRef<int64_t> shape);

/// Fails, with an error that says what `tensor` and `from` are to do with each
/// other (`verb`), unless both have the same type and parameters and `tensor`
/// may have the shape of `slot`.
mlir::LogicalResult checkSame(NetworkBuilder &b, const TensorSlot &slot,
                              const Tensor &from, const Tensor &tensor,
                              llvm::StringRef verb);

/// True for operators that change variable tensors among their inputs.
bool hasOwnState(schema::Code code);
/// True for those of them that compute all steps of a sequence.
bool computesSequence(schema::Code code);

/// Imports every operator of the subgraph.
mlir::LogicalResult importOperators(Session &session, TensorValues &values);

/// The subgraphs that `op` refers to, as the file has their numbers.
llvm::SmallVector<int32_t> getReferredSubgraphs(const Operator &op);
/// Those that it calls whatever its operands are.
llvm::SmallVector<int32_t> getCalledSubgraphs(const Operator &op);

/// Fails, naming them all, if `subgraph` or one that it certainly calls has
/// operators that are not imported.
mlir::LogicalResult checkSupported(const Model &model, size_t subgraph,
                                   mlir::Location loc);

/// Computes the outputs of `node` here if it knows the operator and all inputs
/// are known; of a shape, the sizes. False if the operator has to be built,
/// failure after an error.
mlir::FailureOr<bool> foldOperator(Node &node);

/// The scheme that the types of the operator's activation and constant weights
/// ask for (`NetworkBuilder::setScheme`), or nothing.
std::string getWeightScheme(const Node &node);

/// How operators of one code are imported.
struct Handler {
  schema::Code code;
  /// The newest version whose meaning is known.
  int32_t maxVersion;
  /// Numbers of operands; the optional ones are last.
  uint32_t minInputs, maxInputs;
  uint32_t numOutputs;
  mlir::LogicalResult (*import)(Node &node);
  /// The operand whose integers the kernels copy to the results, or choose or
  /// average, whatever the parameters of the results say; -1 if there is no
  /// such operand.
  int32_t copied = -1;
};

constexpr uint32_t kAnyNumber = UINT32_MAX;

// One table per file of handlers.
llvm::ArrayRef<Handler> getBlockHandlers();
llvm::ArrayRef<Handler> getConvolutionHandlers();
llvm::ArrayRef<Handler> getElementwiseHandlers();
llvm::ArrayRef<Handler> getLSTMHandlers();
llvm::ArrayRef<Handler> getPoolingHandlers();
llvm::ArrayRef<Handler> getQuantizationHandlers();
llvm::ArrayRef<Handler> getRNNHandlers();
llvm::ArrayRef<Handler> getReshapingHandlers();
llvm::ArrayRef<Handler> getSlicingHandlers();
llvm::ArrayRef<Handler> getStateHandlers();
llvm::ArrayRef<Handler> getSubgraphHandlers();
llvm::ArrayRef<Handler> getSvdfHandlers();

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_IMPORTER_H
