// The packaged mlir-opt learns quantc's dialects and passes from the plugin.
// RUN: %mlir_opt_plugin --pass-pipeline='builtin.module(func.func(ptq-name-tensors))' %s | FileCheck %s

// CHECK-LABEL: func.func @network
// CHECK-SAME: ptq.name
func.func @network(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: tosa.abs {{.*}}ptq.name
  %0 = tosa.abs %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
