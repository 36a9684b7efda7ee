// RUN: quant-opt %s --ptq-quantize-bias --verify-diagnostics

func.func @nan_bias(%a: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  %x = ptq.fake_quant %a as !quant.uniform<i8:f32, 0.5:3> : tensor<1x4x4x2xf32>
  %f = "tosa.const"() <{values = dense<0.5> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,0.125}> : tensor<2x1x1x2xf32>
  // expected-error@below {{bias 'broken' holds NaN or infinite values: correct the network}}
  %b = "tosa.const"() <{values = dense<[1.0, 0x7FC00000]> : tensor<2xf32>}> {ptq.name = "broken"} : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}
