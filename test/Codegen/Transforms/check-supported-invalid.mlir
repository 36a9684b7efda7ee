// RUN: quant-opt %s --quantc-check-supported --verify-diagnostics

// expected-error @below {{'tosa.variable' op cannot be compiled: compiled code keeps no state between runs; make the state an input and an output of the network}}
tosa.variable @state = dense<0.0> : tensor<4xf32>

// All errors come at once.
func.func @main(%x: tensor<4xf32>, %n: tensor<?xf32>) -> tensor<4xf32> {
  // expected-error @below {{'tosa.variable_write' op cannot be compiled}}
  tosa.variable_write @state, %x : tensor<4xf32>
  // expected-error @below {{'tosa.variable_read' op cannot be compiled}}
  %0 = tosa.variable_read @state : tensor<4xf32>
  // expected-error @below {{'tosa.custom' op cannot be compiled: its meaning is known to its producer only; replace it by TOSA operations}}
  %1 = tosa.custom %0 {domain_name = "d", implementation_attrs = "", operator_name = "o"} : (tensor<4xf32>) -> tensor<4xf32>
  // expected-error @below {{'tosa.abs' op cannot be compiled: its result has type 'tensor<?xf32>'; fix every dimension of the network}}
  %2 = tosa.abs %n : (tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<4xf32>
}
