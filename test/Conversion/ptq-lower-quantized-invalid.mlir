// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-lower-quantized))" --split-input-file --verify-diagnostics

!a = !quant.uniform<i32:f32, 1.0e9>
!b = !quant.uniform<i8:f32, 0.5:-3>
func.func @ratio(%x: tensor<4x!a>) -> tensor<4x!b> {
  // expected-error @below {{their ratio has no integer multiplier and shift, which reach up to 2^29}}
  %0 = ptq.requantize %x : tensor<4x!a> to tensor<4x!b>
  return %0 : tensor<4x!b>
}

// -----

!a = !quant.uniform<i32:f32:0, {0.1, 0.2}>
!b = !quant.uniform<i8:f32, 0.5:-3>
func.func @axis(%x: tensor<2x4x!a>) -> tensor<2x4x!b> {
  // expected-error @below {{scales per channel along dimension 0 cannot become tosa.rescale, which has them along the last dimension (1)}}
  %0 = ptq.requantize %x : tensor<2x4x!a> to tensor<2x4x!b>
  return %0 : tensor<2x4x!b>
}

// -----

!a = !quant.uniform<i32:f32, 0.1:7>
!b = !quant.uniform<i8:f32, 0.5:-3>
func.func @zero_point(%x: tensor<4x!a>) -> tensor<4x!b> {
  // expected-error @below {{zero point 7 of a 32-bit tensor cannot become tosa.rescale; use zero point 0}}
  %0 = ptq.requantize %x : tensor<4x!a> to tensor<4x!b>
  return %0 : tensor<4x!b>
}

// -----

!w = !quant.uniform<i8<-127:127>:f32:0, {0.1, 0.2}>
func.func @per_channel_at_run_time(%x: tensor<2xf32>) -> tensor<2x!w> {
  // expected-error @below {{scales per channel need a constant}}
  %0 = quant.qcast %x : tensor<2xf32> to tensor<2x!w>
  return %0 : tensor<2x!w>
}

// -----

func.func @calibrated(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'quant.qcast' op expects !quant.uniform with a scale per tensor or per axis, but got '!quant.calibrated<f32<-1.000000e+00:1.000000e+00>>'}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.calibrated<f32<-1.0:1.0>>>
  %1 = quant.dcast %0 : tensor<4x!quant.calibrated<f32<-1.0:1.0>>> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// expected-error @below {{argument 0 has zero point 300, which is not a storage value of '!quant.uniform<i8:f32, 5.000000e-01:300>' (from -128 to 127)}}
func.func @zero_point(%x: tensor<4x!quant.uniform<i8:f32, 0.5:300>>) -> tensor<4xf32> {
  %0 = quant.dcast %x : tensor<4x!quant.uniform<i8:f32, 0.5:300>> to tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

!w = !quant.uniform<i8:f32:{0:2}, {0.1, 0.2}>
func.func @blocks_at_run_time(%x: tensor<4xi8>) -> tensor<4xf32> {
  %0 = quant.scast %x : tensor<4xi8> to tensor<4x!w>
  // expected-error @below {{only constants have a scale per block}}
  %1 = quant.dcast %0 : tensor<4x!w> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

!w = !quant.uniform<i16:f32:{0:2}, {0.1, 0.2}>
func.func @wide_blocks(%x: tensor<4xi16>) -> tensor<4x!w> {
  // expected-error @below {{has a scale per block of 'i16' for 'f32'; such constants have signed storage of 4 or 8 bits for f32}}
  %0 = quant.scast %x : tensor<4xi16> to tensor<4x!w>
  return %0 : tensor<4x!w>
}
