// RUN: quant-opt %s --convert-tensor-to-tosa --split-input-file | FileCheck %s

// CHECK-LABEL: @extract(
// CHECK-DAG: %[[START:.*]] = tosa.const_shape {values = dense<[1, 2]>
// CHECK-DAG: %[[SIZE:.*]] = tosa.const_shape {values = dense<[1, 3]>
// CHECK-DAG: %[[SHAPE:.*]] = tosa.const_shape {values = dense<3>
// CHECK: %[[SLICE:.*]] = tosa.slice %{{.*}}, %[[START]], %[[SIZE]]
// CHECK: tosa.reshape %[[SLICE]], %[[SHAPE]]
func.func @extract(%x: tensor<2x5xf32>) -> tensor<3xf32> {
  %0 = tensor.extract_slice %x[1, 2] [1, 3] [1, 1] : tensor<2x5xf32> to tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// A step has no counterpart in tosa.slice.
// CHECK-LABEL: @step(
// CHECK: tensor.extract_slice
func.func @step(%x: tensor<4xf32>) -> tensor<2xf32> {
  %0 = tensor.extract_slice %x[0] [2] [2] : tensor<4xf32> to tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// CHECK-LABEL: @shapes(
// CHECK: tosa.reshape {{.*}} -> tensor<6xf32>
// CHECK: tosa.reshape {{.*}} -> tensor<3x2x1xf32>
// CHECK: tosa.reshape {{.*}} -> tensor<3x2xf32>
// CHECK-NOT: arith.constant
func.func @shapes(%x: tensor<2x3xf32>, %y: tensor<6xf32>) -> (tensor<6xf32>, tensor<3x2x1xf32>, tensor<3x2xf32>) {
  %shape = arith.constant dense<[3, 2]> : tensor<2xindex>
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  %1 = tensor.expand_shape %y [[0, 1, 2]] output_shape [3, 2, 1] : tensor<6xf32> into tensor<3x2x1xf32>
  %2 = tensor.reshape %x(%shape) : (tensor<2x3xf32>, tensor<2xindex>) -> tensor<3x2xf32>
  return %0, %1, %2 : tensor<6xf32>, tensor<3x2x1xf32>, tensor<3x2xf32>
}

// -----

// CHECK-LABEL: @pad(
// CHECK-DAG: %[[VALUE:.*]] = "tosa.const"() <{values = dense<7> : tensor<1xi8>}>
// CHECK-DAG: %[[AMOUNTS:.*]] = tosa.const_shape {values = dense<[0, 1, 2, 0]>
// CHECK: tosa.pad %{{.*}}, %[[AMOUNTS]], %[[VALUE]]
func.func @pad(%x: tensor<2x3xi8>) -> tensor<3x5xi8> {
  %c = arith.constant 7 : i8
  %0 = tensor.pad %x low[0, 2] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %c : i8
  } : tensor<2x3xi8> to tensor<3x5xi8>
  return %0 : tensor<3x5xi8>
}

// -----

// CHECK-LABEL: @concat(
// CHECK: tosa.concat %{{.*}}, %{{.*}} {axis = 1 : i32}
func.func @concat(%x: tensor<2x3xf32>, %y: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %0 = tensor.concat dim(1) %x, %y : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// A destination of another dialect is reported with that.
// CHECK-LABEL: @destination(
// CHECK: tensor.empty
func.func @destination(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.exp ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
