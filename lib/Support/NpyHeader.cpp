//===- NpyHeader.cpp - The header of a .npy file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NpyHeader.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

using namespace quantc;
using namespace llvm;

static constexpr StringLiteral kMagic("\x93NUMPY");
/// NumPy's own limit of dimensions.
static constexpr size_t kMaxRank = 64;

namespace {
/// NumPy's kind letter and size of an element type.
struct TypeInfo {
  ElementType type;
  char kind;
  unsigned size;
  StringLiteral name;
};
} // namespace

static constexpr TypeInfo kTypes[] = {
    {ElementType::Bool, 'b', 1, "bool"},
    {ElementType::Int8, 'i', 1, "int8"},
    {ElementType::UInt8, 'u', 1, "uint8"},
    {ElementType::Int16, 'i', 2, "int16"},
    {ElementType::UInt16, 'u', 2, "uint16"},
    {ElementType::Int32, 'i', 4, "int32"},
    {ElementType::UInt32, 'u', 4, "uint32"},
    {ElementType::Int64, 'i', 8, "int64"},
    {ElementType::UInt64, 'u', 8, "uint64"},
    {ElementType::Float16, 'f', 2, "float16"},
    {ElementType::Float32, 'f', 4, "float32"},
    {ElementType::Float64, 'f', 8, "float64"},
};

static const TypeInfo &infoOf(ElementType type) {
  return kTypes[static_cast<size_t>(type)];
}

size_t quantc::byteSize(ElementType type) { return infoOf(type).size; }
StringRef quantc::stringify(ElementType type) { return infoOf(type).name; }

std::optional<ElementType> quantc::parseElementType(StringRef name) {
  for (int i = 0; i <= static_cast<int>(ElementType::Float64); ++i)
    if (stringify(static_cast<ElementType>(i)) == name)
      return static_cast<ElementType>(i);
  return std::nullopt;
}

Expected<NpyPreamble> quantc::parseNpyPreamble(StringRef start,
                                               uint64_t fileBytes) {
  if (!start.starts_with(kMagic))
    return createStringError("not a .npy file (the magic string is missing)");
  if (start.size() < 8)
    return createStringError("truncated .npy file (no version)");
  unsigned major = static_cast<uint8_t>(start[6]);
  if (major < 1 || major > 3)
    return createStringError("unsupported .npy version " + Twine(major) +
                             "; versions 1 to 3 are read");
  unsigned lengthBytes = major == 1 ? 2 : 4;
  NpyPreamble preamble;
  preamble.textOffset = 8 + lengthBytes;
  if (start.size() < preamble.textOffset)
    return createStringError("truncated .npy file (no header length)");
  const char *length = start.data() + 8;
  preamble.textBytes = major == 1 ? support::endian::read16le(length)
                                  : support::endian::read32le(length);
  if (preamble.textBytes > fileBytes - preamble.textOffset)
    return createStringError(
        "truncated .npy file (a header of " + Twine(preamble.textBytes) +
        " bytes is announced, " + Twine(fileBytes - preamble.textOffset) +
        " are there)");
  return preamble;
}

namespace {
/// Parses the dictionary literal: strings, True, False, tuples of integers.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  Error parse();

  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;

private:
  bool consume(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }
  Error parseEntry();
  Error parseString(std::string &result);
  Error parseBool(bool &result);
  Error parseShape();

  StringRef rest;
  bool hasDescr = false, hasOrder = false, hasShape = false;
};
} // namespace

Error HeaderParser::parseString(std::string &result) {
  rest = rest.ltrim();
  if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
    return createStringError("malformed .npy header (a string is expected)");
  size_t end = rest.find(rest[0], 1);
  if (end == StringRef::npos)
    return createStringError("malformed .npy header (unterminated string)");
  result = rest.slice(1, end).str();
  rest = rest.drop_front(end + 1);
  return Error::success();
}

Error HeaderParser::parseBool(bool &result) {
  if (consume("True"))
    result = true;
  else if (consume("False"))
    result = false;
  else
    return createStringError(
        "malformed .npy header (fortran_order is not a boolean)");
  return Error::success();
}

Error HeaderParser::parseShape() {
  if (!consume("("))
    return createStringError("malformed .npy header (shape is not a tuple)");
  while (!consume(")")) {
    rest = rest.ltrim();
    int64_t dim = 0;
    if (rest.consumeInteger(10, dim))
      return createStringError(
          "malformed .npy header (a dimension of shape is not an "
          "integer of 64 bits)");
    if (dim < 0)
      return createStringError("negative dimension " + Twine(dim) +
                               " in the shape");
    rest.consume_front("L"); // Python 2 wrote long integers so.
    shape.push_back(dim);
    if (shape.size() > kMaxRank)
      return createStringError("more than " + Twine(kMaxRank) + " dimensions");
    if (!consume(",") && !rest.ltrim().starts_with(")"))
      return createStringError("malformed .npy header (shape is not a tuple)");
  }
  return Error::success();
}

Error HeaderParser::parseEntry() {
  std::string key;
  if (Error error = parseString(key))
    return error;
  if (!consume(":"))
    return createStringError("malformed .npy header (':' is expected)");
  bool *seen = key == "descr"           ? &hasDescr
               : key == "fortran_order" ? &hasOrder
               : key == "shape"         ? &hasShape
                                        : nullptr;
  if (!seen)
    return createStringError("unknown key '" + Twine(key) +
                             "' in the .npy header");
  if (std::exchange(*seen, true))
    return createStringError("key '" + Twine(key) +
                             "' twice in the .npy header");
  if (seen == &hasShape)
    return parseShape();
  if (seen == &hasOrder)
    return parseBool(fortranOrder);
  if (rest.ltrim().starts_with("["))
    return createStringError(
        "structured element types are not supported; save each "
        "field as an array of its own");
  return parseString(descr);
}

Error HeaderParser::parse() {
  if (!consume("{"))
    return createStringError("malformed .npy header (not a dictionary)");
  while (!consume("}")) {
    if (Error error = parseEntry())
      return error;
    if (!consume(",") && !rest.ltrim().starts_with("}"))
      return createStringError(
          "malformed .npy header (',' or '}' is expected)");
  }
  if (!rest.trim().empty())
    return createStringError(
        "malformed .npy header (text after the dictionary)");
  if (!hasDescr || !hasOrder || !hasShape)
    return createStringError(
        "malformed .npy header (descr, fortran_order and shape are "
        "required)");
  return Error::success();
}

char UnsupportedArray::ID = 0;

/// The element type that NumPy spells `descr`, such as "<f4" or "|i1".
static Expected<ElementType> parseDescr(StringRef descr) {
  StringRef spelled = descr;
  char order = spelled.empty() ? '\0' : spelled.front();
  if (order == '<' || order == '>' || order == '=' || order == '|')
    spelled = spelled.drop_front();
  if (spelled.starts_with("O"))
    return make_error<UnsupportedArray>(
        "arrays of Python objects are not supported; convert with "
        "astype(numpy.float32)");
  char kind = spelled.empty() ? '\0' : spelled.front();
  unsigned size = 0;
  bool isNumber =
      !spelled.empty() && !spelled.drop_front().getAsInteger(10, size);
  for (const TypeInfo &info : kTypes) {
    if (!isNumber || info.kind != kind || info.size != size)
      continue;
    if (order == '>' && size > 1)
      return createStringError("big-endian data ('" + descr +
                               "') is not supported; convert with astype('<" +
                               spelled + "')");
    return info.type;
  }
  return make_error<UnsupportedArray>(
      "unsupported element type '" + descr +
      "'; bool, integers and floats of 16 to 64 bits are read");
}

/// The number of bytes of an array. Nullopt if this number, or the product of
/// the dimensions that are not zero, does not fit in 63 bits.
static std::optional<uint64_t> countBytes(ArrayRef<int64_t> shape,
                                          uint64_t elementBytes) {
  uint64_t bytes = elementBytes;
  bool isEmpty = false;
  for (int64_t dim : shape) {
    isEmpty |= dim == 0;
    bool overflow = false;
    bytes = SaturatingMultiply<uint64_t>(bytes, dim == 0 ? 1 : dim, &overflow);
    if (overflow || bytes > static_cast<uint64_t>(INT64_MAX))
      return std::nullopt;
  }
  return isEmpty ? 0 : bytes;
}

Expected<NpyHeader> quantc::parseNpyHeader(StringRef text) {
  HeaderParser parser(text);
  if (Error error = parser.parse())
    return std::move(error);
  Expected<ElementType> type = parseDescr(parser.descr);
  if (!type)
    return type.takeError();
  if (parser.fortranOrder && parser.shape.size() > 1)
    return createStringError("Fortran order is not supported; save "
                             "numpy.ascontiguousarray(x)");
  std::optional<uint64_t> bytes = countBytes(parser.shape, byteSize(*type));
  if (!bytes)
    return createStringError(
        "the shape declares more elements than can be addressed");
  return NpyHeader{*type, std::move(parser.shape), *bytes};
}

std::string quantc::printNpyHeader(const Array &array) {
  const TypeInfo &info = infoOf(array.type);
  std::string text;
  raw_string_ostream os(text);
  os << "{'descr': '" << (info.size == 1 ? '|' : '<') << info.kind << info.size
     << "', 'fortran_order': False, 'shape': (";
  interleaveComma(array.shape, os);
  os << (array.shape.size() == 1 ? ",), }" : "), }");
  // The data starts at a multiple of 64 bytes, so that it can be mapped.
  constexpr size_t kTextOffset = 10;
  size_t end = alignTo(kTextOffset + text.size() + 1, 64);
  text.append(end - kTextOffset - text.size() - 1, ' ');
  text.push_back('\n');
  std::string header = kMagic.str() + std::string("\x01\x00", 2);
  header.push_back(static_cast<char>(text.size() & 0xff));
  header.push_back(static_cast<char>(text.size() >> 8));
  return header + text;
}
