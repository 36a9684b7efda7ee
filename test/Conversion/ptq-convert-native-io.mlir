// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io))" | FileCheck %s --check-prefix=OWN
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=float outputs=float}))" | FileCheck %s --check-prefix=FLOAT
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=int8 outputs=int8}))" | FileCheck %s --check-prefix=INT8
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-convert-io{inputs=uint8 outputs=uint8}))" | FileCheck %s --check-prefix=UINT8

// Inputs and outputs of quantized networks: @net's are signed, @unsigned's unsigned.
!q = !quant.uniform<i8:f32, 0.5:3>

// OWN: @net(%{{.+}}: tensor<4xi8> {ptq.name = "x", ptq.scale = 5.000000e-01 : f64, ptq.zero_point = 3 : i64}, %{{.+}}: tensor<4xi8> {ptq.name = "i"})
// OWN-NOT: rescale
// OWN: return

// FLOAT: @net(%[[X:.+]]: tensor<4xf32> {ptq.name = "x"}, %[[I:.+]]: tensor<4xi8> {ptq.name = "i"})
// FLOAT-SAME: -> (tensor<4xf32> {ptq.name = "y"}, tensor<4xi8>
// FLOAT: quant.qcast %[[X]] : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 5.000000e-01:3>>
// FLOAT: tosa.clamp
// FLOAT: %[[Y:.+]] = quant.dcast
// FLOAT: return %[[Y]], %[[I]]

// INT8: @net(%{{.+}}: tensor<4xi8> {ptq.name = "x", ptq.scale = 5.000000e-01 : f64, ptq.zero_point = 3 : i64}
// INT8-NOT: rescale
// INT8: return

// UINT8: @net(%[[X:.+]]: tensor<4xi8> {ptq.name = "x", ptq.scale = 5.000000e-01 : f64, ptq.unsigned, ptq.zero_point = 131 : i64}
// UINT8-SAME: -> (tensor<4xi8> {ptq.name = "y", ptq.scale = 5.000000e-01 : f64, ptq.unsigned, ptq.zero_point = 131 : i64}
// UINT8: tosa.rescale %[[X]], {{.*}}input_unsigned = true, output_unsigned = false
// UINT8: tosa.clamp
// UINT8: tosa.rescale {{.*}}input_unsigned = false, output_unsigned = true
func.func @net(%x: tensor<4xi8> {ptq.name = "x", ptq.scale = 0.5 : f64, ptq.zero_point = 3 : i64}, %i: tensor<4xi8> {ptq.name = "i"})
    -> (tensor<4xi8> {ptq.name = "y", ptq.scale = 0.5 : f64, ptq.zero_point = 3 : i64}, tensor<4xi8>) {
  %0 = quant.scast %x : tensor<4xi8> to tensor<4x!q>
  %1 = tosa.clamp %0 {min_val = 3 : i8, max_val = 12 : i8} : (tensor<4x!q>) -> tensor<4x!q>
  %2 = quant.scast %1 : tensor<4x!q> to tensor<4xi8>
  return %2, %i : tensor<4xi8>, tensor<4xi8>
}

// OWN: @unsigned
// OWN-COUNT-2: tosa.rescale

// FLOAT: @unsigned(%[[X:.+]]: tensor<4xf32> {ptq.name = "x"}) -> (tensor<4xf32> {ptq.name = "y"})
// FLOAT-NOT: rescale
// FLOAT: quant.qcast %[[X]] : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 5.000000e-01:3>>
// FLOAT-NOT: rescale
// FLOAT: return

// INT8: @unsigned(%[[X:.+]]: tensor<4xi8> {ptq.name = "x", ptq.scale = 5.000000e-01 : f64, ptq.zero_point = 3 : i64})
// INT8-SAME: -> (tensor<4xi8> {ptq.name = "y", ptq.scale = 5.000000e-01 : f64, ptq.zero_point = 3 : i64})
// INT8-NOT: rescale
// INT8: return

// UINT8: @unsigned
// UINT8-COUNT-2: tosa.rescale
// UINT8-NOT: rescale
func.func @unsigned(%x: tensor<4xi8> {ptq.name = "x", ptq.scale = 0.5 : f64, ptq.unsigned, ptq.zero_point = 131 : i64})
    -> (tensor<4xi8> {ptq.name = "y", ptq.scale = 0.5 : f64, ptq.unsigned, ptq.zero_point = 131 : i64}) {
  %multiplier = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %shift = "tosa.const"() {values = dense<30> : tensor<1xi8>} : () -> tensor<1xi8>
  %128 = "tosa.const"() {values = dense<-128> : tensor<1xi8>} : () -> tensor<1xi8>
  %zero = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %signed = tosa.rescale %x, %multiplier, %shift, %128, %zero {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = true, output_unsigned = false}
      : (tensor<4xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<4xi8>
  %0 = quant.scast %signed : tensor<4xi8> to tensor<4x!q>
  %1 = tosa.clamp %0 {min_val = 3 : i8, max_val = 12 : i8} : (tensor<4x!q>) -> tensor<4x!q>
  %2 = quant.scast %1 : tensor<4x!q> to tensor<4xi8>
  %y = tosa.rescale %2, %multiplier, %shift, %zero, %128 {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = true}
      : (tensor<4xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<4xi8>
  return %y : tensor<4xi8>
}
