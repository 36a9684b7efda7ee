// RUN: quant-opt %s --split-input-file --quantc-order-loops | FileCheck %s

// A large window: channels innermost.
// CHECK: #[[INPUT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 + d3, d2 + d4, d5)>
// CHECK-LABEL: @large
func.func @large(%x: memref<1x8x8x64xi32>, %window: memref<8x8xi32>, %y: memref<1x1x1x64xi32>) {
  // CHECK: linalg.generic {indexing_maps = [#[[INPUT]]
  // CHECK-SAME: iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "parallel"]
  linalg.pooling_nhwc_sum ins(%x, %window : memref<1x8x8x64xi32>, memref<8x8xi32>) outs(%y : memref<1x1x1x64xi32>)
  return
}

// -----

// A small window stays: LLVM unrolls it.
// CHECK-LABEL: @small
func.func @small(%x: memref<1x3x3x64xi32>, %window: memref<3x3xi32>, %y: memref<1x1x1x64xi32>) {
  // CHECK: linalg.pooling_nhwc_sum
  linalg.pooling_nhwc_sum ins(%x, %window : memref<1x3x3x64xi32>, memref<3x3xi32>) outs(%y : memref<1x1x1x64xi32>)
  return
}

// -----

// Along the last dimension of the input, the reduction is the contiguous loop.
// CHECK-LABEL: @rows
func.func @rows(%x: memref<64x64xi32>, %y: memref<64xi32>) {
  // CHECK: iterator_types = ["parallel", "reduction"]
  linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>], iterator_types = ["parallel", "reduction"]}
    ins(%x : memref<64x64xi32>) outs(%y : memref<64xi32>) {
  ^bb0(%in: i32, %out: i32):
    %0 = arith.addi %in, %out : i32
    linalg.yield %0 : i32
  }
  return
}
