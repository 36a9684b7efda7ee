//===- DescribeGraph.cpp - A quantized network as a graph -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DescribeGraph.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace quantc;

namespace {
/// A value: a node, or what is between the nodes that it is made of and it.
struct Partial {
  llvm::SetVector<size_t> sources;
  std::vector<std::string> operations;
  std::vector<WeightRanges> weights;

  void add(const Partial &other);
};

class Describer {
public:
  explicit Describer(llvm::function_ref<bool(StringRef)> isShown)
      : isShown(isShown) {}
  std::vector<GraphNode> run(func::FuncOp func);

private:
  void addNode(StringRef tensor, Value value, Partial made);
  void addOperation(Operation &op);

  llvm::function_ref<bool(StringRef)> isShown;
  DenseMap<Value, Partial> values;
  std::vector<GraphNode> nodes;
};
} // namespace

void Partial::add(const Partial &other) {
  sources.insert_range(other.sources);
  llvm::append_range(operations, other.operations);
  llvm::append_range(weights, other.weights);
}

/// The type that a constant is rounded to, or null.
static quant::QuantizedType getWeightType(Value value) {
  Type type;
  if (auto fakeQuant = value.getDefiningOp<ptq::FakeQuantOp>())
    type = fakeQuant.getQuantizedTensorType();
  else if (auto cast = value.getDefiningOp<quant::DequantizeCastOp>())
    type = cast.getInput().getType();
  return type ? dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(type))
              : quant::QuantizedType();
}

/// Weights, that is: biases and other constants of int32 clip nothing.
static std::optional<WeightRanges> findRanges(Value value) {
  constexpr unsigned kWidestWeight = 16;
  quant::QuantizedType type = getWeightType(value);
  if (!type || type.getStorageTypeIntegralWidth() > kWidestWeight)
    return std::nullopt;
  SmallVector<double> reals = ptq::getConstantReals(value);
  if (reals.empty())
    return std::nullopt;
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  WeightRanges ranges;
  SmallVector<double> scales;
  int64_t zeroPoint = 0;
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type)) {
    ranges.axis = perAxis.getQuantizedDimension();
    scales = ptq::getChannelScales(type, shape[ranges.axis]);
  } else if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type)) {
    scales.push_back(uniform.getScale());
    zeroPoint = uniform.getZeroPoint();
  }
  int64_t channels = ranges.axis < 0 ? 1 : shape[ranges.axis];
  int64_t inner =
      ranges.axis < 0
          ? reals.size()
          : ShapedType::getNumElements(shape.drop_front(ranges.axis + 1));
  ranges.least.assign(channels, HUGE_VALF);
  ranges.most.assign(channels, -HUGE_VALF);
  for (auto [index, real] : llvm::enumerate(reals)) {
    size_t channel = index / inner % channels;
    ranges.least[channel] = std::min(ranges.least[channel], float(real));
    ranges.most[channel] = std::max(ranges.most[channel], float(real));
  }
  for (double scale : scales) {
    ranges.gridLeast.push_back((type.getStorageTypeMin() - zeroPoint) * scale);
    ranges.gridMost.push_back((type.getStorageTypeMax() - zeroPoint) * scale);
  }
  return ranges;
}

void Describer::addNode(StringRef tensor, Value value, Partial made) {
  GraphNode node;
  node.tensor = tensor.str();
  node.operations = std::move(made.operations);
  node.sources.assign(made.sources.begin(), made.sources.end());
  node.weights = std::move(made.weights);
  values[value].sources.insert(nodes.size());
  nodes.push_back(std::move(node));
}

void Describer::addOperation(Operation &op) {
  Partial made;
  for (Value operand : op.getOperands()) {
    if (auto it = values.find(operand); it != values.end())
      made.add(it->second);
    else if (std::optional<WeightRanges> ranges = findRanges(operand))
      made.weights.push_back(std::move(*ranges));
  }
  // Constants, and what is computed of them.
  if (made.sources.empty())
    return;
  if (!isa<ptq::FakeQuantOp>(op))
    made.operations.push_back(op.getName().getStringRef().str());
  auto name = op.getAttrOfType<StringAttr>(ptq::kNameAttr);
  for (OpResult result : op.getResults())
    if (name && result.getResultNumber() == 0 && isShown(name))
      addNode(name, result, made);
    else
      values[result] = made;
}

std::vector<GraphNode> Describer::run(func::FuncOp func) {
  Block &body = func.getBody().front();
  for (Value input : body.getArguments())
    addNode(ptq::getTensorName(input), input, {});
  for (Operation &op : body.without_terminator())
    addOperation(op);
  return std::move(nodes);
}

std::vector<GraphNode>
quantc::describeGraph(func::FuncOp annotated,
                      llvm::function_ref<bool(StringRef)> isShown) {
  return Describer(isShown).run(annotated);
}
