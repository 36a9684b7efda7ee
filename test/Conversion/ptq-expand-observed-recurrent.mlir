// RUN: quant-opt %s --ptq-expand-recurrent | FileCheck %s

// The states of every step are observed under the names of their last values, and rounded if they have types.
// CHECK-LABEL: func.func @observed
// CHECK: scf.for
// CHECK: %[[H:.*]] = ptq.observe {{.*}} {name = "lstm/hidden"} : tensor<1x2xf32>
// CHECK: %[[QH:.*]] = ptq.fake_quant %[[H]] as !quant.uniform<i8:f32, 7.812500e-03>
// CHECK: %[[C:.*]] = ptq.observe {{.*}} {name = "lstm/cell"} : tensor<1x2xf32>
// CHECK: %[[QC:.*]] = ptq.fake_quant %[[C]] as !quant.uniform<i16:f32, 2.44140625E-4>
// CHECK: scf.yield %[[QH]], %[[QC]]
func.func @observed(%x: tensor<6x1x3xf32>, %w: tensor<8x3xf32>, %r: tensor<8x2xf32>) -> tensor<1x2xf32> {
  %s:3 = ptq.lstm %x weights(%w, %r) {observed, ptq.name = ["lstm/sequence", "lstm/hidden", "lstm/cell"],
      stateTypes = [!quant.uniform<i8:f32, 7.8125E-3>, !quant.uniform<i16:f32, 2.44140625E-4>]}
    : (tensor<6x1x3xf32>, tensor<8x3xf32>, tensor<8x2xf32>) -> (tensor<6x1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>)
  return %s#1 : tensor<1x2xf32>
}
