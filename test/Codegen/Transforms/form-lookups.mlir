// RUN: quant-opt %s --quantc-form-lookups=lanes=64 | FileCheck %s
// RUN: quant-opt %s --quantc-form-lookups | FileCheck %s --check-prefix=NONE

// NONE-NOT: kernel.lookup

// CHECK-LABEL: func.func @bytes
// CHECK: %[[FLAT:.*]] = tosa.reshape %arg0, {{.*}} -> tensor<50xi8>
// CHECK: %[[INIT:.*]] = tensor.empty() : tensor<50xi8>
// CHECK: %[[FOUND:.*]] = kernel.lookup ins(%[[FLAT]], %arg1 : tensor<50xi8>, tensor<256xi8>) outs(%[[INIT]] : tensor<50xi8>) {lanes = 64 : i64}
// CHECK: %[[R:.*]] = tosa.reshape %[[FOUND]], {{.*}} -> tensor<5x10xi8>
// CHECK: return %[[R]]
func.func @bytes(%x: tensor<5x10xi8>, %t: tensor<256xi8>) -> tensor<5x10xi8> {
  %0 = tosa.table %x, %t : (tensor<5x10xi8>, tensor<256xi8>) -> tensor<5x10xi8>
  return %0 : tensor<5x10xi8>
}

// CHECK-LABEL: func.func @others
func.func @others(%few: tensor<15xi8>, %wide: tensor<64xi16>, %t: tensor<256xi8>, %w: tensor<513xi16>) -> (tensor<15xi8>, tensor<64xi32>) {
  // CHECK-COUNT-2: tosa.table
  %0 = tosa.table %few, %t : (tensor<15xi8>, tensor<256xi8>) -> tensor<15xi8>
  %1 = tosa.table %wide, %w : (tensor<64xi16>, tensor<513xi16>) -> tensor<64xi32>
  return %0, %1 : tensor<15xi8>, tensor<64xi32>
}
