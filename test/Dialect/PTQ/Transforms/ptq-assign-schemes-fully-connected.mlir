// RUN: quant-opt %s --ptq-assign-schemes --ptq-annotate | FileCheck %s --check-prefixes=CHECK,CHANNEL
// RUN: quant-opt %s --ptq-assign-schemes=fully-connected=per-tensor --ptq-annotate | FileCheck %s --check-prefixes=CHECK,TENSOR
// RUN: not quant-opt %s --ptq-assign-schemes=fully-connected=none 2>&1 | FileCheck %s --check-prefix=INVALID
// INVALID: for the --fully-connected option: Cannot find option named 'none'!

// One row times a matrix.
// CHECK-LABEL: func.func @product
func.func @product(%arg: tensor<2x1x1x2xf32>) -> tensor<2x1x1x2xf32> {
  %x = ptq.fake_quant %arg as !quant.uniform<i8:f32, 0.5:3> : tensor<2x1x1x2xf32>
  // CHANNEL: ptq.fake_quant %{{.*}} as !quant.uniform<i8<-127:127>:f32:0, {1.000000e+00,2.000000e+00}>
  // TENSOR: ptq.fake_quant %{{.*}} as !quant.uniform<i8<-127:127>:f32, 2.000000e+00>
  %w = "tosa.const"() <{values = dense<[[[[127.0, -12.0]]], [[[254.0, -12.0]]]]> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<2x1x1x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x1x1x2xf32>
  %1 = ptq.fake_quant %0 as !quant.uniform<i8:f32, 0.5:3> : tensor<2x1x1x2xf32>
  return %1 : tensor<2x1x1x2xf32>
}

// A convolution of an image keeps its scales per channel.
// CHECK-LABEL: func.func @image
func.func @image(%arg: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  %x = ptq.fake_quant %arg as !quant.uniform<i8:f32, 0.5:3> : tensor<1x1x2x2xf32>
  // CHECK: ptq.fake_quant %{{.*}} as !quant.uniform<i8<-127:127>:f32:0, {1.000000e+00,2.000000e+00}>
  %w = "tosa.const"() <{values = dense<[[[[127.0, -12.0]]], [[[254.0, -12.0]]]]> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x2x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  %1 = ptq.fake_quant %0 as !quant.uniform<i8:f32, 0.5:3> : tensor<1x1x2x2xf32>
  return %1 : tensor<1x1x2x2xf32>
}
