// RUN: quant-opt %s --split-input-file --quantc-results-to-outputs | FileCheck %s

// An allocated result is computed in the caller's buffer, also through a reshape.
// CHECK-LABEL: func.func @reshaped
// CHECK-SAME: (%[[X:.*]]: memref<4xi8>, %[[Y:.*]]: memref<2x2xi8>) {
func.func @reshaped(%x: memref<4xi8>) -> memref<2x2xi8> {
  // CHECK: %[[FLAT:.*]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [4], strides: [1] : memref<2x2xi8> to memref<4xi8>
  // CHECK: linalg.copy ins(%[[X]] : memref<4xi8>) outs(%[[FLAT]] : memref<4xi8>)
  // CHECK-NOT: memref.copy
  %0 = memref.alloc() : memref<4xi8>
  linalg.copy ins(%x : memref<4xi8>) outs(%0 : memref<4xi8>)
  %1 = memref.expand_shape %0 [[0, 1]] output_shape [2, 2] : memref<4xi8> into memref<2x2xi8>
  return %1 : memref<2x2xi8>
}

// -----

// Returned twice: the second result is copied from the first. Arguments are copied.
// CHECK-LABEL: func.func @copied
// CHECK-SAME: (%[[X:.*]]: memref<4xi8>, %[[A:.*]]: memref<4xi8>, %[[B:.*]]: memref<4xi8>, %[[C:.*]]: memref<4xi8>) {
func.func @copied(%x: memref<4xi8> {ptq.name = "x"}) -> (memref<4xi8>, memref<4xi8>, memref<4xi8>) {
  // CHECK: linalg.copy ins(%[[X]] : memref<4xi8>) outs(%[[A]] : memref<4xi8>)
  // CHECK: memref.copy %[[A]], %[[B]]
  // CHECK: memref.copy %[[X]], %[[C]]
  %0 = memref.alloc() : memref<4xi8>
  linalg.copy ins(%x : memref<4xi8>) outs(%0 : memref<4xi8>)
  return %0, %0, %x : memref<4xi8>, memref<4xi8>, memref<4xi8>
}
