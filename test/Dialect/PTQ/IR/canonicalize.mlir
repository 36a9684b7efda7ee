// RUN: quant-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @fake_quant_twice
func.func @fake_quant_twice(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: ptq.fake_quant
  // CHECK-NOT: ptq.fake_quant
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5> : tensor<2xf32>
  %1 = ptq.fake_quant %0 as !quant.uniform<i8:f32, 0.5> : tensor<2xf32>
  return %1 : tensor<2xf32>
}

// Other parameters round again.
// CHECK-LABEL: func.func @fake_quant_different
func.func @fake_quant_different(%x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK-COUNT-2: ptq.fake_quant
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5> : tensor<2xf32>
  %1 = ptq.fake_quant %0 as !quant.uniform<i8:f32, 0.5:1> : tensor<2xf32>
  return %1 : tensor<2xf32>
}

// CHECK-LABEL: func.func @requantize_to_same
func.func @requantize_to_same(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x!quant.uniform<i8:f32, 0.5>> {
  // CHECK-NEXT: return %arg0
  %0 = ptq.requantize %x : tensor<2x!quant.uniform<i8:f32, 0.5>> to tensor<2x!quant.uniform<i8:f32, 0.5>>
  return %0 : tensor<2x!quant.uniform<i8:f32, 0.5>>
}

// CHECK-LABEL: func.func @requantize_to_other
func.func @requantize_to_other(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x!quant.uniform<i8:f32, 0.25>> {
  // CHECK-NEXT: ptq.requantize
  %0 = ptq.requantize %x : tensor<2x!quant.uniform<i8:f32, 0.5>> to tensor<2x!quant.uniform<i8:f32, 0.25>>
  return %0 : tensor<2x!quant.uniform<i8:f32, 0.25>>
}

// A probe acts even if nobody uses its result; fake quantization does not.
// CHECK-LABEL: func.func @unused
func.func @unused(%x: tensor<2xf32>) {
  // CHECK-NEXT: ptq.observe
  // CHECK-NEXT: ptq.observe
  // CHECK-NEXT: return
  %0 = ptq.observe %x {name = "x"} : tensor<2xf32>
  %1 = ptq.observe %x {name = "x"} : tensor<2xf32>
  %2 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5> : tensor<2xf32>
  return
}
