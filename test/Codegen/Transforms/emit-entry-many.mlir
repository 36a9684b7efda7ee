// RUN: quant-opt %s --quantc-emit-entry | FileCheck %s

// More than 32 inputs are checked in loops: one for null, one for the alignments 1 and 4 in turns. There is no arena.
module attributes {
  quantc.interface = {name = "net", inputs = [{name = "x0", type = tensor<4xi8>}, {name = "x1", type = tensor<4xf32>}, {name = "x2", type = tensor<4xi8>}, {name = "x3", type = tensor<4xf32>}, {name = "x4", type = tensor<4xi8>}, {name = "x5", type = tensor<4xf32>}, {name = "x6", type = tensor<4xi8>}, {name = "x7", type = tensor<4xf32>}, {name = "x8", type = tensor<4xi8>}, {name = "x9", type = tensor<4xf32>}, {name = "x10", type = tensor<4xi8>}, {name = "x11", type = tensor<4xf32>}, {name = "x12", type = tensor<4xi8>}, {name = "x13", type = tensor<4xf32>}, {name = "x14", type = tensor<4xi8>}, {name = "x15", type = tensor<4xf32>}, {name = "x16", type = tensor<4xi8>}, {name = "x17", type = tensor<4xf32>}, {name = "x18", type = tensor<4xi8>}, {name = "x19", type = tensor<4xf32>}, {name = "x20", type = tensor<4xi8>}, {name = "x21", type = tensor<4xf32>}, {name = "x22", type = tensor<4xi8>}, {name = "x23", type = tensor<4xf32>}, {name = "x24", type = tensor<4xi8>}, {name = "x25", type = tensor<4xf32>}, {name = "x26", type = tensor<4xi8>}, {name = "x27", type = tensor<4xf32>}, {name = "x28", type = tensor<4xi8>}, {name = "x29", type = tensor<4xf32>}, {name = "x30", type = tensor<4xi8>}, {name = "x31", type = tensor<4xf32>}, {name = "x32", type = tensor<4xi8>}],
                      outputs = [{name = "y", type = tensor<4xf32>}]},
  quantc.arena = {alignment = 1 : i64, bytes = 0 : i64, lower_bound = 0 : i64}
} {
  // CHECK: llvm.mlir.global internal constant @net_inputs_masks(dense<[0, 3, 0, 3,
  // CHECK: llvm.func @net_run(%[[INPUTS:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr) -> i32
  // CHECK: llvm.br ^[[NULLS:bb[0-9]+]](%{{.*}} : i32)
  // CHECK: llvm.icmp "eq" %{{.*}}, %{{.*}} : !llvm.ptr
  // CHECK: %[[MASKS:.*]] = llvm.mlir.addressof @net_inputs_masks
  // CHECK-COUNT-33: llvm.getelementptr %[[INPUTS]][{{[0-9]+}}]
  // CHECK: llvm.call @net_body(
  llvm.func @main(%x0: !llvm.ptr, %x1: !llvm.ptr, %x2: !llvm.ptr, %x3: !llvm.ptr, %x4: !llvm.ptr, %x5: !llvm.ptr, %x6: !llvm.ptr, %x7: !llvm.ptr, %x8: !llvm.ptr, %x9: !llvm.ptr, %x10: !llvm.ptr, %x11: !llvm.ptr, %x12: !llvm.ptr, %x13: !llvm.ptr, %x14: !llvm.ptr, %x15: !llvm.ptr, %x16: !llvm.ptr, %x17: !llvm.ptr, %x18: !llvm.ptr, %x19: !llvm.ptr, %x20: !llvm.ptr, %x21: !llvm.ptr, %x22: !llvm.ptr, %x23: !llvm.ptr, %x24: !llvm.ptr, %x25: !llvm.ptr, %x26: !llvm.ptr, %x27: !llvm.ptr, %x28: !llvm.ptr, %x29: !llvm.ptr, %x30: !llvm.ptr, %x31: !llvm.ptr, %x32: !llvm.ptr, %y: !llvm.ptr, %arena: !llvm.ptr) {
    llvm.return
  }
}
