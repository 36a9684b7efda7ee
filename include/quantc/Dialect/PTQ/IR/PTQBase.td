//===- PTQBase.td - The ptq dialect ----------------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_PTQBASE_TD
#define QUANTC_DIALECT_PTQ_IR_PTQBASE_TD

include "mlir/IR/OpBase.td"

def PTQ_Dialect : Dialect {
  let name = "ptq";
  let cppNamespace = "::quantc::ptq";
  let summary = "Post-training quantization of float networks";
  let description = [{
    The `ptq` dialect adds to upstream's `quant` dialect what it takes to turn a float
    network into integer arithmetic: operations that record tensors at run time
    (`ptq.observe`), that simulate integers in float (`ptq.fake_quant`) and that change
    quantization parameters (`ptq.requantize`), a few composite operations, such as
    softmax, which TOSA writes as long sequences of primitive ones, and recurrent layers
    (`ptq.lstm`, `ptq.gru`, `ptq.rnn`), which TOSA cannot write without unrolling them.

    Quantized types are upstream's `!quant.uniform`. Casts between float and quantized
    values are upstream's `quant.qcast` and `quant.dcast`.

    The dialect has these discardable attributes:

    | attribute | of | meaning |
    |---|---|---|
    | `ptq.name` (string) | operations with one result, arguments and results of functions | the name of the tensor in profiles, remarks and reports |
    | `ptq.name` (array of strings) | operations with several results | the names of their results, in order |
    | `ptq.scale` (f64), `ptq.zero_point` (i64) | arguments and results of a quantized network | the quantization parameters of its integers |
    | `ptq.unsigned` (unit) | the same | the caller's integers are unsigned |
    | `ptq.fully_connected` (unit) | `tosa.conv2d` of int16 | it was FULLY_CONNECTED in a `.tflite` file, whose kernel rounds in its own way |
    | `ptq.unsigned` (unit) | `tosa.avg_pool2d` | the file stores the integers of this operation as unsigned ones |
    | `ptq.contract` (`"exact"`, `"litert"` or `"tflm"`) | functions | the runtime whose integers the quantized form reproduces (docs/Numerics.md) |
    | `ptq.alias` (string) | arguments and results | a second name, which data files may use instead of the first |
    | `ptq.state` (string) | an argument and a result that are state of the network | the name of the other of the two |
    | `ptq.initial` (f64 elements) | an argument that is state | its value in the first run |

    State is kept by the caller: the value that the result has after one run is the value of
    the argument in the next run. `ptq.initial` has the shape of the argument. If
    the argument has a scale, the elements are the real numbers that its integers represent;
    otherwise they are the integers themselves.

    Example:

    ```mlir
    func.func @sum(%x: tensor<2xf32> {ptq.name = "x", ptq.alias = "audio"},
                   %total: tensor<2xf32> {ptq.name = "total", ptq.state = "total_next",
                                          ptq.initial = dense<0.0> : tensor<2xf64>})
        -> (tensor<2xf32> {ptq.name = "total_next", ptq.state = "total"}) {
      %sum = tosa.add %x, %total : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      return %sum : tensor<2xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::quant::QuantDialect", "::mlir::tosa::TosaDialect"
  ];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

class PTQ_Op<string mnemonic, list<Trait> traits = []>
    : Op<PTQ_Dialect, mnemonic, traits>;

#endif // QUANTC_DIALECT_PTQ_IR_PTQBASE_TD
