// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc

// Constant right-hand side with a scale per column, two activations, a batch of weights.
!x = !quant.uniform<i8:f32, 0.04699999839067459:-11>
!z = !quant.uniform<i8:f32, 0.03:17>
!y = !quant.uniform<i8:f32, 0.12:4>
!a = !quant.uniform<i8:f32, 0.3:4>
!w = !quant.uniform<i8<-127:127>:f32:2, {0.008044298738241196,0.007977115921676159,0.00700005330145359,0.013072893023490906,0.004623773507773876}>
!u = !quant.uniform<i8<-127:127>:f32, 0.015>
func.func @net(%q0: tensor<1x3x9x!x>, %q1: tensor<2x4x6x!x>, %q2: tensor<2x6x3x!z>)
    -> (tensor<1x3x5x!y>, tensor<2x4x3x!a>, tensor<2x4x4x!y>) {
  %v1 = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %v2 = quant.dcast %q0 : tensor<1x3x9x!x> to tensor<1x3x9xf32>
  %v3 = "tosa.const"() {values = dense<[[[-50, 23, -100, -85, -98], [45, -105, -122, -11, -48], [18, 112, 91, 10, 36], [79, -16, 40, -72, 28], [-67, -79, 67, 19, -31], [-117, -67, 77, -8, 117], [102, 90, -123, -115, 20], [-41, 87, -46, -88, -99], [-51, 32, -95, 76, -50]]]> : tensor<1x9x5xi8>} : () -> tensor<1x9x5xi8>
  %v4 = quant.scast %v3 : tensor<1x9x5xi8> to tensor<1x9x5x!w>
  %v5 = quant.dcast %v4 : tensor<1x9x5x!w> to tensor<1x9x5xf32>
  %v6 = tosa.matmul %v2, %v5, %v1, %v1 : (tensor<1x3x9xf32>, tensor<1x9x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x5xf32>
  %v7 = quant.qcast %v6 : tensor<1x3x5xf32> to tensor<1x3x5x!y>
  %v8 = quant.dcast %q1 : tensor<2x4x6x!x> to tensor<2x4x6xf32>
  %v9 = quant.dcast %q2 : tensor<2x6x3x!z> to tensor<2x6x3xf32>
  %v10 = tosa.matmul %v8, %v9, %v1, %v1 : (tensor<2x4x6xf32>, tensor<2x6x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x4x3xf32>
  %v11 = quant.qcast %v10 : tensor<2x4x3xf32> to tensor<2x4x3x!a>
  %v12 = "tosa.const"() {values = dense<[[[-48, 42, 93, -16], [76, -50, -95, 84], [68, 64, 98, 0], [-77, 22, 19, -29], [35, -60, 28, 75], [-103, -12, 41, -114]], [[34, 105, 83, 47], [77, -35, -44, -106], [57, -47, 94, -9], [100, -92, -86, -39], [-121, -2, 38, 41], [-73, -86, 16, 34]]]> : tensor<2x6x4xi8>} : () -> tensor<2x6x4xi8>
  %v13 = quant.scast %v12 : tensor<2x6x4xi8> to tensor<2x6x4x!u>
  %v14 = quant.dcast %v13 : tensor<2x6x4x!u> to tensor<2x6x4xf32>
  %v15 = tosa.matmul %v8, %v14, %v1, %v1 : (tensor<2x4x6xf32>, tensor<2x6x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x4x4xf32>
  %v16 = quant.qcast %v15 : tensor<2x4x4xf32> to tensor<2x4x4x!y>
  return %v7, %v11, %v16
    : tensor<1x3x5x!y>, tensor<2x4x3x!a>, tensor<2x4x4x!y>
}
