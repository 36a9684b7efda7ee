// RUN: quant-opt %s --split-input-file --quantc-capture-interface=name=net | FileCheck %s

// Names and parameters come from the function's attributes.
// CHECK: quantc.interface = {inputs = [{name = "x", scale = 5.000000e-01 : f64, type = tensor<1x4xi8>, unsigned, zero_point = 3 : i64}, {name = "input_1", type = tensor<2xf32>}], name = "net", outputs = [{name = "y", type = tensor<1x4xi8>}]}
// Inputs belong to the caller: nothing is written in place of them.
// CHECK: func.func @main(%arg0: tensor<1x4xi8> {bufferization.writable = false, {{.*}}}, %arg1: tensor<2xf32> {bufferization.writable = false})
func.func @main(%arg0: tensor<1x4xi8> {ptq.name = "x", ptq.scale = 0.5 : f64, ptq.zero_point = 3 : i64, ptq.unsigned}, %arg1: tensor<2xf32>) -> (tensor<1x4xi8> {ptq.name = "y"}) {
  return %arg0 : tensor<1x4xi8>
}

// -----

// Private functions and declarations are not the network.
// CHECK: inputs = []
// CHECK-SAME: outputs = [{name = "output_0", type = tensor<i32>}]
func.func private @helper(%arg0: tensor<1xi8>) -> tensor<1xi8> {
  return %arg0 : tensor<1xi8>
}
func.func @main() -> tensor<i32> {
  %0 = arith.constant dense<1> : tensor<i32>
  return %0 : tensor<i32>
}

// -----

// What states are fed back to and begin with, and second names.
// CHECK: inputs = [{alias = "audio", initial = dense<5.000000e-01> : tensor<2xf64>, name = "x", state = "y", type = tensor<2xi8>}]
// CHECK-SAME: outputs = [{name = "y", state = "x", type = tensor<2xi8>}]
func.func @main(%arg0: tensor<2xi8> {ptq.name = "x", ptq.alias = "audio", ptq.state = "y", ptq.initial = dense<0.5> : tensor<2xf64>}) -> (tensor<2xi8> {ptq.name = "y", ptq.state = "x"}) {
  return %arg0 : tensor<2xi8>
}
