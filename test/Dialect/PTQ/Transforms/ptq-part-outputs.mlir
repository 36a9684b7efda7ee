// RUN: quant-opt %s --split-input-file --ptq-part-outputs --ptq-propagate-parameters | FileCheck %s
// RUN: quant-opt %s --split-input-file --ptq-part-outputs=contract=tflm | FileCheck %s --check-prefix=TFLM --implicit-check-not=float32

// Boxes and scores, which a reshape follows. The scheme of both is float, the parts keep their scales.
// CHECK-LABEL: func.func @apart
// CHECK: %[[A:.*]] = ptq.fake_quant %{{.*}} as !quant.uniform<i8:f32, 2.000000e+00>
// CHECK: %[[B:.*]] = ptq.fake_quant %{{.*}} as !quant.uniform<i8:f32, 4.000000e-03>
// CHECK: %[[Y:.*]] = tosa.concat %[[A]], %[[B]] {{.*}}ptq.scheme
// CHECK: %[[R:.*]] = tosa.reshape %[[Y]], {{.*}}ptq.scheme
// CHECK-NEXT: return %[[R]]
// TFLM-LABEL: func.func @apart
func.func @apart(%x: tensor<1x4xf32>, %w: tensor<1x4xf32>) -> tensor<8xf32> {
  %a = tosa.abs %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = tosa.abs %w : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %qa = ptq.fake_quant %a as !quant.uniform<i8:f32, 2.0> : tensor<1x4xf32>
  %qb = ptq.fake_quant %b as !quant.uniform<i8:f32, 0.004> : tensor<1x4xf32>
  %y = tosa.concat %qa, %qb {axis = 1 : i32} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  %qy = ptq.fake_quant %y as !quant.uniform<i8:f32, 2.0> : tensor<1x8xf32>
  %s = tosa.const_shape {values = dense<8> : tensor<1xindex>} : () -> !tosa.shape<1>
  %r = tosa.reshape %qy, %s : (tensor<1x8xf32>, !tosa.shape<1>) -> tensor<8xf32>
  %qr = ptq.fake_quant %r as !quant.uniform<i8:f32, 2.0> : tensor<8xf32>
  return %qr : tensor<8xf32>
}

// -----

// Ranges that are alike share a scale.
// CHECK-LABEL: func.func @alike
// CHECK: tosa.concat
// CHECK-NOT: ptq.scheme
// CHECK: ptq.fake_quant %{{.*}} as !quant.uniform<i8:f32, 2.000000e+00>
// TFLM-LABEL: func.func @alike
func.func @alike(%x: tensor<1x4xf32>, %w: tensor<1x4xf32>) -> tensor<1x8xf32> {
  %a = tosa.abs %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = tosa.abs %w : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %qa = ptq.fake_quant %a as !quant.uniform<i8:f32, 2.0> : tensor<1x4xf32>
  %qb = ptq.fake_quant %b as !quant.uniform<i8:f32, 0.5> : tensor<1x4xf32>
  %y = tosa.concat %qa, %qb {axis = 1 : i32} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  %qy = ptq.fake_quant %y as !quant.uniform<i8:f32, 2.0> : tensor<1x8xf32>
  return %qy : tensor<1x8xf32>
}

// -----

// An integer operation reads it, too.
// CHECK-LABEL: func.func @read
// CHECK: tosa.concat
// CHECK-NOT: ptq.scheme
// CHECK: ptq.fake_quant %{{.*}} as !quant.uniform<i8:f32, 2.000000e+00>
// TFLM-LABEL: func.func @read
func.func @read(%x: tensor<1x4xf32>, %w: tensor<1x4xf32>) -> (tensor<1x8xf32>, tensor<1x8xf32>) {
  %a = tosa.abs %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = tosa.abs %w : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %qa = ptq.fake_quant %a as !quant.uniform<i8:f32, 2.0> : tensor<1x4xf32>
  %qb = ptq.fake_quant %b as !quant.uniform<i8:f32, 0.004> : tensor<1x4xf32>
  %y = tosa.concat %qa, %qb {axis = 1 : i32} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  %qy = ptq.fake_quant %y as !quant.uniform<i8:f32, 2.0> : tensor<1x8xf32>
  %r = tosa.abs %qy : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %qr = ptq.fake_quant %r as !quant.uniform<i8:f32, 2.0> : tensor<1x8xf32>
  return %qy, %qr : tensor<1x8xf32>, tensor<1x8xf32>
}

// -----

// What is chosen from unlike tensors.
// CHECK-LABEL: func.func @select
// CHECK: %[[Y:.*]] = tosa.select {{.*}}ptq.scheme
// CHECK-NEXT: return %[[Y]]
// TFLM-LABEL: func.func @select
func.func @select(%c: tensor<1x4xi1>, %x: tensor<1x4xf32>, %w: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %a = tosa.abs %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = tosa.abs %w : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %qa = ptq.fake_quant %a as !quant.uniform<i8:f32, 2.0> : tensor<1x4xf32>
  %qb = ptq.fake_quant %b as !quant.uniform<i8:f32, 0.004> : tensor<1x4xf32>
  %y = tosa.select %c, %qa, %qb : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %qy = ptq.fake_quant %y as !quant.uniform<i8:f32, 2.0> : tensor<1x4xf32>
  return %qy : tensor<1x4xf32>
}
