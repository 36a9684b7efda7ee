//===- Codegen.cpp - The codegen stage -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// TOSA to the LLVM dialect: the order of passes, and nothing else.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Pipelines/Pipelines.h"
#include "quantc/Pipelines/Step.h"
#include "quantc/Support/Errors.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace quantc;

/// The kernel dialect's name of a target's dot product.
static StringRef dotKindName(DotKind kind) {
  switch (kind) {
  case DotKind::UnsignedSigned4:
    return "unsigned_signed4";
  case DotKind::Signed4:
    return "signed4";
  case DotKind::Signed16x2:
    return "signed16x2";
  case DotKind::Widening:
    return "widening";
  }
  llvm_unreachable("unknown dot kind");
}

static codegen::SelectKernelsOptions
getSelection(const TargetDescription &target) {
  codegen::SelectKernelsOptions select;
  select.dot = dotKindName(target.dot).str();
  select.vectorBits = target.vectorBits;
  select.registers = target.vectorRegisters;
  return select;
}

/// Convolutions, matrix products and tables -> kernels with packed weights.
static void addKernelForming(OpPassManager &pm,
                             const TargetDescription &target) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(codegen::createDecomposeConv3D());
  pm.addPass(codegen::createDecomposeTransposeConv());
  pm.addPass(codegen::createSelectKernels(getSelection(target)));
  pm.addPass(codegen::createFormKernels());
  pm.addPass(codegen::createFormLookups({target.lookupLanes}));
}

/// TOSA -> linalg, arith, tensor and scf on tensors.
static void addTosaLowering(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(codegen::createNarrowSums());
  pm.addNestedPass<func::FuncOp>(codegen::createGuardOperands());
  pm.addNestedPass<func::FuncOp>(tosa::createTosaOptionalDecompositionsPass());
  pm.addNestedPass<func::FuncOp>(codegen::createPackTables());
  pm.addPass(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createTosaToSCFPass());
  pm.addNestedPass<func::FuncOp>(codegen::createLowerConcat());
  pm.addNestedPass<func::FuncOp>(tosa::createTosaToLinalgNamed());
  pm.addNestedPass<func::FuncOp>(tosa::createTosaToLinalg());
  pm.addNestedPass<func::FuncOp>(codegen::createStartExtremes());
  TosaToArithPassOptions arith;
  arith.includeApplyRescale = true;
  pm.addNestedPass<func::FuncOp>(createTosaToArithPass(arith));
  pm.addNestedPass<func::FuncOp>(createTosaToTensorPass());
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
}

/// Tensors -> buffers of one arena.
static void addBufferization(OpPassManager &pm) {
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(codegen::createResultsToOutputs());
  pm.addNestedPass<func::FuncOp>(codegen::createLowerCopies());
  pm.addPass(codegen::createPlanArena());
}

/// Loops on buffers -> LLVM dialect with bare pointers.
static void addLLVMLowering(OpPassManager &pm,
                            const TargetDescription &target) {
  pm.addNestedPass<func::FuncOp>(codegen::createExpandMath());
  if (!target.convertsHalf)
    pm.addNestedPass<func::FuncOp>(codegen::createExpandHalf());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(arith::createArithEmulateUnsupportedFloats(
      {/*sourceTypeStrs=*/{"bf16"}, /*targetTypeStr=*/"f32"}));
  arith::ArithExpandOpsPassOptions arith;
  arith.includeBf16 = true;
  pm.addPass(arith::createArithExpandOpsPass(arith));
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions function;
  function.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(function));
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void quantc::populateCodegenPipeline(OpPassManager &pm,
                                     const CodegenOptions &options) {
  pm.addPass(codegen::createCheckSupported());
  pm.addPass(codegen::createCheckOperands());
  pm.addPass(codegen::createCaptureInterface({options.name}));
  pm.addPass(createInlinerPass());
  pm.addPass(createSymbolDCEPass());
  addKernelForming(pm, options.target);
  addTosaLowering(pm);
  pm.addPass(createCanonicalizerPass());
  pm.addPass(codegen::createFuseElementwise());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createConvertObservers());
  pm.addNestedPass<func::FuncOp>(codegen::createCopyLoopValues());
  pm.addNestedPass<func::FuncOp>(codegen::createSeparateInits());
  addBufferization(pm);
  pm.addNestedPass<func::FuncOp>(codegen::createCollapseLoops());
  pm.addNestedPass<func::FuncOp>(codegen::createOrderLoops());
  // Kernels are outlined before they become loops, so that equal ones are
  // expanded only once.
  pm.addPass(codegen::createOutlineKernels());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addPass(codegen::createExpandKernels());
  pm.addPass(codegen::createLowerDot({options.target.dotFeature}));
  pm.addPass(codegen::createLowerPermute({options.target.lookupFeature}));
  addLLVMLowering(pm, options.target);
  pm.addPass(codegen::createEmitEntry());
}

llvm::Error quantc::makeStep(ModuleOp sequence, int64_t axis,
                             const TargetDescription &target) {
  PassManager pm(sequence.getContext());
  populateExpandPipeline(pm);
  // These are decomposed before kernels are selected.
  bool isDecomposed =
      sequence
          .walk([](Operation *op) {
            return WalkResult(
                failure(isa<tosa::Conv3DOp, tosa::TransposeConv2DOp>(op)));
          })
          .wasInterrupted();
  if (!isDecomposed)
    pm.addPass(codegen::createSelectKernels(getSelection(target)));
  pm.addPass(createPTQMakeStep({axis}));
  if (failed(pm.run(sequence)))
    return llvm::make_error<DiagnosedError>();
  return llvm::Error::success();
}

llvm::Error quantc::generateCode(ModuleOp module,
                                 const CodegenOptions &options) {
  PassManager pm(module.getContext());
  populateExpandPipeline(pm);
  populateCodegenPipeline(pm, options);
  if (failed(pm.run(module)))
    return llvm::make_error<DiagnosedError>();
  return llvm::Error::success();
}

namespace {
/// Textual options of the named pipeline.
struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  Option<std::string> name{
      *this, "name",
      llvm::cl::desc("Prefix of the symbols in the compiled code"),
      llvm::cl::init("model")};
  Option<std::string> target{
      *this, "target",
      llvm::cl::desc("Target triple or architecture; empty is the host")};
  Option<std::string> cpu{
      *this, "cpu",
      llvm::cl::desc("LLVM's name of the CPU; 'native' is the host's")};
  Option<std::string> features{
      *this, "features",
      llvm::cl::desc("CPU features, as in +avx512vnni;-avx2")};
};
} // namespace

void quantc::registerCodegenPipeline() {
  auto build = [](OpPassManager &pm, StringRef text,
                  function_ref<LogicalResult(const Twine &)> errorHandler)
      -> LogicalResult {
    PipelineOptions options;
    if (failed(options.parseFromString(text)))
      return failure();
    CodegenOptions codegen;
    codegen.name = options.name;
    std::string features = options.features;
    llvm::replace(features, ';', ',');
    auto target = describeTarget(options.target, options.cpu, features);
    if (!target)
      return errorHandler(llvm::toString(target.takeError()));
    codegen.target = *target;
    populateCodegenPipeline(pm, codegen);
    return success();
  };
  auto visitOptions =
      [](function_ref<void(const detail::PassOptions &)> visit) {
        visit(PipelineOptions());
      };
  registerPassPipeline("quantc-codegen-pipeline",
                       "TOSA to the LLVM dialect with a C entry point", build,
                       visitOptions);
}
