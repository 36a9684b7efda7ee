//===- CastsToFakeQuant.cpp - Casts become fake quant -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The inverse of ptq-fold-fake-quant, for networks that are quantized when
/// they come in: their casts become fake quantization, which no folder of
/// upstream removes (quant.dcast of quant.qcast folds to its operand) and the
/// passes know. int32 biases stay as they are: their codes have more digits
/// than f32.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQCASTSTOFAKEQUANT
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// Codes of more bits are not recovered from their f32 reals.
static constexpr unsigned kMaxWidth = 16;

/// The element type of a quantized tensor whose casts are raised, or null.
static quant::QuantizedType getRaisedType(Type tensor) {
  quant::QuantizedType type = getQuantizedElement(tensor);
  bool isUniform = isa_and_nonnull<quant::UniformQuantizedType,
                                   quant::UniformQuantizedPerAxisType>(type);
  return isUniform && type.getExpressedType().isF32() &&
                 type.getStorageTypeIntegralWidth() <= kMaxWidth
             ? type
             : quant::QuantizedType();
}

static Value createFrozen(OpBuilder &builder, Location loc, Value value,
                          quant::QuantizedType type) {
  auto fakeQuant = FakeQuantOp::create(builder, loc, value, type);
  fakeQuant->setAttr(kFrozenAttr, builder.getUnitAttr());
  return fakeQuant;
}

/// The reals that the codes of a constant stand for.
static SmallVector<float> getReals(DenseElementsAttr codes,
                                   quant::QuantizedType type) {
  SmallVector<APInt> integers(codes.getValues<APInt>());
  SmallVector<float> reals(integers.size());
  forEachElement(codes.getType().getShape(), getQuantizedAxis(type),
                 [&](int64_t i, int64_t channel) {
                   reals[i] = dequantize(integers[i].getSExtValue(),
                                         getAffineParams(type, channel));
                 });
  return reals;
}

namespace {
struct CastsToFakeQuantPass
    : quantc::ptq::impl::PTQCastsToFakeQuantBase<CastsToFakeQuantPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    Block &body = func.getBody().front();
    for (auto cast :
         llvm::make_early_inc_range(body.getOps<quant::DequantizeCastOp>()))
      raise(cast);
    // Those that make outputs.
    for (auto cast : body.getOps<quant::QuantizeCastOp>())
      if (quant::QuantizedType type = getRaisedType(cast.getType()))
        raiseQuantize(cast, type);
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, func->getRegions());
  }

private:
  /// One fake quantization for all users of a quant.qcast.
  Value raiseQuantize(quant::QuantizeCastOp quantize,
                      quant::QuantizedType type) {
    Value &raised = fakeQuants[quantize];
    if (!raised) {
      OpBuilder builder(quantize);
      raised =
          createFrozen(builder, quantize.getLoc(), quantize.getInput(), type);
      quantize.getInputMutable().assign(raised);
    }
    return raised;
  }

  static Value raiseConstant(quant::DequantizeCastOp cast, Operation *constant,
                             DenseElementsAttr codes,
                             quant::QuantizedType type) {
    OpBuilder builder(cast);
    Value reals = createFloatConstant(
        builder, constant->getLoc(),
        llvm::cast<RankedTensorType>(cast.getType()), getReals(codes, type));
    if (Attribute name = constant->getAttr(kNameAttr))
      reals.getDefiningOp()->setAttr(kNameAttr, name);
    return createFrozen(builder, cast.getLoc(), reals, type);
  }

  /// Upstream folds a pair of casts that is not raised, and with it the
  /// rounding that the network asks for.
  void checkNotRounded(quant::DequantizeCastOp cast) {
    auto quantize = cast.getInput().getDefiningOp<quant::QuantizeCastOp>();
    quant::QuantizedType type = getQuantizedElement(cast.getInput().getType());
    if (!quantize || !type || getConstantSource(quantize.getInput()))
      return;
    cast.emitOpError() << "rounds real numbers to " << type
                       << ", which is not computed; quantize to i8 or i16 with "
                          "a scale per tensor or per axis, or remove the casts";
    signalPassFailure();
  }

  void raise(quant::DequantizeCastOp cast) {
    quant::QuantizedType type = getRaisedType(cast.getInput().getType());
    if (!type)
      return checkNotRounded(cast);
    Operation *source = cast.getInput().getDefiningOp();
    auto storage = dyn_cast_or_null<quant::StorageCastOp>(source);
    Operation *constant =
        storage ? storage.getInput().getDefiningOp() : nullptr;
    DenseElementsAttr codes;
    Value raised;
    if (auto quantize = dyn_cast_or_null<quant::QuantizeCastOp>(source)) {
      raised = raiseQuantize(quantize, type);
    } else if (constant && matchPattern(constant, m_Constant(&codes))) {
      raised = raiseConstant(cast, constant, codes, type);
    } else { // An input: what follows is to see the parameters.
      OpBuilder builder(cast->getContext());
      builder.setInsertionPointAfter(cast);
      raised = createFrozen(builder, cast.getLoc(), cast, type);
      cast.getResult().replaceAllUsesExcept(raised, raised.getDefiningOp());
      return;
    }
    cast.replaceAllUsesWith(raised);
    cast.erase();
  }

  llvm::DenseMap<Operation *, Value> fakeQuants;
};
} // namespace
