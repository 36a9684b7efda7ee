// RUN: quant-opt %s --split-input-file --verify-diagnostics --quantc-capture-interface
// RUN: not quant-opt %s --quantc-capture-interface=name=3d-net 2>&1 | FileCheck %s
// CHECK: the name '3d-net' is no C identifier

// expected-error @below {{the module has no public function with a body}}
module {
  func.func private @main(tensor<1xi8>)
}

// -----

// expected-note @below {{the first one is @a}}
func.func @a() {
  return
}
// expected-error @below {{the module has more than one public function}}
func.func @b() {
  return
}

// -----

// expected-error @below {{input 0 of the network has type 'tensor<?x4xi8>'; only tensors of static shape compile}}
func.func @dynamic(%arg0: tensor<?x4xi8>) {
  return
}

// -----

// expected-error @below {{output 0 of the network has elements of type 'bf16'; a C caller can pass}}
func.func @bfloat(%arg0: tensor<4xi8>) -> tensor<4xbf16> {
  %0 = tosa.cast %arg0 : (tensor<4xi8>) -> tensor<4xbf16>
  return %0 : tensor<4xbf16>
}
