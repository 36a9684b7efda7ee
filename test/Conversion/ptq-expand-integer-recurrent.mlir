// RUN: quant-opt %s --ptq-expand-recurrent=only-quantized=true | FileCheck %s

!in = !quant.uniform<i8:f32, 0.02:-3>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.01,0.01,0.01,0.01,0.01,0.01,0.01,0.01}>
!sum = !quant.uniform<i32:f32:0, {7.8125E-5,7.8125E-5,7.8125E-5,7.8125E-5,7.8125E-5,7.8125E-5,7.8125E-5,7.8125E-5}>
!h = !quant.uniform<i8:f32, 7.8125E-3>
!c = !quant.uniform<i16:f32, 2.44140625E-4>

// The products of all inputs are one convolution, whose sums take the steps of the recurrent products.
// CHECK-LABEL: func.func @lstm
// CHECK-DAG: %[[STEPS:.*]] = "tosa.const"() <{values = dense<0> : tensor<8xi32>}>
// CHECK: %[[SUMS:.*]] = tosa.conv2d {{.*}} -> tensor<1x1x6x8xi32>
// CHECK: tosa.rescale {{.*}} -> tensor<6x8xi32>
// CHECK: %[[LOOP:.*]]:3 = scf.for {{.*}} -> (tensor<1x2xi8>, tensor<1x2xi16>, tensor<6x1x2xi8>)
// CHECK: tosa.conv2d {{.*}} -> tensor<1x1x1x8xi32>
// One rounding, behind the sum of both products.
// CHECK: %[[SUM:.*]] = tosa.add {{.*}} : (tensor<1x2xi32>, tensor<1x2xi32>) -> tensor<1x2xi32>
// CHECK: %[[P:.*]] = tosa.rescale %[[SUM]]{{.*}} -> tensor<1x2xi16>
// CHECK: tosa.table %[[P]], {{.*}}tensor<513xi16>
// CHECK: scf.yield
// CHECK: quant.scast %[[LOOP]]#2 : tensor<6x1x2xi8> to tensor<6x1x2x!quant.uniform<i8:f32, 7.812500e-03>>
// CHECK-NOT: ptq.lstm
func.func @lstm(%x: tensor<6x1x3x!in>, %w: tensor<8x3xi8>) -> tensor<6x1x2x!h> {
  %wc = "tosa.const"() {values = dense<1> : tensor<8x3xi8>} : () -> tensor<8x3xi8>
  %wq = quant.scast %wc : tensor<8x3xi8> to tensor<8x3x!w>
  %rc = "tosa.const"() {values = dense<2> : tensor<8x2xi8>} : () -> tensor<8x2xi8>
  %rq = quant.scast %rc : tensor<8x2xi8> to tensor<8x2x!w>
  %bc = "tosa.const"() {values = dense<5> : tensor<8xi32>} : () -> tensor<8xi32>
  %bq = quant.scast %bc : tensor<8xi32> to tensor<8x!sum>
  %s:3 = ptq.lstm %x weights(%wq, %rq) bias(%bq) {stateTypes = [!h, !c]}
    : (tensor<6x1x3x!in>, tensor<8x3x!w>, tensor<8x2x!w>, tensor<8x!sum>)
    -> (tensor<6x1x2x!h>, tensor<1x2x!h>, tensor<1x2x!c>)
  return %s#0 : tensor<6x1x2x!h>
}

// Layers in float stay.
// CHECK-LABEL: func.func @float
// CHECK: ptq.rnn
func.func @float(%x: tensor<6x1x3xf32>, %w: tensor<2x3xf32>, %r: tensor<2x2xf32>) -> tensor<6x1x2xf32> {
  %s, %h = ptq.rnn %x weights(%w, %r)
    : (tensor<6x1x3xf32>, tensor<2x3xf32>, tensor<2x2xf32>) -> (tensor<6x1x2xf32>, tensor<1x2xf32>)
  return %s : tensor<6x1x2xf32>
}
