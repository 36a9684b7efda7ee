// RUN: quant-opt %s --ptq-equalize --split-input-file --verify-diagnostics | FileCheck %s

// Channel 0 is made by 8 and read by 0.5: a factor of 4. Channel 1 is made by 1 and read by 1. Channel 2 is dead.
// CHECK-LABEL: func.func @relu
// CHECK-DAG: %[[W0:.*]] = "tosa.const"() <{values = dense<{{\[\[\[\[}}2.000000e+00, -1.000000e+00]]], {{\[\[\[}}1.000000e+00, 5.000000e-01]]], {{\[\[\[}}0.000000e+00, 0.000000e+00]]]]> : tensor<3x1x1x2xf32>
// CHECK-DAG: %[[B0:.*]] = "tosa.const"() <{values = dense<[4.000000e+00, 1.600000e+01, 1.600000e+01]> : tensor<3xf32>
// CHECK: tosa.conv2d %{{.*}}, %[[W0]], %[[B0]],
// CHECK: %[[W1:.*]] = "tosa.const"() <{values = dense<{{\[\[\[\[}}2.000000e+00, -1.000000e+00, 7.000000e+00]]]]> : tensor<1x1x1x3xf32>
// CHECK: tosa.conv2d %{{.*}}, %[[W1]], %{{.*}},
func.func @relu(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x1xf32> {
  %w0 = "tosa.const"() {values = dense<[[[[8.0, -4.0]]], [[[1.0, 0.5]]], [[[0.0, 0.0]]]]> : tensor<3x1x1x2xf32>} : () -> tensor<3x1x1x2xf32>
  %b0 = "tosa.const"() {values = dense<16.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %w1 = "tosa.const"() {values = dense<[[[[0.5, -1.0, 7.0]]]]> : tensor<1x1x1x3xf32>} : () -> tensor<1x1x1x3xf32>
  %b1 = "tosa.const"() {values = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w0, %b0, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<3x1x1x2xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x3xf32>
  %1 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 3.40282347E+38 : f32} : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  %2 = tosa.conv2d %1, %w1, %b1, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x4x3xf32>, tensor<1x1x1x3xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  return %2 : tensor<1x4x4x1xf32>
}

// -----

// A limit of all channels would become one of each.
// expected-warning@below {{there are no two products with constant weights and nothing but a ReLU between them: nothing is equalized}}
func.func @relu6(%x: tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32> {
  %w0 = "tosa.const"() {values = dense<8.0> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
  %w1 = "tosa.const"() {values = dense<0.5> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w0, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x4x1xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  %1 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32>
  %2 = tosa.conv2d %1, %w1, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x4x1xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  return %2 : tensor<1x4x4x1xf32>
}

// -----

// Somebody else reads the channels.
// expected-warning@below {{nothing is equalized}}
func.func @read_twice(%x: tensor<1x4x4x1xf32>) -> (tensor<1x4x4x1xf32>, tensor<1x4x4x1xf32>) {
  %w0 = "tosa.const"() {values = dense<8.0> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
  %w1 = "tosa.const"() {values = dense<0.5> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w0, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x4x1xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  %2 = tosa.conv2d %0, %w1, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x4x1xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  return %0, %2 : tensor<1x4x4x1xf32>, tensor<1x4x4x1xf32>
}
