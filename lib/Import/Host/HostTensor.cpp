//===- HostTensor.cpp - Tensors known at import -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Import/Host/HostTensor.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace quantc;
using namespace quantc::host;
using namespace llvm;

std::optional<int64_t> host::countElements(ArrayRef<int64_t> shape) {
  // Strides of empty tensors are numbers too: a 0 hides no absurd sizes.
  int64_t count = 1;
  for (int64_t size : shape)
    if (size < 0 || MulOverflow(count, std::max<int64_t>(size, 1), count) ||
        count > kMaxElements)
      return std::nullopt;
  return llvm::is_contained(shape, 0) ? 0 : count;
}

bool host::isFloat(ElementType type) {
  return type == ElementType::Float16 || type == ElementType::Float32 ||
         type == ElementType::Float64;
}

/// Towards zero; what does not fit is the nearest limit, NaN is 0 (N54).
template <typename T>
static T saturate(double value) {
  if (std::isnan(value))
    return 0;
  if (value >= static_cast<double>(std::numeric_limits<T>::max()))
    return std::numeric_limits<T>::max();
  if (value <= static_cast<double>(std::numeric_limits<T>::lowest()))
    return std::numeric_limits<T>::lowest();
  return static_cast<T>(value);
}

/// Calls `visit` with a typed pointer to the elements.
template <typename Bytes, typename Visitor>
static auto dispatch(ElementType type, Bytes *bytes, Visitor visit) {
  auto as = [&](auto tag) {
    using T = std::conditional_t<std::is_const_v<Bytes>, const decltype(tag),
                                 decltype(tag)>;
    return visit(reinterpret_cast<T *>(bytes));
  };
  switch (type) {
  case ElementType::Bool:
  case ElementType::UInt8:
    return as(uint8_t());
  case ElementType::Int8:
    return as(int8_t());
  case ElementType::Int16:
    return as(int16_t());
  case ElementType::UInt16:
  case ElementType::Float16: // Converted when read; only the size matters.
    return as(uint16_t());
  case ElementType::Int32:
    return as(int32_t());
  case ElementType::UInt32:
    return as(uint32_t());
  case ElementType::Int64:
    return as(int64_t());
  case ElementType::UInt64:
    return as(uint64_t());
  case ElementType::Float32:
    return as(float());
  case ElementType::Float64:
    return as(double());
  }
  llvm_unreachable("all element types handled");
}

int64_t host::getInt(const Array &array, int64_t index) {
  return dispatch(array.type, array.bytes.data(), [&](auto *data) -> int64_t {
    if constexpr (std::is_floating_point_v<
                      std::remove_reference_t<decltype(data[0] + 0)>>)
      return saturate<int64_t>(data[index]);
    else
      return static_cast<int64_t>(data[index]);
  });
}

double host::getReal(const Array &array, int64_t index) {
  return dispatch(array.type, array.bytes.data(),
                  [&](auto *data) { return static_cast<double>(data[index]); });
}

void host::setInt(Array &array, int64_t index, int64_t value) {
  dispatch(array.type, array.bytes.data(), [&](auto *data) {
    data[index] = static_cast<std::decay_t<decltype(data[0])>>(value);
  });
  if (array.type == ElementType::Bool)
    array.bytes[index] = value != 0;
}

void host::setReal(Array &array, int64_t index, double value) {
  if (array.type == ElementType::Float32)
    array.as<float>()[index] = static_cast<float>(value);
  else if (array.type == ElementType::Float64)
    array.as<double>()[index] = value;
  else if (array.type == ElementType::Bool)
    setInt(array, index, value != 0);
  else
    dispatch(array.type, array.bytes.data(), [&](auto *data) {
      data[index] = saturate<std::decay_t<decltype(data[0])>>(value);
    });
}

SmallVector<int64_t> host::getInts(const Array &array) {
  SmallVector<int64_t> values(array.elementCount());
  for (auto [index, value] : llvm::enumerate(values))
    value = getInt(array, index);
  return values;
}

Array host::makeInts(ArrayRef<int64_t> values) {
  Array array =
      Array::zeros(ElementType::Int64, {static_cast<int64_t>(values.size())});
  llvm::copy(values, array.as<int64_t>().begin());
  return array;
}

std::optional<Array> host::makeRange(const Array &start, const Array &limit,
                                     const Array &delta) {
  double step = getReal(delta, 0);
  double count = std::ceil((getReal(limit, 0) - getReal(start, 0)) / step);
  if (step == 0 || std::isnan(count) || count > kMaxFoldedElements)
    return std::nullopt;
  Array out =
      Array::zeros(start.type, {static_cast<int64_t>(std::max(count, 0.0))});
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    if (isFloat(start.type))
      setReal(out, i, getReal(start, 0) + i * step);
    else
      setInt(out, i,
             static_cast<uint64_t>(getInt(start, 0)) +
                 static_cast<uint64_t>(getInt(delta, 0)) * i);
  }
  return out;
}

std::optional<Shape> host::broadcastShapes(ArrayRef<int64_t> a,
                                           ArrayRef<int64_t> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  Shape shape(a);
  size_t lead = a.size() - b.size();
  for (auto [index, size] : llvm::enumerate(b)) {
    int64_t &other = shape[lead + index];
    if (size != other && size != 1 && other != 1)
      return std::nullopt;
    other = other == 1 ? size : other;
  }
  return shape;
}

//===----------------------------------------------------------------------===//
// Moving elements
//===----------------------------------------------------------------------===//

static Shape getStrides(ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  return strides;
}

/// The array of `shape` whose element (i, j, ...) is the element
/// offset + i * strides[0] + j * strides[1] + ... of `in`.
static Array copyStrided(const Array &in, ArrayRef<int64_t> shape,
                         ArrayRef<int64_t> strides, int64_t offset) {
  Array out = Array::zeros(in.type, shape);
  size_t width = byteSize(in.type);
  Shape index(shape.size(), 0);
  int64_t source = offset;
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    std::memcpy(&out.bytes[i * width], &in.bytes[source * width], width);
    for (size_t dim = shape.size(); dim-- > 0;) {
      source += strides[dim];
      if (++index[dim] < shape[dim])
        break;
      source -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
  return out;
}

Array host::reshape(const Array &in, ArrayRef<int64_t> shape) {
  Array out = in;
  out.shape = shape.vec();
  return out;
}

Array host::transpose(const Array &in, ArrayRef<int64_t> perms) {
  Shape strides = getStrides(in.shape), shape, permuted;
  for (int64_t dim : perms) {
    shape.push_back(in.shape[dim]);
    permuted.push_back(strides[dim]);
  }
  return copyStrided(in, shape, permuted, 0);
}

Array host::slice(const Array &in, ArrayRef<int64_t> starts,
                  ArrayRef<int64_t> sizes, ArrayRef<int64_t> steps) {
  Shape strides = getStrides(in.shape);
  int64_t offset = 0;
  for (auto [dim, stride] : llvm::enumerate(strides)) {
    offset += starts[dim] * stride;
    stride *= steps[dim];
  }
  return copyStrided(in, sizes, strides, offset);
}

std::pair<int64_t, int64_t> host::clampRange(int64_t start, int64_t end,
                                             int64_t step, int64_t size) {
  auto clamp = [&](int64_t position) {
    position = std::clamp(position, -size - 1, size);
    position += position < 0 ? size : 0;
    return step > 0 ? std::max<int64_t>(position, 0)
                    : std::clamp<int64_t>(position, -1, size - 1);
  };
  start = clamp(start);
  end = clamp(end);
  uint64_t span = step > 0 ? end - start : start - end;
  uint64_t stride = step > 0 ? step : -static_cast<uint64_t>(step);
  if (step > 0 ? end <= start : start <= end)
    return {0, 0};
  return {start, 1 + (span - 1) / stride};
}

/// The strides with which `shape` is read as `target`: 0 where it repeats.
static Shape getBroadcastStrides(ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> target) {
  Shape strides = getStrides(shape);
  for (auto [dim, stride] : llvm::enumerate(strides))
    if (shape[dim] == 1)
      stride = 0;
  strides.insert(strides.begin(), target.size() - shape.size(), 0);
  return strides;
}

Array host::expand(const Array &in, ArrayRef<int64_t> shape) {
  return copyStrided(in, shape, getBroadcastStrides(in.shape, shape), 0);
}

Array host::concat(ArrayRef<const Array *> inputs, int64_t axis) {
  std::vector<int64_t> shape = inputs.front()->shape;
  shape[axis] = 0;
  for (const Array *input : inputs)
    shape[axis] += input->shape[axis];
  Array out = Array::zeros(inputs.front()->type, shape);
  int64_t outer = 1;
  for (int64_t dim = 0; dim < axis; ++dim)
    outer *= shape[dim];
  size_t to = 0;
  for (int64_t i = 0; i < outer; ++i)
    for (const Array *input : inputs) {
      size_t chunk = input->bytes.size() / outer;
      if (chunk)
        std::memcpy(&out.bytes[to], &input->bytes[i * chunk], chunk);
      to += chunk;
    }
  return out;
}

Array host::gather(const Array &in, const Array &indices, int64_t axis) {
  ArrayRef<int64_t> from(in.shape);
  Shape shape(from.take_front(axis));
  llvm::append_range(shape, indices.shape);
  llvm::append_range(shape, from.drop_front(axis + 1));
  Array out = Array::zeros(in.type, shape);
  int64_t outer = 1;
  for (int64_t size : from.take_front(axis))
    outer *= size;
  if (out.bytes.empty())
    return out;
  size_t slab = in.bytes.size() / outer, chunk = slab / from[axis], to = 0;
  for (int64_t i = 0; i < outer; ++i)
    for (int64_t index : getInts(indices)) {
      index += index < 0 ? from[axis] : 0;
      std::memcpy(&out.bytes[to], &in.bytes[i * slab + index * chunk], chunk);
      to += chunk;
    }
  return out;
}
