// A network whose parameters come from quantization-aware training, unsigned
// activations among them, becomes integer without a profile. Moves have no fake_quant
// of their own, and the residual connection bypasses one.
// RUN: quant-opt %s --ptq-name-tensors --ptq-simplify --ptq-propagate-parameters --ptq-annotate --ptq-propagate-parameters --ptq-quantize-bias --ptq-fold-fake-quant --ptq-quantize-ops | FileCheck %s

// CHECK-LABEL: func.func @network
func.func @network(%arg: tensor<1x4x4x2xf32>) -> tensor<1x32xf32> {
  // CHECK-NOT: tensor<{{.*}}xf32>}>
  // CHECK: %[[Q:.*]] = quant.qcast %arg0 : tensor<1x4x4x2xf32> to tensor<1x4x4x2x!quant.uniform<i8:f32, 5.000000e-01:-125>>
  %x = ptq.fake_quant %arg as !quant.uniform<u8:f32, 0.5:3> : tensor<1x4x4x2xf32>
  %f = "tosa.const"() <{values = dense<0.5> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32>
  %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,0.125}> : tensor<2x1x1x2xf32>
  %b = "tosa.const"() <{values = dense<[1.0, -2.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  // CHECK: %[[C:.*]] = tosa.conv2d %[[Q]], {{.*}} -> tensor<1x4x4x2x!quant.uniform<i32:f32:3, {1.250000e-01,6.250000e-02}>>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  %1 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  // CHECK: ptq.requantize %[[C]] {{.*}} to tensor<1x4x4x2x!quant.uniform<i8:f32, 2.500000e-02:-128>>
  %2 = ptq.fake_quant %1 as !quant.uniform<u8:f32, 0.025:0> : tensor<1x4x4x2xf32>
  // CHECK: tosa.max_pool2d {{.*}} -> tensor<1x4x4x2x!quant.uniform<i8:f32, 2.500000e-02:-128>>
  %3 = tosa.max_pool2d %2 {kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  // CHECK-NOT: quant.dcast
  %4 = tosa.add %3, %arg : (tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %5 = ptq.fake_quant %4 as !quant.uniform<i8:f32, 0.5> : tensor<1x4x4x2xf32>
  %shape = tosa.const_shape {values = dense<[1, 32]> : tensor<2xindex>} : () -> !tosa.shape<2>
  // CHECK: %[[R:.*]] = tosa.reshape {{.*}} -> tensor<1x32x!quant.uniform<i8:f32, 5.000000e-01>>
  // CHECK-NEXT: %[[OUT:.*]] = quant.dcast %[[R]]
  // CHECK-NEXT: return %[[OUT]]
  %6 = tosa.reshape %5, %shape : (tensor<1x4x4x2xf32>, !tosa.shape<2>) -> tensor<1x32xf32>
  return %6 : tensor<1x32xf32>
}
