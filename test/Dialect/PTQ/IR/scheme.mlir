// RUN: quant-opt %s --split-input-file --verify-diagnostics | FileCheck %s

// The attribute of a function and of its operations.
// CHECK: func.func @schemes
// CHECK-SAME: ptq.scheme = #ptq.scheme<static, weights = i8 per channel, activations = asymmetric i8 per tensor>
func.func @schemes(%x: tensor<4xf32> {ptq.estimator = "mse", ptq.range = array<f64: -1.0, 2.0>}) -> tensor<4xf32>
    attributes {ptq.scheme = #ptq.scheme<static, weights = i8 per channel, activations = asymmetric i8 per tensor>} {
  // CHECK: ptq.scheme = #ptq.scheme<dynamic, weights = i8 per tensor, activations = symmetric i8 per row>
  %0 = tosa.tanh %x {ptq.scheme = #ptq.scheme<dynamic, weights = i8 per tensor, activations = symmetric i8 per row>} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: ptq.scheme = #ptq.scheme<weight_only, weights = i4 per block of 32, activations = symmetric f32 per tensor>
  %1 = tosa.tanh %0 {ptq.bias_correction = true, ptq.scheme = #ptq.scheme<weight_only, weights = i4 per block of 32, activations = symmetric f32 per tensor>} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// expected-error @below {{a block of weights has a size above 0, and nothing else has one}}
#no_size = #ptq.scheme<weight_only, weights = i4 per block, activations = symmetric f32 per tensor>

// -----

// expected-error @below {{static schemes have weights of i8 and activations of i8, or of symmetric i16}}
#asymmetric = #ptq.scheme<static, weights = i8 per channel, activations = asymmetric i16 per tensor>

// -----

// expected-error @below {{dynamic schemes have weights and activations of i8}}
#wide = #ptq.scheme<dynamic, weights = i8 per channel, activations = symmetric i16 per tensor>

// -----

// expected-error @below {{weight-only schemes have weights of i4, i8 or f16 and activations of f32}}
#double = #ptq.scheme<weight_only, weights = f64 per tensor, activations = symmetric f32 per tensor>

// -----

// expected-error @below {{activations have one scale per tensor or, if they are quantized when the operation runs, per row}}
#rows = #ptq.scheme<static, weights = i8 per channel, activations = asymmetric i8 per row>

// -----

func.func @name(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'ptq.scheme' must be a #ptq.scheme}}
  %0 = tosa.tanh %x {ptq.scheme = "int8"} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @below {{'ptq.range' must be two finite f64, the smaller one first}}
func.func @range(%x: tensor<4xf32> {ptq.range = array<f64: 2.0, 1.0>}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
