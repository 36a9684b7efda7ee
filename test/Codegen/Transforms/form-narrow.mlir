// RUN: quant-opt %s --split-input-file --quantc-form-kernels | FileCheck %s
// RUN: quant-opt %s --split-input-file --canonicalize --quantc-form-kernels | FileCheck %s

// Weights of i8 stay i8, and no cast is computed.
// CHECK-LABEL: @int8
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1, 3, 0, 0, 2, 4, 0, 0]]> : tensor<1x8xi8>
// CHECK-NOT: tosa.cast
// CHECK: kernel.conv ins(%{{.*}}, %[[W]], %{{.*}} : tensor<1x1x8xf32>, tensor<1x8xi8>, tensor<4xf32>)
#f = #kernel.strategy<dot = float, pixels = 4, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @int8(%x: tensor<1x4x2xf32>) -> tensor<1x4x2xf32> {
  %w = "tosa.const"() {values = dense<[[[1, 3], [2, 4]]]> : tensor<1x2x2xi8>} : () -> tensor<1x2x2xi8>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %wf = tosa.cast %w : (tensor<1x2x2xi8>) -> tensor<1x2x2xf32>
  %0 = tosa.matmul %x, %wf, %z, %z {kernel.strategy = #f} : (tensor<1x4x2xf32>, tensor<1x2x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x2xf32>
  return %0 : tensor<1x4x2xf32>
}

// -----

// CHECK-LABEL: @float16
// CHECK-DAG: arith.constant dense<{{\[\[}}1.000000e+00, 3.000000e+00, 0.000000e+00, 0.000000e+00, 2.000000e+00, 4.000000e+00, 0.000000e+00, 0.000000e+00]]> : tensor<1x8xf16>
// CHECK-NOT: tosa.cast
// CHECK: kernel.conv {{.*}}tensor<1x8xf16>
#f = #kernel.strategy<dot = float, pixels = 4, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @float16(%x: tensor<1x4x2xf32>) -> tensor<1x4x2xf32> {
  %w = "tosa.const"() {values = dense<[[[1.0, 3.0], [2.0, 4.0]]]> : tensor<1x2x2xf16>} : () -> tensor<1x2x2xf16>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %wf = tosa.cast %w : (tensor<1x2x2xf16>) -> tensor<1x2x2xf32>
  %0 = tosa.matmul %x, %wf, %z, %z {kernel.strategy = #f} : (tensor<1x4x2xf32>, tensor<1x2x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x2xf32>
  return %0 : tensor<1x4x2xf32>
}

// -----

// A word holds the weights of eight groups, the first in its lowest bits: 33 = 0x21 is 1, 2 and six groups that
// do not exist.
// CHECK-LABEL: @int4
// CHECK-DAG: arith.constant dense<{{\[\[}}33, 67, 0, 0]]> : tensor<1x4xi32>
// CHECK: kernel.conv {{.*}}tensor<1x4xi32>{{.*}}groups = 2
#f = #kernel.strategy<dot = float, pixels = 4, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @int4(%x: tensor<1x4x2xf32>) -> tensor<1x4x2xf32> {
  %w = "tosa.const"() {values = dense<[[[1, 3], [2, 4]]]> : tensor<1x2x2xi4>} : () -> tensor<1x2x2xi4>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %wf = tosa.cast %w : (tensor<1x2x2xi4>) -> tensor<1x2x2xf32>
  %0 = tosa.matmul %x, %wf, %z, %z {kernel.strategy = #f} : (tensor<1x4x2xf32>, tensor<1x2x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x2xf32>
  return %0 : tensor<1x4x2xf32>
}

// -----

// CHECK-LABEL: @depthwise
// CHECK-DAG: arith.constant dense<{{\[\[}}1, 3, 5, 0, 2, 4, 6, 0]]> : tensor<1x8xi8>
// CHECK-NOT: tosa.cast
// CHECK: kernel.depthwise {{.*}}tensor<1x8xi8>
#f = #kernel.strategy<dot = float, pixels = 3, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @depthwise(%x: tensor<1x1x4x3xf32>) -> tensor<1x1x3x3xf32> {
  %w = "tosa.const"() {values = dense<[[[[1], [3], [5]], [[2], [4], [6]]]]> : tensor<1x2x3x1xi8>} : () -> tensor<1x2x3x1xi8>
  %b = "tosa.const"() {values = dense<0.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %wf = tosa.cast %w : (tensor<1x2x3x1xi8>) -> tensor<1x2x3x1xf32>
  %0 = tosa.depthwise_conv2d %x, %wf, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, kernel.strategy = #f} : (tensor<1x1x4x3xf32>, tensor<1x2x3x1xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x3x3xf32>
  return %0 : tensor<1x1x3x3xf32>
}

// -----

// Two blocks of eight inputs: scales of every block, channel by channel.
// CHECK-LABEL: @blocks
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[1.000000e+00, 3.000000e+00, 0.000000e+00, 0.000000e+00, 2.000000e+00, 4.000000e+00, 0.000000e+00, 0.000000e+00]> : tensor<8xf32>
// CHECK-NOT: tosa.mul
// CHECK: kernel.conv {{.*}}tensor<1x64xi8>{{.*}} dequantize(%[[S]] : tensor<8xf32>){{.*}}scale_block = 8
#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @blocks(%x: tensor<1x1x1x16xf32>) -> tensor<1x1x1x2xf32> {
  %q = "tosa.const"() {values = dense<"0x0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20"> : tensor<2x2x8xi8>} : () -> tensor<2x2x8xi8>
  %s = "tosa.const"() {values = dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32>} : () -> tensor<2x2x1xf32>
  %b = "tosa.const"() {values = dense<0.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %f = tosa.cast %q : (tensor<2x2x8xi8>) -> tensor<2x2x8xf32>
  %m = tosa.mul %f, %s, %shift : (tensor<2x2x8xf32>, tensor<2x2x1xf32>, tensor<1xi8>) -> tensor<2x2x8xf32>
  %shape = tosa.const_shape {values = dense<[2, 1, 1, 16]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %w = tosa.reshape %m, %shape : (tensor<2x2x8xf32>, !tosa.shape<4>) -> tensor<2x1x1x16xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, kernel.strategy = #f} : (tensor<1x1x1x16xf32>, tensor<2x1x1x16xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x2xf32>
  return %0 : tensor<1x1x1x2xf32>
}

// -----

// Scales that change within eight inputs: weights are computed when the network runs.
// CHECK-LABEL: @not_followed
// CHECK: kernel.pack
#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @not_followed(%x: tensor<1x1x8xf32>) -> tensor<1x1x4xf32> {
  %q = "tosa.const"() {values = dense<"0x0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20"> : tensor<1x8x4xi8>} : () -> tensor<1x8x4xi8>
  %s = "tosa.const"() {values = dense<[[[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0]]]> : tensor<1x8x1xf32>} : () -> tensor<1x8x1xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %f = tosa.cast %q : (tensor<1x8x4xi8>) -> tensor<1x8x4xf32>
  %w = tosa.mul %f, %s, %shift : (tensor<1x8x4xf32>, tensor<1x8x1xf32>, tensor<1xi8>) -> tensor<1x8x4xf32>
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #f} : (tensor<1x1x8xf32>, tensor<1x8x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %0 : tensor<1x1x4xf32>
}
