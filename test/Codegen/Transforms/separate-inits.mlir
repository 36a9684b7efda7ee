// RUN: quant-opt %s --quantc-separate-inits | FileCheck %s

// CHECK-LABEL: @shared
func.func @shared(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[A:.*]] = tensor.empty
  // CHECK-NEXT: linalg.exp {{.*}} outs(%[[A]] :
  // CHECK-NEXT: %[[B:.*]] = tensor.empty
  // CHECK-NEXT: linalg.exp {{.*}} outs(%[[B]] :
  // CHECK-NEXT: %[[C:.*]] = tensor.empty
  // CHECK-NEXT: linalg.exp {{.*}} outs(%[[C]] :
  %init = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.exp ins(%0 : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.exp ins(%1 : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}
