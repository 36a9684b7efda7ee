//===- VectorRequantizer.cpp - TOSA RESCALE on vectors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// TOSA 1.0 apply_scale_32: (value * multiplier + round) >> shift in 64 bits,
// with round = 2^(shift-1), and with double rounding +-2^30 more (the sign is
// value's) where shift > 31.
//
// The "high" form needs shift >= 33: 2^(shift-1) is then a multiple of 2^32, so
//   (p + 2^(shift-1)) >> shift = (hi32(p) + 2^(shift-33)) >> (shift-32),
// which leaves one 64-bit product of 32-bit operands a lane and 32-bit
// arithmetic. The product of even lanes is taken in place, that of odd lanes
// after a shift.
//
// Sums of 48 bits take apply_scale_16, whose multiplier has 16 bits, so that
// the product has no more than 64. It is put together from two products of
// 32-bit operands, which every target has for vectors.
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;

/// Sign-extends the lower 32 bits of each 64-bit lane within the lane. x86 can
/// multiply such lanes without a conversion.
static Value signExtendLow(KernelWriter &w, Value lanes64, Value by32) {
  Value high = arith::ShLIOp::create(w.b, lanes64, by32);
  return arith::ShRSIOp::create(w.b, high, by32);
}

VectorRequantizer::VectorRequantizer(KernelWriter &writer,
                                     kernel::RequantizeAttr attr,
                                     Value multipliers, Value shifts,
                                     Value channel, int64_t lanes)
    : w(writer), attr(attr), lanes(lanes) {
  if (attr.getHigh())
    loadHigh(multipliers, shifts, channel);
  else
    loadWide(multipliers, shifts, channel);
}

Value VectorRequantizer::apply(Value accumulator) {
  Value value =
      attr.getHigh() ? applyHigh(accumulator) : applyWide(accumulator);
  Type i32 = w.b.getI32Type();
  if (attr.getZeroPoint() != 0)
    value = arith::AddIOp::create(w.b, value,
                                  w.splat(i32, lanes, attr.getZeroPoint()));
  if (attr.getMin() > INT32_MIN)
    value =
        arith::MaxSIOp::create(w.b, value, w.splat(i32, lanes, attr.getMin()));
  if (attr.getMax() < INT32_MAX)
    value =
        arith::MinSIOp::create(w.b, value, w.splat(i32, lanes, attr.getMax()));
  return value;
}

/// The part that TOSA's double rounding adds: 2^30 if the value is not
/// negative, else -2^30.
Value VectorRequantizer::roundBySign(Value product, Value value) {
  int64_t count = cast<VectorType>(product.getType()).getNumElements();
  Type i64 = w.b.getI64Type();
  Value zero = w.splat(i64, count, 0);
  Value negative =
      arith::CmpIOp::create(w.b, arith::CmpIPredicate::slt, value, zero);
  Value amount = arith::SelectOp::create(
      w.b, negative, w.splat(i64, count, -(int64_t(1) << 30)),
      w.splat(i64, count, int64_t(1) << 30));
  return arith::AddIOp::create(w.b, product, amount);
}

void VectorRequantizer::loadHigh(Value multipliers, Value shifts,
                                 Value channel) {
  auto half64 = VectorType::get(lanes / 2, w.b.getI64Type());
  auto full32 = VectorType::get(lanes, w.b.getI32Type());
  Value even = w.load(multipliers, channel, lanes / 2);
  Value odd = w.load(multipliers, w.add(channel, lanes / 2), lanes / 2);
  multiplierEven = arith::ExtSIOp::create(w.b, half64, even);
  multiplierOdd = arith::ExtSIOp::create(w.b, half64, odd);
  shift = arith::ExtSIOp::create(w.b, full32, w.load(shifts, channel, lanes));
  Value one = w.splat(w.b.getI32Type(), lanes, 1);
  round =
      arith::ShLIOp::create(w.b, one, arith::SubIOp::create(w.b, shift, one));
}

Value VectorRequantizer::applyHigh(Value accumulator) {
  auto half64 = VectorType::get(lanes / 2, w.b.getI64Type());
  auto full32 = VectorType::get(lanes, w.b.getI32Type());
  Value by32 = w.splat(w.b.getI64Type(), lanes / 2, 32);
  Value pairs = vector::BitCastOp::create(w.b, half64, accumulator);
  Value even = signExtendLow(w, pairs, by32);
  Value odd = arith::ShRSIOp::create(w.b, pairs, by32);
  Value evenProduct = arith::MulIOp::create(w.b, even, multiplierEven);
  Value oddProduct = arith::MulIOp::create(w.b, odd, multiplierOdd);
  if (attr.getDoubleRound()) {
    evenProduct = roundBySign(evenProduct, even);
    oddProduct = roundBySign(oddProduct, odd);
  }
  // The upper halves of the products, in the order of the lanes.
  Value evens = vector::BitCastOp::create(w.b, full32, evenProduct);
  Value odds = vector::BitCastOp::create(w.b, full32, oddProduct);
  SmallVector<int64_t> mask;
  for (int64_t lane = 0; lane < lanes; ++lane)
    mask.push_back(lane % 2 == 0 ? lane + 1 : lanes + lane);
  Value high = vector::ShuffleOp::create(w.b, evens, odds, mask);
  return arith::ShRSIOp::create(w.b, arith::AddIOp::create(w.b, high, round),
                                shift);
}

void VectorRequantizer::loadWide(Value multipliers, Value shifts,
                                 Value channel) {
  auto full64 = VectorType::get(lanes, w.b.getI64Type());
  multiplier =
      arith::ExtSIOp::create(w.b, full64, w.load(multipliers, channel, lanes));
  shift = arith::ExtSIOp::create(w.b, full64, w.load(shifts, channel, lanes));
  Value one = w.splat(w.b.getI64Type(), lanes, 1);
  round =
      arith::ShLIOp::create(w.b, one, arith::SubIOp::create(w.b, shift, one));
  if (attr.getDoubleRound())
    doubleRound = arith::CmpIOp::create(w.b, arith::CmpIPredicate::sgt, shift,
                                        w.splat(w.b.getI64Type(), lanes, 31));
}

/// Multiplies the lower 48 bits, which are signed, by the multiplier. The upper
/// 32 and the lower 16 of these bits are extracted in 32-bit lanes, so that
/// LLVM recognises products of extended operands.
Value VectorRequantizer::multiply48(Value accumulator) {
  auto full64 = cast<VectorType>(accumulator.getType());
  auto full32 = VectorType::get(lanes, w.b.getI32Type());
  Type i32 = w.b.getI32Type(), i64 = w.b.getI64Type();
  Value by16 = w.splat(i32, lanes, 16);
  Value bits0 = arith::TruncIOp::create(w.b, full32, accumulator);
  Value bits32 = arith::TruncIOp::create(
      w.b, full32,
      arith::ShRSIOp::create(w.b, accumulator, w.splat(i64, lanes, 32)));
  Value high =
      arith::OrIOp::create(w.b, arith::ShLIOp::create(w.b, bits32, by16),
                           arith::ShRUIOp::create(w.b, bits0, by16));
  Value low = arith::AndIOp::create(w.b, bits0, w.splat(i32, lanes, 0xffff));
  auto times = [&](Value part) {
    Value operand = arith::ExtSIOp::create(w.b, full64, part);
    return arith::MulIOp::create(w.b, operand, multiplier);
  };
  Value shifted =
      arith::ShLIOp::create(w.b, times(high), w.splat(i64, lanes, 16));
  return arith::AddIOp::create(w.b, shifted, times(low));
}

Value VectorRequantizer::applyWide(Value accumulator) {
  auto full64 = VectorType::get(lanes, w.b.getI64Type());
  auto full32 = VectorType::get(lanes, w.b.getI32Type());
  if (accumulator.getType() == full64) {
    Value rounded = arith::AddIOp::create(w.b, multiply48(accumulator), round);
    return arith::TruncIOp::create(w.b, full32,
                                   arith::ShRSIOp::create(w.b, rounded, shift));
  }
  Value value = arith::ExtSIOp::create(w.b, full64, accumulator);
  Value sum = arith::AddIOp::create(
      w.b, arith::MulIOp::create(w.b, value, multiplier), round);
  if (attr.getDoubleRound())
    sum =
        arith::SelectOp::create(w.b, doubleRound, roundBySign(sum, value), sum);
  return arith::TruncIOp::create(w.b, full32,
                                 arith::ShRSIOp::create(w.b, sum, shift));
}
