// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-check-strict-integer))" --verify-diagnostics

// All of them are reported.
func.func @net(%x: tensor<1x4x4x2xf32>, %w: tensor<2x1x1x2xf32>, %r: tensor<4x4x2xf32>) -> tensor<4x4x2xf32> {
  %zp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %b = "tosa.const"() {values = dense<0.0> : tensor<2xf32>} : () -> tensor<2xf32>
  // expected-error @below {{computes in float (tensor 'conv'): its weights are computed at run time; only constant weights are quantized}}
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {ptq.name = "conv", acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  // expected-error @below {{computes in float: its operand has no quantization parameters}}
  %1 = tosa.tanh %r : (tensor<4x4x2xf32>) -> tensor<4x4x2xf32>
  // expected-error @below {{computes in float: this operation has no integer form}}
  %2 = tosa.reduce_product %1 {axis = 0 : i32} : (tensor<4x4x2xf32>) -> tensor<1x4x2xf32>
  return %1 : tensor<4x4x2xf32>
}

// Functions of one number were collected; the network has them one by one.
func.func @parts(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'tosa.sigmoid' op, 'tosa.tanh' op computes in float (tensor 'chain'): its operand has no quantization parameters}}
  %0 = ptq.pointwise %x {ptq.name = "chain"} : tensor<4xf32> -> tensor<4xf32> {
  ^bb0(%arg0: tensor<4xf32>):
    %1 = tosa.sigmoid %arg0 : (tensor<4xf32>) -> tensor<4xf32>
    %2 = tosa.tanh %1 : (tensor<4xf32>) -> tensor<4xf32>
    ptq.yield %2 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// The plan does not quantize what no input reaches.
func.func @constants() -> tensor<2xf32> {
  %c = "tosa.const"() {values = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  // expected-error @below {{computes in float: it reads only constants; simplify the network}}
  %0 = tosa.tanh %c : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
