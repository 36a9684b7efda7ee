// RUN: quant-opt %s --ptq-annotate | FileCheck %s
// RUN: quant-opt %s --ptq-annotate="profile=%S/Inputs/annotate-profile.json estimator=min-max" | FileCheck %s --check-prefix=PROFILE

// The parameters of what a float operation makes are no reason to quantize it; statistics are.
// CHECK-LABEL: func.func @network
// CHECK-NEXT: %[[X:.*]] = ptq.fake_quant %arg0 as
// CHECK-NEXT: %[[IN:.*]] = ptq.float_border %[[X]]
// CHECK-NEXT: %[[Y:.*]] = tosa.tanh %[[IN]]
// CHECK-NEXT: %[[OUT:.*]] = ptq.float_border %[[Y]]
// CHECK-NEXT: ptq.fake_quant %[[OUT]] as
// PROFILE-LABEL: func.func @network
// PROFILE-NEXT: %[[X:.*]] = ptq.fake_quant %arg0 as
// PROFILE-NEXT: %[[Y:.*]] = tosa.tanh %[[X]]
// PROFILE-NEXT: ptq.fake_quant %[[Y]] as
func.func @network(%x: tensor<4xf32> {ptq.name = "x"}) -> tensor<4xf32> {
  %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> {ptq.frozen} : tensor<4xf32>
  %1 = ptq.float_border %0 : tensor<4xf32>
  %2 = tosa.tanh %1 {ptq.name = "y"} : (tensor<4xf32>) -> tensor<4xf32>
  %3 = ptq.float_border %2 : tensor<4xf32>
  %4 = ptq.fake_quant %3 as !quant.uniform<i8:f32, 7.8125e-3> {ptq.frozen} : tensor<4xf32>
  return %4 : tensor<4xf32>
}
