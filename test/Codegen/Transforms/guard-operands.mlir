// RUN: quant-opt %s --quantc-guard-operands | FileCheck %s

// Indices that come from the network are clamped (N51).
// CHECK-LABEL: @rows
// CHECK: %[[I:.*]] = tosa.clamp %arg1 {max_val = 4 : i32, min_val = 0 : i32} : (tensor<1x2xi32>)
// CHECK: tosa.gather %arg0, %[[I]]
// CHECK: %[[J:.*]] = tosa.clamp %arg1 {max_val = 4 : i32, min_val = 0 : i32} : (tensor<1x2xi32>)
// CHECK: tosa.scatter %arg0, %[[J]], %arg2
func.func @rows(%t: tensor<1x5x3xi8>, %i: tensor<1x2xi32>, %u: tensor<1x2x3xi8>) -> (tensor<1x2x3xi8>, tensor<1x5x3xi8>) {
  %0 = tosa.gather %t, %i : (tensor<1x5x3xi8>, tensor<1x2xi32>) -> tensor<1x2x3xi8>
  %1 = tosa.scatter %t, %i, %u : (tensor<1x5x3xi8>, tensor<1x2xi32>, tensor<1x2x3xi8>) -> tensor<1x5x3xi8>
  return %0, %1 : tensor<1x2x3xi8>, tensor<1x5x3xi8>
}

// What is known to be inside of TOSA's range costs nothing.
// CHECK-LABEL: @known
// CHECK-COUNT-2: tosa.clamp
// CHECK-NOT: tosa.clamp
// CHECK-NOT: tosa.equal
// CHECK-NOT: tosa.select
func.func @known(%t: tensor<1x5x3xi8>, %i: tensor<2xi32>, %a: tensor<1x4xi32>, %f: tensor<1x4xf32>) -> (tensor<1x2x3xi8>, tensor<1x2x3xi8>, tensor<1x4xi32>, tensor<1x4xi32>, tensor<1x4xi8>) {
  %shape = tosa.const_shape {values = dense<[1, 2]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.clamp %i {min_val = 0 : i32, max_val = 4 : i32} : (tensor<2xi32>) -> tensor<2xi32>
  %1 = tosa.reshape %0, %shape : (tensor<2xi32>, !tosa.shape<2>) -> tensor<1x2xi32>
  %2 = tosa.gather %t, %1 : (tensor<1x5x3xi8>, tensor<1x2xi32>) -> tensor<1x2x3xi8>
  %3 = "tosa.const"() <{values = dense<[[4, 0]]> : tensor<1x2xi32>}> : () -> tensor<1x2xi32>
  %4 = tosa.gather %t, %3 : (tensor<1x5x3xi8>, tensor<1x2xi32>) -> tensor<1x2x3xi8>
  %5 = "tosa.const"() <{values = dense<31> : tensor<1x1xi32>}> : () -> tensor<1x1xi32>
  %6 = tosa.arithmetic_right_shift %a, %5 {round = true} : (tensor<1x4xi32>, tensor<1x1xi32>) -> tensor<1x4xi32>
  %7 = "tosa.const"() <{values = dense<[[-2, -7, -2147483648, -3]]> : tensor<1x4xi32>}> : () -> tensor<1x4xi32>
  %8 = tosa.intdiv %a, %7 : (tensor<1x4xi32>, tensor<1x4xi32>) -> tensor<1x4xi32>
  %9 = tosa.clamp %f {min_val = -9.0 : f32, max_val = 9.0 : f32, nan_mode = IGNORE} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %10 = tosa.cast %9 : (tensor<1x4xf32>) -> tensor<1x4xi8>
  return %2, %4, %6, %8, %10 : tensor<1x2x3xi8>, tensor<1x2x3xi8>, tensor<1x4xi32>, tensor<1x4xi32>, tensor<1x4xi8>
}

// CHECK-LABEL: @shift_left
// CHECK-DAG: %[[N:.*]] = tosa.clamp %arg1 {max_val = 15 : i16, min_val = 0 : i16}
// CHECK-DAG: %[[IN:.*]] = tosa.equal %arg1, %[[N]] : (tensor<1x4xi16>, tensor<1x4xi16>) -> tensor<1x4xi1>
// CHECK-DAG: %[[ZERO:.*]] = "tosa.const"() <{values = dense<0> : tensor<1x1xi16>}>
// CHECK-DAG: %[[X:.*]] = tosa.logical_left_shift %arg0, %[[N]]
// CHECK: %[[Y:.*]] = tosa.select %[[IN]], %[[X]], %[[ZERO]] : (tensor<1x4xi1>, tensor<3x4xi16>, tensor<1x1xi16>) -> tensor<3x4xi16>
// CHECK: return %[[Y]]
func.func @shift_left(%a: tensor<3x4xi16>, %n: tensor<1x4xi16>) -> tensor<3x4xi16> {
  %0 = tosa.logical_left_shift %a, %n : (tensor<3x4xi16>, tensor<1x4xi16>) -> tensor<3x4xi16>
  return %0 : tensor<3x4xi16>
}

// The sign remains; with rounding, nothing does.
// CHECK-LABEL: @shift_right
// CHECK: %[[LAST:.*]] = "tosa.const"() <{values = dense<7> : tensor<1xi8>}>
// CHECK: %[[N:.*]] = tosa.select %{{.*}}, %arg1, %[[LAST]]
// CHECK: tosa.arithmetic_right_shift %arg0, %[[N]] {round = false}
// CHECK: %[[X:.*]] = tosa.arithmetic_right_shift %arg0, %{{.*}} {round = true}
// CHECK: tosa.select %{{.*}}, %[[X]], %{{.*}} : (tensor<4xi1>, tensor<4xi8>, tensor<1xi8>) -> tensor<4xi8>
func.func @shift_right(%a: tensor<4xi8>, %n: tensor<4xi8>) -> (tensor<4xi8>, tensor<4xi8>) {
  %0 = tosa.arithmetic_right_shift %a, %n {round = false} : (tensor<4xi8>, tensor<4xi8>) -> tensor<4xi8>
  %1 = tosa.arithmetic_right_shift %a, %n {round = true} : (tensor<4xi8>, tensor<4xi8>) -> tensor<4xi8>
  return %0, %1 : tensor<4xi8>, tensor<4xi8>
}

// CHECK-LABEL: @quotient
// CHECK: %[[SPECIAL:.*]] = tosa.logical_or
// CHECK: %[[ONE:.*]] = "tosa.const"() <{values = dense<1> : tensor<1x1xi32>}>
// CHECK: %[[D:.*]] = tosa.select %[[SPECIAL]], %[[ONE]], %arg1
// CHECK: %[[F:.*]] = tosa.select %[[SPECIAL]], %arg1, %[[ONE]]
// CHECK: %[[Q:.*]] = tosa.intdiv %arg0, %[[D]]
// CHECK: tosa.mul %[[Q]], %[[F]]
func.func @quotient(%a: tensor<3x4xi32>, %d: tensor<3x1xi32>) -> tensor<3x4xi32> {
  %0 = tosa.intdiv %a, %d : (tensor<3x4xi32>, tensor<3x1xi32>) -> tensor<3x4xi32>
  return %0 : tensor<3x4xi32>
}

// CHECK-LABEL: @number
// CHECK: %[[IS:.*]] = tosa.equal %arg0, %arg0
// CHECK: %[[X:.*]] = tosa.select %[[IS]], %arg0, %{{.*}}
// CHECK: tosa.cast %[[X]] : (tensor<4xf32>) -> tensor<4xi16>
// CHECK: tosa.cast %arg0 : (tensor<4xf32>) -> tensor<4xi1>
func.func @number(%f: tensor<4xf32>) -> (tensor<4xi16>, tensor<4xi1>) {
  %0 = tosa.cast %f : (tensor<4xf32>) -> tensor<4xi16>
  %1 = tosa.cast %f : (tensor<4xf32>) -> tensor<4xi1>
  return %0, %1 : tensor<4xi16>, tensor<4xi1>
}
