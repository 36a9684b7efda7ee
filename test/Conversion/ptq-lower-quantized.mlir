// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-lower-quantized))" --split-input-file | FileCheck %s

// CHECK-LABEL: @requantize
// CHECK-SAME: (%[[X:.+]]: tensor<4xi32>) -> tensor<4xi8>
// CHECK-DAG: %[[M:.+]] = "tosa.const"() <{values = dense<1099511628> : tensor<1xi32>}>
// CHECK-DAG: %[[S:.+]] = "tosa.const"() <{values = dense<39> : tensor<1xi8>}>
// CHECK-DAG: %[[IZ:.+]] = "tosa.const"() <{values = dense<0> : tensor<1xi32>}>
// CHECK-DAG: %[[OZ:.+]] = "tosa.const"() <{values = dense<-3> : tensor<1xi8>}>
// CHECK: tosa.rescale %[[X]], %[[M]], %[[S]], %[[IZ]], %[[OZ]]
// CHECK-SAME: per_channel = false, ptq.name = "y"
// CHECK-SAME: rounding_mode = SINGLE_ROUND
func.func @requantize(%x: tensor<4x!quant.uniform<i32:f32, 0.001>>) -> tensor<4x!quant.uniform<i8:f32, 0.5:-3>> {
  %0 = ptq.requantize %x {ptq.name = "y"} : tensor<4x!quant.uniform<i32:f32, 0.001>> to tensor<4x!quant.uniform<i8:f32, 0.5:-3>>
  return %0 : tensor<4x!quant.uniform<i8:f32, 0.5:-3>>
}

// -----

// The contract of the function says how it rounds.
// CHECK-LABEL: @tflm
// CHECK: tosa.rescale {{.*}}rounding_mode = DOUBLE_ROUND
func.func @tflm(%x: tensor<4x!quant.uniform<i32:f32, 0.001>>) -> tensor<4x!quant.uniform<i8:f32, 0.5:-3>> attributes {ptq.contract = "tflm"} {
  %0 = ptq.requantize %x : tensor<4x!quant.uniform<i32:f32, 0.001>> to tensor<4x!quant.uniform<i8:f32, 0.5:-3>>
  return %0 : tensor<4x!quant.uniform<i8:f32, 0.5:-3>>
}

// -----

// Constants are requantized here: (q - 3) * 0.5 in steps of 0.25.
// CHECK-LABEL: @constant
// CHECK-NEXT: %[[C:.+]] = "tosa.const"() <{values = dense<[0, 14, -262]> : tensor<3xi32>}>
// CHECK-NEXT: return %[[C]]
func.func @constant() -> tensor<3x!quant.uniform<i32:f32, 0.25>> {
  %i = "tosa.const"() {values = dense<[3, 10, -128]> : tensor<3xi8>} : () -> tensor<3xi8>
  %q = quant.scast %i : tensor<3xi8> to tensor<3x!quant.uniform<i8:f32, 0.5:3>>
  %0 = ptq.requantize %q : tensor<3x!quant.uniform<i8:f32, 0.5:3>> to tensor<3x!quant.uniform<i32:f32, 0.25>>
  return %0 : tensor<3x!quant.uniform<i32:f32, 0.25>>
}

// -----

// CHECK-LABEL: @borders
// CHECK: tosa.mul %arg0
// CHECK: tosa.clamp {{.*}}max_val = 1.240000e+02 : f32, min_val = -1.310000e+02 : f32, nan_mode = IGNORE
// CHECK: tosa.cast {{.*}}(tensor<2x2xf32>) -> tensor<2x2xi32>
// CHECK: %[[ZP:.+]] = "tosa.const"() <{values = dense<3> : tensor<1x1xi32>}>
// CHECK: tosa.add %{{.+}}, %[[ZP]]
// CHECK: %[[Q:.+]] = tosa.cast {{.*}}(tensor<2x2xi32>) -> tensor<2x2xi8>
// CHECK: %[[F:.+]] = tosa.cast %[[Q]] : (tensor<2x2xi8>) -> tensor<2x2xf32>
// CHECK: %[[FZP:.+]] = "tosa.const"() <{values = dense<3.000000e+00> : tensor<1x1xf32>}>
// CHECK: %[[D:.+]] = tosa.sub %[[F]], %[[FZP]]
// CHECK: %[[SCALE:.+]] = "tosa.const"() <{values = dense<5.000000e-01> : tensor<1x1xf32>}>
// CHECK: tosa.mul %[[D]], %[[SCALE]]
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @borders(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = quant.qcast %x : tensor<2x2xf32> to tensor<2x2x!q>
  %1 = quant.dcast %0 : tensor<2x2x!q> to tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----

// Weights of an operation that stays float: constants again.
// CHECK-LABEL: @weights
// CHECK-NEXT: dense<{{\[\[}}5.000000e-01, 2.000000e+00], [1.500000e+00, 4.000000e+00]]> : tensor<2x2xf32>
func.func @weights() -> tensor<2x2xf32> {
  %i = "tosa.const"() {values = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %q = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8<-127:127>:f32:1, {0.5, 1.0}>>
  %0 = quant.dcast %q : tensor<2x2x!quant.uniform<i8<-127:127>:f32:1, {0.5, 1.0}>> to tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// A symmetric result does not reach -128.
// CHECK-LABEL: @narrow
// CHECK: %[[R:.+]] = tosa.rescale
// CHECK: tosa.clamp %[[R]] {max_val = 127 : i8, min_val = -127 : i8}
func.func @narrow(%x: tensor<4x!quant.uniform<i32:f32, 0.001>>) -> tensor<4x!quant.uniform<i8<-127:127>:f32, 0.5>> {
  %0 = ptq.requantize %x : tensor<4x!quant.uniform<i32:f32, 0.001>> to tensor<4x!quant.uniform<i8<-127:127>:f32, 0.5>>
  return %0 : tensor<4x!quant.uniform<i8<-127:127>:f32, 0.5>>
}
