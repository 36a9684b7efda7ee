// RUN: quant-opt %s --fold-tensor-casts --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @less(
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK-NEXT: return %[[X]]
func.func @less(%x: tensor<1x4xf32>) -> tensor<?x4xf32> {
  %0 = tensor.cast %x : tensor<1x4xf32> to tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @more(
// CHECK-SAME: tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK: tosa.tanh %{{.*}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK-NOT: tensor.cast
func.func @more(%x: tensor<?x4xf32>) -> tensor<1x4xf32> {
  %0 = tensor.cast %x : tensor<?x4xf32> to tensor<1x4xf32>
  %1 = tosa.tanh %0 : (tensor<1x4xf32>) -> tensor<1x?xf32>
  %2 = tensor.cast %1 : tensor<1x?xf32> to tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}

// -----

// Other dialects may rely on the type.
// CHECK-LABEL: func.func @other(
// CHECK: tensor.cast
func.func @other(%x: tensor<4xf32>) -> index {
  %c = arith.constant 0 : index
  %0 = tensor.cast %x : tensor<4xf32> to tensor<?xf32>
  %1 = tensor.dim %0, %c : tensor<?xf32>
  return %1 : index
}

// -----

func.func @contradiction(%x: tensor<1x4xf32>) -> tensor<2x4xf32> {
  %0 = tensor.cast %x : tensor<1x4xf32> to tensor<?x4xf32>
  // expected-error @below {{'tensor.cast' gives a tensor of type 'tensor<1x4xf32>' the type 'tensor<2x4xf32>': the sizes contradict each other}}
  %1 = tensor.cast %0 : tensor<?x4xf32> to tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}
