//===- OnnxMutator.cpp - Mutations of .onnx files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Bytes of a protocol buffer that are changed at random end up in the parser.
/// Here models are parsed, changed, and written again: any field of any
/// message through reflection, and what keeps a model sensible so that the
/// importer goes on, such as another operation on the same tensors.
///
//===----------------------------------------------------------------------===//

#include "FuzzValues.h"
#include "Importer.h"

#include <google/protobuf/stubs/logging.h>

#include <map>

using namespace quantc;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using onnx::TensorProto;

namespace {
/// "<domain>.<name>", or the name alone.
struct OpName {
  std::string domain, name;
};

class Mutator {
public:
  Mutator(onnx::ModelProto &model, unsigned seed)
      : model(model), graph(*model.mutable_graph()), values(seed) {
    collect(model);
    collectNames();
  }

  void run();

private:
  void collect(Message &message);
  void collectNames();
  void donate(const Message &message);
  const Message *findDonor(const Descriptor *type);

  void changeAnyField();
  void changeRepeated(Message &message, const FieldDescriptor *field);
  void changeElement(Message &message, const FieldDescriptor *field, int i);
  void changeSingle(Message &message, const FieldDescriptor *field);
  std::string changeString(const FieldDescriptor *field, std::string old);

  void changeOp();
  void insertNode();
  void changeTensor();
  void changeInput();
  void makeInput();
  void changeOpset();

  onnx::ModelProto &model;
  onnx::GraphProto &graph;
  FuzzValues values;
  std::vector<Message *> messages;
  std::vector<std::string> names;
};
} // namespace

/// Messages of models seen before, to be put into others.
static std::map<const Descriptor *, std::vector<std::unique_ptr<Message>>> &
getDonors() {
  static std::map<const Descriptor *, std::vector<std::unique_ptr<Message>>>
      donors;
  return donors;
}

static const std::vector<OpName> &getOps() {
  static const std::vector<OpName> ops = [] {
    onnximport::Handlers handlers;
    onnximport::addHandlers(handlers);
    std::vector<OpName> result;
    for (llvm::StringRef key : handlers.keys()) {
      auto [domain, name] = key.rsplit('.');
      result.push_back(name.empty() ? OpName{"", key.str()}
                                    : OpName{domain.str(), name.str()});
    }
    return result;
  }();
  return ops;
}

void Mutator::donate(const Message &message) {
  constexpr size_t kMostDonors = 300, kMostBytes = 2000;
  if (message.ByteSizeLong() > kMostBytes)
    return;
  auto &donors = getDonors()[message.GetDescriptor()];
  if (donors.size() < kMostDonors)
    donors.emplace_back();
  else if (!values.oneIn(20))
    return;
  std::unique_ptr<Message> &donor = values.pick(donors);
  std::unique_ptr<Message> &place = donor ? donor : donors.back();
  place.reset(message.New());
  place->CopyFrom(message);
}

void Mutator::collect(Message &message) {
  constexpr size_t kMostMessages = 20'000;
  if (messages.size() > kMostMessages)
    return;
  messages.push_back(&message);
  donate(message);
  const Reflection *reflection = message.GetReflection();
  std::vector<const FieldDescriptor *> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor *field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      continue;
    if (!field->is_repeated())
      collect(*reflection->MutableMessage(&message, field));
    else
      for (int i = 0, e = reflection->FieldSize(message, field); i < e; ++i)
        collect(*reflection->MutableRepeatedMessage(&message, field, i));
  }
}

void Mutator::collectNames() {
  for (const onnx::NodeProto &node : graph.node())
    names.insert(names.end(), node.output().begin(), node.output().end());
  for (const TensorProto &tensor : graph.initializer())
    names.push_back(tensor.name());
  for (const onnx::ValueInfoProto &input : graph.input())
    names.push_back(input.name());
  names.push_back("");
}

const Message *Mutator::findDonor(const Descriptor *type) {
  auto &donors = getDonors()[type];
  return donors.empty() ? nullptr : values.pick(donors).get();
}

//===----------------------------------------------------------------------===//
// Any field
//===----------------------------------------------------------------------===//

std::string Mutator::changeString(const FieldDescriptor *field,
                                  std::string old) {
  if (field->name() == "op_type")
    return values.pick(getOps()).name;
  bool isContent = field->type() == FieldDescriptor::TYPE_BYTES;
  return isContent || values.oneIn(8) ? values.mutate(std::move(old))
                                      : values.pick(names);
}

void Mutator::changeSingle(Message &message, const FieldDescriptor *field) {
  const Reflection *reflection = message.GetReflection();
  switch (field->cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return reflection->SetInt32(
        &message, field, values.integer(reflection->GetInt32(message, field)));
  case FieldDescriptor::CPPTYPE_INT64:
    return reflection->SetInt64(
        &message, field, values.integer(reflection->GetInt64(message, field)));
  case FieldDescriptor::CPPTYPE_FLOAT:
    return reflection->SetFloat(
        &message, field, values.real(reflection->GetFloat(message, field)));
  case FieldDescriptor::CPPTYPE_ENUM:
    return reflection->SetEnumValue(
        &message, field,
        field->enum_type()
            ->value(values.below(field->enum_type()->value_count()))
            ->number());
  case FieldDescriptor::CPPTYPE_STRING:
    return reflection->SetString(
        &message, field,
        changeString(field, reflection->GetString(message, field)));
  case FieldDescriptor::CPPTYPE_MESSAGE:
    if (const Message *donor = findDonor(field->message_type()))
      reflection->MutableMessage(&message, field)->CopyFrom(*donor);
    return;
  default:
    return; // None of the format.
  }
}

void Mutator::changeElement(Message &message, const FieldDescriptor *field,
                            int i) {
  const Reflection *reflection = message.GetReflection();
  switch (field->cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return reflection->SetRepeatedInt32(
        &message, field, i,
        values.integer(reflection->GetRepeatedInt32(message, field, i)));
  case FieldDescriptor::CPPTYPE_INT64:
    return reflection->SetRepeatedInt64(
        &message, field, i,
        values.integer(reflection->GetRepeatedInt64(message, field, i)));
  case FieldDescriptor::CPPTYPE_FLOAT:
    return reflection->SetRepeatedFloat(
        &message, field, i,
        values.real(reflection->GetRepeatedFloat(message, field, i)));
  case FieldDescriptor::CPPTYPE_STRING:
    return reflection->SetRepeatedString(
        &message, field, i,
        changeString(field, reflection->GetRepeatedString(message, field, i)));
  case FieldDescriptor::CPPTYPE_MESSAGE:
    if (const Message *donor = findDonor(field->message_type()))
      reflection->MutableRepeatedMessage(&message, field, i)->CopyFrom(*donor);
    return;
  default:
    return;
  }
}

void Mutator::changeRepeated(Message &message, const FieldDescriptor *field) {
  const Reflection *reflection = message.GetReflection();
  int size = reflection->FieldSize(message, field);
  auto add = [&] {
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->AddInt32(&message, field, values.integer(0));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->AddInt64(&message, field, values.integer(0));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection->AddFloat(&message, field, values.real(1));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->AddString(&message, field, values.pick(names));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (const Message *donor = findDonor(field->message_type()))
        reflection->AddMessage(&message, field)->CopyFrom(*donor);
      return;
    default:
      return;
    }
  };
  if (size == 0)
    return add();
  int at = static_cast<int>(values.below(size));
  switch (values.below(5)) {
  case 0:
    reflection->SwapElements(&message, field, at, size - 1);
    return reflection->RemoveLast(&message, field);
  case 1:
    add();
    size = reflection->FieldSize(message, field);
    return reflection->SwapElements(&message, field, at, size - 1);
  case 2:
    return reflection->SwapElements(&message, field, at, values.below(size));
  default:
    return changeElement(message, field, at);
  }
}

void Mutator::changeAnyField() {
  Message &message = *values.pick(messages);
  const Reflection *reflection = message.GetReflection();
  const Descriptor *type = message.GetDescriptor();
  std::vector<const FieldDescriptor *> fields;
  reflection->ListFields(message, &fields);
  const FieldDescriptor *field =
      fields.empty() || values.oneIn(4)
          ? type->field(static_cast<int>(values.below(type->field_count())))
          : values.pick(fields);
  if (field->is_repeated())
    changeRepeated(message, field);
  else if (values.oneIn(8))
    reflection->ClearField(&message, field);
  else
    changeSingle(message, field);
}

//===----------------------------------------------------------------------===//
// What keeps a model sensible
//===----------------------------------------------------------------------===//

void Mutator::changeOp() {
  if (graph.node_size() == 0)
    return;
  const OpName &op = values.pick(getOps());
  onnx::NodeProto &node = values.pick(*graph.mutable_node());
  node.set_op_type(op.name);
  node.set_domain(op.domain);
}

/// A node of some tensors, whose result takes the place of one of them or is
/// what the graph returns.
void Mutator::insertNode() {
  const OpName &op = values.pick(getOps());
  onnx::NodeProto &node = *graph.add_node();
  node.set_op_type(op.name);
  node.set_domain(op.domain);
  for (size_t i = 0, e = 1 + values.below(4); i < e; ++i)
    node.add_input(values.pick(names));
  node.add_output("new" + std::to_string(graph.node_size()));
  for (size_t i = values.below(3); i > 0; --i)
    if (const Message *donor = findDonor(onnx::AttributeProto::descriptor()))
      node.add_attribute()->CopyFrom(*donor);
  onnx::NodeProto &user = values.pick(*graph.mutable_node());
  if (values.oneIn(2) && &user != &node && user.input_size() != 0)
    values.pick(*user.mutable_input()) = node.output(0);
  else if (graph.output_size() != 0)
    graph.mutable_output(0)->set_name(node.output(0));
}

/// Gives a constant another type and shape, and as many elements.
void Mutator::changeTensor() {
  constexpr int64_t kMostElements = 4096;
  static constexpr std::pair<int, int> kTypes[] = {
      {TensorProto::FLOAT, 4},   {TensorProto::INT64, 8},
      {TensorProto::INT32, 4},   {TensorProto::INT8, 1},
      {TensorProto::UINT8, 1},   {TensorProto::BOOL, 1},
      {TensorProto::FLOAT16, 2}, {TensorProto::DOUBLE, 8}};
  std::vector<TensorProto *> tensors;
  for (Message *message : messages)
    if (message->GetDescriptor() == TensorProto::descriptor())
      tensors.push_back(static_cast<TensorProto *>(message));
  if (tensors.empty())
    return;
  TensorProto &tensor = *values.pick(tensors);
  if (tensor.ByteSizeLong() > 8 * kMostElements)
    return;
  const auto *kept = llvm::find_if(kTypes, [&](const auto &entry) {
    return entry.first == tensor.data_type();
  });
  bool keeps = kept != std::end(kTypes) && values.oneIn(2);
  auto [type, width] = keeps ? *kept : kTypes[values.below(std::size(kTypes))];
  std::string name = tensor.name(), bytes = tensor.raw_data();
  tensor.Clear();
  tensor.set_name(name);
  tensor.set_data_type(type);
  int64_t count = 1;
  for (size_t i = values.below(5); i > 0; --i) {
    auto size = static_cast<int64_t>(values.below(5));
    tensor.add_dims(size);
    count *= size;
  }
  if (values.oneIn(4))
    bytes = values.mutate(std::move(bytes));
  if (bytes.empty())
    bytes.push_back(static_cast<char>(values.below(4)));
  std::string &raw = *tensor.mutable_raw_data();
  for (int64_t i = 0; i < count * width; ++i)
    raw.push_back(bytes[i % bytes.size()]);
}

void Mutator::changeInput() {
  if (graph.input_size() == 0)
    return;
  onnx::ValueInfoProto &input = values.pick(*graph.mutable_input());
  onnx::TypeProto_Tensor &type = *input.mutable_type()->mutable_tensor_type();
  if (values.oneIn(4))
    type.set_elem_type(static_cast<int>(values.below(14)));
  onnx::TensorShapeProto &shape = *type.mutable_shape();
  if (values.oneIn(3))
    shape.add_dim()->set_dim_value(1 + values.below(5));
  else if (shape.dim_size() != 0)
    values.pick(*shape.mutable_dim()).set_dim_value(values.below(9));
}

/// A constant becomes an input: what has to be known at import is not.
void Mutator::makeInput() {
  if (graph.initializer_size() == 0)
    return;
  int last = graph.initializer_size() - 1;
  graph.mutable_initializer()->SwapElements(
      static_cast<int>(values.below(last + 1)), last);
  const TensorProto &tensor = graph.initializer(last);
  onnx::ValueInfoProto &input = *graph.add_input();
  input.set_name(tensor.name());
  onnx::TypeProto_Tensor &type = *input.mutable_type()->mutable_tensor_type();
  type.set_elem_type(tensor.data_type());
  type.mutable_shape();
  for (int64_t size : tensor.dims())
    type.mutable_shape()->add_dim()->set_dim_value(size);
  graph.mutable_initializer()->RemoveLast();
}

void Mutator::changeOpset() {
  if (model.opset_import_size() == 0)
    model.add_opset_import();
  onnx::OperatorSetIdProto &opset = values.pick(*model.mutable_opset_import());
  opset.set_version(
      onnximport::kOldestOpset +
      values.below(onnximport::kNewestOpset - onnximport::kOldestOpset + 1));
}

void Mutator::run() {
  switch (values.below(12)) {
  case 0:
    return changeOp();
  case 1:
    return insertNode();
  case 2:
    return changeTensor();
  case 3:
    return changeInput();
  case 4:
    return values.oneIn(2) ? makeInput() : changeOpset();
  default:
    return changeAnyField();
  }
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  google::protobuf::LogSilencer silencer;
  FuzzValues values(seed);
  onnx::ModelProto model;
  if (values.oneIn(10) || !model.ParseFromArray(data, static_cast<int>(size)))
    return LLVMFuzzerMutate(data, size, maxSize);
  for (size_t i = 1 + values.below(3); i > 0; --i)
    // Anew: messages may have gone.
    Mutator(model, seed + i).run();
  size_t changed = model.ByteSizeLong();
  if (changed > maxSize ||
      !model.SerializeToArray(data, static_cast<int>(maxSize)))
    return LLVMFuzzerMutate(data, size, maxSize);
  return changed;
}
