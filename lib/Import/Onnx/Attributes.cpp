//===- Attributes.cpp - The attributes of a node -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "TensorData.h"

#include "llvm/Support/JSON.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;
using onnx::AttributeProto;

bool Node::hasAttr(StringRef name) const {
  return llvm::any_of(proto.attribute(), [&](const AttributeProto &attribute) {
    return attribute.name() == name;
  });
}

const AttributeProto *Node::find(StringRef name, int type) {
  for (const AttributeProto &attribute : proto.attribute()) {
    if (attribute.name() != name)
      continue;
    if (attribute.type() == type)
      return &attribute;
    emitError() << "has an attribute '" << name << "' of type "
                << onnx::AttributeProto_AttributeType_Name(attribute.type())
                << ", but it is "
                << onnx::AttributeProto_AttributeType_Name(
                       static_cast<AttributeProto::AttributeType>(type));
    return nullptr;
  }
  return nullptr;
}

int64_t Node::getInt(StringRef name, int64_t otherwise) {
  const AttributeProto *attribute = find(name, AttributeProto::INT);
  return attribute ? attribute->i() : otherwise;
}

double Node::getFloat(StringRef name, double otherwise) {
  const AttributeProto *attribute = find(name, AttributeProto::FLOAT);
  return attribute ? attribute->f() : otherwise;
}

std::string Node::getString(StringRef name, StringRef otherwise) {
  const AttributeProto *attribute = find(name, AttributeProto::STRING);
  return attribute ? llvm::json::fixUTF8(attribute->s()) : otherwise.str();
}

SmallVector<int64_t> Node::getInts(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::INTS);
  return attribute ? SmallVector<int64_t>(attribute->ints().begin(),
                                          attribute->ints().end())
                   : SmallVector<int64_t>();
}

SmallVector<double> Node::getFloats(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::FLOATS);
  return attribute ? SmallVector<double>(attribute->floats().begin(),
                                         attribute->floats().end())
                   : SmallVector<double>();
}

std::vector<std::string> Node::getStrings(StringRef name) {
  std::vector<std::string> strings;
  if (const AttributeProto *attribute = find(name, AttributeProto::STRINGS))
    for (const std::string &string : attribute->strings())
      strings.push_back(llvm::json::fixUTF8(string));
  return strings;
}

const onnx::GraphProto *Node::getGraph(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::GRAPH);
  return attribute ? &attribute->g() : nullptr;
}

std::optional<Array> Node::getTensor(StringRef name, bool *isNibble) {
  const AttributeProto *attribute = find(name, AttributeProto::TENSOR);
  if (!attribute)
    return std::nullopt;
  if (isNibble)
    *isNibble = onnximport::isNibble(attribute->t().data_type());
  llvm::Expected<Array> array = readTensor(attribute->t(), directory);
  if (array)
    return std::move(*array);
  emitError() << "has an attribute '" << name << "' whose tensor "
              << llvm::toString(array.takeError());
  return std::nullopt;
}

FailureOr<std::optional<SmallVector<int64_t>>>
Node::getIntsOrInput(StringRef name, int input) {
  if (hasAttr(name))
    return std::optional(getInts(name));
  if (!has(input))
    return std::optional<SmallVector<int64_t>>();
  FailureOr<SmallVector<int64_t>> values = ints(input, name);
  if (llvm::failed(values))
    return failure();
  return std::optional(std::move(*values));
}

FailureOr<int64_t> Node::getAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return emitError() << "has axis " << axis << ", but its tensor has " << rank
                       << " dimensions";
  return axis < 0 ? axis + rank : axis;
}
