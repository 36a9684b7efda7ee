// RUN: quant-opt %s --split-input-file --verify-diagnostics

func.func @dot_group(%acc: vector<4xi32>, %a: vector<8xi8>) {
  // expected-error @below {{of kind 'signed4' takes 4 products a lane: operand type 'vector<8xi8>' does not fit accumulator type 'vector<4xi32>'}}
  %0 = kernel.dot signed4 %acc, %a, %a : vector<4xi32>, vector<8xi8>
  return
}

// -----

#f = #kernel.strategy<dot = float, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @out_of_bounds(%x: memref<1x1x64xf32>, %w: memref<1x64xf32>, %b: memref<4xf32>, %y: memref<1x1x5x3xf32>) {
  // expected-error @below {{reads row 0, element 79 of an input of type 'memref<1x1x64xf32>'}}
  kernel.conv ins(%x, %w, %b : memref<1x1x64xf32>, memref<1x64xf32>, memref<4xf32>) outs(%y : memref<1x1x5x3xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 16, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 16}
  return
}

// -----

#f = #kernel.strategy<dot = float, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @bias_size(%x: memref<1x1x80xf32>, %w: memref<1x64xf32>, %b: memref<3xf32>, %y: memref<1x1x5x3xf32>) {
  // expected-error @below {{expects a bias of 4 channels (whole vectors), not 3}}
  kernel.conv ins(%x, %w, %b : memref<1x1x80xf32>, memref<1x64xf32>, memref<3xf32>) outs(%y : memref<1x1x5x3xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 16, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 16}
  return
}

// -----

#f = #kernel.strategy<dot = float, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @weights_size(%x: memref<1x1x80xf32>, %w: memref<1x60xf32>, %b: memref<4xf32>, %y: memref<1x1x5x3xf32>) {
  // expected-error @below {{expects 64 packed weights, not 60}}
  kernel.conv ins(%x, %w, %b : memref<1x1x80xf32>, memref<1x60xf32>, memref<4xf32>) outs(%y : memref<1x1x5x3xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 16, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 16}
  return
}

// -----

func.func @prepare_narrows(%x: memref<1x3x8xi16>, %y: memref<1x5x16xi8>) {
  // expected-error @below {{can only copy, or widen i8 to i16}}
  kernel.prepare ins(%x : memref<1x3x8xi16>) outs(%y : memref<1x5x16xi8>)
    {top = 1, left = 4, pad_value = -3, offset = 128, repeat = 1}
  return
}

// -----

#w1 = #kernel.strategy<dot = widening, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @narrow_bias(%x: memref<1x1x16xi16>, %w: memref<1x64xi16>, %b: memref<4xi32>, %y: memref<1x1x1x4xi64>) {
  // expected-error @below {{'widen_every' and a bias of i64 go together, for integers}}
  kernel.conv ins(%x, %w, %b : memref<1x1x16xi16>, memref<1x64xi16>, memref<4xi32>) outs(%y : memref<1x1x1x4xi64>)
    {strategy = #w1, row_stride = 1, pixel_stride = 16, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 16, widen_every = 1}
  return
}

// -----

#s2 = #kernel.strategy<dot = signed16x2, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = true>
func.func @pack_segments(%x: memref<1x5x4xi8>, %y: memref<1x24xi16>) {
  // expected-error @below {{cannot cut 5 rows into segments of 2}}
  kernel.pack ins(%x : memref<1x5x4xi8>) outs(%y : memref<1x24xi16>) {strategy = #s2, offset = 0, segment = 2}
  return
}

// -----

#s2 = #kernel.strategy<dot = signed16x2, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = true>
func.func @pack_size(%x: memref<1x6x4xi8>, %y: memref<1x24xi16>) {
  // expected-error @below {{expects an output of 1x32 elements}}
  kernel.pack ins(%x : memref<1x6x4xi8>) outs(%y : memref<1x24xi16>) {strategy = #s2, offset = 0, segment = 3}
  return
}

// -----

func.func @lookup_table(%x: memref<20xi8>, %t: memref<128xi8>) {
  // expected-error @below {{expects a table of 256 entries, not 128}}
  kernel.lookup ins(%x, %t : memref<20xi8>, memref<128xi8>) outs(%x : memref<20xi8>) {lanes = 16}
  return
}

// -----

func.func @lookup_size(%x: memref<20xi8>, %t: memref<256xi8>, %y: memref<21xi8>) {
  // expected-error @below {{input and output differ in size}}
  kernel.lookup ins(%x, %t : memref<20xi8>, memref<256xi8>) outs(%y : memref<21xi8>) {lanes = 16}
  return
}

// -----

func.func @lookup_type(%x: memref<4x5xi8>, %t: memref<256xi8>) {
  // expected-error @below {{expects bytes in one dimension, not 'memref<4x5xi8>'}}
  kernel.lookup ins(%x, %t : memref<4x5xi8>, memref<256xi8>) outs(%x : memref<4x5xi8>) {lanes = 16}
  return
}

// -----

#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @scale_block(%x: memref<1x1x24xf32>, %w: memref<1x96xi8>, %b: memref<4xf32>, %s: memref<8xf32>, %y: memref<1x1x1x4xf32>) {
  // expected-error @below {{cannot cut 24 groups into blocks of 12: expects a divisor that is a multiple of 8}}
  kernel.conv ins(%x, %w, %b : memref<1x1x24xf32>, memref<1x96xi8>, memref<4xf32>) dequantize(%s : memref<8xf32>) outs(%y : memref<1x1x1x4xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 24, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 24, scale_block = 12}
  return
}

// -----

#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @scaled_halves(%x: memref<1x1x24xf32>, %w: memref<1x96xf16>, %b: memref<4xf32>, %s: memref<4xf32>, %y: memref<1x1x1x4xf32>) {
  // expected-error @below {{scales only integer weights of a float product}}
  kernel.conv ins(%x, %w, %b : memref<1x1x24xf32>, memref<1x96xf16>, memref<4xf32>) dequantize(%s : memref<4xf32>) outs(%y : memref<1x1x1x4xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 24, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 24}
  return
}

// -----

#w1 = #kernel.strategy<dot = widening, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @int4_words(%x: memref<1x1x24xi16>, %w: memref<1x12xi32>, %b: memref<4xi32>, %y: memref<1x1x1x4xi32>) {
  // expected-error @below {{has weights of type 'i32', which the dot kind 'widening' does not take}}
  kernel.conv ins(%x, %w, %b : memref<1x1x24xi16>, memref<1x12xi32>, memref<4xi32>) outs(%y : memref<1x1x1x4xi32>)
    {strategy = #w1, row_stride = 1, pixel_stride = 24, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 24}
  return
}

// -----

#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @offset_alone(%x: memref<1x1x24xf32>, %w: memref<1x96xf32>, %b: memref<4xf32>, %y: memref<1x1x1x4xf32>) {
  // expected-error @below {{adds 'offset' after 'scale' only}}
  kernel.conv ins(%x, %w, %b : memref<1x1x24xf32>, memref<1x96xf32>, memref<4xf32>) offset(%b : memref<4xf32>) outs(%y : memref<1x1x1x4xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 24, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 24}
  return
}

// -----

#s4 = #kernel.strategy<dot = signed4, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @scaled_to_int(%x: memref<1x1x24xi8>, %w: memref<1x96xi8>, %b: memref<4xi32>, %s: memref<4xf32>, %y: memref<1x1x1x4xi32>) {
  // expected-error @below {{scales sums of 32 bits to f32, which are not requantized}}
  kernel.conv ins(%x, %w, %b : memref<1x1x24xi8>, memref<1x96xi8>, memref<4xi32>) scale(%s : memref<4xf32>) outs(%y : memref<1x1x1x4xi32>)
    {strategy = #s4, row_stride = 1, pixel_stride = 24, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 6}
  return
}

// -----

#f = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @scale_size(%x: memref<1x1x24xf32>, %w: memref<1x96xf32>, %b: memref<4xf32>, %s: memref<3xf32>, %y: memref<1x1x1x3xf32>) {
  // expected-error @below {{expects a scale and an offset of 4 channels (whole vectors)}}
  kernel.conv ins(%x, %w, %b : memref<1x1x24xf32>, memref<1x96xf32>, memref<4xf32>) scale(%s : memref<3xf32>) outs(%y : memref<1x1x1x3xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 24, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 24}
  return
}

// -----

// Lanes whose products no integer of 64 bits counts.
func.func @dot_overflow(%acc: vector<9223372036854775807xi32>, %a: vector<8xi8>) {
  // expected-error @below {{of kind 'signed4' takes 4 products a lane}}
  %0 = kernel.dot signed4 %acc, %a, %a : vector<9223372036854775807xi32>, vector<8xi8>
  return
}

// -----

// expected-error @below {{expects from 1 to 1024 pixels, vectors and lanes, not 0}}
#f = #kernel.strategy<dot = float, pixels = 2, vectors = 0, lanes = 4, channels_outer = false, high_requantize = false>

// -----

#f = #kernel.strategy<dot = float, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @no_taps(%x: memref<1x1x64xf32>, %w: memref<1x0xf32>, %b: memref<4xf32>, %y: memref<1x1x4x3xf32>) {
  // expected-error @below {{has 'taps' = 0; it must be from 1 to 2147483647}}
  kernel.conv ins(%x, %w, %b : memref<1x1x64xf32>, memref<1x0xf32>, memref<4xf32>) outs(%y : memref<1x1x4x3xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 16, taps = array<i64: 0, 1>, tap_steps = array<i64: 1, 0>, groups = 16}
  return
}

// -----

// 2^16 * 2^16 * 2^31 weights for each of four channels.
#f = #kernel.strategy<dot = float, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @too_many(%x: memref<1x1x64xf32>, %w: memref<1x0xf32>, %b: memref<4xf32>, %y: memref<1x1x4x3xf32>) {
  // expected-error @below {{expects 9223372036854775807 packed weights, not 0}}
  kernel.conv ins(%x, %w, %b : memref<1x1x64xf32>, memref<1x0xf32>, memref<4xf32>) outs(%y : memref<1x1x4x3xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 16, taps = array<i64: 65536, 65536>, tap_steps = array<i64: 1, 0>, groups = 2147483647}
  return
}
