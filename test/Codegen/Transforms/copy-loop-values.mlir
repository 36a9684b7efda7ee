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

// An elementwise operation writes to the state that it reads, and a row of the
// sequence is inserted in place.
// CHECK-LABEL: @in_place
func.func @in_place(%x: tensor<4xf32>, %all: tensor<6x4xf32>) -> (tensor<4xf32>, tensor<6x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  // CHECK: scf.for %{{.*}} iter_args(%[[H:.*]] = %{{.*}}, %[[ALL:.*]] = %{{.*}})
  // CHECK-NOT: linalg.copy
  // CHECK: %[[NEXT:.*]] = linalg.generic {{.*}} ins(%[[H]] : tensor<4xf32>) outs(%[[H]] : tensor<4xf32>)
  // CHECK-NOT: linalg.copy
  // CHECK: scf.yield %[[NEXT]], %{{.*}}
  %0:2 = scf.for %t = %c0 to %c6 step %c1 iter_args(%h = %x, %a = %all) -> (tensor<4xf32>, tensor<6x4xf32>) {
    %empty = tensor.empty() : tensor<4xf32>
    %next = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
        ins(%h : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %twice = arith.addf %in, %in : f32
      linalg.yield %twice : f32
    } -> tensor<4xf32>
    %more = tensor.insert_slice %next into %a[%t, 0] [1, 4] [1, 1] : tensor<4xf32> into tensor<6x4xf32>
    scf.yield %next, %more : tensor<4xf32>, tensor<6x4xf32>
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<6x4xf32>
}

// The old state is read behind the new one: this is copied at the end.
// CHECK-LABEL: @still_read
func.func @still_read(%x: tensor<4xf32>, %all: tensor<6x4xf32>) -> (tensor<4xf32>, tensor<6x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  // CHECK: scf.for %{{.*}} iter_args(%[[H:.*]] = %{{.*}}, %[[ALL:.*]] = %{{.*}})
  // CHECK: %[[EMPTY:.*]] = tensor.empty
  // CHECK: %[[NEXT:.*]] = linalg.generic {{.*}} outs(%[[EMPTY]] : tensor<4xf32>)
  // CHECK: tensor.insert_slice %[[H]]
  // CHECK: %[[COPY:.*]] = linalg.copy ins(%[[NEXT]] : tensor<4xf32>) outs(%[[H]] : tensor<4xf32>)
  // CHECK: scf.yield %[[COPY]], %{{.*}}
  %0:2 = scf.for %t = %c0 to %c6 step %c1 iter_args(%h = %x, %a = %all) -> (tensor<4xf32>, tensor<6x4xf32>) {
    %empty = tensor.empty() : tensor<4xf32>
    %next = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
        ins(%h : tensor<4xf32>) outs(%empty : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %twice = arith.addf %in, %in : f32
      linalg.yield %twice : f32
    } -> tensor<4xf32>
    %more = tensor.insert_slice %h into %a[%t, 0] [1, 4] [1, 1] : tensor<4xf32> into tensor<6x4xf32>
    scf.yield %next, %more : tensor<4xf32>, tensor<6x4xf32>
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<6x4xf32>
}
