//===- Passes.td - Passes of Dialect/PTQ/Transforms --------------------*- tablegen -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_TD
#define QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Simplify
//===----------------------------------------------------------------------===//

def PTQNameTensors : Pass<"ptq-name-tensors", "::mlir::func::FuncOp"> {
  let summary = "Gives every tensor a stable, unique name";
  let description = [{
    Sets the attribute `ptq.name` on every function argument that is a tensor and
    every operation whose one result is a tensor. The name is the one that the
    importer left in the location (`loc("name")`); failing that,
    `input_<k>` for arguments and `<operation>_<k>` for operations. Names that are
    already there stay, so the pass can run again after other passes.
    A repeated name gets a numbered suffix. Calibration profiles, remarks and
    reports speak of tensors by these names.

    Example:

    ```mlir
    // before
    func.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    // after
    func.func @net(%x: tensor<4xf32> {ptq.name = "input_0"}) -> tensor<4xf32> {
      %0 = tosa.tanh %x {ptq.name = "tanh_0"} : (tensor<4xf32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Observe and annotate
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Quantize
//===----------------------------------------------------------------------===//

def PTQQuantizeOps : Pass<"ptq-quantize-ops", "::mlir::func::FuncOp"> {
  let summary = "Replaces float operations by their integer forms";
  let description = [{
    An operation whose operands come from `quant.dcast` and whose result goes to
    `quant.qcast` becomes, through `QuantizableOpInterface`, an operation on
    quantized tensors. A result without parameters of its own stays an int32
    accumulator if its one user takes one (a convolution followed by a clamp). Wherever
    parameters differ, an explicit `ptq.requantize` stands.

    Nothing fails here: an operation that cannot be quantized stays float between
    `quant.dcast` and `quant.qcast`, and a remark (category `quantize`) names the operation,
    its tensor and the reason. Operations that were quantized get a remark, too.

    Example:

    ```mlir
    // before
    %1 = quant.dcast %0 : tensor<1x4x!quant.uniform<i8:f32, 0.5>> to tensor<1x4xf32>
    %2 = tosa.clamp %1 {min_val = 0.0 : f32, max_val = 6.0 : f32}
       : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %3 = quant.qcast %2 : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.5>>
    // after
    %3 = tosa.clamp %0 {min_val = 0 : i8, max_val = 12 : i8}
       : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.5>>
    ```
  }];
  let dependentDialects = [
    "::quantc::ptq::PTQDialect", "::mlir::quant::QuantDialect",
    "::mlir::tosa::TosaDialect"
  ];
}

//===----------------------------------------------------------------------===//
// Lower and check
//===----------------------------------------------------------------------===//

#endif // QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_TD
