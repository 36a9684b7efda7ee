// RUN: quant-opt %s --ptq-propagate-parameters | FileCheck %s

// The result of a move has its operand's parameters, along a whole chain.
// CHECK-LABEL: func.func @chain
func.func @chain(%x: tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32> {
  // CHECK-COUNT-3: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 5.000000e-01:3>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> : tensor<1x4x4x2xf32>
  %1 = tosa.max_pool2d %0 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i8:f32, 0.4:1> : tensor<1x2x2x2xf32>
  %3 = tosa.transpose %2 {perms = array<i32: 0, 2, 1, 3>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %4 = ptq.fake_quant %3 as !quant.uniform<i8:f32, 0.3:1> : tensor<1x2x2x2xf32>
  return %4 : tensor<1x2x2x2xf32>
}

// Quantization-aware training leaves moves without parameters.
// CHECK-LABEL: func.func @missing
func.func @missing(%x: tensor<4xf32>) -> tensor<2x2xf32> {
  // CHECK: tosa.reshape
  // CHECK-NEXT: %[[R:.*]] = ptq.fake_quant {{.*}} as !quant.uniform<u8:f32, 5.000000e-01:3> : tensor<2x2xf32>
  // CHECK-NEXT: return %[[R]]
  %0 = ptq.fake_quant %x as !quant.uniform<u8:f32, 0.5:3> : tensor<4xf32>
  %shape = tosa.const_shape {values = dense<2> : tensor<2xindex>} : () -> !tosa.shape<2>
  %1 = tosa.reshape %0, %shape : (tensor<4xf32>, !tosa.shape<2>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// One operand's range covers the other's, whatever was estimated for the result.
// CHECK-LABEL: func.func @concat_covered
func.func @concat_covered(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<8xf32> {
  // CHECK-COUNT-3: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 5.000000e-01:3>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> : tensor<4xf32>
  %1 = ptq.fake_quant %y as !quant.uniform<i8:f32, 0.1> : tensor<4xf32>
  %2 = tosa.concat %0, %1 {axis = 0 : i32} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 0.45> : tensor<8xf32>
  return %3 : tensor<8xf32>
}

// [0, 255] and [-255, 0] make [-255, 255].
// CHECK-LABEL: func.func @concat_union
func.func @concat_union(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<8xf32> {
  // CHECK-COUNT-3: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 2.000000e+00{{(:-1)?}}>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 1.0:-128> : tensor<4xf32>
  %1 = ptq.fake_quant %y as !quant.uniform<i8:f32, 1.0:127> : tensor<4xf32>
  %2 = tosa.concat %0, %1 {axis = 0 : i32} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 1.0> : tensor<8xf32>
  return %3 : tensor<8xf32>
}

// The second operand is also used elsewhere, where a wider range would cost
// precision. It counts for the result, though.
// CHECK-LABEL: func.func @concat_other_user
func.func @concat_other_user(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<8xf32>, tensor<4xf32>) {
  // CHECK-DAG: ptq.fake_quant %arg0 as !quant.uniform<i8:f32, 5.000000e-01:3>
  // CHECK-DAG: %[[Y:.*]] = ptq.fake_quant %arg1 as !quant.uniform<i8:f32, 1.000000e-01>
  // CHECK: tosa.concat
  // CHECK-NEXT: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 5.000000e-01:3>
  // CHECK: return %{{.*}}, %[[Y]]
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> : tensor<4xf32>
  %1 = ptq.fake_quant %y as !quant.uniform<i8:f32, 0.1> : tensor<4xf32>
  %2 = tosa.concat %0, %1 {axis = 0 : i32} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 0.45> : tensor<8xf32>
  return %3, %1 : tensor<8xf32>, tensor<4xf32>
}

// A softmax has its own parameters and keeps them.
// CHECK-LABEL: func.func @concat_fixed
func.func @concat_fixed(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<8xf32> {
  // CHECK: %[[S:.*]] = ptq.softmax
  // CHECK-NEXT: %[[Q:.*]] = ptq.fake_quant %[[S]] as !quant.uniform<i8:f32, 3.906250e-03:-128>
  // CHECK: %[[C:.*]] = tosa.concat %[[Q]]
  // CHECK-NEXT: ptq.fake_quant %[[C]] as !quant.uniform<i8:f32, 5.000000e-01:3>
  %in = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.25> : tensor<4xf32>
  %s = ptq.softmax %in {axis = 0 : i32} : tensor<4xf32>
  %0 = ptq.fake_quant %s as !quant.uniform<i8:f32, 0.00390625:-128> : tensor<4xf32>
  %1 = ptq.fake_quant %y as !quant.uniform<i8:f32, 0.5:3> : tensor<4xf32>
  %2 = tosa.concat %0, %1 {axis = 0 : i32} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 0.45> : tensor<8xf32>
  return %3 : tensor<8xf32>
}

// Parameters that a network brings behind softmax say nothing about its logits.
// CHECK-LABEL: func.func @softmax_given
func.func @softmax_given(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: %[[S:.*]] = ptq.softmax %arg0
  // CHECK-NEXT: %[[Q:.*]] = ptq.fake_quant %[[S]]
  // CHECK-NEXT: return %[[Q]]
  %s = ptq.softmax %x {axis = 0 : i32} : tensor<4xf32>
  %0 = ptq.fake_quant %s as !quant.uniform<i8:f32, 0.00390625:-128> {ptq.frozen} : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// What was 0 throughout has no range to contribute: scale 1 is a placeholder.
// CHECK-LABEL: func.func @concat_zero
func.func @concat_zero(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<8xf32> {
  // CHECK-COUNT-3: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 1.250000e-01:3>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 1.0> {ptq.zero_range} : tensor<4xf32>
  %1 = ptq.fake_quant %y as !quant.uniform<i8:f32, 0.125:3> : tensor<4xf32>
  %2 = tosa.concat %0, %1 {axis = 0 : i32} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 0.45> : tensor<8xf32>
  return %3 : tensor<8xf32>
}

// What enters a clamp may saturate where the clamp does, through moves too.
// CHECK-LABEL: func.func @clamp
func.func @clamp(%x: tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32> {
  // CHECK-COUNT-3: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 2.500000e-01:-128>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> : tensor<1x4x4x2xf32>
  %1 = tosa.max_pool2d %0 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i8:f32, 0.4:1> : tensor<1x2x2x2xf32>
  %3 = tosa.clamp %2 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %4 = ptq.fake_quant %3 as !quant.uniform<i8:f32, 0.25:-128> : tensor<1x2x2x2xf32>
  return %4 : tensor<1x2x2x2xf32>
}

// Unless somebody reads it unclamped.
// CHECK-LABEL: func.func @clamp_other_user
func.func @clamp_other_user(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: ptq.fake_quant %arg0 as !quant.uniform<i8:f32, 5.000000e-01:3>
  // CHECK: tosa.clamp
  // CHECK: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 2.500000e-01:-128>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> : tensor<4xf32>
  %3 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %4 = ptq.fake_quant %3 as !quant.uniform<i8:f32, 0.25:-128> : tensor<4xf32>
  return %0, %4 : tensor<4xf32>, tensor<4xf32>
}

// A padding value beyond the operand's range widens it; one as low as floats go,
// as before a maximum, saturates.
// CHECK-LABEL: func.func @pad
func.func @pad(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<6xf32>, tensor<6xf32>) {
  // CHECK: ptq.fake_quant %arg0 as !quant.uniform<i8:f32, 1.000000e+00:-128>
  // CHECK: tosa.pad
  // CHECK-NEXT: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 1.000000e+00:-128>
  %padding = tosa.const_shape {values = dense<1> : tensor<2xindex>} : () -> !tosa.shape<2>
  %five = "tosa.const"() <{values = dense<255.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %lowest = "tosa.const"() <{values = dense<-3.40282347E+38> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:-128> : tensor<4xf32>
  %1 = tosa.pad %0, %padding, %five : (tensor<4xf32>, !tosa.shape<2>, tensor<1xf32>) -> tensor<6xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i8:f32, 1.0:-128> : tensor<6xf32>
  // CHECK: ptq.fake_quant %arg1 as !quant.uniform<i8:f32, 5.000000e-01:-128>
  // CHECK: tosa.pad
  // CHECK-NEXT: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 5.000000e-01:-128>
  %3 = ptq.fake_quant %y as !quant.uniform<i8:f32, 0.5:-128> : tensor<4xf32>
  %4 = tosa.pad %3, %padding, %lowest : (tensor<4xf32>, !tosa.shape<2>, tensor<1xf32>) -> tensor<6xf32>
  %5 = ptq.fake_quant %4 as !quant.uniform<i8:f32, 1.0:-128> : tensor<6xf32>
  return %2, %5 : tensor<6xf32>, tensor<6xf32>
}

// Only maxima read the first padded image, and never see the padding; others read the second one.
// CHECK-LABEL: func.func @pad_max
func.func @pad_max(%x: tensor<1x2x2x1xf32>, %y: tensor<1x2x2x1xf32>) -> (tensor<1x3x3x1xf32>, tensor<1x4x4x1xf32>) {
  %padding = tosa.const_shape {values = dense<[0, 0, 1, 1, 1, 1, 0, 0]> : tensor<8xindex>} : () -> !tosa.shape<8>
  %low = "tosa.const"() <{values = dense<-255.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: ptq.fake_quant %arg0 as !quant.uniform<i8:f32, 5.000000e-01:-128>
  // CHECK: tosa.pad
  // CHECK-NEXT: ptq.fake_quant {{.*}} as !quant.uniform<i8:f32, 5.000000e-01:-128>
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:-128> : tensor<1x2x2x1xf32>
  %1 = tosa.pad %0, %padding, %low : (tensor<1x2x2x1xf32>, !tosa.shape<8>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  %2 = ptq.fake_quant %1 as !quant.uniform<i8:f32, 1.0:-128> : tensor<1x4x4x1xf32>
  %3 = tosa.max_pool2d %2 {kernel = array<i64: 2, 2>, stride = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>} : (tensor<1x4x4x1xf32>) -> tensor<1x3x3x1xf32>
  // CHECK: ptq.fake_quant %arg1 as !quant.uniform<i8:f32, 1.500000e+00:42>
  // CHECK: tosa.pad
  %4 = ptq.fake_quant %y as !quant.uniform<i8:f32, 0.5:-128> : tensor<1x2x2x1xf32>
  %5 = tosa.pad %4, %padding, %low : (tensor<1x2x2x1xf32>, !tosa.shape<8>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
  %6 = ptq.fake_quant %5 as !quant.uniform<i8:f32, 1.0:-128> : tensor<1x4x4x1xf32>
  return %3, %6 : tensor<1x3x3x1xf32>, tensor<1x4x4x1xf32>
}

// Arithmetic has a scale of its own.
// CHECK-LABEL: func.func @arithmetic
func.func @arithmetic(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: 5.000000e-01:3
  // CHECK: 1.000000e-01
  // CHECK: 2.500000e-01
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> : tensor<4xf32>
  %1 = ptq.fake_quant %y as !quant.uniform<i8:f32, 0.1> : tensor<4xf32>
  %2 = tosa.add %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 0.25> : tensor<4xf32>
  return %3 : tensor<4xf32>
}
