// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(ptq-quantize-ops))" --split-input-file --remarks-filter="ptq-quantize-ops" -o /dev/null 2>&1 | FileCheck %s

// Why operations as they stand have no integer form.

// CHECK: Op=tosa.conv2d, Reason="its weights are computed at run time; only constant weights are quantized"
func.func @weights(%x: tensor<1x4x4x2xf32>, %w: tensor<2x1x1x2xf32>) -> tensor<1x4x4x2xf32> {
  %zp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %b = "tosa.const"() {values = dense<0.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}

// -----

// CHECK: Op=tosa.conv2d, Reason="its bias is not a constant with one value per output channel"
func.func @bias(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  %zp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %w = "tosa.const"() {values = dense<0.5> : tensor<2x1x1x2xf32>} : () -> tensor<2x1x1x2xf32>
  %b = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  return %0 : tensor<1x4x4x2xf32>
}

// -----

// CHECK: Op=tosa.cast, Reason="it makes integers of real numbers, which has no integer form; end the network before it"
func.func @cast(%x: tensor<4xf32>) -> tensor<4xi32> {
  %0 = tosa.cast %x : (tensor<4xf32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// -----

// Scales along input channels, and zero points per output channel.
// CHECK: Op=tosa.conv2d, Reason="its weights have scales along another dimension than that of the output channels
// CHECK: Op=tosa.conv2d, Reason="its weights have zero points that differ between channels
!in = !quant.uniform<i8:f32:3, {0.5, 0.25}>
!out = !quant.uniform<i8:f32:0, {0.5:3, 0.25:4}>
func.func @weights(%x: tensor<1x4x4x2xf32>) -> (tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32>) {
  %zp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %b = "tosa.const"() {values = dense<0.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %c = "tosa.const"() {values = dense<7> : tensor<2x1x1x2xi8>} : () -> tensor<2x1x1x2xi8>
  %p = quant.scast %c : tensor<2x1x1x2xi8> to tensor<2x1x1x2x!in>
  %q = quant.scast %c : tensor<2x1x1x2xi8> to tensor<2x1x1x2x!out>
  %v = quant.dcast %p : tensor<2x1x1x2x!in> to tensor<2x1x1x2xf32>
  %w = quant.dcast %q : tensor<2x1x1x2x!out> to tensor<2x1x1x2xf32>
  %0 = tosa.conv2d %x, %v, %b, %zp, %zp {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  %1 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32>
  return %0, %1 : tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32>
}

// -----

// CHECK: Op=tosa.add, Reason="only 32-bit floats are quantized; convert the network to f32"
func.func @half(%x: tensor<4xf16>) -> tensor<4xf16> {
  %0 = tosa.add %x, %x : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// -----

// CHECK: Op=tosa.pad, Reason="its padding value is computed at run time; use a constant"
func.func @pad(%x: tensor<4xf32>, %c: tensor<1xf32>) -> tensor<6xf32> {
  %shape = tosa.const_shape {values = dense<[1, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.pad %x, %shape, %c : (tensor<4xf32>, !tosa.shape<2>, tensor<1xf32>) -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// -----

// CHECK: Op=tosa.resize, Reason="bilinear interpolation with a scale numerator above 2048 does not fit int32; use a smaller ratio"
func.func @resize(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32> {
  %scale = tosa.const_shape {values = dense<[4096, 4096, 4096, 4096]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %zero = tosa.const_shape {values = dense<0> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.resize %x, %scale, %zero, %zero {mode = BILINEAR} : (tensor<1x2x2x1xf32>, !tosa.shape<4>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x2x2x1xf32>
  return %0 : tensor<1x2x2x1xf32>
}

// -----

// CHECK: Op=tosa.matmul, Reason="its sums of 33026 products may overflow int32; split it into smaller ones"
func.func @products(%a: tensor<1x1x33026xf32>, %b: tensor<1x33026x1xf32>) -> tensor<1x1x1xf32> {
  %zp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.matmul %a, %b, %zp, %zp : (tensor<1x1x33026xf32>, tensor<1x33026x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1xf32>
  return %0 : tensor<1x1x1xf32>
}

// -----

// CHECK: Op=ptq.softmax, Reason="softmax of 0 values has no integer form; from 1 to 536870912 have one"
func.func @empty_softmax(%x: tensor<1x0xf32>) -> tensor<1x0xf32> {
  %0 = ptq.softmax %x {axis = 1 : i32} : tensor<1x0xf32>
  return %0 : tensor<1x0xf32>
}

// -----

// CHECK: Op=ptq.softmax, Reason="softmax of 536870913 values has no integer form; from 1 to 536870912 have one"
func.func @huge_softmax(%x: tensor<1x536870913xf32>) -> tensor<1x536870913xf32> {
  %0 = ptq.softmax %x {axis = 1 : i32} : tensor<1x536870913xf32>
  return %0 : tensor<1x536870913xf32>
}
