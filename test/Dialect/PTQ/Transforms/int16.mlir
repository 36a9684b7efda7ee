// The scheme int16x8 from floats to storage integers.
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-bias,ptq-fold-fake-quant,ptq-quantize-ops,ptq-check-strict-integer,ptq-lower-quantized,cse))" --split-input-file | FileCheck %s

#int16x8 = #ptq.scheme<static, weights = i8 per channel, activations = symmetric i16 per tensor>

// The sum has 48 bits. The parameters are those of the clamp's result, and the
// bias has 48 bits, too.
// CHECK-LABEL: @conv_clamp
// CHECK-DAG: %[[B:.*]] = "tosa.const"() <{values = dense<[160000000, -16]> : tensor<2xi48>}>
// CHECK: %[[SUM:.*]] = tosa.conv2d %{{.*}}, %{{.*}}, %[[B]], %{{.*}} {acc_type = i48, {{.*}}} : (tensor<1x1x1x2xi16>, tensor<2x1x1x2xi8>, tensor<2xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x1x1x2xi48>
// CHECK-DAG: %[[M:.*]] = "tosa.const"() <{values = dense<16384> : tensor<2xi16>}>
// CHECK-DAG: %[[S:.*]] = "tosa.const"() <{values = dense<[21, 20]> : tensor<2xi8>}>
// CHECK: %[[Q:.*]] = tosa.rescale %[[SUM]], %[[M]], %[[S]], {{.*}} {{{.*}}per_channel = true{{.*}}scale32 = false} : {{.*}} -> tensor<1x1x1x2xi16>
// CHECK: tosa.clamp %[[Q]] {max_val = 32767 : i16, min_val = 0 : i16}
func.func @conv_clamp(%x: tensor<1x1x1x2xf32>) -> tensor<1x1x1x2xf32> attributes {ptq.scheme = #int16x8} {
  %w = "tosa.const"() {values = dense<[[[[0.5, -0.25]]], [[[1.0, 0.5]]]]> : tensor<2x1x1x2xf32>} : () -> tensor<2x1x1x2xf32>
  %b = "tosa.const"() {values = dense<[1.25e6, -0.25]> : tensor<2xf32>} : () -> tensor<2xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = ptq.fake_quant %x as !quant.uniform<i16:f32, 0.5> : tensor<1x1x1x2xf32>
  %1 = ptq.fake_quant %w as !quant.uniform<i8<-127:127>:f32:0, {0.015625, 0.03125}> : tensor<2x1x1x2xf32>
  %2 = tosa.conv2d %0, %1, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x2xf32>
  %3 = tosa.clamp %2 {min_val = 0.0 : f32, max_val = 1.0e9 : f32} : (tensor<1x1x1x2xf32>) -> tensor<1x1x1x2xf32>
  %4 = ptq.fake_quant %3 as !quant.uniform<i16:f32, 1.0> : tensor<1x1x1x2xf32>
  return %4 : tensor<1x1x1x2xf32>
}

// -----

#int16x8 = #ptq.scheme<static, weights = i8 per channel, activations = symmetric i16 per tensor>

// TOSA has no product of int16 and int8 matrices: constant ones are filters.
// CHECK-LABEL: @fully_connected
// CHECK-DAG: "tosa.const"() <{values = dense<{{\[\[\[\[}}1, 3]]], {{\[\[\[}}2, 4]]]]> : tensor<2x1x1x2xi8>}>
// CHECK: tosa.conv2d {{.*}} {acc_type = i48, {{.*}} -> tensor<1x1x3x2xi48>
// CHECK: tosa.rescale {{.*}} -> tensor<1x1x3x2xi16>
// CHECK: tosa.reshape {{.*}} -> tensor<1x3x2xi16>
// CHECK-NOT: tosa.matmul
func.func @fully_connected(%x: tensor<1x3x2xf32>) -> tensor<1x3x2xf32> attributes {ptq.scheme = #int16x8} {
  %w = "tosa.const"() {values = dense<[[[0.25, 0.5], [0.75, 1.0]]]> : tensor<1x2x2xf32>} : () -> tensor<1x2x2xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = ptq.fake_quant %x as !quant.uniform<i16:f32, 0.5> : tensor<1x3x2xf32>
  %1 = ptq.fake_quant %w as !quant.uniform<i8<-127:127>:f32:2, {0.25, 0.25}> : tensor<1x2x2xf32>
  %2 = tosa.matmul %0, %1, %z, %z : (tensor<1x3x2xf32>, tensor<1x2x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x2xf32>
  %3 = ptq.fake_quant %2 as !quant.uniform<i16:f32, 1.0> : tensor<1x3x2xf32>
  return %3 : tensor<1x3x2xf32>
}

// -----

#int16x8 = #ptq.scheme<static, weights = i8 per channel, activations = symmetric i16 per tensor>

// A smooth function is interpolated, one with a corner is looked up.
// CHECK-LABEL: @functions
// CHECK: tosa.table {{.*}} : (tensor<4xi16>, tensor<513xi16>) -> tensor<4xi32>
// CHECK: tosa.gather {{.*}} : (tensor<1x65536x1xi16>, tensor<1x4xi32>) -> tensor<1x4x1xi16>
func.func @functions(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) attributes {ptq.scheme = #int16x8} {
  %0 = ptq.fake_quant %x as !quant.uniform<i16:f32, 2.44140625e-4> : tensor<4xf32>
  %1 = tosa.sigmoid %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i16:f32, 3.0517578125e-5> : tensor<4xf32>
  %3 = tosa.rsqrt %0 : (tensor<4xf32>) -> tensor<4xf32>
  %4 = ptq.fake_quant %3 as !quant.uniform<i16:f32, 3.0517578125e-3> : tensor<4xf32>
  return %2, %4 : tensor<4xf32>, tensor<4xf32>
}
