// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file | FileCheck %s

// Saturation to the storage range already clamps at 0.
// CHECK-LABEL: @implied
// CHECK: %[[R:.+]] = ptq.requantize %arg0
// CHECK-NEXT: return %[[R]]
!a = !quant.uniform<i8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25:-128>
func.func @implied(%aq: tensor<4x!a>) -> tensor<4x!y> {
  %a = quant.dcast %aq : tensor<4x!a> to tensor<4xf32>
  %0 = tosa.clamp %a {min_val = 0.0 : f32, max_val = 3.4e38 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!y>
  return %1 : tensor<4x!y>
}

// -----

// CHECK-LABEL: @in_place
// CHECK-NOT: requantize
// CHECK: tosa.clamp %arg0 {max_val = 15 : i8, min_val = 3 : i8}
!a = !quant.uniform<i8:f32, 0.5:3>
func.func @in_place(%aq: tensor<4x!a>) -> tensor<4x!a> {
  %a = quant.dcast %aq : tensor<4x!a> to tensor<4xf32>
  %0 = tosa.clamp %a {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!a>
  return %1 : tensor<4x!a>
}
