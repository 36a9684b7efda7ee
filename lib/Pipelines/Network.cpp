//===- Network.cpp - What a network consists of -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/Network.h"
#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace quantc;

/// Reports the first type of `types` that is not a statically shaped tensor,
/// has floats other than f32, or quantized elements that represent no numbers.
static LogicalResult verifyTypes(TypeRange types, const Twine &what,
                                 Location loc) {
  for (auto [index, type] : llvm::enumerate(types)) {
    if (!isa<ShapedType>(type))
      continue; // !tosa.shape and the like; arguments are checked apart
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape())
      return emitError(loc)
             << what << " " << index << " is " << type
             << ": quantc needs static shapes; fix the sizes "
                "(a batch of 1, say) when exporting the network, "
                "then run 'mlir-opt --tosa-infer-shapes'";
    Type element = tensor.getElementType();
    auto emitTypeError = [&, position = index] {
      return emitError(loc) << what << " " << position << " ";
    };
    if (isa<quant::QuantizedType>(element) &&
        failed(ptq::verifyQuantizedType(element, tensor.getShape(),
                                        emitTypeError)))
      return failure();
    if (isa<FloatType>(element) && !element.isF32())
      return emitError(loc)
             << what << " " << index << " is " << type
             << ": quantc reads networks in f32; export the network in float32";
  }
  return success();
}

static LogicalResult verifySignature(func::FuncOp func) {
  for (auto [index, type] : llvm::enumerate(func.getArgumentTypes()))
    if (!isa<TensorType>(type))
      return func.emitError() << "argument " << index << " is " << type
                              << ": a network takes tensors only";
  for (auto [index, type] : llvm::enumerate(func.getResultTypes()))
    if (!isa<TensorType>(type))
      return func.emitError() << "result " << index << " is " << type
                              << ": a network returns tensors only";
  if (func.getNumResults() == 0)
    return func.emitError()
           << "the network '" << func.getName() << "' has no result";
  if (failed(verifyTypes(func.getArgumentTypes(), "argument", func.getLoc())))
    return failure();
  return verifyTypes(func.getResultTypes(), "result", func.getLoc());
}

bool quantc::isNetworkOp(Operation *op) {
  return isa<func::ReturnOp>(op) ||
         isa_and_nonnull<tosa::TosaDialect, ptq::PTQDialect,
                         quant::QuantDialect>(op->getDialect());
}

static LogicalResult verifyDialects(func::FuncOp func) {
  LogicalResult result = success();
  func.getBody().walk([&](Operation *op) {
    if (isNetworkOp(op))
      return;
    op->emitError() << "'" << op->getName()
                    << "' is not TOSA: quantc reads networks in the dialects "
                       "tosa, ptq and quant; convert the rest to TOSA first";
    result = failure();
  });
  return result;
}

/// Only constants have a scale per block, and only quant.dcast reads them.
static LogicalResult verifyBlocks(ValueRange values, Location loc) {
  for (Value value : values)
    if (isa_and_nonnull<ptq::SubChannelType>(
            ptq::getQuantizedElement(value.getType())) &&
        !llvm::all_of(value.getUsers(), [](Operation *user) {
          auto cast = dyn_cast<quant::DequantizeCastOp>(user);
          return cast && ptq::BlockConstant::match(cast);
        }))
      return emitError(loc)
             << "a tensor of " << value.getType()
             << ": only constants of integers have a scale per block, between "
                "quant.scast and quant.dcast";
  return success();
}

static LogicalResult verifyBody(func::FuncOp func) {
  LogicalResult result = verifyBlocks(func.getArguments(), func.getLoc());
  func.getBody().walk([&](Operation *op) {
    if (failed(verifyTypes(op->getResultTypes(), "result", op->getLoc())) ||
        failed(verifyBlocks(op->getResults(), op->getLoc())))
      result = failure();
  });
  return result;
}

LogicalResult quantc::verifyNetwork(ModuleOp module) {
  SmallVector<func::FuncOp> networks;
  for (Operation &op : *module.getBody()) {
    auto func = dyn_cast<func::FuncOp>(op);
    if (!func)
      return op.emitError() << "'" << op.getName()
                            << "' beside the network: a module holds one "
                               "func.func and nothing else";
    if (func.isPublic() && !func.isExternal())
      networks.push_back(func);
  }
  if (networks.empty())
    return module.emitError()
           << "no network: the module needs one public func.func with a body";
  if (networks.size() > 1)
    return networks[1].emitError()
           << "more than one network: '" << networks[0].getName() << "' and '"
           << networks[1].getName() << "' are public; make all but one private";
  func::FuncOp network = networks.front();
  if (!llvm::hasSingleElement(network.getBody()))
    return network.emitError() << "a network has no branches: one block only";
  if (failed(verifyDialects(network)) || failed(verifySignature(network)))
    return failure();
  return verifyBody(network);
}

/// The number of bytes of a value. If it does not fit, the largest number.
static uint64_t countBytes(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return 0;
  Type element = tensor.getElementType();
  // A calibrated type has no storage: it is what it expresses.
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = quantized.getStorageType() ? quantized.getStorageType()
                                         : quantized.getExpressedType();
  uint64_t bytes = element.isIntOrFloat()
                       ? llvm::divideCeil(element.getIntOrFloatBitWidth(), 8)
                       : 8;
  for (int64_t size : tensor.getShape())
    bytes = llvm::SaturatingMultiply<uint64_t>(bytes, size);
  return bytes;
}

LogicalResult quantc::verifySizes(ModuleOp module, uint64_t maxBytes) {
  constexpr StringRef kWayOut = "; raise --max-memory if it is meant";
  uint64_t splats = 0;
  auto check = [&](Value value) -> LogicalResult {
    uint64_t bytes = countBytes(value.getType());
    if (bytes > maxBytes)
      return emitError(value.getLoc())
             << "a tensor of type " << value.getType() << " has more than "
             << maxBytes << " bytes" << kWayOut;
    DenseElementsAttr constant;
    if (matchPattern(value, m_Constant(&constant)) && constant.isSplat())
      splats = llvm::SaturatingAdd(splats, bytes);
    if (splats > maxBytes)
      return emitError(value.getLoc())
             << "up to here, constants that repeat one value have more than "
             << maxBytes << " bytes together" << kWayOut;
    return success();
  };
  WalkResult result = module.walk([&](Block *block) {
    for (Value argument : block->getArguments())
      if (failed(check(argument)))
        return WalkResult::interrupt();
    for (Operation &op : *block)
      for (Value value : op.getResults())
        if (failed(check(value)))
          return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

func::FuncOp quantc::getNetwork(ModuleOp module) {
  for (auto func : module.getOps<func::FuncOp>())
    if (func.isPublic() && !func.isExternal())
      return func;
  return nullptr;
}

/// How many values of a float constant are NaN or infinite.
static size_t countNonFinite(DenseElementsAttr values) {
  if (values.getElementType().isF32())
    return llvm::count_if(values.getValues<float>(),
                          [](float value) { return !std::isfinite(value); });
  return llvm::count_if(values.getValues<APFloat>(),
                        [](const APFloat &value) { return !value.isFinite(); });
}

LogicalResult quantc::verifyFiniteConstants(ModuleOp module) {
  LogicalResult result = success();
  module.walk([&](Operation *op) {
    DenseElementsAttr values;
    if (op->getNumResults() != 1 || !matchPattern(op, m_Constant(&values)) ||
        !isa<FloatType>(values.getElementType()))
      return;
    size_t bad = countNonFinite(values);
    if (bad == 0)
      return;
    StringRef name = ptq::getTensorName(op->getResult(0));
    InFlightDiagnostic error = op->emitError() << "constant ";
    if (!name.empty())
      error << "'" << name << "' ";
    error << "holds " << bad << " NaN or infinite value" << (bad > 1 ? "s" : "")
          << ", which no integer can represent; replace "
          << (bad > 1 ? "them by finite values" : "it by a finite value")
          << " (infinities of a mask by large numbers), or compile the network "
             "in float (--float)";
    result = failure();
  });
  return result;
}

bool quantc::isIntegerNetwork(ModuleOp module) {
  auto isFloat = [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return shaped && isa<FloatType>(getElementTypeOrSelf(shaped));
  };
  func::FuncOp network = getNetwork(module);
  if (llvm::any_of(network.getArgumentTypes(), isFloat))
    return false;
  return !network
              .walk([&](Operation *op) {
                return llvm::any_of(op->getResultTypes(), isFloat)
                           ? WalkResult::interrupt()
                           : WalkResult::advance();
              })
              .wasInterrupted();
}

bool quantc::comesQuantized(ModuleOp module) {
  auto bringsScheme = [](Operation *op) {
    auto scheme = op->getAttrOfType<ptq::SchemeAttr>(ptq::kSchemeAttr);
    return scheme && !scheme.isStatic() &&
                   scheme.getExecution() != ptq::Execution::Float
               ? WalkResult::interrupt()
               : WalkResult::advance();
  };
  return carriesParameters(module) ||
         module.walk(bringsScheme).wasInterrupted();
}

bool quantc::carriesParameters(ModuleOp module) {
  auto isQuantized = [](Operation *op) {
    if (!isa<ptq::FakeQuantOp, quant::QuantizeCastOp, quant::DequantizeCastOp>(
            op) ||
        ptq::getConstantSource(op->getOperand(0)))
      return false;
    // The quantization of an int32 output only asks for the integers of a sum.
    // It does not mean that the network is quantized.
    quant::QuantizedType type =
        ptq::getQuantizedElement(op->getResult(0).getType());
    return !type || type.getStorageTypeIntegralWidth() < 32;
  };
  return module
      .walk([&](Operation *op) {
        return isQuantized(op) ? WalkResult::interrupt()
                               : WalkResult::advance();
      })
      .wasInterrupted();
}

void quantc::inlineResources(ModuleOp module) {
  module.walk([](tosa::ConstOp op) {
    auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValues());
    AsmResourceBlob *blob =
        resource ? resource.getRawHandle().getBlob() : nullptr;
    bool splat = false;
    if (blob && DenseElementsAttr::isValidRawBuffer(resource.getType(),
                                                    blob->getData(), splat))
      op.setValuesAttr(DenseElementsAttr::getFromRawBuffer(resource.getType(),
                                                           blob->getData()));
  });
}
