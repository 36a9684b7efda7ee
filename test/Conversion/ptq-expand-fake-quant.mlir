// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-expand-fake-quant))" | FileCheck %s

// CHECK-LABEL: @activation
// CHECK: %[[INV:.+]] = "tosa.const"() <{values = dense<2.000000e+00> : tensor<1xf32>}>
// CHECK: %[[X:.+]] = tosa.mul %arg0, %[[INV]]
// The limits leave room for the zero point.
// CHECK: %[[C:.+]] = tosa.clamp %[[X]] {max_val = 1.370000e+02 : f32, min_val = -1.180000e+02 : f32, nan_mode = IGNORE}
// CHECK: %[[I:.+]] = tosa.cast %[[C]] : (tensor<4xf32>) -> tensor<4xi32>
// CHECK: %[[F:.+]] = tosa.cast %[[I]] : (tensor<4xi32>) -> tensor<4xf32>
// CHECK: %[[S:.+]] = "tosa.const"() <{values = dense<5.000000e-01> : tensor<1xf32>}>
// CHECK: tosa.mul %[[F]], %[[S]]
func.func @activation(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:-10> : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Constants are rounded here, every channel with its scale; ties go to even.
// CHECK-LABEL: @weights
// CHECK-NEXT: dense<{{\[\[}}5.000000e-01, 1.000000e+00], [-6.350000e+01, 2.000000e+00]]>
// CHECK-NEXT: return
func.func @weights() -> tensor<2x2xf32> {
  %w = "tosa.const"() {values = dense<[[0.6, 1.25], [-100.0, 1.5]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = ptq.fake_quant %w as !quant.uniform<i8<-127:127>:f32:1, {0.5, 1.0}> : tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}
