// One score: the mean of all values.
func.func @scores(%x: tensor<1x8x8x2xf32>) -> tensor<1x1xf32> {
  %shape = tosa.const_shape {values = dense<[1, 128]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %flat = tosa.reshape %x, %shape : (tensor<1x8x8x2xf32>, !tosa.shape<2>) -> tensor<1x128xf32>
  %sum = tosa.reduce_sum %flat {axis = 1 : i32} : (tensor<1x128xf32>) -> tensor<1x1xf32>
  %weight = "tosa.const"() {values = dense<0.0078125> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %score = tosa.mul %sum, %weight, %shift {ptq.name = "score"} : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
  return %score : tensor<1x1xf32>
}
