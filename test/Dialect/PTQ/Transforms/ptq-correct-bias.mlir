// RUN: quant-opt %s --ptq-annotate="profile=%S/Inputs/bias-profile.json estimator=min-max" --ptq-correct-bias=profile=%S/Inputs/bias-profile.json | FileCheck %s --check-prefixes=CHECK,CORRECTED
// RUN: quant-opt %s --ptq-annotate="profile=%S/Inputs/bias-profile.json estimator=min-max" --ptq-correct-bias="profile=%S/Inputs/bias-profile.json by-default=false" | FileCheck %s --check-prefixes=CHECK,KEPT

// Scales are 1: weights of 0.25 and 3.5 become 0 and 4. The inputs' means are 2 and 4, so the first
// result loses 0.25 * 2 - which the bias gives back - and the second gains 0.5 * 4.
// CHECK-LABEL: func.func @convolution
func.func @convolution(%arg: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> tensor<1x4x4x2xf32> {
  %x = ptq.observe %arg {name = "x"} : tensor<1x4x4x2xf32>
  %w = "tosa.const"() <{values = dense<[[[[0.25, 127.0]]], [[[127.0, 3.5]]]]> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  // CORRECTED-DAG: %[[B:.*]] = "tosa.const"() <{values = dense<[1.500000e+00, -1.000000e+00]> : tensor<2xf32>}> {ptq.name = "b"}
  // KEPT-DAG: %[[B:.*]] = "tosa.const"() <{values = dense<1.000000e+00> : tensor<2xf32>}> {ptq.name = "b"}
  %b = "tosa.const"() <{values = dense<1.0> : tensor<2xf32>}> {ptq.name = "b"} : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: tosa.conv2d %{{.*}}, %{{.*}}, %[[B]]
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "conv"} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  %1 = ptq.observe %0 {name = "conv"} : tensor<1x4x4x2xf32>
  return %1 : tensor<1x4x4x2xf32>
}

// Depthwise: each channel has its own weight, and its own mean.
// CHECK-LABEL: func.func @depthwise
func.func @depthwise(%arg: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> tensor<1x4x4x2xf32> {
  %x = ptq.observe %arg {name = "x"} : tensor<1x4x4x2xf32>
  %w = "tosa.const"() <{values = dense<[[[[127.0], [127.0]]], [[[0.25], [3.5]]]]> : tensor<2x1x2x1xf32>}> : () -> tensor<2x1x2x1xf32>
  // CORRECTED-DAG: %[[B:.*]] = "tosa.const"() <{values = dense<[5.000000e-01, -2.000000e+00]> : tensor<2xf32>}>
  // KEPT-DAG: %[[B:.*]] = "tosa.const"() <{values = dense<0.000000e+00> : tensor<2xf32>}>
  %b = "tosa.const"() <{values = dense<0.0> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: tosa.depthwise_conv2d %{{.*}}, %{{.*}}, %[[B]]
  %0 = tosa.depthwise_conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 1, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "conv"} : (tensor<1x4x4x2xf32>, tensor<2x1x2x1xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  %1 = ptq.observe %0 {name = "conv"} : tensor<1x4x4x2xf32>
  return %1 : tensor<1x4x4x2xf32>
}
