// RUN: quant-opt %s --split-input-file --quantc-form-kernels | FileCheck %s

// Rescale and clamp are fused; u8 input: 128 is added, and (128 - 3) * 8 is taken off the bias of 10.
// CHECK-LABEL: @conv_rescale_clamp
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<-990> : tensor<16xi32>
// CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<2> : tensor<1x64xi8>
// CHECK: %[[IN:.*]] = kernel.prepare {{.*}}offset = 128 : i64, pad_value = -3 : i64
// CHECK: kernel.conv ins(%[[IN]], %[[WEIGHTS]], %[[BIAS]]
// CHECK-SAME: requantize = #kernel.requantize<zero_point = 5, min = -100, max = 127, double_round = false, high = true>
// CHECK-NOT: tosa.rescale
// CHECK-NOT: tosa.clamp
#u4 = #kernel.strategy<dot = unsigned_signed4, pixels = 4, vectors = 1, lanes = 16, channels_outer = false, high_requantize = true>
func.func @conv_rescale_clamp(%x: tensor<1x2x2x4xi8>) -> tensor<1x2x2x16xi8> {
  %w = "tosa.const"() {values = dense<2> : tensor<16x1x1x4xi8>} : () -> tensor<16x1x1x4xi8>
  %b = "tosa.const"() {values = dense<10> : tensor<16xi32>} : () -> tensor<16xi32>
  %z = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %m = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<36> : tensor<1xi8>} : () -> tensor<1xi8>
  %z32 = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %oz = "tosa.const"() {values = dense<5> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %z, %wz {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, kernel.strategy = #u4} : (tensor<1x2x2x4xi8>, tensor<16x1x1x4xi8>, tensor<16xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x16xi32>
  %1 = tosa.rescale %0, %m, %s, %z32, %oz {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x2x2x16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x2x2x16xi8>
  %2 = tosa.clamp %1 {min_val = -100 : i8, max_val = 127 : i8} : (tensor<1x2x2x16xi8>) -> tensor<1x2x2x16xi8>
  return %2 : tensor<1x2x2x16xi8>
}

// -----

// An accumulator with a second user is stored as it is. s8 x s8 needs neither an offset nor a copy.
// CHECK-LABEL: @two_users
// CHECK-NOT: kernel.prepare
// CHECK: kernel.conv
// CHECK-NOT: #kernel.requantize
// CHECK: %[[SMALL:.*]] = tosa.rescale
// CHECK: tosa.clamp %[[SMALL]]
#s4 = #kernel.strategy<dot = signed4, pixels = 4, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @two_users(%x: tensor<1x4x8xi8>) -> (tensor<1x4x4xi32>, tensor<1x4x4xi8>) {
  %w = "tosa.const"() {values = dense<2> : tensor<1x8x4xi8>} : () -> tensor<1x8x4xi8>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %m = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<36> : tensor<1xi8>} : () -> tensor<1xi8>
  %z32 = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #s4} : (tensor<1x4x8xi8>, tensor<1x8x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4xi32>
  %1 = tosa.rescale %0, %m, %s, %z32, %z {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x4x4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x4xi8>
  %2 = tosa.clamp %1 {min_val = -100 : i8, max_val = 127 : i8} : (tensor<1x4x4xi8>) -> tensor<1x4x4xi8>
  return %0, %2 : tensor<1x4x4xi32>, tensor<1x4x4xi8>
}

// -----

// A float product with a bias added after it, and a clamp.
// CHECK-LABEL: @matmul_bias
// CHECK: %[[BIAS:.*]] = arith.constant dense<{{\[}}1.000000e+00, 1.000000e+00, 1.000000e+00, 0.000000e+00]>
// CHECK: kernel.conv ins(%{{.*}}, %{{.*}}, %[[BIAS]]
// CHECK-SAME: clamp_max = 6.000000e+00 : f32, clamp_min = 0.000000e+00 : f32
// CHECK-NOT: tosa.add
#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @matmul_bias(%x: tensor<1x1x8xf32>) -> tensor<1x1x3xf32> {
  %w = "tosa.const"() {values = dense<2.0> : tensor<1x8x3xf32>} : () -> tensor<1x8x3xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<1x1x3xf32>} : () -> tensor<1x1x3xf32>
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #f} : (tensor<1x1x8xf32>, tensor<1x8x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x3xf32>
  %1 = tosa.add %0, %b : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  %2 = tosa.clamp %1 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %2 : tensor<1x1x3xf32>
}

// -----

// Two activations: the right side is packed when the network runs; both zero points are subtracted.
// CHECK-LABEL: @two_activations
// CHECK: %[[W:.*]] = kernel.pack {{.*}}offset = 2 : i64
// CHECK: %[[X:.*]] = kernel.prepare {{.*}}offset = 3 : i64
// CHECK: kernel.conv ins(%[[X]], %[[W]]
#s2 = #kernel.strategy<dot = signed16x2, pixels = 2, vectors = 1, lanes = 8, channels_outer = false, high_requantize = true>
func.func @two_activations(%x: tensor<2x2x5xi8>, %y: tensor<2x5x8xi8>) -> tensor<2x2x8xi32> {
  %xz = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %yz = "tosa.const"() {values = dense<-2> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.matmul %x, %y, %xz, %yz {kernel.strategy = #s2} : (tensor<2x2x5xi8>, tensor<2x5x8xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<2x2x8xi32>
  return %0 : tensor<2x2x8xi32>
}

// -----

// A multiplier of 2: each input channel stands twice.
// CHECK-LABEL: @depthwise_multiplier
// CHECK: kernel.prepare {{.*}}repeat = 2
// CHECK: kernel.depthwise
#w1 = #kernel.strategy<dot = widening, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @depthwise_multiplier(%x: tensor<1x4x4x3xi8>) -> tensor<1x3x3x6xi32> {
  %w = "tosa.const"() {values = dense<2> : tensor<2x2x3x2xi8>} : () -> tensor<2x2x3x2xi8>
  %b = "tosa.const"() {values = dense<10> : tensor<6xi32>} : () -> tensor<6xi32>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.depthwise_conv2d %x, %w, %b, %z, %z {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, kernel.strategy = #w1} : (tensor<1x4x4x3xi8>, tensor<2x2x3x2xi8>, tensor<6xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x3x3x6xi32>
  return %0 : tensor<1x3x3x6xi32>
}

// -----

// Filters that the network computes: one column an output channel, a segment for each row of the window
// (its 9 elements are filled up to 10); the bias is filled up to whole vectors.
// CHECK-LABEL: @given_weights
// CHECK: %[[T:.*]] = tosa.transpose
// CHECK: %[[M:.*]] = tensor.expand_shape %[[T]]{{.*}} into tensor<1x18x5xi8>
// CHECK: %[[W:.*]] = kernel.pack ins(%[[M]]{{.*}} {offset = 7 : i64, segment = 9 : i64
// CHECK: kernel.prepare ins({{.*}} : tensor<1x1x5xi32>) outs({{.*}} : tensor<1x1x8xi32>)
// CHECK: kernel.conv ins(%{{.*}}, %[[W]],
#s2 = #kernel.strategy<dot = signed16x2, pixels = 2, vectors = 1, lanes = 8, channels_outer = false, high_requantize = true>
func.func @given_weights(%x: tensor<1x4x5x3xi8>, %w: tensor<5x2x3x3xi8>, %b: tensor<5xi32>) -> tensor<1x3x3x5xi32> {
  %xz = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<-7> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %xz, %wz {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, kernel.strategy = #s2} : (tensor<1x4x5x3xi8>, tensor<5x2x3x3xi8>, tensor<5xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x3x3x5xi32>
  return %0 : tensor<1x3x3x5xi32>
}

// -----

// A bias that the network computes and folded zero points: what is folded is added.
// CHECK-LABEL: @given_bias
// CHECK-DAG: %[[FOLDED:.*]] = arith.constant dense<-1000> : tensor<16xi32>
// CHECK: %[[BIAS:.*]] = arith.addi %arg1, %[[FOLDED]]
// CHECK: kernel.conv ins(%{{.*}}, %{{.*}}, %[[BIAS]]
#u4 = #kernel.strategy<dot = unsigned_signed4, pixels = 4, vectors = 1, lanes = 16, channels_outer = false, high_requantize = true>
func.func @given_bias(%x: tensor<1x2x2x4xi8>, %b: tensor<16xi32>) -> tensor<1x2x2x16xi32> {
  %w = "tosa.const"() {values = dense<2> : tensor<16x1x1x4xi8>} : () -> tensor<16x1x1x4xi8>
  %z = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %z, %wz {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, kernel.strategy = #u4} : (tensor<1x2x2x4xi8>, tensor<16x1x1x4xi8>, tensor<16xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x16xi32>
  return %0 : tensor<1x2x2x16xi32>
}

// -----

// int16 activations: 255 pairs of products of at most 2^22 fit 32 bits. Sums of 48 bits with multipliers of 16
// are requantized in the kernel; sums that are a result are stored in 64 bits first.
// CHECK-LABEL: @int16
// CHECK: kernel.conv {{.*}} tensor<16xi64>, tensor<16xi32>, tensor<16xi8>) outs({{.*}} : tensor<1x1x4x16xi16>)
// CHECK-SAME: requantize = {{.*}} min = -32768, max = 32767, {{.*}} high = false>
// CHECK-SAME: widen_every = 255 : i64
// CHECK: %[[SUMS:.*]] = kernel.conv {{.*}} -> tensor<1x1x4x16xi64>
// CHECK: arith.trunci %[[SUMS]] : tensor<1x1x4x16xi64> to tensor<1x1x4x16xi48>
#s2 = #kernel.strategy<dot = signed16x2, pixels = 4, vectors = 1, lanes = 16, channels_outer = false, high_requantize = true>
func.func @int16(%x: tensor<1x2x2x4xi16>) -> (tensor<1x2x2x16xi16>, tensor<1x2x2x16xi48>) {
  %w = "tosa.const"() {values = dense<2> : tensor<16x1x1x4xi8>} : () -> tensor<16x1x1x4xi8>
  %b = "tosa.const"() {values = dense<10> : tensor<16xi48>} : () -> tensor<16xi48>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %m = "tosa.const"() {values = dense<16384> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<24> : tensor<1xi8>} : () -> tensor<1xi8>
  %z48 = "tosa.const"() {values = dense<0> : tensor<1xi48>} : () -> tensor<1xi48>
  %0 = tosa.conv2d %x, %w, %b, %z, %wz {acc_type = i48, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, kernel.strategy = #s2} : (tensor<1x2x2x4xi16>, tensor<16x1x1x4xi8>, tensor<16xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x2x2x16xi48>
  %1 = tosa.rescale %0, %m, %s, %z48, %z {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x2x2x16xi48>, tensor<1xi16>, tensor<1xi8>, tensor<1xi48>, tensor<1xi16>) -> tensor<1x2x2x16xi16>
  %2 = tosa.conv2d %x, %w, %b, %z, %wz {acc_type = i48, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, kernel.strategy = #s2} : (tensor<1x2x2x4xi16>, tensor<16x1x1x4xi8>, tensor<16xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x2x2x16xi48>
  return %1, %2 : tensor<1x2x2x16xi16>, tensor<1x2x2x16xi48>
}
