// RUN: quant-opt %s --ptq-expand-recurrent | FileCheck %s

// A GRU whose reset gate comes before the product takes its recurrent weights apart. They stay narrow.
// CHECK-LABEL: func.func @integers
// CHECK-DAG: %[[Z:.*]] = "tosa.const"() {{.*}} tensor<4x2xi8>
// CHECK-DAG: %[[N:.*]] = "tosa.const"() <{values = dense<{{\[}}[9, 10], [11, 12]]> : tensor<2x2xi8>}>
// CHECK-DAG: %[[S:.*]] = "tosa.const"() <{values = dense<{{\[}}[5.000000e-01], [6.000000e-01]]> : tensor<2x1xf32>}>
// CHECK-DAG: %[[C:.*]] = tosa.cast %[[N]] : (tensor<2x2xi8>) -> tensor<2x2xf32>
// CHECK-DAG: tosa.mul %[[C]], %[[S]]
// CHECK-NOT: tosa.slice {{.*}} -> tensor<2x2xf32>
// CHECK: scf.for
func.func @integers(%x: tensor<3x1x2xf32>, %w: tensor<6x2xf32>) -> tensor<1x2xf32> {
  %codes = "tosa.const"() {values = dense<[[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]]> : tensor<6x2xi8>} : () -> tensor<6x2xi8>
  %scales = "tosa.const"() {values = dense<[[0.1], [0.2], [0.3], [0.4], [0.5], [0.6]]> : tensor<6x1xf32>} : () -> tensor<6x1xf32>
  %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %wide = tosa.cast %codes : (tensor<6x2xi8>) -> tensor<6x2xf32>
  %r = tosa.mul %wide, %scales, %shift : (tensor<6x2xf32>, tensor<6x1xf32>, tensor<1xi8>) -> tensor<6x2xf32>
  %s, %h = ptq.gru %x weights(%w, %r)
    : (tensor<3x1x2xf32>, tensor<6x2xf32>, tensor<6x2xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>)
  return %h : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @half
// CHECK-DAG: %[[H:.*]] = "tosa.const"() <{values = dense<1.500000e+00> : tensor<2x2xf16>}>
// CHECK-DAG: tosa.cast %[[H]] : (tensor<2x2xf16>) -> tensor<2x2xf32>
// CHECK: scf.for
func.func @half(%x: tensor<3x1x2xf32>, %w: tensor<6x2xf32>) -> tensor<1x2xf32> {
  %narrow = "tosa.const"() {values = dense<1.5> : tensor<6x2xf16>} : () -> tensor<6x2xf16>
  %r = tosa.cast %narrow : (tensor<6x2xf16>) -> tensor<6x2xf32>
  %s, %h = ptq.gru %x weights(%w, %r)
    : (tensor<3x1x2xf32>, tensor<6x2xf32>, tensor<6x2xf32>) -> (tensor<3x1x2xf32>, tensor<1x2xf32>)
  return %h : tensor<1x2xf32>
}
