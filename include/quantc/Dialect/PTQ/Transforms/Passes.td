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

//===----------------------------------------------------------------------===//
// Lower and check
//===----------------------------------------------------------------------===//

#endif // QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_TD
