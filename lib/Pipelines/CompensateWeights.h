//===- CompensateWeights.h - Rounding with known inputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_PIPELINES_COMPENSATEWEIGHTS_H
#define QUANTC_LIB_PIPELINES_COMPENSATEWEIGHTS_H

#include "quantc/Pipelines/Pipelines.h"

#include "mlir/Pass/Pass.h"

namespace quantc {

/// Runs the float form of an annotated network on the samples that the profile
/// keeps, and replaces the weights behind ptq.fake_quant by those that
/// compensated rounding gives (N72).
std::unique_ptr<mlir::Pass>
createCompensateWeights(const QuantizeOptions &options);

} // namespace quantc

#endif // QUANTC_LIB_PIPELINES_COMPENSATEWEIGHTS_H
