//===- LayoutGraph.h - Choosing between two layouts -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// The part of a network that could be stored in one of two layouts. Transposes
/// are no operations here, but other names of the tensors that they read: each
/// use of a tensor asks for some layout of it, and every layout other than the
/// one in which the tensor is made costs a transpose, however many uses ask for
/// it. The least cost is a minimum cut.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LAYOUTGRAPH_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LAYOUTGRAPH_H

#include "LayoutRules.h"

#include "llvm/ADT/MapVector.h"

#include <array>

namespace quantc::ptq {

class LayoutGraph {
public:
  /// Everything around `seed` that can follow a change between the layout
  /// before and the layout after it.
  explicit LayoutGraph(mlir::tosa::TransposeOp seed);

  /// Changes layouts if that lowers the cost; returns whether it did.
  bool improve();

private:
  /// An operation and the two layouts that it may take, one of which it has.
  struct Node {
    std::array<OpLayout, 2> layouts;
    unsigned current;
  };
  /// The layouts that a use asks for, by the choice of the operation at `node`;
  /// without one, they are equal.
  struct Demand {
    std::array<Permutation, 2> layouts;
    std::optional<unsigned> node;
    mlir::OpOperand *use;
  };
  using Layouts = std::array<Permutation, 2>;
  using Choice = std::vector<bool>;

  void addTensor(mlir::Value root, const Layouts &layouts);
  void addNode(mlir::Operation *op, const std::optional<OpLayout> &first,
               const std::optional<OpLayout> &second);
  void visit(mlir::Value root, const Layouts &layouts);

  std::optional<unsigned> findNode(mlir::Operation *op) const;
  /// All uses of `root`, under any of its names.
  std::vector<Demand> collectDemands(mlir::Value root) const;
  Permutation getMadeLayout(mlir::Value root, bool choice) const;
  int64_t getCost(mlir::Value root, const std::vector<Demand> &demands,
                  const Choice &choice) const;
  int64_t getCost(const Choice &choice) const;
  Choice solve() const;

  llvm::MapVector<mlir::Value, Layouts> tensors;
  llvm::MapVector<mlir::Operation *, Node> nodes;
};

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_LAYOUTGRAPH_H
