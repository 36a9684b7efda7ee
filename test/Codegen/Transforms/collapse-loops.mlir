// RUN: quant-opt %s --split-input-file --quantc-collapse-loops | FileCheck %s

// A whole buffer is one loop.
// CHECK-LABEL: @whole
func.func @whole(%x: memref<2x3x4xi8>, %y: memref<2x3x4xi8>) {
  // CHECK: memref.collapse_shape %{{.*}} {{\[}}[0, 1, 2]] : memref<2x3x4xi8> into memref<24xi8>
  // CHECK: linalg.generic {{.*}}iterator_types = ["parallel"]
  linalg.copy ins(%x : memref<2x3x4xi8>) outs(%y : memref<2x3x4xi8>)
  return
}

// -----

// One value for each channel: the channels stay a loop of their own.
// CHECK-LABEL: @per_channel
func.func @per_channel(%x: memref<2x3x4xi8>, %c: memref<4xi8>, %y: memref<2x3x4xi8>) {
  // CHECK: into memref<6x4xi8>
  // CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
  linalg.generic {
    indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>, affine_map<(a, b, c) -> (c)>, affine_map<(a, b, c) -> (a, b, c)>],
    iterator_types = ["parallel", "parallel", "parallel"]
  } ins(%x, %c : memref<2x3x4xi8>, memref<4xi8>) outs(%y : memref<2x3x4xi8>) {
  ^bb0(%in: i8, %channel: i8, %out: i8):
    %0 = arith.addi %in, %channel : i8
    linalg.yield %0 : i8
  }
  return
}

// -----

// Rows of a larger buffer are not contiguous: only what is in one row merges.
// CHECK-LABEL: @rows
func.func @rows(%x: memref<2x3x4xi8>, %y: memref<2x8x4xi8>) {
  %rows = memref.subview %y[0, 1, 0] [2, 3, 4] [1, 1, 1]
    : memref<2x8x4xi8> to memref<2x3x4xi8, strided<[32, 4, 1], offset: 4>>
  // CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
  linalg.copy ins(%x : memref<2x3x4xi8>) outs(%rows : memref<2x3x4xi8, strided<[32, 4, 1], offset: 4>>)
  return
}

// -----

// An index is of the loop that it names.
// CHECK-LABEL: @index
func.func @index(%y: memref<2x3xindex>) {
  // CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
  linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]}
    outs(%y : memref<2x3xindex>) {
  ^bb0(%out: index):
    %0 = linalg.index 1 : index
    linalg.yield %0 : index
  }
  return
}
