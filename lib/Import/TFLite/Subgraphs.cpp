//===- Subgraphs.cpp - Operators that call subgraphs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A called subgraph is imported in the place of the call. Branches and loops
/// are followed while the file is read, so their conditions have to be known.
///
//===----------------------------------------------------------------------===//

#include "Session.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

/// More calls within each other only waste the stack.
constexpr unsigned kMaxDepth = 16;
constexpr unsigned kMaxRounds = 10'000;
/// Of all calls together: each makes room for the tensors of its subgraph.
constexpr size_t kMaxTensors = 10'000'000;

namespace {
/// What is passed to a subgraph or comes back from one.
struct Operand {
  TensorSlot slot;
  const Tensor *tensor;
};
} // namespace

LogicalResult tflite::checkSame(NetworkBuilder &b, const TensorSlot &slot,
                                const Tensor &from, const Tensor &tensor,
                                StringRef verb) {
  auto refuse = [&] {
    return b.emitError() << "'" << getTensorName(from) << "' " << verb << " '"
                         << getTensorName(tensor) << "', ";
  };
  if (from.type != tensor.type)
    return refuse() << "but one is of type " << getTypeName(from.type)
                    << " and the other of type " << getTypeName(tensor.type);
  if (isQuantizedType(from.type)) {
    QuantizationParams a = getParams(from), c = getParams(tensor);
    if (a.scales != c.scales || a.zeroPoints != c.zeroPoints ||
        a.axis != c.axis)
      return refuse() << "but they have different scales or zero points";
  }
  std::optional<ArrayRef<int64_t>> shape;
  if (slot.known)
    shape = slot.known->shape;
  else if (slot.value)
    shape = NetworkBuilder::shapeOf(slot.value);
  if (shape && !hasShape(tensor, *shape)) {
    InFlightDiagnostic error = refuse() << "but one has shape [";
    llvm::interleaveComma(*shape, error);
    error << "] and the other [";
    llvm::interleaveComma(tensor.shape, error);
    return error << "]";
  }
  return success();
}

/// The results of subgraph number `index` for `operands`.
static FailureOr<SmallVector<Operand>> call(Node &node, int32_t index,
                                            ArrayRef<Operand> operands) {
  Session &session = node.session;
  if (index < 0 || size_t(index) >= session.model.subgraphs.size())
    return node.emitError() << "calls subgraph " << index << ", but there are "
                            << session.model.subgraphs.size();
  const Network &network = session.model.subgraphs[index];
  if (network.inputs.size() != operands.size())
    return node.emitError()
           << "passes " << operands.size() << " tensors to subgraph " << index
           << ", which takes " << network.inputs.size();
  if (session.depth == kMaxDepth)
    return node.emitError() << "calls subgraph " << index << " inside of "
                            << kMaxDepth << " others; no more are followed";
  session.numTensors += network.tensors.size();
  if (session.numTensors > kMaxTensors)
    return node.emitError() << "calls subgraph " << index << " once too often: "
                            << "the subgraphs called so far have more than "
                            << kMaxTensors << " tensors";
  TensorValues values(network, session);
  for (auto [input, operand] : llvm::zip(network.inputs, operands)) {
    if (values.has(input))
      return node.emitError() << "calls subgraph " << index << ", whose input '"
                              << getTensorName(network.tensors[input])
                              << "' is a constant, or an input twice";
    if (failed(checkSame(node.b, operand.slot, *operand.tensor,
                         network.tensors[input], "is passed as")))
      return failure();
    values.setSlot(input, operand.slot);
  }
  ++session.depth;
  if (failed(importOperators(session, values)))
    return failure();
  --session.depth;
  SmallVector<Operand> results;
  for (int32_t output : network.outputs) {
    FailureOr<TensorSlot> slot = values.getSlot(output);
    if (failed(slot))
      return failure();
    results.push_back(
        {*slot, slot->constant ? slot->constant : &network.tensors[output]});
  }
  node.enter();
  return results;
}

/// The inputs of the operator, from `first` on.
static FailureOr<SmallVector<Operand>> getOperands(Node &node, unsigned first) {
  SmallVector<Operand> operands;
  for (size_t i = first; i < node.getNumInputs(); ++i) {
    FailureOr<TensorSlot> slot = node.getSlot(i);
    if (failed(slot))
      return failure();
    operands.push_back({*slot, &node.getInput(i)});
  }
  return operands;
}

static LogicalResult setResults(Node &node,
                                FailureOr<SmallVector<Operand>> results,
                                int32_t subgraph) {
  if (failed(results))
    return failure();
  if (results->size() != node.getNumOutputs())
    return node.emitError()
           << "has " << node.getNumOutputs() << " outputs, but subgraph "
           << subgraph << " has " << results->size();
  for (auto [i, result] : llvm::enumerate(*results))
    if (failed(node.setSlot(i, result.slot, *result.tensor)))
      return failure();
  return success();
}

static LogicalResult importCallOnce(Node &node) {
  const auto *options = node.getFlat().options_as_CallOnce();
  if (!options)
    return node.refuseMissingOptions();
  bool outer = std::exchange(node.session.initializing, true);
  LogicalResult result = setResults(node, call(node, options->subgraph(), {}),
                                    options->subgraph());
  node.session.initializing = outer;
  return result;
}

static LogicalResult importComposite(Node &node) {
  const auto *options = node.getFlat().options2_as_Composite();
  if (!options)
    return node.refuseMissingOptions();
  FailureOr<SmallVector<Operand>> operands = getOperands(node, 0);
  if (failed(operands))
    return failure();
  return setResults(node, call(node, options->subgraph(), *operands),
                    options->subgraph());
}

/// The truth of `known`, which `node` needs now.
static FailureOr<bool> getCondition(Node &node, const Array *known) {
  if (!known)
    return node.emitError()
           << "has a condition that is computed at run time; only conditions "
              "of constants and shapes are supported: export the network "
              "without control flow";
  if (known->type != ElementType::Bool || known->elementCount() != 1)
    return node.emitError() << "has a condition that is not one boolean";
  return host::getInt(*known, 0) != 0;
}

static LogicalResult importIf(Node &node) {
  const auto *options = node.getFlat().options_as_If();
  if (!options)
    return node.refuseMissingOptions();
  FailureOr<bool> condition = getCondition(node, node.getKnown(0));
  FailureOr<SmallVector<Operand>> operands = getOperands(node, 1);
  if (failed(condition) || failed(operands))
    return failure();
  int32_t branch =
      *condition ? options->then_subgraph() : options->else_subgraph();
  return setResults(node, call(node, branch, *operands), branch);
}

static LogicalResult importWhile(Node &node) {
  const auto *options = node.getFlat().options_as_While();
  if (!options)
    return node.refuseMissingOptions();
  FailureOr<SmallVector<Operand>> operands = getOperands(node, 0);
  for (unsigned round = 0; succeeded(operands); ++round) {
    if (round == kMaxRounds)
      return node.emitError() << "goes on for more than " << kMaxRounds
                              << " rounds; no more are followed";
    FailureOr<SmallVector<Operand>> tested =
        call(node, options->condition_subgraph(), *operands);
    if (failed(tested))
      return failure();
    FailureOr<bool> condition = getCondition(
        node, tested->size() == 1 ? tested->front().slot.known.get() : nullptr);
    if (failed(condition))
      return failure();
    if (!*condition)
      return setResults(node, operands, options->body_subgraph());
    operands = call(node, options->body_subgraph(), *operands);
  }
  return failure();
}

SmallVector<int32_t> tflite::getCalledSubgraphs(const Operator &op) {
  SmallVector<int32_t> all = getReferredSubgraphs(op);
  // Which branch, and whether the body of a loop is run, depends.
  if (op.code == schema::Code_IF)
    all.clear();
  if (op.code == schema::Code_WHILE && !all.empty())
    all.resize(1);
  return all;
}

SmallVector<int32_t> tflite::getReferredSubgraphs(const Operator &op) {
  switch (op.code) {
  case schema::Code_CALL_ONCE:
    if (const auto *options = op.flat->options_as_CallOnce())
      return {options->subgraph()};
    break;
  case schema::Code_STABLEHLO_COMPOSITE:
    if (const auto *options = op.flat->options2_as_Composite())
      return {options->subgraph()};
    break;
  case schema::Code_IF:
    if (const auto *options = op.flat->options_as_If())
      return {options->then_subgraph(), options->else_subgraph()};
    break;
  case schema::Code_WHILE:
    if (const auto *options = op.flat->options_as_While())
      return {options->condition_subgraph(), options->body_subgraph()};
    break;
  default:
    break;
  }
  return {};
}

ArrayRef<Handler> tflite::getSubgraphHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_CALL_ONCE, 1, 0, 0, 0, importCallOnce},
      {schema::Code_IF, 1, 1, kAnyNumber, kAnyNumber, importIf},
      {schema::Code_STABLEHLO_COMPOSITE, 1, 0, kAnyNumber, kAnyNumber,
       importComposite},
      {schema::Code_WHILE, 1, 1, kAnyNumber, kAnyNumber, importWhile},
  };
  return kHandlers;
}
