//===- Stages.h - The stages of compilation -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// The one table of stages (docs/Pipeline.md). `quantc compile --stop-after`,
/// the named pipelines of `quant-opt` and what the driver runs come from it.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_STAGES_H
#define QUANTC_PIPELINES_STAGES_H

#include "quantc/Pipelines/Pipelines.h"

namespace quantc {

/// In the order in which they run.
enum class Stage {
  Import,
  Simplify,
  Observe,
  Annotate,
  Quantize,
  Lower,
  Codegen
};

struct StageInfo {
  Stage stage;
  /// As options spell it.
  llvm::StringLiteral name;
  /// What a network is after it.
  llvm::StringLiteral description;
  /// Adds the passes of this stage alone; null if it is no list of passes that
  /// only depends on these options.
  void (*populate)(mlir::OpPassManager &, const QuantizeOptions &) = nullptr;
  /// The named pipeline that ends here; empty if there is none.
  llvm::StringLiteral pipeline = "";
};

/// All stages, in their order.
llvm::ArrayRef<StageInfo> getStages();

/// The stages by name, for options.
void addStageValues(llvm::cl::parser<Stage> &parser);

/// Adds the passes of all stages from Simplify to `last`.
void populateStages(mlir::OpPassManager &pm, Stage last,
                    const QuantizeOptions &options);

} // namespace quantc

#endif // QUANTC_PIPELINES_STAGES_H
