// RUN: split-file %s %t
// RUN: quant-opt %t/net.mlir --ptq-assign-schemes | FileCheck %s --check-prefix=DEFAULT
// RUN: quant-opt %t/net.mlir '--ptq-assign-schemes=deny-ops=softmax deny-nodes=sum' | FileCheck %s --check-prefix=DENY
// RUN: quant-opt %t/net.mlir --ptq-assign-schemes=scheme=dynamic-range | FileCheck %s --check-prefix=DYNAMIC
// RUN: quant-opt %t/net.mlir --ptq-assign-schemes=scheme=dynamic-range --remarks-filter=ptq-assign-schemes --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: quant-opt %t/net.mlir --ptq-assign-schemes=policy=%t/policy.yaml 2> %t/warning | FileCheck %s --check-prefix=POLICY
// RUN: FileCheck %s --check-prefix=NOTHING < %t/warning
// RUN: quant-opt %t/own.mlir --ptq-assign-schemes | FileCheck %s --check-prefix=OWN
// RUN: quant-opt %t/own.mlir --ptq-assign-schemes=scheme=int8 | FileCheck %s --check-prefix=ASKED

// DEFAULT: func.func @net
// DEFAULT-SAME: ptq.scheme = #ptq.scheme<static, weights = i8 per channel, activations = asymmetric i8 per tensor>
// DEFAULT-NOT: ptq.scheme

// DENY: func.func @net
// DENY-NOT: ptq.scheme = #ptq.scheme<float
// DENY: tosa.add {{.*}} {ptq.name = "sum", ptq.scheme = #ptq.scheme<float,
// DENY-NOT: ptq.scheme
// DENY: ptq.softmax {{.*}} ptq.scheme = #ptq.scheme<float,

// The first convolution has few weights, the others have none.
// DYNAMIC: func.func @net
// DYNAMIC-SAME: #ptq.scheme<dynamic, weights = i8 per channel, activations = asymmetric i8 per tensor>
// DYNAMIC: ptq.name = "first", ptq.scheme = #ptq.scheme<float,
// DYNAMIC: ptq.name = "sum", ptq.scheme = #ptq.scheme<float,
// DYNAMIC: ptq.name = "last", stride
// DYNAMIC: ptq.softmax {{.*}} ptq.scheme = #ptq.scheme<float,
// REMARK: Reason="it has 8 weights, fewer than 1024 (min-weight-elements)", Tensor=first

// POLICY: func.func @net(%{{.*}}: tensor<1x1x1x4xf32> {ptq.name = "x", ptq.range = array<f64: -1.000000e+00, 1.000000e+00>})
// POLICY: ptq.bias_correction = true, ptq.name = "first", ptq.scheme = #ptq.scheme<static, weights = i8 per tensor, activations = symmetric i16 per tensor>
// POLICY: ptq.estimator = "mse", ptq.name = "sum"
// POLICY: ptq.name = "last", ptq.scheme = #ptq.scheme<weight_only, weights = i4 per block of 32,
// NOTHING: warning: rule 5 of the policy (op conv3d) matches nothing
// NOTHING-NOT: warning

// What the network brings stays, unless a scheme is asked for.
// OWN: func.func @own
// OWN-SAME: #ptq.scheme<dynamic,
// OWN: ptq.scheme = #ptq.scheme<static,
// ASKED: func.func @own
// ASKED-SAME: #ptq.scheme<static,
// ASKED-NOT: ptq.scheme

//--- net.mlir
func.func @net(%x: tensor<1x1x1x4xf32> {ptq.name = "x"}) -> tensor<1x1x1x32xf32> {
  %w = "tosa.const"() <{values = dense<0.5> : tensor<2x1x1x4xf32>}> : () -> tensor<2x1x1x4xf32>
  %b = "tosa.const"() <{values = dense<0.5> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 63>, ptq.name = "first", stride = array<i64: 1, 1>} : (tensor<1x1x1x4xf32>, tensor<2x1x1x4xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x64x2xf32>
  %1 = tosa.add %0, %0 {ptq.name = "sum"} : (tensor<1x1x64x2xf32>, tensor<1x1x64x2xf32>) -> tensor<1x1x64x2xf32>
  %w2 = "tosa.const"() <{values = dense<0.5> : tensor<32x1x64x2xf32>}> : () -> tensor<32x1x64x2xf32>
  %b2 = "tosa.const"() <{values = dense<0.5> : tensor<32xf32>}> : () -> tensor<32xf32>
  %2 = tosa.conv2d %1, %w2, %b2, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, ptq.name = "last", stride = array<i64: 1, 1>} : (tensor<1x1x64x2xf32>, tensor<32x1x64x2xf32>, tensor<32xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x32xf32>
  %3 = ptq.softmax %2 {axis = 3 : i32, ptq.name = "softmax"} : tensor<1x1x1x32xf32>
  return %3 : tensor<1x1x1x32xf32>
}

//--- own.mlir
func.func @own(%x: tensor<1x8xf32>) -> tensor<1x8xf32>
    attributes {ptq.scheme = #ptq.scheme<dynamic, weights = i8 per channel, activations = asymmetric i8 per tensor>} {
  %0 = ptq.softmax %x {axis = 1 : i32, ptq.scheme = #ptq.scheme<static, weights = i8 per channel, activations = asymmetric i8 per tensor>} : tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

//--- policy.yaml
# Later rules prevail.
rules:
  - layer: first
    scheme: float32
  - tensor: first
    scheme: int16x8
    weights: per-tensor
    bias-correction: true
  - regex: "su.|sof"
    estimator: mse
  - layer: last
    op: conv2d
    scheme: "weight-only:int4,block=32"
  - op: conv3d
    scheme: float32
  - tensor: x
    range: [-1, 1]
