// RUN: quant-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(ptq-quantize-ops{contract=litert}))' | FileCheck %s

// What contract=litert builds in another way; test/Integration/contracts.test executes it, and
// test/Import/TFLite/litert.test compares it with LiteRT.

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25:-1>

// The ratios 1 and 1/2 with 20 fraction bits, exact products, one rounding shift by 20.
// CHECK-LABEL: func @add(
// CHECK-SAME: ptq.contract = "litert"
// CHECK: %[[S1:.+]] = "tosa.const"() <{values = dense<10> : tensor<1xi8>}>
// CHECK: %[[L:.+]] = tosa.rescale %{{.+}}, %{{.+}}, %[[S1]], {{.*}}SINGLE_ROUND{{.*}} -> tensor<4xi32>
// CHECK: %[[S2:.+]] = "tosa.const"() <{values = dense<11> : tensor<1xi8>}>
// CHECK: %[[R:.+]] = tosa.rescale %{{.+}}, %{{.+}}, %[[S2]], {{.*}} -> tensor<4xi32>
// CHECK: %[[SUM:.+]] = tosa.add %[[L]], %[[R]]
// CHECK: "tosa.const"() <{values = dense<1073741824> : tensor<1xi32>}>
// CHECK: %[[S:.+]] = "tosa.const"() <{values = dense<50> : tensor<1xi8>}>
// CHECK: tosa.rescale %[[SUM]], %{{.+}}, %[[S]], {{.*}}SINGLE_ROUND{{.*}} -> tensor<4xi8>
func.func @add(%x: tensor<4x!a>, %y: tensor<4x!b>) -> tensor<4x!a> {
  %0 = quant.dcast %x : tensor<4x!a> to tensor<4xf32>
  %1 = quant.dcast %y : tensor<4x!b> to tensor<4xf32>
  %2 = tosa.add %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = quant.qcast %2 : tensor<4xf32> to tensor<4x!a>
  return %3 : tensor<4x!a>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>

// The clamp's result is the sum's: its scale decides.
// CHECK-LABEL: func @sub_and_clamp(
// CHECK: tosa.sub {{.*}} -> tensor<4xi32>
// CHECK: tosa.rescale {{.*}} -> tensor<4xi8>
// CHECK-NOT: ptq.requantize
// CHECK: tosa.clamp {{.*}} min_val = 3 : i8
func.func @sub_and_clamp(%x: tensor<4x!a>, %y: tensor<4x!a>) -> tensor<4x!a> {
  %0 = quant.dcast %x : tensor<4x!a> to tensor<4xf32>
  %1 = quant.dcast %y : tensor<4x!a> to tensor<4xf32>
  %2 = tosa.sub %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = tosa.clamp %2 {min_val = 0.0 : f32, max_val = 3.4e38 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %4 = quant.qcast %3 : tensor<4xf32> to tensor<4x!a>
  return %4 : tensor<4x!a>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>

// Codes are averaged, those of the file: unsigned ones begin at -128 here.
// CHECK-LABEL: func @pools(
// CHECK: %[[ZERO:.+]] = "tosa.const"() <{values = dense<0> : tensor<1xi8>}>
// CHECK: tosa.avg_pool2d %{{.+}}, %[[ZERO]], %[[ZERO]] {{.*}} -> tensor<1x2x2x3xi8>
// CHECK: %[[LEAST:.+]] = "tosa.const"() <{values = dense<-128> : tensor<1xi8>}>
// CHECK-NOT: ptq.unsigned
// CHECK: tosa.avg_pool2d %{{.+}}, %[[LEAST]], %[[LEAST]] {{.*}} -> tensor<1x2x2x3xi8>
func.func @pools(%x: tensor<1x4x4x3x!a>) -> (tensor<1x2x2x3x!a>, tensor<1x2x2x3x!a>) {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = quant.dcast %x : tensor<1x4x4x3x!a> to tensor<1x4x4x3xf32>
  %1 = tosa.avg_pool2d %0, %z, %z {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, acc_type = f32}
    : (tensor<1x4x4x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x3xf32>
  %2 = quant.qcast %1 : tensor<1x2x2x3xf32> to tensor<1x2x2x3x!a>
  %3 = tosa.avg_pool2d %0, %z, %z {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, acc_type = f32, ptq.unsigned}
    : (tensor<1x4x4x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x3xf32>
  %4 = quant.qcast %3 : tensor<1x2x2x3xf32> to tensor<1x2x2x3x!a>
  return %2, %4 : tensor<1x2x2x3x!a>, tensor<1x2x2x3x!a>
}

// -----

!a = !quant.uniform<i8:f32, 0.37:3>
!b = !quant.uniform<i8:f32, 1.0:-1>

// The ratio with 8 fraction bits: 95 / 256.
// CHECK-LABEL: func @requantize(
// CHECK: "tosa.const"() <{values = dense<1593835520> : tensor<1xi32>}>
// CHECK: "tosa.const"() <{values = dense<32> : tensor<1xi8>}>
// CHECK: tosa.rescale
func.func @requantize(%x: tensor<4x!a>) -> tensor<4x!b> {
  %0 = quant.dcast %x : tensor<4x!a> to tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!b>
  return %1 : tensor<4x!b>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>

// What the file computes in float stays float.
// CHECK-LABEL: func @border(
// CHECK: tosa.avg_pool2d {{.*}} -> tensor<1x2x2x3xf32>
// CHECK: ptq.float_border
// CHECK: quant.qcast
func.func @border(%x: tensor<1x4x4x3x!a>) -> tensor<1x2x2x3x!a> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = quant.dcast %x : tensor<1x4x4x3x!a> to tensor<1x4x4x3xf32>
  %1 = ptq.float_border %0 : tensor<1x4x4x3xf32>
  %2 = tosa.avg_pool2d %1, %z, %z {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, acc_type = f32}
    : (tensor<1x4x4x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x3xf32>
  %3 = ptq.float_border %2 : tensor<1x2x2x3xf32>
  %4 = quant.qcast %3 : tensor<1x2x2x3xf32> to tensor<1x2x2x3x!a>
  return %4 : tensor<1x2x2x3x!a>
}
