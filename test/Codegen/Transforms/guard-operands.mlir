// RUN: quant-opt %s --quantc-guard-operands | FileCheck %s

// Indices that come from the network are clamped (N51).
// CHECK-LABEL: @rows
// CHECK: %[[I:.*]] = tosa.clamp %arg1 {max_val = 4 : i32, min_val = 0 : i32} : (tensor<1x2xi32>)
// CHECK: tosa.gather %arg0, %[[I]]
// CHECK: scf.for %[[N:.*]] = {{.*}} iter_args(%{{.*}} = %arg0)
// CHECK: scf.for %[[W:.*]] = {{.*}} iter_args(%[[T:.*]] =
// CHECK: %[[GIVEN:.*]] = tensor.extract %arg1[%[[N]], %[[W]]]
// CHECK: %[[LOW:.*]] = arith.maxsi %[[GIVEN]], %c0_i32
// CHECK: %[[K:.*]] = arith.minsi %[[LOW]], %c4_i32
// CHECK: %[[AT:.*]] = arith.index_cast %[[K]]
// CHECK: %[[ROW:.*]] = tensor.extract_slice %arg2[%[[N]], %[[W]], 0] [1, 1, 3] [1, 1, 1]
// CHECK: tensor.insert_slice %[[ROW]] into %[[T]][%[[N]], %[[AT]], 0] [1, 1, 3] [1, 1, 1]
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

// As in softmax: distances from the maximum, and shifts by leading zeros.
// CHECK-LABEL: @computed
// CHECK-NOT: min_val = {{.*}} : i32
// CHECK-NOT: tosa.equal
func.func @computed(%x: tensor<1x9xi8>, %f: tensor<1x4xf32>) -> (tensor<1x9x1xi32>, tensor<1x1xi32>, tensor<1x4x1xi32>) {
  %table = "tosa.const"() <{values = dense<5> : tensor<1x256x1xi32>}> : () -> tensor<1x256x1xi32>
  %255 = "tosa.const"() <{values = dense<255> : tensor<1x1xi32>}> : () -> tensor<1x1xi32>
  %1 = "tosa.const"() <{values = dense<1> : tensor<1x1xi32>}> : () -> tensor<1x1xi32>
  %shape = tosa.const_shape {values = dense<[1, 9]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %max = tosa.reduce_max %x {axis = 1 : i32} : (tensor<1x9xi8>) -> tensor<1x1xi8>
  %wide = tosa.cast %x : (tensor<1x9xi8>) -> tensor<1x9xi32>
  %wideMax = tosa.cast %max : (tensor<1x1xi8>) -> tensor<1x1xi32>
  %d = tosa.sub %wide, %wideMax : (tensor<1x9xi32>, tensor<1x1xi32>) -> tensor<1x9xi32>
  %i = tosa.add %d, %255 : (tensor<1x9xi32>, tensor<1x1xi32>) -> tensor<1x9xi32>
  %e = tosa.gather %table, %i : (tensor<1x256x1xi32>, tensor<1x9xi32>) -> tensor<1x9x1xi32>
  %flat = tosa.reshape %e, %shape : (tensor<1x9x1xi32>, !tosa.shape<2>) -> tensor<1x9xi32>
  %sum = tosa.reduce_sum %flat {axis = 1 : i32} : (tensor<1x9xi32>) -> tensor<1x1xi32>
  %zeros = tosa.clz %sum : (tensor<1x1xi32>) -> tensor<1x1xi32>
  %amount = tosa.sub %zeros, %1 : (tensor<1x1xi32>, tensor<1x1xi32>) -> tensor<1x1xi32>
  %s = tosa.logical_left_shift %sum, %amount : (tensor<1x1xi32>, tensor<1x1xi32>) -> tensor<1x1xi32>
  %g = tosa.clamp %f {min_val = 0.0 : f32, max_val = 255.0 : f32, nan_mode = IGNORE} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %j = tosa.cast %g : (tensor<1x4xf32>) -> tensor<1x4xi32>
  %h = tosa.gather %table, %j : (tensor<1x256x1xi32>, tensor<1x4xi32>) -> tensor<1x4x1xi32>
  return %e, %s, %h : tensor<1x9x1xi32>, tensor<1x1xi32>, tensor<1x4x1xi32>
}

// What may leave the range, or wrap around, does not count as known.
// CHECK-LABEL: @escapes
// CHECK-COUNT-4: tosa.clamp
func.func @escapes(%x: tensor<1x9xi8>, %y: tensor<1x9xi32>) -> (tensor<1x9x1xi32>, tensor<1x9x1xi32>, tensor<1x9x1xi32>) {
  %table = "tosa.const"() <{values = dense<5> : tensor<1x255x1xi32>}> : () -> tensor<1x255x1xi32>
  %128 = "tosa.const"() <{values = dense<128> : tensor<1x1xi32>}> : () -> tensor<1x1xi32>
  %lowest = "tosa.const"() <{values = dense<-2147483648> : tensor<1x1xi32>}> : () -> tensor<1x1xi32>
  %wide = tosa.cast %x : (tensor<1x9xi8>) -> tensor<1x9xi32>
  %i = tosa.add %wide, %128 : (tensor<1x9xi32>, tensor<1x1xi32>) -> tensor<1x9xi32>
  %0 = tosa.gather %table, %i : (tensor<1x255x1xi32>, tensor<1x9xi32>) -> tensor<1x9x1xi32>
  %max = tosa.reduce_max %y {axis = 1 : i32} : (tensor<1x9xi32>) -> tensor<1x1xi32>
  %d = tosa.sub %max, %y : (tensor<1x1xi32>, tensor<1x9xi32>) -> tensor<1x9xi32>
  %1 = tosa.gather %table, %d : (tensor<1x255x1xi32>, tensor<1x9xi32>) -> tensor<1x9x1xi32>
  %c = tosa.clamp %y {min_val = -2147483648 : i32, max_val = 254 : i32} : (tensor<1x9xi32>) -> tensor<1x9xi32>
  %j = tosa.sub %c, %lowest : (tensor<1x9xi32>, tensor<1x1xi32>) -> tensor<1x9xi32>
  %2 = tosa.gather %table, %j : (tensor<1x255x1xi32>, tensor<1x9xi32>) -> tensor<1x9x1xi32>
  return %0, %1, %2 : tensor<1x9x1xi32>, tensor<1x9x1xi32>, tensor<1x9x1xi32>
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
