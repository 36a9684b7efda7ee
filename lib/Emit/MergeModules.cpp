//===- MergeModules.cpp - Two networks in one object -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MergeModules.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/SymbolTable.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace quantc;

/// What a constant holds, as a key; null for what is none.
static Attribute getContents(LLVM::GlobalOp global) {
  if (!global.getConstant() || !global.getValueAttr() ||
      global.getLinkage() == LLVM::Linkage::External)
    return {};
  Builder b(global.getContext());
  return b.getArrayAttr({TypeAttr::get(global.getGlobalType()),
                         global.getValueAttr(),
                         b.getI64IntegerAttr(global.getAlignment().value_or(0)),
                         b.getI64IntegerAttr(global.getAddrSpace())});
}

void quantc::mergeModules(ModuleOp target, ModuleOp source) {
  MLIRContext *context = target.getContext();
  llvm::DenseMap<Attribute, StringAttr> constants;
  for (auto global : target.getOps<LLVM::GlobalOp>())
    if (Attribute contents = getContents(global))
      constants.try_emplace(contents, global.getSymNameAttr());

  // All new names are chosen before any is used.
  llvm::StringSet<> taken;
  for (ModuleOp module : {target, source})
    for (auto symbol : module.getOps<SymbolOpInterface>())
      taken.insert(symbol.getName());
  llvm::DenseMap<StringAttr, StringAttr> renamed;
  SymbolTable table(target);
  for (auto symbol :
       llvm::make_early_inc_range(source.getOps<SymbolOpInterface>())) {
    StringAttr name = symbol.getNameAttr();
    auto global = dyn_cast<LLVM::GlobalOp>(symbol.getOperation());
    Attribute contents = global ? getContents(global) : Attribute();
    if (StringAttr same =
            contents ? constants.lookup(contents) : StringAttr()) {
      renamed[name] = same;
      symbol.erase();
      continue;
    }
    auto function = dyn_cast<LLVM::LLVMFuncOp>(symbol.getOperation());
    Operation *other = table.lookup(name);
    if (!other)
      continue;
    // Both declare a function of the runtime.
    if (function && function.isExternal()) {
      symbol.erase();
      continue;
    }
    std::string unique;
    for (unsigned i = 0; unique.empty() || taken.contains(unique); ++i)
      unique = name.str() + "_step" + (i ? std::to_string(i) : "");
    taken.insert(unique);
    renamed[name] = StringAttr::get(context, unique);
    symbol.setName(renamed[name]);
  }
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](FlatSymbolRefAttr reference) -> std::optional<Attribute> {
        StringAttr name = renamed.lookup(reference.getAttr());
        return name ? std::optional<Attribute>(FlatSymbolRefAttr::get(name))
                    : std::nullopt;
      });
  replacer.recursivelyReplaceElementsIn(source);
  target.getBody()->getOperations().splice(target.getBody()->end(),
                                           source.getBody()->getOperations());
}
