// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file | FileCheck %s

// The padding is the quantized value of the constant.
// CHECK-LABEL: @pad
// CHECK: %[[C:.+]] = "tosa.const"() <{values = dense<5> : tensor<1xi8>}>
// CHECK: %[[P:.+]] = quant.scast %[[C]] : tensor<1xi8> to tensor<1x!quant.uniform<i8:f32, 5.000000e-01:3>>
// CHECK: tosa.pad %arg0, %{{.+}}, %[[P]]
!a = !quant.uniform<i8:f32, 0.5:3>
func.func @pad(%aq: tensor<4x!a>) -> tensor<6x!a> {
  %shape = tosa.const_shape {values = dense<[1, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %one = "tosa.const"() {values = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %a = quant.dcast %aq : tensor<4x!a> to tensor<4xf32>
  %0 = tosa.pad %a, %shape, %one : (tensor<4xf32>, !tosa.shape<2>, tensor<1xf32>) -> tensor<6xf32>
  %1 = quant.qcast %0 : tensor<6xf32> to tensor<6x!a>
  return %1 : tensor<6x!a>
}

// -----

// Operands of concat take the result's parameters; the result keeps the operands' elsewhere.
// CHECK-LABEL: @concat
// CHECK: %[[B:.+]] = ptq.requantize %arg1
// CHECK: tosa.concat %arg0, %[[B]] {axis = 0 : i32}
// CHECK: %[[R:.+]] = tosa.reverse %arg1
// CHECK: ptq.requantize %[[R]]
!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25>
func.func @concat(%aq: tensor<4x!a>, %bq: tensor<2x!b>) -> (tensor<6x!a>, tensor<2x!a>) {
  %a = quant.dcast %aq : tensor<4x!a> to tensor<4xf32>
  %b = quant.dcast %bq : tensor<2x!b> to tensor<2xf32>
  %0 = tosa.concat %a, %b {axis = 0 : i32} : (tensor<4xf32>, tensor<2xf32>) -> tensor<6xf32>
  %1 = quant.qcast %0 : tensor<6xf32> to tensor<6x!a>
  %2 = tosa.reverse %b {axis = 0 : i32} : (tensor<2xf32>) -> tensor<2xf32>
  %3 = quant.qcast %2 : tensor<2xf32> to tensor<2x!a>
  return %1, %3 : tensor<6x!a>, tensor<2x!a>
}
