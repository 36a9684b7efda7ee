//===- LowerQuantized.cpp - Quantized tensors to integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Lowers a quantized network to plain integer TOSA, as a dialect conversion.
/// Quantized operations are already TOSA's, with their zero points as operands.
/// Three things are left: ptq.requantize becomes tosa.rescale, casts from and
/// to float become float operations, and types lose their quantization
/// parameters.
///
//===----------------------------------------------------------------------===//

#include "quantc/Conversion/LowerQuantized.h"
#include "Builders.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/RegionUtils.h"

namespace quantc {
#define GEN_PASS_DEF_PTQLOWERQUANTIZED
#include "quantc/Conversion/Passes.h.inc"
} // namespace quantc

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

//===----------------------------------------------------------------------===//
// Types and operations that have quantized types
//===----------------------------------------------------------------------===//

QuantizedTypeConverter::QuantizedTypeConverter() {
  addConversion([](Type type) { return type; });
  addConversion(
      [](quant::QuantizedType type) { return type.getStorageType(); });
  addConversion([](ShapedType type) -> Type {
    if (auto element = dyn_cast<quant::QuantizedType>(type.getElementType()))
      return type.clone(element.getStorageType());
    return type;
  });
}

/// `value`, which takes the place of `op`, gets its name.
static void passName(RewriterBase &rewriter, Operation *op, Value value) {
  Operation *source = value.getDefiningOp();
  if (Attribute name = op->getAttr(kNameAttr);
      name && source && !source->hasAttr(kNameAttr))
    rewriter.modifyOpInPlace(source, [&] { source->setAttr(kNameAttr, name); });
}

static void replaceWith(RewriterBase &rewriter, Operation *op, Value value) {
  passName(rewriter, op, value);
  rewriter.replaceOp(op, value);
}

namespace {
/// An operation on quantized tensors computes with their integers already.
struct EraseParameters : ConversionPattern {
  EraseParameters(const TypeConverter &types, MLIRContext *context)
      : ConversionPattern(types, MatchAnyOpTypeTag(), /*benefit=*/0, context) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    // Their own patterns say what they compute.
    if (isa<RequantizeOp, quant::QuantizeCastOp, quant::DequantizeCastOp>(op))
      return failure();
    FailureOr<Operation *> converted =
        convertOpResultTypes(op, operands, *getTypeConverter(), rewriter);
    if (failed(converted))
      return failure();
    for (auto [region, target] :
         llvm::zip_equal(op->getRegions(), (*converted)->getRegions())) {
      rewriter.inlineRegionBefore(region, target, target.end());
      if (failed(rewriter.convertRegionTypes(&target, *getTypeConverter())))
        return failure();
    }
    rewriter.replaceOp(op, (*converted)->getResults());
    return success();
  }
};

struct EraseStorageCast : OpConversionPattern<quant::StorageCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(quant::StorageCastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    replaceWith(rewriter, op, adaptor.getInput());
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Operations that compute with parameters
//===----------------------------------------------------------------------===//

struct LowerRequantize : OpConversionPattern<RequantizeOp> {
  LowerRequantize(const TypeConverter &types, MLIRContext *context,
                  Contract contract)
      : OpConversionPattern(types, context), contract(contract) {}

  LogicalResult
  matchAndRewrite(RequantizeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FailureOr<RescaleSpec> spec = getRescaleSpec(op, contract);
    if (failed(spec))
      return failure();
    quant::QuantizedType type = getQuantizedElement(op.getType());
    Value integers =
        buildRescale(rewriter, op.getLoc(), adaptor.getInput(),
                     cast<IntegerType>(type.getStorageType()), *spec);
    replaceWith(rewriter, op,
                clampToStorage(rewriter, op.getLoc(), integers, type));
    return success();
  }

  Contract contract;
};

struct LowerQuantize : OpConversionPattern<quant::QuantizeCastOp> {
  LowerQuantize(const TypeConverter &types, MLIRContext *context,
                Contract contract)
      : OpConversionPattern(types, context), contract(contract) {}

  LogicalResult
  matchAndRewrite(quant::QuantizeCastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type =
        cast<quant::UniformQuantizedType>(getElementTypeOrSelf(op.getType()));
    replaceWith(rewriter, op,
                buildQuantize(rewriter, op.getLoc(), adaptor.getInput(), type,
                              contract));
    return success();
  }

  Contract contract;
};

struct LowerDequantize : OpConversionPattern<quant::DequantizeCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(quant::DequantizeCastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    replaceWith(rewriter, op,
                buildDequantize(rewriter, op.getLoc(), adaptor.getInput(),
                                getQuantizedElement(op.getInput().getType())));
    return success();
  }
};
} // namespace

void quantc::populateLowerQuantizedPatterns(RewritePatternSet &patterns,
                                            const QuantizedTypeConverter &types,
                                            Contract contract) {
  MLIRContext *context = patterns.getContext();
  patterns.add<EraseParameters, EraseStorageCast, LowerDequantize>(types,
                                                                   context);
  patterns.add<LowerRequantize, LowerQuantize>(types, context, contract);
  populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                 types);
}

//===----------------------------------------------------------------------===//
// What is refused
//===----------------------------------------------------------------------===//

static LogicalResult verifyType(Value value,
                                function_ref<InFlightDiagnostic()> error) {
  quant::QuantizedType type = getQuantizedElement(value.getType());
  return success(
      !type ||
      succeeded(verifyQuantizedType(
          type, cast<RankedTensorType>(value.getType()).getShape(), error)));
}

/// Checks that the lowering has integers for `op`, which the patterns rely on:
/// a diagnostic says more than a pattern that does not match.
static LogicalResult verifyLowering(Operation *op, Contract contract) {
  for (Value value : op->getResults())
    if (failed(verifyType(value, [&] { return op->emitOpError(); })))
      return failure();
  if (auto requantize = dyn_cast<RequantizeOp>(op))
    return getRescaleSpec(requantize, contract);
  if (auto quantize = dyn_cast<quant::QuantizeCastOp>(op))
    if (!isa<quant::UniformQuantizedType>(
            getElementTypeOrSelf(quantize.getType())) ||
        !isFloatTensor(quantize.getInput().getType()))
      return op->emitError(
          "only ranked f32 tensors are quantized at run time, with one "
          "scale for the whole tensor; scales per channel need "
          "a constant (run ptq-fold-fake-quant)");
  if (auto dequantize = dyn_cast<quant::DequantizeCastOp>(op)) {
    quant::QuantizedType type =
        getQuantizedElement(dequantize.getInput().getType());
    if (!type || !isFloatTensor(dequantize.getType()))
      return op->emitError(
          "only ranked tensors are dequantized, and only to f32");
    if (isa<SubChannelType>(type) && !BlockConstant::match(dequantize))
      return op->emitError("only constants have a scale per block");
  }
  return success();
}

static LogicalResult verifyLowering(func::FuncOp func, Contract contract) {
  for (BlockArgument argument : func.getArguments())
    if (failed(verifyType(argument, [&] {
          return func.emitError()
                 << "argument " << argument.getArgNumber() << " ";
        })))
      return failure();
  WalkResult result = func.walk(
      [&](Operation *op) { return WalkResult(verifyLowering(op, contract)); });
  return failure(result.wasInterrupted());
}

namespace {
struct LowerQuantizedPass
    : quantc::impl::PTQLowerQuantizedBase<LowerQuantizedPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    FailureOr<Contract> contract = chooseContract(func);
    if (failed(contract))
      return signalPassFailure();
    if (func.isExternal())
      return;
    if (failed(verifyLowering(func, *contract)))
      return signalPassFailure();
    // These constants become operands of the products that read them, and a
    // pattern sees one operation.
    func.walk([](quant::DequantizeCastOp op) {
      if (std::optional<BlockConstant> constant = BlockConstant::match(op))
        lowerBlocks(op, *constant);
    });

    QuantizedTypeConverter types;
    ConversionTarget target(getContext());
    target.addIllegalOp<RequantizeOp, quant::QuantizeCastOp,
                        quant::DequantizeCastOp, quant::StorageCastOp>();
    target.markUnknownOpDynamicallyLegal([&](Operation *op) {
      if (auto function = dyn_cast<FunctionOpInterface>(op))
        return types.isSignatureLegal(
                   cast<FunctionType>(function.getFunctionType())) &&
               types.isLegal(&function.getFunctionBody());
      return types.isLegal(op) &&
             llvm::all_of(op->getRegions(), [&](Region &region) {
               return types.isLegal(&region);
             });
    });
    RewritePatternSet patterns(&getContext());
    populateLowerQuantizedPatterns(patterns, types, *contract);
    // A dequantized quantization folds to its operand, but it rounds.
    ConversionConfig config;
    config.foldingMode = DialectConversionFoldingMode::Never;
    if (failed(applyFullConversion(func, target, std::move(patterns), config)))
      return signalPassFailure();
    // The integer operations now have what these attributes ask for.
    func->removeAttr(kContractAttr);
    removeSchemes(func);
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, func->getRegions());
  }
};
} // namespace
