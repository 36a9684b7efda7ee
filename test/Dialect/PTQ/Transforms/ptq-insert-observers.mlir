// RUN: quant-opt %s --ptq-insert-observers | FileCheck %s
// A second run changes nothing.
// RUN: quant-opt %s --ptq-insert-observers --ptq-insert-observers | FileCheck %s

// The value between a convolution and its activation function is an accumulator,
// but needs parameters if one of them stays float. Constants are not observed.
// CHECK-LABEL: func.func @fused_activation
func.func @fused_activation(%x: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> tensor<1x4x4x3xf32> {
  // CHECK: %[[X:.*]] = ptq.observe %arg0 {name = "x"}
  // CHECK-NOT: ptq.observe
  %w = "tosa.const"() <{values = dense<0.5> : tensor<3x1x1x2xf32>}> : () -> tensor<3x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<3xf32>}> : () -> tensor<3xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[CONV:.*]] = tosa.conv2d %[[X]]
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "conv"} : (tensor<1x4x4x2xf32>, tensor<3x1x1x2xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x3xf32>
  // CHECK-NEXT: %[[SUM:.*]] = ptq.observe %[[CONV]] {name = "conv"}
  // CHECK-NEXT: %[[RELU:.*]] = tosa.clamp %[[SUM]]
  %1 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32, ptq.name = "relu"} : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  // CHECK-NEXT: %[[OUT:.*]] = ptq.observe %[[RELU]] {name = "relu"}
  // CHECK-NEXT: return %[[OUT]]
  return %1 : tensor<1x4x4x3xf32>
}

// A convolution that somebody else reads too needs parameters.
// CHECK-LABEL: func.func @two_users
func.func @two_users(%x: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> (tensor<1x4x4x3xf32>, tensor<1x4x4x3xf32>) {
  %w = "tosa.const"() <{values = dense<0.5> : tensor<3x1x1x2xf32>}> : () -> tensor<3x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<3xf32>}> : () -> tensor<3xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[CONV:.*]] = tosa.conv2d
  // CHECK-NEXT: %[[OBSERVED:.*]] = ptq.observe %[[CONV]] {name = "conv"}
  // CHECK-NEXT: tosa.clamp %[[OBSERVED]]
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "conv"} : (tensor<1x4x4x2xf32>, tensor<3x1x1x2xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x3xf32>
  %1 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32, ptq.name = "relu"} : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  return %0, %1 : tensor<1x4x4x3xf32>, tensor<1x4x4x3xf32>
}

// Weights that are computed keep the convolution in float: nothing is observed.
// CHECK-LABEL: func.func @computed_weights
// CHECK-NOT: ptq.observe
func.func @computed_weights(%x: tensor<1x4x4x2xf32> {ptq.name = "x"}, %w: tensor<3x1x1x2xf32> {ptq.name = "w"}) -> tensor<1x4x4x3xf32> {
  %b = "tosa.const"() <{values = dense<0.5> : tensor<3xf32>}> : () -> tensor<3xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "conv"} : (tensor<1x4x4x2xf32>, tensor<3x1x1x2xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x3xf32>
  return %0 : tensor<1x4x4x3xf32>
}

// A tensor that already has parameters, an unused argument, and one that only
// float operations read are left alone.
// CHECK-LABEL: func.func @already_given
func.func @already_given(%x: tensor<4x2xf32> {ptq.name = "x"}, %unused: tensor<4x2xf32> {ptq.name = "unused"}, %float: tensor<1x4x4xf32> {ptq.name = "f"}) -> (tensor<4x1xf32>, tensor<1x4x4xf32>, tensor<1x4x4xf32>) {
  // CHECK-NEXT: ptq.fake_quant
  // CHECK-NEXT: ptq.mean
  // CHECK-NEXT: ptq.observe {{.*}} {name = "mean"}
  // CHECK-NEXT: tosa.fft2d
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5> : tensor<4x2xf32>
  %1 = ptq.mean %0 {axes = array<i32: 1>, ptq.name = "mean"} : tensor<4x2xf32> -> tensor<4x1xf32>
  %2, %3 = tosa.fft2d %float, %float {inverse = false} : (tensor<1x4x4xf32>, tensor<1x4x4xf32>) -> (tensor<1x4x4xf32>, tensor<1x4x4xf32>)
  // CHECK-NEXT: return
  return %1, %2, %3 : tensor<4x1xf32>, tensor<1x4x4xf32>, tensor<1x4x4xf32>
}
