// RUN: quant-opt %s --pass-pipeline='builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg,quantc-start-extremes,tosa-to-tensor))' | FileCheck %s

// Of infinities alone the extreme is an infinity (N55).
// CHECK-LABEL: @maximum
// CHECK: %[[START:.*]] = arith.constant 0xFF800000 : f32
// CHECK: linalg.fill ins(%[[START]] : f32)
func.func @maximum(%x: tensor<4x8xf32>) -> tensor<4x1xf32> {
  %0 = tosa.reduce_max %x {axis = 1 : i32} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  return %0 : tensor<4x1xf32>
}

// CHECK-LABEL: @minimum
// CHECK: %[[START:.*]] = arith.constant 0x7F800000 : f32
// CHECK: linalg.fill ins(%[[START]] : f32)
func.func @minimum(%x: tensor<4x8xf32>) -> tensor<4x1xf32> {
  %0 = tosa.reduce_min %x {axis = 1 : i32, nan_mode = IGNORE} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  return %0 : tensor<4x1xf32>
}

// The padding of a pool as well, but not that of the network.
// CHECK-LABEL: @pool
// CHECK: %[[LOWEST:.*]] = {{.*}}dense<-3.40282347E+38>
// CHECK: %[[PADDED:.*]] = tensor.pad %arg0
// CHECK-NOT: 0xFF800000
// CHECK: tensor.pad %[[PADDED]]
// CHECK: %[[INFINITY:.*]] = arith.constant 0xFF800000 : f32
// CHECK: tensor.yield %[[INFINITY]] : f32
// CHECK: %[[START:.*]] = arith.constant 0xFF800000 : f32
// CHECK: linalg.fill ins(%[[START]] : f32)
// CHECK: linalg.pooling_nhwc_max
func.func @pool(%x: tensor<1x7x8x3xf32>) -> tensor<1x4x4x3xf32> {
  %amounts = tosa.const_shape {values = dense<[0, 0, 1, 0, 0, 0, 0, 0]> : tensor<8xindex>} : () -> !tosa.shape<8>
  %lowest = "tosa.const"() <{values = dense<-3.40282347E+38> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.pad %x, %amounts, %lowest : (tensor<1x7x8x3xf32>, !tosa.shape<8>, tensor<1xf32>) -> tensor<1x8x8x3xf32>
  %1 = tosa.max_pool2d %0 {kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, pad = array<i64: 0, 1, 0, 1>} : (tensor<1x8x8x3xf32>) -> tensor<1x4x4x3xf32>
  return %1 : tensor<1x4x4x3xf32>
}

// Integers have no infinities.
// CHECK-LABEL: @integers
// CHECK: arith.constant -128 : i8
func.func @integers(%x: tensor<4x8xi8>) -> tensor<4x1xi8> {
  %0 = tosa.reduce_max %x {axis = 1 : i32} : (tensor<4x8xi8>) -> tensor<4x1xi8>
  return %0 : tensor<4x1xi8>
}
