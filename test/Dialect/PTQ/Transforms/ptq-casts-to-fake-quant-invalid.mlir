// RUN: quant-opt %s --split-input-file --ptq-casts-to-fake-quant --verify-diagnostics

// Upstream would fold the pair, and the rounding would be lost.
func.func @wide(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.uniform<i32:f32, 0.1>>
  // expected-error @below {{'quant.dcast' op rounds real numbers to '!quant.uniform<i32:f32, 1.000000e-01>', which is not computed; quantize to i8 or i16 with a scale per tensor or per axis, or remove the casts}}
  %1 = quant.dcast %0 : tensor<4x!quant.uniform<i32:f32, 0.1>> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @calibrated(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.calibrated<f32<-1.0:1.0>>>
  // expected-error @below {{rounds real numbers to '!quant.calibrated<f32<-1.000000e+00:1.000000e+00>>', which is not computed}}
  %1 = quant.dcast %0 : tensor<4x!quant.calibrated<f32<-1.0:1.0>>> to tensor<4xf32>
  return %1 : tensor<4xf32>
}
