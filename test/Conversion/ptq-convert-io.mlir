// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io))" | FileCheck %s --check-prefix=FLOAT
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=int8 outputs=int8}))" | FileCheck %s --check-prefix=INT8
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=uint8 outputs=uint8}))" | FileCheck %s --check-prefix=UINT8
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=float outputs=int8}))" | FileCheck %s --check-prefix=MIXED

// FLOAT: @net(%arg0: tensor<4xf32> {ptq.name = "x"}, %{{.+}}: tensor<4xi32>)
// FLOAT-SAME: -> (tensor<4xf32> {ptq.name = "y"}, tensor<4xi32>)
// FLOAT: quant.qcast %arg0

// INT8: @net(%arg0: tensor<4xi8> {ptq.name = "x", ptq.scale = 5.000000e-01 : f64, ptq.zero_point = 3 : i64}, %arg1: tensor<4xi32>)
// INT8-SAME: -> (tensor<4xi8> {ptq.name = "y", ptq.scale = 5.000000e-01 : f64, ptq.zero_point = 3 : i64}, tensor<4xi32>)
// INT8-NOT: cast %{{.+}}f32
// INT8: %[[X:.+]] = quant.scast %arg0
// INT8: %[[C:.+]] = tosa.clamp %[[X]]
// INT8: %[[Y:.+]] = quant.scast %[[C]]
// INT8: return %[[Y]], %arg1

// UINT8: @net(%arg0: tensor<4xi8> {ptq.name = "x", ptq.scale = 5.000000e-01 : f64, ptq.unsigned, ptq.zero_point = 131 : i64}
// UINT8-SAME: -> (tensor<4xi8> {ptq.name = "y", ptq.scale = 5.000000e-01 : f64, ptq.unsigned, ptq.zero_point = 131 : i64}
// UINT8: tosa.rescale %arg0, {{.*}}input_unsigned = true, output_unsigned = false
// UINT8: tosa.rescale {{.*}}input_unsigned = false, output_unsigned = true

// MIXED: @net(%arg0: tensor<4xf32> {ptq.name = "x"}, %{{.+}}) -> (tensor<4xi8>
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @net(%x: tensor<4xf32> {ptq.name = "x"}, %i: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xi32>) {
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  %1 = tosa.clamp %0 {min_val = 3 : i8, max_val = 12 : i8, ptq.name = "y"} : (tensor<4x!q>) -> tensor<4x!q>
  %2 = quant.dcast %1 : tensor<4x!q> to tensor<4xf32>
  return %2, %i : tensor<4xf32>, tensor<4xi32>
}
