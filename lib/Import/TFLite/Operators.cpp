//===- Operators.cpp - The operators of a subgraph, in order -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include <map>

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

/// Operators that may be imported in all, so that calls and loops end.
constexpr size_t kMaxOperators = 200'000;

/// The handler of an operator, or null.
static const Handler *findHandler(const Operator &op) {
  for (ArrayRef<Handler> handlers :
       {getBlockHandlers(), getConvolutionHandlers(), getElementwiseHandlers(),
        getLSTMHandlers(), getPoolingHandlers(), getQuantizationHandlers(),
        getRNNHandlers(), getReshapingHandlers(), getSlicingHandlers(),
        getStateHandlers(), getSubgraphHandlers(), getSvdfHandlers()})
    for (const Handler &handler : handlers)
      if (handler.code == op.code && op.version <= handler.maxVersion)
        return &handler;
  return nullptr;
}

LogicalResult tflite::checkSupported(const Model &model, size_t subgraph,
                                     Location loc) {
  std::map<std::string, unsigned> counts;
  SmallVector<size_t> reached{subgraph};
  llvm::SmallBitVector isReached(model.subgraphs.size());
  isReached.set(subgraph);
  for (size_t next = 0; next < reached.size(); ++next)
    for (const Operator &op : model.subgraphs[reached[next]].operators) {
      if (!findHandler(op))
        ++counts[getOperatorName(op) + " version " +
                 std::to_string(op.version)];
      for (int32_t called : getCalledSubgraphs(op))
        if (called >= 0 && size_t(called) < model.subgraphs.size() &&
            !isReached.test(called)) {
          isReached.set(called);
          reached.push_back(called);
        }
    }
  if (counts.empty())
    return success();
  InFlightDiagnostic error = emitError(loc) << "operators that quantc does not "
                                               "support: ";
  llvm::interleaveComma(counts, error, [&](const auto &entry) {
    error << entry.second << " x " << entry.first;
  });
  return error << "; replace them in the network before converting it";
}

static LogicalResult checkOperands(const Operator &op, const Handler &handler,
                                   NetworkBuilder &b,
                                   const TensorValues &values) {
  size_t inputs = op.inputs.size();
  if (inputs < handler.minInputs || inputs > handler.maxInputs)
    return b.emitError() << getOperatorName(op) << " has " << inputs
                         << " inputs";
  if (handler.numOutputs != kAnyNumber &&
      op.outputs.size() != handler.numOutputs)
    return b.emitError() << getOperatorName(op) << " has " << op.outputs.size()
                         << " outputs";
  for (auto [i, index] : llvm::enumerate(op.inputs))
    if (index < 0 && (i < handler.minInputs || handler.maxInputs == kAnyNumber))
      return b.emitError() << getOperatorName(op) << " has no input " << i;
  for (int32_t index : op.outputs)
    if (values.has(index) && !values.network.tensors[index].isVariable)
      return b.emitError() << getOperatorName(op) << " writes '"
                           << getTensorName(values.getTensor(index))
                           << "', which is a constant, an input, or was "
                              "written before";
  return success();
}

static LogicalResult importOperator(Session &session, const Operator &op,
                                    unsigned index, TensorValues &values) {
  const Handler *handler = findHandler(op);
  Node node(session, op, index, handler, values);
  node.enter();
  if (++session.numOperators > kMaxOperators)
    return node.emitError() << "comes after " << kMaxOperators
                            << " others, subgraphs counted at every call; no "
                               "more are imported";
  if (!handler)
    return node.emitError() << "version " << op.version
                            << " is not supported; replace it in the network "
                               "before converting it";
  if (failed(checkOperands(op, *handler, session.b, values)))
    return failure();
  FailureOr<bool> folded = foldOperator(node);
  if (failed(folded) || *folded)
    return failure(failed(folded));
  session.b.setScheme(getWeightScheme(node));
  LogicalResult imported = handler->import(node);
  session.b.setScheme("");
  return imported;
}

LogicalResult tflite::importOperators(Session &session, TensorValues &values) {
  for (auto [index, op] : llvm::enumerate(values.network.operators))
    if (failed(importOperator(session, op, index, values)))
      return failure();
  keepVariableTensors(session, values);
  return success();
}
