// What is not zero is true; true is one.
func.func @main(%a: tensor<4xi32> {ptq.name = "a"}, %b: tensor<4xi8> {ptq.name = "b"}, %c: tensor<4xi16> {ptq.name = "c"},
                %d: tensor<4xf32> {ptq.name = "d"})
    -> (tensor<4xi1> {ptq.name = "a1"}, tensor<4xi1> {ptq.name = "b1"}, tensor<4xi1> {ptq.name = "c1"}, tensor<4xi1> {ptq.name = "d1"},
        tensor<4xi32> {ptq.name = "a2"}, tensor<4xi8> {ptq.name = "b2"}, tensor<4xi16> {ptq.name = "c2"}, tensor<4xf32> {ptq.name = "d2"},
        tensor<i32> {ptq.name = "first"}) {
  %a1 = tosa.cast %a : (tensor<4xi32>) -> tensor<4xi1>
  %b1 = tosa.cast %b : (tensor<4xi8>) -> tensor<4xi1>
  %c1 = tosa.cast %c : (tensor<4xi16>) -> tensor<4xi1>
  %d1 = tosa.cast %d : (tensor<4xf32>) -> tensor<4xi1>
  %a2 = tosa.cast %a1 : (tensor<4xi1>) -> tensor<4xi32>
  %b2 = tosa.cast %b1 : (tensor<4xi1>) -> tensor<4xi8>
  %c2 = tosa.cast %c1 : (tensor<4xi1>) -> tensor<4xi16>
  %d2 = tosa.cast %d1 : (tensor<4xi1>) -> tensor<4xf32>
  %first = tosa.argmax %a {axis = 0 : i32} : (tensor<4xi32>) -> tensor<i32>
  return %a1, %b1, %c1, %d1, %a2, %b2, %c2, %d2, %first
      : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi32>, tensor<4xi8>, tensor<4xi16>, tensor<4xf32>, tensor<i32>
}
