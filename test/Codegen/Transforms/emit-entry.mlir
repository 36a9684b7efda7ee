// RUN: quant-opt %s --quantc-emit-entry | FileCheck %s

// One input of 4-byte elements, one output of bytes, an arena.
module attributes {
  quantc.interface = {name = "net", inputs = [{name = "x", type = tensor<4xf32>}], outputs = [{name = "y", type = tensor<4xi8>}]},
  quantc.arena = {alignment = 64 : i64, bytes = 128 : i64, lower_bound = 64 : i64}
} {
  // CHECK: llvm.func internal @net_body(%{{.*}}: !llvm.ptr {llvm.align = 4 : i64, llvm.noalias}, %{{.*}}: !llvm.ptr {llvm.align = 1 : i64, llvm.noalias}, %{{.*}}: !llvm.ptr {llvm.align = 64 : i64, llvm.noalias})
  // CHECK-SAME: no_inline
  // CHECK-SAME: no_unwind
  // CHECK-SAME: "no-builtins"
  llvm.func @main(%x: !llvm.ptr, %y: !llvm.ptr, %arena: !llvm.ptr) {
    llvm.return
  }
  llvm.func @kernel(%x: !llvm.ptr {llvm.noalias}) {
    llvm.return
  }
  // CHECK: llvm.func @net_run(%[[INPUTS:.*]]: !llvm.ptr, %[[OUTPUTS:.*]]: !llvm.ptr, %[[ARENA:.*]]: !llvm.ptr) -> i32
  // CHECK: llvm.icmp "eq" %[[INPUTS]]
  // CHECK: llvm.icmp "eq" %[[OUTPUTS]]
  // CHECK: llvm.icmp "eq" %[[ARENA]]
  // CHECK: %[[X:.*]] = llvm.load
  // CHECK: %[[Y:.*]] = llvm.load
  // CHECK: llvm.icmp "eq" %[[X]]
  // CHECK: llvm.icmp "eq" %[[Y]]
  // CHECK: %[[ADDRESS:.*]] = llvm.ptrtoint %[[X]]
  // CHECK: llvm.mlir.constant(3 : i64)
  // CHECK: llvm.ptrtoint %[[ARENA]]
  // CHECK: llvm.mlir.constant(63 : i64)
  // CHECK: llvm.call @net_body(%[[X]], %[[Y]], %[[ARENA]])
  // A function of the network is the object's own, and stays a function.
  // CHECK: llvm.func internal @kernel(
  // CHECK-SAME: no_inline
  // CHECK-SAME: no_unwind
  // CHECK-SAME: "no-builtins"
}
