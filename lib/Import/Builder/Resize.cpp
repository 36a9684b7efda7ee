//===- Resize.cpp - Resizing images -------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A position in the input is a rational number (o * step + offset) / unit,
/// where o is the output's. tosa.resize takes these numbers as they are; where
/// its limits forbid them, or a file gives a scale that is no short fraction,
/// rows and columns are gathered by index and weighted.
///
//===----------------------------------------------------------------------===//

#include "Resize.h"
#include "Constants.h"
#include "Elementwise.h"
#include "Gather.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace quantc;

/// TOSA's limit of scale_n.
static constexpr int64_t kMaxUnit = 1 << 11;

/// More rows or columns are refused: each may be an operand of its own.
static constexpr int64_t kMaxSize = 1 << 16;

/// A file's scale is a fraction with at most this denominator, or none.
static constexpr int64_t kMaxDenominator = 64;

/// scale = numerator / denominator; false if it is no short fraction.
static bool findFraction(double scale, int64_t &numerator,
                         int64_t &denominator) {
  for (denominator = 1; denominator <= kMaxDenominator; ++denominator) {
    numerator = std::llround(scale * denominator);
    // Files hold scales as float32.
    if (numerator > 0 &&
        std::fabs(scale * denominator - numerator) <= 1e-6 * numerator)
      return true;
  }
  return false;
}

/// Positions o * denominator / numerator, or those of pixels' centers.
static void setFraction(Positions &p, int64_t numerator, int64_t denominator,
                        bool centers) {
  p.unit = (centers ? 2 : 1) * numerator;
  p.step = (centers ? 2 : 1) * denominator;
  p.offset = centers ? denominator - numerator : 0;
}

std::optional<Positions> quantc::computePositions(NetworkBuilder &b,
                                                  int64_t input, int64_t output,
                                                  const ResizeSpec &spec,
                                                  size_t index) {
  Positions p{input, output};
  p.scale = double(output) / input;
  int64_t numerator = output, denominator = input;
  if (!spec.scales.empty()) {
    double given = spec.scales[index];
    if (!(given > 0) || !(given <= INT32_MAX)) {
      b.emitError() << "resizes by a scale of " << given;
      return std::nullopt;
    }
    // Exact quotients are preferred to their approximations in float32.
    if (std::fabs(given * input - output) > 1e-6 * output) {
      p.scale = given;
      if (!findFraction(given, numerator, denominator))
        numerator = 0;
    }
  }
  switch (spec.coordinates) {
  case ResizeCoordinates::AlignCorners:
    if (output == 1)
      setFraction(p, 1, 1, /*centers=*/false);
    else if (numerator) // (input - 1) / (input * numerator / denominator - 1)
      setFraction(p, input * numerator - denominator, (input - 1) * denominator,
                  /*centers=*/false);
    return p;
  case ResizeCoordinates::HalfPixelSymmetric:
    if (numerator * input == denominator * output)
      setFraction(p, numerator, denominator, /*centers=*/true);
    return p;
  case ResizeCoordinates::PytorchHalfPixel:
    if (output == 1) {
      setFraction(p, 1, 1, /*centers=*/false);
      return p;
    }
    [[fallthrough]];
  case ResizeCoordinates::HalfPixel:
    if (numerator)
      setFraction(p, numerator, denominator, /*centers=*/true);
    return p;
  case ResizeCoordinates::PixelCenter:
    if (numerator) {
      setFraction(p, numerator, denominator, /*centers=*/true);
      p.offset = denominator;
    }
    return p;
  case ResizeCoordinates::Asymmetric:
    if (numerator)
      setFraction(p, numerator, denominator, /*centers=*/false);
    return p;
  }
  llvm_unreachable("all coordinates are handled");
}

double quantc::getPosition(const Positions &p, int64_t o,
                           ResizeCoordinates coordinates) {
  if (p.unit)
    return double(o * p.step + p.offset) / double(p.unit);
  switch (coordinates) {
  case ResizeCoordinates::HalfPixel:
  case ResizeCoordinates::PytorchHalfPixel:
    return (double(o) + 0.5) / p.scale - 0.5;
  case ResizeCoordinates::HalfPixelSymmetric:
    return double(p.input) / 2 +
           (double(o) + 0.5 - double(p.output) / 2) / p.scale - 0.5;
  case ResizeCoordinates::PixelCenter:
    return (double(o) + 0.5) / p.scale;
  case ResizeCoordinates::AlignCorners:
    return double(o) * double(p.input - 1) / (p.scale * double(p.input) - 1);
  case ResizeCoordinates::Asymmetric:
    return double(o) / p.scale;
  }
  llvm_unreachable("all coordinates are handled");
}

/// tosa.resize takes the nearest position, halves up: positions moved so that
/// this is what `rounding` asks for.
static void moveForRounding(Positions &p, ResizeRounding rounding) {
  if (rounding == ResizeRounding::RoundPreferCeil)
    return;
  int64_t unit = p.unit;
  p.unit *= 2;
  p.step *= 2;
  p.offset *= 2;
  if (rounding == ResizeRounding::Floor)
    p.offset -= unit; // floor(p) = floor((p - 1/2) + 1/2)
  else if (rounding == ResizeRounding::Ceil)
    p.offset += unit - 2; // ceil(p) = floor(p + 1 - 1/unit)
  else
    p.offset -= 1; // Less than a half stays, a half goes down.
}

static void reduceFraction(Positions &p) {
  int64_t common = std::gcd(std::gcd(p.unit, p.step), p.offset);
  p.unit /= common;
  p.step /= common;
  p.offset /= common;
}

/// The amount by which the last position exceeds the input's last element.
static int64_t getBorder(const Positions &p) {
  return (p.output - 1) * p.step - (p.input - 1) * p.unit + p.offset;
}

/// Whether tosa.resize can express it.
static bool fitsTosa(const Positions &p) {
  int64_t border = p.unit ? getBorder(p) : 0;
  return p.unit > 0 && p.step > 0 && p.unit <= kMaxUnit &&
         p.step < 16 * p.unit && p.offset >= -p.unit &&
         p.offset < 16 * p.unit && border >= -16 * p.unit && border < p.unit;
}

static Value buildResize(NetworkBuilder &b, Value x, const Positions &y,
                         const Positions &z, ResizeMode mode) {
  ArrayRef<int64_t> shape = b.shapeOf(x);
  return b.create<tosa::ResizeOp>(
      {shape[0], y.output, z.output, shape[3]}, b.elementOf(x), x,
      b.shapeConstant({y.unit, y.step, z.unit, z.step}),
      b.shapeConstant({y.offset, z.offset}),
      b.shapeConstant({getBorder(y), getBorder(z)}),
      mode == ResizeMode::Nearest ? tosa::ResizeMode::NEAREST_NEIGHBOR
                                  : tosa::ResizeMode::BILINEAR);
}

static double roundPosition(double position, ResizeRounding rounding) {
  switch (rounding) {
  case ResizeRounding::Floor:
    return std::floor(position);
  case ResizeRounding::Ceil:
    return std::ceil(position);
  case ResizeRounding::RoundPreferFloor:
    return std::ceil(position - 0.5);
  case ResizeRounding::RoundPreferCeil:
    return std::floor(position + 0.5);
  }
  llvm_unreachable("all roundings are handled");
}

/// One dimension resized by taking elements, and weighting them if linear.
static Value resizeAxis(NetworkBuilder &b, Value x, int64_t axis,
                        const Positions &p, const ResizeSpec &spec) {
  SmallVector<int64_t> low, high;
  SmallVector<float> weights;
  auto inside = [&](double position) {
    return int64_t(std::clamp(position, 0.0, double(p.input - 1)));
  };
  for (int64_t o = 0; o < p.output; ++o) {
    double position = getPosition(p, o, spec.coordinates);
    if (spec.mode == ResizeMode::Nearest) {
      low.push_back(inside(roundPosition(position, spec.rounding)));
      continue;
    }
    double floor = std::floor(position);
    low.push_back(inside(floor));
    high.push_back(inside(floor + 1));
    weights.push_back(float(position - floor));
  }
  Value taken = takeAlong(b, x, low, axis);
  if (spec.mode == ResizeMode::Nearest || !taken)
    return taken;
  SmallVector<int64_t> shape(b.rankOf(x), 1);
  shape[axis] = p.output;
  Value difference =
      b.binary(BinaryKind::Sub, takeAlong(b, x, high, axis), taken);
  return b.binary(
      BinaryKind::Add, taken,
      b.binary(BinaryKind::Mul, difference, b.constant(shape, weights)));
}

Value NetworkBuilder::resize(Value x, ArrayRef<int64_t> size,
                             const ResizeSpec &spec) {
  if (!requireElement(*this, x, {getF32Type()}))
    return {};
  if (rankOf(x) == 3 && size.size() == 1) {
    ResizeSpec images = spec;
    if (!images.scales.empty())
      images.scales.insert(images.scales.begin(), 1.0);
    Value y = resize(unsqueeze(x, 1), {1, size[0]}, images);
    return y ? squeeze(y, 1) : Value();
  }
  ArrayRef<int64_t> shape = shapeOf(x);
  if (rankOf(x) != 4 || size.size() != 2 ||
      (!spec.scales.empty() && spec.scales.size() != 2)) {
    emitError() << "resizes " << x.getType() << " to " << size.size()
                << " spatial dimensions; one and two are supported";
    return {};
  }
  if (!getType({shape[0], size[0], size[1], shape[3]}, elementOf(x)))
    return {};
  if (std::max({shape[1], shape[2], size[0], size[1]}) > kMaxSize) {
    emitError() << "resizes " << x.getType() << " to " << size[0] << "x"
                << size[1] << "; up to " << kMaxSize
                << " rows and columns are supported";
    return {};
  }
  auto rows = computePositions(*this, shape[1], size[0], spec, 0);
  auto columns = computePositions(*this, shape[2], size[1], spec, 1);
  if (!rows || !columns)
    return {};
  if (spec.mode == ResizeMode::Cubic)
    return buildCubicResize(*this, x, *rows, *columns, spec);
  Positions y = *rows, z = *columns;
  for (Positions *p : {&y, &z}) {
    if (p->unit == 0)
      continue;
    if (spec.mode == ResizeMode::Nearest)
      moveForRounding(*p, spec.rounding);
    reduceFraction(*p);
  }
  if (fitsTosa(y) && fitsTosa(z))
    return buildResize(*this, x, y, z, spec.mode);
  return resizeAxis(*this, resizeAxis(*this, x, 1, *rows, spec), 2, *columns,
                    spec);
}
