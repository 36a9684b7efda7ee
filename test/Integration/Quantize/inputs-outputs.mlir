// RUN: %python %S/../support/compare_unsigned.py %s --llvm=%llvm_tools --cc=%host_cc --scale 0.5 0.25 --zero-point 3 -40

// All 256 codes through a requantization, with int8, uint8 and float at the border.
!x = !quant.uniform<i8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25:-40>
func.func @net(%x: tensor<256xf32>) -> tensor<256xf32> {
  %0 = quant.qcast %x : tensor<256xf32> to tensor<256x!x>
  %1 = quant.dcast %0 : tensor<256x!x> to tensor<256xf32>
  %2 = tosa.clamp %1 {min_val = -20.0 : f32, max_val = 30.0 : f32} : (tensor<256xf32>) -> tensor<256xf32>
  %3 = quant.qcast %2 : tensor<256xf32> to tensor<256x!y>
  %4 = quant.dcast %3 : tensor<256x!y> to tensor<256xf32>
  return %4 : tensor<256xf32>
}
