// RUN: quant-opt %s --verify-diagnostics --quantc-expand-kernels

func.func @tensors(%x: tensor<1x3x8xi8>, %y: tensor<1x5x16xi8>) -> tensor<1x5x16xi8> {
  // expected-error @below {{still works on tensors; bufferize before expanding kernels}}
  %0 = kernel.prepare ins(%x : tensor<1x3x8xi8>) outs(%y : tensor<1x5x16xi8>)
    {top = 1, left = 4, pad_value = -3, offset = 128, repeat = 1} -> tensor<1x5x16xi8>
  return %0 : tensor<1x5x16xi8>
}
