//===- SourceSwitches.cpp - Networks without one source -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SourceSwitches.h"

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Driver/Compiler.h"
#include "quantc/Pipelines/Network.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace quantc;
using llvm::Error;
using llvm::Expected;

/// What a fake quantization in a network that is cut stands for.
static bool roundsConstant(ptq::FakeQuantOp op, bool bias) {
  constexpr unsigned kBiasWidth = 32;
  auto type = cast<quant::QuantizedType>(op.getQuantizedType());
  return ptq::isConstant(op.getInput()) &&
         (type.getStorageTypeIntegralWidth() >= kBiasWidth) == bias;
}
static bool roundsInput(ptq::FakeQuantOp op) {
  return isa<BlockArgument>(op.getInput());
}
static bool roundsResult(ptq::FakeQuantOp op) {
  return llvm::any_of(op->getUsers(), [](Operation *user) {
    return user->hasTrait<OpTrait::IsTerminator>();
  });
}

/// The same parameters with integers that end nowhere near.
static void neverClip(ptq::FakeQuantOp op) {
  auto type = dyn_cast<quant::UniformQuantizedType>(op.getQuantizedType());
  if (!type)
    return;
  constexpr unsigned kWidth = 32;
  op.setQuantizedType(quant::UniformQuantizedType::get(
      quant::QuantizationFlags::Signed,
      IntegerType::get(op.getContext(), kWidth), type.getExpressedType(),
      type.getScale(), type.getZeroPoint(),
      quant::QuantizedType::getDefaultMinimumForInteger(true, kWidth),
      quant::QuantizedType::getDefaultMaximumForInteger(true, kWidth)));
}

/// Clips to the reals of the smallest and the largest integer, exactly.
static void onlyClip(ptq::FakeQuantOp op) {
  auto type = dyn_cast<quant::UniformQuantizedType>(op.getQuantizedType());
  if (!type)
    return;
  OpBuilder b(op);
  auto real = [&](int64_t integer) {
    return b.getF32FloatAttr((integer - type.getZeroPoint()) * type.getScale());
  };
  op.getOutput().replaceAllUsesWith(tosa::ClampOp::create(
      b, op.getLoc(), op.getType(), op.getInput(),
      real(type.getStorageTypeMin()), real(type.getStorageTypeMax())));
}

void quantc::switchOff(func::FuncOp isolated, ErrorSource source) {
  auto drop = [](ptq::FakeQuantOp op) {
    op.getOutput().replaceAllUsesWith(op.getInput());
  };
  for (auto op : llvm::make_early_inc_range(
           isolated.getBody().front().getOps<ptq::FakeQuantOp>()))
    switch (source) {
    case ErrorSource::Weights:
    case ErrorSource::Bias:
      if (roundsConstant(op, /*bias=*/source == ErrorSource::Bias))
        drop(op);
      break;
    case ErrorSource::Inputs:
      if (roundsInput(op))
        drop(op);
      break;
    case ErrorSource::Clipping:
      if (roundsResult(op))
        neverClip(op);
      break;
    case ErrorSource::Requantize:
      if (roundsResult(op))
        onlyClip(op);
      break;
    }
}

Expected<SourceSwitches> SourceSwitches::create(ModuleOp isolated,
                                                ModuleOp nearest) {
  auto load = [](ModuleOp module, std::optional<ErrorSource> off) {
    OwningOpRef<ModuleOp> copy = module.clone();
    if (off)
      switchOff(getNetwork(*copy), *off);
    return loadLowered(*copy);
  };
  SourceSwitches switches;
  if (Error error = load(isolated, std::nullopt).moveInto(switches.whole))
    return std::move(error);
  for (ErrorSource source : kErrorSources) {
    ModuleOp from = source == ErrorSource::Weights ? nearest : isolated;
    Expected<std::unique_ptr<Model>> model = load(from, source);
    if (!model)
      return model.takeError();
    switches.without.push_back(std::move(*model));
  }
  return std::move(switches);
}

Error SourceSwitches::run(
    ArrayRef<Array> inputs,
    llvm::function_ref<void(std::optional<ErrorSource>, ArrayRef<Array>)>
        visit) {
  auto runOne = [&](Model &model, std::optional<ErrorSource> off) -> Error {
    Expected<std::vector<Array>> outputs = model.run(inputs);
    if (!outputs)
      return outputs.takeError();
    visit(off, *outputs);
    return Error::success();
  };
  if (Error error = runOne(*whole, std::nullopt))
    return error;
  for (auto [source, model] : llvm::zip_equal(kErrorSources, without))
    if (Error error = runOne(*model, source))
      return error;
  return Error::success();
}
