// RUN: quant-opt %s --split-input-file --verify-diagnostics --quantc-select-kernels

// All of them are reported.
func.func @types(%x: tensor<1x8x8x16xf16>, %w: tensor<4x1x1x16xf16>, %b: tensor<4xf16>, %y: tensor<1x8x4xf16>) -> (tensor<1x8x8x4xf16>, tensor<1x8x8xf16>) {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf16>} : () -> tensor<1xf16>
  // expected-error @below {{'tosa.conv2d' op has no kernel for 'f16' x 'f16' to 'f16': it needs static shapes, constant zero points, and i8 x i8 or i8 x i4 to i32, i16 x i8 or i16 x i16 (matmul) to i48, or f32 x f32 to f32; cast other types to f32}}
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x8x16xf16>, tensor<4x1x1x16xf16>, tensor<4xf16>, tensor<1xf16>, tensor<1xf16>) -> tensor<1x8x8x4xf16>
  %t = "tosa.const"() {values = dense<0.0> : tensor<1x4x8xf16>} : () -> tensor<1x4x8xf16>
  // expected-error @below {{'tosa.matmul' op has no kernel}}
  %1 = tosa.matmul %y, %t, %z, %z : (tensor<1x8x4xf16>, tensor<1x4x8xf16>, tensor<1xf16>, tensor<1xf16>) -> tensor<1x8x8xf16>
  return %0, %1 : tensor<1x8x8x4xf16>, tensor<1x8x8xf16>
}

// -----

func.func @not_decomposed(%x: tensor<1x4x4x4x3xf32>, %w: tensor<5x2x2x2x3xf32>, %b: tensor<5xf32>) -> tensor<1x3x3x3x5xf32> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  // expected-error @below {{'tosa.conv3d' op has no kernel}}
  %0 = tosa.conv3d %x, %w, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1, 1>, pad = array<i64: 0, 0, 0, 0, 0, 0>, stride = array<i64: 1, 1, 1>} : (tensor<1x4x4x4x3xf32>, tensor<5x2x2x2x3xf32>, tensor<5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x3x3x5xf32>
  return %0 : tensor<1x3x3x3x5xf32>
}

// -----

func.func @zero_point(%x: tensor<1x8x8x4xi8>, %w: tensor<4x1x1x4xi8>, %b: tensor<4xi32>, %z: tensor<1xi8>) -> tensor<1x8x8x4xi32> {
  // expected-error @below {{'tosa.conv2d' op has no kernel}}
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x8x4xi8>, tensor<4x1x1x4xi8>, tensor<4xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x8x8x4xi32>
  return %0 : tensor<1x8x8x4xi32>
}

// -----

// Accumulators have as many bits as TOSA gives them.
func.func @accumulator(%x: tensor<1x4x4xi8>) -> tensor<1x4x4xi16> {
  %z = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  // expected-error @below {{'tosa.matmul' op has no kernel for 'i8' x 'i8' to 'i16': it needs}}
  %0 = tosa.matmul %x, %x, %z, %z : (tensor<1x4x4xi8>, tensor<1x4x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4xi16>
  return %0 : tensor<1x4x4xi16>
}
