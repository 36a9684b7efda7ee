// RUN: quant-opt %s --ptq-strip-fake-quant | FileCheck %s

// A range that ends with 0 may stand for the activation function of a sum.
// CHECK-LABEL: func.func @network
func.func @network(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: %[[SUM:.*]] = tosa.add %arg0, %arg0 : (
  // CHECK-NEXT: %[[RELU:.*]] = tosa.clamp %[[SUM]] {max_val = 1.275000e+02 : f32, min_val = 0.000000e+00 : f32, ptq.name = "sum"}
  // CHECK-NEXT: %[[TANH:.*]] = tosa.tanh %[[RELU]]
  // CHECK-NEXT: %[[SUB:.*]] = tosa.sub %[[TANH]], %[[RELU]]
  // CHECK-NEXT: return %[[SUB]]
  %0 = ptq.fake_quant %arg0 as !quant.uniform<i8:f32, 0.5:-128> : tensor<4xf32>
  %1 = tosa.add %0, %0 {ptq.name = "sum"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i8:f32, 0.5:-128> : tensor<4xf32>
  %3 = tosa.tanh %2 : (tensor<4xf32>) -> tensor<4xf32>
  %4 = ptq.fake_quant %3 as !quant.uniform<i8:f32, 0.5:-128> : tensor<4xf32>
  %5 = tosa.sub %4, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %6 = ptq.fake_quant %5 as !quant.uniform<i8:f32, 0.5:3> : tensor<4xf32>
  return %6 : tensor<4xf32>
}
