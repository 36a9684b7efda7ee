//===- Svdf.h - SVDF in float and in integers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_SVDF_H
#define QUANTC_LIB_IMPORT_TFLITE_SVDF_H

#include "Importer.h"

namespace quantc::tflite {

/// The sizes of the operator: inputs, features, steps, and outputs.
struct SvdfSizes {
  int64_t input = 0, features = 0, memory = 0, units = 0;
};

/// The places of its inputs.
enum SvdfPlace : unsigned {
  kSvdfX,
  kSvdfFeatureWeights,
  kSvdfTimeWeights,
  kSvdfBias,
  kSvdfState
};

/// SVDF with int8 inputs.
mlir::LogicalResult importIntegerSvdf(Node &node, const SvdfSizes &sizes,
                                      schema::Activation activation);

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_SVDF_H
