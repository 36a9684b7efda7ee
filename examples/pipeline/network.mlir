// A dense layer with ReLU, with the parameters that quantization-aware training found.
func.func @network(%x: tensor<1x2x4xf32>) -> tensor<1x2x2xf32> {
  %w = "tosa.const"() <{values = dense<[[[0.5, -1.0], [0.25, 2.0], [-0.75, 1.0], [1.0, -0.5]]]> : tensor<1x4x2xf32>}> : () -> tensor<1x4x2xf32>
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.03125> : tensor<1x2x4xf32>
  %1 = ptq.fake_quant %w as !quant.uniform<i8<-127:127>:f32:2, {0.0078125,0.015625}> : tensor<1x4x2xf32>
  %2 = tosa.matmul %0, %1, %zero, %zero : (tensor<1x2x4xf32>, tensor<1x4x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2xf32>
  %3 = tosa.clamp %2 {min_val = 0.0 : f32, max_val = 3.4e38 : f32} : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %4 = ptq.fake_quant %3 as !quant.uniform<i8:f32, 0.0625:-128> : tensor<1x2x2xf32>
  return %4 : tensor<1x2x2xf32>
}
