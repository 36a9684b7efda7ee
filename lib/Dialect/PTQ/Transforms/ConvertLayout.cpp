//===- ConvertLayout.cpp - Layout of inputs and outputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Changes the network's interface and puts transposes behind it, which
/// ptq-move-transposes cancels with those that the network has.
///
//===----------------------------------------------------------------------===//

#include "LayoutRules.h"

#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"

#include "llvm/ADT/StringSwitch.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQCONVERTLAYOUT
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc::ptq;

namespace {
/// Where the channels of images are: behind the batch or last.
enum class Layout { AsIs, ChannelsFirst, ChannelsLast };
} // namespace

static std::optional<Layout> parseLayout(StringRef text) {
  return llvm::StringSwitch<std::optional<Layout>>(text)
      .Case("", Layout::AsIs)
      .Case("NCHW", Layout::ChannelsFirst)
      .Case("NHWC", Layout::ChannelsLast)
      .Default(std::nullopt);
}

/// Batch, channels and one to three dimensions of space.
static bool isImage(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getRank() >= 3 &&
         tensor.getRank() <= 5;
}

/// The permutation that brings an image from the other layout into `layout`.
static Permutation getPermutationTo(Layout layout, int64_t rank) {
  Permutation perms = identityPermutation(rank);
  if (layout == Layout::ChannelsLast)
    std::rotate(perms.begin() + 1, perms.begin() + 2, perms.end());
  else
    std::rotate(perms.begin() + 1, perms.end() - 1, perms.end());
  return perms;
}

static void convertInput(BlockArgument argument, Layout layout) {
  auto type = cast<RankedTensorType>(argument.getType());
  Permutation perms = getPermutationTo(layout, type.getRank());
  argument.setType(permuteType(type, perms));
  OpBuilder builder = OpBuilder::atBlockBegin(argument.getOwner());
  Value original = createTranspose(builder, argument.getLoc(), argument,
                                   invertPermutationVector(perms));
  argument.replaceAllUsesExcept(original, original.getDefiningOp());
}

static void convertOutput(OpOperand &output, Layout layout) {
  auto rank = cast<RankedTensorType>(output.get().getType()).getRank();
  OpBuilder builder(output.getOwner());
  output.set(createTranspose(builder, output.get().getLoc(), output.get(),
                             getPermutationTo(layout, rank)));
}

static LogicalResult emitNoImage(func::FuncOp func, StringRef side,
                                 TypeRange types) {
  InFlightDiagnostic error = func.emitError("no ")
                             << side
                             << " of the network is an image (rank 3 to 5), so "
                                "its layout cannot be changed:";
  for (Type type : types)
    error << " " << type;
  return error;
}

namespace {
struct ConvertLayoutPass
    : quantc::ptq::impl::PTQConvertLayoutBase<ConvertLayoutPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || !func.isPublic())
      return;
    std::optional<Layout> in = parseLayout(inputs), out = parseLayout(outputs);
    if (!in || !out) {
      func.emitError("unknown layout '")
          << (in ? outputs : inputs) << "'; use NHWC or NCHW";
      return signalPassFailure();
    }
    Block &block = func.getBody().front();
    Operation *terminator = block.getTerminator();
    if (failed(check(func, *in, "input", block.getArgumentTypes())) ||
        failed(check(func, *out, "output", terminator->getOperandTypes())))
      return signalPassFailure();
    nameResults(func);
    if (*in != Layout::AsIs)
      for (BlockArgument argument : block.getArguments())
        if (isImage(argument.getType()) &&
            !func.getArgAttr(argument.getArgNumber(), kStateAttr))
          convertInput(argument, *in);
    if (*out != Layout::AsIs)
      for (OpOperand &output : terminator->getOpOperands())
        if (isImage(output.get().getType()) &&
            !func.getResultAttr(output.getOperandNumber(), kStateAttr))
          convertOutput(output, *out);
    func.setFunctionType(FunctionType::get(func.getContext(),
                                           block.getArgumentTypes(),
                                           terminator->getOperandTypes()));
  }

private:
  static LogicalResult check(func::FuncOp func, Layout layout, StringRef side,
                             TypeRange types) {
    if (layout == Layout::AsIs || llvm::any_of(types, isImage))
      return success();
    return emitNoImage(func, side, types);
  }
};
} // namespace
