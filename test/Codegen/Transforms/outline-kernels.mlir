// RUN: quant-opt %s --split-input-file --quantc-outline-kernels | FileCheck %s

// Two equal operations share a function; the third works in place, which is one argument.
// CHECK-LABEL: func.func @equal(
// CHECK-SAME: %[[X:.*]]: memref<4xf32>, %[[Y:.*]]: memref<4xf32>, %[[ARENA:.*]]: memref<128xi8>)
// CHECK: %[[A:.*]] = memref.view %[[ARENA]]
// CHECK: %[[B:.*]] = memref.view %[[ARENA]]
// CHECK-NOT: linalg
// CHECK: call @[[FIRST:kernel.*]](%[[X]], %[[A]])
// CHECK: call @[[SECOND:kernel.*]](%[[A]], %[[B]])
// CHECK: call @[[SECOND]](%[[B]], %[[A]])
// CHECK: call @[[INPLACE:kernel.*]](%[[A]])
// CHECK: return
// CHECK: func.func private @[[FIRST]](%{{.*}}: memref<4xf32> {llvm.noalias}, %{{.*}}: memref<4xf32> {llvm.align = 64 : i64, llvm.noalias})
// CHECK: func.func private @[[SECOND]](%[[IN:.*]]: memref<4xf32> {llvm.align = 64 : i64, llvm.noalias}, %[[OUT:.*]]: memref<4xf32> {llvm.align = 64 : i64, llvm.noalias})
// CHECK-NEXT: linalg.exp ins(%[[IN]] : memref<4xf32>) outs(%[[OUT]] : memref<4xf32>)
// CHECK-NEXT: return
// CHECK: func.func private @[[INPLACE]](%[[ONE:.*]]: memref<4xf32> {llvm.align = 64 : i64, llvm.noalias})
// CHECK-NEXT: linalg.exp ins(%[[ONE]] : memref<4xf32>) outs(%[[ONE]] : memref<4xf32>)
// CHECK-NOT: func.func
module attributes {quantc.arena = {alignment = 64 : i64, bytes = 128 : i64, lower_bound = 128 : i64}} {
  func.func @equal(%x: memref<4xf32>, %y: memref<4xf32>, %arena: memref<128xi8>) {
    %c0 = arith.constant 0 : index
    %c64 = arith.constant 64 : index
    %a = memref.view %arena[%c0][] : memref<128xi8> to memref<4xf32>
    %b = memref.view %arena[%c64][] : memref<128xi8> to memref<4xf32>
    linalg.exp ins(%x : memref<4xf32>) outs(%a : memref<4xf32>)
    linalg.exp ins(%a : memref<4xf32>) outs(%b : memref<4xf32>)
    linalg.exp ins(%b : memref<4xf32>) outs(%a : memref<4xf32>)
    linalg.exp ins(%a : memref<4xf32>) outs(%a : memref<4xf32>)
    return
  }
}

// -----

// Different constants are different functions; constants of the network are arguments.
// CHECK-LABEL: func.func @constants(
// CHECK: %[[W:.*]] = memref.get_global @w
// CHECK: call @[[ONE:kernel.*]](%{{.*}})
// CHECK: call @[[TWO:kernel.*]](%{{.*}})
// CHECK: call @[[COPY:kernel.*]](%[[W]], %{{.*}})
// CHECK: func.func private @[[ONE]](
// CHECK-NEXT: %[[C1:.*]] = arith.constant 1
// CHECK-NEXT: linalg.fill ins(%[[C1]]
// CHECK: func.func private @[[TWO]](
// CHECK-NEXT: %[[C2:.*]] = arith.constant 2
// CHECK-NEXT: linalg.fill ins(%[[C2]]
// CHECK: func.func private @[[COPY]](%{{.*}}: memref<4xf32> {llvm.align = 16 : i64, llvm.noalias}
memref.global "private" constant @w : memref<4xf32> = dense<1.0> {alignment = 16 : i64}
func.func @constants(%y: memref<4xf32>) {
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %w = memref.get_global @w : memref<4xf32>
  linalg.fill ins(%one : f32) outs(%y : memref<4xf32>)
  linalg.fill ins(%two : f32) outs(%y : memref<4xf32>)
  linalg.copy ins(%w : memref<4xf32>) outs(%y : memref<4xf32>)
  return
}

// -----

// Slices of one buffer may overlap: the buffer is the argument, and the function computes them.
// CHECK-LABEL: func.func @slices(
// CHECK-SAME: %[[X:.*]]: memref<8xf32>)
// CHECK: call @[[KERNEL:kernel.*]](%[[X]]) : (memref<8xf32>) -> ()
// CHECK: func.func private @[[KERNEL]](%[[ARG:.*]]: memref<8xf32> {llvm.noalias})
// CHECK-DAG: memref.subview %[[ARG]][0]
// CHECK-DAG: memref.subview %[[ARG]][2]
// CHECK: linalg.copy
func.func @slices(%x: memref<8xf32>) {
  %0 = memref.subview %x[0] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1]>>
  %1 = memref.subview %x[2] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 2>>
  linalg.copy ins(%0 : memref<4xf32, strided<[1]>>) outs(%1 : memref<4xf32, strided<[1], offset: 2>>)
  return
}

// -----

// A scalar that the network computes ties the operation to its place; calls stay, too.
// CHECK-LABEL: func.func @scalar(
// CHECK: linalg.fill
// CHECK: call @observe
// CHECK-NOT: kernel
func.func private @observe(memref<4xf32>)
func.func @scalar(%x: memref<4xf32>, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %first = memref.load %x[%c0] : memref<4xf32>
  linalg.fill ins(%first : f32) outs(%y : memref<4xf32>)
  call @observe(%y) : (memref<4xf32>) -> ()
  return
}
