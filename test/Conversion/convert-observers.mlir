// RUN: quant-opt %s --convert-observers | FileCheck %s

// CHECK: func.func private @quantc_observe(i64, i64, i64)
// CHECK-LABEL: func.func @net
// CHECK-SAME: (%[[X:.+]]: tensor<2x3xf32>)
// CHECK-DAG: %[[B:.+]] = bufferization.to_buffer %[[X]] read_only : tensor<2x3xf32> to memref<2x3xf32>
// CHECK-DAG: %[[P:.+]] = memref.extract_aligned_pointer_as_index %[[B]]
// CHECK-DAG: %[[A:.+]] = arith.index_cast %[[P]] : index to i64
// CHECK-DAG: %[[I0:.+]] = arith.constant 0 : i64
// CHECK-DAG: %[[N:.+]] = arith.constant 6 : i64
// CHECK: call @quantc_observe(%[[I0]], %[[A]], %[[N]])
// CHECK: %[[Y:.+]] = tosa.tanh %[[X]]
// CHECK: %[[I1:.+]] = arith.constant 1 : i64
// CHECK: call @quantc_observe(%[[I1]],
// CHECK: return %[[Y]]
func.func @net(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = ptq.observe %x {name = "x"} : tensor<2x3xf32>
  %1 = tosa.tanh %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = ptq.observe %1 {name = "y"} : tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}
