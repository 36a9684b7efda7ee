//===- ReshapeGroups.cpp - Dimensions of reshapes -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReshapeGroups.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace quantc::ptq;

std::optional<ReshapeGroups> ReshapeGroups::get(ArrayRef<int64_t> from,
                                                ArrayRef<int64_t> to) {
  ReshapeGroups result;
  result.fromShape.assign(from.begin(), from.end());
  result.toShape.assign(to.begin(), to.end());
  size_t i = 0, j = 0;
  while (i < from.size() || j < to.size()) {
    Group group;
    int64_t fromSize = 1, toSize = 1;
    auto takeFrom = [&] {
      fromSize *= from[i];
      group.from.push_back(i++);
    };
    auto takeTo = [&] {
      toSize *= to[j];
      group.to.push_back(j++);
    };
    bool unitFrom = i < from.size() && from[i] == 1;
    bool unitTo = j < to.size() && to[j] == 1;
    if (unitFrom || unitTo) {
      if (unitFrom)
        takeFrom();
      if (unitTo)
        takeTo();
    } else {
      if (i == from.size() || j == to.size())
        return std::nullopt;
      takeFrom();
      takeTo();
      while (fromSize != toSize) {
        bool needsFrom = fromSize < toSize;
        if (needsFrom ? i == from.size() : j == to.size())
          return std::nullopt;
        needsFrom ? takeFrom() : takeTo();
      }
    }
    result.groups.push_back(std::move(group));
  }
  return result;
}

ReshapeGroups ReshapeGroups::inverse() const {
  ReshapeGroups result;
  result.fromShape = toShape;
  result.toShape = fromShape;
  for (const Group &group : groups)
    result.groups.push_back({group.to, group.from});
  return result;
}

std::optional<SmallVector<int64_t>>
ReshapeGroups::permute(ArrayRef<int64_t> perms) const {
  auto isUnit = [&](int64_t dim) { return fromShape[dim] == 1; };
  auto position = [&](int64_t dim) { return find(perms, dim) - perms.begin(); };
  // The order that the dimensions with elements must still have.
  SmallVector<int64_t> order;
  for (int64_t dim : perms)
    if (!isUnit(dim))
      order.push_back(dim);

  // Where each group is now, and its number: one without dimensions stays
  // behind its predecessor.
  SmallVector<std::pair<int64_t, size_t>> places;
  int64_t place = -1;
  for (auto [i, group] : enumerate(groups)) {
    const int64_t *first = find_if_not(group.from, isUnit);
    if (first != group.from.end()) {
      const int64_t *at = find(order, *first);
      for (int64_t dim : group.from)
        if (!isUnit(dim) && (at == order.end() || *at++ != dim))
          return std::nullopt;
      place = position(*first);
    } else if (!group.from.empty()) {
      place = position(group.from.front());
    }
    places.push_back({place, i});
  }
  sort(places);
  SmallVector<int64_t> result;
  for (auto &[at, i] : places)
    append_range(result, groups[i].to);
  return result;
}
