// RUN: quant-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(ptq-convert-layout{inputs=NHWC outputs=NHWC}))' | FileCheck %s --check-prefixes=CHECK,LAST
// RUN: quant-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(ptq-convert-layout{inputs=NCHW}))' | FileCheck %s --check-prefixes=CHECK,FIRST
// RUN: quant-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(ptq-convert-layout{inputs=NHWC outputs=NHWC},ptq-move-transposes))' | FileCheck %s --check-prefix=MOVED

// The vector stays; the result keeps its name.
// CHECK-LABEL: func.func @network
// LAST-SAME: (%arg0: tensor<1x8x6x3xf32> {ptq.name = "image"}, %arg1: tensor<1x3xf32>) -> (tensor<1x8x6x3xf32> {ptq.name = "y"})
// LAST-NEXT: %[[X:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 3, 1, 2>}
// LAST-NEXT: %[[Y:.*]] = tosa.tanh %[[X]]
// LAST-NEXT: %[[R:.*]] = tosa.transpose %[[Y]] {perms = array<i32: 0, 2, 3, 1>}
// LAST-NEXT: return %[[R]]
// FIRST-SAME: (%arg0: tensor<1x6x3x8xf32> {ptq.name = "image"}, %arg1: tensor<1x3xf32>) -> (tensor<1x3x8x6xf32> {ptq.name = "y"})
// FIRST-NEXT: tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x6x3x8xf32>) -> tensor<1x3x8x6xf32>
// MOVED-LABEL: func.func @network
// MOVED-NEXT: %[[Y:.*]] = tosa.tanh %arg0
// MOVED-NEXT: return %[[Y]]
func.func @network(%x: tensor<1x3x8x6xf32> {ptq.name = "image"}, %v: tensor<1x3xf32>) -> tensor<1x3x8x6xf32> {
  %0 = tosa.tanh %x {ptq.name = "y"} : (tensor<1x3x8x6xf32>) -> tensor<1x3x8x6xf32>
  return %0 : tensor<1x3x8x6xf32>
}

// -----

// Sequences and volumes.
// CHECK-LABEL: func.func @other_ranks
// LAST-SAME: (%arg0: tensor<1x16x3xf32>, %arg1: tensor<1x5x6x7x2xf32>) -> (tensor<1x16x3xf32>, tensor<1x5x6x7x2xf32>)
func.func @other_ranks(%x: tensor<1x3x16xf32>, %y: tensor<1x2x5x6x7xf32>) -> (tensor<1x3x16xf32>, tensor<1x2x5x6x7xf32>) {
  return %x, %y : tensor<1x3x16xf32>, tensor<1x2x5x6x7xf32>
}
