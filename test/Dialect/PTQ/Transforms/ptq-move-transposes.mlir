// RUN: quant-opt %s --ptq-move-transposes --split-input-file | FileCheck %s

// Down through functions of one and of two tensors; constants follow, also
// those that are broadcast.
// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: tensor<1x8x8x2xf32>) -> tensor<1x8x8x2xf32> {
  // CHECK-DAG: %[[S:.*]] = "tosa.const"() <{values = dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00]]]]> : tensor<1x1x1x2xf32>}> {ptq.name = "shift"}
  // CHECK: %[[A:.*]] = tosa.add %arg0, %[[S]] {ptq.name = "shifted"} : (tensor<1x8x8x2xf32>, tensor<1x1x1x2xf32>)
  // CHECK: %[[T:.*]] = tosa.tanh %[[A]]
  // CHECK-NEXT: return %[[T]]
  %shift = "tosa.const"() <{values = dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>}> {ptq.name = "shift"} : () -> tensor<1x2x1x1xf32>
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x8x2xf32>) -> tensor<1x2x8x8xf32>
  %1 = tosa.add %0, %shift {ptq.name = "shifted"} : (tensor<1x2x8x8xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x8x8xf32>
  %2 = tosa.tanh %1 : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
  %3 = tosa.transpose %2 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x2x8x8xf32>) -> tensor<1x8x8x2xf32>
  return %3 : tensor<1x8x8x2xf32>
}

// -----

// A constant that is no splat is written in the new order.
// CHECK-LABEL: func.func @constant
func.func @constant(%x: tensor<3x2xi32>) -> tensor<3x2xi32> {
  // CHECK: dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>
  // CHECK-NOT: tosa.transpose
  %c = "tosa.const"() <{values = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>}> : () -> tensor<2x3xi32>
  %0 = tosa.transpose %c {perms = array<i32: 1, 0>} : (tensor<2x3xi32>) -> tensor<3x2xi32>
  %1 = tosa.add %x, %0 : (tensor<3x2xi32>, tensor<3x2xi32>) -> tensor<3x2xi32>
  return %1 : tensor<3x2xi32>
}

// -----

// Bits are not bytes.
// CHECK-LABEL: func.func @bits
func.func @bits() -> tensor<3x2xi1> {
  // CHECK: dense<{{\[\[}}true, false], [false, false], [true, true]]> : tensor<3x2xi1>
  // CHECK-NOT: tosa.transpose
  %c = "tosa.const"() <{values = dense<[[true, false, true], [false, false, true]]> : tensor<2x3xi1>}> : () -> tensor<2x3xi1>
  %0 = tosa.transpose %c {perms = array<i32: 1, 0>} : (tensor<2x3xi1>) -> tensor<3x2xi1>
  return %0 : tensor<3x2xi1>
}

// -----

// Both branches of a residual, with a user outside: one transpose is left, for
// the output.
// CHECK-LABEL: func.func @residual
// CHECK-SAME: -> (tensor<1x8x8x4xf32>, tensor<1x4x8x8xf32> {ptq.name = "relu"})
func.func @residual(%x: tensor<1x8x8x4xf32>, %y: tensor<1x8x8x4xf32>) -> (tensor<1x8x8x4xf32>, tensor<1x4x8x8xf32>) {
  // CHECK: %[[R:.*]] = tosa.clamp %arg0 {{.*}}ptq.name = "relu"
  // CHECK-DAG: %[[A:.*]] = tosa.add %[[R]], %arg1
  // CHECK-DAG: %[[T:.*]] = tosa.transpose %[[R]] {perms = array<i32: 0, 3, 1, 2>, ptq.name = "relu/transpose"}
  // CHECK: return %[[A]], %[[T]]
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x8x4xf32>) -> tensor<1x4x8x8xf32>
  %1 = tosa.transpose %y {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x8x4xf32>) -> tensor<1x4x8x8xf32>
  %2 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32, ptq.name = "relu"} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %3 = tosa.add %2, %1 : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %4 = tosa.transpose %3 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x8x8x4xf32>
  return %4, %2 : tensor<1x8x8x4xf32>, tensor<1x4x8x8xf32>
}

// -----

// Three users need the transpose as it is: to move it would make three of one.
// CHECK-LABEL: func.func @many_users
func.func @many_users(%x: tensor<1x8x8x4xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) {
  // CHECK: tosa.transpose %arg0
  // CHECK-NOT: tosa.transpose
  // CHECK: return
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x8x4xf32>) -> tensor<1x4x8x8xf32>
  %1 = tosa.exp %0 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %2 = tosa.abs %0 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %3 = tosa.sin %0 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %1, %2, %3 : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>
}

// -----

// Another operand gets a transpose where that is cheaper: it has no channels.
// CHECK-LABEL: func.func @inserted
func.func @inserted(%x: tensor<1x8x8x4xf32>, %mask: tensor<1x1x8x8xf32>) -> tensor<1x8x8x4xf32> {
  // CHECK: %[[M:.*]] = tosa.reshape %arg1
  // CHECK: %[[A:.*]] = tosa.add %arg0, %[[M]]
  // CHECK-NEXT: return %[[A]]
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x8x4xf32>) -> tensor<1x4x8x8xf32>
  %1 = tosa.add %0, %mask : (tensor<1x4x8x8xf32>, tensor<1x1x8x8xf32>) -> tensor<1x4x8x8xf32>
  %2 = tosa.transpose %1 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x8x8x4xf32>
  return %2 : tensor<1x8x8x4xf32>
}

// -----

// Up, where fewer elements are moved.
// CHECK-LABEL: func.func @upwards
func.func @upwards(%x: tensor<1x4x8x8xf32>) -> tensor<1x10x8x4xf32> {
  // CHECK: %[[T:.*]] = tosa.transpose %arg0 {{.*}} -> tensor<1x8x8x4xf32>
  // CHECK: %[[S:.*]] = tosa.const_shape {values = dense<[0, 0, 1, 1, 0, 0, 0, 0]>
  // CHECK: tosa.pad %[[T]], %[[S]]
  // CHECK-NEXT: return
  %c = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %s = tosa.const_shape {values = dense<[0, 0, 0, 0, 1, 1, 0, 0]> : tensor<8xindex>} : () -> !tosa.shape<8>
  %0 = tosa.pad %x, %s, %c : (tensor<1x4x8x8xf32>, !tosa.shape<8>, tensor<1xf32>) -> tensor<1x4x10x8xf32>
  %1 = tosa.transpose %0 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x4x10x8xf32>) -> tensor<1x10x8x4xf32>
  return %1 : tensor<1x10x8x4xf32>
}

// -----

// Operations along a dimension.
// CHECK-LABEL: func.func @axes
func.func @axes(%x: tensor<1x8x6x4xf32>) -> (tensor<1x8x6xi32>, tensor<1x8x6x8xf32>) {
  // CHECK-NOT: tosa.transpose
  // CHECK: tosa.reverse %arg0 {axis = 2 : i32}
  // CHECK: tosa.concat %{{.*}}, %arg0 {axis = 3 : i32}
  // CHECK: ptq.softmax %{{.*}} {axis = 3 : i32}
  // CHECK: ptq.mean %{{.*}} {axes = array<i32: 1, 2>} : tensor<1x8x6x8xf32> -> tensor<1x1x1x8xf32>
  // CHECK: tosa.argmax %arg0 {axis = 3 : i32}
  // CHECK-NOT: tosa.transpose
  // CHECK: return
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x6x4xf32>) -> tensor<1x4x8x6xf32>
  %1 = tosa.reverse %0 {axis = 3 : i32} : (tensor<1x4x8x6xf32>) -> tensor<1x4x8x6xf32>
  %2 = tosa.concat %1, %0 {axis = 1 : i32} : (tensor<1x4x8x6xf32>, tensor<1x4x8x6xf32>) -> tensor<1x8x8x6xf32>
  %3 = ptq.softmax %2 {axis = 1 : i32} : tensor<1x8x8x6xf32>
  %4 = ptq.mean %3 {axes = array<i32: 2, 3>} : tensor<1x8x8x6xf32> -> tensor<1x8x1x1xf32>
  %5 = tosa.sub %3, %4 : (tensor<1x8x8x6xf32>, tensor<1x8x1x1xf32>) -> tensor<1x8x8x6xf32>
  %6 = tosa.transpose %5 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x8x8x6xf32>) -> tensor<1x8x6x8xf32>
  %7 = tosa.argmax %0 {axis = 1 : i32} : (tensor<1x4x8x6xf32>) -> tensor<1x8x6xi32>
  return %7, %6 : tensor<1x8x6xi32>, tensor<1x8x6x8xf32>
}

// -----

// A strided slice as importers spell it: dimensions are split, cut and merged.
// CHECK-LABEL: func.func @strided_slice
func.func @strided_slice(%x: tensor<1x8x6x4xf32>) -> tensor<1x4x6x4xf32> {
  // CHECK-DAG: %[[SPLIT:.*]] = tosa.const_shape {values = dense<[1, 4, 2, 6, 4]>
  // CHECK-DAG: %[[SIZE:.*]] = tosa.const_shape {values = dense<[1, 4, 1, 6, 4]>
  // CHECK-DAG: %[[R:.*]] = tosa.reshape %arg0, %[[SPLIT]]
  // CHECK: %[[S:.*]] = tosa.slice %[[R]], %{{.*}}, %[[SIZE]]
  // CHECK: tosa.reshape %[[S]]
  // CHECK-NEXT: return
  %split = tosa.const_shape {values = dense<[1, 4, 4, 2, 6]> : tensor<5xindex>} : () -> !tosa.shape<5>
  %start = tosa.const_shape {values = dense<0> : tensor<5xindex>} : () -> !tosa.shape<5>
  %size = tosa.const_shape {values = dense<[1, 4, 4, 1, 6]> : tensor<5xindex>} : () -> !tosa.shape<5>
  %merged = tosa.const_shape {values = dense<[1, 4, 4, 6]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x6x4xf32>) -> tensor<1x4x8x6xf32>
  %1 = tosa.reshape %0, %split : (tensor<1x4x8x6xf32>, !tosa.shape<5>) -> tensor<1x4x4x2x6xf32>
  %2 = tosa.slice %1, %start, %size : (tensor<1x4x4x2x6xf32>, !tosa.shape<5>, !tosa.shape<5>) -> tensor<1x4x4x1x6xf32>
  %3 = tosa.reshape %2, %merged : (tensor<1x4x4x1x6xf32>, !tosa.shape<4>) -> tensor<1x4x4x6xf32>
  %4 = tosa.transpose %3 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x4x4x6xf32>) -> tensor<1x4x6x4xf32>
  return %4 : tensor<1x4x6x4xf32>
}

// -----

// A reshape across the permuted dimensions holds the transpose.
// CHECK-LABEL: func.func @torn
func.func @torn(%x: tensor<1x8x6x4xf32>) -> tensor<1x32x6xf32> {
  // CHECK: tosa.transpose %arg0
  // CHECK: tosa.reshape
  // CHECK-NEXT: return
  %s = tosa.const_shape {values = dense<[1, 32, 6]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x6x4xf32>) -> tensor<1x4x8x6xf32>
  %1 = tosa.reshape %0, %s : (tensor<1x4x8x6xf32>, !tosa.shape<3>) -> tensor<1x32x6xf32>
  return %1 : tensor<1x32x6xf32>
}

// -----

// Shuffled channels are no layout: the middle transpose is the network's own.
// CHECK-LABEL: func.func @shuffle
func.func @shuffle(%x: tensor<1x8x6x4xf32>) -> tensor<1x8x6x4xf32> {
  // CHECK: tosa.reshape %arg0, {{.*}} -> tensor<1x8x6x2x2xf32>
  // CHECK: tosa.transpose %{{.*}} {perms = array<i32: 0, 1, 2, 4, 3>}
  // CHECK-NOT: tosa.transpose
  // CHECK: return
  %split = tosa.const_shape {values = dense<[1, 2, 2, 8, 6]> : tensor<5xindex>} : () -> !tosa.shape<5>
  %merged = tosa.const_shape {values = dense<[1, 4, 8, 6]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x6x4xf32>) -> tensor<1x4x8x6xf32>
  %1 = tosa.reshape %0, %split : (tensor<1x4x8x6xf32>, !tosa.shape<5>) -> tensor<1x2x2x8x6xf32>
  %2 = tosa.transpose %1 {perms = array<i32: 0, 2, 1, 3, 4>} : (tensor<1x2x2x8x6xf32>) -> tensor<1x2x2x8x6xf32>
  %3 = tosa.reshape %2, %merged : (tensor<1x2x2x8x6xf32>, !tosa.shape<4>) -> tensor<1x4x8x6xf32>
  %4 = tosa.transpose %3 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x4x8x6xf32>) -> tensor<1x8x6x4xf32>
  return %4 : tensor<1x8x6x4xf32>
}

// -----

// Quantized networks: casts and fake quantization, the quantized dimension too.
// CHECK-LABEL: func.func @quantized
func.func @quantized(%x: tensor<1x8x6x2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<1x8x6x2x!quant.uniform<i8:f32, 0.25>> {
  // CHECK-NOT: tosa.transpose
  // CHECK: quant.dcast %arg0
  // CHECK: ptq.fake_quant %{{.*}} as !quant.uniform<i8:f32:3, {5.000000e-01,2.500000e-01}> : tensor<1x8x6x2xf32>
  // CHECK: quant.qcast
  // CHECK-NEXT: return
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x8x6x2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<1x2x8x6x!quant.uniform<i8:f32, 0.5:3>>
  %1 = quant.dcast %0 : tensor<1x2x8x6x!quant.uniform<i8:f32, 0.5:3>> to tensor<1x2x8x6xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i8:f32:1, {0.5,0.25}> : tensor<1x2x8x6xf32>
  %3 = quant.qcast %2 : tensor<1x2x8x6xf32> to tensor<1x2x8x6x!quant.uniform<i8:f32, 0.25>>
  %4 = tosa.transpose %3 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x2x8x6x!quant.uniform<i8:f32, 0.25>>) -> tensor<1x8x6x2x!quant.uniform<i8:f32, 0.25>>
  return %4 : tensor<1x8x6x2x!quant.uniform<i8:f32, 0.25>>
}

// -----

// Weights behind casts.
// CHECK-LABEL: func.func @quantized_weights
func.func @quantized_weights() -> tensor<1x1x1x2xf32> {
  // CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<{{\[\[\[\[}}2, 4]]]]> : tensor<1x1x1x2xi8>}>
  // CHECK: %[[S:.*]] = quant.scast %[[C]] : tensor<1x1x1x2xi8> to tensor<1x1x1x2x!quant.uniform<i8:f32:3, {5.000000e-01,2.500000e-01}>>
  // CHECK: quant.dcast %[[S]]
  // CHECK-NEXT: return
  %c = "tosa.const"() <{values = dense<[[[[2]]], [[[4]]]]> : tensor<2x1x1x1xi8>}> : () -> tensor<2x1x1x1xi8>
  %0 = quant.scast %c : tensor<2x1x1x1xi8> to tensor<2x1x1x1x!quant.uniform<i8:f32:0, {0.5,0.25}>>
  %1 = quant.dcast %0 : tensor<2x1x1x1x!quant.uniform<i8:f32:0, {0.5,0.25}>> to tensor<2x1x1x1xf32>
  %2 = tosa.transpose %1 {perms = array<i32: 1, 2, 3, 0>} : (tensor<2x1x1x1xf32>) -> tensor<1x1x1x2xf32>
  return %2 : tensor<1x1x1x2xf32>
}

// -----

// A requantization per channel is tied to the last dimension.
// CHECK-LABEL: func.func @rescale
func.func @rescale(%x: tensor<1x3x2xi32>) -> (tensor<1x3x2xi8>, tensor<1x3x2xi8>) {
  // CHECK-DAG: tosa.rescale %arg0, {{.*}} per_channel = false
  // CHECK-DAG: %[[T:.*]] = tosa.transpose %arg0
  // CHECK: %[[R:.*]] = tosa.rescale %[[T]], {{.*}} per_channel = true
  // CHECK: tosa.transpose %[[R]]
  %zi = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %zo = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = "tosa.const"() <{values = dense<1073741824> : tensor<1xi32>}> : () -> tensor<1xi32>
  %s = "tosa.const"() <{values = dense<30> : tensor<1xi8>}> : () -> tensor<1xi8>
  %ms = "tosa.const"() <{values = dense<1073741824> : tensor<3xi32>}> : () -> tensor<3xi32>
  %ss = "tosa.const"() <{values = dense<[30, 31, 32]> : tensor<3xi8>}> : () -> tensor<3xi8>
  %0 = tosa.transpose %x {perms = array<i32: 0, 2, 1>} : (tensor<1x3x2xi32>) -> tensor<1x2x3xi32>
  %1 = tosa.rescale %0, %m, %s, %zi, %zo {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x2x3xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x2x3xi8>
  %2 = tosa.transpose %1 {perms = array<i32: 0, 2, 1>} : (tensor<1x2x3xi8>) -> tensor<1x3x2xi8>
  %3 = tosa.rescale %0, %ms, %ss, %zi, %zo {input_unsigned = false, output_unsigned = false, per_channel = true, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x2x3xi32>, tensor<3xi32>, tensor<3xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x2x3xi8>
  %4 = tosa.transpose %3 {perms = array<i32: 0, 2, 1>} : (tensor<1x2x3xi8>) -> tensor<1x3x2xi8>
  return %2, %4 : tensor<1x3x2xi8>, tensor<1x3x2xi8>
}

// -----

// Flattened before a fully connected layer: the weights' rows move. Columns are
// (c, y, x) before and (y, x, c) after.
// CHECK-LABEL: func.func @flatten
func.func @flatten(%x: tensor<1x2x1x2xf32>) -> tensor<1x1x1xf32> {
  // CHECK-DAG: dense<{{\[\[\[}}1.000000e+00], [3.000000e+00], [2.000000e+00], [4.000000e+00]]]> : tensor<1x4x1xf32>}> {ptq.name = "w"}
  // CHECK-DAG: %[[R:.*]] = tosa.reshape %arg0
  // CHECK-DAG: %[[C:.*]] = tosa.clamp %[[R]]
  // CHECK: tosa.matmul %[[C]]
  %w = "tosa.const"() <{values = dense<[[[1.0], [2.0], [3.0], [4.0]]]> : tensor<1x4x1xf32>}> {ptq.name = "w"} : () -> tensor<1x4x1xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %s = tosa.const_shape {values = dense<[1, 1, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x2x1x2xf32>) -> tensor<1x2x2x1xf32>
  %1 = tosa.reshape %0, %s : (tensor<1x2x2x1xf32>, !tosa.shape<3>) -> tensor<1x1x4xf32>
  %2 = tosa.clamp %1 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %3 = tosa.matmul %2, %w, %z, %z : (tensor<1x1x4xf32>, tensor<1x4x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1xf32>
  return %3 : tensor<1x1x1xf32>
}

// -----

// The same as a 1x1 convolution with quantized weights and a function before
// the reshape.
// CHECK-LABEL: func.func @flatten_convolution
func.func @flatten_convolution(%x: tensor<1x2x1x2xf32>, %b: tensor<1xf32>) -> tensor<1x1x1x1xf32> {
  // CHECK-DAG: dense<{{\[\[\[\[}}1, 3, 2, 4]]]]> : tensor<1x1x1x4xi8>
  // CHECK-DAG: tosa.tanh %arg0
  // CHECK-NOT: tosa.transpose
  // CHECK: return
  %c = "tosa.const"() <{values = dense<[[[[1, 2, 3, 4]]]]> : tensor<1x1x1x4xi8>}> : () -> tensor<1x1x1x4xi8>
  %q = quant.scast %c : tensor<1x1x1x4xi8> to tensor<1x1x1x4x!quant.uniform<i8:f32:0, {0.5}>>
  %w = quant.dcast %q : tensor<1x1x1x4x!quant.uniform<i8:f32:0, {0.5}>> to tensor<1x1x1x4xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %s = tosa.const_shape {values = dense<[1, 1, 1, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x2x1x2xf32>) -> tensor<1x2x2x1xf32>
  %1 = tosa.tanh %0 : (tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32>
  %2 = tosa.reshape %1, %s : (tensor<1x2x2x1xf32>, !tosa.shape<4>) -> tensor<1x1x1x4xf32>
  %3 = tosa.conv2d %2, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x4xf32>, tensor<1x1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x1xf32>
  return %3 : tensor<1x1x1x1xf32>
}

// -----

// Others read the flattened tensor: it keeps its order.
// CHECK-LABEL: func.func @flatten_shared
func.func @flatten_shared(%x: tensor<1x2x1x2xf32>) -> (tensor<1x1x1xf32>, tensor<1x1x4xf32>) {
  // CHECK: tosa.transpose
  %w = "tosa.const"() <{values = dense<[[[1.0], [2.0], [3.0], [4.0]]]> : tensor<1x4x1xf32>}> : () -> tensor<1x4x1xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %s = tosa.const_shape {values = dense<[1, 1, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x2x1x2xf32>) -> tensor<1x2x2x1xf32>
  %1 = tosa.reshape %0, %s : (tensor<1x2x2x1xf32>, !tosa.shape<3>) -> tensor<1x1x4xf32>
  %2 = tosa.matmul %1, %w, %z, %z : (tensor<1x1x4xf32>, tensor<1x4x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1xf32>
  return %2, %1 : tensor<1x1x1xf32>, tensor<1x1x4xf32>
}

// -----

// Dimensions of size 1.
// CHECK-LABEL: func.func @unit_dimensions
func.func @unit_dimensions(%x: tensor<1x1x1x4xf32>) -> tensor<1x4x1x1xf32> {
  // CHECK: tosa.reshape %arg0
  // CHECK-NOT: tosa.transpose
  // CHECK: return
  %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x1x1x4xf32>) -> tensor<1x4x1x1xf32>
  return %0 : tensor<1x4x1x1xf32>
}

// -----

// A convolution takes the name that the file gives its result.
// CHECK-LABEL: func.func @names
func.func @names(%x: tensor<1x4x4x1xf32>, %w: tensor<1x1x1x1xf32>, %b: tensor<1xf32>) -> tensor<1x4x4x1xf32> {
  // CHECK: tosa.max_pool2d %arg0 {{.*}} ptq.name = "features"
  // CHECK: tosa.max_pool2d {{.*}} ptq.name = "mine"
  %0 = tosa.max_pool2d %x {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, ptq.name = "layer/max_pool2d", stride = array<i64: 1, 1>} : (tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32>
  %1 = tosa.transpose %0 {perms = array<i32: 0, 3, 1, 2>, ptq.name = "features"} : (tensor<1x4x4x1xf32>) -> tensor<1x1x4x4xf32>
  %2 = tosa.transpose %1 {perms = array<i32: 0, 2, 3, 1>, ptq.name = "transpose_0"} : (tensor<1x1x4x4xf32>) -> tensor<1x4x4x1xf32>
  %3 = tosa.max_pool2d %2 {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, ptq.name = "mine", stride = array<i64: 1, 1>} : (tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32>
  %4 = tosa.transpose %3 {perms = array<i32: 0, 3, 1, 2>, ptq.name = "other"} : (tensor<1x4x4x1xf32>) -> tensor<1x1x4x4xf32>
  %5 = tosa.transpose %4 {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x4x4x1xf32>
  return %5 : tensor<1x4x4x1xf32>
}
