// RUN: quant-opt %s --quantc-expand-math --split-input-file | FileCheck %s

// Nothing is left that LLVM would make a call of.
// CHECK-LABEL: @transcendental
func.func @transcendental(%x: f32, %h: f16, %y: f32) -> (f32, f32, f32, f32, f32, f32, f32, f16, f32) {
  // CHECK-NOT: math.{{exp|log|tanh|erf|sin|cos|rsqrt|powf|fma|floor}}
  %0 = math.exp %x : f32
  %1 = math.log %x : f32
  %2 = math.tanh %x : f32
  %3 = math.erf %x : f32
  %4 = math.sin %x : f32
  %5 = math.cos %x : f32
  %6 = math.rsqrt %x : f32
  %7 = math.exp %h : f16
  %8 = math.powf %x, %y : f32
  // CHECK: return
  return %0, %1, %2, %3, %4, %5, %6, %7, %8 : f32, f32, f32, f32, f32, f32, f32, f16, f32
}

// -----

// CHECK-LABEL: @round_even
// CHECK-SAME: (%[[X:.*]]: f32)
func.func @round_even(%x: f32) -> f32 {
  // CHECK: %[[LIMIT:.*]] = arith.constant 0x4B000000 : f32
  // CHECK: %[[ABS:.*]] = math.absf %[[X]]
  // CHECK: %[[SUM:.*]] = arith.addf %[[ABS]], %[[LIMIT]]
  // CHECK: %[[ROUNDED:.*]] = arith.subf %[[SUM]], %[[LIMIT]]
  // CHECK: %[[SIGNED:.*]] = math.copysign %[[ROUNDED]], %[[X]]
  // CHECK: %[[SMALL:.*]] = arith.cmpf olt, %[[ABS]], %[[LIMIT]]
  // CHECK: arith.select %[[SMALL]], %[[SIGNED]], %[[X]]
  %0 = math.roundeven %x : f32
  return %0 : f32
}

// -----

// A product and a sum: no target fuses them.
// CHECK-LABEL: @fma
func.func @fma(%a: vector<4xf32>, %b: vector<4xf32>, %c: vector<4xf32>) -> vector<4xf32> {
  // CHECK: %[[PRODUCT:.*]] = arith.mulf
  // CHECK: arith.addf %[[PRODUCT]]
  %0 = math.fma %a, %b, %c : vector<4xf32>
  return %0 : vector<4xf32>
}
