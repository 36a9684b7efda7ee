//===- NameTensors.cpp - Gives every tensor a stable name -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Names come from the importer (NameLoc) where it left any, otherwise from the
/// operation and its position. Existing names are kept, so the pass can
/// run again after others have made new operations.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQNAMETENSORS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

/// The name that the importer left in a location, or an empty string.
static StringRef getLocationName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName();
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location inner : fused.getLocations())
      if (StringRef name = getLocationName(inner); !name.empty())
        return name;
  return {};
}

/// Casts and fake quantization show a tensor that has a name. Several results
/// have names if the operation knows what to call them.
static bool isNamedTensor(Operation &op) {
  if (op.getNumResults() > 1 && !isa<OpAsmOpInterface>(op))
    return false;
  return op.getNumResults() > 0 && isa<TensorType>(op.getResult(0).getType()) &&
         !op.hasAttr(kNameAttr) && !isTensorView(&op);
}

namespace {
/// Hands out names, none of them twice.
class NamePool {
public:
  /// Returns false if `name` was taken before.
  bool reserve(StringRef name) { return taken.insert(name).second; }

  /// `name`, or the first free of name_1, name_2, ...
  std::string unique(StringRef name) {
    if (reserve(name))
      return name.str();
    unsigned &suffix = nextSuffix[name];
    std::string candidate;
    do
      candidate = (name + "_" + Twine(++suffix)).str();
    while (!reserve(candidate));
    return candidate;
  }

  /// The first free of prefix_0, prefix_1, ...
  std::string numbered(StringRef prefix) {
    unsigned &index = nextIndex[prefix];
    std::string candidate;
    do
      candidate = (prefix + "_" + Twine(index++)).str();
    while (!reserve(candidate));
    return candidate;
  }

private:
  llvm::StringSet<> taken;
  llvm::StringMap<unsigned> nextSuffix, nextIndex;
};

struct NameTensorsPass
    : quantc::ptq::impl::PTQNameTensorsBase<NameTensorsPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    NamePool pool;
    reserveExisting(func, pool);
    nameArguments(func, pool);
    // Importers give a layer's weights its name as well: the result has it.
    for (bool constants : {false, true})
      for (Operation &op : func.getBody().front())
        if (isNamedTensor(op) &&
            op.hasTrait<OpTrait::ConstantLike>() == constants)
          setName(op, pool);
  }

private:
  /// The first bearer of a name keeps it; later ones are named anew.
  static void reserveExisting(func::FuncOp func, NamePool &pool) {
    for (unsigned i = 0; i < func.getNumArguments(); ++i) {
      auto name = func.getArgAttrOfType<StringAttr>(i, kNameAttr);
      if (name && !pool.reserve(name))
        func.removeArgAttr(i, kNameAttr);
    }
    for (Operation &op : func.getBody().front()) {
      bool isNew = true;
      if (op.hasAttr(kNameAttr))
        for (OpResult result : op.getResults())
          isNew &= pool.reserve(getTensorName(result));
      if (!isNew)
        op.removeAttr(kNameAttr);
    }
  }

  static void nameArguments(func::FuncOp func, NamePool &pool) {
    for (BlockArgument arg : func.getArguments()) {
      unsigned i = arg.getArgNumber();
      if (!isa<TensorType>(arg.getType()) || func.getArgAttr(i, kNameAttr))
        continue;
      StringRef given = getLocationName(arg.getLoc());
      std::string name =
          given.empty() ? pool.numbered("input") : pool.unique(given);
      func.setArgAttr(i, kNameAttr, StringAttr::get(func.getContext(), name));
    }
  }

  static void setName(Operation &op, NamePool &pool) {
    StringRef given = getLocationName(op.getLoc());
    std::string name = given.empty()
                           ? pool.numbered(op.getName().stripDialect())
                           : pool.unique(given);
    Builder b(op.getContext());
    if (op.getNumResults() == 1)
      return op.setAttr(kNameAttr, b.getStringAttr(name));
    SmallVector<Attribute> names(op.getNumResults());
    cast<OpAsmOpInterface>(op).getAsmResultNames(
        [&](Value result, StringRef part) {
          names[cast<OpResult>(result).getResultNumber()] =
              b.getStringAttr(pool.unique((name + "/" + part).str()));
        });
    op.setAttr(kNameAttr, b.getArrayAttr(names));
  }
};
} // namespace
