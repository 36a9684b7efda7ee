// RUN: quant-opt %s --split-input-file --verify-diagnostics --quantc-form-kernels

#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @not_a_product(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{cannot be formed into a kernel; remove its 'kernel.strategy'}}
  %0 = tosa.abs %x {kernel.strategy = #f} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @not_a_strategy(%x: tensor<1x1x8xf32>, %w: tensor<1x8x3xf32>, %z: tensor<1xf32>) -> tensor<1x1x3xf32> {
  // expected-error @below {{has a 'kernel.strategy' that is not a #kernel.strategy}}
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = 1 : i32} : (tensor<1x1x8xf32>, tensor<1x8x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x3xf32>
  return %0 : tensor<1x1x3xf32>
}
