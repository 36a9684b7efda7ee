//===- tinyc.cpp - A compiler that calls quantc's pipelines -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// tinyc NETWORK.mlir [PROFILE]
///
/// A compiler driver that uses quantc as a library. It reads a float network,
/// runs quantc's stages with a pass of its own between two of them, and prints
/// integer TOSA for a backend. The profile comes from `quantc calibrate`. A
/// network that has its parameters already (ptq.fake_quant) needs none.
///
//===----------------------------------------------------------------------===//

#include "quantc/InitAllDialects.h"
#include "quantc/Pipelines/Pipelines.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace {
/// Between quantize and lower, tensors carry their quantization parameters in
/// their types: here a compiler can do what it knows best. This one warns of
/// float operations.
struct ReportFloat : PassWrapper<ReportFloat, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ReportFloat)

  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      if (isa_and_nonnull<tosa::TosaDialect>(op->getDialect()) &&
          !isa<tosa::ConstOp>(op) &&
          llvm::any_of(op->getResultTypes(), isFloat))
        op->emitWarning("my accelerator has no floating point");
    });
  }

  static bool isFloat(Type type) {
    return isa<FloatType>(getElementTypeOrSelf(type));
  }
};
} // namespace

static int fail(const llvm::Twine &message) {
  llvm::errs() << "tinyc: error: " << message << "\n";
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 3) {
    llvm::errs() << "usage: tinyc NETWORK.mlir [PROFILE]\n\n"
                    "Prints the integer TOSA of a float network. PROFILE comes "
                    "from 'quantc calibrate'; a network with ptq.fake_quant "
                    "operations needs none.\n";
    return 1;
  }

  DialectRegistry registry;
  quantc::registerAllDialects(registry);
  MLIRContext context(registry);

  quantc::QuantizeOptions options;
  options.inputs = options.outputs = quantc::IOType::Int8;
  if (argc == 3) {
    llvm::Expected<quantc::Profile> profile = quantc::Profile::load(argv[2]);
    if (!profile)
      return fail(llvm::toString(profile.takeError()));
    options.profile = std::make_shared<quantc::Profile>(std::move(*profile));
  }

  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  auto network = parseSourceFile<ModuleOp>(argv[1], sources, &context);
  if (!network)
    return 1;

  PassManager pm(&context);
  quantc::populateSimplifyPipeline(pm);
  quantc::populateAnnotatePipeline(pm, options);
  quantc::populateQuantizePipeline(pm, options);
  pm.addPass(std::make_unique<ReportFloat>());
  quantc::populateLowerPipeline(pm, options);
  if (failed(pm.run(*network)))
    return 1;
  network->print(llvm::outs());
  llvm::outs() << "\n";
  return 0;
}
