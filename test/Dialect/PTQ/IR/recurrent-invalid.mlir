// RUN: quant-opt %s --split-input-file --verify-diagnostics

// Shapes and options of recurrent layers that do not fit together.

func.func @input_rank(%x: tensor<6x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects an input of the static shape [time steps, batch, input size], but got 'tensor<6x3xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r)
    : (tensor<6x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @open_time(%x: tensor<?x2x3xf32>, %w: tensor<4x3xf32>, %r: tensor<4x4xf32>) {
  // expected-error@below {{'ptq.rnn' op expects an input of the static shape [time steps, batch, input size], but got 'tensor<?x2x3xf32>'}}
  %0:2 = ptq.rnn %x weights(%w, %r)
    : (tensor<?x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @no_steps(%x: tensor<0x2x3xf32>, %w: tensor<4x3xf32>, %r: tensor<4x4xf32>) {
  // expected-error@below {{'ptq.rnn' op has no time step, or tensors without elements: 'tensor<0x2x3xf32>'}}
  %0:2 = ptq.rnn %x weights(%w, %r)
    : (tensor<0x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<0x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @hidden_rank(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a hidden state of the static shape [batch, hidden size], but got 'tensor<4xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @gates(%x: tensor<6x2x3xf32>, %w: tensor<12x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects weights of shape [4 x hidden size, input size] = [16, 3], but got 'tensor<12x3xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r)
    : (tensor<6x2x3xf32>, tensor<12x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @recurrence(%x: tensor<6x2x3xf32>, %w: tensor<12x3xf32>, %r: tensor<12x3xf32>) {
  // expected-error@below {{'ptq.gru' op expects recurrent weights of shape [3 x hidden size, hidden size] = [12, 4], but got 'tensor<12x3xf32>'}}
  %0:2 = ptq.gru %x weights(%w, %r)
    : (tensor<6x2x3xf32>, tensor<12x3xf32>, tensor<12x3xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @sequence(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a sequence of shape [time steps, batch, hidden size] = [6, 2, 4], but got 'tensor<2x6x4xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<2x6x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @bias(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>, %b: tensor<4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a bias of shape [4 x hidden size] = [16], but got 'tensor<4xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r) bias(%b)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @initial_cell(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>, %c: tensor<1x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects an initial cell of shape [batch, hidden size] = [2, 4], but got 'tensor<1x4xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r) initial_cell(%c)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<1x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @peepholes(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>, %p: tensor<4x3xf32>) {
  // expected-error@below {{'ptq.lstm' op expects peepholes of shape [3, hidden size] = [3, 4], but got 'tensor<4x3xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r) peepholes(%p)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<4x3xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @clip(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a clip above 0, but got 0.000000e+00}}
  %0:3 = ptq.lstm %x weights(%w, %r) {clip = 0.0 : f32}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @hidden_bias(%x: tensor<6x2x3xf32>, %w: tensor<12x3xf32>, %r: tensor<12x4xf32>, %b: tensor<4xf32>) {
  // expected-error@below {{'ptq.gru' op has a hidden bias without 'resetAfter'; add it to the bias}}
  %0:2 = ptq.gru %x weights(%w, %r) hidden_bias(%b)
    : (tensor<6x2x3xf32>, tensor<12x3xf32>, tensor<12x4xf32>, tensor<4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @names(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.name' of an operation with several results must be an array with a string for each of them}}
  %0:3 = ptq.lstm %x weights(%w, %r) {ptq.name = "lstm"}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @too_few_names(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.name' of an operation with several results must be an array with a string for each of them}}
  %0:3 = ptq.lstm %x weights(%w, %r) {ptq.name = ["a", "b"]}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @cell_rank(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a cell of the static shape [batch, size], but got 'tensor<4xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<4xf32>)
  return
}

// -----

func.func @projection(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x5xf32>, %p: tensor<4x5xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a projection of shape [hidden size, cell size] = [5, 4], but got 'tensor<4x5xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r) projection(%p)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x5xf32>, tensor<4x5xf32>) -> (tensor<6x2x5xf32>, tensor<2x5xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @projected_recurrence(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>, %p: tensor<5x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects recurrent weights of shape [4 x cell size, hidden size] = [16, 5], but got 'tensor<16x4xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r) projection(%p)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<5x4xf32>) -> (tensor<6x2x5xf32>, tensor<2x5xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @no_projection(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op has a bias or a clip of a projection that is not given}}
  %0:3 = ptq.lstm %x weights(%w, %r) {projectionClip = 1.0 : f32}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @projection_bias(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x5xf32>, %p: tensor<5x4xf32>, %b: tensor<4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a projection's bias of shape [hidden size] = [5], but got 'tensor<4xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r) projection(%p) projection_bias(%b)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x5xf32>, tensor<5x4xf32>, tensor<4xf32>) -> (tensor<6x2x5xf32>, tensor<2x5xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @layer_norm(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>, %n: tensor<3x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a layer norm of shape [4, hidden size] = [4, 4], but got 'tensor<3x4xf32>'}}
  %0:3 = ptq.lstm %x weights(%w, %r) layer_norm(%n)
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<3x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @clipped_norm(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>, %n: tensor<4x4xf32>) {
  // expected-error@below {{'ptq.lstm' op has gates whose sums are clamped and normalized; leave out 'clip' or the layer norm}}
  %0:3 = ptq.lstm %x weights(%w, %r) layer_norm(%n) {clip = 1.0 : f32}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<4x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @both_coupled(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op has gates i and f that are both made of the other; leave out 'coupled' or 'inputCoupled'}}
  %0:3 = ptq.lstm %x weights(%w, %r) {coupled, inputCoupled}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @cell_clip(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a cellClip above 0, but got 0.000000e+00}}
  %0:3 = ptq.lstm %x weights(%w, %r) {cellClip = 0.0 : f32}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @mixed(%x: tensor<6x2x3x!quant.uniform<i8:f32, 0.1>>, %w: tensor<4x3xf32>, %r: tensor<4x4xf32>, %b: tensor<4xf32>) {
  // expected-error@below {{'ptq.rnn' op expects tensors that are all floats or all quantized, but got 'tensor<6x2x3x!quant.uniform<i8:f32, 1.000000e-01>>' and 'tensor<4xf32>'}}
  %0:2 = ptq.rnn %x weights(%w, %r) bias(%b)
    : (tensor<6x2x3x!quant.uniform<i8:f32, 0.1>>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @float_results(%x: tensor<6x2x3x!quant.uniform<i8:f32, 0.1>>, %w: tensor<4x3xf32>, %r: tensor<4x4xf32>) {
  // expected-error@below {{'ptq.rnn' op expects results that are quantized like the input, but got 'tensor<6x2x4xf32>'}}
  %0:2 = ptq.rnn %x weights(%w, %r)
    : (tensor<6x2x3x!quant.uniform<i8:f32, 0.1>>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.1>
func.func @no_states(%x: tensor<6x2x3x!q>, %w: tensor<4x3x!q>, %r: tensor<4x4x!q>) {
  // expected-error@below {{'ptq.rnn' op is quantized, and needs 'stateTypes'}}
  %0:2 = ptq.rnn %x weights(%w, %r)
    : (tensor<6x2x3x!q>, tensor<4x3x!q>, tensor<4x4x!q>) -> (tensor<6x2x4x!q>, tensor<2x4x!q>)
  return
}

// -----

func.func @too_few_states(%x: tensor<6x2x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) {
  // expected-error@below {{'ptq.lstm' op expects a type for each of 2 states, but got}}
  %0:3 = ptq.lstm %x weights(%w, %r) {stateTypes = [!quant.uniform<i8:f32, 0.1>]}
    : (tensor<6x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @state_zero_point(%x: tensor<6x2x3xf32>, %w: tensor<4x3xf32>, %r: tensor<4x4xf32>) {
  // expected-error@below {{'ptq.rnn' op expects quantized types of states with zero point 0, but got}}
  %0:2 = ptq.rnn %x weights(%w, %r) {stateTypes = [!quant.uniform<i8:f32, 0.1:5>]}
    : (tensor<6x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<6x2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.1>
!p = !quant.uniform<i8:f32, 0.2>
func.func @other_type(%x: tensor<6x2x3x!q>, %w: tensor<4x3x!q>, %r: tensor<4x4x!q>) {
  // expected-error@below {{'ptq.rnn' op expects results with the types of their states, but got}}
  %0:2 = ptq.rnn %x weights(%w, %r) {stateTypes = [!q]}
    : (tensor<6x2x3x!q>, tensor<4x3x!q>, tensor<4x4x!q>) -> (tensor<6x2x4x!p>, tensor<2x4x!q>)
  return
}
