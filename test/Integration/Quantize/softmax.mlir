// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc

// 10 classes; more than 256 elements, where exponentials are shifted; not the last axis.
!a = !quant.uniform<i8:f32, 0.1:3>
!b = !quant.uniform<i8:f32, 0.01:-128>
!p = !quant.uniform<i8:f32, 0.00390625:-128>
func.func @net(%q0: tensor<8x10x!a>, %q1: tensor<2x300x3x!a>, %q2: tensor<3x4x!b>)
    -> (tensor<8x10x!p>, tensor<2x300x3x!p>, tensor<3x4x!p>) {
  %v1 = quant.dcast %q0 : tensor<8x10x!a> to tensor<8x10xf32>
  %v2 = ptq.softmax %v1 {axis = 1 : i32} : tensor<8x10xf32>
  %v3 = quant.qcast %v2 : tensor<8x10xf32> to tensor<8x10x!p>
  %v4 = quant.dcast %q1 : tensor<2x300x3x!a> to tensor<2x300x3xf32>
  %v5 = ptq.softmax %v4 {axis = 1 : i32} : tensor<2x300x3xf32>
  %v6 = quant.qcast %v5 : tensor<2x300x3xf32> to tensor<2x300x3x!p>
  %v7 = quant.dcast %q2 : tensor<3x4x!b> to tensor<3x4xf32>
  %v8 = ptq.softmax %v7 {axis = 0 : i32} : tensor<3x4xf32>
  %v9 = quant.qcast %v8 : tensor<3x4xf32> to tensor<3x4x!p>
  return %v3, %v6, %v9
    : tensor<8x10x!p>, tensor<2x300x3x!p>, tensor<3x4x!p>
}
