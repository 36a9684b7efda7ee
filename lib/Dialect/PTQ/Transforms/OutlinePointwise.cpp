//===- OutlinePointwise.cpp - Functions of one number -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// In a chain of elementwise operations and splat constants, a result is a
/// function of some tensors before it: its sources. They form a chain, since a
/// result with several operands is a function of exactly the sources that all
/// of them have (the nearest is found as in a tree of dominators). Each
/// subgraph becomes as large as it can without computing anything twice.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/Pointwise.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQOUTLINEPOINTWISE
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

namespace {
/// The nearest source of every result that has one.
class Sources {
public:
  explicit Sources(Block &block) {
    for (Operation &op : block)
      if (Value source = computeSource(&op))
        nearest[op.getResult(0)] = source;
  }

  /// The nearest tensor that `value` is a function of, or null.
  Value lookup(Value value) const { return nearest.lookup(value); }

private:
  Value computeSource(Operation *op) const;
  Value commonSource(Value a, Value b) const;

  llvm::DenseMap<Value, Value> nearest;
};

/// The operations between a source and a result.
struct Subgraph {
  Value source;
  llvm::SmallSetVector<Operation *, 8> ops;
};
} // namespace

/// The nearest of `a` and its sources that is `b` or a source of it.
Value Sources::commonSource(Value a, Value b) const {
  llvm::SmallDenseSet<Value> ofB;
  for (; b; b = lookup(b))
    ofB.insert(b);
  while (a && !ofB.contains(a))
    a = lookup(a);
  return a;
}

Value Sources::computeSource(Operation *op) const {
  if (op->getNumResults() != 1 || !isPointwiseOp(op))
    return {};
  auto type = cast<ShapedType>(op->getResult(0).getType());
  Value source;
  for (Value operand : op->getOperands()) {
    if (isSplatConstant(operand))
      continue;
    source = source ? commonSource(source, operand) : operand;
    if (!source)
      return {};
  }
  // A constant that broadcasts the source to more positions is not elementwise.
  if (!source ||
      cast<ShapedType>(source.getType()).getShape() != type.getShape())
    return {};
  return source;
}

/// The operations on the way from `source` to `result`, or none if one of
/// their values has another use.
static std::optional<Subgraph> getSubgraph(Value source, Value result) {
  Subgraph graph{source, {}};
  SmallVector<Value> worklist{result};
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (value == source || isSplatConstant(value))
      continue;
    Operation *op = value.getDefiningOp();
    if (graph.ops.insert(op))
      llvm::append_range(worklist, op->getOperands());
  }
  for (Operation *op : graph.ops)
    if (op->getResult(0) != result &&
        !llvm::all_of(op->getUsers(), [&](Operation *user) {
          return graph.ops.contains(user);
        }))
      return std::nullopt;
  return graph;
}

/// True if `value` is the sum of which only a clamp, its activation function,
/// takes the accumulator. Behind the clamp it has fewer values to represent
/// (N130).
static bool isBeforeActivation(Value value) {
  auto producer =
      dyn_cast_if_present<QuantizableOpInterface>(value.getDefiningOp());
  return producer && producer.canReturnAccumulator(getScheme(producer)) &&
         value.hasOneUse() && isa<tosa::ClampOp>(*value.user_begin());
}

/// The largest subgraph that ends in `result`.
static std::optional<Subgraph> getLargestSubgraph(Value result,
                                                  const Sources &sources) {
  std::optional<Subgraph> largest;
  if (!isStaticFloatTensor(result))
    return largest;
  for (Value source = sources.lookup(result); source;
       source = sources.lookup(source))
    if (isStaticFloatTensor(source) && !isBeforeActivation(source))
      if (std::optional<Subgraph> graph = getSubgraph(source, result))
        largest = std::move(graph);
  // A clamp alone is the activation function of the operation before it.
  if (largest && largest->ops.size() == 1 &&
      isa<tosa::ClampOp>(largest->ops.front()))
    return std::nullopt;
  return largest;
}

/// Moves the subgraph into the body of a new ptq.pointwise.
static void outline(Operation *last, const Subgraph &graph) {
  OpBuilder builder(last);
  Value result = last->getResult(0);
  SmallVector<Operation *> ops(graph.ops.begin(), graph.ops.end());
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  SmallVector<Location> locations =
      llvm::map_to_vector(ops, [](Operation *op) { return op->getLoc(); });
  auto pointwise = PointwiseOp::create(builder, builder.getFusedLoc(locations),
                                       result.getType(), graph.source);
  if (Attribute name = last->getAttr(kNameAttr))
    pointwise->setAttr(kNameAttr, name);

  Block &body = pointwise.getBody().emplaceBlock();
  IRMapping mapping;
  mapping.map(graph.source,
              body.addArgument(graph.source.getType(), graph.source.getLoc()));
  builder.setInsertionPointToStart(&body);
  auto clone = [&](Operation *op) {
    builder.clone(*op, mapping)->removeAttr(kNameAttr);
  };
  for (Operation *op : ops) {
    for (Value operand : op->getOperands())
      if (!mapping.contains(operand))
        clone(operand.getDefiningOp());
    clone(op);
  }
  YieldOp::create(builder, last->getLoc(), mapping.lookup(result));

  result.replaceAllUsesWith(pointwise.getOutput());
  for (Operation *op : llvm::reverse(ops))
    op->erase();
}

namespace {
struct OutlinePointwisePass
    : quantc::ptq::impl::PTQOutlinePointwiseBase<OutlinePointwisePass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    Block &block = getOperation().getBody().front();
    // From the end, so that a result is seen before what it is computed from.
    Sources sources(block);
    SmallVector<Operation *> ops = llvm::map_to_vector(
        llvm::reverse(block), [](Operation &op) { return &op; });
    llvm::SmallDenseSet<Operation *> outlined;
    for (Operation *op : ops) {
      if (outlined.contains(op) || op->getNumResults() != 1 || op->use_empty())
        continue;
      if (auto graph = getLargestSubgraph(op->getResult(0), sources)) {
        outlined.insert(graph->ops.begin(), graph->ops.end());
        outline(op, *graph);
      }
    }
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, getOperation()->getRegions());
  }
};
} // namespace
