// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-lower-quantized))" | FileCheck %s

// Integers times scales; a zero point of -1 is that of the complements, with the scale negated.
!symmetric = !quant.uniform<i4:f32:{0:1, 3:8}, {{{{0.5, 2.0}}}, {{{0.25:-1, 1.0}}}}>
// CHECK-LABEL: func.func @scales
func.func @scales(%x: tensor<1x1x3x16xf32>) -> tensor<1x1x3x2xf32> {
  // CHECK-DAG: %[[C:.*]] = "tosa.const"() <{values = dense<{{\[\[\[\[\[}}3, 3, 3, 3, 3, 3, 3, 3], [3, 3, 3, 3, 3, 3, 3, 3]]]], {{\[\[\[\[}}-4, -4, -4, -4, -4, -4, -4, -4], [3, 3, 3, 3, 3, 3, 3, 3]]]]]> : tensor<2x1x1x2x8xi4>}>
  // CHECK: %[[F:.*]] = tosa.cast %[[C]]
  // CHECK: %[[S:.*]] = "tosa.const"() <{values = dense<{{\[\[\[\[\[}}5.000000e-01], [2.000000e+00]]]], {{\[\[\[\[}}-2.500000e-01], [1.000000e+00]]]]]> : tensor<2x1x1x2x1xf32>}>
  // CHECK: %[[M:.*]] = tosa.mul %[[F]], %[[S]]
  // CHECK: %[[W:.*]] = tosa.reshape %[[M]]
  // CHECK: tosa.conv2d %arg0, %[[W]]
  %w = "tosa.const"() <{values = dense<3> : tensor<2x1x1x16xi4>}> : () -> tensor<2x1x1x16xi4>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %q = quant.scast %w : tensor<2x1x1x16xi4> to tensor<2x1x1x16x!symmetric>
  %d = quant.dcast %q : tensor<2x1x1x16x!symmetric> to tensor<2x1x1x16xf32>
  %0 = tosa.conv2d %x, %d, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x3x16xf32>, tensor<2x1x1x16xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x3x2xf32>
  return %0 : tensor<1x1x3x2xf32>
}

// Zero points are a convolution of the sums of blocks. What is no product reads floats.
!shifted = !quant.uniform<i8:f32:{0:1, 3:8}, {{{{0.5:4, 2.0}}}, {{{0.25:-2, 1.0}}}}>
// CHECK-LABEL: func.func @zero_points
func.func @zero_points(%x: tensor<1x1x3x16xf32>) -> (tensor<1x1x3x2xf32>, tensor<2x1x1x16xf32>) {
  // CHECK-DAG: %[[R:.*]] = "tosa.const"() <{values = dense<{{.*}}-5.000000e-01, {{.*}}6.000000e+00, {{.*}}1.250000e+00, {{.*}}3.000000e+00{{.*}} : tensor<2x1x1x16xf32>}>
  // CHECK-DAG: %[[T:.*]] = tosa.reshape %arg0, {{.*}} -> tensor<1x1x3x2x8xf32>
  // CHECK: %[[SUM:.*]] = tosa.reduce_sum %[[T]] {axis = 4 : i32}
  // CHECK: %[[P:.*]] = tosa.reshape %[[SUM]], {{.*}} -> tensor<1x1x3x2xf32>
  // CHECK: %[[O:.*]] = "tosa.const"() <{values = dense<{{\[\[\[\[}}-2.000000e+00, {{-?}}0.000000e+00]]], {{\[\[\[}}5.000000e-01, {{-?}}0.000000e+00]]]]> : tensor<2x1x1x2xf32>}>
  // CHECK: %[[B:.*]] = "tosa.const"() <{values = dense<0.000000e+00> : tensor<2xf32>}>
  // CHECK: %[[OFFSET:.*]] = tosa.conv2d %[[P]], %[[O]], %[[B]]
  // CHECK: %[[Y:.*]] = tosa.conv2d %arg0,
  // CHECK-NOT: ptq.name
  // CHECK: %[[A:.*]] = tosa.add %[[Y]], %[[OFFSET]] {ptq.name = "y"}
  // CHECK: return %[[A]], %[[R]]
  %w = "tosa.const"() <{values = dense<3> : tensor<2x1x1x16xi8>}> : () -> tensor<2x1x1x16xi8>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %q = quant.scast %w : tensor<2x1x1x16xi8> to tensor<2x1x1x16x!shifted>
  %d = quant.dcast %q : tensor<2x1x1x16x!shifted> to tensor<2x1x1x16xf32>
  %0 = tosa.conv2d %x, %d, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, ptq.name = "y", stride = array<i64: 1, 1>} : (tensor<1x1x3x16xf32>, tensor<2x1x1x16xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x3x2xf32>
  return %0, %d : tensor<1x1x3x2xf32>, tensor<2x1x1x16xf32>
}
