// RUN: quant-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(ptq-quantize-ops{contract=tflm}))' | FileCheck %s

// What contract=tflm builds in another way; test/Integration/reference.test executes all of it.

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25:-1>

// CHECK-LABEL: func @add(
// CHECK: %[[L:.+]] = ptq.requantize %arg0 : {{.*}} to tensor<4x!quant.uniform<i32:f32, 4.76837158203125E-7>>
// CHECK: ptq.requantize %[[L]] : {{.*}} to tensor<4x!quant.uniform<i32:f32, 9.5367431640625E-7>>
// CHECK: %[[R:.+]] = ptq.requantize %arg1 : {{.*}} to tensor<4x!quant.uniform<i32:f32, 2.384185791015625E-7>>
// CHECK: ptq.requantize %[[R]] : {{.*}} to tensor<4x!quant.uniform<i32:f32, 9.5367431640625E-7>>
// CHECK: tosa.add
func.func @add(%x: tensor<4x!a>, %y: tensor<4x!b>) -> tensor<4x!a> {
  %0 = quant.dcast %x : tensor<4x!a> to tensor<4xf32>
  %1 = quant.dcast %y : tensor<4x!b> to tensor<4xf32>
  %2 = tosa.add %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = quant.qcast %2 : tensor<4xf32> to tensor<4x!a>
  return %3 : tensor<4x!a>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>

// Operands of one scale are shifted, too.
// CHECK-LABEL: func @sub_of_equal_scales(
// CHECK-COUNT-5: ptq.requantize
func.func @sub_of_equal_scales(%x: tensor<4x!a>, %y: tensor<4x!a>) -> tensor<4x!a> {
  %0 = quant.dcast %x : tensor<4x!a> to tensor<4xf32>
  %1 = quant.dcast %y : tensor<4x!a> to tensor<4xf32>
  %2 = tosa.sub %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = quant.qcast %2 : tensor<4xf32> to tensor<4x!a>
  return %3 : tensor<4x!a>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25:-1>

// CHECK-LABEL: func @greater(
// CHECK-COUNT-2: to tensor<4x!quant.uniform<i32:f32, 3.906250e-03>>
// CHECK: tosa.greater
func.func @greater(%x: tensor<4x!a>, %y: tensor<4x!b>) -> tensor<4xi1> {
  %0 = quant.dcast %x : tensor<4x!a> to tensor<4xf32>
  %1 = quant.dcast %y : tensor<4x!b> to tensor<4xf32>
  %2 = tosa.greater %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  return %2 : tensor<4xi1>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>

// Codes are averaged, whatever the zero point; also over the whole image.
// CHECK-LABEL: func @pool(
// CHECK: %[[ZERO:.+]] = "tosa.const"() <{values = dense<0> : tensor<1xi8>}>
// CHECK: tosa.avg_pool2d %{{.+}}, %[[ZERO]], %[[ZERO]] {{.*}} -> tensor<1x1x1x3xi8>
func.func @pool(%x: tensor<1x4x4x3x!a>) -> tensor<1x1x1x3x!a> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = quant.dcast %x : tensor<1x4x4x3x!a> to tensor<1x4x4x3xf32>
  %1 = tosa.avg_pool2d %0, %z, %z {acc_type = f32, kernel = array<i64: 4, 4>, stride = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>} : (tensor<1x4x4x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x3xf32>
  %2 = quant.qcast %1 : tensor<1x1x1x3xf32> to tensor<1x1x1x3x!a>
  return %2 : tensor<1x1x1x3x!a>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25:-1>

// 2 = 0.5 * 2^2: multiplier 2^30, shift 29. Nine elements: 2^33 / 9, shift 32.
// CHECK-LABEL: func @mean(
// CHECK: %[[M:.+]] = "tosa.const"() <{values = dense<954437176> : tensor<1xi32>}>
// CHECK: %[[S:.+]] = "tosa.const"() <{values = dense<32> : tensor<1xi8>}>
// CHECK: tosa.rescale %{{.+}}, %[[M]], %[[S]], {{.*}}rounding_mode = DOUBLE_ROUND
func.func @mean(%x: tensor<1x3x3x2x!a>) -> tensor<1x1x1x2x!b> {
  %0 = quant.dcast %x : tensor<1x3x3x2x!a> to tensor<1x3x3x2xf32>
  %1 = ptq.mean %0 {axes = array<i32: 1, 2>} : tensor<1x3x3x2xf32> -> tensor<1x1x1x2xf32>
  %2 = quant.qcast %1 : tensor<1x1x1x2xf32> to tensor<1x1x1x2x!b>
  return %2 : tensor<1x1x1x2x!b>
}

// -----

!a = !quant.uniform<i8:f32, 4.0:3>

// 6 / 4 is a tie: away from zero, not to the even step; 2 / 4 is one, too.
// CHECK-LABEL: func @clamp(
// CHECK: tosa.clamp %arg0 {max_val = 5 : i8, min_val = 4 : i8}
func.func @clamp(%x: tensor<4x!a>) -> tensor<4x!a> {
  %0 = quant.dcast %x : tensor<4x!a> to tensor<4xf32>
  %1 = tosa.clamp %0 {min_val = 2.0 : f32, max_val = 6.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = quant.qcast %1 : tensor<4xf32> to tensor<4x!a>
  return %2 : tensor<4x!a>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!p = !quant.uniform<i8:f32, 0.00390625:-128>

// CHECK-LABEL: func @softmax(
// CHECK: tosa.gather
// CHECK: tosa.clz
// CHECK-NOT: tosa.intdiv
func.func @softmax(%x: tensor<1x10x!a>) -> tensor<1x10x!p> {
  %0 = quant.dcast %x : tensor<1x10x!a> to tensor<1x10xf32>
  %1 = ptq.softmax %0 {axis = 1 : i32} : tensor<1x10xf32>
  %2 = quant.qcast %1 : tensor<1x10xf32> to tensor<1x10x!p>
  return %2 : tensor<1x10x!p>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!p = !quant.uniform<i8:f32, 0.00390625:-128>

// The kernel's sum could overflow: the softmax of contract=exact.
// CHECK-LABEL: func @long_softmax(
// CHECK: tosa.intdiv
func.func @long_softmax(%x: tensor<1x4096x!a>) -> tensor<1x4096x!p> {
  %0 = quant.dcast %x : tensor<1x4096x!a> to tensor<1x4096xf32>
  %1 = ptq.softmax %0 {axis = 1 : i32} : tensor<1x4096xf32>
  %2 = quant.qcast %1 : tensor<1x4096xf32> to tensor<1x4096x!p>
  return %2 : tensor<1x4096x!p>
}
