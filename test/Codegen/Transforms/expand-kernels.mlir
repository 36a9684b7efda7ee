// RUN: quant-opt %s --split-input-file --quantc-expand-kernels | FileCheck %s

// Two pixels by one vector in four sets, carried by the reduction; five pixels are two tiles and one of
// one pixel, whose reduction is split eight times; three channels are stored as two and one.
// CHECK-LABEL: @conv
// CHECK: scf.for {{.*}} step %c2
// CHECK: %{{.*}}:8 = scf.for {{.*}} step %c4{{.*}} iter_args
// CHECK-COUNT-8: kernel.dot{{ +}}float
// CHECK: scf.yield
// CHECK: vector.store {{.*}} vector<2xf32>
// CHECK: vector.store {{.*}} vector<1xf32>
// CHECK: %{{.*}}:8 = scf.for {{.*}} step %c8
// CHECK-COUNT-8: kernel.dot{{ +}}float
// CHECK-NOT: kernel.conv
#f = #kernel.strategy<dot = float, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @conv(%x: memref<1x1x80xf32>, %w: memref<1x64xf32>, %b: memref<4xf32>, %y: memref<1x1x5x3xf32>) {
  kernel.conv ins(%x, %w, %b : memref<1x1x80xf32>, memref<1x64xf32>, memref<4xf32>) outs(%y : memref<1x1x5x3xf32>)
    {strategy = #f, row_stride = 1, pixel_stride = 16, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 16}
  return
}

// -----

// No position is tested: rows above, in and below the input are written apart.
// CHECK-LABEL: @prepare
// CHECK-NOT: scf.if
// CHECK: vector.store %{{.*}} : memref<1x5x16xi8>, vector<16xi8>
// CHECK: scf.for
// CHECK: %[[V:.*]] = vector.load %{{.*}} : memref<1x3x8xi8>, vector<8xi8>
// CHECK: arith.addi %[[V]], %{{.*}} : vector<8xi8>
// CHECK-NOT: kernel.prepare
func.func @prepare(%x: memref<1x3x8xi8>, %y: memref<1x5x16xi8>) {
  kernel.prepare ins(%x : memref<1x3x8xi8>) outs(%y : memref<1x5x16xi8>)
    {top = 1, left = 4, pad_value = -3, offset = 128, repeat = 1}
  return
}

// -----

// One channel of two: its elements are not next to each other.
// CHECK-LABEL: @prepare_strided
// CHECK: memref.load
// CHECK-NOT: vector.load
// CHECK-NOT: kernel.prepare
func.func @prepare_strided(%x: memref<1x3x8xf32, strided<[48, 16, 2], offset: 1>>, %y: memref<1x5x16xf32>) {
  kernel.prepare ins(%x : memref<1x3x8xf32, strided<[48, 16, 2], offset: 1>>) outs(%y : memref<1x5x16xf32>)
    {top = 1, left = 4, pad_value = 0, offset = 0, repeat = 1}
  return
}

// -----

// Pairs of rows are interleaved; the row that the last pair lacks is zero.
// CHECK-LABEL: @pack(
// CHECK: vector.interleave {{.*}} : vector<4xi16> -> vector<8xi16>
// CHECK: %[[ZERO:.*]] = arith.constant dense<0> : vector<4xi16>
// CHECK: vector.interleave %{{.*}}, %[[ZERO]]
#s2 = #kernel.strategy<dot = signed16x2, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = true>
func.func @pack(%x: memref<1x5x4xi8>, %y: memref<1x24xi16>) {
  kernel.pack ins(%x : memref<1x5x4xi8>) outs(%y : memref<1x24xi16>) {strategy = #s2, offset = 3, segment = 5}
  return
}

// -----

// Segments of three rows: two pairs each, of which the second lacks a row.
// CHECK-LABEL: @pack_segments
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %c2
// CHECK-COUNT-2: vector.interleave
// CHECK-NOT: vector.interleave
#s2 = #kernel.strategy<dot = signed16x2, pixels = 2, vectors = 1, lanes = 4, channels_outer = false, high_requantize = true>
func.func @pack_segments(%x: memref<1x6x4xi8>, %y: memref<1x32xi16>) {
  kernel.pack ins(%x : memref<1x6x4xi8>) outs(%y : memref<1x32xi16>) {strategy = #s2, offset = 0, segment = 3}
  return
}

// -----

// 40 groups, of which 32 bits hold 16: two trips that start at zero and are added to 64 bits, and the rest.
// CHECK-LABEL: @wide
// CHECK: scf.for {{.*}} step %c16{{.*}} -> (vector<4xi64>
// CHECK: kernel.dot widening
// CHECK: arith.extsi {{.*}} : vector<4xi32> to vector<4xi64>
// CHECK: arith.addi {{.*}} : vector<4xi64>
// CHECK: scf.yield
// CHECK: kernel.dot widening
// CHECK: vector.store {{.*}} vector<4xi64>
#w1 = #kernel.strategy<dot = widening, pixels = 1, vectors = 1, lanes = 4, channels_outer = false, high_requantize = false>
func.func @wide(%x: memref<1x1x40xi16>, %w: memref<1x160xi16>, %b: memref<4xi64>, %y: memref<1x1x1x4xi64>) {
  kernel.conv ins(%x, %w, %b : memref<1x1x40xi16>, memref<1x160xi16>, memref<4xi64>) outs(%y : memref<1x1x1x4xi64>)
    {strategy = #w1, row_stride = 1, pixel_stride = 40, taps = array<i64: 1, 1>, tap_steps = array<i64: 1, 0>, groups = 40, widen_every = 16}
  return
}

// -----

// Whole vectors in a loop; the rest in pieces, so that nothing beyond it is read or written.
// CHECK-LABEL: @lookup
// CHECK: %[[TABLE:.*]] = vector.load %arg1{{.*}} : memref<256xi8>, vector<256xi8>
// CHECK: scf.for {{.*}} to %c64{{.*}} step %c32
// CHECK: kernel.permute %[[TABLE]][%{{.*}}] : vector<256xi8>, vector<32xi8>
// CHECK: vector.load %arg0{{.*}} : memref<73xi8>, vector<8xi8>
// CHECK: vector.load %arg0{{.*}} : memref<73xi8>, vector<1xi8>
// CHECK: kernel.permute %[[TABLE]]
// CHECK: vector.store {{.*}} : memref<73xi8>, vector<8xi8>
// CHECK: vector.store {{.*}} : memref<73xi8>, vector<1xi8>
func.func @lookup(%x: memref<73xi8>, %t: memref<256xi8>, %y: memref<73xi8>) {
  kernel.lookup ins(%x, %t : memref<73xi8>, memref<256xi8>) outs(%y : memref<73xi8>) {lanes = 32}
  return
}

// -----

// CHECK-LABEL: @lookup_strided
// CHECK-NOT: kernel.permute
// CHECK: memref.store
func.func @lookup_strided(%x: memref<40xi8, strided<[3]>>, %t: memref<256xi8>, %y: memref<40xi8>) {
  kernel.lookup ins(%x, %t : memref<40xi8, strided<[3]>>, memref<256xi8>) outs(%y : memref<40xi8>) {lanes = 16}
  return
}
