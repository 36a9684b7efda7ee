//===- Evaluate.h - Measuring networks on data -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Runs a network, and others beside it, over one file: the networks' inputs
/// under their keys (Samples.h), labels under `y`, one integer per row of the
/// batch. Without labels the networks are compared with each other only.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_EVALUATE_H
#define QUANTC_PIPELINES_EVALUATE_H

#include "quantc/Execution/Model.h"
#include "quantc/Pipelines/Samples.h"
#include "quantc/Report/Evaluation.h"

namespace quantc {

struct EvaluationOptions {
  /// How the file's numbers become the inputs of each of the networks.
  Preprocessing preprocessing;
  /// A network with one score per row answers class 1 from here on, else 0.
  double threshold = 0.5;
};

/// A network and how the report calls it.
struct NamedModel {
  Model *model;
  std::string name;
};

/// Measures the first of `models` on the file `data`, and compares it with each
/// of the others. The first output of each scores classes, [rows, classes] or
/// [rows, 1] (two classes), or holds the class (argmax: an integer without a
/// scale per row). Quantized outputs count as the reals that they stand for.
llvm::Expected<Evaluation>
evaluate(llvm::ArrayRef<NamedModel> models, llvm::StringRef data,
         const EvaluationOptions &options = {},
         llvm::function_ref<void(const Progress &)> progress = nullptr);

} // namespace quantc

#endif // QUANTC_PIPELINES_EVALUATE_H
