// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-move-transposes))" | FileCheck %s

// Blocks of a constant follow its dimensions.
!w = !quant.uniform<i4:f32:{0:8, 1:1}, {{0.5:1, 2.0:2}, {0.25:-1, 1.0:3}}>
// CHECK-LABEL: func.func @transposed
func.func @transposed(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
  // CHECK: quant.scast {{.*}} : tensor<2x16xi4> to tensor<2x16x!quant.uniform<i4:f32:{0:1, 1:8}, {{[{][{]}}5.000000e-01:1, 2.500000e-01:-1}, {2.000000e+00:2, 1.000000e+00:3}}>>
  // CHECK-NOT: tosa.transpose
  %c = "tosa.const"() <{values = dense<3> : tensor<16x2xi4>}> : () -> tensor<16x2xi4>
  %0 = quant.scast %c : tensor<16x2xi4> to tensor<16x2x!w>
  %1 = quant.dcast %0 : tensor<16x2x!w> to tensor<16x2xf32>
  %2 = tosa.transpose %1 {perms = array<i32: 1, 0>} : (tensor<16x2xf32>) -> tensor<2x16xf32>
  %3 = tosa.add %x, %2 : (tensor<2x16xf32>, tensor<2x16xf32>) -> tensor<2x16xf32>
  return %3 : tensor<2x16xf32>
}
