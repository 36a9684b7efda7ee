// RUN: split-file %s %t
// RUN: not quant-opt %t/missing.mlir --ptq-annotate="profile=%S/Inputs/annotate-profile.json" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not quant-opt %t/missing.mlir --ptq-annotate 2>&1 | FileCheck %s --check-prefix=NO-PROFILE
// RUN: not quant-opt %t/missing.mlir --ptq-annotate="profile=%t/no-such-file" 2>&1 | FileCheck %s --check-prefix=NO-FILE
// RUN: not quant-opt %t/good.mlir --ptq-annotate="profile=%t/other.json" 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not quant-opt %t/good.mlir --ptq-annotate="profile=%t/newer.json" 2>&1 | FileCheck %s --check-prefix=NEWER
// RUN: not quant-opt %t/good.mlir --ptq-annotate="profile=%S/Inputs/annotate-nan.json" 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not quant-opt %t/good.mlir --ptq-annotate="estimator=best" 2>&1 | FileCheck %s --check-prefix=ESTIMATOR
// RUN: not quant-opt %t/good.mlir --ptq-annotate="percentile=101" 2>&1 | FileCheck %s --check-prefix=PERCENTILE
// RUN: not quant-opt %t/weights.mlir --ptq-annotate="profile=%S/Inputs/annotate-profile.json" 2>&1 | FileCheck %s --check-prefix=WEIGHTS

//--- missing.mlir
// All of them at once.
// MISSING: error: the profile has no statistics for 2 tensor(s): calibrate this network again
// MISSING: note: tensor 'absent'
// MISSING: note: tensor 'absent too'
// NO-PROFILE: error: 3 tensor(s) have no quantization parameters: calibrate the network and give the profile
// NO-FILE: error: {{.*}}no-such-file
func.func @missing(%arg: tensor<4x2xf32> {ptq.name = "absent"}) -> tensor<1x1xf32> {
  %0 = ptq.mean %arg {axes = array<i32: 1>, ptq.name = "mean"} : tensor<4x2xf32> -> tensor<4x1xf32>
  %1 = ptq.mean %0 {axes = array<i32: 0>, ptq.name = "absent too"} : tensor<4x1xf32> -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

//--- good.mlir
// OTHER: error: the profile belongs to another network (its fingerprint is 0123, this network's is {{[0-9a-f]+}}): calibrate this network
// NEWER: error: {{.*}}version 1000
// NAN: error: calibration saw NaN or infinite values in 2 tensor(s): remove the inputs that cause them and calibrate again
// NAN: note: tensor 'x'
// NAN: note: tensor 'mean'
// ESTIMATOR: for the --estimator option: Cannot find option named 'best'!
// PERCENTILE: error: percentile must be above 50 and at most 100
func.func @good(%arg: tensor<4x2xf32> {ptq.name = "x"}) -> tensor<4x1xf32> {
  %0 = ptq.mean %arg {axes = array<i32: 1>, ptq.name = "mean"} : tensor<4x2xf32> -> tensor<4x1xf32>
  return %0 : tensor<4x1xf32>
}

//--- weights.mlir
// WEIGHTS: error: constant 'filter' holds NaN or infinite values
func.func @weights(%x: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> tensor<1x4x4x1xf32> {
  %w = "tosa.const"() <{values = dense<[[[[1.0, 0x7F800000]]]]> : tensor<1x1x1x2xf32>}> {ptq.name = "filter"} : () -> tensor<1x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<1xf32>}> : () -> tensor<1xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "conv"} : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  return %0 : tensor<1x4x4x1xf32>
}

//--- other.json
{"format": "quantc-profile", "version": 1, "fingerprint": "0123", "tensors": {}}

//--- newer.json
{"format": "quantc-profile", "version": 1000}
