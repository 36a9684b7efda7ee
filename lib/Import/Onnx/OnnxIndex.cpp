//===- OnnxIndex.cpp - Elements by index -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "llvm/ADT/StringSwitch.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

static LogicalResult importGatherND(Node &node) {
  Value x = node.value(0), indices = node.value(1);
  return node.setResult(
      0, node.b.gatherND(x, indices, node.getInt("batch_dims", 0)));
}

static LogicalResult importGatherElements(Node &node) {
  Value x = node.value(0), indices = node.value(1);
  return node.setResult(
      0, node.b.gatherElements(x, indices, node.getInt("axis", 0)));
}

/// How updates are combined with what is there.
static FailureOr<ScatterKind> readReduction(Node &node) {
  std::string name = node.getString("reduction", "none");
  auto kind = llvm::StringSwitch<std::optional<ScatterKind>>(name)
                  .Case("none", ScatterKind::Replace)
                  .Case("add", ScatterKind::Add)
                  .Case("mul", ScatterKind::Mul)
                  .Case("min", ScatterKind::Min)
                  .Case("max", ScatterKind::Max)
                  .Default(std::nullopt);
  if (!kind)
    return node.emitError() << "has the reduction '" << name
                            << "'; quantc knows none, add, mul, min and max";
  bool moves = *kind == ScatterKind::Replace || *kind == ScatterKind::Min ||
               *kind == ScatterKind::Max;
  if (!moves && node.quantizesResults())
    return node.emitError() << "computes with the integers of quantized "
                               "tensors; put DequantizeLinear before it";
  return *kind;
}

static LogicalResult importScatterND(Node &node) {
  FailureOr<ScatterKind> kind = readReduction(node);
  Value x = node.value(0), indices = node.value(1), updates = node.value(2);
  if (failed(kind))
    return failure();
  return node.setResult(0, node.b.scatterND(x, indices, updates, *kind));
}

static LogicalResult importScatterElements(Node &node) {
  FailureOr<ScatterKind> kind = readReduction(node);
  Value x = node.value(0), indices = node.value(1), updates = node.value(2);
  if (failed(kind))
    return failure();
  return node.setResult(0,
                        node.b.scatterElements(x, indices, updates,
                                               node.getInt("axis", 0), *kind));
}

/// The number of elements, an attribute before operator set 10, then an input.
static FailureOr<int64_t> readCount(Node &node) {
  if (node.hasAttr("k"))
    return node.getInt("k", 0);
  return node.integer(1, "k");
}

/// Results are in order whether the file needs that or not.
static LogicalResult importTopK(Node &node) {
  FailureOr<int64_t> count = readCount(node);
  Value x = node.value(0);
  if (failed(count) || !x)
    return failure();
  TopKValues found = node.b.topK(x, *count, node.getInt("axis", -1),
                                 node.getInt("largest", 1) != 0);
  if (failed(node.setResult(0, found.values)))
    return failure();
  Tensor indices;
  indices.type = ElementType::Int64;
  indices.value = found.indices;
  return node.setResult(1, std::move(indices));
}

void onnximport::addIndexHandlers(Handlers &handlers) {
  handlers["GatherElements"] = {importGatherElements, Integers::Move};
  handlers["GatherND"] = {importGatherND, Integers::Move};
  handlers["Scatter"] = {importScatterElements, Integers::Move};
  handlers["ScatterElements"] = {importScatterElements, Integers::Move};
  handlers["ScatterND"] = {importScatterND, Integers::Move};
  handlers["TopK"] = {importTopK, Integers::Move};
}
