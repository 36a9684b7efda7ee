//===- TensorData.h - Constants of an ONNX file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// TensorProto as arrays: every way in which a file stores numbers, checked
/// against the tensor's shape before anything is allocated.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_ONNX_TENSORDATA_H
#define QUANTC_LIB_IMPORT_ONNX_TENSORDATA_H

#include "Proto.h"
#include "quantc/Support/Npz.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace quantc::onnximport {

/// The type that elements of an ONNX type have here. float16, bfloat16 and
/// double become float32; complex numbers and strings are an error.
llvm::Expected<ElementType> getElementType(int onnxType);

/// ONNX's name of a type ("FLOAT16").
std::string getTypeName(int onnxType);

/// Types of 4 bits, which the protocol buffers of old releases do not name.
inline constexpr int kUInt4 = 21, kInt4 = 22;
inline bool isNibble(int onnxType) {
  return onnxType == kUInt4 || onnxType == kInt4;
}

/// The values of `tensor`; those of 4 bits become uint8 and int8. Files of
/// external data are read below `directory` only.
llvm::Expected<Array> readTensor(const onnx::TensorProto &tensor,
                                 llvm::StringRef directory);

/// The bytes that `tensor` has in another file, `needed` ones unless it says
/// how many. The file has to lie below `directory`.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readExternalData(const onnx::TensorProto &tensor, uint64_t needed,
                 llvm::StringRef directory);

} // namespace quantc::onnximport

#endif // QUANTC_LIB_IMPORT_ONNX_TENSORDATA_H
