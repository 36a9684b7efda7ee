// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file | FileCheck %s

// Different scales meet at 2 * 0.5 / 2^20.
// CHECK-LABEL: @add
// CHECK-DAG: %[[A:.+]] = ptq.requantize %arg0 : {{.+}} to tensor<4x!quant.uniform<i32:f32, 9.53674316
// CHECK-DAG: %[[B:.+]] = ptq.requantize %arg1 : {{.+}} to tensor<1x!quant.uniform<i32:f32, 9.53674316
// CHECK: %[[S:.+]] = tosa.add %[[A]], %[[B]]
// CHECK: ptq.requantize %[[S]]
!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25>
func.func @add(%aq: tensor<4x!a>, %bq: tensor<1x!b>) -> tensor<4x!a> {
  %a = quant.dcast %aq : tensor<4x!a> to tensor<4xf32>
  %b = quant.dcast %bq : tensor<1x!b> to tensor<1xf32>
  %0 = tosa.add %a, %b : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!a>
  return %1 : tensor<4x!a>
}

// -----

// Equal scales only lose their zero points; the comparison returns booleans.
// CHECK-LABEL: @greater
// CHECK-DAG: %[[A:.+]] = ptq.requantize %arg0 : {{.+}} to tensor<4x!quant.uniform<i32:f32, 5.000000e-01>>
// CHECK-DAG: %[[B:.+]] = ptq.requantize %arg1 : {{.+}} to tensor<4x!quant.uniform<i32:f32, 5.000000e-01>>
// CHECK: %[[G:.+]] = tosa.greater %[[A]], %[[B]] : {{.+}} -> tensor<4xi1>
// CHECK: return %[[G]]
!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.5:-7>
func.func @greater(%aq: tensor<4x!a>, %bq: tensor<4x!b>) -> tensor<4xi1> {
  %a = quant.dcast %aq : tensor<4x!a> to tensor<4xf32>
  %b = quant.dcast %bq : tensor<4x!b> to tensor<4xf32>
  %0 = tosa.greater %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  return %0 : tensor<4xi1>
}

// -----

// The product of two scales.
// CHECK-LABEL: @mul
// CHECK: %[[P:.+]] = tosa.mul %{{.+}}, %{{.+}}, %{{.+}} : (tensor<4xi32>, tensor<4xi32>, tensor<1xi8>) -> tensor<4xi32>
// CHECK: %[[Q:.+]] = quant.scast %[[P]] : tensor<4xi32> to tensor<4x!quant.uniform<i32:f32, 1.250000e-01>>
// CHECK: ptq.requantize %[[Q]]
!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25>
func.func @mul(%aq: tensor<4x!a>, %bq: tensor<4x!b>) -> tensor<4x!a> {
  %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %a = quant.dcast %aq : tensor<4x!a> to tensor<4xf32>
  %b = quant.dcast %bq : tensor<4x!b> to tensor<4xf32>
  %0 = tosa.mul %a, %b, %shift : (tensor<4xf32>, tensor<4xf32>, tensor<1xi8>) -> tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!a>
  return %1 : tensor<4x!a>
}
