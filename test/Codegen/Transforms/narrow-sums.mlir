// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(quantc-narrow-sums))" --split-input-file | FileCheck %s

// The sum of two int8 tensors of scales 0.5 and 0.75, zero points 3 and -7, in steps of 0.625.
// CHECK-LABEL: @sum
// CHECK-SAME: (%[[X:.+]]: tensor<4xi8>, %[[Y:.+]]: tensor<1xi8>)
// CHECK-NOT: tosa.rescale
// CHECK: %[[A:.+]] = tosa.cast %[[X]] : (tensor<4xi8>) -> tensor<4xi32>
// CHECK: tosa.mul %[[A]]
// CHECK: %[[B:.+]] = tosa.cast %[[Y]] : (tensor<1xi8>) -> tensor<1xi32>
// CHECK: tosa.mul %[[B]]
// CHECK: tosa.add
// CHECK: tosa.add
// CHECK: tosa.arithmetic_right_shift {{.*}}round = false
// CHECK: tosa.clamp {{.*}}max_val = 127 : i32, min_val = -128 : i32
// CHECK: %[[R:.+]] = tosa.cast %{{.+}} : (tensor<4xi32>) -> tensor<4xi8>
// CHECK: return %[[R]]
func.func @sum(%x: tensor<4xi8>, %y: tensor<1xi8>) -> tensor<4xi8> {
  %m0 = "tosa.const"() {values = dense<1431655765> : tensor<1xi32>} : () -> tensor<1xi32>
  %s0 = "tosa.const"() {values = dense<12> : tensor<1xi8>} : () -> tensor<1xi8>
  %m1 = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %s1 = "tosa.const"() {values = dense<11> : tensor<1xi8>} : () -> tensor<1xi8>
  %m2 = "tosa.const"() {values = dense<1288490189> : tensor<1xi32>} : () -> tensor<1xi32>
  %s2 = "tosa.const"() {values = dense<49> : tensor<1xi8>} : () -> tensor<1xi8>
  %zx = "tosa.const"() {values = dense<3> : tensor<1xi8>} : () -> tensor<1xi8>
  %zy = "tosa.const"() {values = dense<-7> : tensor<1xi8>} : () -> tensor<1xi8>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %zr = "tosa.const"() {values = dense<11> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.rescale %x, %m0, %s0, %zx, %z {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<4xi32>
  %1 = tosa.rescale %y, %m1, %s1, %zy, %z {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1xi32>
  %2 = tosa.add %0, %1 : (tensor<4xi32>, tensor<1xi32>) -> tensor<4xi32>
  %3 = tosa.rescale %2, %m2, %s2, %z, %zr {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<4xi8>
  return %3 : tensor<4xi8>
}

// -----

// Sums of int16 have too many pairs.
// CHECK-LABEL: @wide
// CHECK-COUNT-3: tosa.rescale
func.func @wide(%x: tensor<4xi16>, %y: tensor<4xi8>) -> tensor<4xi8> {
  %m = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<20> : tensor<1xi8>} : () -> tensor<1xi8>
  %s2 = "tosa.const"() {values = dense<40> : tensor<1xi8>} : () -> tensor<1xi8>
  %z8 = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %z16 = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %0 = tosa.rescale %x, %m, %s, %z16, %z {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi16>, tensor<1xi32>, tensor<1xi8>, tensor<1xi16>, tensor<1xi32>) -> tensor<4xi32>
  %1 = tosa.rescale %y, %m, %s, %z8, %z {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<4xi32>
  %2 = tosa.add %0, %1 : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  %3 = tosa.rescale %2, %m, %s2, %z, %z8 {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<4xi8>
  return %3 : tensor<4xi8>
}
