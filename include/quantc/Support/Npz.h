//===- Npz.h - NumPy .npy and .npz files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Reads and writes arrays in NumPy's .npy format (versions 1 to 3), and zip
/// archives of them. Files are not trusted: sizes are checked against the file
/// before anything is allocated. Arrays must be C-contiguous and little-endian,
/// of booleans, integers or floats. Everything else is an error that names the
/// file and the key.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_SUPPORT_NPZ_H
#define QUANTC_SUPPORT_NPZ_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quantc {

/// Element types that networks and data use.
enum class ElementType {
  Bool,
  Int8,
  UInt8,
  Int16,
  UInt16,
  Int32,
  UInt32,
  Int64,
  UInt64,
  Float16,
  Float32,
  Float64
};

/// Bytes of one element.
size_t byteSize(ElementType type);
/// NumPy's name ("int8", "float32", ...).
llvm::StringRef stringify(ElementType type);
/// The type that NumPy calls `name`, if it is one of the above.
std::optional<ElementType> parseElementType(llvm::StringRef name);

/// A dense, row-major array that owns its bytes (little-endian).
struct Array {
  ElementType type = ElementType::Float32;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;

  int64_t elementCount() const;
  /// The elements as T. T has the size of the element type.
  template <typename T>
  llvm::ArrayRef<T> as() const {
    return {reinterpret_cast<const T *>(bytes.data()),
            bytes.size() / sizeof(T)};
  }
  template <typename T>
  llvm::MutableArrayRef<T> as() {
    return {reinterpret_cast<T *>(bytes.data()), bytes.size() / sizeof(T)};
  }
  /// An array of zeros.
  static Array zeros(ElementType type, llvm::ArrayRef<int64_t> shape);
};

/// The elements, whatever their type; 64-bit integers are rounded.
std::vector<double> toDoubles(const Array &array);

using ArrayMap = std::map<std::string, Array>;

/// Reads one .npy file.
llvm::Expected<Array> readNpy(llvm::StringRef path);
/// Reads all arrays of an .npz file. Keys are the member names without ".npy".
/// If an array has elements of an unsupported type, such as text, that is an
/// error. If `unsupported` is not null, it gets the key and the message
/// instead.
llvm::Expected<ArrayMap>
readNpz(llvm::StringRef path,
        std::map<std::string, std::string> *unsupported = nullptr);
/// Writes an .npz file (deflated) to a temporary name and renames it.
llvm::Error writeNpz(llvm::StringRef path, const ArrayMap &arrays);
/// Writes a .npy file to a temporary name and renames it.
llvm::Error writeNpy(llvm::StringRef path, const Array &array);

} // namespace quantc

#endif // QUANTC_SUPPORT_NPZ_H
