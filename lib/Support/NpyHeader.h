//===- NpyHeader.h - The header of a .npy file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Parsing and printing of .npy headers: magic string, version, length, and a
/// Python dictionary with the keys descr, fortran_order and shape
/// (numpy.lib.format).
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_SUPPORT_NPYHEADER_H
#define QUANTC_LIB_SUPPORT_NPYHEADER_H

#include "quantc/Support/Npz.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <system_error>

namespace quantc {

/// The error for a valid header whose array has an unsupported element type.
class UnsupportedArray : public llvm::ErrorInfo<UnsupportedArray> {
public:
  static char ID;
  explicit UnsupportedArray(const llvm::Twine &message) : text(message.str()) {}
  void log(llvm::raw_ostream &os) const override { os << text; }
  std::error_code convertToErrorCode() const override {
    return std::make_error_code(std::errc::not_supported);
  }

private:
  std::string text;
};

/// Bytes before the header's text: magic, version, and the longer length field.
inline constexpr size_t kNpyPreambleBytes = 12;

/// Where the text of a .npy header stands.
struct NpyPreamble {
  size_t textOffset = 0;
  size_t textBytes = 0;
};

/// Reads magic string, version and length from the first kNpyPreambleBytes (or
/// fewer) bytes of a file of `fileBytes` bytes, which must hold the whole text.
llvm::Expected<NpyPreamble> parseNpyPreamble(llvm::StringRef start,
                                             uint64_t fileBytes);

struct NpyHeader {
  ElementType type = ElementType::Float32;
  std::vector<int64_t> shape;
  /// Bytes of the data that `shape` and `type` declare.
  uint64_t dataBytes = 0;
};

/// Parses the header's text; unsupported element types (UnsupportedArray) and
/// orders are errors.
llvm::Expected<NpyHeader> parseNpyHeader(llvm::StringRef text);

/// Reads an array from a .npy file of `fileBytes` bytes. `read` delivers the
/// next bytes of the file. Nothing is allocated that is larger than the file.
llvm::Expected<Array>
readNpyArray(uint64_t fileBytes,
             llvm::function_ref<llvm::Error(char *to, size_t size)> read);

/// Preamble and text for `array`, version 1.
std::string printNpyHeader(const Array &array);

} // namespace quantc

#endif // QUANTC_LIB_SUPPORT_NPYHEADER_H
