// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc
// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc --contract=tflm

// Accumulators: with a scale per channel, one of them nearly dead; of a product; coarse ones.
!p = !quant.uniform<i8:f32, 0.00390625:-128>
!x = !quant.uniform<i8:f32, 0.047:-11>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.004000000189989805, 0.006000000052154064, 2.000000026702864e-10, 0.003000000026077032, 0.004999999888241291, 0.0044999998062849045}>
!s = !quant.uniform<i32:f32:0, {0.00018800000892952085, 0.000282000002451241, 9.400000125503461e-12, 0.0001410000012256205, 0.00023499999474734068, 0.0002114999908953905}>
!c = !quant.uniform<i8:f32, 2.0:0>
func.func @net(%q0: tensor<5x1x1x8x!x>, %q1: tensor<2x3x4x!x>, %q2: tensor<2x4x5x!x>, %q3: tensor<1x3x2x!c>, %q4: tensor<1x2x4x!c>)
    -> (tensor<5x1x1x6x!p>, tensor<2x3x5x!p>, tensor<1x3x4x!p>) {
  %zero = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %v1 = quant.dcast %q0 : tensor<5x1x1x8x!x> to tensor<5x1x1x8xf32>
  %v2 = "tosa.const"() {values = dense<[[[[44, 78, -122, 79, -8, 4, 33, -55]]], [[[122, -114, -57, -30, 18, -23, -94, -116]]], [[[-127, -115, -90, 127, -79, 39, 64, -68]]], [[[-56, -17, -60, 121, -82, 101, 76, 88]]], [[[-98, -27, 33, -2, 42, 45, 42, -112]]], [[[117, 14, 103, -58, -35, 97, -80, -111]]]]> : tensor<6x1x1x8xi8>} : () -> tensor<6x1x1x8xi8>
  %v3 = quant.scast %v2 : tensor<6x1x1x8xi8> to tensor<6x1x1x8x!w>
  %v4 = quant.dcast %v3 : tensor<6x1x1x8x!w> to tensor<6x1x1x8xf32>
  %v5 = "tosa.const"() {values = dense<[-505, 716, 268435456, 1480, -636, -1091]> : tensor<6xi32>} : () -> tensor<6xi32>
  %v6 = quant.scast %v5 : tensor<6xi32> to tensor<6x!s>
  %v7 = quant.dcast %v6 : tensor<6x!s> to tensor<6xf32>
  %v8 = tosa.conv2d %v1, %v4, %v7, %zero, %zero {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<5x1x1x8xf32>, tensor<6x1x1x8xf32>, tensor<6xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<5x1x1x6xf32>
  %v9 = ptq.softmax %v8 {axis = 3 : i32} : tensor<5x1x1x6xf32>
  %v10 = quant.qcast %v9 : tensor<5x1x1x6xf32> to tensor<5x1x1x6x!p>
  %v11 = quant.dcast %q1 : tensor<2x3x4x!x> to tensor<2x3x4xf32>
  %v12 = quant.dcast %q2 : tensor<2x4x5x!x> to tensor<2x4x5xf32>
  %v13 = tosa.matmul %v11, %v12, %zero, %zero : (tensor<2x3x4xf32>, tensor<2x4x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x3x5xf32>
  %v14 = ptq.softmax %v13 {axis = 1 : i32} : tensor<2x3x5xf32>
  %v15 = quant.qcast %v14 : tensor<2x3x5xf32> to tensor<2x3x5x!p>
  %v16 = quant.dcast %q3 : tensor<1x3x2x!c> to tensor<1x3x2xf32>
  %v17 = quant.dcast %q4 : tensor<1x2x4x!c> to tensor<1x2x4xf32>
  %v18 = tosa.matmul %v16, %v17, %zero, %zero : (tensor<1x3x2xf32>, tensor<1x2x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x4xf32>
  %v19 = ptq.softmax %v18 {axis = 2 : i32} : tensor<1x3x4xf32>
  %v20 = quant.qcast %v19 : tensor<1x3x4xf32> to tensor<1x3x4x!p>
  return %v10, %v15, %v20 : tensor<5x1x1x6x!p>, tensor<2x3x5x!p>, tensor<1x3x4x!p>
}
