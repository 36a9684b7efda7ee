//===- ConvertNativeIO.cpp - Borders of quantized networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Changes the element types of inputs and outputs of a network that is
/// quantized already: those that are integers with parameters before anything
/// is converted.
///
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "ConvertIO.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The difference between an unsigned zero point and the signed one.
static constexpr int64_t kUnsignedOffset = 128;

void quantc::describe(Builder b, quant::UniformQuantizedType type,
                      IOType element,
                      function_ref<void(StringRef, Attribute)> set) {
  bool isUnsigned = element == IOType::UInt8;
  set(kScaleAttr, b.getF64FloatAttr(type.getScale()));
  set(kZeroPointAttr, b.getI64IntegerAttr(type.getZeroPoint() +
                                          (isUnsigned ? kUnsignedOffset : 0)));
  if (isUnsigned)
    set(kUnsignedAttr, b.getUnitAttr());
}

Value quantc::convertSign(OpBuilder &b, Location loc, Value storage,
                          bool fromUnsigned) {
  RescaleSpec spec;
  spec.multipliers.push_back(*deriveMultiplier(1.0));
  // As i8, the unsigned zero point 128 has the bits of -128.
  spec.inputZeroPoint = fromUnsigned ? kUnsignedOffset : 0;
  spec.outputZeroPoint = fromUnsigned ? 0 : kUnsignedOffset;
  spec.inputUnsigned = fromUnsigned;
  spec.outputUnsigned = !fromUnsigned;
  return buildRescale(b, loc, storage, b.getI8Type(), spec);
}

/// True if `rescale` only changes the signedness: it multiplies by one, and one
/// of its zero points is 128.
static bool isSignChange(tosa::RescaleOp rescale, bool fromUnsigned) {
  auto holds = [](Value constant, int64_t value) {
    APInt found;
    return matchPattern(constant, m_ConstantInt(&found)) &&
           found.getSExtValue() == value;
  };
  FixedPointMultiplier one = *deriveMultiplier(1.0);
  int64_t offset = -kUnsignedOffset; // The bits of 128.
  return rescale.getInputUnsigned() == fromUnsigned &&
         rescale.getOutputUnsigned() != fromUnsigned &&
         holds(rescale.getMultiplier(), one.multiplier) &&
         holds(rescale.getShift(), one.shift) &&
         holds(rescale.getInputZp(), fromUnsigned ? offset : 0) &&
         holds(rescale.getOutputZp(), fromUnsigned ? 0 : offset);
}

namespace {
/// What integers stand for, as int8 or int16, and whether the network has them
/// unsigned.
struct NativeType {
  quant::UniformQuantizedType type;
  bool isUnsigned = false;

  /// Reads the parameters from the attributes of an argument or result. The
  /// type is null if they have none.
  NativeType(Type tensor, DictionaryAttr attributes) {
    auto scale =
        attributes ? attributes.getAs<FloatAttr>(kScaleAttr) : FloatAttr();
    auto zeroPoint = attributes ? attributes.getAs<IntegerAttr>(kZeroPointAttr)
                                : IntegerAttr();
    auto ranked = dyn_cast<RankedTensorType>(tensor);
    Type element = ranked ? ranked.getElementType() : Type();
    if (!scale || !zeroPoint || !ranked ||
        !(element.isInteger(8) || element.isInteger(16)))
      return;
    isUnsigned = attributes.contains(kUnsignedAttr);
    unsigned width = element.getIntOrFloatBitWidth();
    type =
        getUniformType(tensor.getContext(),
                       {scale.getValueAsDouble(),
                        zeroPoint.getInt() - (isUnsigned ? kUnsignedOffset : 0),
                        getStorage(width)},
                       width);
  }

  bool isInt16() const { return type.getStorageTypeIntegralWidth() == 16; }
  IOType getElement() const {
    if (isInt16())
      return IOType::Int16;
    return isUnsigned ? IOType::UInt8 : IOType::Int8;
  }
  /// What conversions go through: the signed integers of that width.
  IOType getSigned() const { return isInt16() ? IOType::Int16 : IOType::Int8; }
};
} // namespace

/// A tensor of signed integers as `element`, and back.
static Value fromSigned(OpBuilder &b, Location loc, Value storage,
                        const NativeType &native, IOType element) {
  if (element == native.getSigned())
    return storage;
  if (element == IOType::UInt8)
    return convertSign(b, loc, storage, /*fromUnsigned=*/false);
  auto tensor = cast<RankedTensorType>(storage.getType());
  return quant::DequantizeCastOp::create(
      b, loc, tensor.clone(b.getF32Type()),
      reinterpret(b, loc, storage, native.type));
}
static Value toSigned(OpBuilder &b, Location loc, Value value,
                      const NativeType &native, IOType element) {
  if (element == native.getSigned())
    return value;
  if (element == IOType::UInt8)
    return convertSign(b, loc, value, /*fromUnsigned=*/true);
  auto tensor = cast<RankedTensorType>(value.getType());
  Value quantized =
      quant::QuantizeCastOp::create(b, loc, tensor.clone(native.type), value);
  return reinterpret(b, loc, quantized, native.type.getStorageType());
}

static void replaceInput(BlockArgument argument, const NativeType &native,
                         IOType element) {
  Location loc = argument.getLoc();
  OpBuilder b = OpBuilder::atBlockBegin(argument.getOwner());
  SmallVector<OpOperand *> uses = llvm::map_to_vector(
      argument.getUses(), [](OpOperand &use) { return &use; });
  if (element == IOType::Float)
    argument.setType(
        cast<RankedTensorType>(argument.getType()).clone(b.getF32Type()));
  Value storage = toSigned(b, loc, argument, native, element);
  Value original; // For users of what the argument was.
  for (OpOperand *use : uses) {
    auto rescale = dyn_cast<tosa::RescaleOp>(use->getOwner());
    if (native.isUnsigned && rescale &&
        isSignChange(rescale, /*fromUnsigned=*/true)) {
      rescale.replaceAllUsesWith(storage);
      rescale.erase();
      continue;
    }
    if (!original)
      original = fromSigned(b, loc, storage, native, native.getElement());
    use->set(original);
  }
}

static void replaceOutput(OpOperand &output, const NativeType &native,
                          IOType element) {
  OpBuilder b(output.getOwner());
  Value value = output.get();
  auto rescale = value.getDefiningOp<tosa::RescaleOp>();
  Value storage =
      native.isUnsigned && rescale &&
              isSignChange(rescale, /*fromUnsigned=*/false)
          ? rescale.getInput()
          : toSigned(b, value.getLoc(), value, native, native.getElement());
  output.set(fromSigned(b, value.getLoc(), storage, native, element));
  if (rescale && isOpTriviallyDead(rescale))
    rescale.erase();
}

FailureOr<bool> quantc::convertNativeInput(func::FuncOp func,
                                           BlockArgument argument,
                                           IOType element) {
  unsigned number = argument.getArgNumber();
  NativeType native(argument.getType(), func.getArgAttrDict(number));
  if (!native.type || native.getElement() == element)
    return bool(native.type);
  if (element != IOType::Float &&
      failed(checkWidth(func, "input " + Twine(number), getTensorName(argument),
                        native.type, element)))
    return failure();
  replaceInput(argument, native, element);
  for (StringRef name : {kScaleAttr, kZeroPointAttr, kUnsignedAttr})
    func.removeArgAttr(number, name);
  if (element != IOType::Float)
    describe(OpBuilder(func), native.type, element,
             [&](StringRef name, Attribute value) {
               func.setArgAttr(number, name, value);
             });
  return true;
}

FailureOr<bool> quantc::convertNativeOutput(func::FuncOp func,
                                            OpOperand &output, IOType element) {
  unsigned number = output.getOperandNumber();
  NativeType native(output.get().getType(), func.getResultAttrDict(number));
  if (!native.type || native.getElement() == element)
    return bool(native.type);
  if (element != IOType::Float &&
      failed(checkWidth(func, "output " + Twine(number),
                        getTensorName(output.get()), native.type, element)))
    return failure();
  replaceOutput(output, native, element);
  for (StringRef name : {kScaleAttr, kZeroPointAttr, kUnsignedAttr})
    func.removeResultAttr(number, StringAttr::get(func.getContext(), name));
  if (element != IOType::Float)
    describe(OpBuilder(func), native.type, element,
             [&](StringRef name, Attribute value) {
               func.setResultAttr(number, name, value);
             });
  return true;
}
