// RUN: quant-opt %s --split-input-file --quantc-decompose-conv3d | FileCheck %s

// The depth is padded with the zero point; every second slice, three apart from three positions.
// CHECK-LABEL: @padded
// CHECK-DAG: %[[ZERO:.*]] = "tosa.const"() <{values = dense<-3> : tensor<1xi8>}>
// CHECK-DAG: %[[DEPTH:.*]] = tosa.const_shape {values = dense<[0, 0, 1, 1, 0, 0, 0, 0, 0, 0]>
// CHECK: %[[PAD:.*]] = tosa.pad %{{.*}}, %[[DEPTH]], %[[ZERO]] {{.*}} -> tensor<2x9x6x6x3xi8>
// CHECK: %[[S0:.*]] = tensor.extract_slice %[[PAD]][0, 0, 0, 0, 0] [2, 4, 6, 6, 3] [1, 2, 1, 1, 1]
// CHECK: %[[S1:.*]] = tensor.extract_slice %[[PAD]][0, 1, 0, 0, 0]
// CHECK: %[[S2:.*]] = tensor.extract_slice %[[PAD]][0, 2, 0, 0, 0]
// CHECK: tosa.concat %[[S0]], %[[S1]], %[[S2]] {axis = 4 : i32}
// CHECK: tosa.conv2d {{.*}} pad = array<i64: 0, 0, 1, 1>, stride = array<i64: 1, 2>} : (tensor<8x6x6x9xi8>, tensor<5x1x2x9xi8>
// CHECK: tosa.reshape {{.*}} -> tensor<2x4x6x4x5xi32>
func.func @padded(%x: tensor<2x7x6x6x3xi8>) -> tensor<2x4x6x4x5xi32> {
  %w = "tosa.const"() {values = dense<1> : tensor<5x3x1x2x3xi8>} : () -> tensor<5x3x1x2x3xi8>
  %b = "tosa.const"() {values = dense<0> : tensor<5xi32>} : () -> tensor<5xi32>
  %z = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv3d %x, %w, %b, %z, %wz {acc_type = i32, dilation = array<i64: 1, 1, 1>, pad = array<i64: 1, 1, 0, 0, 1, 1>, stride = array<i64: 2, 1, 2>} : (tensor<2x7x6x6x3xi8>, tensor<5x3x1x2x3xi8>, tensor<5xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<2x4x6x4x5xi32>
  return %0 : tensor<2x4x6x4x5xi32>
}

// -----

// Constant weights change their order at once: of the depth and the columns, columns come first.
// CHECK-LABEL: @order
// CHECK: dense<{{\[\[}}{{\[\[}}1.{{[0e+]*}}, 3.{{[0e+]*}}], [2.{{[0e+]*}}, 4.
func.func @order(%x: tensor<1x2x1x2x1xf32>, %b: tensor<1xf32>) -> tensor<1x1x1x1x1xf32> {
  %w = "tosa.const"() {values = dense<[[[[[1.0], [2.0]]], [[[3.0], [4.0]]]]]> : tensor<1x2x1x2x1xf32>} : () -> tensor<1x2x1x2x1xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv3d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1, 1>, pad = array<i64: 0, 0, 0, 0, 0, 0>, stride = array<i64: 1, 1, 1>} : (tensor<1x2x1x2x1xf32>, tensor<1x2x1x2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x1x1xf32>
  return %0 : tensor<1x1x1x1x1xf32>
}

// -----

// Weights that the network computes are transposed when it runs.
// CHECK-LABEL: @given_weights
// CHECK: tosa.transpose %arg1 {perms = array<i32: 0, 2, 3, 1, 4>}
func.func @given_weights(%x: tensor<1x2x2x2x3xf32>, %w: tensor<1x2x1x2x3xf32>, %b: tensor<1xf32>) -> tensor<1x1x2x1x1xf32> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv3d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1, 1>, pad = array<i64: 0, 0, 0, 0, 0, 0>, stride = array<i64: 1, 1, 1>} : (tensor<1x2x2x2x3xf32>, tensor<1x2x1x2x3xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2x1x1xf32>
  return %0 : tensor<1x1x2x1x1xf32>
}
