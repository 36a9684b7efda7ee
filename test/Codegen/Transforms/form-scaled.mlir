// RUN: quant-opt %s --split-input-file --quantc-form-kernels | FileCheck %s

// A product of floats, scaled by constants. They are padded to whole vectors.
// CHECK-LABEL: @constants
// CHECK-DAG: %[[F:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00, 4.000000e+00, 0.000000e+00]> : tensor<4xf32>
// CHECK-DAG: %[[A:.*]] = arith.constant dense<[1.000000e+00, 1.000000e+00, 1.000000e+00, 0.000000e+00]> : tensor<4xf32>
// CHECK: kernel.conv {{.*}} scale(%[[F]] : tensor<4xf32>) offset(%[[A]] : tensor<4xf32>) {{.*}}clamp_max = 6.000000e+00 : f32
// CHECK-NOT: tosa.mul
// CHECK-NOT: tosa.add
#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @constants(%x: tensor<1x1x8xf32>) -> tensor<1x1x3xf32> {
  %w = "tosa.const"() {values = dense<2.0> : tensor<1x8x3xf32>} : () -> tensor<1x8x3xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %f = "tosa.const"() {values = dense<[[[2.0, 3.0, 4.0]]]> : tensor<1x1x3xf32>} : () -> tensor<1x1x3xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #f} : (tensor<1x1x8xf32>, tensor<1x8x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x3xf32>
  %1 = tosa.mul %0, %f, %shift : (tensor<1x1x3xf32>, tensor<1x1x3xf32>, tensor<1xi8>) -> tensor<1x1x3xf32>
  %2 = tosa.add %1, %b : (tensor<1x1x3xf32>, tensor<1x1x1xf32>) -> tensor<1x1x3xf32>
  %3 = tosa.clamp %2 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %3 : tensor<1x1x3xf32>
}

// -----

// Sums of int8 products, from which the network subtracts by channel; the factor is computed after the product.
// CHECK-LABEL: @computed
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x1x8xi8>, %[[S:[a-z0-9]+]]: tensor<1x1x4xi32>
// CHECK: %[[FACTOR:.*]] = tosa.exp
// CHECK: %[[SUB:.*]] = tensor.collapse_shape %[[S]]
// CHECK: %[[START:.*]] = arith.subi %{{.*}}, %[[SUB]] : tensor<4xi32>
// CHECK: kernel.prepare ins({{.*}} : tensor<1x1x1xf32>) {{.*}}repeat = 4
// CHECK: kernel.conv ins(%{{.*}}, %{{.*}}, %[[START]] : {{.*}}) scale(%{{.*}} : tensor<4xf32>) outs({{.*}} : tensor<1x1x1x4xf32>)
// CHECK-NOT: tosa.cast
// CHECK-NOT: tosa.sub
#s4 = #kernel.strategy<dot = signed4, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @computed(%x: tensor<1x1x8xi8>, %s: tensor<1x1x4xi32>, %f: tensor<1x1x1xf32>) -> tensor<1x1x4xf32> {
  %w = "tosa.const"() {values = dense<2> : tensor<1x8x4xi8>} : () -> tensor<1x8x4xi8>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #s4} : (tensor<1x1x8xi8>, tensor<1x8x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x1x4xi32>
  %1 = tosa.sub %0, %s : (tensor<1x1x4xi32>, tensor<1x1x4xi32>) -> tensor<1x1x4xi32>
  %2 = tosa.cast %1 : (tensor<1x1x4xi32>) -> tensor<1x1x4xf32>
  %factor = tosa.exp %f : (tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  %3 = tosa.mul %2, %factor, %z : (tensor<1x1x4xf32>, tensor<1x1x1xf32>, tensor<1xi8>) -> tensor<1x1x4xf32>
  return %3 : tensor<1x1x4xf32>
}

// -----

// Without a factor the accumulators are stored, and so they are with a factor for each row.
// CHECK-LABEL: @not_scaled
// CHECK: kernel.conv {{.*}} -> tensor<1x1x2x4xi32>
// CHECK: tosa.sub
// CHECK: tosa.cast
// CHECK: kernel.conv {{.*}} -> tensor<1x1x2x4xi32>
// CHECK: tosa.cast
// CHECK: tosa.mul
#s4 = #kernel.strategy<dot = signed4, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @not_scaled(%x: tensor<1x2x8xi8>, %s: tensor<1x1x4xi32>, %f: tensor<1x2x1xf32>) -> (tensor<1x2x4xf32>, tensor<1x2x4xf32>) {
  %w = "tosa.const"() {values = dense<2> : tensor<1x8x4xi8>} : () -> tensor<1x8x4xi8>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #s4} : (tensor<1x2x8xi8>, tensor<1x8x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x4xi32>
  %1 = tosa.sub %0, %s : (tensor<1x2x4xi32>, tensor<1x1x4xi32>) -> tensor<1x2x4xi32>
  %2 = tosa.cast %1 : (tensor<1x2x4xi32>) -> tensor<1x2x4xf32>
  %3 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #s4} : (tensor<1x2x8xi8>, tensor<1x8x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x4xi32>
  %4 = tosa.cast %3 : (tensor<1x2x4xi32>) -> tensor<1x2x4xf32>
  %5 = tosa.mul %4, %f, %z : (tensor<1x2x4xf32>, tensor<1x2x1xf32>, tensor<1xi8>) -> tensor<1x2x4xf32>
  return %2, %5 : tensor<1x2x4xf32>, tensor<1x2x4xf32>
}
