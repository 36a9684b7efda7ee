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
    `ptq` holds what upstream's `quant` dialect lacks for turning a float network
    into integer arithmetic: probes that observe tensors at run time, fake
    quantization that simulates integers in float, an explicit change of
    quantization parameters, and the few composite operations that TOSA spells
    as long sequences of primitive ones.

    Quantized types are upstream's `!quant.uniform`; the boundary between float
    and quantized values is upstream's `quant.qcast` and `quant.dcast`.

    The discardable attribute `ptq.name` (a string, on operations with one result
    and on function arguments) is the stable name of a tensor: profiles, remarks and
    reports speak of it. A quantized network's arguments and results may carry
    `ptq.scale` (f64), `ptq.zero_point` (i64) and `ptq.unsigned` (a unit). A function
    may carry `ptq.contract` (`"exact"`, `"litert"` or `"tflm"`): whose integers its
    quantized form gives. `ptq.unsigned` on a `tosa.avg_pool2d` says that the file
    stores its codes as unsigned integers.

    Three more attributes of arguments and results describe what a caller may do.
    `ptq.alias` (a string) is another name, under which data may be given too. An
    argument and a result that are the state of a network name each other in
    `ptq.state` (a string): what the result holds after a run, the argument takes
    in the next one. `ptq.initial` of such an argument holds what it takes in the
    first run, as f64 elements of its shape: the reals that its integers stand for,
    or the integers themselves if there is no scale.

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
