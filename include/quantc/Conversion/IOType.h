//===- IOType.h - Element types of inputs and outputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CONVERSION_IOTYPE_H
#define QUANTC_CONVERSION_IOTYPE_H

#include "llvm/Support/CommandLine.h"

namespace quantc {

/// The element type of a network's inputs or outputs.
enum class IOType {
  Native,  ///< The network's own: float32, or the integers with which it came.
  Float,   ///< float32.
  Float16, ///< float16, converted to and from float32 at the border.
  Int8,    ///< Quantized to 8 bits, signed.
  UInt8,   ///< The same with zero points that are larger by 128.
  Int16,   ///< Quantized to 16 bits, by the scheme int16x8.
};

/// The types by name, for options.
inline llvm::cl::ValuesClass ioValues() {
  return llvm::cl::values(
      clEnumValN(IOType::Native, "native", "those of the network (default)"),
      clEnumValN(IOType::Float, "float", "float32"),
      clEnumValN(IOType::Float16, "float16", "float16"),
      clEnumValN(IOType::Int8, "int8", "quantized, signed"),
      clEnumValN(IOType::UInt8, "uint8", "quantized, unsigned"),
      clEnumValN(IOType::Int16, "int16", "quantized by the scheme int16x8"));
}

} // namespace quantc

#endif // QUANTC_CONVERSION_IOTYPE_H
