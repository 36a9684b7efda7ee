// RUN: quant-opt %s --split-input-file --quantc-emit-entry --verify-diagnostics

// expected-error @below {{needs a lowered network, the attributes of quantc-capture-interface and quantc-plan-arena}}
module {
  llvm.func @main(%x: !llvm.ptr) {
    llvm.return
  }
}

// -----

module attributes {
  quantc.interface = {name = "net", inputs = [{name = "x", type = tensor<4xf32>}], outputs = []},
  quantc.arena = {alignment = 64 : i64, bytes = 128 : i64, lower_bound = 64 : i64}
} {
  // expected-error @below {{arguments are not the inputs, outputs and arena of the interface}}
  llvm.func @main(%x: !llvm.ptr) {
    llvm.return
  }
}
