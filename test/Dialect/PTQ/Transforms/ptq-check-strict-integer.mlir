// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-check-strict-integer))"

// Casts at the border are no arithmetic of the network.
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  %1 = tosa.clamp %0 {min_val = 3 : i8, max_val = 12 : i8} : (tensor<4x!q>) -> tensor<4x!q>
  %2 = quant.dcast %1 : tensor<4x!q> to tensor<4xf32>
  return %2 : tensor<4xf32>
}
