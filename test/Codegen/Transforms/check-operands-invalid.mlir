// RUN: quant-opt %s --split-input-file --quantc-check-operands --verify-diagnostics

func.func @rescales(%a: tensor<16xi32>, %l: tensor<16xi64>, %run: tensor<1xi8>) {
  %m = "tosa.const"() <{values = dense<1073741824> : tensor<1xi32>}> : () -> tensor<1xi32>
  %n = "tosa.const"() <{values = dense<-5> : tensor<1xi32>}> : () -> tensor<1xi32>
  %m16 = "tosa.const"() <{values = dense<16384> : tensor<1xi16>}> : () -> tensor<1xi16>
  %s1 = "tosa.const"() <{values = dense<1> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s2 = "tosa.const"() <{values = dense<2> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s62 = "tosa.const"() <{values = dense<62> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s63 = "tosa.const"() <{values = dense<63> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zi = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %zl = "tosa.const"() <{values = dense<0> : tensor<1xi64>}> : () -> tensor<1xi64>
  %zo = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  // expected-error @below {{'tosa.rescale' op has shift 1; it must be from 2 to 62}}
  %0 = tosa.rescale %a, %m, %s1, %zi, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  // expected-error @below {{has shift 63; it must be from 2 to 62}}
  %1 = tosa.rescale %a, %m, %s63, %zi, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  // expected-error @below {{has multiplier -5; it must be from 0 to 2147483647}}
  %2 = tosa.rescale %a, %n, %s2, %zi, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  // expected-error @below {{computes its shift at run time; make it a tosa.const}}
  %3 = tosa.rescale %a, %m, %run, %zi, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  // expected-error @below {{computes its output zero point at run time}}
  %4 = tosa.rescale %a, %m, %s2, %zi, %run {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  // expected-error @below {{leaves its rounding open (INEXACT_ROUND); use SINGLE_ROUND or DOUBLE_ROUND}}
  %5 = tosa.rescale %a, %m, %s2, %zi, %zo {scale32 = true, rounding_mode = INEXACT_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  // expected-error @below {{rounds twice (DOUBLE_ROUND) with multipliers of 16 bits}}
  %6 = tosa.rescale %a, %m16, %s2, %zi, %zo {scale32 = false, rounding_mode = DOUBLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  // expected-error @below {{rescales elements of type 'i64'; TOSA rescales i8, i16, i32 and i48}}
  %7 = tosa.rescale %l, %m, %s2, %zl, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi64>, tensor<1xi32>, tensor<1xi8>, tensor<1xi64>, tensor<1xi8>) -> tensor<16xi8>
  // The ends of the range.
  %8 = tosa.rescale %a, %m, %s2, %zi, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  %9 = tosa.rescale %a, %m, %s62, %zi, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<16xi8>
  return
}

// -----

func.func @shifts(%a: tensor<16xi32>, %b: tensor<16xi8>, %run: tensor<1xi8>) {
  %s3 = "tosa.const"() <{values = dense<3> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s63 = "tosa.const"() <{values = dense<63> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s64 = "tosa.const"() <{values = dense<64> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s = "tosa.const"() <{values = dense<-1> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.mul %a, %a, %s63 : (tensor<16xi32>, tensor<16xi32>, tensor<1xi8>) -> tensor<16xi32>
  // expected-error @below {{'tosa.mul' op has shift 64; it must be from 0 to 63}}
  %1 = tosa.mul %a, %a, %s64 : (tensor<16xi32>, tensor<16xi32>, tensor<1xi8>) -> tensor<16xi32>
  // expected-error @below {{has shift -1; it must be from 0 to 63}}
  %2 = tosa.mul %a, %a, %s : (tensor<16xi32>, tensor<16xi32>, tensor<1xi8>) -> tensor<16xi32>
  // expected-error @below {{shifts products of type 'i8'; TOSA shifts those of i32 only}}
  %3 = tosa.mul %b, %b, %s3 : (tensor<16xi8>, tensor<16xi8>, tensor<1xi8>) -> tensor<16xi32>
  // expected-error @below {{computes its shift at run time}}
  %4 = tosa.mul %a, %a, %run : (tensor<16xi32>, tensor<16xi32>, tensor<1xi8>) -> tensor<16xi32>
  return
}

// -----

func.func @products(%image: tensor<1x4x4x4xi8>, %w: tensor<8x1x1x3xi8>, %d: tensor<1x1x3x2xi8>, %b: tensor<8xi32>, %b6: tensor<6xi32>,
                    %m: tensor<1x4x4xi8>, %n: tensor<1x3x5xi8>, %z: tensor<1xi8>) {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  // expected-error @below {{'tosa.conv2d' op has 3 input channels in its weights instead of 4}}
  %0 = tosa.conv2d %image, %w, %b, %zero, %zero {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x4x4x4xi8>, tensor<8x1x1x3xi8>, tensor<8xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4x8xi32>
  // expected-error @below {{'tosa.depthwise_conv2d' op has 3 input channels in its weights instead of 4}}
  %1 = tosa.depthwise_conv2d %image, %d, %b6, %zero, %zero {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x4x4x4xi8>, tensor<1x1x3x2xi8>, tensor<6xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4x6xi32>
  // expected-error @below {{'tosa.matmul' op has 3 rows in its second operand instead of 4}}
  %2 = tosa.matmul %m, %n, %zero, %zero : (tensor<1x4x4xi8>, tensor<1x3x5xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x5xi32>
  // expected-error @below {{'tosa.matmul' op computes its input zero point at run time; make it a tosa.const}}
  %3 = tosa.matmul %m, %m, %z, %zero : (tensor<1x4x4xi8>, tensor<1x4x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4xi32>
  // expected-error @below {{'tosa.avg_pool2d' op computes its input zero point at run time}}
  %4 = tosa.avg_pool2d %image, %z, %zero {acc_type = i32, kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x4xi8>
  // expected-error @below {{'tosa.negate' op computes its output zero point at run time}}
  %5 = tosa.negate %m, %zero, %z : (tensor<1x4x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4xi8>
  return
}

// -----

func.func @tables(%x: tensor<5xi8>, %y: tensor<5xi16>, %z: tensor<5xi32>, %t: tensor<100xi8>, %u: tensor<512xi16>, %v: tensor<256xi32>) {
  // expected-error @below {{'tosa.table' op has 100 entries in its table instead of 256}}
  %0 = tosa.table %x, %t : (tensor<5xi8>, tensor<100xi8>) -> tensor<5xi8>
  // expected-error @below {{has 512 entries in its table instead of 513}}
  %1 = tosa.table %y, %u : (tensor<5xi16>, tensor<512xi16>) -> tensor<5xi32>
  // expected-error @below {{looks up 'i32' by 'i32'; TOSA looks up i8 by i8, and i32 by i16}}
  %2 = tosa.table %z, %v : (tensor<5xi32>, tensor<256xi32>) -> tensor<5xi32>
  return
}

// -----

// Quantized elements are integers in memory.
func.func @quantized(%x: tensor<5x!quant.uniform<i8:f32, 0.5>>, %a: tensor<5x!quant.uniform<i32:f32, 0.5>>, %f: tensor<5xf32>, %t: tensor<256xi8>) {
  %s0 = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.table %x, %t : (tensor<5x!quant.uniform<i8:f32, 0.5>>, tensor<256xi8>) -> tensor<5x!quant.uniform<i8:f32, 0.5>>
  %1 = tosa.mul %a, %a, %s0 : (tensor<5x!quant.uniform<i32:f32, 0.5>>, tensor<5x!quant.uniform<i32:f32, 0.5>>, tensor<1xi8>) -> tensor<5x!quant.uniform<i32:f32, 0.5>>
  // expected-error @below {{'tosa.logical_left_shift' op shifts elements of type 'f32'; TOSA shifts integers}}
  %2 = tosa.logical_left_shift %f, %f : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @indices(%t: tensor<1x5x3xi8>, %u: tensor<1x2x3xi8>, %run: tensor<1x2xi32>) {
  %i = "tosa.const"() <{values = dense<[[0, 5]]> : tensor<1x2xi32>}> : () -> tensor<1x2xi32>
  %j = "tosa.const"() <{values = dense<[[-1, 0]]> : tensor<1x2xi32>}> : () -> tensor<1x2xi32>
  %k = "tosa.const"() <{values = dense<[[0, 4]]> : tensor<1x2xi32>}> : () -> tensor<1x2xi32>
  // expected-error @below {{'tosa.gather' op has index 5; it must be from 0 to 4}}
  %0 = tosa.gather %t, %i : (tensor<1x5x3xi8>, tensor<1x2xi32>) -> tensor<1x2x3xi8>
  // expected-error @below {{'tosa.scatter' op has index -1; it must be from 0 to 4}}
  %1 = tosa.scatter %t, %j, %u : (tensor<1x5x3xi8>, tensor<1x2xi32>, tensor<1x2x3xi8>) -> tensor<1x5x3xi8>
  %2 = tosa.gather %t, %k : (tensor<1x5x3xi8>, tensor<1x2xi32>) -> tensor<1x2x3xi8>
  %3 = tosa.scatter %t, %run, %u : (tensor<1x5x3xi8>, tensor<1x2xi32>, tensor<1x2x3xi8>) -> tensor<1x5x3xi8>
  return
}

// -----

func.func @results(%a: tensor<4x4xi8>) {
  %twice = tosa.const_shape {values = dense<[2, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %open = tosa.const_shape {values = dense<[-1, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  // expected-error @below {{'tosa.tile' op has a result of type 'tensor<12x4xi8>' where its operands give 'tensor<8x4xi8>'}}
  %0 = tosa.tile %a, %twice : (tensor<4x4xi8>, !tosa.shape<2>) -> tensor<12x4xi8>
  // expected-error @below {{'tosa.tile' op has multiple -1; it must be from 1 to}}
  %1 = tosa.tile %a, %open : (tensor<4x4xi8>, !tosa.shape<2>) -> tensor<4x4xi8>
  return
}

// -----

// 2^64 elements: their number does not fit in 64 bits. Only the first tensor is reported.
// expected-error @below {{input 1 'x' has type 'tensor<4294967296x4294967296xi8>': more elements than memory can hold; reduce its dimensions}}
func.func @large(%a: tensor<4xi8>, %x: tensor<4294967296x4294967296xi8> {ptq.name = "x"}) -> tensor<4294967296x4294967296xi8> {
  %0 = tosa.abs %x : (tensor<4294967296x4294967296xi8>) -> tensor<4294967296x4294967296xi8>
  return %0 : tensor<4294967296x4294967296xi8>
}

// -----

func.func @made(%a: tensor<4x4xi8>) {
  // expected-error @below {{'tosa.const' op result 'mask' has type 'tensor<9223372036854775807x2xi8>': more elements than memory can hold}}
  %0 = "tosa.const"() <{values = dense<0> : tensor<9223372036854775807x2xi8>}> {ptq.name = "mask"} : () -> tensor<9223372036854775807x2xi8>
  return
}
