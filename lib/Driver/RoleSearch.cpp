//===- RoleSearch.cpp - Types for the roles of a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RoleSearch.h"

using namespace mlir;
using namespace quantc;

/// Noise of several roles adds up less well the more of it there is: if the
/// choice makes more than wanted, it is made again with a smaller budget.
static constexpr unsigned kMostChoices = 4;
static constexpr double kSmallerBudget = 0.25;

/// What the roles' rounding to int8 makes if nothing else is rounded.
llvm::Error RoleSearch::measureRoles() {
  ArrayRef<SwitchedUnit> units = meter.units();
  for (auto [index, unit] : llvm::enumerate(units)) {
    while (unit.role >= roles.size())
      roles.emplace_back().units.resize(units.size());
    Role &role = roles[unit.role];
    role.units.set(index);
    role.canWiden &= unit.canWiden && !narrow[index];
  }
  // Half of the runs are for int16.
  step = meter.chooseStep(2 * roles.size());
  for (Role &role : roles) {
    llvm::BitVector exact(units.size(), true);
    exact.reset(role.units);
    if (llvm::Error error =
            meter.againstUnrounded(exact, {}, step).moveInto(role.int8))
      return error;
  }
  return llvm::Error::success();
}

llvm::Expected<double> RoleSearch::measureInt16(Role &role) {
  if (!role.int16) {
    llvm::BitVector exact(meter.units().size(), true);
    exact.reset(role.units);
    llvm::Expected<double> noise =
        meter.againstUnrounded(exact, role.units, step);
    if (!noise)
      return noise.takeError();
    role.int16 = *noise;
  }
  return *role.int16;
}

/// What reads values that are not rounded needs sources that compute in float.
/// What computes in float for that reason alone may read int8, or int16 if its
/// own sources are int16.
void RoleSearch::addSources(Choice &choice,
                            const llvm::BitVector &exact) const {
  ArrayRef<SwitchedUnit> units = meter.units();
  llvm::BitVector wide = choice.wide;
  for (unsigned unit : exact.set_bits())
    for (unsigned source : units[unit].sources)
      choice.floating.set(source);
  for (unsigned unit : choice.floating.set_bits()) {
    if (!wide[unit])
      continue;
    for (unsigned source : units[unit].sources)
      if (units[source].canWiden && !narrow[source])
        choice.wide.set(source);
      else
        choice.floating.set(source);
  }
  choice.wide.reset(choice.floating);
}

/// Roles whose rounding to int8 costs most become int16 until the rest, and
/// what rounding to int16 costs, are half of the budget each. What costs most
/// in int16 becomes float.
llvm::Expected<RoleSearch::Choice> RoleSearch::choose(double budget,
                                                      bool allowsFloat) {
  size_t count = meter.units().size();
  Choice choice{llvm::BitVector(count), llvm::BitVector(count),
                std::vector<double>(count)};
  std::vector<Role *> order, promoted;
  double rest = 0, wide = 0;
  for (Role &role : roles) {
    rest += role.int8;
    order.push_back(&role);
  }
  // Roles are in one array, so equal ones keep their order.
  llvm::sort(order, [](const Role *a, const Role *b) {
    return std::pair(-a->int8, a) < std::pair(-b->int8, b);
  });
  llvm::BitVector exact(count);
  for (Role *role : order) {
    if (rest <= budget / 2)
      break;
    if (!role->canWiden && !allowsFloat)
      continue;
    rest -= role->int8;
    for (unsigned unit : role->units.set_bits())
      choice.costs[unit] = role->int8;
    if (!role->canWiden) {
      exact |= role->units;
      continue;
    }
    llvm::Expected<double> noise = measureInt16(*role);
    if (!noise)
      return noise.takeError();
    wide += *noise;
    promoted.push_back(role);
  }
  llvm::sort(promoted, [](const Role *a, const Role *b) {
    return std::pair(-*a->int16, a) < std::pair(-*b->int16, b);
  });
  for (Role *role : promoted) {
    bool isExact = allowsFloat && wide > budget / 2;
    (isExact ? exact : choice.wide) |= role->units;
    if (isExact)
      wide -= *role->int16;
  }
  choice.floating = exact;
  llvm::BitVector rounded = choice.wide;
  addSources(choice, exact);
  llvm::Expected<double> noise = meter.againstUnrounded(exact, rounded);
  if (!noise)
    return noise.takeError();
  choice.noise = *noise;
  return std::move(choice);
}

llvm::Expected<RoleSearch::Choice> RoleSearch::run(double wanted,
                                                   bool allowsFloat) {
  if (roles.empty())
    if (llvm::Error error = measureRoles())
      return std::move(error);
  std::optional<Choice> best;
  double budget = wanted;
  for (unsigned i = 0; i < kMostChoices; ++i, budget *= kSmallerBudget) {
    llvm::Expected<Choice> choice = choose(budget, allowsFloat);
    if (!choice)
      return choice.takeError();
    if (!best || choice->noise < best->noise)
      best = std::move(*choice);
    if (best->noise <= wanted)
      break;
  }
  return std::move(*best);
}
