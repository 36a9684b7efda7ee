//===- Remarks.h - Numbers in remarks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_REMARKS_H
#define QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_REMARKS_H

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Remarks.h"

#include "llvm/Support/Format.h"

namespace quantc {
class Histogram;
} // namespace quantc

namespace quantc::ptq {

/// A remark's real number, with the digits that tell float32 values apart.
inline mlir::remark::detail::LazyTextBuild realMetric(llvm::StringRef key,
                                                      double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.9g", value);
  return mlir::remark::metric(key, std::move(text));
}

/// Says what `type` does to the values that state `name` of a recurrent layer
/// had in all steps of calibration: how many it cannot hold, and how many are
/// so large that their tanh is 1 in steps of int8.
void remarkState(mlir::Location loc, llvm::StringRef name,
                 mlir::quant::UniformQuantizedType type,
                 const Histogram &histogram);

} // namespace quantc::ptq

#endif // QUANTC_LIB_DIALECT_PTQ_TRANSFORMS_REMARKS_H
