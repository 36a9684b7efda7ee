//===- Elements.cpp - Elements of arrays as reals -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Support/Npz.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"

using namespace quantc;

static double halfToDouble(uint16_t bits) {
  llvm::APFloat half(llvm::APFloat::IEEEhalf(), llvm::APInt(16, bits));
  return half.convertToFloat();
}

std::vector<double> quantc::toDoubles(const Array &array) {
  auto convert = [](auto values) {
    return std::vector<double>(values.begin(), values.end());
  };
  switch (array.type) {
  case ElementType::Int8:
    return convert(array.as<int8_t>());
  case ElementType::Bool:
  case ElementType::UInt8:
    return convert(array.as<uint8_t>());
  case ElementType::Int16:
    return convert(array.as<int16_t>());
  case ElementType::UInt16:
    return convert(array.as<uint16_t>());
  case ElementType::Int32:
    return convert(array.as<int32_t>());
  case ElementType::UInt32:
    return convert(array.as<uint32_t>());
  case ElementType::Int64:
    return convert(array.as<int64_t>());
  case ElementType::UInt64:
    return convert(array.as<uint64_t>());
  case ElementType::Float16:
    return convert(llvm::map_range(array.as<uint16_t>(), halfToDouble));
  case ElementType::Float32:
    return convert(array.as<float>());
  case ElementType::Float64:
    return convert(array.as<double>());
  }
  llvm_unreachable("every element type is handled");
}
