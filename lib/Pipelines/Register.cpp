//===- Register.cpp - Registration of dialects and passes -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Kernel/Kernel.h"
#include "quantc/Codegen/Transforms/Passes.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Tosa/QuantizableModels.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/InitAllDialects.h"
#include "quantc/InitAllPasses.h"
#include "quantc/Pipelines/Pipelines.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"

using namespace mlir;

void quantc::registerDialects(DialectRegistry &registry) {
  registry.insert<ptq::PTQDialect, kernel::KernelDialect>();
  ptq::registerTosaQuantizableModels(registry);
  kernel::registerBufferizableOpInterfaceExternalModels(registry);
}

void quantc::registerAllDialects(DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registerDialects(registry);
}

void quantc::registerAllPasses() {
  registerQuantcConversionPasses();
  ptq::registerPTQTransformsPasses();
  codegen::registerQuantcCodegenPasses();
}

void quantc::registerAllPipelines() {
  registerQuantizePipelines();
  registerCodegenPipeline();
}
