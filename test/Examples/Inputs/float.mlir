func.func @network(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = tosa.reverse %x {axis = 1 : i32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = tosa.pow %x, %0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = tosa.add %1, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}
