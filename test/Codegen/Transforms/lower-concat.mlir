// RUN: quant-opt %s --quantc-lower-concat | FileCheck %s

// CHECK-LABEL: @two
// CHECK-SAME: (%[[A:.*]]: tensor<1x2xi8>, %[[B:.*]]: tensor<1x3xi8>)
func.func @two(%a: tensor<1x2xi8>, %b: tensor<1x3xi8>) -> tensor<1x5xi8> {
  // CHECK-NEXT: %[[R:.*]] = tensor.concat dim(1) %[[A]], %[[B]] : (tensor<1x2xi8>, tensor<1x3xi8>) -> tensor<1x5xi8>
  // CHECK-NEXT: return %[[R]]
  %0 = tosa.concat %a, %b {axis = 1 : i32} : (tensor<1x2xi8>, tensor<1x3xi8>) -> tensor<1x5xi8>
  return %0 : tensor<1x5xi8>
}

// An operand that is repeated eight times is tiled.
// CHECK-LABEL: @repeated
// CHECK-SAME: (%[[A:.*]]: tensor<1x2xf32>, %[[B:.*]]: tensor<1x2xf32>)
func.func @repeated(%a: tensor<1x2xf32>, %b: tensor<1x2xf32>) -> tensor<1x22xf32> {
  // CHECK: %[[TIMES:.*]] = tosa.const_shape {values = dense<[1, 8]> : tensor<2xindex>}
  // CHECK: %[[TILED:.*]] = tosa.tile %[[A]], %[[TIMES]] : {{.*}} -> tensor<1x16xf32>
  // CHECK: tensor.concat dim(1) %[[B]], %[[TILED]], %[[B]], %[[B]] :
  %0 = tosa.concat %b, %a, %a, %a, %a, %a, %a, %a, %a, %b, %b {axis = 1 : i32} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x22xf32>
  return %0 : tensor<1x22xf32>
}

// CHECK-LABEL: @tiled
// CHECK: %[[R:.*]] = tosa.tile
// CHECK-NEXT: return %[[R]]
func.func @tiled(%a: tensor<2x1xi32>) -> tensor<16x1xi32> {
  %0 = tosa.concat %a, %a, %a, %a, %a, %a, %a, %a {axis = 0 : i32} : (tensor<2x1xi32>, tensor<2x1xi32>, tensor<2x1xi32>, tensor<2x1xi32>, tensor<2x1xi32>, tensor<2x1xi32>, tensor<2x1xi32>, tensor<2x1xi32>) -> tensor<16x1xi32>
  return %0 : tensor<16x1xi32>
}
