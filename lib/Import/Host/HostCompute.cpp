//===- HostCompute.cpp - Arithmetic on tensors known at import -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Import/Host/HostTensor.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace quantc;
using namespace quantc::host;
using namespace llvm;

bool host::isComparison(Binary kind) {
  switch (kind) {
  case Binary::Equal:
  case Binary::NotEqual:
  case Binary::Less:
  case Binary::LessOrEqual:
  case Binary::Greater:
  case Binary::GreaterOrEqual:
    return true;
  default:
    return false;
  }
}

template <typename T>
static bool compareValues(Binary kind, T a, T b) {
  switch (kind) {
  case Binary::Equal:
    return a == b;
  case Binary::NotEqual:
    return a != b;
  case Binary::Less:
    return a < b;
  case Binary::LessOrEqual:
    return a <= b;
  case Binary::Greater:
    return a > b;
  default:
    return a >= b;
  }
}

static double computeReal(Binary kind, double a, double b) {
  switch (kind) {
  case Binary::Add:
    return a + b;
  case Binary::Sub:
    return a - b;
  case Binary::Mul:
    return a * b;
  case Binary::Div:
    return a / b;
  case Binary::FloorDiv:
    return std::floor(a / b);
  case Binary::Mod: {
    double rest = std::fmod(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
  case Binary::Remainder:
    return std::fmod(a, b);
  case Binary::Pow:
    return std::pow(a, b);
  case Binary::Min:
    return std::fmin(a, b);
  case Binary::Max:
    return std::fmax(a, b);
  default:
    return compareValues(kind, a, b);
  }
}

/// Wraps around as the hardware does.
static int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }

/// Towards zero. The divisor is not zero.
static int64_t divide(int64_t a, int64_t b) {
  return b == -1 ? wrap(-static_cast<uint64_t>(a)) : a / b;
}

static int64_t computeInt(Binary kind, int64_t a, int64_t b) {
  uint64_t ua = a, ub = b;
  switch (kind) {
  case Binary::Add:
    return wrap(ua + ub);
  case Binary::Sub:
    return wrap(ua - ub);
  case Binary::Mul:
    return wrap(ua * ub);
  case Binary::Div:
    return divide(a, b);
  case Binary::FloorDiv: {
    bool isExact = b == -1 || a % b == 0;
    return divide(a, b) - (!isExact && (a < 0) != (b < 0));
  }
  case Binary::Mod: {
    int64_t rest = b == -1 ? 0 : a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
  case Binary::Remainder:
    return b == -1 ? 0 : a % b;
  case Binary::Pow:
    return static_cast<int64_t>(
        std::clamp(std::pow(double(a), double(b)), -0x1p62, 0x1p62));
  case Binary::Min:
    return std::min(a, b);
  case Binary::Max:
    return std::max(a, b);
  case Binary::And:
    return a & b;
  case Binary::Or:
    return a | b;
  case Binary::Xor:
    return a ^ b;
  default:
    return compareValues(kind, a, b);
  }
}

std::optional<Array> host::compute(Binary kind, const Array &a,
                                   const Array &b) {
  Shape shape = *broadcastShapes(a.shape, b.shape);
  Array lhs = expand(a, shape), rhs = expand(b, shape);
  Array out =
      Array::zeros(isComparison(kind) ? ElementType::Bool : a.type, shape);
  bool real = isFloat(a.type) || isFloat(b.type);
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    if (real) {
      setReal(out, i, computeReal(kind, getReal(lhs, i), getReal(rhs, i)));
      continue;
    }
    int64_t divisor = getInt(rhs, i);
    bool divides = kind == Binary::Div || kind == Binary::FloorDiv ||
                   kind == Binary::Mod || kind == Binary::Remainder;
    if (divides && divisor == 0)
      return std::nullopt;
    setInt(out, i, computeInt(kind, getInt(lhs, i), divisor));
  }
  return out;
}

static double computeReal(Unary kind, double x) {
  switch (kind) {
  case Unary::Neg:
    return -x;
  case Unary::Abs:
    return std::fabs(x);
  case Unary::Sqrt:
    return std::sqrt(x);
  case Unary::Exp:
    return std::exp(x);
  case Unary::Log:
    return std::log(x);
  case Unary::Floor:
    return std::floor(x);
  case Unary::Ceil:
    return std::ceil(x);
  case Unary::Round:
    return std::nearbyint(x);
  case Unary::Reciprocal:
    return 1.0 / x;
  case Unary::Not:
    return x == 0;
  }
  llvm_unreachable("all operations handled");
}

static int64_t computeInt(Unary kind, int64_t x) {
  switch (kind) {
  case Unary::Neg:
    return wrap(-static_cast<uint64_t>(x));
  case Unary::Abs:
    return x < 0 ? wrap(-static_cast<uint64_t>(x)) : x;
  case Unary::Not:
    return x == 0;
  default:
    return x; // Rounding; the rest is for reals.
  }
}

Array host::compute(Unary kind, const Array &in) {
  Array out = Array::zeros(in.type, in.shape);
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    if (isFloat(in.type))
      setReal(out, i, computeReal(kind, getReal(in, i)));
    else
      setInt(out, i, computeInt(kind, getInt(in, i)));
  }
  return out;
}

Array host::select(const Array &condition, const Array &a, const Array &b,
                   ArrayRef<int64_t> shape) {
  Array choice = expand(condition, shape), out = expand(b, shape);
  Array chosen = expand(a, shape);
  size_t width = byteSize(out.type);
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i)
    if (getInt(choice, i) != 0)
      std::copy_n(&chosen.bytes[i * width], width, &out.bytes[i * width]);
  return out;
}

Array host::cast(const Array &in, ElementType type) {
  Array out = Array::zeros(type, in.shape);
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    if (isFloat(in.type) || isFloat(type))
      setReal(out, i, getReal(in, i));
    else
      setInt(out, i, getInt(in, i));
  }
  return out;
}

static Binary getStep(Reduction kind) {
  switch (kind) {
  case Reduction::Sum:
  case Reduction::Mean:
    return Binary::Add;
  case Reduction::Prod:
    return Binary::Mul;
  case Reduction::Max:
    return Binary::Max;
  case Reduction::Min:
    return Binary::Min;
  }
  llvm_unreachable("all reductions handled");
}

static bool isUnsigned(ElementType type) {
  return type == ElementType::Bool || type == ElementType::UInt8 ||
         type == ElementType::UInt16 || type == ElementType::UInt32 ||
         type == ElementType::UInt64;
}

/// The least or the largest number of the type of `array`, as its element.
static void setLimit(Array &array, int64_t index, bool largest) {
  if (isFloat(array.type))
    return setReal(array, index, largest ? INFINITY : -INFINITY);
  unsigned unused = 64 - 8 * byteSize(array.type);
  if (isUnsigned(array.type))
    setInt(array, index, largest ? -1 : 0);
  else
    setInt(array, index, (largest ? INT64_MAX : INT64_MIN) >> unused);
}

/// What a reduction of no elements gives, in every element of `shape`.
static Array reduceNothing(Reduction kind, ElementType type,
                           ArrayRef<int64_t> shape) {
  Array out = Array::zeros(type, shape);
  for (int64_t i = 0, e = out.elementCount(); i < e; ++i) {
    if (kind == Reduction::Prod)
      setReal(out, i, 1);
    else if (kind == Reduction::Mean)
      setReal(out, i, NAN);
    else if (kind != Reduction::Sum)
      setLimit(out, i, /*largest=*/kind == Reduction::Min);
  }
  return out;
}

Array host::reduce(Reduction kind, const Array &in, ArrayRef<int64_t> axes) {
  Array out = in;
  for (int64_t axis : axes) {
    int64_t count = out.shape[axis];
    Shape starts(out.shape.size(), 0), steps(out.shape.size(), 1);
    Shape sizes(out.shape.begin(), out.shape.end());
    sizes[axis] = 1;
    if (count == 0) {
      out = reduceNothing(kind, out.type, sizes);
      continue;
    }
    Array rest = out, sum = slice(out, starts, sizes, steps);
    for (starts[axis] = 1; starts[axis] < count; ++starts[axis])
      sum = *compute(getStep(kind), sum, slice(rest, starts, sizes, steps));
    if (kind == Reduction::Mean) {
      Array divisor = Array::zeros(sum.type, {1});
      setReal(divisor, 0, count);
      sum = *compute(Binary::Div, sum, divisor);
    }
    out = std::move(sum);
  }
  return out;
}
