// RUN: quant-opt %s --split-input-file --ptq-casts-to-fake-quant | FileCheck %s

// One fake quantization for all readers; constants and inputs have one as well.
// CHECK-LABEL: func.func @network
func.func @network(%arg0: tensor<4xi8>) -> (tensor<4xf32>, tensor<4xi8>) {
  // CHECK: %[[IN:.*]] = quant.dcast
  // CHECK-NEXT: %[[X:.*]] = ptq.fake_quant %[[IN]] as !quant.uniform<i8:f32, 5.000000e-01:3> {ptq.frozen}
  %0 = quant.scast %arg0 : tensor<4xi8> to tensor<4x!quant.uniform<i8:f32, 0.5:3>>
  %1 = quant.dcast %0 : tensor<4x!quant.uniform<i8:f32, 0.5:3>> to tensor<4xf32>
  // CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<[1.250000e-01, -1.600000e+01, -2.500000e-01, 0.000000e+00]> : tensor<4xf32>}> {ptq.name = "c"}
  // CHECK: %[[F:.*]] = ptq.fake_quant %[[C]] as !quant.uniform<i8:f32, 1.250000e-01> {ptq.frozen}
  %c = "tosa.const"() <{values = dense<[1, -128, -2, 0]> : tensor<4xi8>}> {ptq.name = "c"} : () -> tensor<4xi8>
  %2 = quant.scast %c : tensor<4xi8> to tensor<4x!quant.uniform<i8:f32, 0.125>>
  %3 = quant.dcast %2 : tensor<4x!quant.uniform<i8:f32, 0.125>> to tensor<4xf32>
  // CHECK: %[[SUM:.*]] = tosa.add %[[X]], %[[F]]
  %4 = tosa.add %1, %3 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: %[[Y:.*]] = ptq.fake_quant %[[SUM]] as !quant.uniform<i8:f32, 2.500000e-01> {ptq.frozen}
  // CHECK-NEXT: %[[Q:.*]] = quant.qcast %[[Y]]
  %5 = quant.qcast %4 : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 0.25>>
  %6 = quant.dcast %5 : tensor<4x!quant.uniform<i8:f32, 0.25>> to tensor<4xf32>
  // CHECK-NEXT: %[[OUT:.*]] = quant.scast %[[Q]]
  %7 = quant.scast %5 : tensor<4x!quant.uniform<i8:f32, 0.25>> to tensor<4xi8>
  // CHECK-NEXT: return %[[Y]], %[[OUT]]
  return %6, %7 : tensor<4xf32>, tensor<4xi8>
}

// -----

// A scale per channel; 32 bits keep their codes.
// CHECK-LABEL: func.func @constants
func.func @constants() -> (tensor<2x2xf32>, tensor<2xf32>) {
  // CHECK: dense<{{\[}}[5.000000e-01, 1.000000e+00], [7.500000e-01, 1.000000e+00]]> : tensor<2x2xf32>
  %c = "tosa.const"() <{values = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>}> : () -> tensor<2x2xi8>
  %0 = quant.scast %c : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8:f32:0, {0.5,0.25}>>
  %1 = quant.dcast %0 : tensor<2x2x!quant.uniform<i8:f32:0, {0.5,0.25}>> to tensor<2x2xf32>
  // CHECK: %[[B:.*]] = quant.dcast {{.*}} : tensor<2x!quant.uniform<i32:f32, 1.250000e-01>>
  // CHECK: return %{{.*}}, %[[B]]
  %b = "tosa.const"() <{values = dense<[1073741825, -7]> : tensor<2xi32>}> : () -> tensor<2xi32>
  %2 = quant.scast %b : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32, 0.125>>
  %3 = quant.dcast %2 : tensor<2x!quant.uniform<i32:f32, 0.125>> to tensor<2xf32>
  return %1, %3 : tensor<2x2xf32>, tensor<2xf32>
}
