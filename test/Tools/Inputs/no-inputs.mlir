// What needs no input.
func.func @main() -> tensor<2xf32> {
  %y = "tosa.const"() {values = dense<[5.0, 7.0]> : tensor<2xf32>, ptq.name = "y"} : () -> tensor<2xf32>
  return %y : tensor<2xf32>
}
