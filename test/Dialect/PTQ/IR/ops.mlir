// RUN: quant-opt %s | quant-opt | FileCheck %s
// RUN: quant-opt %s --mlir-print-op-generic | quant-opt | FileCheck %s
// RUN: quant-opt %s --emit-bytecode | quant-opt | FileCheck %s

// CHECK-LABEL: func.func @observe
func.func @observe(%x: tensor<1x8xf32> {ptq.name = "x"}) -> tensor<1x8xf32> {
  // CHECK: ptq.observe %{{.*}} {name = "x"} : tensor<1x8xf32>
  %0 = ptq.observe %x {name = "x"} : tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// CHECK-LABEL: func.func @fake_quant
func.func @fake_quant(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: ptq.fake_quant %{{.*}} as !quant.uniform<i8:f32, 2.000000e-02:-128> : tensor<1x2xf32>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.02:-128> : tensor<1x2xf32>
  // CHECK: ptq.fake_quant %{{.*}} as !quant.uniform<i8<-127:127>:f32:1, {5.000000e-01,2.500000e-01}> : tensor<1x2xf32>
  %1 = ptq.fake_quant %0 as !quant.uniform<i8<-127:127>:f32:1, {0.5,0.25}> : tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @requantize
func.func @requantize(%x: tensor<1x2x!quant.uniform<i32:f32:1, {0.5,0.25}>>) -> tensor<1x2x!quant.uniform<i8:f32, 0.5:-3>> {
  // CHECK: ptq.requantize %{{.*}} : tensor<1x2x!quant.uniform<i32:f32:1, {5.000000e-01,2.500000e-01}>> to tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:-3>>
  %0 = ptq.requantize %x : tensor<1x2x!quant.uniform<i32:f32:1, {0.5,0.25}>> to tensor<1x2x!quant.uniform<i8:f32, 0.5:-3>>
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 0.5:-3>>
}

// CHECK-LABEL: func.func @composites
func.func @composites(%x: tensor<2x3x4xf32>) -> tensor<2x1x1xf32> {
  // CHECK: ptq.softmax %{{.*}} {axis = 2 : i32} : tensor<2x3x4xf32>
  %0 = ptq.softmax %x {axis = 2 : i32} : tensor<2x3x4xf32>
  // CHECK: ptq.mean %{{.*}} {axes = array<i32: 1, 2>} : tensor<2x3x4xf32> -> tensor<2x1x1xf32>
  %1 = ptq.mean %0 {axes = array<i32: 1, 2>} : tensor<2x3x4xf32> -> tensor<2x1x1xf32>
  return %1 : tensor<2x1x1xf32>
}

// Comparisons inside a function of one number are fine.
// CHECK-LABEL: func.func @pointwise
func.func @pointwise(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: ptq.pointwise %{{.*}} : tensor<4xf32> -> tensor<4xf32> {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<4xf32>):
  %0 = ptq.pointwise %x : tensor<4xf32> -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %c = "tosa.const"() <{values = dense<1.0> : tensor<1xf32>}> : () -> tensor<1xf32>
    %1 = tosa.greater %a, %c : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xi1>
    %2 = tosa.exp %a : (tensor<4xf32>) -> tensor<4xf32>
    // CHECK: %[[R:.*]] = tosa.select
    %3 = tosa.select %1, %2, %a : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    // CHECK-NEXT: ptq.yield %[[R]] : tensor<4xf32>
    ptq.yield %3 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @interface_attributes
// CHECK-SAME: {ptq.name = "x", ptq.scale = 5.000000e-01 : f64, ptq.unsigned, ptq.zero_point = -3 : i64}
func.func @interface_attributes(%x: tensor<4xi8> {ptq.name = "x", ptq.scale = 0.5, ptq.unsigned, ptq.zero_point = -3 : i64}) -> (tensor<4xi8> {ptq.name = "y", ptq.scale = 0.25, ptq.zero_point = 0}) {
  return %x : tensor<4xi8>
}

// CHECK-LABEL: func.func @contract
// CHECK-SAME: attributes {ptq.contract = "litert"}
func.func @contract(%x: tensor<4xf32>) -> tensor<4xf32> attributes {ptq.contract = "litert"} {
  // CHECK: ptq.float_border %{{.*}} : tensor<4xf32>
  %0 = ptq.float_border %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @lstm
func.func @lstm(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>, %b: tensor<16xf32>,
                %h: tensor<2x4xf32>, %c: tensor<2x4xf32>, %p: tensor<3x4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[SEQUENCE:.*]], %[[HIDDEN:.*]], %[[CELL:.*]] = ptq.lstm %{{[^ ,)]+}} weights(%{{[^ ,)]+}}, %{{[^ ,)]+}})
  // CHECK-SAME: {ptq.name = ["s", "h", "c"]} : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  %0:3 = ptq.lstm %x weights(%w, %r) {ptq.name = ["s", "h", "c"]}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  // CHECK: ptq.lstm %{{[^ ,)]+}} weights(%{{[^ ,)]+}}, %{{[^ ,)]+}}) bias(%{{[^ ,)]+}}) initial_hidden(%[[HIDDEN]]) initial_cell(%[[CELL]]) peepholes(%{{[^ ,)]+}})
  // CHECK-SAME: {cellInput = #ptq.activation<relu>, clip = 2.000000e+00 : f32, coupled, gate = #ptq.activation<hard_sigmoid>, output = #ptq.activation<sigmoid>, reverse}
  %1:3 = ptq.lstm %x weights(%w, %r) bias(%b) initial_hidden(%0#1) initial_cell(%0#2) peepholes(%p)
    {reverse, coupled, clip = 2.0 : f32, gate = #ptq.activation<hard_sigmoid>, cellInput = #ptq.activation<relu>, output = #ptq.activation<sigmoid>}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<16xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x4xf32>)
    -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return %1#2 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @projected_lstm
func.func @projected_lstm(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x5xf32>, %p: tensor<5x4xf32>,
                          %b: tensor<5xf32>, %n: tensor<4x4xf32>) -> tensor<2x5xf32> {
  // CHECK: ptq.lstm %{{[^ ,)]+}} weights(%{{[^ ,)]+}}, %{{[^ ,)]+}}) projection(%{{[^ ,)]+}}) projection_bias(%{{[^ ,)]+}}) layer_norm(%{{[^ ,)]+}})
  // CHECK-SAME: {cellClip = 1.000000e+00 : f32, inputCoupled, output = #ptq.activation<relu6>, projectionClip = 2.000000e+00 : f32}
  %0:3 = ptq.lstm %x weights(%w, %r) projection(%p) projection_bias(%b) layer_norm(%n)
    {inputCoupled, cellClip = 1.0 : f32, projectionClip = 2.0 : f32, output = #ptq.activation<relu6>}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x5xf32>, tensor<5x4xf32>, tensor<5xf32>, tensor<4x4xf32>)
    -> (tensor<6x2x5xf32>, tensor<2x5xf32>, tensor<2x4xf32>)
  return %0#1 : tensor<2x5xf32>
}

// CHECK-LABEL: func.func @integer_lstm
func.func @integer_lstm(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>,
                        %h: tensor<1x4xi8>, %c: tensor<1x4xi16>) -> tensor<6x1x4xi8> {
  // CHECK: %[[SEQUENCE:.*]], %[[HIDDEN:.*]], %[[CELL:.*]] = ptq.integer_lstm %{{[^ ,)]+}} weights(%{{[^ ,)]+}}, %{{[^ ,)]+}}) bias(%{{[^ ,)]+}})
  // CHECK-SAME: initial_hidden(%{{[^ ,)]+}}) initial_cell(%{{[^ ,)]+}}) {cellClip = 1.000000e+01 : f32, cellExponent = -12 : i64, hiddenScale = 7.812500e-03 : f64
  %sequence, %hidden, %cell = ptq.integer_lstm %x weights(%w, %r) bias(%b) initial_hidden(%h) initial_cell(%c) {
      inputScale = 0.5 : f64, inputZeroPoint = -3 : i64, hiddenScale = 7.8125e-03 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>,
      cellExponent = -12 : i64, cellClip = 10.0 : f32}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>, tensor<1x4xi8>, tensor<1x4xi16>)
    -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return %sequence : tensor<6x1x4xi8>
}

// CHECK-LABEL: func.func @gru
func.func @gru(%x: tensor<6x1x3xf32>, %w: tensor<12x3xf32>, %r: tensor<12x4xf32>, %b: tensor<12xf32>, %bh: tensor<4xf32>) -> tensor<1x4xf32> {
  // CHECK: ptq.gru %{{[^ ,)]+}} weights(%{{[^ ,)]+}}, %{{[^ ,)]+}}) bias(%{{[^ ,)]+}}) hidden_bias(%{{[^ ,)]+}}) {candidate = #ptq.activation<relu>, resetAfter}
  %0:2 = ptq.gru %x weights(%w, %r) bias(%b) hidden_bias(%bh) {resetAfter, candidate = #ptq.activation<relu>}
    : (tensor<6x1x3xf32>, tensor<12x3xf32>, tensor<12x4xf32>, tensor<12xf32>, tensor<4xf32>) -> (tensor<6x1x4xf32>, tensor<1x4xf32>)
  return %0#1 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @rnn
func.func @rnn(%x: tensor<6x1x3xf32>, %w: tensor<4x3xf32>, %r: tensor<4x4xf32>, %h: tensor<1x4xf32>) -> tensor<6x1x4xf32> {
  // CHECK: ptq.rnn %{{[^ ,)]+}} weights(%{{[^ ,)]+}}, %{{[^ ,)]+}}) initial_hidden(%{{[^ ,)]+}}) {reverse}
  // CHECK-SAME: : (tensor<6x1x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<1x4xf32>) -> (tensor<6x1x4xf32>, tensor<1x4xf32>)
  %0:2 = ptq.rnn %x weights(%w, %r) initial_hidden(%h) {reverse, activation = #ptq.activation<tanh>}
    : (tensor<6x1x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<1x4xf32>) -> (tensor<6x1x4xf32>, tensor<1x4xf32>)
  return %0#0 : tensor<6x1x4xf32>
}
