//===- Passes.td - Passes of Conversion --------------------*- tablegen -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CONVERSION_PASSES_TD
#define QUANTC_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def PTQLowerQuantized : Pass<"ptq-lower-quantized", "::mlir::func::FuncOp"> {
  let summary = "Lowers quantized tensors to plain integer TOSA";
  let description = [{
    The result knows no float scale: `ptq.requantize` becomes `tosa.rescale` with an
    integer multiplier and shift (docs/Numerics.md), of constants a constant;
    types lose their parameters. `quant.qcast` and `quant.dcast`, which remain at the
    borders of float parts, become TOSA float operations: dequantize is cast, subtract,
    multiply; quantize is multiply by 1/scale, clamp, cast (ties to even), add.

    `rounding=double` rounds twice, as TFLite's reference kernels do; TOSA's
    extension `doubleround` allows it.

    Example:

    ```mlir
    // before
    %1 = ptq.requantize %0 : tensor<4x!quant.uniform<i32:f32, 0.001>>
                          to tensor<4x!quant.uniform<i8:f32, 0.5:-3>>
    // after
    %m = "tosa.const"() {values = dense<1099511628> : tensor<1xi32>} : () -> tensor<1xi32>
    %s = "tosa.const"() {values = dense<39> : tensor<1xi8>} : () -> tensor<1xi8>
    %iz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
    %oz = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
    %1 = tosa.rescale %0, %m, %s, %iz, %oz {
           scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false,
           input_unsigned = false, output_unsigned = false}
       : (tensor<4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<4xi8>
    ```
  }];
  let options = [
    Option<"rounding", "rounding", "std::string", /*default=*/"\"single\"",
           "How requantization rounds: 'single' (once, ties towards plus "
           "infinity) or 'double' (as TFLite's reference kernels)">
  ];
  let dependentDialects = [
    "::quantc::ptq::PTQDialect", "::mlir::quant::QuantDialect",
    "::mlir::tosa::TosaDialect"
  ];
}

#endif // QUANTC_CONVERSION_PASSES_TD
