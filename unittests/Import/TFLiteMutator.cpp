//===- TFLiteMutator.cpp - Mutations of .tflite files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Bytes of a flatbuffer that are changed at random mostly are offsets that the
/// verifier refuses. Here a network becomes JSON by the reader's schema, is
/// changed as a tree, and becomes a file again. Subtrees come from the networks
/// seen before: what stood under the same name fits here too.
///
//===----------------------------------------------------------------------===//

#include "FuzzValues.h"
#include "schema_generated.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

#include <flatbuffers/idl.h>

#include <cstring>

using namespace quantc;
using namespace llvm;
namespace schema = quantc::tflite::schema;

namespace {
/// A value and the name of the field that it is, or is an element of.
struct Place {
  json::Value *value;
  StringRef name;
};

class Mutator {
public:
  Mutator(json::Value &model, unsigned seed) : model(model), values(seed) {
    collect(model, "model");
  }

  void run();

private:
  void collect(json::Value &value, StringRef name);
  void change(Place place);
  void changeArray(json::Array &array, StringRef name);
  void changeObject(json::Object &object, StringRef name);
  const json::Value *findDonor(StringRef name);

  void changeOperator();
  void changeTensor();
  json::Object *pickObject(StringRef name);

  json::Value &model;
  FuzzValues values;
  std::vector<Place> places;
};
} // namespace

static StringMap<std::vector<json::Value>> &getDonors() {
  static StringMap<std::vector<json::Value>> donors;
  return donors;
}

/// json::Value takes 2^63, which a float32 may be, for an integer.
static std::optional<int64_t> getInteger(const json::Value &value) {
  std::optional<double> real = value.getAsNumber();
  return real && *real >= 0x1p63 ? std::nullopt : value.getAsInteger();
}

/// How many values `value` consists of.
static size_t countValues(const json::Value &value) {
  size_t count = 1;
  if (const json::Array *array = value.getAsArray())
    for (const json::Value &element : *array)
      count += countValues(element);
  if (const json::Object *object = value.getAsObject())
    for (const auto &field : *object)
      count += countValues(field.second);
  return count;
}

void Mutator::collect(json::Value &value, StringRef name) {
  constexpr size_t kMostPlaces = 20'000, kMostDonors = 300, kMostValues = 100;
  if (places.size() > kMostPlaces)
    return;
  places.push_back({&value, name});
  auto &donors = getDonors()[name];
  if (countValues(value) <= kMostValues) {
    if (donors.size() < kMostDonors)
      donors.push_back(value);
    else if (values.oneIn(50))
      values.pick(donors) = value;
  }
  if (json::Object *object = value.getAsObject())
    for (auto &[key, field] : *object)
      collect(field, key);
  // Of long arrays, which are data, the first elements are changed.
  if (json::Array *array = value.getAsArray())
    for (json::Value &element : *array)
      if (&element - &array->front() < 16 || !getInteger(element))
        collect(element, name);
}

const json::Value *Mutator::findDonor(StringRef name) {
  auto &donors = getDonors()[name];
  return donors.empty() ? nullptr : &values.pick(donors);
}

//===----------------------------------------------------------------------===//
// Any value
//===----------------------------------------------------------------------===//

void Mutator::changeArray(json::Array &array, StringRef name) {
  const json::Value *donor = findDonor(name);
  if (array.empty() || values.oneIn(4)) {
    if (donor && donor->kind() != json::Value::Array)
      array.insert(array.begin() + values.below(array.size() + 1), *donor);
    return;
  }
  auto at = array.begin() + values.below(array.size());
  switch (values.below(4)) {
  case 0:
    array.erase(at);
    return;
  case 1:
    array.push_back(json::Value(*at));
    return;
  default:
    std::swap(*at, values.pick(array));
    return;
  }
}

void Mutator::changeObject(json::Object &object, StringRef name) {
  if (!object.empty() && values.oneIn(2)) {
    object.erase(object.find(values.pick(object).first));
    return;
  }
  const json::Value *donor = findDonor(name);
  const json::Object *fields = donor ? donor->getAsObject() : nullptr;
  if (!fields || fields->empty())
    return;
  const auto &field = values.pick(*fields);
  object[field.first] = field.second;
}

void Mutator::change(Place place) {
  json::Value &value = *place.value;
  const json::Value *donor = findDonor(place.name);
  if (donor && donor->kind() == value.kind() && values.oneIn(4)) {
    value = json::Value(*donor);
    return;
  }
  if (json::Array *array = value.getAsArray())
    changeArray(*array, place.name);
  else if (json::Object *object = value.getAsObject())
    changeObject(*object, place.name);
  else if (std::optional<bool> flag = value.getAsBoolean())
    value = !*flag;
  else if (std::optional<int64_t> integer = getInteger(value))
    value = values.integer(*integer);
  else if (std::optional<double> real = value.getAsNumber())
    value = values.real(*real);
  else if (donor)
    value = json::Value(*donor);
}

//===----------------------------------------------------------------------===//
// What keeps a network sensible
//===----------------------------------------------------------------------===//

/// An element of some array called `name`, or null.
json::Object *Mutator::pickObject(StringRef name) {
  std::vector<json::Object *> objects;
  for (Place place : places)
    if (place.name == name && place.value->getAsObject())
      objects.push_back(place.value->getAsObject());
  return objects.empty() ? nullptr : values.pick(objects);
}

/// Another operation, or another one's options, on the same tensors.
void Mutator::changeOperator() {
  if (values.oneIn(2)) {
    if (json::Object *code = pickObject("operator_codes"))
      (*code)["code"] =
          int64_t(schema::EnumValuesCode()[values.below(schema::Code_CONV_3D)]);
    return;
  }
  json::Object *op = pickObject("operators");
  const json::Value *donor = findDonor("operators");
  const json::Object *other = donor ? donor->getAsObject() : nullptr;
  if (!op || !other || !other->get("options") || !other->get("options_type"))
    return;
  (*op)["options_type"] = *other->get("options_type");
  (*op)["options"] = *other->get("options");
}

/// Gives a tensor another type and shape, and if it is a constant as many
/// elements.
void Mutator::changeTensor() {
  static constexpr std::pair<schema::TensorType, size_t> kTypes[] = {
      {schema::TensorType_FLOAT32, 4}, {schema::TensorType_INT32, 4},
      {schema::TensorType_INT64, 8},   {schema::TensorType_INT8, 1},
      {schema::TensorType_UINT8, 1},   {schema::TensorType_BOOL, 1},
      {schema::TensorType_FLOAT16, 2}};
  json::Object *tensor = pickObject("tensors");
  json::Array *buffers =
      model.getAsObject() ? model.getAsObject()->getArray("buffers") : nullptr;
  if (!tensor || !buffers)
    return;
  auto [type, count] = kTypes[values.below(std::size(kTypes))];
  json::Array shape;
  for (size_t i = values.below(5); i > 0; --i) {
    shape.push_back(static_cast<int64_t>(values.below(5)));
    count *= *shape.back().getAsInteger();
  }
  (*tensor)["shape"] = std::move(shape);
  (*tensor)["type"] = int64_t(type);
  auto index = static_cast<size_t>(tensor->getInteger("buffer").value_or(0));
  if (index == 0 || index >= buffers->size() ||
      !(*buffers)[index].getAsObject())
    return;
  json::Value &data = (*(*buffers)[index].getAsObject())["data"];
  json::Array bytes;
  if (const json::Array *old = data.getAsArray())
    for (size_t i = 0; i < count && !old->empty(); ++i)
      bytes.push_back((*old)[i % old->size()]);
  while (bytes.size() < count)
    bytes.push_back(static_cast<int64_t>(values.below(4)));
  data = std::move(bytes);
}

void Mutator::run() {
  switch (values.below(8)) {
  case 0:
    return changeOperator();
  case 1:
    return changeTensor();
  default:
    return change(values.pick(places));
  }
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static flatbuffers::Parser &getParser() {
  static flatbuffers::Parser *parser = [] {
    flatbuffers::IDLOptions options;
    options.strict_json = true;
    auto *made = new flatbuffers::Parser(options);
    std::string text;
    if (!flatbuffers::LoadFile(TFLITE_SCHEMA, /*binary=*/false, &text) ||
        !made->Parse(text.c_str()))
      std::abort();
    // The library prints deprecated fields, but verifies others only.
    for (flatbuffers::StructDef *table : made->structs_.vec)
      llvm::erase_if(table->fields.vec, [](const flatbuffers::FieldDef *field) {
        return field->deprecated;
      });
    return made;
  }();
  return *parser;
}

static bool isTyped(const schema::Sparsity *sparsity) {
  if (!sparsity || !sparsity->dim_metadata())
    return true;
  return llvm::all_of(
      *sparsity->dim_metadata(), [](const schema::SparseDimension *dim) {
        return (!dim->array_segments() || dim->array_segments_type()) &&
               (!dim->array_indices() || dim->array_indices_type());
      });
}

/// The library takes the field before a union for its type, even if that one is
/// not there.
static bool areUnionsTyped(const schema::Model &model) {
  if (!model.subgraphs())
    return true;
  for (const schema::SubGraph *graph : *model.subgraphs()) {
    if (graph->operators())
      for (const schema::Operator *op : *graph->operators())
        if (op->options() && !op->options_type())
          return false;
    if (graph->tensors())
      for (const schema::Tensor *tensor : *graph->tensors())
        if (!isTyped(tensor->sparsity()))
          return false;
  }
  return true;
}

static std::optional<json::Value> read(const uint8_t *data, size_t size) {
  flatbuffers::Verifier verifier(data, size);
  std::string text;
  if (!schema::VerifyModelBuffer(verifier) ||
      !areUnionsTyped(*schema::GetModel(data)) ||
      !flatbuffers::GenerateText(getParser(), data, &text))
    return std::nullopt;
  Expected<json::Value> model = json::parse(text);
  if (model)
    return std::move(*model);
  consumeError(model.takeError());
  return std::nullopt;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  FuzzValues values(seed);
  std::optional<json::Value> model;
  if (!values.oneIn(10))
    model = read(data, size);
  if (!model)
    return LLVMFuzzerMutate(data, size, maxSize);
  for (size_t i = 1 + values.below(3); i > 0; --i)
    // Anew: values may have moved.
    Mutator(*model, seed + i).run();
  flatbuffers::Parser &parser = getParser();
  if (!parser.ParseJson(formatv("{0}", *model).str().c_str()) ||
      parser.builder_.GetSize() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, parser.builder_.GetBufferPointer(),
              parser.builder_.GetSize());
  return parser.builder_.GetSize();
}
