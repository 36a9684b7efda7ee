// RUN: quant-opt %s --ptq-annotate | FileCheck %s

// Weights that come quantized keep their integers, scales and zero points.
// CHECK-LABEL: func.func @given
func.func @given(%x: tensor<1x1x2xf32>) -> (tensor<1x1x2xf32>, tensor<1x1x2xf32>) attributes {ptq.scheme = #ptq.scheme<weight_only, weights = i8 per channel, activations = symmetric f32 per tensor>} {
  %w = "tosa.const"() <{values = dense<[[[1.0, -2.0], [0.5, 3.0]]]> : tensor<1x2x2xf32>}> : () -> tensor<1x2x2xf32>
  %x2 = tosa.concat %x {axis = 1 : i32} : (tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[Q:.*]] = "tosa.const"() <{values = dense<{{\[\[\[}}5, -1], [4, 9]]]> : tensor<1x2x2xi8>}>
  // CHECK: %[[S:.*]] = quant.scast %[[Q]] : {{.*}} to tensor<1x2x2x!quant.uniform<i8:f32:{}, {{.*}}5.000000e-01:3
  // CHECK: %[[W:.*]] = quant.dcast %[[S]]
  // CHECK: tosa.matmul %{{.*}}, %[[W]]
  %0 = ptq.fake_quant %w as !quant.uniform<i8:f32, 0.5:3> : tensor<1x2x2xf32>
  %1 = tosa.matmul %x2, %0, %z, %z : (tensor<1x1x2xf32>, tensor<1x2x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2xf32>
  // Unsigned integers are moved down by 128.
  // CHECK: "tosa.const"() <{values = dense<{{\[\[\[}}5, -1], [4, 9]]]> : tensor<1x2x2xi8>}>
  // CHECK: quant.scast {{.*}}5.000000e-01:3
  %2 = ptq.fake_quant %w as !quant.uniform<u8:f32, 0.5:131> : tensor<1x2x2xf32>
  %3 = tosa.matmul %x2, %2, %z, %z : (tensor<1x1x2xf32>, tensor<1x2x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2xf32>
  return %1, %3 : tensor<1x1x2xf32>, tensor<1x1x2xf32>
}

// The first two blocks are multiples of a scale, by -8 and 1, 6 and 5, and keep their numbers. The other
// two have the largest weight at 7.
// CHECK-LABEL: func.func @blocks
func.func @blocks(%x: tensor<1x1x1x4xf32>) -> tensor<1x1x1x2xf32> attributes {ptq.scheme = #ptq.scheme<weight_only, weights = i4 per block of 2, activations = symmetric f32 per tensor>} {
  // CHECK-DAG: dense<{{.*}}[-8, 1], [6, 5]{{.*}}[7, 2], [2, -7]{{.*}}> : tensor<2x1x1x2x2xi4>
  // CHECK-DAG: dense<{{.*}}1.000000e-01], [5.000000e-02]{{.*}}0.142857149], [0.285714298]{{.*}}> : tensor<2x1x1x2x1xf32>
  %w = "tosa.const"() <{values = dense<[[[[-0.8, 0.1, 0.3, 0.25]]], [[[1.0, 0.3333, 0.51, -2.0]]]]> : tensor<2x1x1x4xf32>}> : () -> tensor<2x1x1x4xf32>
  %b = "tosa.const"() <{values = dense<0.0> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x4xf32>, tensor<2x1x1x4xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x2xf32>
  return %0 : tensor<1x1x1x2xf32>
}

// Integers that fit in 4 bits are stored so.
// CHECK-LABEL: func.func @nibbles
func.func @nibbles(%x: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> attributes {ptq.scheme = #ptq.scheme<weight_only, weights = i4 per channel, activations = symmetric f32 per tensor>} {
  %w = "tosa.const"() <{values = dense<[[[1.0, -2.0], [0.5, 3.5]]]> : tensor<1x2x2xf32>}> : () -> tensor<1x2x2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[Q:.*]] = "tosa.const"() <{values = dense<{{\[\[\[}}2, -4], [1, 7]]]> : tensor<1x2x2xi4>}>
  // CHECK: %[[F:.*]] = tosa.cast %[[Q]]
  // CHECK: %[[S:.*]] = "tosa.const"() <{values = dense<5.000000e-01> : tensor<1x1x1xf32>}>
  // CHECK: %[[W:.*]] = tosa.mul %[[F]], %[[S]]
  // CHECK: tosa.matmul %{{.*}}, %[[W]]
  %0 = ptq.fake_quant %w as !quant.uniform<i8<-8:7>:f32, 0.5> : tensor<1x2x2xf32>
  %1 = tosa.matmul %x, %0, %z, %z : (tensor<1x1x2xf32>, tensor<1x2x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2xf32>
  return %1 : tensor<1x1x2xf32>
}
