// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file | FileCheck %s

// Integers stand for themselves; those far outside of the range are limited before they are scaled.
// CHECK-LABEL: @integers
// CHECK: %[[LOW:.+]] = "tosa.const"() <{values = dense<-66> : tensor<1x1xi32>}>
// CHECK: %[[A:.+]] = tosa.maximum %arg0, %[[LOW]]
// CHECK: %[[HIGH:.+]] = "tosa.const"() <{values = dense<62> : tensor<1x1xi32>}>
// CHECK: %[[B:.+]] = tosa.minimum %[[A]], %[[HIGH]]
// CHECK: %[[Q:.+]] = quant.scast %[[B]] : tensor<2x3xi32> to tensor<2x3x!quant.uniform<i32:f32, 1.000000e+00>>
// CHECK: %[[R:.+]] = ptq.requantize %[[Q]]
// CHECK: return %[[R]]
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @integers(%x: tensor<2x3xi32>) -> tensor<2x3x!q> {
  %0 = tosa.cast %x : (tensor<2x3xi32>) -> tensor<2x3xf32>
  %1 = quant.qcast %0 : tensor<2x3xf32> to tensor<2x3x!q>
  return %1 : tensor<2x3x!q>
}

// -----

// CHECK-LABEL: @shorts
// CHECK: %[[W:.+]] = tosa.cast %arg0 : (tensor<4xi16>) -> tensor<4xi32>
// CHECK: tosa.maximum %[[W]]
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @shorts(%x: tensor<4xi16>) -> tensor<4x!q> {
  %0 = tosa.cast %x : (tensor<4xi16>) -> tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!q>
  return %1 : tensor<4x!q>
}

// -----

// A boolean selects the integers of 1 and 0.
// CHECK-LABEL: @booleans
// CHECK-DAG: %[[ONE:.+]] = "tosa.const"() <{values = dense<5> : tensor<1xi8>}>
// CHECK-DAG: %[[ZERO:.+]] = "tosa.const"() <{values = dense<3> : tensor<1xi8>}>
// CHECK: tosa.select %arg0, %[[ONE]], %[[ZERO]] : (tensor<4xi1>, tensor<1xi8>, tensor<1xi8>) -> tensor<4xi8>
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @booleans(%x: tensor<4xi1>) -> tensor<4x!q> {
  %0 = tosa.cast %x : (tensor<4xi1>) -> tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!q>
  return %1 : tensor<4x!q>
}
