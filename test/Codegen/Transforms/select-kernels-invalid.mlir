// RUN: not quant-opt %s --quantc-select-kernels="dot=fastest" 2>&1 | FileCheck %s
// CHECK: error: unknown dot kind 'fastest': expected unsigned_signed4, signed4, signed16x2 or widening
func.func @f() {
  return
}
