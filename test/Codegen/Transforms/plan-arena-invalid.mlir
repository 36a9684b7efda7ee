// RUN: quant-opt %s --split-input-file --quantc-plan-arena --verify-diagnostics

func.func @dynamic(%n: index, %y: memref<4xi8>) {
  // expected-error @below {{buffer of type 'memref<?xi8>' has no static size}}
  %a = memref.alloc(%n) : memref<?xi8>
  %s = memref.subview %a[0] [4] [1] : memref<?xi8> to memref<4xi8>
  linalg.copy ins(%s : memref<4xi8>) outs(%y : memref<4xi8>)
  return
}

// -----

func.func @carried(%x: memref<4xi8>, %y: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %0 = scf.for %i = %c0 to %c8 step %c1 iter_args(%a = %x) -> (memref<4xi8>) {
    // expected-error @below {{buffer is carried from one iteration of a loop to another}}
    %b = memref.alloc() : memref<4xi8>
    linalg.copy ins(%a : memref<4xi8>) outs(%b : memref<4xi8>)
    scf.yield %b : memref<4xi8>
  }
  linalg.copy ins(%0 : memref<4xi8>) outs(%y : memref<4xi8>)
  return
}
