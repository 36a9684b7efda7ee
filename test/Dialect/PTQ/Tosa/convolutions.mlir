// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file | FileCheck %s
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops,ptq-lower-quantized))" --split-input-file | FileCheck %s --check-prefix=LOWER

// A clamp after a convolution works on the accumulator: one requantization.
!x = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.5, 1.0}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.25, 0.5}>
!y = !quant.uniform<i8:f32, 0.25:-128>

// CHECK-LABEL: @conv_relu6
// CHECK-DAG: %[[XZP:.+]] = "tosa.const"() <{values = dense<3> : tensor<1xi8>}>
// CHECK-DAG: %[[WZP:.+]] = "tosa.const"() <{values = dense<0> : tensor<1xi8>}>
// CHECK: %[[ACC:.+]] = tosa.conv2d %arg0, %{{.+}}, %{{.+}}, %[[XZP]], %[[WZP]] {acc_type = i32
// CHECK-SAME: -> tensor<1x4x4x3x!quant.uniform<i32:f32:3, {1.250000e-01,2.500000e-01,5.000000e-01}>>
// CHECK: %[[Q:.+]] = ptq.requantize %[[ACC]]
// CHECK-SAME: to tensor<1x4x4x3x!quant.uniform<i8:f32, 2.500000e-01:-128>>
// CHECK: tosa.clamp %[[Q]] {max_val = -104 : i8, min_val = -128 : i8, ptq.name = "relu6"}

// LOWER-LABEL: @conv_relu6
// LOWER: %[[ACC:.+]] = tosa.conv2d
// LOWER-SAME: -> tensor<1x4x4x3xi32>
// LOWER-DAG: %[[M:.+]] = "tosa.const"() <{values = dense<1073741824> : tensor<3xi32>}>
// LOWER-DAG: %[[S:.+]] = "tosa.const"() <{values = dense<[31, 30, 29]> : tensor<3xi8>}>
// LOWER: tosa.rescale %[[ACC]], %[[M]], %[[S]]
// LOWER-SAME: per_channel = true
// LOWER: tosa.clamp
// LOWER-SAME: tensor<1x4x4x3xi8>
func.func @conv_relu6(%xq: tensor<1x4x4x2x!x>) -> tensor<1x4x4x3x!y> {
  %wi = "tosa.const"() {values = dense<3> : tensor<3x1x1x2xi8>} : () -> tensor<3x1x1x2xi8>
  %wq = quant.scast %wi : tensor<3x1x1x2xi8> to tensor<3x1x1x2x!w>
  %w = quant.dcast %wq : tensor<3x1x1x2x!w> to tensor<3x1x1x2xf32>
  %bi = "tosa.const"() {values = dense<[100, 200, 300]> : tensor<3xi32>} : () -> tensor<3xi32>
  %bq = quant.scast %bi : tensor<3xi32> to tensor<3x!b>
  %b = quant.dcast %bq : tensor<3x!b> to tensor<3xf32>
  %zp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %x = quant.dcast %xq : tensor<1x4x4x2x!x> to tensor<1x4x4x2xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {ptq.name = "conv", acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<3x1x1x2xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x3xf32>
  %1 = tosa.clamp %0 {ptq.name = "relu6", min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  %yq = quant.qcast %1 : tensor<1x4x4x3xf32> to tensor<1x4x4x3x!y>
  return %yq : tensor<1x4x4x3x!y>
}

// -----

// Depthwise, one scale per input channel: the two filters of a channel share it.
!x = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32:2, {0.25, 0.5}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.25, 0.25}>
!y = !quant.uniform<i8:f32, 0.25:-128>

// CHECK-LABEL: @depthwise
// CHECK: tosa.depthwise_conv2d
// CHECK-SAME: -> tensor<1x4x4x4x!quant.uniform<i32:f32:3, {1.250000e-01,1.250000e-01,2.500000e-01,2.500000e-01}>>
// LOWER-LABEL: @depthwise
// LOWER: "tosa.const"() <{values = dense<[31, 31, 30, 30]> : tensor<4xi8>}>
func.func @depthwise(%xq: tensor<1x4x4x2x!x>) -> tensor<1x4x4x4x!y> {
  %wi = "tosa.const"() {values = dense<3> : tensor<1x1x2x2xi8>} : () -> tensor<1x1x2x2xi8>
  %wq = quant.scast %wi : tensor<1x1x2x2xi8> to tensor<1x1x2x2x!w>
  %w = quant.dcast %wq : tensor<1x1x2x2x!w> to tensor<1x1x2x2xf32>
  %bi = "tosa.const"() {values = dense<7> : tensor<4xi32>} : () -> tensor<4xi32>
  %bq = quant.scast %bi : tensor<4xi32> to tensor<4x!b>
  %b = quant.dcast %bq : tensor<4x!b> to tensor<4xf32>
  %zp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %x = quant.dcast %xq : tensor<1x4x4x2x!x> to tensor<1x4x4x2xf32>
  %0 = tosa.depthwise_conv2d %x, %w, %b, %zp, %zp {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<1x1x2x2xf32>, tensor<4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x4xf32>
  %yq = quant.qcast %0 : tensor<1x4x4x4xf32> to tensor<1x4x4x4x!y>
  return %yq : tensor<1x4x4x4x!y>
}
