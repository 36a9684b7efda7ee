//===- OperationRoles.cpp - Operations of repeated blocks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperationRoles.h"

#include "mlir/IR/Operation.h"

#include <map>

using namespace mlir;
using namespace quantc;

using Roles = llvm::DenseMap<Operation *, unsigned>;

/// The kind of `op`, with what it computes inside.
static std::string describeKind(Operation &op, bool types) {
  std::string text;
  llvm::raw_string_ostream os(text);
  op.walk<WalkOrder::PreOrder>(
      [&](Operation *inner) { os << inner->getName() << ' '; });
  if (types)
    llvm::interleaveComma(op.getResultTypes(), os);
  return text;
}

/// Colours are refined by those of the neighbours, as in the test of
/// isomorphism of graphs by Weisfeiler and Leman.
static Roles refine(Block &body, const Roles &roles) {
  std::map<std::vector<unsigned>, unsigned> numbers;
  Roles refined;
  constexpr unsigned kInput = ~0u;
  for (Operation &op : body) {
    std::vector<unsigned> key{roles.lookup(&op)};
    for (Value operand : op.getOperands()) {
      Operation *source = operand.getDefiningOp();
      key.push_back(source ? roles.lookup(source) : kInput);
    }
    size_t uses = key.size();
    for (Operation *user : op.getUsers())
      key.push_back(roles.lookup(user));
    std::sort(key.begin() + uses, key.end());
    refined[&op] = numbers.try_emplace(key, numbers.size()).first->second;
  }
  return refined;
}

Roles quantc::findRoles(Block &body, RoleDetail detail) {
  std::map<std::string, unsigned> numbers;
  Roles roles;
  for (Operation &op : body)
    roles[&op] =
        numbers.try_emplace(describeKind(op, detail.types), numbers.size())
            .first->second;
  for (unsigned i = 0; i < detail.distance; ++i)
    roles = refine(body, roles);
  return roles;
}
