// RUN: quant-opt %s --convert-observe-to-call | FileCheck %s

// CHECK: func.func private @quantc_observe(i64, i64, i64)
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<1x4xf32>)
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: %[[BUFFER:.*]] = bufferization.to_buffer %[[X]] read_only
  // CHECK: %[[POINTER:.*]] = memref.extract_aligned_pointer_as_index %[[BUFFER]]
  // CHECK-DAG: %[[INDEX:.*]] = arith.constant 0 : i64
  // CHECK-DAG: %[[ADDRESS:.*]] = arith.index_cast %[[POINTER]]
  // CHECK-DAG: %[[COUNT:.*]] = arith.constant 4 : i64
  // CHECK: call @quantc_observe(%[[INDEX]], %[[ADDRESS]], %[[COUNT]])
  %0 = ptq.observe %x {name = "x"} : tensor<1x4xf32>
  // CHECK: %[[ABS:.*]] = tosa.abs %[[X]]
  %1 = tosa.abs %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: bufferization.to_buffer %[[ABS]]
  // CHECK: arith.constant 1 : i64
  // CHECK: call @quantc_observe
  %2 = ptq.observe %1 {name = "abs"} : tensor<1x4xf32>
  // CHECK: return %[[ABS]]
  return %2 : tensor<1x4xf32>
}
