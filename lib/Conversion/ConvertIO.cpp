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

static std::optional<Element> parseElement(StringRef text) {
  if (text == "own")
    return Element::Own;
  if (text == "float")
    return Element::Float;
  if (text == "int8")
    return Element::Int8;
  if (text == "uint8")
    return Element::UInt8;
  return std::nullopt;
}

/// int8 with one scale, or null.
static quant::UniformQuantizedType getInt8Type(Type tensor) {
  auto type = dyn_cast_or_null<quant::UniformQuantizedType>(
      getQuantizedElement(tensor));
  return type && type.getStorageTypeIntegralWidth() == 8 ? type
                                                         : decltype(type)();
}

/// The quantized type that the users of a float argument quantize it to, or
/// null. An argument without users gets the scale 1: no result depends on it,
/// and the caller gets the element type that it asked for.
static quant::UniformQuantizedType getWantedType(BlockArgument argument) {
  if (argument.use_empty())
    return getUniformType(argument.getContext(), {1.0, 0, kInt8Activation});
  for (Operation *user : argument.getUsers())
    if (auto quantize = dyn_cast<quant::QuantizeCastOp>(user))
      if (auto type = getInt8Type(quantize.getType()))
        return type;
  return {};
}

/// Quantizes a float constant, with parameters for the range of its values.
/// Null if `value` is not a constant of finite floats.
static Value quantizeConstant(OpBuilder &b, Value value) {
  SmallVector<double> reals = getConstantReals(value);
  if (reals.empty() ||
      !llvm::all_of(reals, [](double real) { return std::isfinite(real); }))
    return {};
  auto [min, max] = std::minmax_element(reals.begin(), reals.end());
  AffineParams params = chooseAsymmetric(*min, *max, kInt8Activation);
  SmallVector<int8_t> integers = llvm::map_to_vector(reals, [&](double real) {
    return static_cast<int8_t>(quantize(real, params));
  });
  auto type = cast<RankedTensorType>(value.getType()).clone(b.getI8Type());
  Value storage = tosa::ConstOp::create(
      b, value.getLoc(), type,
      DenseElementsAttr::get(type, ArrayRef<int8_t>(integers)));
  return reinterpret(b, value.getLoc(), storage,
                     getUniformType(b.getContext(), params));
}

static LogicalResult convertInput(func::FuncOp func, BlockArgument argument,
                                  Element element) {
  if (convertOwnInput(func, argument, element) || element == Element::Float)
    return success();
  Location loc = argument.getLoc();
  OpBuilder b = OpBuilder::atBlockBegin(argument.getOwner());
  bool isFloat = isFloatTensor(argument.getType());
  quant::UniformQuantizedType type =
      isFloat ? getWantedType(argument) : getInt8Type(argument.getType());
  if (!isFloat && !type)
    return success(); // The network has an integer here.
  if (!type)
    return func.emitError("input ")
           << argument.getArgNumber() << " ('" << getTensorName(argument)
           << "') is not quantized, because no integer operation reads it; "
              "keep "
              "it in float with --input-type=float";

  auto tensor = cast<RankedTensorType>(argument.getType());
  SmallVector<OpOperand *> uses = llvm::map_to_vector(
      argument.getUses(), [](OpOperand &use) { return &use; });
  argument.setType(tensor.clone(type.getStorageType()));
  Value storage = argument;
  if (element == Element::UInt8)
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
                                   Element element) {
  OpBuilder b(output.getOwner());
  Value value = output.get();
  if (convertOwnOutput(func, output, element) || element == Element::Float)
    return success();
  if (auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>())
    value = dequantize.getInput();
  if (isFloatTensor(value.getType()))
    if (Value constant = quantizeConstant(b, value))
      value = constant;
  quant::UniformQuantizedType type = getInt8Type(value.getType());
  if (!type && !isa<FloatType>(getElementTypeOrSelf(value)))
    return success();
  if (!type)
    return func.emitError("output ")
           << output.getOperandNumber() << " ('" << getTensorName(output.get())
           << "') is not quantized, because a float operation makes it; keep "
              "it "
              "in float with --output-type=float";
  Value storage = reinterpret(b, value.getLoc(), value, type.getStorageType());
  if (element == Element::UInt8)
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

namespace {
struct ConvertIOPass : quantc::impl::PTQConvertIOBase<ConvertIOPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || !func.isPublic())
      return;
    std::optional<Element> in = parseElement(inputs);
    std::optional<Element> out = parseElement(outputs);
    if (!in || !out) {
      func.emitError("unknown element type '")
          << (in ? outputs : inputs) << "'; use own, float, int8 or uint8";
      return signalPassFailure();
    }
    Operation *terminator = func.getBody().front().getTerminator();
    nameResults(func);
    bool ok = true;
    if (*out != Element::Own)
      for (OpOperand &output : terminator->getOpOperands())
        ok &= succeeded(convertOutput(func, output, *out));
    if (*in != Element::Own)
      for (BlockArgument argument : func.getArguments())
        ok &= succeeded(convertInput(func, argument, *in));
    if (!ok)
      return signalPassFailure();
    func.setFunctionType(FunctionType::get(
        func.getContext(), func.getBody().front().getArgumentTypes(),
        terminator->getOperandTypes()));
  }
};
} // namespace
