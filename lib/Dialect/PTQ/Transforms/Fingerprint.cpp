//===- Fingerprint.cpp - Identity of a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Feeds a canonical byte stream of the module to SHA-256. Every item carries
/// its length, so that no two networks share a stream.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/Transforms/Fingerprint.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"

#include "mlir/IR/SymbolTable.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace quantc::ptq;

namespace {
class Fingerprint {
public:
  void add(Region &region);
  std::string digest() {
    return llvm::toHex(hasher.final(), /*LowerCase=*/true);
  }

private:
  void add(uint64_t number) {
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; ++i)
      bytes[i] = number >> (8 * i);
    hasher.update(ArrayRef<uint8_t>(bytes, 8));
  }
  void add(StringRef text) {
    add(uint64_t(text.size()));
    hasher.update(text);
  }
  template <typename Printable>
  void addPrinted(Printable printable) {
    std::string text;
    llvm::raw_string_ostream(text) << printable;
    add(StringRef(text));
  }
  void add(Attribute attribute);
  void add(Operation &op);
  uint64_t number(Value value) {
    auto [entry, isNew] = numbers.try_emplace(value, nextNumber);
    nextNumber += isNew;
    return entry->second;
  }

  llvm::SHA256 hasher;
  llvm::DenseMap<Value, uint64_t> numbers;
  uint64_t nextNumber = 0;
};
} // namespace

/// Constants count by their bits: their printed form may be elided or, for a
/// resource, be no more than a key.
void Fingerprint::add(Attribute attribute) {
  if (auto elements = dyn_cast<ElementsAttr>(attribute))
    if (std::optional<SmallVector<float>> values = getFloats(attribute)) {
      addPrinted(elements.getShapedType());
      hasher.update(ArrayRef(reinterpret_cast<const uint8_t *>(values->data()),
                             values->size() * sizeof(float)));
      return;
    }
  addPrinted(attribute);
}

void Fingerprint::add(Region &region) {
  add(uint64_t(region.getBlocks().size()));
  for (Block &block : region) {
    add(uint64_t(block.getNumArguments()));
    for (BlockArgument argument : block.getArguments()) {
      add(number(argument));
      addPrinted(argument.getType());
    }
    for (Operation &op : block)
      add(op);
  }
}

/// Attributes of arguments without those of a policy.
static ArrayAttr withoutSchemes(ArrayAttr attributes) {
  SmallVector<Attribute> result;
  for (auto dictionary : attributes.getAsRange<DictionaryAttr>()) {
    NamedAttrList list;
    for (NamedAttribute attribute : dictionary)
      if (!isSchemeAttribute(attribute.getName()))
        list.push_back(attribute);
    result.push_back(list.getDictionary(attributes.getContext()));
  }
  return ArrayAttr::get(attributes.getContext(), result);
}

/// Like ptq.observe, it does not make another network.
static bool isObserverAttribute(Operation &op, NamedAttribute attribute) {
  return isa<RecurrentOpInterface>(op) && attribute.getName() == "observed";
}

void Fingerprint::add(Operation &op) {
  if (auto observer = dyn_cast<ObserveOp>(op)) {
    numbers[observer.getOutput()] = number(observer.getInput());
    return;
  }
  add(op.getName().getStringRef());
  for (NamedAttribute attribute : op.getAttrDictionary()) {
    if (attribute.getName() == SymbolTable::getSymbolAttrName() ||
        attribute.getName() == kContractAttr ||
        isSchemeAttribute(attribute.getName()) ||
        isObserverAttribute(op, attribute))
      continue;
    add(attribute.getName().strref());
    if (auto func = dyn_cast<func::FuncOp>(op);
        func && attribute.getName() == func.getArgAttrsAttrName())
      add(withoutSchemes(cast<ArrayAttr>(attribute.getValue())));
    else
      add(attribute.getValue());
  }
  add(uint64_t(op.getNumOperands()));
  for (Value operand : op.getOperands())
    add(number(operand));
  add(uint64_t(op.getNumResults()));
  for (Value result : op.getResults()) {
    add(number(result));
    addPrinted(result.getType());
  }
  add(uint64_t(op.getNumRegions()));
  for (Region &region : op.getRegions())
    add(region);
}

std::string quantc::ptq::computeFingerprint(ModuleOp module) {
  Fingerprint fingerprint;
  fingerprint.add(module.getBodyRegion());
  return fingerprint.digest();
}
