// RUN: quant-opt %s --convert-observe-to-call --verify-diagnostics

func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @below {{only tensors of static shape can be observed}}
  %0 = ptq.observe %x {name = "x"} : tensor<?xf32>
  return %0 : tensor<?xf32>
}
