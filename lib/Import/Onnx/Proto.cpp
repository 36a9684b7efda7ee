//===- Proto.cpp - ONNX's protocol buffers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Proto.h"

#include <google/protobuf/unknown_field_set.h>

using namespace quantc;
using namespace llvm;

SmallVector<std::string>
onnximport::readField(const google::protobuf::Message &message, int number) {
  const google::protobuf::Reflection &reflection = *message.GetReflection();
  SmallVector<std::string> contents;
  const auto *field = message.GetDescriptor()->FindFieldByNumber(number);
  if (!field) {
    const auto &unknown = reflection.GetUnknownFields(message);
    for (int i = 0; i < unknown.field_count(); ++i)
      if (unknown.field(i).number() == number &&
          unknown.field(i).type() ==
              google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
        contents.push_back(unknown.field(i).length_delimited());
  } else if (!field->is_repeated()) {
    contents.push_back(reflection.GetString(message, field));
  } else {
    for (int i = 0; i < reflection.FieldSize(message, field); ++i)
      contents.push_back(
          reflection.GetRepeatedMessage(message, field, i).SerializeAsString());
  }
  return contents;
}
