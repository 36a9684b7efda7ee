// RUN: quant-opt %s --quantc-copy-loop-values | FileCheck %s

// The two tensors swap places: both are saved before either is overwritten.
// CHECK-LABEL: @swap
func.func @swap(%x: tensor<4xi32>, %y: tensor<4xi32>, %c: i1) -> (tensor<4xi32>, tensor<4xi32>) {
  %0:2 = scf.while (%a = %x, %b = %y) : (tensor<4xi32>, tensor<4xi32>) -> (tensor<4xi32>, tensor<4xi32>) {
    // CHECK: scf.condition(%{{.*}}) %{{.*}}, %{{.*}}
    scf.condition(%c) %a, %b : tensor<4xi32>, tensor<4xi32>
  } do {
  // CHECK: ^bb0(%[[A:.*]]: tensor<4xi32>, %[[B:.*]]: tensor<4xi32>)
  ^bb0(%a: tensor<4xi32>, %b: tensor<4xi32>):
    // CHECK: %[[SAVED_B:.*]] = linalg.copy ins(%[[B]]
    // CHECK: %[[SAVED_A:.*]] = linalg.copy ins(%[[A]]
    // CHECK: %[[NEW_A:.*]] = linalg.copy ins(%[[SAVED_B]] : tensor<4xi32>) outs(%[[A]]
    // CHECK: %[[NEW_B:.*]] = linalg.copy ins(%[[SAVED_A]] : tensor<4xi32>) outs(%[[B]]
    // CHECK: scf.yield %[[NEW_A]], %[[NEW_B]]
    scf.yield %b, %a : tensor<4xi32>, tensor<4xi32>
  }
  return %0#0, %0#1 : tensor<4xi32>, tensor<4xi32>
}

// A value that is handed on where it came from needs no copy.
// CHECK-LABEL: @unchanged
func.func @unchanged(%x: tensor<4xi32>, %c: i1) -> tensor<4xi32> {
  // CHECK-NOT: linalg.copy
  %0 = scf.while (%a = %x) : (tensor<4xi32>) -> tensor<4xi32> {
    scf.condition(%c) %a : tensor<4xi32>
  } do {
  ^bb0(%a: tensor<4xi32>):
    scf.yield %a : tensor<4xi32>
  }
  return %0 : tensor<4xi32>
}
