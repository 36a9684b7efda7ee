//===- AnalyzeNetwork.h - What is in a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The analyzer behind `quantc inspect`: tensors, operations, sizes, and why
/// operations would stay in float.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_ANALYZENETWORK_H
#define QUANTC_DRIVER_ANALYZENETWORK_H

#include "quantc/Driver/NetworkReport.h"

#include <map>

namespace quantc {

/// A tensor of a network, constant or not.
struct AnalyzedTensor {
  std::string name; // possibly empty
  std::vector<int64_t> shape;
  /// "float32", "int8" and so on: how its elements are stored.
  std::string type;
  /// Its scales and zero points, if it is quantized.
  std::optional<QuantizedTensorReport> parameters;
  bool constant = false;
  /// Of its elements; numbers of four bits share a byte.
  int64_t bytes = 0;
  /// Of a constant, the first numbers as they are stored.
  std::vector<double> firstValues;
};

struct AnalyzedOperation {
  OperationReport report;
  /// Indices of tensors.
  std::vector<size_t> operands, results;
  /// Multiplications that are added up; 0 for operations that are no products.
  int64_t macs = 0;
  /// Elements of its constant operands that are weights or a bias.
  int64_t parameters = 0;
  /// Why it would stay in float; empty if it would not, or is integer already.
  std::string floatReason;
};

struct NetworkAnalysis {
  std::vector<AnalyzedTensor> tensors;
  std::vector<AnalyzedOperation> operations;
  /// Indices of tensors.
  std::vector<size_t> inputs, outputs;

  int64_t macs() const;
  int64_t parameters() const;
  int64_t constantBytes() const;
  /// How many tensors that are not constant are of each type.
  std::map<std::string, int64_t> tensorsByType() const;
  llvm::json::Object toJSON() const;
};

/// Analyzes a network as it is. If `explain` is set, operations get the reason
/// for which their scheme (int8 unless they have another one) leaves them in
/// float.
NetworkAnalysis analyzeNetwork(mlir::ModuleOp module, bool explain);

} // namespace quantc

#endif // QUANTC_DRIVER_ANALYZENETWORK_H
