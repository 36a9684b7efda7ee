// RUN: sed s/LANES/64/g %s | quant-opt --quantc-lower-permute=feature=avx512vbmi | FileCheck %s --check-prefix=VBMI
// RUN: sed s/LANES/32/g %s | quant-opt --quantc-lower-permute=feature=avx2 | FileCheck %s --check-prefix=AVX2
// RUN: sed s/LANES/16/g %s | quant-opt --quantc-lower-permute=feature=neon | FileCheck %s --check-prefix=NEON
// RUN: sed s/LANES/16/g %s | not quant-opt --quantc-lower-permute=feature=avx2 2>&1 | FileCheck %s --check-prefix=ERROR

// VBMI: %[[T0:.*]] = vector.extract_strided_slice %arg0 {offsets = [0], sizes = [64]
// VBMI: %[[T1:.*]] = vector.extract_strided_slice %arg0 {offsets = [64], sizes = [64]
// VBMI: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%[[T0]], %arg1, %[[T1]])
// VBMI: %[[HIGH:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"
// VBMI: %[[NEGATIVE:.*]] = arith.cmpi slt, %arg1
// VBMI: arith.select %[[NEGATIVE]], %[[LOW]], %[[HIGH]] : vector<64xi1>, vector<64xi8>

// AVX2: arith.xori %arg1
// AVX2-COUNT-16: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"
// AVX2-NOT: pshuf.b

// NEON: llvm.call_intrinsic "llvm.aarch64.neon.tbl4.v16i8"
// NEON-COUNT-3: llvm.call_intrinsic "llvm.aarch64.neon.tbx4.v16i8"

// ERROR: error: 'kernel.permute' op of 'vector<16xi8>' is not among the lookups of 'avx2'
func.func @permute(%table: vector<256xi8>, %indices: vector<LANESxi8>) -> vector<LANESxi8> {
  %0 = kernel.permute %table[%indices] : vector<256xi8>, vector<LANESxi8>
  return %0 : vector<LANESxi8>
}
