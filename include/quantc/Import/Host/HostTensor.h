//===- HostTensor.h - Arithmetic on tensors known at import -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Exporters write computations on constants, above all on shapes, as nodes of
/// the network. They are computed with these functions while the file is read.
/// All are pure functions on arrays. The caller has checked axes and shapes,
/// and limits the size of results with `countElements`.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_IMPORT_HOST_HOSTTENSOR_H
#define QUANTC_IMPORT_HOST_HOSTTENSOR_H

#include "quantc/Support/Npz.h"

#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace quantc::host {

using Shape = llvm::SmallVector<int64_t, 6>;

/// Constants with more elements than this are neither computed nor filled at
/// import.
inline constexpr int64_t kMaxFoldedElements = int64_t(1) << 22;
/// All constants computed at import together have at most this many bytes.
inline constexpr size_t kMaxFoldedBytes = size_t(1) << 28;
/// Tensors with more elements than this are refused, because no memory can hold
/// them.
inline constexpr int64_t kMaxElements = int64_t(1) << 31;

/// The number of elements, nullopt if negative sizes or more than
/// `kMaxElements`.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

bool isFloat(ElementType type);

/// Element `index` as an integer. Real numbers are truncated, and saturate.
int64_t getInt(const Array &array, int64_t index);
double getReal(const Array &array, int64_t index);
/// Stores a value; integers wrap as in C, reals are rounded.
void setInt(Array &array, int64_t index, int64_t value);
void setReal(Array &array, int64_t index, double value);

/// Every element as an integer.
llvm::SmallVector<int64_t> getInts(const Array &array);

Array makeInts(llvm::ArrayRef<int64_t> values);
/// The sequence start, start + delta, ... up to but without `limit`. The
/// arguments have one element each, and the result has the type of `start`.
/// Nullopt if the step is 0, or if there are more than `kMaxFoldedElements`
/// elements.
std::optional<Array> makeRange(const Array &start, const Array &limit,
                               const Array &delta);

/// numpy's broadcast of two shapes, nullopt if they do not fit.
std::optional<Shape> broadcastShapes(llvm::ArrayRef<int64_t> a,
                                     llvm::ArrayRef<int64_t> b);

//===----------------------------------------------------------------------===//
// Moving elements
//===----------------------------------------------------------------------===//

Array reshape(const Array &in, llvm::ArrayRef<int64_t> shape);
Array transpose(const Array &in, llvm::ArrayRef<int64_t> perms);
/// Along every dimension d, takes the elements starts[d] + i * steps[d]. Steps
/// may be negative.
Array slice(const Array &in, llvm::ArrayRef<int64_t> starts,
            llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<int64_t> steps);
/// The elements that numpy's start:end:step selects from a dimension of `size`:
/// the position of the first, and their number. `step` is not 0.
std::pair<int64_t, int64_t> clampRange(int64_t start, int64_t end, int64_t step,
                                       int64_t size);
/// Broadcasts to `shape`, which `in`'s shape broadcasts to.
Array expand(const Array &in, llvm::ArrayRef<int64_t> shape);
Array concat(llvm::ArrayRef<const Array *> inputs, int64_t axis);
/// Takes the elements at `indices`, which are in range, along `axis`.
Array gather(const Array &in, const Array &indices, int64_t axis);

//===----------------------------------------------------------------------===//
// Computing
//===----------------------------------------------------------------------===//

enum class Binary {
  Add,
  Sub,
  Mul,
  Div,       ///< integers: towards zero
  FloorDiv,  ///< the largest integer below the quotient
  Mod,       ///< what FloorDiv leaves: the sign is the divisor's
  Remainder, ///< the sign is the dividend's
  Pow,
  Min,
  Max,
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  And,
  Or,
  Xor
};
enum class Unary {
  Neg,
  Abs,
  Sqrt,
  Exp,
  Log,
  Floor,
  Ceil,
  Round, ///< halves to even
  Reciprocal,
  Not
};
enum class Reduction { Sum, Mean, Prod, Max, Min };

bool isComparison(Binary kind);

/// Elementwise with broadcasting; the shapes fit. Nullopt for a division of
/// integers by zero.
std::optional<Array> compute(Binary kind, const Array &a, const Array &b);
Array compute(Unary kind, const Array &in);
/// Computes `condition` != 0 ? a : b, broadcast to `shape`.
Array select(const Array &condition, const Array &a, const Array &b,
             llvm::ArrayRef<int64_t> shape);
Array cast(const Array &in, ElementType type);
/// Reduces `axes` to size 1. If there are no elements, a sum is 0, a product is
/// 1, a maximum is the least number of the type, a minimum is its largest
/// number, and a mean is NaN (0 in integers).
Array reduce(Reduction kind, const Array &in, llvm::ArrayRef<int64_t> axes);

} // namespace quantc::host

#endif // QUANTC_IMPORT_HOST_HOSTTENSOR_H
