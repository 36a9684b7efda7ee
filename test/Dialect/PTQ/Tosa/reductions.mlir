// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file | FileCheck %s

// Over the whole image: a sum with 1/16 in its scale. Otherwise TOSA's int8 average.
// CHECK-LABEL: @average
// CHECK: %[[X:.+]] = ptq.requantize %arg0 : {{.+}} to tensor<1x4x4x2x!quant.uniform<i32:f32, 5.000000e-01>>
// CHECK: %[[H:.+]] = tosa.reduce_sum %[[X]] {axis = 1 : i32}
// CHECK: %[[W:.+]] = tosa.reduce_sum %[[H]] {axis = 2 : i32}
// CHECK: %[[I:.+]] = quant.scast %[[W]]
// CHECK: quant.scast %[[I]] : tensor<1x1x1x2xi32> to tensor<1x1x1x2x!quant.uniform<i32:f32, 3.125000e-02>>
// CHECK: %[[ZP:.+]] = "tosa.const"() <{values = dense<3> : tensor<1xi8>}>
// CHECK: tosa.avg_pool2d %arg0, %[[ZP]], %[[ZP]] {acc_type = i32
!a = !quant.uniform<i8:f32, 0.5:3>
func.func @average(%aq: tensor<1x4x4x2x!a>) -> (tensor<1x1x1x2x!a>, tensor<1x2x2x2x!a>) {
  %zp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %a = quant.dcast %aq : tensor<1x4x4x2x!a> to tensor<1x4x4x2xf32>
  %0 = tosa.avg_pool2d %a, %zp, %zp {acc_type = f32, kernel = array<i64: 4, 4>, stride = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>}
    : (tensor<1x4x4x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x2xf32>
  %1 = quant.qcast %0 : tensor<1x1x1x2xf32> to tensor<1x1x1x2x!a>
  %2 = tosa.avg_pool2d %a, %zp, %zp {acc_type = f32, kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>}
    : (tensor<1x4x4x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x2xf32>
  %3 = quant.qcast %2 : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!a>
  return %1, %3 : tensor<1x1x1x2x!a>, tensor<1x2x2x2x!a>
}
