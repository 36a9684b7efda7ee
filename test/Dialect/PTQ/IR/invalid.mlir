// RUN: quant-opt %s --split-input-file --verify-diagnostics

func.func @observe_without_name(%x: tensor<2xf32>) {
  // expected-error@below {{expects a name that is not empty}}
  %0 = ptq.observe %x {name = ""} : tensor<2xf32>
  return
}

// -----

func.func @observe_integers(%x: tensor<2xi8>) {
  // expected-error@below {{must be ranked tensor of 32-bit float values}}
  %0 = ptq.observe %x {name = "x"} : tensor<2xi8>
  return
}

// -----

func.func @fake_quant_any(%x: tensor<2xf32>) {
  // expected-error@below {{expects !quant.uniform with a scale per tensor or per axis}}
  %0 = ptq.fake_quant %x as !quant.any<i8:f32> : tensor<2xf32>
  return
}

// -----

func.func @fake_quant_zero_point(%x: tensor<2xf32>) {
  // expected-error@below {{has zero point 300, which is not a storage value of '!quant.uniform<i8:f32, 5.000000e-01:300>' (from -128 to 127)}}
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:300> : tensor<2xf32>
  return
}

// -----

func.func @fake_quant_zero_point_of_channel(%x: tensor<2xf32>) {
  // expected-error@below {{has zero point -1, which is not a storage value of}}
  %0 = ptq.fake_quant %x as !quant.uniform<u8:f32:0, {0.5:255,0.5:-1}> : tensor<2xf32>
  return
}

// -----

func.func @fake_quant_integer(%x: tensor<2xf32>) {
  // expected-error@below {{expects !quant.uniform with a scale per tensor or per axis, but got 'i8'}}
  %0 = ptq.fake_quant %x as i8 : tensor<2xf32>
  return
}

// -----

func.func @fake_quant_expressed(%x: tensor<2xf32>) {
  // expected-error@below {{expects a quantized type that expresses 'f32', but it expresses 'f16'}}
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f16, 0.5> : tensor<2xf32>
  return
}

// -----

func.func @fake_quant_axis(%x: tensor<2xf32>) {
  // expected-error@below {{has quantized axis 1, but rank 1}}
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32:1, {0.5,0.5}> : tensor<2xf32>
  return
}

// -----

func.func @fake_quant_scales(%x: tensor<3xf32>) {
  // expected-error@below {{has 2 scales for 3 positions along axis 0}}
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32:0, {0.5,0.5}> : tensor<3xf32>
  return
}

// -----

func.func @requantize_float(%x: tensor<2xf32>) {
  // expected-error@below {{must be ranked tensor of quantized values}}
  %0 = ptq.requantize %x : tensor<2xf32> to tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @requantize_shape(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error@below {{requires the same shape for all operands and results}}
  %0 = ptq.requantize %x : tensor<2x!quant.uniform<i8:f32, 0.5>> to tensor<3x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @requantize_expressed(%x: tensor<2x!quant.uniform<i8:f16, 0.5>>) {
  // expected-error@below {{expects operand and result to express the same type, but got 'f16' and 'f32'}}
  %0 = ptq.requantize %x : tensor<2x!quant.uniform<i8:f16, 0.5>> to tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @requantize_axis(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error@below {{has 3 scales for 2 positions along axis 0}}
  %0 = ptq.requantize %x : tensor<2x!quant.uniform<i8:f32, 0.5>> to tensor<2x!quant.uniform<i8:f32:0, {0.5,0.5,0.5}>>
  return
}

// -----

func.func @softmax_axis(%x: tensor<2x3xf32>) {
  // expected-error@below {{has axis 2, but rank 2}}
  %0 = ptq.softmax %x {axis = 2 : i32} : tensor<2x3xf32>
  return
}

// -----

func.func @mean_axis(%x: tensor<2x3xf32>) {
  // expected-error@below {{has axis -1, but rank 2}}
  %0 = ptq.mean %x {axes = array<i32: -1>} : tensor<2x3xf32> -> tensor<2x1xf32>
  return
}

// -----

func.func @mean_order(%x: tensor<2x3xf32>) {
  // expected-error@below {{expects axes in ascending order, each once}}
  %0 = ptq.mean %x {axes = array<i32: 1, 1>} : tensor<2x3xf32> -> tensor<2x1xf32>
  return
}

// -----

func.func @mean_shape(%x: tensor<2x3xf32>) {
  // expected-error@below {{expects the result type 'tensor<2x1xf32>', but got 'tensor<2xf32>'}}
  %0 = ptq.mean %x {axes = array<i32: 1>} : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @pointwise_argument(%x: tensor<2xf32>) {
  // expected-error@below {{expects a body with one argument of type 'tensor<2xf32>'}}
  %0 = ptq.pointwise %x : tensor<2xf32> -> tensor<2xf32> {
    %c = "tosa.const"() <{values = dense<1.0> : tensor<2xf32>}> : () -> tensor<2xf32>
    ptq.yield %c : tensor<2xf32>
  }
  return
}

// -----

func.func @pointwise_constant(%x: tensor<2xf32>) {
  %0 = ptq.pointwise %x : tensor<2xf32> -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    // expected-error@below {{in 'ptq.pointwise' must be a splat}}
    %c = "tosa.const"() <{values = dense<[1.0, 2.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
    %1 = tosa.add %a, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    ptq.yield %1 : tensor<2xf32>
  }
  return
}

// -----

func.func @pointwise_neighbours(%x: tensor<2xf32>) {
  %0 = ptq.pointwise %x : tensor<2xf32> -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    // expected-error@below {{is not a known function of the elements at one position, which 'ptq.pointwise' requires}}
    %1 = tosa.reverse %a {axis = 0 : i32} : (tensor<2xf32>) -> tensor<2xf32>
    ptq.yield %1 : tensor<2xf32>
  }
  return
}

// -----

func.func @pointwise_result(%x: tensor<2xf32>) {
  // expected-error@below {{expects the body to yield 'tensor<2xf32>', but it yields 'tensor<1xf32>'}}
  %0 = ptq.pointwise %x : tensor<2xf32> -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    %c = "tosa.const"() <{values = dense<1.0> : tensor<1xf32>}> : () -> tensor<1xf32>
    ptq.yield %c : tensor<1xf32>
  }
  return
}

// -----

func.func @yield_outside(%x: tensor<2xf32>) {
  // expected-error@below {{expects parent op 'ptq.pointwise'}}
  ptq.yield %x : tensor<2xf32>
}

// -----

// expected-error@below {{'ptq.name' must be a string that is not empty}}
func.func @argument_name(%x: tensor<2xf32> {ptq.name = 3}) {
  return
}

// -----

func.func @operation_name(%x: tensor<2xf32>) {
  // expected-error@below {{'ptq.name' must be a string that is not empty}}
  %0 = tosa.tanh %x {ptq.name = ""} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @name_of_nothing(%x: tensor<2xf32>) {
  // expected-error@below {{'ptq.name' belongs on operations with results}}
  return {ptq.name = "return"}
}

// -----

// expected-error@below {{'ptq.alias' must be a string that is not empty}}
func.func @argument_alias(%x: tensor<2xi8> {ptq.alias = ""}) {
  return
}

// -----

// expected-error@below {{'ptq.state' must be a string that is not empty}}
func.func @result_state(%x: tensor<2xi8>) -> (tensor<2xi8> {ptq.state}) {
  return %x : tensor<2xi8>
}

// -----

// expected-error@below {{'ptq.initial' must hold an f64 for each element of the argument}}
func.func @initial_shape(%x: tensor<2xi8> {ptq.initial = dense<0.0> : tensor<3xf64>}) {
  return
}

// -----

// expected-error@below {{'ptq.initial' must hold an f64 for each element of the argument}}
func.func @initial_type(%x: tensor<2xi8> {ptq.initial = dense<0.0> : tensor<2xf32>}) {
  return
}

// -----

// expected-error@below {{'ptq.scale' must be a positive, finite f64}}
func.func @argument_scale(%x: tensor<2xi8> {ptq.scale = 0.0}) {
  return
}

// -----

// expected-error@below {{'ptq.zero_point' must be an i64}}
func.func @result_zero_point(%x: tensor<2xi8>) -> (tensor<2xi8> {ptq.zero_point = 0 : i32}) {
  return %x : tensor<2xi8>
}

// -----

// expected-error@below {{'ptq.unsigned' must be a unit attribute}}
func.func @argument_unsigned(%x: tensor<2xi8> {ptq.unsigned = true}) {
  return
}

// -----

// expected-error@below {{'ptq.contract' belongs on functions and is "exact", "litert" or "tflm"}}
func.func @contract() attributes {ptq.contract = "double"} {
  return
}

// -----

func.func @contract_of_operation(%x: tensor<2xf32>) {
  // expected-error@below {{'ptq.contract' belongs on functions and is "exact", "litert" or "tflm"}}
  %0 = tosa.tanh %x {ptq.contract = "tflm"} : (tensor<2xf32>) -> tensor<2xf32>
  return
}
