//===- Passes.td - Passes of Codegen/Transforms --------------------*- tablegen -*-===//
//
// Part of the quantc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_TRANSFORMS_PASSES_TD
#define QUANTC_CODEGEN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def CaptureInterface : Pass<"quantc-capture-interface", "::mlir::ModuleOp"> {
  let summary = "Check the network and record its inputs and outputs on the module";
  let description = [{
    Finds the network, which is the only public function with a body, checks that
    every argument and result is a tensor of static shape whose elements a C
    caller can hold, and writes what the caller of the compiled code has to know
    into the module attribute `quantc.interface`. Later passes erase tensor types;
    `quantc::getInterface` reads this attribute.

    Names, scales and zero points come from the discardable attributes `ptq.name`
    (string), `ptq.scale` (f64), `ptq.zero_point` (i64) and `ptq.unsigned` (unit) of the
    function's arguments and results. Tensors without a name are `input_<k>` and
    `output_<k>`.

    Example:

    ```mlir
    func.func @main(%arg0: tensor<1x4xi8> {ptq.name = "x", ptq.scale = 0.5 : f64,
                                           ptq.zero_point = 3 : i64}) -> tensor<1x4xi8> {
      return %arg0 : tensor<1x4xi8>
    }
    ```

    gives the module the attribute

    ```mlir
    module attributes {quantc.interface = {name = "model",
      inputs = [
        {name = "x", scale = 5.0e-1 : f64, type = tensor<1x4xi8>, zero_point = 3 : i64}
      ],
      outputs = [
        {name = "output_0", type = tensor<1x4xi8>}
      ]}} {}
    ```
  }];
  let options = [
    Option<"name", "name", "std::string", /*default=*/"\"model\"",
           "Prefix of the symbols in the compiled code; a C identifier">
  ];
}

#endif // QUANTC_CODEGEN_TRANSFORMS_PASSES_TD
