//===- Evaluate.h - Measuring networks on data -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Runs networks over one file of samples and compares them. The file has their
/// inputs (Samples.h) and, under the key `y`, labels: one integer per row of
/// the batch. Without labels the networks are only compared with each other.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_EVALUATE_H
#define QUANTC_DRIVER_EVALUATE_H

#include "quantc/Driver/Samples.h"
#include "quantc/Execution/Model.h"
#include "quantc/Report/Evaluation.h"

namespace quantc {

struct EvaluationOptions {
  /// How the numbers of the file become the inputs of all networks.
  Preprocessing preprocessing;
  /// If a network has one score per row, the row has class 1 from this score
  /// on, and class 0 below it.
  double threshold = 0.5;
};

/// A network and its name in the report.
struct NamedModel {
  Model *model;
  std::string name;
};

/// Measures the first of `models` on the file `data`, and compares it with each
/// of the others. The first output of each network must have one of two forms.
/// Either it has scores of classes, with the shape [rows, classes], or [rows,
/// 1] for two classes. Or it has one class per row (the result of an argmax):
/// an integer without a scale. Quantized outputs are dequantized.
llvm::Expected<Evaluation>
evaluate(llvm::ArrayRef<NamedModel> models, llvm::StringRef data,
         const EvaluationOptions &options = {},
         llvm::function_ref<void(const Progress &)> progress = nullptr);

} // namespace quantc

#endif // QUANTC_DRIVER_EVALUATE_H
