// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc

// Only concat of different parameters and a result with others requantize.
!x = !quant.uniform<i8:f32, 0.04699999839067459:-11>
!z = !quant.uniform<i8:f32, 0.03:17>
!y = !quant.uniform<i8:f32, 0.06:-2>
func.func @net(%q0: tensor<2x3x4x!x>, %q1: tensor<2x3x4x!z>)
    -> (tensor<6x4x!x>, tensor<4x2x3x!x>, tensor<2x3x4x!x>, tensor<2x2x3x!x>, tensor<2x6x4x!x>, tensor<2x3x8x!y>, tensor<2x6x5x!x>, tensor<2x2x4x!x>, tensor<2x3x4x!y>) {
  %v1 = quant.dcast %q0 : tensor<2x3x4x!x> to tensor<2x3x4xf32>
  %v2 = quant.dcast %q1 : tensor<2x3x4x!z> to tensor<2x3x4xf32>
  %v3 = tosa.const_shape {values = dense<[6, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v4 = tosa.reshape %v1, %v3 : (tensor<2x3x4xf32>, !tosa.shape<2>) -> tensor<6x4xf32>
  %v5 = quant.qcast %v4 : tensor<6x4xf32> to tensor<6x4x!x>
  %v6 = tosa.transpose %v1 {perms = array<i32: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %v7 = quant.qcast %v6 : tensor<4x2x3xf32> to tensor<4x2x3x!x>
  %v8 = tosa.reverse %v1 {axis = 1 : i32} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %v9 = quant.qcast %v8 : tensor<2x3x4xf32> to tensor<2x3x4x!x>
  %v10 = tosa.const_shape {values = dense<[0, 1, 1]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %v11 = tosa.const_shape {values = dense<[2, 2, 3]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %v12 = tosa.slice %v1, %v10, %v11 : (tensor<2x3x4xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<2x2x3xf32>
  %v13 = quant.qcast %v12 : tensor<2x2x3xf32> to tensor<2x2x3x!x>
  %v14 = tosa.const_shape {values = dense<[1, 2, 1]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %v15 = tosa.tile %v1, %v14 : (tensor<2x3x4xf32>, !tosa.shape<3>) -> tensor<2x6x4xf32>
  %v16 = quant.qcast %v15 : tensor<2x6x4xf32> to tensor<2x6x4x!x>
  %v17 = tosa.concat %v1, %v2 {axis = 2 : i32} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x8xf32>
  %v18 = quant.qcast %v17 : tensor<2x3x8xf32> to tensor<2x3x8x!y>
  %v19 = tosa.const_shape {values = dense<[0, 0, 1, 2, 0, 1]> : tensor<6xindex>} : () -> !tosa.shape<6>
  %v20 = "tosa.const"() {values = dense<0.5> : tensor<1xf32>} : () -> tensor<1xf32>
  %v21 = tosa.pad %v1, %v19, %v20 : (tensor<2x3x4xf32>, !tosa.shape<6>, tensor<1xf32>) -> tensor<2x6x5xf32>
  %v22 = quant.qcast %v21 : tensor<2x6x5xf32> to tensor<2x6x5x!x>
  %v23 = "tosa.const"() {values = dense<[[2, 0], [1, 1]]> : tensor<2x2xi32>} : () -> tensor<2x2xi32>
  %v24 = tosa.gather %v1, %v23 : (tensor<2x3x4xf32>, tensor<2x2xi32>) -> tensor<2x2x4xf32>
  %v25 = quant.qcast %v24 : tensor<2x2x4xf32> to tensor<2x2x4x!x>
  %v26 = tosa.identity %v1 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %v27 = quant.qcast %v26 : tensor<2x3x4xf32> to tensor<2x3x4x!y>
  return %v5, %v7, %v9, %v13, %v16, %v18, %v22, %v25, %v27
    : tensor<6x4x!x>, tensor<4x2x3x!x>, tensor<2x3x4x!x>, tensor<2x2x3x!x>, tensor<2x6x4x!x>, tensor<2x3x8x!y>, tensor<2x6x5x!x>, tensor<2x2x4x!x>, tensor<2x3x4x!y>
}
