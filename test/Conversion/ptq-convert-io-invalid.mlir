// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=int8 outputs=int8}))" --split-input-file --verify-diagnostics
// RUN: not quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=int4}))" --split-input-file 2>&1 | FileCheck %s

// CHECK: for the --inputs option: Cannot find option named 'int4'!

// Both are reported.
// expected-error @below {{output 0 ('y') is not quantized, because a float operation makes it; keep it in float with --output-type=float}}
// expected-error @below {{input 0 ('x') is not quantized, because no integer operation reads it; keep it in float with --input-type=float}}
func.func @net(%x: tensor<4xf32> {ptq.name = "x"}) -> tensor<4xf32> {
  %0 = tosa.tanh %x {ptq.name = "y"} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
