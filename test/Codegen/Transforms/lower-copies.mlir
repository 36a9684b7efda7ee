// RUN: quant-opt %s --quantc-lower-copies | FileCheck %s

// CHECK-LABEL: @copies
// CHECK-SAME: (%[[X:.*]]: memref<4xi8>, %[[Y:.*]]: memref<4xi8>)
func.func @copies(%x: memref<4xi8>, %y: memref<4xi8>) {
  // CHECK-NEXT: linalg.copy ins(%[[X]] : memref<4xi8>) outs(%[[Y]] : memref<4xi8>)
  memref.copy %x, %y : memref<4xi8> to memref<4xi8>
  // CHECK-NEXT: return
  memref.copy %x, %x : memref<4xi8> to memref<4xi8>
  return
}
