// RUN: quant-opt %s --verify-diagnostics --split-input-file --pass-pipeline='builtin.module(func.func(ptq-convert-layout{inputs=NHWC}))'
// RUN: not quant-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(ptq-convert-layout{outputs=NHCW}))' 2>&1 | FileCheck %s

// CHECK: error: unknown layout 'NHCW'; use NHWC or NCHW

// expected-error @below {{no input of the network is an image (rank 3 to 5), so its layout cannot be changed: 'tensor<1x3xf32>'}}
func.func @vector(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  return %x : tensor<1x3xf32>
}
