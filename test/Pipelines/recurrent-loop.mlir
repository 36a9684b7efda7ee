// RUN: quant-opt %s --pass-pipeline='builtin.module(func.func(ptq-expand-recurrent),quantc-codegen-pipeline{target=x86_64 cpu=x86-64-v3})' \
// RUN:   --mlir-print-ir-after=quantc-plan-arena -o %t 2>&1 | FileCheck %s

// In the loop over time nothing is allocated, packed or copied but the row of the
// sequence: the product has packed constants, states are overwritten, and a row is
// copied into the caller's buffer.
// CHECK-LABEL: func.func @layer(
// CHECK-SAME: %{{[^:]*}}: memref<6x1x8xf32>, %[[SEQUENCE:[^:]*]]: memref<6x1x8xf32>
// CHECK: kernel.conv
// CHECK: scf.for %[[T:[a-z0-9_]+]] =
// CHECK-NOT: alloc
// CHECK-NOT: kernel.pack
// CHECK-NOT: linalg.copy
// CHECK: kernel.conv ins(%{{[^ ]+}}, %{{[^ ]+}}, %{{[^ ]+}} : memref<1x1x8xf32>, memref<1x256xf32>, memref<32xf32>)
// CHECK-NOT: linalg.copy
// CHECK: linalg.generic
// CHECK-NOT: linalg.copy
// CHECK: linalg.generic
// CHECK: %[[ROW:.*]] = memref.subview %[[SEQUENCE]][%[[T]], 0, 0]
// CHECK: linalg.copy ins(%{{.*}}) outs(%[[ROW]]
// CHECK-NEXT: }
// CHECK-NEXT: return
func.func @layer(%x: tensor<6x1x8xf32> {ptq.name = "x"}) -> (tensor<6x1x8xf32> {ptq.name = "y"}) {
  %w = "tosa.const"() {values = dense<[[0.5, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]]> : tensor<2x8xf32>} : () -> tensor<2x8xf32>
  %m = tosa.const_shape {values = dense<[16, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %weights = tosa.tile %w, %m : (tensor<2x8xf32>, !tosa.shape<2>) -> tensor<32x8xf32>
  %r = "tosa.const"() {values = dense<0.125> : tensor<32x8xf32>} : () -> tensor<32x8xf32>
  %0:3 = ptq.lstm %x weights(%weights, %r)
    : (tensor<6x1x8xf32>, tensor<32x8xf32>, tensor<32x8xf32>) -> (tensor<6x1x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>)
  return %0#0 : tensor<6x1x8xf32>
}
