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

// -----

#u4 = #kernel.strategy<dot = unsigned_signed4, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @given_weights(%x: tensor<1x1x8xi8>, %w: tensor<1x8x3xi8>) -> tensor<1x1x3xi32> {
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  // expected-error @below {{has a strategy with the dot kind 'unsigned_signed4', which takes constant weights only}}
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #u4} : (tensor<1x1x8xi8>, tensor<1x8x3xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x1x3xi32>
  return %0 : tensor<1x1x3xi32>
}

// -----

#s2 = #kernel.strategy<dot = signed16x2, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @pairs_of_int16(%x: tensor<1x1x8xi16>, %w: tensor<1x8x3xi16>) -> tensor<1x1x3xi48> {
  %z = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  // expected-error @below {{has operands that the dot kind 'signed16x2' of its strategy cannot take}}
  %0 = tosa.matmul %x, %w, %z, %z {kernel.strategy = #s2} : (tensor<1x1x8xi16>, tensor<1x8x3xi16>, tensor<1xi16>, tensor<1xi16>) -> tensor<1x1x3xi48>
  return %0 : tensor<1x1x3xi48>
}
