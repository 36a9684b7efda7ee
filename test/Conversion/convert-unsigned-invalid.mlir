// RUN: quant-opt %s --convert-unsigned --split-input-file --verify-diagnostics

func.func @max(%x: tensor<1x4x4x1xui8>) -> tensor<1x4x4x1xui8> {
  // expected-error @below {{'tosa.maximum' computes with unsigned integers, which TOSA does not; convert its operands by 'tosa.rescale' with input_unsigned, or by 'tosa.cast'}}
  %0 = tosa.maximum %x, %x : (tensor<1x4x4x1xui8>, tensor<1x4x4x1xui8>) -> tensor<1x4x4x1xui8>
  return %0 : tensor<1x4x4x1xui8>
}

// -----

// expected-error @below {{argument 0 is 'tensor<4xui32>': unsigned integers have 8 or 16 bits; give the network signed ones}}
func.func @wide(%x: tensor<4xui32>) -> tensor<4xui32> {
  return %x : tensor<4xui32>
}
