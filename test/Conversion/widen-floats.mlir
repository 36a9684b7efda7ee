// RUN: quant-opt %s --widen-floats | FileCheck %s

// CHECK-LABEL: func.func @argument(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32> {ptq.scale = 5.000000e-01 : f64}, %{{.*}}: tensor<4xi8>) -> tensor<4xf32>
// CHECK-NEXT: tosa.tanh %[[X]] : (tensor<4xf32>) -> tensor<4xf32>
func.func @argument(%x: tensor<4xbf16> {ptq.scale = 0.5}, %y: tensor<4xi8>) -> tensor<4xf32> {
  %0 = tosa.cast %x : (tensor<4xbf16>) -> tensor<4xf32>
  %1 = tosa.tanh %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Accumulators, constants, and attributes that have an element type.
// CHECK-LABEL: func.func @half(
// CHECK: "tosa.const"() <{values = dense<[1.500000e+00, -2.500000e-01]> : tensor<2xf32>}>
// CHECK: tosa.avg_pool2d {{.*}}acc_type = f32{{.*}} -> tensor<1x2x2x2xf32>
// CHECK: tosa.clamp {{.*}}max_val = 1.000000e+00 : f32, min_val = -1.000000e+00 : f32
func.func @half(%x: tensor<1x4x4x2xf16>) -> (tensor<1x2x2x2xf16>, tensor<2xf64>) {
  %c = "tosa.const"() <{values = dense<[1.5, -0.25]> : tensor<2xf64>}> : () -> tensor<2xf64>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf16>}> : () -> tensor<1xf16>
  %0 = tosa.avg_pool2d %x, %z, %z {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, acc_type = f16} : (tensor<1x4x4x2xf16>, tensor<1xf16>, tensor<1xf16>) -> tensor<1x2x2x2xf16>
  %1 = tosa.clamp %0 {min_val = -1.0 : f16, max_val = 1.0 : f16} : (tensor<1x2x2x2xf16>) -> tensor<1x2x2x2xf16>
  return %1, %c : tensor<1x2x2x2xf16>, tensor<2xf64>
}
