// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file | FileCheck %s
// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file --remarks-filter="ptq-quantize-ops" -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// A network with an operation that stays float in the middle.
// CHECK-LABEL: @mixed
// CHECK: %[[A:.+]] = tosa.table %arg0, %{{.+}} {ptq.name = "a"}
// CHECK: %[[D:.+]] = quant.dcast %[[A]]
// CHECK: %[[P:.+]] = tosa.reduce_product %[[D]]
// CHECK: %[[Q:.+]] = quant.qcast %[[P]]
// CHECK: tosa.reverse %[[Q]] {axis = 0 : i32, ptq.name = "r"}
// REMARK: [Passed] quantized | Category:ptq-quantize-ops | Function=mixed | Op=tosa.tanh, Tensor=a
// REMARK: [Missed] stays-float | Category:ptq-quantize-ops | Function=mixed | Op=tosa.reduce_product, Reason="this operation has no integer form", Tensor=p
// REMARK: [Passed] quantized | Category:ptq-quantize-ops | Function=mixed | Op=tosa.reverse, Tensor=r
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @mixed(%xq: tensor<4x!q>) -> tensor<1x!q> {
  %x = quant.dcast %xq : tensor<4x!q> to tensor<4xf32>
  %0 = tosa.tanh %x {ptq.name = "a"} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!q>
  %2 = quant.dcast %1 : tensor<4x!q> to tensor<4xf32>
  %3 = tosa.reduce_product %2 {axis = 0 : i32, ptq.name = "p"} : (tensor<4xf32>) -> tensor<1xf32>
  %4 = quant.qcast %3 : tensor<1xf32> to tensor<1x!q>
  %5 = quant.dcast %4 : tensor<1x!q> to tensor<1xf32>
  %6 = tosa.reverse %5 {axis = 0 : i32, ptq.name = "r"} : (tensor<1xf32>) -> tensor<1xf32>
  %7 = quant.qcast %6 : tensor<1xf32> to tensor<1x!q>
  return %7 : tensor<1x!q>
}

// -----

// A float user and a quantized one; casts to other parameters are joined.
// CHECK-LABEL: @users
// CHECK: %[[R:.+]] = tosa.reverse %arg0
// CHECK: %[[F:.+]] = quant.dcast %[[R]]
// CHECK: %[[O:.+]] = ptq.requantize %[[R]]
// CHECK: return %[[F]], %[[R]], %[[O]]
!q = !quant.uniform<i8:f32, 0.5:3>
!p = !quant.uniform<i8:f32, 0.25:3>
func.func @users(%xq: tensor<4x!q>) -> (tensor<4xf32>, tensor<4x!q>, tensor<4x!p>) {
  %x = quant.dcast %xq : tensor<4x!q> to tensor<4xf32>
  %0 = tosa.reverse %x {axis = 0 : i32} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = quant.qcast %0 : tensor<4xf32> to tensor<4x!q>
  %2 = quant.dcast %1 : tensor<4x!q> to tensor<4xf32>
  %3 = quant.qcast %2 : tensor<4xf32> to tensor<4x!p>
  return %0, %1, %3 : tensor<4xf32>, tensor<4x!q>, tensor<4x!p>
}

// -----

// What is missing is said.
// CHECK-LABEL: @missing
// CHECK: tosa.tanh %{{.+}} : (tensor<4xf32>)
// CHECK: tosa.add %{{.+}} : (tensor<4xf32>
// CHECK: tosa.abs %{{.+}} : (tensor<4xf32>)
// CHECK: tosa.exp %{{.+}} : (tensor<?xf32>)
// REMARK: Function=missing | Op=tosa.tanh, Reason="its result has no quantization parameters; calibrate the network with this tensor observed"
// REMARK: Function=missing | Op=tosa.add, Reason="its operand 'y' has no quantization parameters
// REMARK: Function=missing | Op=tosa.abs, Reason="its operand is stored as u8; use parameters with storage i8 or i16"
// REMARK: Function=missing | Op=tosa.exp, Reason="its shape is dynamic; give the network's inputs static shapes"
!q = !quant.uniform<i8:f32, 0.5:3>
!u = !quant.uniform<u8:f32, 0.5:3>
func.func @missing(%xq: tensor<4x!q>, %y: tensor<4xf32> {ptq.name = "y"}, %uq: tensor<4x!u>, %dq: tensor<?x!q>)
    -> (tensor<4xf32>, tensor<4x!q>, tensor<4x!q>, tensor<?x!q>) {
  %x = quant.dcast %xq : tensor<4x!q> to tensor<4xf32>
  %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = tosa.add %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = quant.qcast %1 : tensor<4xf32> to tensor<4x!q>
  %u = quant.dcast %uq : tensor<4x!u> to tensor<4xf32>
  %3 = tosa.abs %u : (tensor<4xf32>) -> tensor<4xf32>
  %4 = quant.qcast %3 : tensor<4xf32> to tensor<4x!q>
  %d = quant.dcast %dq : tensor<?x!q> to tensor<?xf32>
  %5 = tosa.exp %d : (tensor<?xf32>) -> tensor<?xf32>
  %6 = quant.qcast %5 : tensor<?xf32> to tensor<?x!q>
  return %0, %2, %4, %6 : tensor<4xf32>, tensor<4x!q>, tensor<4x!q>, tensor<?x!q>
}

// -----

// Integer TOSA is left alone.
// CHECK-LABEL: @integer
// CHECK-NEXT: tosa.clamp %arg0
// CHECK-NEXT: return
// REMARK-NOT: Function=integer
func.func @integer(%x: tensor<4xi8>) -> tensor<4xi8> {
  %0 = tosa.clamp %x {min_val = 0 : i8, max_val = 6 : i8} : (tensor<4xi8>) -> tensor<4xi8>
  return %0 : tensor<4xi8>
}

// Logits are accumulators in steps of 2^-9, the finest that hold every int32 of scale 2^-10 (N46); the table is of
// 2^-11 down to -16.
// CHECK-LABEL: func.func @logits
!logits_x = !quant.uniform<i8:f32, 0.03125>
!logits_y = !quant.uniform<i8:f32, 0.00390625:-128>
func.func @logits(%x: tensor<1x3x4x!logits_x>, %y: tensor<1x4x5x!logits_x>) -> tensor<1x3x5x!logits_y> {
  // CHECK: %[[ACC:.*]] = quant.scast {{.*}} to tensor<1x3x5x!quant.uniform<i32:f32, 9.765625E-4>>
  // CHECK: ptq.requantize %[[ACC]] {{.*}} to tensor<1x3x5x!quant.uniform<i32:f32, 0.001953125>>
  // CHECK: %[[MAX:.*]] = tosa.reduce_max {{.*}} -> tensor<1x3x1xi32>
  // CHECK: %[[D:.*]] = tosa.sub %{{.*}}, %[[MAX]]
  // CHECK: %[[LOWEST:.*]] = "tosa.const"() <{values = dense<-8192>
  // CHECK: %[[CUT:.*]] = tosa.maximum %[[D]], %[[LOWEST]]
  // CHECK: %[[SHIFT:.*]] = "tosa.const"() <{values = dense<2>
  // CHECK: tosa.logical_left_shift %[[CUT]], %[[SHIFT]]
  // CHECK: tosa.table {{.*}} : (tensor<1x3x5xi16>, tensor<513xi16>) -> tensor<1x3x5xi32>
  %zero = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = quant.dcast %x : tensor<1x3x4x!logits_x> to tensor<1x3x4xf32>
  %1 = quant.dcast %y : tensor<1x4x5x!logits_x> to tensor<1x4x5xf32>
  %2 = tosa.matmul %0, %1, %zero, %zero : (tensor<1x3x4xf32>, tensor<1x4x5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x5xf32>
  %3 = ptq.softmax %2 {axis = 2 : i32} : tensor<1x3x5xf32>
  %4 = quant.qcast %3 : tensor<1x3x5xf32> to tensor<1x3x5x!logits_y>
  return %4 : tensor<1x3x5x!logits_y>
}

// Under a dynamic scheme, too, operations without an integer form stay float.
// CHECK-LABEL: func.func @dynamic
// CHECK: tosa.reduce_product {{.*}} -> tensor<1xf32>
// REMARK: [Missed] stays-float | Category:ptq-quantize-ops | Function=dynamic | Op=tosa.reduce_product, Reason="this operation has no integer form"
func.func @dynamic(%x: tensor<4xf32>) -> tensor<1xf32> attributes {ptq.scheme = #ptq.scheme<dynamic, weights = i8 per channel, activations = asymmetric i8 per tensor>} {
  %0 = tosa.reduce_product %x {axis = 0 : i32} : (tensor<4xf32>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}
