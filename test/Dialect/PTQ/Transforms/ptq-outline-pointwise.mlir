// RUN: quant-opt %s --ptq-outline-pointwise | FileCheck %s

// x * sigmoid(x), then a product with a constant: one function of x.
// CHECK-LABEL: func.func @silu
func.func @silu(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = ptq.pointwise %arg0 {ptq.name = "out"}
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<2x4xf32>)
  // CHECK-NEXT: %[[S:.*]] = tosa.sigmoid %[[A]] : (
  // CHECK: %[[M:.*]] = tosa.mul %[[A]], %[[S]]
  // CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<3.0
  // CHECK: %[[Y:.*]] = tosa.mul %[[M]], %[[C]]
  // CHECK: ptq.yield %[[Y]]
  // CHECK: return %[[R]]
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %c = "tosa.const"() <{values = dense<3.0> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.sigmoid %x {ptq.name = "s"} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = tosa.mul %x, %0, %shift {ptq.name = "m"} : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<1xi8>) -> tensor<2x4xf32>
  %2 = tosa.mul %1, %c, %shift {ptq.name = "out"} : (tensor<2x4xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// Comparisons belong to the function, and so does a clamp within it.
// CHECK-LABEL: func.func @elu
func.func @elu(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: ptq.pointwise %arg0
  // CHECK: tosa.clamp
  // CHECK: tosa.exp
  // CHECK: tosa.greater
  // CHECK: tosa.select
  // CHECK: ptq.yield
  // CHECK-NOT: tosa
  // CHECK: return
  %one = "tosa.const"() <{values = dense<1.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.clamp %x {min_val = -10.0 : f32, max_val = 10.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = tosa.exp %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = tosa.sub %1, %one : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  %3 = tosa.greater %x, %zero : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xi1>
  %4 = tosa.select %3, %x, %2 : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// CHECK-LABEL: func.func @lone_clamp
func.func @lone_clamp(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NOT: ptq.pointwise
  %0 = tosa.clamp %x {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A sum of two tensors is not a function of one, a constant that is no splat
// makes a function per position, and a broadcast has more positions than its
// operand.
// CHECK-LABEL: func.func @not_pointwise
func.func @not_pointwise(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>, %z: tensor<1x1xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK-NOT: ptq.pointwise
  %c = "tosa.const"() <{values = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>}> : () -> tensor<1x4xf32>
  %s = "tosa.const"() <{values = dense<1.0> : tensor<2x4xf32>}> : () -> tensor<2x4xf32>
  %0 = tosa.add %x, %y : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = tosa.add %x, %c : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  %2 = tosa.add %z, %s : (tensor<1x1xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0, %1, %2 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// Two functions of one tensor each, joined by a sum: two subgraphs.
// CHECK-LABEL: func.func @two_sources
func.func @two_sources(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-DAG: %[[X:.*]] = ptq.pointwise %arg0
  // CHECK-DAG: %[[Y:.*]] = ptq.pointwise %arg1
  // CHECK: tosa.add %[[X]], %[[Y]]
  %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = tosa.exp %y : (tensor<4xf32>) -> tensor<4xf32>
  %2 = tosa.add %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// A value that somebody else uses is computed once: the subgraph starts there.
// CHECK-LABEL: func.func @shared_value
func.func @shared_value(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[T:.*]] = ptq.pointwise %arg0
  // CHECK: tosa.tanh
  // CHECK: ptq.pointwise %[[T]]
  // CHECK: tosa.exp
  // CHECK: tosa.add %[[T]], %arg1
  %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = tosa.exp %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = tosa.add %0, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %2 : tensor<4xf32>, tensor<4xf32>
}

// Not a function of real numbers: left alone.
// CHECK-LABEL: func.func @integers
func.func @integers(%x: tensor<4xi32>) -> tensor<4xi32> {
  // CHECK-NOT: ptq.pointwise
  %0 = tosa.abs %x : (tensor<4xi32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// A clamp behind a sum takes its accumulator; the function starts there. One
// behind a tensor that is rounded anyway belongs to the function.
// CHECK-LABEL: func.func @activation
func.func @activation(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[S:.*]] = tosa.add %arg0, %arg1
  // CHECK-NEXT: %[[C:.*]] = tosa.clamp %[[S]]
  // CHECK-NEXT: ptq.pointwise %[[C]]
  // CHECK: tosa.rsqrt
  // CHECK: ptq.pointwise %arg0
  // CHECK: tosa.clamp
  // CHECK-NEXT: tosa.rsqrt
  %0 = tosa.add %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = tosa.clamp %0 {min_val = 1.0 : f32, max_val = 6.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = tosa.rsqrt %1 : (tensor<4xf32>) -> tensor<4xf32>
  %3 = tosa.clamp %x {min_val = 1.0 : f32, max_val = 6.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %4 = tosa.rsqrt %3 : (tensor<4xf32>) -> tensor<4xf32>
  return %2, %4 : tensor<4xf32>, tensor<4xf32>
}
