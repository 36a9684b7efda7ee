// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-expand-composites))" | FileCheck %s

// CHECK-LABEL: @softmax
// CHECK: %[[MAX:.+]] = tosa.reduce_max %arg0 {axis = 1 : i32}
// CHECK: %[[SUB:.+]] = tosa.sub %arg0, %[[MAX]]
// CHECK: %[[EXP:.+]] = tosa.exp %[[SUB]]
// CHECK: %[[SUM:.+]] = tosa.reduce_sum %[[EXP]] {axis = 1 : i32}
// CHECK: %[[INV:.+]] = tosa.reciprocal %[[SUM]]
// CHECK: tosa.mul %[[EXP]], %[[INV]], %{{.+}} {ptq.name = "probabilities"}
func.func @softmax(%x: tensor<2x10xf32>) -> tensor<2x10xf32> {
  %0 = ptq.softmax %x {axis = 1 : i32, ptq.name = "probabilities"} : tensor<2x10xf32>
  return %0 : tensor<2x10xf32>
}

// CHECK-LABEL: @mean
// CHECK: %[[H:.+]] = tosa.reduce_sum %arg0 {axis = 1 : i32}
// CHECK: %[[W:.+]] = tosa.reduce_sum %[[H]] {axis = 2 : i32}
// CHECK: %[[N:.+]] = "tosa.const"() <{values = dense<1.250000e-01> : tensor<1x1x1x1xf32>}>
// CHECK: tosa.mul %[[W]], %[[N]]
func.func @mean(%x: tensor<1x2x4x3xf32>) -> tensor<1x1x1x3xf32> {
  %0 = ptq.mean %x {axes = array<i32: 1, 2>} : tensor<1x2x4x3xf32> -> tensor<1x1x1x3xf32>
  return %0 : tensor<1x1x1x3xf32>
}

// CHECK-LABEL: @pointwise
// CHECK-NEXT: %[[S:.+]] = tosa.sigmoid %arg0
// CHECK-NEXT: %[[E:.+]] = tosa.exp %[[S]]
// CHECK-SAME: ptq.name = "f"
// CHECK-NEXT: return %[[E]]
func.func @pointwise(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = ptq.pointwise %x {ptq.name = "f"} : tensor<4xf32> -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = tosa.sigmoid %a : (tensor<4xf32>) -> tensor<4xf32>
    %2 = tosa.exp %1 : (tensor<4xf32>) -> tensor<4xf32>
    ptq.yield %2 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @border
// CHECK-NEXT: %[[Y:.+]] = tosa.tanh %arg0
// CHECK-NEXT: return %[[Y]]
func.func @border(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = ptq.float_border %x : tensor<4xf32>
  %1 = tosa.tanh %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = ptq.float_border %1 : tensor<4xf32>
  return %2 : tensor<4xf32>
}
