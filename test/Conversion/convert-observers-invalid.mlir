// RUN: quant-opt %s --convert-observers --split-input-file --verify-diagnostics

// expected-error @below {{the name 'quantc_observe' is reserved for the observer; rename this symbol}}
func.func @quantc_observe(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = ptq.observe %x {name = "x"} : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @dynamic(%x: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @below {{dynamic shapes cannot be observed}}
  %0 = ptq.observe %x {name = "x"} : tensor<?xf32>
  return %0 : tensor<?xf32>
}
