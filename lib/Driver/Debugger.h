//===- Debugger.h - The networks that are compared -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_DEBUGGER_H
#define QUANTC_LIB_DRIVER_DEBUGGER_H

#include "AnswerCounter.h"
#include "IsolateOps.h"
#include "SourceSwitches.h"
#include "quantc/Driver/Tensors.h"
#include "quantc/Report/TensorErrors.h"

#include "llvm/ADT/StringMap.h"

namespace quantc {

/// What is known of the operation that makes a tensor.
struct Origin {
  std::string scheme, location;
  /// The annotated network computes what the integers do. Weights of dynamic
  /// schemes are rounded behind it.
  bool simulated = true;
};

/// The networks that `quantc debug` compares, and what it has seen.
class Debugger {
public:
  /// Compiles the networks; what errors are made of needs further ones.
  llvm::Error load(mlir::ModuleOp module, const CompilerOptions &options,
                   bool attribution);
  llvm::ArrayRef<TensorInfo> inputs() const {
    return floating.model->interface().inputs;
  }
  /// Sample `index` of its file.
  llvm::Error addSample(std::vector<Array> inputs, size_t index);
  /// Reads the labels of the next samples and compares answers with them.
  llvm::Error openLabels(const SampleFile &file, double threshold) {
    return counter.open(file, floating.model->interface().outputs.front(),
                        shipped.model->interface().outputs.front(), threshold);
  }
  DebugReport finish() &&;

private:
  void isolate(mlir::ModuleOp annotated);
  llvm::Error loadLocal(mlir::ModuleOp isolatedModule,
                        const CompilerOptions &options);
  llvm::Error loadSwitches(mlir::ModuleOp module, mlir::ModuleOp isolatedModule,
                           const CompilerOptions &options);
  llvm::Error attribute(llvm::ArrayRef<Array> inputs,
                        const llvm::StringMap<std::vector<double>> &signals);
  void describe(llvm::ArrayRef<QuantizedTensorReport> reports);

  ProbedModel floating, shipped;
  std::unique_ptr<Model> local;
  std::optional<SourceSwitches> switches;
  llvm::StringMap<Origin> origins;
  /// The positions among the outputs of each network by the tensor's name.
  llvm::StringMap<size_t> inFloat, inShipped;
  IsolatedOps isolated;
  AnswerCounter counter;
  /// The tensors of `report`, by name.
  llvm::StringMap<size_t> rows;
  DebugReport report;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_DEBUGGER_H
