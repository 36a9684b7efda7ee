// RUN: quant-opt %s --pass-pipeline="builtin.module(func.func(quantc-expand-half))" | FileCheck %s

// CHECK-LABEL: @vector
// CHECK-SAME: %[[X:.*]]: vector<4xf16>
// CHECK: arith.bitcast %[[X]] : vector<4xf16> to vector<4xi16>
// CHECK: arith.extui
// CHECK: arith.mulf %{{.*}}, %{{.*}} : vector<4xf32>
// CHECK-NOT: arith.extf
func.func @vector(%x: vector<4xf16>) -> vector<4xf32> {
  %0 = arith.extf %x : vector<4xf16> to vector<4xf32>
  return %0 : vector<4xf32>
}

// Other floats are left alone.
// CHECK-LABEL: @to_double
// CHECK: arith.extf
func.func @to_double(%x: f32) -> f64 {
  %0 = arith.extf %x : f32 to f64
  return %0 : f64
}
