// RUN: quant-opt %s --split-input-file --verify-diagnostics --ptq-make-step=axis=1

// expected-error @below {{input 'x' of type 'tensor<4xf32>' has no dimension 1 to stream along; --stream-axis counts from 0 and holds for every input}}
func.func @rank(%x: tensor<4xf32> {ptq.name = "x"}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{input 'x' has 1 steps along dimension 1; a sequence has at least 2. A network that computes one step already needs no --stream-axis, but --state=held if it keeps a state}}
func.func @one(%x: tensor<4x1xf32> {ptq.name = "x"}) -> tensor<4x1xf32> {
  return %x : tensor<4x1xf32>
}

// -----

// expected-error @below {{input 'y' has 3 steps along dimension 1, and another input has 2; give all inputs equally many}}
func.func @different(%x: tensor<4x2xf32>, %y: tensor<4x3xf32> {ptq.name = "y"}) -> tensor<4x2xf32> {
  return %x : tensor<4x2xf32>
}

// -----

// expected-error @below {{the network has no input, so there is nothing to stream}}
func.func @none() -> tensor<1x2xf32> {
  %0 = "tosa.const"() {values = dense<1.0> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// expected-error @below {{input 'h' is a state of the network; steps hold all states themselves: leave out --state=operands, or --stream-axis}}
func.func @state(%x: tensor<1x2xf32>, %h: tensor<1x2xf32> {ptq.name = "h", ptq.state = "n"}) -> (tensor<1x2xf32>, tensor<1x2xf32> {ptq.name = "n", ptq.state = "h"}) {
  return %x, %h : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

func.func @mean(%x: tensor<1x4x2xf32>) -> tensor<1x1x2xf32> {
  // expected-error @below {{'tosa.reduce_sum' ('sum') cannot be computed one step at a time: it needs all steps of the sequence; take the last step instead, or an average of the outputs in your program}}
  %0 = tosa.reduce_sum %x {axis = 1 : i32, ptq.name = "sum"} : (tensor<1x4x2xf32>) -> tensor<1x1x2xf32>
  return %0 : tensor<1x1x2xf32>
}

// -----

func.func @reverse(%x: tensor<1x4x2xf32>) -> tensor<1x4x2xf32> {
  // expected-error @below {{'tosa.reverse' cannot be computed one step at a time: it may mix steps; run the whole sequence instead, without --stream-axis}}
  %0 = tosa.reverse %x {axis = 1 : i32} : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  return %0 : tensor<1x4x2xf32>
}

// -----

func.func @reshape(%x: tensor<1x4x3xf32>) -> tensor<1x6x2xf32> {
  %s = tosa.const_shape {values = dense<[1, 6, 2]> : tensor<3xindex>} : () -> !tosa.shape<3>
  // expected-error @below {{'tosa.reshape' cannot be computed one step at a time: it mixes the dimension of time with others}}
  %0 = tosa.reshape %x, %s : (tensor<1x4x3xf32>, !tosa.shape<3>) -> tensor<1x6x2xf32>
  return %0 : tensor<1x6x2xf32>
}

// -----

func.func @first(%x: tensor<1x4x3xf32>) -> tensor<1x1x3xf32> {
  %s = tosa.const_shape {values = dense<[0, 1, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %n = tosa.const_shape {values = dense<[1, 1, 3]> : tensor<3xindex>} : () -> !tosa.shape<3>
  // expected-error @below {{it takes step 1 of 4, which is not the last one}}
  %0 = tosa.slice %x, %s, %n : (tensor<1x4x3xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x1x3xf32>
  return %0 : tensor<1x1x3xf32>
}

// -----

func.func @position(%x: tensor<1x2x1xf32>) -> tensor<1x2x1xf32> {
  %p = "tosa.const"() {values = dense<[[[0.0], [1.0]]]> : tensor<1x2x1xf32>} : () -> tensor<1x2x1xf32>
  // expected-error @below {{'tosa.add' cannot be computed one step at a time: a constant operand differs from step to step}}
  %0 = tosa.add %x, %p : (tensor<1x2x1xf32>, tensor<1x2x1xf32>) -> tensor<1x2x1xf32>
  return %0 : tensor<1x2x1xf32>
}

// -----

func.func @last_everywhere(%x: tensor<1x2x1xf32>) -> tensor<1x2x1xf32> {
  %s = tosa.const_shape {values = dense<[0, 1, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %n = tosa.const_shape {values = dense<[1, 1, 1]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %0 = tosa.slice %x, %s, %n : (tensor<1x2x1xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x1x1xf32>
  // expected-error @below {{it uses the answer of the last step in all of the steps before}}
  %1 = tosa.sub %x, %0 : (tensor<1x2x1xf32>, tensor<1x1x1xf32>) -> tensor<1x2x1xf32>
  return %1 : tensor<1x2x1xf32>
}

// -----

func.func @attention(%x: tensor<1x4x4xf32>) -> tensor<1x4x4xf32> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  // expected-error @below {{'tosa.matmul' cannot be computed one step at a time: it multiplies steps with each other}}
  %0 = tosa.matmul %x, %x, %z, %z : (tensor<1x4x4xf32>, tensor<1x4x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4xf32>
  return %0 : tensor<1x4x4xf32>
}

// -----

func.func @join(%x: tensor<1x4x2xf32>) -> tensor<1x8x2xf32> {
  // expected-error @below {{it joins sequences one after the other}}
  %0 = tosa.concat %x, %x {axis = 1 : i32} : (tensor<1x4x2xf32>, tensor<1x4x2xf32>) -> tensor<1x8x2xf32>
  return %0 : tensor<1x8x2xf32>
}

// -----

func.func @behind(%x: tensor<1x4x2xf32>) -> tensor<1x5x2xf32> {
  %p = tosa.const_shape {values = dense<[0, 0, 0, 1, 0, 0]> : tensor<6xindex>} : () -> !tosa.shape<6>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  // expected-error @below {{it pads behind the last step, which never comes; pad in front of the first step only (causal padding)}}
  %0 = tosa.pad %x, %p, %z : (tensor<1x4x2xf32>, !tosa.shape<6>, tensor<1xf32>) -> tensor<1x5x2xf32>
  return %0 : tensor<1x5x2xf32>
}

// -----

func.func @padded(%x: tensor<1x4x2xf32>) -> tensor<1x5x2xf32> {
  %p = tosa.const_shape {values = dense<[0, 0, 1, 0, 0, 0]> : tensor<6xindex>} : () -> !tosa.shape<6>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.pad %x, %p, %z : (tensor<1x4x2xf32>, !tosa.shape<6>, tensor<1xf32>) -> tensor<1x5x2xf32>
  // expected-error @below {{its input is padded in front of the first step, which only convolutions and pools can take}}
  return %0 : tensor<1x5x2xf32>
}

// -----

func.func @same(%x: tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %w = "tosa.const"() {values = dense<1.0> : tensor<1x3x1x1xf32>} : () -> tensor<1x3x1x1xf32>
  // expected-error @below {{'tosa.conv2d' cannot be computed one step at a time: its padding lets it look 1 steps ahead of the newest one; pad in front of the first step only (causal padding), or not at all}}
  %0 = tosa.conv2d %x, %w, %z, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x1x1xf32>
  return %0 : tensor<1x4x1x1xf32>
}

// -----

func.func @stride(%x: tensor<1x4x1x1xf32>) -> tensor<1x2x1x1xf32> {
  // expected-error @below {{'tosa.max_pool2d' cannot be computed one step at a time: its windows move by 2 steps, so that not every step has a result}}
  %0 = tosa.max_pool2d %x {kernel = array<i64: 2, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 1>} : (tensor<1x4x1x1xf32>) -> tensor<1x2x1x1xf32>
  return %0 : tensor<1x2x1x1xf32>
}

// -----

func.func @too_long(%x: tensor<1x4x1x1xf32>) -> tensor<1x7x1x1xf32> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %w = "tosa.const"() {values = dense<1.0> : tensor<1x2x1x1xf32>} : () -> tensor<1x2x1x1xf32>
  // expected-error @below {{the padding in front of the first step is longer than what its windows reach back; pad by at most 1 steps}}
  %0 = tosa.conv2d %x, %w, %z, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 4, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x7x1x1xf32>
  return %0 : tensor<1x7x1x1xf32>
}

// -----

func.func @backwards(%x: tensor<1x4x2xi8>) -> tensor<1x2xi8> {
  %rows = tosa.transpose %x {perms = array<i32: 1, 0, 2>} : (tensor<1x4x2xi8>) -> tensor<4x1x2xi8>
  %zero = "tosa.const"() {values = dense<3> : tensor<1x2xi8>} : () -> tensor<1x2xi8>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  // expected-error @below {{'scf.for' cannot be computed one step at a time: it does not read its input step by step from the first one to the last; give the network layers that go forward in time only}}
  %last = scf.for %i = %c0 to %c4 step %c1 iter_args(%h = %zero) -> (tensor<1x2xi8>) {
    %t = arith.subi %c3, %i : index
    %row = tensor.extract_slice %rows[%t, 0, 0] [1, 1, 2] [1, 1, 1] : tensor<4x1x2xi8> to tensor<1x2xi8>
    %next = tosa.maximum %h, %row : (tensor<1x2xi8>, tensor<1x2xi8>) -> tensor<1x2xi8>
    scf.yield %next : tensor<1x2xi8>
  }
  return %last : tensor<1x2xi8>
}
