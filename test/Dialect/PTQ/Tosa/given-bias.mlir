// RUN: quant-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(ptq-quantize-ops))' | FileCheck %s

!x = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.12500001>

// A bias that comes as int32 keeps its codes; its scale, which is nearly the product, is the accumulator's.
// CHECK-LABEL: func @nearly_the_product(
// CHECK-DAG: %[[B:.+]] = "tosa.const"() <{values = dense<[7, -9]> : tensor<2xi32>}>
// CHECK: %[[Q:.+]] = quant.scast %[[B]]
// CHECK: tosa.conv2d %arg0, %{{.+}}, %[[Q]], {{.*}} -> tensor<1x1x1x2x!quant.uniform<i32:f32, 0.1250000{{[0-9]+}}>>
func.func @nearly_the_product(%q: tensor<1x1x1x1x!x>) -> tensor<1x1x1x2x!x> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = "tosa.const"() {values = dense<[[[[1]]], [[[2]]]]> : tensor<2x1x1x1xi8>} : () -> tensor<2x1x1x1xi8>
  %1 = quant.scast %0 : tensor<2x1x1x1xi8> to tensor<2x1x1x1x!w>
  %2 = quant.dcast %1 : tensor<2x1x1x1x!w> to tensor<2x1x1x1xf32>
  %3 = "tosa.const"() {values = dense<[7, -9]> : tensor<2xi32>} : () -> tensor<2xi32>
  %4 = quant.scast %3 : tensor<2xi32> to tensor<2x!b>
  %5 = quant.dcast %4 : tensor<2x!b> to tensor<2xf32>
  %6 = quant.dcast %q : tensor<1x1x1x1x!x> to tensor<1x1x1x1xf32>
  %7 = tosa.conv2d %6, %2, %5, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x2xf32>
  %8 = quant.qcast %7 : tensor<1x1x1x2xf32> to tensor<1x1x1x2x!x>
  return %8 : tensor<1x1x1x2x!x>
}

// -----

!x = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8<-127:127>:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.25>

// Another scale is another number: the bias is requantized.
// CHECK-LABEL: func @twice_the_product(
// CHECK-DAG: %[[C:.+]] = "tosa.const"() <{values = dense<[14, -18]> : tensor<2xi32>}>
// CHECK: %[[B:.+]] = quant.scast %[[C]]
// CHECK: tosa.conv2d %arg0, %{{.+}}, %[[B]], {{.*}} -> tensor<1x1x1x2x!quant.uniform<i32:f32, 1.250000e-01>>
func.func @twice_the_product(%q: tensor<1x1x1x1x!x>) -> tensor<1x1x1x2x!x> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = "tosa.const"() {values = dense<[[[[1]]], [[[2]]]]> : tensor<2x1x1x1xi8>} : () -> tensor<2x1x1x1xi8>
  %1 = quant.scast %0 : tensor<2x1x1x1xi8> to tensor<2x1x1x1x!w>
  %2 = quant.dcast %1 : tensor<2x1x1x1x!w> to tensor<2x1x1x1xf32>
  %3 = "tosa.const"() {values = dense<[7, -9]> : tensor<2xi32>} : () -> tensor<2xi32>
  %4 = quant.scast %3 : tensor<2xi32> to tensor<2x!b>
  %5 = quant.dcast %4 : tensor<2x!b> to tensor<2xf32>
  %6 = quant.dcast %q : tensor<1x1x1x1x!x> to tensor<1x1x1x1xf32>
  %7 = tosa.conv2d %6, %2, %5, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x2xf32>
  %8 = quant.qcast %7 : tensor<1x1x1x2xf32> to tensor<1x1x1x2x!x>
  return %8 : tensor<1x1x1x2x!x>
}
