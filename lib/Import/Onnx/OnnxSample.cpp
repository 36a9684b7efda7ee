//===- OnnxSample.cpp - Images read at given positions -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "llvm/ADT/StringSwitch.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

/// Operator set 20 has other names for two of the modes.
static LogicalResult importGridSample(Node &node) {
  std::string name = node.getString("mode", "linear");
  auto mode = llvm::StringSwitch<std::optional<ResizeMode>>(name)
                  .Case("nearest", ResizeMode::Nearest)
                  .Cases({"linear", "bilinear"}, ResizeMode::Linear)
                  .Cases({"cubic", "bicubic"}, ResizeMode::Cubic)
                  .Default(std::nullopt);
  std::string border = node.getString("padding_mode", "zeros");
  auto padding = llvm::StringSwitch<std::optional<GridPadding>>(border)
                     .Case("zeros", GridPadding::Zeros)
                     .Case("border", GridPadding::Border)
                     .Case("reflection", GridPadding::Reflection)
                     .Default(std::nullopt);
  Value x = node.value(0), grid = node.value(1);
  if (!x || !grid)
    return failure();
  if (!mode || !padding)
    return node.emitError()
           << "has the mode '" << name << "' and the padding mode '" << border
           << "'; quantc knows nearest, linear and cubic, and "
              "zeros, border and reflection";
  GridSampleSpec spec{*mode, *padding, node.getInt("align_corners", 0) != 0};
  Value y = node.b.gridSample(node.b.toChannelsLast(x), grid, spec);
  return node.setResult(0, node.b.toChannelsFirst(y));
}

void onnximport::addSampleHandlers(Handlers &handlers) {
  handlers["GridSample"] = {importGridSample};
}
