//===- Evaluate.h - Accuracy of a network on labelled data -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Measures classifiers: the network's inputs under their keys (Samples.h),
/// labels under `y`, one integer per row of the batch.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_EVALUATE_H
#define QUANTC_PIPELINES_EVALUATE_H

#include "quantc/Execution/Model.h"
#include "quantc/Pipelines/Samples.h"
#include "quantc/Report/Classification.h"

namespace quantc {

/// Runs `model`, and `reference` if it is not null, over a labelled .npz file.
/// The first output of each scores classes, [rows, classes], or holds the class
/// (argmax: an integer without a scale per row).
llvm::Expected<Evaluation>
evaluate(Model &model, Model *reference, llvm::StringRef labelled,
         llvm::StringRef form,
         llvm::function_ref<void(const Progress &)> progress = nullptr);

} // namespace quantc

#endif // QUANTC_PIPELINES_EVALUATE_H
