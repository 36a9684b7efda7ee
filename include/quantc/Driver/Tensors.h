//===- Tensors.h - Every tensor of a network as an output -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// What happens inside a network: its intermediate tensors as further outputs,
/// so that they can be looked at and compared.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_TENSORS_H
#define QUANTC_DRIVER_TENSORS_H

#include "quantc/Driver/Compiler.h"
#include "quantc/Driver/NetworkReport.h"
#include "quantc/Report/TensorDiff.h"

namespace quantc {

/// A network that returns all of its named tensors.
struct ProbedModel {
  std::unique_ptr<Model> model;
  /// Name and operation of each output of `model`, in the network's order.
  std::vector<ProbedTensor> tensors;
};

/// Compiles a copy of the network for the host, in the form that `options` ask
/// for, with every named tensor of that form as an output: integers as they are
/// stored, simulated values rounded. Constants are no outputs.
llvm::Expected<ProbedModel> loadProbed(mlir::ModuleOp module,
                                       const CompilerOptions &options);
/// The same for a network that is lowered already (Stage::Lower). `quantized`
/// are its tensors with parameters, as they were reported at Stage::Quantize.
llvm::Expected<ProbedModel>
loadProbed(mlir::ModuleOp lowered,
           llvm::ArrayRef<QuantizedTensorReport> quantized);

} // namespace quantc

#endif // QUANTC_DRIVER_TENSORS_H
