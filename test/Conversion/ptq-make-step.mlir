// RUN: quant-opt %s --split-input-file --ptq-make-step=axis=1 | FileCheck %s
// The steps compute what the sequence does: test/Integration/streaming.test.

// A window holds the rows that it reaches back to, which start with the zero point.
// CHECK-LABEL: func.func @window(
// CHECK-SAME: %[[X:.*]]: tensor<1x1x1x1xi8> {ptq.name = "x"}
// CHECK-SAME: %[[HELD:.*]]: tensor<1x2x1x1xi8> {ptq.initial = dense<7.000000e+00> : tensor<1x2x1x1xf64>, ptq.name = "y/held", ptq.state = "y/held_next"}
// CHECK-SAME: -> (tensor<1x1x1x1xi32> {ptq.name = "out"}, tensor<1x2x1x1xi8> {ptq.name = "y/held_next", ptq.state = "y/held"})
// CHECK-SAME: attributes {ptq.warmup = 2 : i64}
// CHECK: %[[WINDOW:.*]] = tosa.concat %[[HELD]], %[[X]] {axis = 1 : i32}
// CHECK: %[[NEXT:.*]] = tosa.slice %[[WINDOW]], {{.*}} -> tensor<1x2x1x1xi8>
// CHECK: %[[Y:.*]] = tosa.conv2d %[[WINDOW]], {{.*}} -> tensor<1x1x1x1xi32>
// CHECK: return %[[Y]], %[[NEXT]]
func.func @window(%x: tensor<1x8x1x1xi8> {ptq.name = "x"}) -> (tensor<1x6x1x1xi32> {ptq.name = "out"}) {
  %w = "tosa.const"() {values = dense<1> : tensor<1x3x1x1xi8>} : () -> tensor<1x3x1x1xi8>
  %b = "tosa.const"() {values = dense<1> : tensor<1xi32>} : () -> tensor<1xi32>
  %zp = "tosa.const"() {values = dense<7> : tensor<1xi8>} : () -> tensor<1xi8>
  %wzp = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %zp, %wzp {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, ptq.name = "y"}
    : (tensor<1x8x1x1xi8>, tensor<1x3x1x1xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x6x1x1xi32>
  return %0 : tensor<1x6x1x1xi32>
}

// -----

// Padding in front of the first step is what the window starts with; the first step has a result.
// CHECK-LABEL: func.func @causal(
// CHECK-SAME: ptq.initial = dense<7.000000e+00> : tensor<1x4x1x1xf64>
// CHECK-SAME: attributes {ptq.warmup = 0 : i64}
// CHECK: tosa.conv2d {{.*}} pad = array<i64: 0, 0, 0, 0>
func.func @causal(%x: tensor<1x8x1x1xi8>) -> tensor<1x8x1x1xi32> {
  %w = "tosa.const"() {values = dense<1> : tensor<1x3x1x1xi8>} : () -> tensor<1x3x1x1xi8>
  %b = "tosa.const"() {values = dense<1> : tensor<1xi32>} : () -> tensor<1xi32>
  %zp = "tosa.const"() {values = dense<7> : tensor<1xi8>} : () -> tensor<1xi8>
  %wzp = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %zp, %wzp {acc_type = i32, dilation = array<i64: 2, 1>, pad = array<i64: 4, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x8x1x1xi8>, tensor<1x3x1x1xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x8x1x1xi32>
  return %0 : tensor<1x8x1x1xi32>
}

// -----

// A dimension may hold several rows per step, and time may move.
// CHECK-LABEL: func.func @moves(
// CHECK-SAME: tensor<2x1x3xi8>
// CHECK: tosa.transpose {{.*}} -> tensor<1x2x3xi8>
// CHECK: tosa.reshape {{.*}} -> tensor<2x1x1x3xi8>
// CHECK: tosa.reduce_max {{.*}} -> tensor<2x1x1x1xi8>
// CHECK-NOT: tosa.select
func.func @moves(%x: tensor<2x5x3xi8>) -> tensor<10x1x1x1xi8> {
  %0 = tosa.transpose %x {perms = array<i32: 1, 0, 2>} : (tensor<2x5x3xi8>) -> tensor<5x2x3xi8>
  %s = tosa.const_shape {values = dense<[10, 1, 1, 3]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %1 = tosa.reshape %0, %s : (tensor<5x2x3xi8>, !tosa.shape<4>) -> tensor<10x1x1x3xi8>
  %2 = tosa.reduce_max %1 {axis = 3 : i32} : (tensor<10x1x1x3xi8>) -> tensor<10x1x1x1xi8>
  return %2 : tensor<10x1x1x1xi8>
}

// -----

// The loop of a layer is its body. Behind a window it waits for the first result of the window.
// CHECK-LABEL: func.func @loop(
// CHECK-NOT: scf.for
// CHECK: %[[COUNT:.*]] = tosa.greater_equal
// CHECK: tosa.select
// CHECK: tosa.minimum
// CHECK-NOT: scf.for
// CHECK: return
func.func @loop(%x: tensor<1x6x2xi8>) -> tensor<1x2xi8> {
  %s = tosa.const_shape {values = dense<[0, 2, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %n = tosa.const_shape {values = dense<[1, 4, 2]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %cut = tosa.slice %x, %s, %n : (tensor<1x6x2xi8>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x4x2xi8>
  %rows = tosa.transpose %cut {perms = array<i32: 1, 0, 2>} : (tensor<1x4x2xi8>) -> tensor<4x1x2xi8>
  %zero = "tosa.const"() {values = dense<3> : tensor<1x2xi8>} : () -> tensor<1x2xi8>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %last = scf.for %t = %c0 to %c4 step %c1 iter_args(%h = %zero) -> (tensor<1x2xi8>) {
    %row = tensor.extract_slice %rows[%t, 0, 0] [1, 1, 2] [1, 1, 1] : tensor<4x1x2xi8> to tensor<1x2xi8>
    %next = tosa.maximum %h, %row : (tensor<1x2xi8>, tensor<1x2xi8>) -> tensor<1x2xi8>
    scf.yield %next : tensor<1x2xi8>
  }
  return %last : tensor<1x2xi8>
}
