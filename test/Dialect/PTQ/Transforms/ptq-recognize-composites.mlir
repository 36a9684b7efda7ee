// RUN: quant-opt %s --ptq-recognize-composites | FileCheck %s

// CHECK-LABEL: func.func @softmax
func.func @softmax(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK-NEXT: %[[R:.*]] = ptq.softmax %arg0 {axis = 1 : i32, ptq.name = "probabilities"}
  // CHECK-NEXT: return %[[R]]
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.reduce_max %x {axis = 1 : i32} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %1 = tosa.sub %x, %0 : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %2 = tosa.exp %1 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %3 = tosa.reduce_sum %2 {axis = 1 : i32} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %4 = tosa.reciprocal %3 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %5 = tosa.mul %4, %2, %shift {ptq.name = "probabilities"} : (tensor<2x1xf32>, tensor<2x8xf32>, tensor<1xi8>) -> tensor<2x8xf32>
  return %5 : tensor<2x8xf32>
}

// Without the maximum subtracted it is the same function.
// CHECK-LABEL: func.func @softmax_unshifted
func.func @softmax_unshifted(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK-NEXT: ptq.softmax %arg0 {axis = 0 : i32}
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %2 = tosa.exp %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %3 = tosa.reduce_sum %2 {axis = 0 : i32} : (tensor<2x8xf32>) -> tensor<1x8xf32>
  %4 = tosa.reciprocal %3 : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %5 = tosa.mul %2, %4, %shift : (tensor<2x8xf32>, tensor<1x8xf32>, tensor<1xi8>) -> tensor<2x8xf32>
  return %5 : tensor<2x8xf32>
}

// The maximum along another axis differs within a sum: only the part from exp on
// is a softmax.
// CHECK-LABEL: func.func @softmax_other_axis
func.func @softmax_other_axis(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK: %[[SUB:.*]] = tosa.sub
  // CHECK: ptq.softmax %[[SUB]] {axis = 1 : i32}
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.reduce_max %x {axis = 0 : i32} : (tensor<2x8xf32>) -> tensor<1x8xf32>
  %1 = tosa.sub %x, %0 : (tensor<2x8xf32>, tensor<1x8xf32>) -> tensor<2x8xf32>
  %2 = tosa.exp %1 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %3 = tosa.reduce_sum %2 {axis = 1 : i32} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %4 = tosa.reciprocal %3 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %5 = tosa.mul %2, %4, %shift : (tensor<2x8xf32>, tensor<2x1xf32>, tensor<1xi8>) -> tensor<2x8xf32>
  return %5 : tensor<2x8xf32>
}

// The sum of something else is no denominator of a softmax.
// CHECK-LABEL: func.func @not_softmax
func.func @not_softmax(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // CHECK-NOT: ptq.softmax
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %2 = tosa.exp %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %3 = tosa.reduce_sum %y {axis = 1 : i32} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %4 = tosa.reciprocal %3 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %5 = tosa.mul %2, %4, %shift : (tensor<2x8xf32>, tensor<2x1xf32>, tensor<1xi8>) -> tensor<2x8xf32>
  return %5 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @mean
func.func @mean(%x: tensor<1x4x8x3xf32>) -> tensor<1x1x1x3xf32> {
  // CHECK-NEXT: %[[R:.*]] = ptq.mean %arg0 {axes = array<i32: 1, 2>, ptq.name = "gap"} : tensor<1x4x8x3xf32> -> tensor<1x1x1x3xf32>
  // CHECK-NEXT: return %[[R]]
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %c = "tosa.const"() <{values = dense<0.03125> : tensor<1x1x1x1xf32>}> : () -> tensor<1x1x1x1xf32>
  %0 = tosa.reduce_sum %x {axis = 2 : i32} : (tensor<1x4x8x3xf32>) -> tensor<1x4x1x3xf32>
  %1 = tosa.reduce_sum %0 {axis = 1 : i32} : (tensor<1x4x1x3xf32>) -> tensor<1x1x1x3xf32>
  %2 = tosa.mul %c, %1, %shift {ptq.name = "gap"} : (tensor<1x1x1x1xf32>, tensor<1x1x1x3xf32>, tensor<1xi8>) -> tensor<1x1x1x3xf32>
  return %2 : tensor<1x1x1x3xf32>
}

// CHECK-LABEL: func.func @mean_reshaped
func.func @mean_reshaped(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  // CHECK: %[[M:.*]] = ptq.mean %arg0 {axes = array<i32: 1>} : tensor<2x3xf32> -> tensor<2x1xf32>
  // CHECK: tosa.reshape %[[M]]
  // CHECK-NOT: tosa.mul
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %c = "tosa.const"() <{values = dense<0.33333334> : tensor<1xf32>}> : () -> tensor<1xf32>
  %shape = tosa.const_shape {values = dense<2> : tensor<1xindex>} : () -> !tosa.shape<1>
  %0 = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  %1 = tosa.reshape %0, %shape : (tensor<2x1xf32>, !tosa.shape<1>) -> tensor<2xf32>
  %2 = tosa.mul %1, %c, %shift : (tensor<2xf32>, tensor<1xf32>, tensor<1xi8>) -> tensor<2xf32>
  return %2 : tensor<2xf32>
}

// Another factor than one over the count.
// CHECK-LABEL: func.func @not_mean
func.func @not_mean(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
  // CHECK-NOT: ptq.mean
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %c = "tosa.const"() <{values = dense<0.25> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  %2 = tosa.mul %0, %c, %shift : (tensor<2x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<2x1xf32>
  return %2 : tensor<2x1xf32>
}

// The sum itself is used: the mean of it stays a product, so that it is not
// computed twice.
// CHECK-LABEL: func.func @sum_used
func.func @sum_used(%x: tensor<2x4xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>) {
  // CHECK-NOT: ptq.mean
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %c = "tosa.const"() <{values = dense<0.25> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %2 = tosa.mul %0, %c, %shift : (tensor<2x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<2x1xf32>
  return %0, %2 : tensor<2x1xf32>, tensor<2x1xf32>
}

// A reshape that leaves the axis alone goes behind softmax: the layer before it
// hands over its accumulator, which gets the name of the logits.
// CHECK-LABEL: func.func @softmax_of_reshape
func.func @softmax_of_reshape(%arg: tensor<2x1x1x8xf32>) -> tensor<2x8xf32> {
  // CHECK: %[[X:.*]] = tosa.abs %arg0 {ptq.name = "logits"}
  // CHECK: %[[S:.*]] = ptq.softmax %[[X]] {axis = 3 : i32, ptq.name = "probabilities/softmax"} : tensor<2x1x1x8xf32>
  // CHECK-NEXT: %[[R:.*]] = tosa.reshape %[[S]], %{{.*}} {ptq.name = "probabilities"}
  // CHECK-NEXT: return %[[R]]
  %shape = tosa.const_shape {values = dense<[2, 8]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %x = tosa.abs %arg {ptq.name = "logits/abs"} : (tensor<2x1x1x8xf32>) -> tensor<2x1x1x8xf32>
  %y = tosa.reshape %x, %shape {ptq.name = "logits"} : (tensor<2x1x1x8xf32>, !tosa.shape<2>) -> tensor<2x8xf32>
  %0 = tosa.exp %y : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = tosa.reduce_sum %0 {axis = 1 : i32} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %2 = tosa.reciprocal %1 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %3 = tosa.mul %0, %2, %shift {ptq.name = "probabilities"} : (tensor<2x8xf32>, tensor<2x1xf32>, tensor<1xi8>) -> tensor<2x8xf32>
  return %3 : tensor<2x8xf32>
}

// Here the axis is made of two.
// CHECK-LABEL: func.func @softmax_of_merged_axes
func.func @softmax_of_merged_axes(%x: tensor<2x4x2xf32>) -> tensor<2x8xf32> {
  // CHECK: %[[R:.*]] = tosa.reshape %arg0
  // CHECK: ptq.softmax %[[R]] {axis = 1 : i32} : tensor<2x8xf32>
  %shape = tosa.const_shape {values = dense<[2, 8]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %y = tosa.reshape %x, %shape : (tensor<2x4x2xf32>, !tosa.shape<2>) -> tensor<2x8xf32>
  %0 = tosa.exp %y : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = tosa.reduce_sum %0 {axis = 1 : i32} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %2 = tosa.reciprocal %1 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %3 = tosa.mul %0, %2, %shift : (tensor<2x8xf32>, tensor<2x1xf32>, tensor<1xi8>) -> tensor<2x8xf32>
  return %3 : tensor<2x8xf32>
}
