//===- LowerQuantized.h - Quantized tensors to integers ---------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The parts of ptq-lower-quantized, for compilers that convert operations of
/// their own along with those of quantc.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CONVERSION_LOWERQUANTIZED_H
#define QUANTC_CONVERSION_LOWERQUANTIZED_H

#include "quantc/Numerics/Contract.h"

#include "mlir/Transforms/DialectConversion.h"

namespace quantc {

/// Erases quantization parameters: `!quant` types, alone or as elements, become
/// their storage integers. Every other type stays as it is.
class QuantizedTypeConverter : public mlir::TypeConverter {
public:
  QuantizedTypeConverter();
};

/// Adds the patterns of ptq-lower-quantized: ptq.requantize becomes
/// tosa.rescale with the rounding of `contract`, quant.qcast and quant.dcast
/// become float operations, quant.scast goes, and every other operation keeps
/// its name and attributes and gets the types that `types` says. A pattern of
/// an operation of one's own has precedence over the last.
///
/// The patterns fail on what the pass refuses with a diagnostic, and on
/// constants with a scale per block, which the pass lowers before.
void populateLowerQuantizedPatterns(mlir::RewritePatternSet &patterns,
                                    const QuantizedTypeConverter &types,
                                    Contract contract);

} // namespace quantc

#endif // QUANTC_CONVERSION_LOWERQUANTIZED_H
