// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=int8 outputs=int8}))" | FileCheck %s
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=uint8 outputs=uint8}))" | FileCheck %s --check-prefix=UINT8

// An input that nothing reads has the scale 1; a constant that is an output has the scale of its values,
// here (1.5 - -1) / 255, and 0 at round(1 / scale) - 128 = -26.
// CHECK: func.func @net(%{{.*}}: tensor<4xi8> {ptq.name = "unread", ptq.scale = 1.000000e+00 : f64, ptq.zero_point = 0 : i64})
// CHECK-SAME: tensor<3xi8> {ptq.name = "c", ptq.scale = 0.0098039{{[0-9]*}} : f64, ptq.zero_point = -26 : i64}
// CHECK: dense<[-128, 127, -26]> : tensor<3xi8>
// UINT8: func.func @net(%{{.*}}: tensor<4xi8> {ptq.name = "unread", ptq.scale = 1.000000e+00 : f64, ptq.unsigned, ptq.zero_point = 128 : i64})
// UINT8-SAME: ptq.unsigned, ptq.zero_point = 102 : i64}
func.func @net(%x: tensor<4xf32> {ptq.name = "unread"}) -> tensor<3xf32> {
  %c = "tosa.const"() {ptq.name = "c", values = dense<[-1.0, 1.5, 0.0]> : tensor<3xf32>} : () -> tensor<3xf32>
  return %c : tensor<3xf32>
}
