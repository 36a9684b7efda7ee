//===- ConvertIO.cpp - Element types of inputs and outputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The interface of a network after quantization: which inputs and outputs are
/// integers, and what numbers the integers stand for. Runs before
/// ptq-lower-quantized, while types still hold parameters.
///
//===----------------------------------------------------------------------===//

#include "ConvertIO.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <algorithm>
#include <cmath>

namespace quantc {
#define GEN_PASS_DEF_PTQCONVERTIO
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static unsigned getWidth(IOType element) {
  return element == IOType::Int16 ? 16 : 8;
}

/// int8 or int16 with one scale, or null.
static quant::UniformQuantizedType getIntegerType(Type tensor) {
  auto type = dyn_cast_or_null<quant::UniformQuantizedType>(
      getQuantizedElement(tensor));
  return type && type.getStorageTypeIntegralWidth() <= 16 ? type
                                                          : decltype(type)();
}

LogicalResult quantc::checkWidth(func::FuncOp func, const Twine &what,
                                 StringRef name,
                                 quant::UniformQuantizedType type,
                                 IOType element) {
  unsigned width = type.getStorageTypeIntegralWidth();
  if (width == getWidth(element))
    return success();
  return func.emitError() << what << " ('" << name << "') has integers of "
                          << width << " bits; use float or int" << width
                          << " for it";
}

/// The quantized type that the users of a float argument want, or null. An
/// argument without users has the scale 1: nothing depends on it, and the
/// caller gets the element type that it asked for.
static quant::UniformQuantizedType getWantedType(BlockArgument argument,
                                                 IOType element) {
  if (argument.use_empty())
    return getUniformType(argument.getContext(),
                          {1.0, 0, getStorage(getWidth(element))},
                          getWidth(element));
  for (Operation *user : argument.getUsers())
    if (auto quantize = dyn_cast<quant::QuantizeCastOp>(user))
      if (auto type = getIntegerType(quantize.getType()))
        return type;
  return {};
}

/// A float constant as integers, with the parameters of the range of its
/// values; null if `value` is no constant of finite floats.
static Value quantizeConstant(OpBuilder &b, Value value, IOType element) {
  SmallVector<double> reals = getConstantReals(value);
  if (reals.empty() ||
      !llvm::all_of(reals, [](double real) { return std::isfinite(real); }))
    return {};
  auto [min, max] = std::minmax_element(reals.begin(), reals.end());
  unsigned width = getWidth(element);
  AffineParams params =
      width == 8 ? chooseAsymmetric(*min, *max, getStorage(width))
                 : chooseSymmetric(std::max(-*min, *max), getStorage(width));
  SmallVector<APInt> integers = llvm::map_to_vector(reals, [&](double real) {
    return APInt(width, quantize(real, params), /*isSigned=*/true);
  });
  auto type =
      cast<RankedTensorType>(value.getType()).clone(b.getIntegerType(width));
  Value storage = tosa::ConstOp::create(b, value.getLoc(), type,
                                        DenseElementsAttr::get(type, integers));
  return reinterpret(b, value.getLoc(), storage,
                     getUniformType(b.getContext(), params, width));
}

/// float16 is float32 first.
static IOType widen(IOType element) {
  return element == IOType::Float16 ? IOType::Float : element;
}

static LogicalResult convertInput(func::FuncOp func, BlockArgument argument,
                                  IOType element) {
  FailureOr<bool> isNative = convertNativeInput(func, argument, element);
  if (failed(isNative) || *isNative || element == IOType::Float)
    return isNative;
  Location loc = argument.getLoc();
  OpBuilder b = OpBuilder::atBlockBegin(argument.getOwner());
  bool isFloat = isFloatTensor(argument.getType());
  quant::UniformQuantizedType type = isFloat
                                         ? getWantedType(argument, element)
                                         : getIntegerType(argument.getType());
  if (!isFloat && !type)
    return success(); // The network has an integer here.
  if (!type)
    return func.emitError("input ")
           << argument.getArgNumber() << " ('" << getTensorName(argument)
           << "') is not quantized, because no integer operation reads it; "
              "keep "
              "it in float with --input-type=float";
  if (failed(checkWidth(func, "input " + Twine(argument.getArgNumber()),
                        getTensorName(argument), type, element)))
    return failure();

  auto tensor = cast<RankedTensorType>(argument.getType());
  SmallVector<OpOperand *> uses = llvm::map_to_vector(
      argument.getUses(), [](OpOperand &use) { return &use; });
  argument.setType(tensor.clone(type.getStorageType()));
  Value storage = argument;
  if (element == IOType::UInt8)
    storage = convertSign(b, loc, argument, /*fromUnsigned=*/true);
  Value quantized = reinterpret(b, loc, storage, type);
  Value real; // The value for users that stay float.
  for (OpOperand *use : uses) {
    auto quantize = dyn_cast<quant::QuantizeCastOp>(use->getOwner());
    if (quantize) {
      quantize.replaceAllUsesWith(requantize(
          b, loc, quantized, getElementTypeOrSelf(quantize.getType())));
      quantize.erase();
    } else if (isFloat) {
      if (!real)
        real = quant::DequantizeCastOp::create(b, loc, tensor, quantized);
      use->set(real);
    } else {
      use->set(quantized);
    }
  }
  describe(b, type, element, [&](StringRef name, Attribute value) {
    func.setArgAttr(argument.getArgNumber(), name, value);
  });
  return success();
}

static LogicalResult convertOutput(func::FuncOp func, OpOperand &output,
                                   IOType element) {
  OpBuilder b(output.getOwner());
  Value value = output.get();
  FailureOr<bool> isNative = convertNativeOutput(func, output, element);
  if (failed(isNative) || *isNative || element == IOType::Float)
    return isNative;
  if (auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>())
    value = dequantize.getInput();
  if (isFloatTensor(value.getType()))
    if (Value constant = quantizeConstant(b, value, element))
      value = constant;
  quant::UniformQuantizedType type = getIntegerType(value.getType());
  if (!type && !isa<FloatType>(getElementTypeOrSelf(value)))
    return success();
  if (!type)
    return func.emitError("output ")
           << output.getOperandNumber() << " ('" << getTensorName(output.get())
           << "') is not quantized, because a float operation makes it; keep "
              "it "
              "in float with --output-type=float";
  if (failed(checkWidth(func, "output " + Twine(output.getOperandNumber()),
                        getTensorName(output.get()), type, element)))
    return failure();
  Value storage = reinterpret(b, value.getLoc(), value, type.getStorageType());
  if (element == IOType::UInt8)
    storage = convertSign(b, value.getLoc(), storage, /*fromUnsigned=*/false);
  Operation *before = output.get().getDefiningOp();
  output.set(storage);
  if (before && isOpTriviallyDead(before))
    before->erase();
  describe(b, type, element, [&](StringRef name, Attribute attribute) {
    func.setResultAttr(output.getOperandNumber(), name, attribute);
  });
  return success();
}

/// `type` with elements of f16 if it has those of f32, else null.
static RankedTensorType getHalfType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.getElementType().isF32())
    return {};
  return tensor.clone(Float16Type::get(type.getContext()));
}

/// The caller passes float16; the network goes on with float32.
static void narrowInput(BlockArgument argument) {
  RankedTensorType half = getHalfType(argument.getType());
  if (!half)
    return;
  OpBuilder b = OpBuilder::atBlockBegin(argument.getOwner());
  Type wide = argument.getType();
  argument.setType(half);
  auto cast = tosa::CastOp::create(b, argument.getLoc(), wide, argument);
  argument.replaceAllUsesExcept(cast, cast);
}

static void narrowOutput(OpOperand &output) {
  Value value = output.get();
  OpBuilder b(output.getOwner());
  if (RankedTensorType half = getHalfType(value.getType()))
    output.set(tosa::CastOp::create(b, value.getLoc(), half, value));
}

/// The element type of a state where `element` is that of inputs: as many bits
/// as its integers have. (A caller only keeps it.)
static IOType fitState(Type tensor, IOType element) {
  quant::UniformQuantizedType type = getIntegerType(tensor);
  if (!type || element == IOType::Native || element == IOType::Float)
    return element;
  unsigned width = type.getStorageTypeIntegralWidth();
  if (width == getWidth(element))
    return element;
  return width == 16 ? IOType::Int16 : IOType::Int8;
}

static IOType fitStateInput(BlockArgument argument, IOType element) {
  for (Operation *user : argument.getUsers())
    if (auto quantize = dyn_cast<quant::QuantizeCastOp>(user))
      return fitState(quantize.getType(), element);
  return fitState(argument.getType(), element);
}

static IOType fitStateOutput(OpOperand &output, IOType element) {
  Value value = output.get();
  if (auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>())
    value = dequantize.getInput();
  return fitState(value.getType(), element);
}

namespace {
struct ConvertIOPass : quantc::impl::PTQConvertIOBase<ConvertIOPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || !func.isPublic())
      return;
    Operation *terminator = func.getBody().front().getTerminator();
    nameResults(func);
    bool ok = true;
    // The output of a state is an input of the next run.
    for (OpOperand &output : terminator->getOpOperands()) {
      bool isState =
          func.getResultAttr(output.getOperandNumber(), kStateAttr) != nullptr;
      IOType element = widen(isState ? inputs : outputs);
      if (isState)
        element = fitStateOutput(output, element);
      if (element != IOType::Native)
        ok &= succeeded(convertOutput(func, output, element));
    }
    if (inputs != IOType::Native)
      for (BlockArgument argument : func.getArguments()) {
        IOType element = widen(inputs);
        if (func.getArgAttr(argument.getArgNumber(), kStateAttr))
          element = fitStateInput(argument, element);
        ok &= succeeded(convertInput(func, argument, element));
      }
    if (!ok)
      return signalPassFailure();
    if (outputs == IOType::Float16)
      for (OpOperand &output : terminator->getOpOperands())
        narrowOutput(output);
    if (inputs == IOType::Float16)
      for (BlockArgument argument : func.getArguments())
        narrowInput(argument);
    func.setFunctionType(FunctionType::get(
        func.getContext(), func.getBody().front().getArgumentTypes(),
        terminator->getOperandTypes()));
  }
};
} // namespace
