// RUN: quant-opt %s --ptq-widen-weights | FileCheck %s
// RUN: quant-opt %s --ptq-widen-weights --remarks-filter=ptq-widen-weights 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: quant-opt %s --ptq-widen-weights --ptq-correct-bias=profile=%S/Inputs/bias-profile.json | FileCheck %s --check-prefix=CORRECTED

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
  // CHECK: tosa.conv2d %{{.*}}, %[[W]], %{{.*}},
  // REMARK: remark: {{.*}}widened-weight-scale{{.*}}Tensor=big
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "big"} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  // CHECK: return %{{.*}}, %[[OTHER]]
  return %0, %w : tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>
}

// What makes up for rounding sees the widened scale: at 8 the second channel's weights of 3.5 become 0 and lose
// 3.5 * 2 + 3.5 * 4; at 0.25 they would lose nothing. The first channel has weights of 0.25 * 2 and loses nothing.
// CORRECTED-LABEL: func.func @corrected
func.func @corrected(%a: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> tensor<1x4x4x2xf32> {
  %x = ptq.fake_quant %a as !quant.uniform<i8:f32, 9.5367431640625E-7:3> : tensor<1x4x4x2xf32>
  %f = "tosa.const"() <{values = dense<[[[[0.5, 0.5]]], [[[3.5, 3.5]]]]> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,0.25}> : tensor<2x1x1x2xf32>
  // CORRECTED: "tosa.const"() <{values = dense<[1.000000e+00, 8.213000e+03]>
  %b = "tosa.const"() <{values = dense<[1.0, 8192.0]> : tensor<2xf32>}> {ptq.name = "b"} : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}
