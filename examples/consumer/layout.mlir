// Transposes that meet through an operation of the consumer's own dialect cancel.
func.func @layout(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = tosa.transpose %x {perms = array<i32: 1, 0, 2>} : (tensor<2x3x4xf32>) -> tensor<3x2x4xf32>
  %1 = mine.mirror %0 : tensor<3x2x4xf32>
  %2 = tosa.transpose %1 {perms = array<i32: 1, 0, 2>} : (tensor<3x2x4xf32>) -> tensor<2x3x4xf32>
  return %2 : tensor<2x3x4xf32>
}
