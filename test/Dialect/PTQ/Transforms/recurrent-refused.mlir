// RUN: quant-opt %s --ptq-check-strict-integer --split-input-file --verify-diagnostics

// Layers that have no integer form, and what to do.

func.func @relu(%x: tensor<2x1x1xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<4x1xf32>} : () -> tensor<4x1xf32>
  // expected-error@below {{'ptq.lstm' op computes in float: its gates compute relu, which has no integer form here; use tanh or sigmoid, or leave it in float}}
  %s:3 = ptq.lstm %x weights(%w, %w) {output = #ptq.activation<relu>}
    : (tensor<2x1x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @candidate(%x: tensor<2x1x1xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  // expected-error@below {{'ptq.gru' op computes in float: its gates compute relu}}
  %s:2 = ptq.gru %x weights(%w, %w) {candidate = #ptq.activation<relu>}
    : (tensor<2x1x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @weights(%x: tensor<2x1x1xf32>, %w: tensor<1x1xf32>) -> tensor<2x1x1xf32> {
  // expected-error@below {{'ptq.rnn' op computes in float: its weights are computed at run time; give it constant ones}}
  %s:2 = ptq.rnn %x weights(%w, %w)
    : (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @bias(%x: tensor<2x1x1xf32>, %b: tensor<1xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  // expected-error@below {{'ptq.rnn' op computes in float: its bias values are computed at run time; give it constant ones}}
  %s:2 = ptq.rnn %x weights(%w, %w) bias(%b)
    : (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @hidden_bias(%x: tensor<2x1x1xf32>, %b: tensor<1xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  // expected-error@below {{'ptq.gru' op computes in float: its hidden bias values are computed at run time}}
  %s:2 = ptq.gru %x weights(%w, %w) hidden_bias(%b) {resetAfter}
    : (tensor<2x1x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>, tensor<1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @peepholes(%x: tensor<2x1x1xf32>, %p: tensor<3x1xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<4x1xf32>} : () -> tensor<4x1xf32>
  // expected-error@below {{'ptq.lstm' op computes in float: its peephole weights are computed at run time}}
  %s:3 = ptq.lstm %x weights(%w, %w) peepholes(%p)
    : (tensor<2x1x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>, tensor<3x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @long(%x: tensor<2x1x40000xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<1x40000xf32>} : () -> tensor<1x40000xf32>
  %r = "tosa.const"() {values = dense<0.5> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  // expected-error@below {{'ptq.rnn' op computes in float: its sums of 40000 products may overflow int32; split it into smaller ones}}
  %s:2 = ptq.rnn %x weights(%w, %r)
    : (tensor<2x1x40000xf32>, tensor<1x40000xf32>, tensor<1x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @states(%x: tensor<2x1x1xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  // expected-error@below {{'ptq.rnn' op computes in float: its operand has no quantization parameters}}
  %s:2 = ptq.rnn %x weights(%w, %w)
    : (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @layer_norm(%x: tensor<2x1x1xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<4x1xf32>} : () -> tensor<4x1xf32>
  // expected-error@below {{'ptq.lstm' op computes in float: an LSTM with a layer norm has no form in the scheme int8; leave it in float, or use dynamic-range, float16 or weight-only for it}}
  %s:3 = ptq.lstm %x weights(%w, %w) layer_norm(%w)
    : (tensor<2x1x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}

// -----

func.func @projection_bias(%x: tensor<2x1x1xf32>, %b: tensor<1xf32>) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<4x1xf32>} : () -> tensor<4x1xf32>
  %p = "tosa.const"() {values = dense<0.5> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  // expected-error@below {{'ptq.lstm' op computes in float: its projection's biases are computed at run time; give it constant ones}}
  %s:3 = ptq.lstm %x weights(%w, %w) projection(%p) projection_bias(%b)
    : (tensor<2x1x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}
