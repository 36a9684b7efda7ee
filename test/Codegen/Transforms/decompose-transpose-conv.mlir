// RUN: quant-opt %s --split-input-file --quantc-decompose-transpose-conv | FileCheck %s

// Stride 2: four phases of 5 channels, each with one tap of the 2x2 window.
// CHECK-LABEL: @stride_two
// CHECK: %[[CONV:.*]] = tosa.conv2d {{.*}} stride = array<i64: 1, 1>} : (tensor<1x4x4x3xi8>, tensor<20x1x1x3xi8>, tensor<20xi32>
// CHECK: %[[SMALL:.*]] = tosa.rescale %[[CONV]], {{.*}} tensor<20xi32>, tensor<20xi8>
// CHECK: tosa.reshape %[[SMALL]]
// CHECK: tosa.transpose {{.*}} -> tensor<1x4x2x4x2x5xi8>
// CHECK-NOT: tosa.slice
func.func @stride_two(%x: tensor<1x4x4x3xi8>) -> tensor<1x8x8x5xi8> {
  %w = "tosa.const"() {values = dense<2> : tensor<5x2x2x3xi8>} : () -> tensor<5x2x2x3xi8>
  %b = "tosa.const"() {values = dense<[1, 2, 3, 4, 5]> : tensor<5xi32>} : () -> tensor<5xi32>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %m = "tosa.const"() {values = dense<1073741824> : tensor<5xi32>} : () -> tensor<5xi32>
  %s = "tosa.const"() {values = dense<36> : tensor<5xi8>} : () -> tensor<5xi8>
  %z32 = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %0 = tosa.transpose_conv2d %x, %w, %b, %z, %z {acc_type = i32, out_pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x3xi8>, tensor<5x2x2x3xi8>, tensor<5xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x8x8x5xi32>
  %1 = tosa.rescale %0, %m, %s, %z32, %z {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = true, input_unsigned = false, output_unsigned = false} : (tensor<1x8x8x5xi32>, tensor<5xi32>, tensor<5xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x8x8x5xi8>
  return %1 : tensor<1x8x8x5xi8>
}

// -----

// Stride 1: a convolution with the window turned round.
// CHECK-LABEL: @stride_one
// CHECK: dense<{{\[\[}}{{\[\[}}3.0{{.*}}], [2.0{{.*}}], [1.0
// CHECK: tosa.conv2d {{.*}} pad = array<i64: 0, 0, 2, 2>
// CHECK-NOT: tosa.transpose
func.func @stride_one(%x: tensor<1x1x4x1xf32>) -> tensor<1x1x6x1xf32> {
  %w = "tosa.const"() {values = dense<[[[[1.0], [2.0], [3.0]]]]> : tensor<1x1x3x1xf32>} : () -> tensor<1x1x3x1xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.transpose_conv2d %x, %w, %z, %z, %z {acc_type = f32, out_pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x4x1xf32>, tensor<1x1x3x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x6x1xf32>
  return %0 : tensor<1x1x6x1xf32>
}

// -----

// Weights that the network computes: padded to whole strides, cut into phases, turned round. The bias
// is repeated for every phase.
// CHECK-LABEL: @given_weights
// CHECK: tosa.pad %arg1, {{.*}} -> tensor<5x4x4x3xf32>
// CHECK: tosa.transpose {{.*}} {perms = array<i32: 2, 4, 0, 1, 3, 5>}
// CHECK: tosa.reverse {{.*}} {axis = 1 : i32}
// CHECK: %[[W:.*]] = tosa.reverse {{.*}} {axis = 2 : i32} {{.*}} tensor<20x2x2x3xf32>
// CHECK: %[[B:.*]] = tosa.tile %arg2
// CHECK: tosa.conv2d %arg0, %[[W]], %[[B]]
func.func @given_weights(%x: tensor<1x4x4x3xf32>, %w: tensor<5x3x3x3xf32>, %b: tensor<5xf32>) -> tensor<1x9x9x5xf32> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.transpose_conv2d %x, %w, %b, %z, %z {acc_type = f32, out_pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>, tensor<5x3x3x3xf32>, tensor<5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x9x9x5xf32>
  return %0 : tensor<1x9x9x5xf32>
}
