// RUN: quant-opt %s --ptq-fold-fake-quant | FileCheck %s

// CHECK-LABEL: func.func @activation
func.func @activation(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[Q:.*]] = quant.qcast %arg0 : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 5.000000e-01:-3>>
  // CHECK: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK: return %[[D]]
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:-3> : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Ties go to even, and values beyond the storage range saturate.
// CHECK-LABEL: func.func @per_tensor_constant
func.func @per_tensor_constant() -> tensor<6xf32> {
  %c = "tosa.const"() <{values = dense<[0.25, 0.75, -0.25, 1000.0, -1000.0, 1.0]> : tensor<6xf32>}> {ptq.name = "c"} : () -> tensor<6xf32>
  // CHECK-NOT: xf32>}>
  // CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<[10, 12, 10, 127, -128, 12]> : tensor<6xi8>}> {ptq.name = "c"}
  // CHECK: %[[S:.*]] = quant.scast %[[C]] : tensor<6xi8> to tensor<6x!quant.uniform<i8:f32, 5.000000e-01:10>>
  // CHECK: quant.dcast %[[S]]
  %0 = ptq.fake_quant %c as !quant.uniform<i8:f32, 0.5:10> : tensor<6xf32>
  return %0 : tensor<6xf32>
}

// Each slice along the axis has its own scale.
// CHECK-LABEL: func.func @per_channel_constants
func.func @per_channel_constants() -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %c = "tosa.const"() <{values = dense<[[1.0, 2.0], [3.0, -80.0]]> : tensor<2x2xf32>}> : () -> tensor<2x2xf32>
  // CHECK-DAG: dense<{{\[\[}}1, 2], [6, -127]]> : tensor<2x2xi8>
  %0 = ptq.fake_quant %c as !quant.uniform<i8<-127:127>:f32:0, {1.0,0.5}> : tensor<2x2xf32>
  // CHECK-DAG: dense<{{\[\[}}1, 4], [3, -127]]> : tensor<2x2xi8>
  %1 = ptq.fake_quant %c as !quant.uniform<i8<-127:127>:f32:1, {1.0,0.5}> : tensor<2x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func.func @bias
func.func @bias() -> tensor<2xf32> {
  %c = "tosa.const"() <{values = dense<[1.0e+6, -2.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  // CHECK: dense<[8000000, -32]> : tensor<2xi32>
  %0 = ptq.fake_quant %c as !quant.uniform<i32:f32:0, {0.125,0.0625}> : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// Quantization-aware training often exports unsigned storage.
// CHECK-LABEL: func.func @unsigned
func.func @unsigned(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<2xf32>) {
  // CHECK-DAG: quant.qcast %arg0 : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 5.000000e-01:-125>>
  %0 = ptq.fake_quant %x as !quant.uniform<u8:f32, 0.5:3> : tensor<4xf32>
  %c = "tosa.const"() <{values = dense<[1.0, -1.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  // CHECK-DAG: dense<[2, -2]> : tensor<2xi8>
  // CHECK-DAG: !quant.uniform<i8<-127:127>:f32, 5.000000e-01>>
  %1 = ptq.fake_quant %c as !quant.uniform<u8<1:255>:f32, 0.5:128> : tensor<2xf32>
  return %0, %1 : tensor<4xf32>, tensor<2xf32>
}
