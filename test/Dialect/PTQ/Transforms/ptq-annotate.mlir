// RUN: quant-opt %s --ptq-annotate="profile=%S/Inputs/annotate-profile.json estimator=min-max" --verify-diagnostics | FileCheck %s
// RUN: quant-opt %s --ptq-annotate="profile=%S/Inputs/annotate-profile.json estimator=min-max" --remarks-filter=ptq-annotate 2>&1 | FileCheck %s --check-prefix=REMARK

// Softmax takes the accumulator: logits have no parameters, and need no statistics.
// CHECK-LABEL: func.func @logits
func.func @logits(%x: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> tensor<1x4x4x2xf32> {
  %w = "tosa.const"() <{values = dense<[[[[1.27, -0.5]]], [[[254.0, -12.0]]]]> : tensor<2x1x1x2xf32>}> {ptq.name = "w"} : () -> tensor<2x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[CONV:.*]] = tosa.conv2d
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "unseen"} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  // CHECK-NEXT: %[[S:.*]] = ptq.softmax %[[CONV]]
  // CHECK-NEXT: ptq.fake_quant %[[S]] as !quant.uniform<i8:f32, 3.906250e-03:-128>
  %1 = ptq.softmax %0 {axis = 3 : i32, ptq.name = "probabilities"} : tensor<1x4x4x2xf32>
  return %1 : tensor<1x4x4x2xf32>
}

// Activations asymmetric from the profile, weights symmetric per output channel
// from their data, nothing between the convolution and its activation function.
// CHECK-LABEL: func.func @convolution
func.func @convolution(%arg: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> tensor<1x4x4x2xf32> {
  // CHECK-NOT: ptq.observe
  %x = ptq.observe %arg {name = "x"} : tensor<1x4x4x2xf32>
  // CHECK-DAG: %[[X:.*]] = ptq.fake_quant %arg0 as !quant.uniform<i8:f32, 0.0078431377187371254:-1>
  // CHECK-DAG: %[[FILTER:.*]] = "tosa.const"() <{values = dense<{{.*}}2.540000e+02
  %w = "tosa.const"() <{values = dense<[[[[1.27, -0.5]]], [[[254.0, -12.0]]]]> : tensor<2x1x1x2xf32>}> {ptq.name = "w"} : () -> tensor<2x1x1x2xf32>
  // CHECK-DAG: %[[W:.*]] = ptq.fake_quant %[[FILTER]] as !quant.uniform<i8<-127:127>:f32:0, {0.0{{.*}},2.000000e+00}>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[CONV:.*]] = tosa.conv2d %[[X]], %[[W]]
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "conv"} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  // CHECK-NEXT: %[[RELU:.*]] = tosa.clamp %[[CONV]]
  // CHECK-NEXT: %[[OUT:.*]] = ptq.fake_quant %[[RELU]] as !quant.uniform<i8:f32, 0.023529412224888802:-128>
  // CHECK-NEXT: return %[[OUT]]
  %1 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32, ptq.name = "relu"} : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %2 = ptq.observe %1 {name = "relu"} : tensor<1x4x4x2xf32>
  return %2 : tensor<1x4x4x2xf32>
}
// REMARK: remark: {{.*}}parameters{{.*}}Max=1, Min=-1, Scale=0.00784313772, Source=min-max, Tensor=x, ZeroPoint=-1
// REMARK: remark: {{.*}}Tensor=relu

// Quantization-aware training's parameters stay; the profile is not asked.
// CHECK-LABEL: func.func @given
func.func @given(%arg: tensor<4x2xf32> {ptq.name = "not in the profile"}) -> tensor<4x1xf32> {
  // CHECK-NEXT: ptq.fake_quant %arg0 as !quant.uniform<u8:f32, 5.000000e-01:3>
  // CHECK-NEXT: ptq.mean
  // CHECK-NEXT: ptq.fake_quant
  // CHECK-NEXT: return
  %0 = ptq.fake_quant %arg as !quant.uniform<u8:f32, 0.5:3> : tensor<4x2xf32>
  %1 = ptq.mean %0 {axes = array<i32: 1>, ptq.name = "mean"} : tensor<4x2xf32> -> tensor<4x1xf32>
  return %1 : tensor<4x1xf32>
}

// What a float operation computes stays exact for other float operations and the
// caller; what none but those use has no parameters.
// CHECK-LABEL: func.func @float_operations
func.func @float_operations(%arg: tensor<1x4x4xf32> {ptq.name = "not in the profile"}) -> (tensor<1x4x1xf32>, tensor<1x4x4xf32>) {
  // CHECK-NEXT: %[[REAL:.*]], %{{.*}} = tosa.fft2d %arg0, %arg0
  %0, %1 = tosa.fft2d %arg, %arg {inverse = false} : (tensor<1x4x4xf32>, tensor<1x4x4xf32>) -> (tensor<1x4x4xf32>, tensor<1x4x4xf32>)
  // CHECK-NEXT: %[[SCATTER:.*]] = tosa.custom %[[REAL]]
  %2 = tosa.custom %0 {operator_name = "f", domain_name = "d", implementation_attrs = "", ptq.name = "sum"} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  // CHECK-NEXT: %[[Q:.*]] = ptq.fake_quant %[[SCATTER]] as !quant.uniform<i8:f32, 0.015686275437474251:-1>
  // CHECK-NEXT: ptq.mean %[[Q]]
  %3 = ptq.mean %2 {axes = array<i32: 2>, ptq.name = "mean"} : tensor<1x4x4xf32> -> tensor<1x4x1xf32>
  // CHECK: return %{{.*}}, %[[SCATTER]]
  return %3, %2 : tensor<1x4x1xf32>, tensor<1x4x4xf32>
}

// CHECK-LABEL: func.func @zero_range
// expected-warning@below {{tensor 'zero' was 0 throughout calibration; it is quantized with scale 1, so check that the calibration data represents real inputs}}
func.func @zero_range(%arg: tensor<4x2xf32> {ptq.name = "zero"}) -> tensor<4x1xf32> {
  // CHECK-NEXT: ptq.fake_quant %arg0 as !quant.uniform<i8:f32, 1.000000e+00{{.*}}> {ptq.zero_range}
  %1 = ptq.mean %arg {axes = array<i32: 1>, ptq.name = "mean"} : tensor<4x2xf32> -> tensor<4x1xf32>
  return %1 : tensor<4x1xf32>
}

// A constant activation has the range of its data; weights that are all 0 have the scale 2^-20 (N5).
// CHECK-LABEL: func.func @constants
func.func @constants(%arg: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> tensor<1x4x4x1xf32> {
  // CHECK-DAG: ptq.fake_quant {{.*}} as !quant.uniform<i8<-127:127>:f32:0, {9.5367431640625E-7}> : tensor<1x1x1x2xf32>
  %w = "tosa.const"() <{values = dense<0.0> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<1xf32>}> : () -> tensor<1xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %arg, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "conv"} : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  // CHECK-DAG: %[[C:.*]] = ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 1.000000e+00:-128> : tensor<1x1x4x1xf32>
  %c = "tosa.const"() <{values = dense<[[[[10.0], [255.0], [0.0], [1.0]]]]> : tensor<1x1x4x1xf32>}> : () -> tensor<1x1x4x1xf32>
  // CHECK: tosa.add %{{.*}}, %[[C]]
  %1 = tosa.add %0, %c {ptq.name = "sum"} : (tensor<1x4x4x1xf32>, tensor<1x1x4x1xf32>) -> tensor<1x4x4x1xf32>
  return %1 : tensor<1x4x4x1xf32>
}
