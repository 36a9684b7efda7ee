//===- LayoutGraph.cpp - Choosing between two layouts -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutGraph.h"
#include "AbsorbTransposes.h"

#include "quantc/Support/MinimumCut.h"

#include <map>
#include <set>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

/// The tensor that `value` is a transpose of, behind any number of them.
static std::pair<Value, Permutation> resolve(Value value) {
  Permutation perms =
      identityPermutation(cast<RankedTensorType>(value.getType()).getRank());
  while (auto transpose = value.getDefiningOp<tosa::TransposeOp>()) {
    perms = compose(getPermutation(transpose), perms);
    value = transpose.getInput1();
  }
  return {value, perms};
}

/// Calls `body` for each use of `value` and of its transposes.
static void
forEachUse(Value value, ArrayRef<int64_t> perms,
           function_ref<void(OpOperand &, ArrayRef<int64_t>)> body) {
  for (OpOperand &use : value.getUses()) {
    if (auto transpose = dyn_cast<tosa::TransposeOp>(use.getOwner()))
      forEachUse(transpose.getOutput(),
                 compose(perms, getPermutation(transpose)), body);
    else
      body(use, perms);
  }
}

LayoutGraph::LayoutGraph(tosa::TransposeOp seed) {
  auto [root, perms] = resolve(seed.getOutput());
  addTensor(root, {perms, identityPermutation(perms.size())});
  for (size_t i = 0; i < tensors.size(); ++i) {
    auto [tensor, layouts] = *std::next(tensors.begin(), i);
    visit(tensor, layouts);
  }
}

void LayoutGraph::addTensor(Value root, const Layouts &layouts) {
  Operation *producer = root.getDefiningOp();
  // Constants are made in any layout.
  if (!producer || !producer->hasTrait<OpTrait::ConstantLike>())
    tensors.insert({root, layouts});
}

void LayoutGraph::visit(Value root, const Layouts &layouts) {
  if (Operation *producer = root.getDefiningOp())
    addNode(producer, layoutFromResult(producer, layouts[0]),
            layoutFromResult(producer, layouts[1]));
  forEachUse(root, identityPermutation(layouts[0].size()),
             [&](OpOperand &use, ArrayRef<int64_t> perms) {
               if (!isDataOperand(use))
                 return;
               Permutation back = invertPermutationVector(perms);
               Operation *user = use.getOwner();
               addNode(user,
                       layoutFromOperands(user, compose(back, layouts[0])),
                       layoutFromOperands(user, compose(back, layouts[1])));
             });
}

void LayoutGraph::addNode(Operation *op, const std::optional<OpLayout> &first,
                          const std::optional<OpLayout> &second) {
  // To leave everything as it is must be one of the choices.
  if (!first || !second || nodes.contains(op) ||
      first->isIdentity() == second->isIdentity())
    return;
  nodes.insert({op, {{*first, *second}, second->isIdentity()}});
  addTensor(op->getResult(0), {first->result, second->result});
  for (OpOperand &operand : op->getOpOperands())
    if (isDataOperand(operand)) {
      auto [root, perms] = resolve(operand.get());
      addTensor(root, {compose(perms, first->operands),
                       compose(perms, second->operands)});
    }
}

std::optional<unsigned> LayoutGraph::findNode(Operation *op) const {
  auto found = nodes.find(op);
  if (found == nodes.end())
    return std::nullopt;
  return found - nodes.begin();
}

std::vector<LayoutGraph::Demand> LayoutGraph::collectDemands(Value root) const {
  std::vector<Demand> demands;
  auto rank = cast<RankedTensorType>(root.getType()).getRank();
  forEachUse(root, identityPermutation(rank),
             [&](OpOperand &use, ArrayRef<int64_t> perms) {
               Demand demand{
                   {Permutation(perms), Permutation(perms)}, {}, &use};
               if (isDataOperand(use))
                 demand.node = findNode(use.getOwner());
               if (demand.node)
                 for (unsigned i : {0, 1})
                   demand.layouts[i] =
                       compose(perms, std::next(nodes.begin(), *demand.node)
                                          ->second.layouts[i]
                                          .operands);
               demands.push_back(std::move(demand));
             });
  return demands;
}

Permutation LayoutGraph::getMadeLayout(Value root, bool choice) const {
  Operation *producer = root.getDefiningOp();
  auto node = producer ? nodes.find(producer) : nodes.end();
  if (node != nodes.end())
    return node->second.layouts[choice].result;
  return identityPermutation(cast<RankedTensorType>(root.getType()).getRank());
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

/// What an element costs that is moved; a reshape, which moves none, costs as
/// much as one.
static constexpr int64_t kElementCost = 4;

/// Types per axis have no transpose of their own.
static constexpr int64_t kForbidden = int64_t(1) << 40;

/// The price of `root` in layout `wanted` when it is made in `made`. At the
/// network's border it is a little cheaper: the caller may take it over.
static int64_t getPrice(Value root, ArrayRef<int64_t> made,
                        ArrayRef<int64_t> wanted, bool isOutput) {
  if (made == wanted)
    return 0;
  auto type = cast<RankedTensorType>(root.getType());
  int64_t discount = isOutput + isa<BlockArgument>(root);
  if (isa<quant::UniformQuantizedPerAxisType>(type.getElementType()))
    return kForbidden;
  Permutation perms = compose(invertPermutationVector(made), wanted);
  if (keepsElementOrder(applyPermutation(type.getShape(), made), perms))
    return kElementCost - discount;
  return kElementCost * (1 + type.getNumElements()) - discount;
}

static bool isOutput(OpOperand *use) {
  return use->getOwner()->hasTrait<OpTrait::IsTerminator>();
}

/// True if the weights behind `use` take the transpose that it would need.
static bool isAbsorbed(Value root, OpOperand *use, ArrayRef<int64_t> made,
                       ArrayRef<int64_t> wanted) {
  auto type = cast<RankedTensorType>(root.getType());
  return absorbsTranspose(*use, applyPermutation(type.getShape(), made),
                          compose(invertPermutationVector(made), wanted));
}

int64_t LayoutGraph::getCost(Value root, const std::vector<Demand> &demands,
                             const Choice &choice) const {
  Operation *producer = root.getDefiningOp();
  std::optional<unsigned> maker =
      producer ? findNode(producer) : std::optional<unsigned>();
  Permutation made = getMadeLayout(root, maker && choice[*maker]);
  std::map<Permutation, int64_t> prices;
  for (const Demand &demand : demands) {
    const Permutation &wanted =
        demand.layouts[demand.node && choice[*demand.node]];
    if (!demand.node && isAbsorbed(root, demand.use, made, wanted))
      continue;
    int64_t &price = prices[wanted];
    price = std::max(price, getPrice(root, made, wanted, isOutput(demand.use)));
  }
  // Of layouts that differ in dimensions of size 1, one is moved, the others
  // are reshapes of it.
  ArrayRef<int64_t> shape = cast<RankedTensorType>(root.getType()).getShape();
  std::set<Permutation> orders{getElementOrder(shape, made)};
  int64_t sum = 0;
  for (auto &[layout, price] : prices)
    sum += orders.insert(getElementOrder(shape, layout)).second
               ? price
               : std::min(price, kElementCost);
  return sum;
}

int64_t LayoutGraph::getCost(const Choice &choice) const {
  int64_t sum = 0;
  for (auto &[root, layouts] : tensors)
    sum += getCost(root, collectDemands(root), choice);
  return sum;
}

//===----------------------------------------------------------------------===//
// The best choice
//===----------------------------------------------------------------------===//

namespace {
/// The uses that ask for one layout of a tensor.
struct Wish {
  /// Whether one asks for it in any case, or only as long as the operation at
  /// these nodes chooses 0 or 1.
  bool always = false;
  SmallVector<unsigned> ifZero, ifOne;
  bool isOutput = true;
};
} // namespace

/// Adds what one layout of a tensor costs if its maker chooses 0 or 1. Where
/// the cost is no cut, that of the more expensive choice is left out: the
/// choice is checked by its true cost in the end.
static void addWish(MinimumCut &cut, const Wish &wish,
                    std::optional<unsigned> maker, int64_t ifZero,
                    int64_t ifOne) {
  if (wish.always) {
    if (maker) {
      cut.addCostOfZero(*maker, ifZero);
      cut.addCostOfOne(*maker, ifOne);
    }
    return;
  }
  if (!wish.ifOne.empty()) {
    unsigned made = cut.addNode();
    for (unsigned user : wish.ifOne)
      cut.addCost(made, user, MinimumCut::kInfinite);
    cut.addCostOfOne(made, ifOne);
    if (maker)
      cut.addCost(*maker, made, ifZero - ifOne);
  }
  if (!wish.ifZero.empty()) {
    unsigned made = cut.addNode();
    for (unsigned user : wish.ifZero)
      cut.addCost(user, made, MinimumCut::kInfinite);
    cut.addCostOfZero(made, ifZero);
    if (maker)
      cut.addCost(made, *maker, ifOne - ifZero);
  }
}

LayoutGraph::Choice LayoutGraph::solve() const {
  MinimumCut cut;
  std::vector<unsigned> ids;
  for (size_t i = 0; i < nodes.size(); ++i)
    ids.push_back(cut.addNode());
  for (auto &[root, layouts] : tensors) {
    Permutation zero = getMadeLayout(root, false);
    Permutation one = getMadeLayout(root, true);
    std::map<Permutation, Wish> wishes;
    for (const Demand &demand : collectDemands(root)) {
      bool fixed = demand.layouts[0] == demand.layouts[1];
      const Permutation &first = demand.layouts[0];
      if (!demand.node && isAbsorbed(root, demand.use, zero, first) &&
          isAbsorbed(root, demand.use, one, first))
        continue;
      for (unsigned i : {0, 1}) {
        Wish &wish = wishes[demand.layouts[i]];
        wish.isOutput &= isOutput(demand.use);
        if (fixed)
          wish.always = true;
        else
          (i ? wish.ifOne : wish.ifZero).push_back(ids[*demand.node]);
      }
    }
    Operation *producer = root.getDefiningOp();
    std::optional<unsigned> maker =
        producer ? findNode(producer) : std::optional<unsigned>();
    if (maker)
      maker = ids[*maker];
    for (auto &[wanted, wish] : wishes)
      addWish(cut, wish, maker, getPrice(root, zero, wanted, wish.isOutput),
              getPrice(root, one, wanted, wish.isOutput));
  }
  std::vector<bool> sides = cut.solve();
  Choice choice;
  for (unsigned id : ids)
    choice.push_back(sides[id]);
  return choice;
}

bool LayoutGraph::improve() {
  Choice current;
  for (auto &[op, node] : nodes)
    current.push_back(node.current);
  Choice best = solve();
  if (getCost(best) >= getCost(current))
    return false;
  for (auto [entry, choice] : llvm::zip(nodes, best))
    if (choice != bool(entry.second.current))
      changeLayout(entry.first, entry.second.layouts[choice]);
  return true;
}
