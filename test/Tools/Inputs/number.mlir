// The sum of a row times a number.
func.func @main(%x: tensor<1x4xf32> {ptq.name = "x"}, %factor: tensor<f32> {ptq.name = "factor"}) -> tensor<f32> {
  %sum = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<1x4xf32>) -> tensor<1x1xf32>
  %shape = tosa.const_shape {values = dense<> : tensor<0xindex>} : () -> !tosa.shape<0>
  %number = tosa.reshape %sum, %shape : (tensor<1x1xf32>, !tosa.shape<0>) -> tensor<f32>
  %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %y = tosa.mul %number, %factor, %shift {ptq.name = "y"} : (tensor<f32>, tensor<f32>, tensor<1xi8>) -> tensor<f32>
  return %y : tensor<f32>
}
