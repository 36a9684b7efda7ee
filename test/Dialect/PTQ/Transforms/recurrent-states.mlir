// RUN: quant-opt %s --ptq-insert-observers | FileCheck %s --check-prefix=OBSERVE
// RUN: quant-opt %s --pass-pipeline='builtin.module(func.func(ptq-fold-fake-quant,ptq-quantize-ops))' | FileCheck %s --check-prefix=QUANTIZE

// The sums of a row have the steps of its recurrent products: 1/128 * 1/100, unless what is added does not fit.
// QUANTIZE-LABEL: func.func @lstm
// QUANTIZE: ptq.lstm
// QUANTIZE-SAME: tensor<4x1x!quant.uniform<i8<-127:127>:f32:0, {1.000000e-02,1.000000e-02,1.000000e-02,
// QUANTIZE-SAME: tensor<4x!quant.uniform<i32:f32:0, {7.812500e-05,7.812500e-05,7.812500e-05,0.0037{{[0-9]*}}}>>
// QUANTIZE-SAME: -> (tensor<2x1x1x!quant.uniform<i8:f32, 7.812500e-03>>, tensor<1x1x!quant.uniform<i8:f32, 7.812500e-03>>, tensor<1x1x!quant.uniform<i16:f32, 2.44140625E-4>>)
!w = !quant.uniform<i8<-127:127>:f32:0, {0.01,0.01,0.01,0.01}>
!h = !quant.uniform<i8:f32, 7.8125E-3>
func.func @lstm(%arg0: tensor<2x1x1xf32> {ptq.name = "x"}) -> tensor<2x1x1xf32> {
  %x = ptq.fake_quant %arg0 as !quant.uniform<i8:f32, 0.1> : tensor<2x1x1xf32>
  %wc = "tosa.const"() {values = dense<0.5> : tensor<4x1xf32>} : () -> tensor<4x1xf32>
  %w = ptq.fake_quant %wc as !w : tensor<4x1xf32>
  %r = ptq.fake_quant %wc as !w : tensor<4x1xf32>
  %b = "tosa.const"() {values = dense<[0.0, 1.0, 2.0, 1000000.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %s:3 = ptq.lstm %x weights(%w, %r) bias(%b) {ptq.name = ["l/sequence", "l/hidden", "l/cell"],
      stateTypes = [!h, !quant.uniform<i16:f32, 2.44140625E-4>]}
    : (tensor<2x1x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>, tensor<4xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>)
  %y = ptq.fake_quant %s#0 as !h : tensor<2x1x1xf32>
  return %y : tensor<2x1x1xf32>
}

// States are observed in the loop, and the sequence like every other tensor.
// OBSERVE-LABEL: func.func @bare
// OBSERVE: %[[X:.*]] = ptq.observe %arg0 {name = "x"}
// OBSERVE: %sequence, %hidden, %cell = ptq.lstm %[[X]] {{.*}}observed
// OBSERVE: ptq.observe %sequence {name = "l/sequence"}
// OBSERVE-NOT: ptq.observe
func.func @bare(%arg0: tensor<2x1x1xf32> {ptq.name = "x"}) -> (tensor<2x1x1xf32>, tensor<1x1xf32>) {
  %w = "tosa.const"() {values = dense<0.5> : tensor<4x1xf32>} : () -> tensor<4x1xf32>
  %s:3 = ptq.lstm %arg0 weights(%w, %w) {ptq.name = ["l/sequence", "l/hidden", "l/cell"]}
    : (tensor<2x1x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>)
  return %s#0, %s#2 : tensor<2x1x1xf32>, tensor<1x1xf32>
}

// relu has no bound: the layer has no integer form, and its states need no types.
// OBSERVE-LABEL: func.func @relu
// OBSERVE-NOT: observed
func.func @relu(%arg0: tensor<2x1x1xf32> {ptq.name = "x"}) -> tensor<2x1x1xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<4x1xf32>} : () -> tensor<4x1xf32>
  %s:3 = ptq.lstm %arg0 weights(%w, %w) {cellInput = #ptq.activation<relu>, ptq.name = ["l/sequence", "l/hidden", "l/cell"]}
    : (tensor<2x1x1xf32>, tensor<4x1xf32>, tensor<4x1xf32>) -> (tensor<2x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>)
  return %s#0 : tensor<2x1x1xf32>
}
