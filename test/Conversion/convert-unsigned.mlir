// RUN: quant-opt %s --convert-unsigned | FileCheck %s

// CHECK-LABEL: func.func @border(
// CHECK-SAME: %[[X:.*]]: tensor<4xi8> {ptq.name = "x", ptq.unsigned}) -> (tensor<4xi8> {ptq.unsigned})
// CHECK: %[[ZP:.*]] = "tosa.const"() <{values = dense<-128> : tensor<1xi8>}>
// CHECK: tosa.rescale %[[X]], %{{.*}}, %{{.*}}, %[[ZP]], {{.*}}input_unsigned = true, output_unsigned = false{{.*}} -> tensor<4xi8>
// CHECK: tosa.rescale {{.*}}input_unsigned = false, output_unsigned = true{{.*}} -> tensor<4xi8>
func.func @border(%x: tensor<4xui8> {ptq.name = "x"}) -> tensor<4xui8> {
  %m = "tosa.const"() <{values = dense<1073741824> : tensor<1xi32>}> : () -> tensor<1xi32>
  %s = "tosa.const"() <{values = dense<30> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zu = "tosa.const"() <{values = dense<128> : tensor<1xui8>}> : () -> tensor<1xui8>
  %zs = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.rescale %x, %m, %s, %zu, %zs {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = true, output_unsigned = false} : (tensor<4xui8>, tensor<1xi32>, tensor<1xi8>, tensor<1xui8>, tensor<1xi8>) -> tensor<4xi8>
  %1 = tosa.rescale %0, %m, %s, %zs, %zu {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = true} : (tensor<4xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xui8>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}

// CHECK-LABEL: func.func @casts(
// CHECK: %[[WIDE:.*]] = tosa.cast %{{.*}} : (tensor<4xi16>) -> tensor<4xi32>
// CHECK: %[[MASK:.*]] = "tosa.const"() <{values = dense<65535> : tensor<1xi32>}>
// CHECK: tosa.bitwise_and %[[WIDE]], %[[MASK]]
// CHECK: %[[MAX:.*]] = tosa.maximum
// CHECK: %[[MIN:.*]] = tosa.minimum %[[MAX]]
// CHECK: tosa.cast %[[MIN]] : (tensor<4xi32>) -> tensor<4xi8>
func.func @casts(%x: tensor<4xui16>) -> tensor<4xui8> {
  %0 = tosa.cast %x : (tensor<4xui16>) -> tensor<4xf32>
  %1 = tosa.cast %0 : (tensor<4xf32>) -> tensor<4xui8>
  return %1 : tensor<4xui8>
}
