// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc

// Bilinear interpolation is an accumulator, also where the scale stays.
!x = !quant.uniform<i8:f32, 0.04699999839067459:-11>
!y = !quant.uniform<i8:f32, 0.05:-2>
func.func @net(%q0: tensor<1x4x5x2x!x>)
    -> (tensor<1x8x10x2x!x>, tensor<1x8x10x2x!x>, tensor<1x8x10x2x!y>, tensor<1x9x10x2x!y>) {
  %v1 = quant.dcast %q0 : tensor<1x4x5x2x!x> to tensor<1x4x5x2xf32>
  %v2 = tosa.const_shape {values = dense<[4, 2, 4, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %v3 = tosa.const_shape {values = dense<[-1, -1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v4 = tosa.const_shape {values = dense<[1, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v5 = tosa.resize %v1, %v2, %v3, %v4 {mode = NEAREST_NEIGHBOR} : (tensor<1x4x5x2xf32>, !tosa.shape<4>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x8x10x2xf32>
  %v6 = quant.qcast %v5 : tensor<1x8x10x2xf32> to tensor<1x8x10x2x!x>
  %v7 = tosa.const_shape {values = dense<[4, 2, 4, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %v8 = tosa.const_shape {values = dense<[-1, -1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v9 = tosa.const_shape {values = dense<[1, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v10 = tosa.resize %v1, %v7, %v8, %v9 {mode = BILINEAR} : (tensor<1x4x5x2xf32>, !tosa.shape<4>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x8x10x2xf32>
  %v11 = quant.qcast %v10 : tensor<1x8x10x2xf32> to tensor<1x8x10x2x!x>
  %v12 = tosa.const_shape {values = dense<[4, 2, 4, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %v13 = tosa.const_shape {values = dense<[-1, -1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v14 = tosa.const_shape {values = dense<[1, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v15 = tosa.resize %v1, %v12, %v13, %v14 {mode = BILINEAR} : (tensor<1x4x5x2xf32>, !tosa.shape<4>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x8x10x2xf32>
  %v16 = quant.qcast %v15 : tensor<1x8x10x2xf32> to tensor<1x8x10x2x!y>
  %v17 = tosa.const_shape {values = dense<[7, 3, 2, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %v18 = tosa.const_shape {values = dense<[0, 0]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v19 = tosa.const_shape {values = dense<[3, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %v20 = tosa.resize %v1, %v17, %v18, %v19 {mode = BILINEAR} : (tensor<1x4x5x2xf32>, !tosa.shape<4>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x9x10x2xf32>
  %v21 = quant.qcast %v20 : tensor<1x9x10x2xf32> to tensor<1x9x10x2x!y>
  return %v6, %v11, %v16, %v21
    : tensor<1x8x10x2x!x>, tensor<1x8x10x2x!x>, tensor<1x8x10x2x!y>, tensor<1x9x10x2x!y>
}
