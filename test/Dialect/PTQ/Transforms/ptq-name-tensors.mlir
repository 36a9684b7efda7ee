// RUN: quant-opt %s --ptq-name-tensors | FileCheck %s
// RUN: quant-opt %s --ptq-name-tensors --ptq-name-tensors --mlir-print-debuginfo | FileCheck %s

// The importer's names are used; a repeated one gets a suffix, and a name that
// is already an attribute stays.
// CHECK-LABEL: func.func @names(
// CHECK-SAME: %{{.*}}: tensor<4xf32> {ptq.name = "image"}
// CHECK-SAME: %{{.*}}: tensor<4xf32> {ptq.name = "input_0"}
// CHECK-SAME: %{{.*}}: i32
func.func @names(%x: tensor<4xf32> loc("image"), %y: tensor<4xf32>, %s: i32) -> tensor<4xf32> {
  // CHECK: tosa.tanh {{.*}} {ptq.name = "act"}
  %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32> loc("act")
  // CHECK: tosa.tanh {{.*}} {ptq.name = "act_1"}
  %1 = tosa.tanh %0 : (tensor<4xf32>) -> tensor<4xf32> loc(fused["f.py":1:2, "act"])
  // CHECK: tosa.sigmoid {{.*}} {ptq.name = "sigmoid_0"}
  %2 = tosa.sigmoid %1 : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: tosa.sigmoid {{.*}} {ptq.name = "kept"}
  %3 = tosa.sigmoid %2 {ptq.name = "kept"} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: tosa.sigmoid {{.*}} {ptq.name = "sigmoid_1"}
  %4 = tosa.sigmoid %3 {ptq.name = "kept"} : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: tosa.add {{.*}} {ptq.name = "add_0"}
  %5 = tosa.add %4, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %5 : tensor<4xf32>
}

// A shape is not a tensor, and the body of a composite is not part of the network.
// CHECK-LABEL: func.func @unnamed
func.func @unnamed(%x: tensor<4xf32>) -> tensor<2x2xf32> {
  // CHECK: ptq.pointwise {{.*}} {ptq.name = "pointwise_0"}
  // CHECK-NOT: ptq.name
  // CHECK: ptq.yield
  %0 = ptq.pointwise %x : tensor<4xf32> -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = tosa.sigmoid %a : (tensor<4xf32>) -> tensor<4xf32>
    ptq.yield %1 : tensor<4xf32>
  }
  // CHECK: tosa.const_shape
  // CHECK-NOT: ptq.name
  %shape = tosa.const_shape {values = dense<2> : tensor<2xindex>} : () -> !tosa.shape<2>
  // CHECK: tosa.reshape {{.*}} {ptq.name = "reshape_0"}
  %2 = tosa.reshape %0, %shape : (tensor<4xf32>, !tosa.shape<2>) -> tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}

// A layer's result has the layer's name, its weights get a suffix.
// CHECK-LABEL: func.func @weights
func.func @weights(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: "tosa.const"() {{.*}} {ptq.name = "layer_1"}
  %w = "tosa.const"() <{values = dense<1.0> : tensor<4xf32>}> : () -> tensor<4xf32> loc("layer")
  // CHECK: tosa.add {{.*}} {ptq.name = "layer"}
  %0 = tosa.add %x, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("layer")
  return %0 : tensor<4xf32>
}

// The results of a recurrent layer have the layer's name and their own.
// CHECK-LABEL: func.func @layer
func.func @layer(%x: tensor<6x1x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) -> tensor<1x4xf32> {
  // CHECK: ptq.lstm {{.*}} {ptq.name = ["n/lstm/sequence", "n/lstm/hidden", "n/lstm/cell"]}
  %0:3 = ptq.lstm %x weights(%w, %r)
    : (tensor<6x1x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<6x1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) loc("n/lstm")
  return %0#1 : tensor<1x4xf32>
}
