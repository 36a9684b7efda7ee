// RUN: quant-opt %s --quantc-select-kernels="dot=unsigned_signed4 vector-bits=512 registers=32" | FileCheck %s --check-prefixes=CHECK,VNNI
// RUN: quant-opt %s --quantc-select-kernels="dot=signed16x2 vector-bits=256 registers=16" | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: quant-opt %s --quantc-select-kernels="dot=signed4 vector-bits=128 registers=32" | FileCheck %s --check-prefixes=CHECK,NEON

// Tiles fill, but do not exceed, the registers.
// CHECK-LABEL: @conv
// VNNI: kernel.strategy = #kernel.strategy<dot = unsigned_signed4, pixels = {{6|14}}, vectors = {{4|2}}, lanes = 16, channels_outer = false, high_requantize = true>
// AVX2: kernel.strategy = #kernel.strategy<dot = signed16x2, pixels = {{[0-9]+}}, vectors = {{[0-9]+}}, lanes = 8, channels_outer = false, high_requantize = true>
// NEON: kernel.strategy = #kernel.strategy<dot = signed4, pixels = {{[0-9]+}}, vectors = {{[0-9]+}}, lanes = 4, channels_outer = false, high_requantize = false>
func.func @conv(%x: tensor<1x56x56x64xi8>) -> tensor<1x56x56x64xi32> {
  %w = "tosa.const"() {values = dense<1> : tensor<64x3x3x64xi8>} : () -> tensor<64x3x3x64xi8>
  %b = "tosa.const"() {values = dense<1> : tensor<64xi32>} : () -> tensor<64xi32>
  %z = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %z, %wz {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x56x56x64xi8>, tensor<64x3x3x64xi8>, tensor<64xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x56x56x64xi32>
  return %0 : tensor<1x56x56x64xi32>
}

// One pixel: as many vectors as are needed to hide latency. Weights that exceed the cache are
// read once, block by block.
// CHECK-LABEL: @fully_connected
// VNNI: #kernel.strategy<dot = unsigned_signed4, pixels = 1, vectors = 16, lanes = 16, channels_outer = true
func.func @fully_connected(%x: tensor<1x1x1024xi8>) -> tensor<1x1x1024xi32> {
  %w = "tosa.const"() {values = dense<1> : tensor<1x1024x1024xi8>} : () -> tensor<1x1024x1024xi8>
  %z = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.matmul %x, %w, %z, %wz : (tensor<1x1x1024xi8>, tensor<1x1024x1024xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x1x1024xi32>
  return %0 : tensor<1x1x1024xi32>
}

// Zero points on both sides do not fit 8 bits once subtracted.
// CHECK-LABEL: @two_activations
// VNNI: #kernel.strategy<dot = signed16x2
// NEON: #kernel.strategy<dot = widening
func.func @two_activations(%x: tensor<2x8x16xi8>, %y: tensor<2x16x8xi8>) -> tensor<2x8x8xi32> {
  %z = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.matmul %x, %y, %z, %z : (tensor<2x8x16xi8>, tensor<2x16x8xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<2x8x8xi32>
  return %0 : tensor<2x8x8xi32>
}

// CHECK-LABEL: @float_depthwise
// CHECK: kernel.strategy = #kernel.strategy<dot = float
func.func @float_depthwise(%x: tensor<1x8x8x16xf32>) -> tensor<1x6x6x16xf32> {
  %w = "tosa.const"() {values = dense<1.0> : tensor<3x3x16x1xf32>} : () -> tensor<3x3x16x1xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<16xf32>} : () -> tensor<16xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.depthwise_conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x8x16xf32>, tensor<3x3x16x1xf32>, tensor<16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x16xf32>
  return %0 : tensor<1x6x6x16xf32>
}

// Weights that do not stay in the nearest cache are used for several pixels.
// CHECK-LABEL: @far_weights
// AVX2: #kernel.strategy<dot = signed16x2, pixels = {{[2-9]}},
func.func @far_weights(%x: tensor<1x7x7x512xi8>) -> tensor<1x7x7x512xi32> {
  %w = "tosa.const"() {values = dense<1> : tensor<512x3x3x512xi8>} : () -> tensor<512x3x3x512xi8>
  %b = "tosa.const"() {values = dense<1> : tensor<512xi32>} : () -> tensor<512xi32>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x7x7x512xi8>, tensor<512x3x3x512xi8>, tensor<512xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x7x7x512xi32>
  return %0 : tensor<1x7x7x512xi32>
}

// So are weights that become floats in registers.
// CHECK-LABEL: @narrow_weights
// AVX2: #kernel.strategy<dot = float, pixels = 13, vectors = 1,
func.func @narrow_weights(%x: tensor<1x8x8x16xf32>) -> tensor<1x8x8x64xf32> {
  %w = "tosa.const"() {values = dense<1> : tensor<64x1x1x16xi8>} : () -> tensor<64x1x1x16xi8>
  %f = tosa.cast %w : (tensor<64x1x1x16xi8>) -> tensor<64x1x1x16xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<64xf32>} : () -> tensor<64xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %f, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x8x16xf32>, tensor<64x1x1x16xf32>, tensor<64xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x8x64xf32>
  return %0 : tensor<1x8x8x64xf32>
}

// Vectors are as narrow as the channels allow.
// CHECK-LABEL: @few_channels
// VNNI: #kernel.strategy<{{.*}} vectors = 1, lanes = 8,
// AVX2: #kernel.strategy<{{.*}} vectors = 1, lanes = 8,
// NEON: #kernel.strategy<{{.*}} vectors = 2, lanes = 4,
func.func @few_channels(%x: tensor<1x8x8x3xf32>) -> tensor<1x8x8x7xf32> {
  %w = "tosa.const"() {values = dense<1.0> : tensor<7x1x1x3xf32>} : () -> tensor<7x1x1x3xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<7xf32>} : () -> tensor<7xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x8x3xf32>, tensor<7x1x1x3xf32>, tensor<7xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x8x7xf32>
  return %0 : tensor<1x8x8x7xf32>
}

// Weights that the network computes are packed when it runs, as int16: zero points are subtracted
// there, not folded into the bias.
// CHECK-LABEL: @given_weights
// VNNI: #kernel.strategy<dot = signed16x2, {{.*}} lanes = 4,
// AVX2: #kernel.strategy<dot = signed16x2, {{.*}} lanes = 4,
// NEON: #kernel.strategy<dot = widening
func.func @given_weights(%x: tensor<1x8x8x16xi8>, %w: tensor<4x1x1x16xi8>, %b: tensor<4xi32>) -> tensor<1x8x8x4xi32> {
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x8x16xi8>, tensor<4x1x1x16xi8>, tensor<4xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x8x8x4xi32>
  return %0 : tensor<1x8x8x4xi32>
}

// Two products of int16 do not fit 32 bits: no pair at a time. Half of the registers are for 64-bit sums.
// CHECK-LABEL: @int16_product
// CHECK: #kernel.strategy<dot = widening
func.func @int16_product(%x: tensor<2x8x16xi16>, %y: tensor<2x16x8xi16>) -> tensor<2x8x8xi48> {
  %z = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %0 = tosa.matmul %x, %y, %z, %z : (tensor<2x8x16xi16>, tensor<2x16x8xi16>, tensor<1xi16>, tensor<1xi16>) -> tensor<2x8x8xi48>
  return %0 : tensor<2x8x8xi48>
}
