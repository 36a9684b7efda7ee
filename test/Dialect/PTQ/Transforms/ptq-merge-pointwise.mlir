// RUN: quant-opt %s --ptq-merge-pointwise | FileCheck %s

// Both functions come in front of the reshape. Constants get the rank of the
// first one's tensors; the shift of a product and zero points have rank 1.
// CHECK-LABEL: func.func @reshaped
func.func @reshaped(%x: tensor<2x6xf32>) -> tensor<1x3x4xf32> {
  // CHECK: %[[F:.*]] = ptq.pointwise %arg0 : tensor<2x6xf32> -> tensor<2x6xf32>
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<2x6xf32>)
  // CHECK: %[[E:.*]] = tosa.exp %[[A]] : (tensor<2x6xf32>) -> tensor<2x6xf32>
  // CHECK: dense<3.000000e+00> : tensor<1x1xf32>
  // CHECK: tosa.mul %[[E]], %{{.*}}, %{{.*}} : (tensor<2x6xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<2x6xf32>
  // CHECK: tosa.negate {{.*}} : (tensor<2x6xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x6xf32>
  // CHECK: tosa.greater {{.*}} : (tensor<2x6xf32>, tensor<1x1xf32>) -> tensor<2x6xi1>
  // CHECK: ptq.yield
  // CHECK: %[[R:.*]] = tosa.reshape %[[F]], %{{.*}} {ptq.name = "y"} : (tensor<2x6xf32>, !tosa.shape<3>) -> tensor<1x3x4xf32>
  // CHECK-NOT: ptq.pointwise
  // CHECK: return %[[R]]
  %shape = tosa.const_shape {values = dense<[1, 3, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %0 = ptq.pointwise %x {ptq.name = "f"} : tensor<2x6xf32> -> tensor<2x6xf32> {
  ^bb0(%a: tensor<2x6xf32>):
    %4 = tosa.exp %a : (tensor<2x6xf32>) -> tensor<2x6xf32>
    ptq.yield %4 : tensor<2x6xf32>
  }
  %1 = tosa.reshape %0, %shape {ptq.name = "r"} : (tensor<2x6xf32>, !tosa.shape<3>) -> tensor<1x3x4xf32>
  %2 = ptq.pointwise %1 {ptq.name = "y"} : tensor<1x3x4xf32> -> tensor<1x3x4xf32> {
  ^bb0(%a: tensor<1x3x4xf32>):
    %c = "tosa.const"() <{values = dense<3.0> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
    %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
    %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
    %4 = tosa.mul %a, %c, %shift : (tensor<1x3x4xf32>, tensor<1x1x1xf32>, tensor<1xi8>) -> tensor<1x3x4xf32>
    %5 = tosa.negate %4, %zero, %zero : (tensor<1x3x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x4xf32>
    %6 = tosa.greater %5, %c : (tensor<1x3x4xf32>, tensor<1x1x1xf32>) -> tensor<1x3x4xi1>
    %7 = tosa.select %6, %5, %4 : (tensor<1x3x4xi1>, tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
    ptq.yield %7 : tensor<1x3x4xf32>
  }
  return %2 : tensor<1x3x4xf32>
}

// Three functions with transposes between them are one.
// CHECK-LABEL: func.func @three
func.func @three(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: ptq.pointwise %arg0
  // CHECK: tosa.exp
  // CHECK-NEXT: tosa.tanh
  // CHECK-NEXT: tosa.abs
  // CHECK: tosa.transpose
  // CHECK: tosa.transpose
  // CHECK-NOT: ptq.pointwise
  // CHECK: return
  %0 = ptq.pointwise %x : tensor<2x3xf32> -> tensor<2x3xf32> {
  ^bb0(%a: tensor<2x3xf32>):
    %5 = tosa.exp %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ptq.yield %5 : tensor<2x3xf32>
  }
  %1 = tosa.transpose %0 {perms = array<i32: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = ptq.pointwise %1 : tensor<3x2xf32> -> tensor<3x2xf32> {
  ^bb0(%a: tensor<3x2xf32>):
    %5 = tosa.tanh %a : (tensor<3x2xf32>) -> tensor<3x2xf32>
    ptq.yield %5 : tensor<3x2xf32>
  }
  %3 = tosa.transpose %2 {perms = array<i32: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %4 = ptq.pointwise %3 : tensor<2x3xf32> -> tensor<2x3xf32> {
  ^bb0(%a: tensor<2x3xf32>):
    %5 = tosa.abs %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ptq.yield %5 : tensor<2x3xf32>
  }
  return %4 : tensor<2x3xf32>
}

// Somebody else reads what the reshape moves.
// CHECK-LABEL: func.func @shared
func.func @shared(%x: tensor<4xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  // CHECK: ptq.pointwise
  // CHECK: tosa.reshape
  // CHECK: ptq.pointwise
  %shape = tosa.const_shape {values = dense<[2, 2]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = ptq.pointwise %x : tensor<4xf32> -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %3 = tosa.exp %a : (tensor<4xf32>) -> tensor<4xf32>
    ptq.yield %3 : tensor<4xf32>
  }
  %1 = tosa.reshape %0, %shape : (tensor<4xf32>, !tosa.shape<2>) -> tensor<2x2xf32>
  %2 = ptq.pointwise %1 : tensor<2x2xf32> -> tensor<2x2xf32> {
  ^bb0(%a: tensor<2x2xf32>):
    %3 = tosa.tanh %a : (tensor<2x2xf32>) -> tensor<2x2xf32>
    ptq.yield %3 : tensor<2x2xf32>
  }
  return %1, %2 : tensor<2x2xf32>, tensor<2x2xf32>
}
