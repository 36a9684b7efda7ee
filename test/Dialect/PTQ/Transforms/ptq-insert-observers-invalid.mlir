// RUN: quant-opt %s --ptq-insert-observers --verify-diagnostics

// expected-error@below {{a tensor without a name cannot be observed: run ptq-name-tensors first}}
func.func @no_name(%x: tensor<4x2xf32>) -> tensor<4x1xf32> {
  %0 = ptq.mean %x {axes = array<i32: 1>, ptq.name = "mean"} : tensor<4x2xf32> -> tensor<4x1xf32>
  return %0 : tensor<4x1xf32>
}
