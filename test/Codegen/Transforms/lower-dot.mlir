// RUN: quant-opt %s --quantc-lower-dot=feature=avx512vnni | FileCheck %s --check-prefix=VNNI
// RUN: quant-opt %s --quantc-lower-dot=feature=avx2 | FileCheck %s --check-prefix=AVX2
// RUN: quant-opt %s --quantc-lower-dot=feature=sdot | FileCheck %s --check-prefix=SDOT
// RUN: quant-opt %s --quantc-lower-dot | FileCheck %s --check-prefix=PLAIN

// VNNI-LABEL: @unsigned_signed
// VNNI: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%arg0, %arg1, %arg2)
// PLAIN-LABEL: @unsigned_signed
// PLAIN: arith.extui %arg1 : vector<64xi8> to vector<64xi32>
// PLAIN: arith.extsi %arg2 : vector<64xi8> to vector<64xi32>
// PLAIN-COUNT-4: vector.shuffle
func.func @unsigned_signed(%acc: vector<16xi32>, %a: vector<64xi8>, %w: vector<64xi8>) -> vector<16xi32> {
  %0 = kernel.dot unsigned_signed4 %acc, %a, %w : vector<16xi32>, vector<64xi8>
  return %0 : vector<16xi32>
}

// AVX2-LABEL: @words
// AVX2: %[[SUM:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%arg1, %arg2)
// AVX2: arith.addi %arg0, %[[SUM]]
// VNNI-LABEL: @words
// VNNI: llvm.call_intrinsic "llvm.x86.avx512.vpdpwssd.256"(%arg0, %arg1, %arg2)
func.func @words(%acc: vector<8xi32>, %a: vector<16xi16>, %w: vector<16xi16>) -> vector<8xi32> {
  %0 = kernel.dot signed16x2 %acc, %a, %w : vector<8xi32>, vector<16xi16>
  return %0 : vector<8xi32>
}

// SDOT-LABEL: @signed
// SDOT: llvm.call_intrinsic "llvm.aarch64.neon.sdot.v4i32.v16i8"(%arg0, %arg1, %arg2)
func.func @signed(%acc: vector<4xi32>, %a: vector<16xi8>, %w: vector<16xi8>) -> vector<4xi32> {
  %0 = kernel.dot signed4 %acc, %a, %w : vector<4xi32>, vector<16xi8>
  return %0 : vector<4xi32>
}

// SDOT-LABEL: @widening
// SDOT: %[[P:.*]] = arith.muli {{.*}} : vector<4xi32>
// SDOT: arith.addi %arg0, %[[P]]
func.func @widening(%acc: vector<4xi32>, %a: vector<4xi16>, %w: vector<4xi16>) -> vector<4xi32> {
  %0 = kernel.dot widening %acc, %a, %w : vector<4xi32>, vector<4xi16>
  return %0 : vector<4xi32>
}

// PLAIN-LABEL: @float
// PLAIN: llvm.intr.fmuladd(%arg1, %arg2, %arg0)
func.func @float(%acc: vector<4xf32>, %a: vector<4xf32>, %w: vector<4xf32>) -> vector<4xf32> {
  %0 = kernel.dot float %acc, %a, %w : vector<4xf32>, vector<4xf32>
  return %0 : vector<4xf32>
}
