// Networks with an operation of the consumer's own dialect. They carry fake
// quantization, as after quantization-aware training, so no calibration is needed.
func.func @network(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> : tensor<1x4xf32>
  %1 = mine.mirror %0 : tensor<1x4xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i8:f32, 0.5:3> : tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}

// The same operation in another scheme: activations of int16.
func.func @int16x8(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = ptq.fake_quant %x as !quant.uniform<i16<-32767:32767>:f32, 0.001> : tensor<1x4xf32>
  %1 = mine.mirror %0 {ptq.scheme = #ptq.scheme<static, weights = i8 per channel, activations = symmetric i16 per tensor>} : tensor<1x4xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i16<-32767:32767>:f32, 0.001> : tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}
