// RUN: quant-opt %s --ptq-quantize-bias | FileCheck %s
// RUN: quant-opt %s --ptq-quantize-bias --remarks-filter=ptq-quantize-bias 2>&1 | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: func.func @per_channel
func.func @per_channel(%a: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  %x = ptq.fake_quant %a as !quant.uniform<i8:f32, 0.5:3> : tensor<1x4x4x2xf32>
  %f = "tosa.const"() <{values = dense<0.5> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  // CHECK-DAG: %[[W:.*]] = ptq.fake_quant {{.*}} as !quant.uniform<i8<-127:127>:f32:0, {2.500000e-01,1.250000e-01}>
  %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,0.125}> : tensor<2x1x1x2xf32>
  // CHECK-DAG: %[[BIAS:.*]] = "tosa.const"() <{values = dense<[1.000000e+00, -2.000000e+00]>
  %b = "tosa.const"() <{values = dense<[1.0, -2.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[B:.*]] = ptq.fake_quant %[[BIAS]] as !quant.uniform<i32:f32:0, {1.250000e-01,6.250000e-02}> : tensor<2xf32>
  // CHECK: tosa.conv2d %{{.*}}, %[[W]], %[[B]],
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}

// Two filters per input channel share a weight scale: the bias repeats it.
// CHECK-LABEL: func.func @depthwise_multiplier
func.func @depthwise_multiplier(%a: tensor<1x4x4x2xf32>) -> tensor<1x4x4x4xf32> {
  %x = ptq.fake_quant %a as !quant.uniform<i8:f32, 0.5:3> : tensor<1x4x4x2xf32>
  %f = "tosa.const"() <{values = dense<0.5> : tensor<1x1x2x2xf32>}> : () -> tensor<1x1x2x2xf32>
  %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:2, {0.25,0.125}> : tensor<1x1x2x2xf32>
  %b = "tosa.const"() <{values = dense<1.0> : tensor<4xf32>}> : () -> tensor<4xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: ptq.fake_quant {{.*}} as !quant.uniform<i32:f32:0, {1.250000e-01,1.250000e-01,6.250000e-02,6.250000e-02}>
  %0 = tosa.depthwise_conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<1x1x2x2xf32>, tensor<4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// 2^31 / (2^-2 * 2^-2) = 2^35 does not fit: the weight scale of that channel alone
// grows to 2^3, where the bias is 2^30. The other user of the weight keeps its scale.
// CHECK-LABEL: func.func @bias_does_not_fit
func.func @bias_does_not_fit(%a: tensor<1x4x4x2xf32>) -> (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>) {
  %x = ptq.fake_quant %a as !quant.uniform<i8:f32, 0.25:3> : tensor<1x4x4x2xf32>
  %f = "tosa.const"() <{values = dense<0.5> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  // CHECK-DAG: %[[OTHER:.*]] = ptq.fake_quant {{.*}}:0, {2.500000e-01,2.500000e-01}>
  // CHECK-DAG: %[[W:.*]] = ptq.fake_quant {{.*}}:0, {2.500000e-01,8.000000e+00}>
  %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,0.25}> : tensor<2x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<[1.0, -2147483648.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[B:.*]] = ptq.fake_quant {{.*}} as !quant.uniform<i32:f32:0, {6.250000e-02,2.000000e+00}>
  // CHECK: tosa.conv2d %{{.*}}, %[[W]], %[[B]],
  // REMARK: remark: {{.*}}widened-weight-scale{{.*}}Tensor=big
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "big"} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  // CHECK: return %{{.*}}, %[[OTHER]]
  return %0, %w : tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>
}

// Without parameters for the activation there is no scale to speak of.
// CHECK-LABEL: func.func @not_annotated
// CHECK-NOT: i32:f32
func.func @not_annotated(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  %f = "tosa.const"() <{values = dense<0.5> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,0.125}> : tensor<2x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<[1.0, -2.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}
