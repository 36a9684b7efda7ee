// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc

// Averages at the border count only what is inside; the average over the whole image and the mean
// requantize a sum.
!x = !quant.uniform<i8:f32, 0.04699999839067459:-11>
!y = !quant.uniform<i8:f32, 0.02:-30>
!s = !quant.uniform<i8:f32, 0.4:-3>
func.func @net(%q0: tensor<1x7x6x5x!x>)
    -> (tensor<1x4x3x5x!x>, tensor<1x1x1x5x!y>, tensor<1x4x3x5x!x>, tensor<1x1x1x5x!y>, tensor<1x7x1x5x!s>, tensor<1x7x6x1x!x>, tensor<1x1x6x5x!x>, tensor<1x7x6xi32>) {
  %v1 = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %v2 = quant.dcast %q0 : tensor<1x7x6x5x!x> to tensor<1x7x6x5xf32>
  %v3 = tosa.avg_pool2d %v2, %v1, %v1 {acc_type = f32, kernel = array<i64: 3, 2>, stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 0, 0>} : (tensor<1x7x6x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x3x5xf32>
  %v4 = quant.qcast %v3 : tensor<1x4x3x5xf32> to tensor<1x4x3x5x!x>
  %v5 = tosa.avg_pool2d %v2, %v1, %v1 {acc_type = f32, kernel = array<i64: 7, 6>, stride = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>} : (tensor<1x7x6x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x5xf32>
  %v6 = quant.qcast %v5 : tensor<1x1x1x5xf32> to tensor<1x1x1x5x!y>
  %v7 = tosa.max_pool2d %v2 {kernel = array<i64: 3, 2>, stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 0, 0>} : (tensor<1x7x6x5xf32>) -> tensor<1x4x3x5xf32>
  %v8 = quant.qcast %v7 : tensor<1x4x3x5xf32> to tensor<1x4x3x5x!x>
  %v9 = ptq.mean %v2 {axes = array<i32: 1, 2>} : tensor<1x7x6x5xf32> -> tensor<1x1x1x5xf32>
  %v10 = quant.qcast %v9 : tensor<1x1x1x5xf32> to tensor<1x1x1x5x!y>
  %v11 = tosa.reduce_sum %v2 {axis = 2 : i32} : (tensor<1x7x6x5xf32>) -> tensor<1x7x1x5xf32>
  %v12 = quant.qcast %v11 : tensor<1x7x1x5xf32> to tensor<1x7x1x5x!s>
  %v13 = tosa.reduce_max %v2 {axis = 3 : i32} : (tensor<1x7x6x5xf32>) -> tensor<1x7x6x1xf32>
  %v14 = quant.qcast %v13 : tensor<1x7x6x1xf32> to tensor<1x7x6x1x!x>
  %v15 = tosa.reduce_min %v2 {axis = 1 : i32} : (tensor<1x7x6x5xf32>) -> tensor<1x1x6x5xf32>
  %v16 = quant.qcast %v15 : tensor<1x1x6x5xf32> to tensor<1x1x6x5x!x>
  %v17 = tosa.argmax %v2 {axis = 3 : i32} : (tensor<1x7x6x5xf32>) -> tensor<1x7x6xi32>
  return %v4, %v6, %v8, %v10, %v12, %v14, %v16, %v17
    : tensor<1x4x3x5x!x>, tensor<1x1x1x5x!y>, tensor<1x4x3x5x!x>, tensor<1x1x1x5x!y>, tensor<1x7x1x5x!s>, tensor<1x7x6x1x!x>, tensor<1x1x6x5x!x>, tensor<1x7x6xi32>
}
