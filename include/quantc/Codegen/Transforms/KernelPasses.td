//===- KernelPasses.td - Passes that make kernels ---------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_TRANSFORMS_KERNELPASSES_TD
#define QUANTC_CODEGEN_TRANSFORMS_KERNELPASSES_TD

include "mlir/Pass/PassBase.td"

def DecomposeConv3D : Pass<"quantc-decompose-conv3d"> {
  let summary = "Rewrite convolutions over volumes as convolutions over images";
  let description = [{
    A `tosa.conv3d` becomes one `tosa.conv2d`. The images that it reads have as channels the slices of the volume that are
    under the depth of the window, side by side. They are made by a `tosa.pad` of the depth, if it is
    padded, a `tensor.extract_slice` for each step of the window's depth, and a `tosa.concat`. The order of the
    weights' dimensions changes accordingly. Integer results are the same.

    Example:

    ```mlir
    %0 = tosa.conv3d %x, %w, %b, %xz, %wz {acc_type = f32, dilation = array<i64: 1, 1, 1>,
        pad = array<i64: 0, 0, 0, 0, 0, 0>, stride = array<i64: 1, 1, 1>}
      : (tensor<1x4x8x8x3xf32>, tensor<5x2x3x3x3xf32>, tensor<5xf32>, tensor<1xf32>,
         tensor<1xf32>) -> tensor<1x3x6x6x5xf32>
    ```

    becomes

    ```mlir
    %1 = tensor.extract_slice %x[0, 0, 0, 0, 0] [1, 3, 8, 8, 3] [1, 1, 1, 1, 1]
      : tensor<1x4x8x8x3xf32> to tensor<1x3x8x8x3xf32>
    %2 = tensor.extract_slice %x[0, 1, 0, 0, 0] [1, 3, 8, 8, 3] [1, 1, 1, 1, 1]
      : tensor<1x4x8x8x3xf32> to tensor<1x3x8x8x3xf32>
    %3 = tosa.concat %1, %2 {axis = 4 : i32}
      : (tensor<1x3x8x8x3xf32>, tensor<1x3x8x8x3xf32>) -> tensor<1x3x8x8x6xf32>
    %s4 = tosa.const_shape {values = dense<[3, 8, 8, 6]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %4 = tosa.reshape %3, %s4 : (tensor<1x3x8x8x6xf32>, !tosa.shape<4>) -> tensor<3x8x8x6xf32>
    %5 = tosa.conv2d %4, %w2, %b, %xz, %wz {acc_type = f32, dilation = array<i64: 1, 1>,
        pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
      : (tensor<3x8x8x6xf32>, tensor<5x3x3x6xf32>, tensor<5xf32>, tensor<1xf32>,
         tensor<1xf32>) -> tensor<3x6x6x5xf32>
    %s0 = tosa.const_shape {values = dense<[1, 3, 6, 6, 5]> : tensor<5xindex>} : () -> !tosa.shape<5>
    %0 = tosa.reshape %5, %s0 : (tensor<3x6x6x5xf32>, !tosa.shape<5>) -> tensor<1x3x6x6x5xf32>
    ```
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::tosa::TosaDialect"];
}

def DecomposeTransposeConv : Pass<"quantc-decompose-transpose-conv"> {
  let summary = "Rewrite transposed convolutions as convolutions";
  let description = [{
    A `tosa.transpose_conv2d` with strides sy and sx becomes one
    `tosa.conv2d` of stride 1 with sy * sx times as many channels. Each of them uses every sy-th and sx-th
    tap of the window. `tosa.reshape` and `tosa.transpose` interleave the result, and `tosa.slice` cuts it where the output
    padding requires it. No product with an inserted zero is computed. A
    rescale or clamp behind the operation is moved before the interleaving. Integer results
    are the same.

    Example:

    ```mlir
    %0 = tosa.transpose_conv2d %x, %w, %b, %xz, %wz {acc_type = f32,
        out_pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>}
      : (tensor<1x4x4x3xf32>, tensor<5x2x2x3xf32>, tensor<5xf32>, tensor<1xf32>,
         tensor<1xf32>) -> tensor<1x8x8x5xf32>
    ```

    becomes

    ```mlir
    %1 = tosa.conv2d %x, %w4, %b4, %xz, %wz {acc_type = f32, dilation = array<i64: 1, 1>,
        pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
      : (tensor<1x4x4x3xf32>, tensor<20x1x1x3xf32>, tensor<20xf32>, tensor<1xf32>,
         tensor<1xf32>) -> tensor<1x4x4x20xf32>
    %s2 = tosa.const_shape {values = dense<[1, 4, 4, 2, 2, 5]> : tensor<6xindex>} : () -> !tosa.shape<6>
    %2 = tosa.reshape %1, %s2 : (tensor<1x4x4x20xf32>, !tosa.shape<6>) -> tensor<1x4x4x2x2x5xf32>
    %3 = tosa.transpose %2 {perms = array<i32: 0, 1, 3, 2, 4, 5>}
      : (tensor<1x4x4x2x2x5xf32>) -> tensor<1x4x2x4x2x5xf32>
    %s0 = tosa.const_shape {values = dense<[1, 8, 8, 5]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %0 = tosa.reshape %3, %s0 : (tensor<1x4x2x4x2x5xf32>, !tosa.shape<4>) -> tensor<1x8x8x5xf32>
    ```
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

def SelectKernels : Pass<"quantc-select-kernels"> {
  let summary = "Choose how each convolution and matrix product is tiled";
  let description = [{
    Puts a `kernel.strategy` on every `tosa.conv2d`, `tosa.depthwise_conv2d` and
    `tosa.matmul` of static shape. The strategy is the dot product instruction, and the tile of pixels and channels: its
    accumulators fit into the registers, and it wastes as little as possible for the shape of the operation. Vectors are
    narrower than `vector-bits` where an operation has few channels.
    `quantc-form-kernels` applies the strategy. A strategy that is there already is kept. These operand types are
    supported:

    * f32, whose constant weights may be stored narrower (see `quantc-form-kernels`),
    * i8, with weights of i8 or i4 and sums of i32,
    * i16, with weights of i8 (i16 for matmul) and sums of i48.

    A product without a kernel is an error, because nothing else would vectorize it. These are products of
    other types, and a `tosa.conv3d` or `tosa.transpose_conv2d` that was not decomposed.

    Example: with `dot=unsigned_signed4 vector-bits=512 registers=32`,

    ```mlir
    %0 = tosa.conv2d %x, %w, %b, %xz, %wz {acc_type = i32, dilation = array<i64: 1, 1>,
        pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>}
      : (tensor<1x56x56x64xi8>, tensor<64x3x3x64xi8>, tensor<64xi32>, tensor<1xi8>,
         tensor<1xi8>) -> tensor<1x56x56x64xi32>
    ```

    gets the attribute

    ```
    kernel.strategy = #kernel.strategy<dot = unsigned_signed4, pixels = 14, vectors = 2,
        lanes = 16, channels_outer = false, high_requantize = true>
    ```
  }];
  let options = [
    Option<"dot", "dot", "std::string", /*default=*/"\"widening\"",
           "How int8 products are accumulated: unsigned_signed4, signed4, signed16x2 or widening">,
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"128", "Bits of a vector register">,
    Option<"registers", "registers", "unsigned", /*default=*/"16", "Number of vector registers">
  ];
  let dependentDialects = ["::quantc::kernel::KernelDialect"];
}

def FormKernels : Pass<"quantc-form-kernels"> {
  let summary = "Turn convolutions and matrix products into kernels";
  let description = [{
    Replaces each operation that has a `kernel.strategy` by `kernel.conv` or `kernel.depthwise`. The operations after it are
    fused: a constant bias, `tosa.rescale` and `tosa.clamp`, if each is the only user of the
    operation before it. Constant weights are packed at compile time, others by `kernel.pack`. Zero points, and the conversion
    of activations from s8 to u8, are folded into the bias.

    Weights of a float product stay narrow if they are a `tosa.cast` to f32 of a constant of i8, i4 or f16: the kernel
    widens them in registers. Integers may be multiplied by constant scales, one for each output channel,
    or (not in a depthwise convolution) one for each block of inputs of a channel, whose size is a multiple of 8. If scales differ in
    another way, the weights are computed when the network runs.

    Sums of f32 or i32 are scaled to floats in the kernel: a `tosa.cast` of i32, a `tosa.mul` by a factor, a `tosa.add`
    and a `tosa.clamp`. Factor and addend have one value, or one a channel, and may be computed when the network runs, as
    may be integers by channel that are added to the sums, or subtracted from them, before the cast.

    If the input cannot be used as it is, a `kernel.prepare` copies
    it into the layout of the kernel. The results for integers have the same bits as TOSA's.

    Example:

    ```mlir
    %0 = tosa.matmul %a, %w, %az, %wz {kernel.strategy = #kernel.strategy<dot = float, pixels = 1,
        vectors = 1, lanes = 16, channels_outer = false, high_requantize = false>}
      : (tensor<1x1x32xf32>, tensor<1x32x16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x16xf32>
    ```

    becomes

    ```mlir
    %r = kernel.conv ins(%a, %packed, %bias : tensor<1x1x32xf32>, tensor<1x512xf32>, tensor<16xf32>)
                     outs(%init : tensor<1x1x1x16xf32>)
      {groups = 32 : i64, pixel_stride = 32 : i64, row_stride = 1 : i64,
       strategy = #kernel.strategy<dot = float, pixels = 1, vectors = 1, lanes = 16,
                                   channels_outer = false, high_requantize = false>,
       tap_steps = array<i64: 1, 0>, taps = array<i64: 1, 1>} -> tensor<1x1x1x16xf32>
    ```
  }];
  let dependentDialects = ["::quantc::kernel::KernelDialect", "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect", "::mlir::tosa::TosaDialect"];
}

def FormLookups : Pass<"quantc-form-lookups"> {
  let summary = "Turn tables of bytes into kernels";
  let description = [{
    Replaces each `tosa.table` from i8 to i8 with at least 16 elements by `kernel.lookup`. Tables of smaller tensors, and
    tables of 16 bits, are left to upstream's lowering. With `lanes=0` nothing happens.

    Example: with `lanes=64`,

    ```mlir
    %0 = tosa.table %x, %table : (tensor<1x56x56xi8>, tensor<256xi8>) -> tensor<1x56x56xi8>
    ```

    becomes

    ```mlir
    %s1 = tosa.const_shape {values = dense<3136> : tensor<1xindex>} : () -> !tosa.shape<1>
    %1 = tosa.reshape %x, %s1 : (tensor<1x56x56xi8>, !tosa.shape<1>) -> tensor<3136xi8>
    %init = tensor.empty() : tensor<3136xi8>
    %2 = kernel.lookup ins(%1, %table : tensor<3136xi8>, tensor<256xi8>)
                       outs(%init : tensor<3136xi8>) {lanes = 64 : i64} -> tensor<3136xi8>
    %s0 = tosa.const_shape {values = dense<[1, 56, 56]> : tensor<3xindex>} : () -> !tosa.shape<3>
    %0 = tosa.reshape %2, %s0 : (tensor<3136xi8>, !tosa.shape<3>) -> tensor<1x56x56xi8>
    ```
  }];
  let options = [
    Option<"lanes", "lanes", "unsigned", /*default=*/"0",
           "Bytes that the target looks up at once, TargetDescription::lookupLanes; 0: none">
  ];
  let dependentDialects = ["::quantc::kernel::KernelDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::tosa::TosaDialect"];
}

def ExpandKernels : Pass<"quantc-expand-kernels"> {
  let summary = "Write kernels as loops over vectors";
  let description = [{
    Expands `kernel.prepare`, `kernel.pack`, `kernel.conv`, `kernel.depthwise` and `kernel.lookup` on memrefs into
    `scf.for` loops. Accumulators are SSA values that the reduction loops carry, so that they
    stay in registers. Pixels and channels that remain after whole tiles are computed with
    a smaller tile of static shape, without masks. Products become `kernel.dot`, and lookups
    become `kernel.permute`.

    Example: the reduction of a float `kernel.conv` with tiles of one pixel and one vector is

    ```mlir
    %sum = scf.for %k = %c0 to %c32 step %c1 iter_args(%acc = %bias) -> (vector<16xf32>) {
      %at = arith.muli %k, %c16 : index
      %w = vector.load %weights[%c0, %at] : memref<1x512xf32>, vector<16xf32>
      %x1 = vector.load %input[%n, %row, %k] : memref<1x1x32xf32>, vector<1xf32>
      %x = vector.broadcast %x1 : vector<1xf32> to vector<16xf32>
      %next = kernel.dot float %acc, %x, %w : vector<16xf32>, vector<16xf32>
      scf.yield %next : vector<16xf32>
    }
    ```
  }];
  let dependentDialects = ["::quantc::kernel::KernelDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def LowerDot : Pass<"quantc-lower-dot"> {
  let summary = "Lower dot products to the target's instructions";
  let description = [{
    Replaces `kernel.dot` by the LLVM intrinsic of the instruction family `feature`:
    `avx512vnni` and `avxvnni` (`vpdpbusd`, `vpdpwssd`), `sdot`, or `sse2`, `avx2` and
    `avx512bw` (`pmaddwd`). Without a family it becomes arithmetic on vectors, which every target has.
    Float products become `llvm.intr.fmuladd`, which is one instruction if the target
    has one.

    Example: with `feature=avx512vnni`,

    ```mlir
    %1 = kernel.dot unsigned_signed4 %acc, %a, %w : vector<16xi32>, vector<64xi8>
    ```

    becomes

    ```mlir
    %1 = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%acc, %a, %w)
        : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
    ```
  }];
  let options = [
    Option<"feature", "feature", "std::string", /*default=*/"\"\"",
           "Instruction family, as TargetDescription::dotFeature names it; empty: plain arithmetic">
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::vector::VectorDialect"];
}

def LowerPermute : Pass<"quantc-lower-permute"> {
  let summary = "Lower table lookups to the target's instructions";
  let description = [{
    Replaces `kernel.permute` by the byte permutations of the instruction family `feature`:
    `avx512vbmi` (64 lanes, `vpermi2b`), `avx2` (32 lanes, `vpshufb`) or `neon` (16 lanes, `tbl`
    and `tbx`). Any other number of lanes, or any other family, is an error.

    Example: with `feature=avx512vbmi`,

    ```mlir
    %1 = kernel.permute %table[%indices] : vector<256xi8>, vector<64xi8>
    ```

    becomes two permutations, each of half the table, and a choice by sign:

    ```mlir
    %low = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%t0, %indices, %t1)
        : (vector<64xi8>, vector<64xi8>, vector<64xi8>) -> vector<64xi8>
    %high = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%t2, %indices, %t3)
        : (vector<64xi8>, vector<64xi8>, vector<64xi8>) -> vector<64xi8>
    %negative = arith.cmpi slt, %indices, %zero : vector<64xi8>
    %1 = arith.select %negative, %low, %high : vector<64xi1>, vector<64xi8>
    ```
  }];
  let options = [
    Option<"feature", "feature", "std::string", /*default=*/"\"\"",
           "Instruction family, as TargetDescription::lookupFeature names it">
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::vector::VectorDialect"];
}

#endif // QUANTC_CODEGEN_TRANSFORMS_KERNELPASSES_TD
