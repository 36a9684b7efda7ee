//===- Stages.cpp - The stages of compilation -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/Stages.h"

using namespace mlir;
using namespace quantc;

static const StageInfo kStages[] = {
    {Stage::Import, "import", "the network as it was read"},
    {Stage::Simplify, "simplify",
     "named, cleaned-up float TOSA with composites recognised",
     [](OpPassManager &pm, const QuantizeOptions &) {
       populateSimplifyPipeline(pm);
     },
     "ptq-simplify-pipeline"},
    {Stage::Observe, "observe",
     "float TOSA that observes the tensors to calibrate",
     [](OpPassManager &pm, const QuantizeOptions &) {
       populateObservePipeline(pm);
     },
     "ptq-observe-pipeline"},
    {Stage::Annotate, "annotate", "float TOSA that simulates quantization",
     populateAnnotatePipeline, "ptq-annotate-pipeline"},
    {Stage::Quantize, "quantize", "quantized tensors and ptq.requantize",
     populateQuantizePipeline},
    {Stage::Lower, "lower", "integer TOSA", populateLowerPipeline,
     "ptq-quantize-pipeline"},
    {Stage::Codegen, "codegen", "the LLVM dialect"},
};

ArrayRef<StageInfo> quantc::getStages() { return kStages; }

void quantc::addStageValues(llvm::cl::parser<Stage> &parser) {
  for (const StageInfo &info : kStages)
    parser.addLiteralOption(info.name, info.stage, info.description);
}

void quantc::populateStages(OpPassManager &pm, Stage last,
                            const QuantizeOptions &options) {
  for (const StageInfo &info : kStages)
    if (info.populate && info.stage <= last)
      info.populate(pm, options);
}
