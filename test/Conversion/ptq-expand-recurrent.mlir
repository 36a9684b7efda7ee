// RUN: quant-opt --pass-pipeline='builtin.module(func.func(ptq-expand-recurrent))' %s | FileCheck %s

// The products of all steps are one convolution in front of the loop. Only what
// is read is carried through it.
// CHECK-LABEL: func.func @last_state
// CHECK-SAME: (%[[X:.*]]: tensor<6x2x3xf32>, %[[W:.*]]: tensor<16x3xf32>, %[[R:.*]]: tensor<16x4xf32>, %[[B:.*]]: tensor<16xf32>)
func.func @last_state(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>, %b: tensor<16xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[ROWS:.*]] = tosa.reshape %[[X]], %{{.*}} -> tensor<12x3xf32>
  // CHECK: tosa.conv2d %{{.*}}, %{{.*}}, %[[B]], %{{.*}} -> tensor<1x1x12x16xf32>
  // CHECK: %[[PRODUCTS:.*]] = tosa.reshape %{{.*}} -> tensor<6x2x16xf32>
  // CHECK: %[[LOOP:.*]]:2 = scf.for %[[T:.*]] = %{{.*}} iter_args(%[[H:.*]] = %{{.*}}, %[[C:.*]] = %{{.*}}) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  // CHECK: %[[ROW:.*]] = tensor.extract_slice %[[PRODUCTS]][%[[T]], 0, 0] [1, 2, 16] [1, 1, 1]
  // CHECK: tosa.conv2d %{{.*}} -> tensor<1x1x2x16xf32>
  // CHECK: %[[I:.*]] = tosa.sigmoid
  // CHECK: %[[F:.*]] = tosa.sigmoid
  // CHECK: %[[G:.*]] = tosa.tanh
  // CHECK: %[[KEPT:.*]] = tosa.mul %[[F]], %[[C]]
  // CHECK: %[[NEW:.*]] = tosa.mul %[[I]], %[[G]]
  // CHECK: %[[CELL:.*]] = tosa.add %[[KEPT]], %[[NEW]]
  // CHECK: %[[O:.*]] = tosa.sigmoid
  // CHECK: %[[TANH:.*]] = tosa.tanh %[[CELL]]
  // CHECK: %[[HIDDEN:.*]] = tosa.mul %[[O]], %[[TANH]]
  // CHECK: scf.yield %[[HIDDEN]], %[[CELL]]
  // CHECK: return %[[LOOP]]#0
  %0:3 = ptq.lstm %x weights(%w, %r) bias(%b)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<16xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return %0#1 : tensor<2x4xf32>
}

// The last step comes first. The sum of a gate is clamped.
// CHECK-LABEL: func.func @reverse
func.func @reverse(%x: tensor<6x1x3xf32>, %w: tensor<4x3xf32>, %r: tensor<4x4xf32>, %h: tensor<1x4xf32>) -> tensor<6x1x4xf32> {
  // CHECK: %[[LOOP:.*]]:2 = scf.for %[[STEP:.*]] = %{{.*}} iter_args(%[[H:.*]] = %{{.*}}, %[[ALL:.*]] = %{{.*}})
  // CHECK: %[[LAST:.*]] = arith.constant 5 : index
  // CHECK: %[[T:.*]] = arith.subi %[[LAST]], %[[STEP]]
  // CHECK: tensor.extract_slice %{{.*}}[%[[T]], 0, 0]
  // CHECK: %[[CLAMPED:.*]] = tosa.clamp %{{.*}} {max_val = 2.000000e+00 : f32, min_val = -2.000000e+00 : f32}
  // CHECK: %[[NEXT:.*]] = tosa.tanh %[[CLAMPED]]
  // CHECK: %[[MORE:.*]] = tensor.insert_slice %[[NEXT]] into %[[ALL]][%[[T]], 0, 0]
  // CHECK: scf.yield %[[NEXT]], %[[MORE]]
  // CHECK: return %[[LOOP]]#1
  %0:2 = ptq.rnn %x weights(%w, %r) initial_hidden(%h) {reverse, clip = 2.0 : f32}
    : (tensor<6x1x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<1x4xf32>) -> (tensor<6x1x4xf32>, tensor<1x4xf32>)
  return %0#0 : tensor<6x1x4xf32>
}

// The state is reset in front of the product: the constant is taken apart.
// CHECK-LABEL: func.func @reset_before
func.func @reset_before(%x: tensor<6x1x1xf32>) -> tensor<1x1xf32> {
  // CHECK: scf.for
  // CHECK: %[[GATES:.*]] = "tosa.const"() <{values = dense<{{.*}}1.000000e+00{{.*}}2.000000e+00{{.*}}> : tensor<2x1x1x1xf32>}>
  // CHECK: tosa.conv2d %{{.*}}, %[[GATES]], %{{.*}} -> tensor<1x1x1x2xf32>
  // CHECK: %[[CANDIDATE:.*]] = "tosa.const"() <{values = dense<3.000000e+00> : tensor<1x1x1x1xf32>}>
  // CHECK: tosa.conv2d %{{.*}}, %[[CANDIDATE]], %{{.*}} -> tensor<1x1x1x1xf32>
  %w = "tosa.const"() {values = dense<1.0> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %r = "tosa.const"() {values = dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %0:2 = ptq.gru %x weights(%w, %r) : (tensor<6x1x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>) -> (tensor<6x1x1xf32>, tensor<1x1xf32>)
  return %0#1 : tensor<1x1xf32>
}

// Sums without a bias are normalized, the input gate is made of the forget gate, and the hidden state has the size of
// the projection.
// CHECK-LABEL: func.func @projected
func.func @projected(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x5xf32>, %b: tensor<16xf32>, %p: tensor<5x4xf32>,
                     %n: tensor<4x4xf32>) -> tensor<6x2x5xf32> {
  // CHECK: %[[NONE:.*]] = "tosa.const"() <{values = dense<0.000000e+00> : tensor<16xf32>}>
  // CHECK: tosa.conv2d %{{.*}}, %{{.*}}, %[[NONE]], %{{.*}} -> tensor<1x1x12x16xf32>
  // CHECK: scf.for %[[T:.*]] = %{{.*}} iter_args(%[[H:.*]] = %{{.*}}, %[[C:.*]] = %{{.*}}, %[[ALL:.*]] = %{{.*}}) -> (tensor<2x5xf32>, tensor<2x4xf32>, tensor<6x2x5xf32>)
  // CHECK: tosa.reduce_sum
  // CHECK: tosa.reduce_sum
  // CHECK: tosa.rsqrt
  // CHECK: %[[F:.*]] = tosa.sigmoid
  // CHECK: %[[I:.*]] = tosa.sub %{{.*}}, %[[F]]
  // CHECK: %[[G:.*]] = tosa.tanh
  // CHECK: %[[KEPT:.*]] = tosa.mul %[[F]], %[[C]]
  // CHECK: %[[NEW:.*]] = tosa.mul %[[I]], %[[G]]
  // CHECK: %[[SUM:.*]] = tosa.add %[[KEPT]], %[[NEW]]
  // CHECK: %[[CELL:.*]] = tosa.clamp %[[SUM]] {max_val = 1.000000e+00 : f32, min_val = -1.000000e+00 : f32}
  // CHECK: %[[O:.*]] = tosa.sigmoid
  // CHECK: %[[OUTPUT:.*]] = tosa.clamp %[[CELL]] {max_val = 6.000000e+00 : f32, min_val = 0.000000e+00 : f32}
  // CHECK: tosa.mul %[[O]], %[[OUTPUT]]
  // CHECK: tosa.conv2d %{{.*}} -> tensor<1x1x2x5xf32>
  // CHECK: %[[HIDDEN:.*]] = tosa.clamp %{{.*}} {max_val = 2.000000e+00 : f32, min_val = -2.000000e+00 : f32}
  // CHECK: %[[MORE:.*]] = tensor.insert_slice %[[HIDDEN]] into %[[ALL]][%[[T]], 0, 0] [1, 2, 5] [1, 1, 1]
  // CHECK: scf.yield %[[HIDDEN]], %[[CELL]], %[[MORE]]
  %0:3 = ptq.lstm %x weights(%w, %r) bias(%b) projection(%p) layer_norm(%n)
    {inputCoupled, cellClip = 1.0 : f32, projectionClip = 2.0 : f32, output = #ptq.activation<relu6>}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x5xf32>, tensor<16xf32>, tensor<5x4xf32>, tensor<4x4xf32>)
    -> (tensor<6x2x5xf32>, tensor<2x5xf32>, tensor<2x4xf32>)
  return %0#0 : tensor<6x2x5xf32>
}

// Integers: both products are rounded apart, and the last state alone is carried.
// CHECK-LABEL: func.func @integers
func.func @integers(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) -> tensor<1x4xi8> {
  // CHECK: tosa.conv2d %{{.*}} -> tensor<1x1x6x16xi32>
  // CHECK: tosa.rescale %{{.*}} {{.*}}per_channel = true{{.*}}rounding_mode = DOUBLE_ROUND{{.*}} -> tensor<1x1x6x16xi16>
  // CHECK: scf.for %[[T:.*]] = %{{.*}} iter_args(%[[H:.*]] = %{{.*}}, %[[C:.*]] = %{{.*}}) -> (tensor<1x4xi8>, tensor<1x4xi16>)
  // CHECK: tosa.conv2d %{{.*}} -> tensor<1x1x1x16xi32>
  // CHECK: tosa.rescale %{{.*}} -> tensor<1x1x1x16xi16>
  // CHECK: %[[NEXT:.*]] = tosa.rescale %{{.*}} -> tensor<1x4xi8>
  // CHECK: scf.yield %[[NEXT]], %{{.*}} : tensor<1x4xi8>, tensor<1x4xi16>
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = -3 : i64, hiddenScale = 7.8125e-03 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return %0#1 : tensor<1x4xi8>
}
