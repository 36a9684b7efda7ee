// RUN: quant-opt %s --split-input-file --verify-diagnostics

// Shapes and scales of ptq.integer_lstm that do not fit together.

func.func @rank(%x: tensor<6x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op expects an input of the static shape [time steps, batch, input size] and a hidden state [batch, hidden size], without empty ones, but got 'tensor<6x3xi8>' and 'tensor<1x4xi8>'}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @no_steps(%x: tensor<0x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op expects an input of the static shape [time steps, batch, input size] and a hidden state [batch, hidden size], without empty ones, but got 'tensor<0x1x3xi8>' and 'tensor<1x4xi8>'}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<0x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<0x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @weights(%x: tensor<6x1x3xi8>, %w: tensor<12x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op expects weights of shape [16, 3], but got 'tensor<12x3xi8>'}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x1x3xi8>, tensor<12x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @bias(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<12xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op expects a bias of shape [16], but got 'tensor<12xi32>'}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<12xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @sequence(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op expects a sequence of shape [6, 1, 4], but got 'tensor<1x6x4xi8>'}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<1x6x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @scales(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op expects 4 weightScales, but got 3}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @ratio(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op has weightScales of which 1.000000e-02 has no integer multiplier next to a scale of 1.000000e+12}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 1.0e12 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @hidden_scale(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op has a hiddenScale of 1.000000e-30, which has no integer multiplier}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 1.0e-30 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @zero_point(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op has the zero point 200, which is no int8}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 200 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @exponent(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op expects a cellExponent from -15 to -9, but got -8}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -8 : i64}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}

// -----

func.func @clip(%x: tensor<6x1x3xi8>, %w: tensor<16x3xi8>, %r: tensor<16x4xi8>, %b: tensor<16xi32>) {
  // expected-error@below {{'ptq.integer_lstm' op expects a cellClip above 0, but got -1.000000e+00}}
  %0:3 = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
      inputScale = 0.5 : f64, inputZeroPoint = 0 : i64, hiddenScale = 0.01 : f64, hiddenZeroPoint = 0 : i64,
      weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>, cellExponent = -12 : i64, cellClip = -1.0 : f32}
    : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>) -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
  return
}
