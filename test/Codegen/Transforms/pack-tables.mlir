// RUN: quant-opt %s --quantc-pack-tables | FileCheck %s

// CHECK-LABEL: func.func @constant
func.func @constant(%x: tensor<64xi16>) -> tensor<64xi32> {
  // CHECK: %[[PACKED:.*]] = arith.constant dense<196608> : tensor<512xi32>
  // CHECK: linalg.generic {{.*}} ins(%arg0 : tensor<64xi16>)
  // CHECK: tensor.extract %[[PACKED]]
  // CHECK-NOT: tensor.extract
  // CHECK-NOT: tosa.table
  %t = "tosa.const"() {values = dense<3> : tensor<513xi16>} : () -> tensor<513xi16>
  %0 = tosa.table %x, %t : (tensor<64xi16>, tensor<513xi16>) -> tensor<64xi32>
  return %0 : tensor<64xi32>
}

// CHECK-LABEL: func.func @others
func.func @others(%x: tensor<64xi16>, %t: tensor<513xi16>, %y: tensor<64xi8>) -> (tensor<64xi32>, tensor<64xi8>) {
  // CHECK-COUNT-2: tosa.table
  %b = "tosa.const"() {values = dense<3> : tensor<256xi8>} : () -> tensor<256xi8>
  %0 = tosa.table %x, %t : (tensor<64xi16>, tensor<513xi16>) -> tensor<64xi32>
  %1 = tosa.table %y, %b : (tensor<64xi8>, tensor<256xi8>) -> tensor<64xi8>
  return %0, %1 : tensor<64xi32>, tensor<64xi8>
}
