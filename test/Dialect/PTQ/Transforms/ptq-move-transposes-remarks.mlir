// RUN: quant-opt %s --ptq-move-transposes --remarks-filter=ptq-move-transposes -o /dev/null 2>&1 | FileCheck %s

// The reshapes hold the last two.
// CHECK: [Missed] transpose | {{.*}}Of=pooled, Place=output, Tensor=y
// CHECK: [Missed] transpose | {{.*}}Of=x, Place=input, Tensor=x/transpose
// CHECK: [Missed] transpose | {{.*}}Of=merged, Place=inside, Tensor=turned
// CHECK: [Analysis] remaining-transposes | {{.*}}Inputs=1, Inside=1, Outputs=1
func.func @network(%x: tensor<1x4x4x2xf32> {ptq.name = "x"}) -> (tensor<1x2x4x4xf32>, tensor<1x4x8xf32>) {
  %0 = tosa.max_pool2d %x {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, ptq.name = "pooled", stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %1 = tosa.transpose %0 {perms = array<i32: 0, 3, 1, 2>, ptq.name = "y"} : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %s = tosa.const_shape {values = dense<[1, 4, 8]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %2 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %3 = tosa.reshape %2, %s {ptq.name = "merged"} : (tensor<1x2x4x4xf32>, !tosa.shape<3>) -> tensor<1x4x8xf32>
  %4 = tosa.transpose %3 {perms = array<i32: 0, 2, 1>, ptq.name = "turned"} : (tensor<1x4x8xf32>) -> tensor<1x8x4xf32>
  %5 = tosa.reshape %4, %s : (tensor<1x8x4xf32>, !tosa.shape<3>) -> tensor<1x4x8xf32>
  return %1, %5 : tensor<1x2x4x4xf32>, tensor<1x4x8xf32>
}
