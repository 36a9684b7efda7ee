// RUN: quant-opt %s --split-input-file --quantc-plan-arena | FileCheck %s

// %a and %c do not live at the same time and share bytes; %b lives with both.
// CHECK: quantc.arena = {alignment = 64 : i64, bytes = 1088 : i64, lower_bound = 1088 : i64}
// CHECK: func.func @chain(%{{.*}}: memref<1000xi8>, %{{.*}}: memref<1000xi8>, %[[ARENA:.*]]: memref<1088xi8>)
func.func @chain(%x: memref<1000xi8>, %y: memref<1000xi8>) {
  // CHECK: %[[C0:.*]] = arith.constant 0 : index
  // CHECK: %[[A:.*]] = memref.view %[[ARENA]][%[[C0]]][] : memref<1088xi8> to memref<1000xi8>
  %a = memref.alloc() : memref<1000xi8>
  linalg.copy ins(%x : memref<1000xi8>) outs(%a : memref<1000xi8>)
  // CHECK: %[[C1024:.*]] = arith.constant 1024 : index
  // CHECK: memref.view %[[ARENA]][%[[C1024]]][] : memref<1088xi8> to memref<10xi32>
  %b = memref.alloc() : memref<10xi32>
  %sub = memref.subview %a[0] [10] [1] : memref<1000xi8> to memref<10xi8>
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
    ins(%sub : memref<10xi8>) outs(%b : memref<10xi32>) {
  ^bb0(%in: i8, %out: i32):
    %0 = arith.extsi %in : i8 to i32
    linalg.yield %0 : i32
  }
  // CHECK: %[[C0_2:.*]] = arith.constant 0 : index
  // CHECK: memref.view %[[ARENA]][%[[C0_2]]][] : memref<1088xi8> to memref<1000xi8>
  %c = memref.alloc() : memref<1000xi8>
  linalg.copy ins(%x : memref<1000xi8>) outs(%c : memref<1000xi8>)
  %sub2 = memref.subview %c[0] [10] [1] : memref<1000xi8> to memref<10xi8>
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
    ins(%b : memref<10xi32>) outs(%sub2 : memref<10xi8>) {
  ^bb0(%in: i32, %out: i8):
    %0 = arith.trunci %in : i32 to i8
    linalg.yield %0 : i8
  }
  linalg.copy ins(%c : memref<1000xi8>) outs(%y : memref<1000xi8>)
  return
}

// -----

// %a is read again in the next iteration: the buffer inside the loop must
// not take its place, although it comes after the last use in program order.
// CHECK: quantc.arena = {alignment = 64 : i64, bytes = 128 : i64, lower_bound = 128 : i64}
func.func @loop(%x: memref<64xi8>, %y: memref<64xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %a = memref.alloc() : memref<64xi8>
  linalg.copy ins(%x : memref<64xi8>) outs(%a : memref<64xi8>)
  scf.for %i = %c0 to %c8 step %c1 {
    linalg.copy ins(%a : memref<64xi8>) outs(%y : memref<64xi8>)
    %b = memref.alloc() : memref<64xi8>
    linalg.copy ins(%x : memref<64xi8>) outs(%b : memref<64xi8>)
    linalg.copy ins(%b : memref<64xi8>) outs(%y : memref<64xi8>)
  }
  return
}

// -----

// The result of control flow may be either buffer: both live until it is used.
// CHECK: quantc.arena = {alignment = 64 : i64, bytes = 192 : i64, lower_bound = 192 : i64}
func.func @branches(%x: memref<64xi8>, %y: memref<64xi8>, %condition: i1) {
  %r = scf.if %condition -> memref<64xi8> {
    %a = memref.alloc() : memref<64xi8>
    linalg.copy ins(%x : memref<64xi8>) outs(%a : memref<64xi8>)
    scf.yield %a : memref<64xi8>
  } else {
    %b = memref.alloc() : memref<64xi8>
    linalg.copy ins(%x : memref<64xi8>) outs(%b : memref<64xi8>)
    scf.yield %b : memref<64xi8>
  }
  %c = memref.alloc() : memref<64xi8>
  linalg.copy ins(%x : memref<64xi8>) outs(%c : memref<64xi8>)
  linalg.copy ins(%c : memref<64xi8>) outs(%y : memref<64xi8>)
  linalg.copy ins(%r : memref<64xi8>) outs(%y : memref<64xi8>)
  return
}

// -----

// Nothing to plan; unused buffers take no room.
// CHECK: quantc.arena = {alignment = 64 : i64, bytes = 0 : i64, lower_bound = 0 : i64}
func.func @nothing(%x: memref<64xi8>) {
  %a = memref.alloc() : memref<64xi8>
  return
}
