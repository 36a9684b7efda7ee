//===- HostConstants.cpp - Constants known while reading -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Import/Host/HostTensor.h"
#include "quantc/Import/NetworkBuilder.h"

#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace quantc;

Value NetworkBuilder::hostConstant(const Array &array, StringRef name) {
  auto as = [&](ElementType type, Type element) -> Value {
    RankedTensorType tensor = getType(array.shape, element);
    if (!tensor)
      return {};
    auto getBytes = [](const Array &values) {
      return ArrayRef<char>(reinterpret_cast<const char *>(values.bytes.data()),
                            values.bytes.size());
    };
    return type == array.type
               ? constant(tensor, getBytes(array))
               : constant(tensor, getBytes(host::cast(array, type)));
  };
  switch (array.type) {
  case ElementType::Bool:
    return as(ElementType::Bool, getBoolType());
  case ElementType::Int8:
    return as(ElementType::Int8, builder.getI8Type());
  case ElementType::Int16:
    return as(ElementType::Int16, builder.getI16Type());
  case ElementType::Float16:
  case ElementType::Float32:
  case ElementType::Float64:
    return as(ElementType::Float32, getF32Type());
  default:
    break;
  }
  bool isUnsigned = array.type == ElementType::UInt64;
  for (int64_t i = 0, e = array.elementCount(); i < e; ++i)
    if (int64_t value = host::getInt(array, i);
        value != static_cast<int32_t>(value) || (isUnsigned && value < 0)) {
      emitError() << "the constant '" << llvm::json::fixUTF8(name) << "' holds "
                  << value
                  << ", which does not fit into the 32 bits that integers "
                     "have in a network";
      return {};
    }
  return as(ElementType::Int32, getI32Type());
}
