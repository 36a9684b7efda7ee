//===- SourceSwitches.h - Networks without one source of errors -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_SOURCESWITCHES_H
#define QUANTC_LIB_DRIVER_SOURCESWITCHES_H

#include "quantc/Execution/Model.h"
#include "quantc/Report/Attribution.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace quantc {

/// Removes `source` from every operation of a network that isolateOps has cut.
/// The weights of the network have to be those before rounding if it is about
/// them.
void switchOff(mlir::func::FuncOp isolated, ErrorSource source);

/// Simulated networks that isolateOps has cut, all with the same inputs and
/// outputs.
class SourceSwitches {
public:
  /// `isolated` has every source, `nearest` is the same network with weights
  /// before rounding. Both stay as they are.
  static llvm::Expected<SourceSwitches> create(mlir::ModuleOp isolated,
                                               mlir::ModuleOp nearest);

  /// Runs all of the networks. `visit` gets the outputs of each, and what is
  /// switched off in it.
  llvm::Error run(llvm::ArrayRef<Array> inputs,
                  llvm::function_ref<void(std::optional<ErrorSource>,
                                          llvm::ArrayRef<Array>)>
                      visit);

private:
  std::unique_ptr<Model> whole;
  std::vector<std::unique_ptr<Model>> without; // of kErrorSources
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_SOURCESWITCHES_H
