//===- Kernel.td - The kernel dialect --------------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_KERNEL_KERNEL_TD
#define QUANTC_CODEGEN_KERNEL_KERNEL_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::quantc::kernel";
  let summary = "Convolutions, matrix products and table lookups as they are computed on a CPU";
  let description = [{
    The `kernel` dialect stands between TOSA and loops. A convolution or matrix product
    becomes a `kernel.conv` or `kernel.depthwise`. These have packed weights, a fused epilogue,
    and a strategy that says how the loops are tiled. `kernel.prepare` copies the input into the
    layout that they read, and `kernel.pack` does the same for weights that are not constants. A
    `tosa.table` of bytes becomes a `kernel.lookup`.

    The operations exist on tensors (in destination style) and, after bufferization, on memrefs.
    On memrefs, `quantc-expand-kernels` turns them into loops over `kernel.dot` and
    `kernel.permute`.

    The following words are used in all descriptions:

    * A *vector* is a SIMD register of int32 or float accumulators, one in each *lane*. A lane
      belongs to one output channel.
    * A *block* is the output channels that one tile computes: several vectors of them.
    * A *group* is the products that are added to one lane at a time (`dot_kind`).
    * A *tap* is a position of the convolution window at which a run of contiguous elements is
      read.

    Inputs have the layout `[N][H][W*C]`. A step of one pixel is a step of C elements, so that
    adjacent pixels of a window are one contiguous run of elements.

    Packed weights have the layout
    `[block][tap row][tap][group][vector][lane][element of the group]`. The last block may have
    fewer vectors than the others. Channels that do not exist, and the rest of the last group, are
    filled with zeros.

    Weights of a float product may be narrower than its arithmetic: i8, f16 or i4. An i32 holds the
    i4 weights of eight groups, the first of them in its lowest bits. Such weights are widened in
    registers and never stored as floats.
  }];
  let useDefaultAttributePrinterParser = 1;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def Kernel_DotKind : I32EnumAttr<"DotKind", "How products are accumulated", [
  I32EnumAttrCase<"UnsignedSigned4", 0, "unsigned_signed4">,
  I32EnumAttrCase<"Signed4", 1, "signed4">,
  I32EnumAttrCase<"Signed16x2", 2, "signed16x2">,
  I32EnumAttrCase<"Widening", 3, "widening">,
  I32EnumAttrCase<"Float", 4, "float">,
]> {
  let cppNamespace = "::quantc::kernel";
  let genSpecializedAttr = 0;
}

def Kernel_DotKindAttr : EnumAttr<Kernel_Dialect, Kernel_DotKind, "dot_kind"> {
  let summary = "How products are accumulated";
  let description = [{
    | kind | left x right -> accumulator | group | hardware |
    |---|---|---|---|
    | `unsigned_signed4` | u8 x s8 -> s32 | 4 | `vpdpbusd` |
    | `signed4` | s8 x s8 -> s32 | 4 | `sdot` |
    | `signed16x2` | s16 x s16 -> s32 | 2 | `pmaddwd`, `vpdpwssd` |
    | `widening` | s16 x s16 -> s32 | 1 | `smlal`, any target |
    | `float` | f32 x f32 -> f32 | 1 | fused multiply-add where there is one |

    The group is the number of products that are added to one lane of the accumulator at a time.
  }];
  let assemblyFormat = "$value";
}

def Kernel_StrategyAttr : AttrDef<Kernel_Dialect, "Strategy"> {
  let mnemonic = "strategy";
  let summary = "How a convolution or matrix product is tiled";
  let description = [{
    A tile has `pixels` output pixels and `vectors` vectors of `lanes` output channels. Its
    accumulators stay in registers during the whole reduction.

    If `channels_outer` is true, the loop over blocks of channels is outside of the loop over
    rows, so that the weights of a block are reused by all pixels. That is faster where the
    weights of all blocks are too large for the cache.

    If `high_requantize` is true, requantization continues with the upper 32 bits of each 64-bit
    product, in 32-bit lanes; x86 has an instruction that suits this form (`vpmuldq`). Otherwise
    requantization is written in 64-bit lanes.

    ```
    #kernel.strategy<dot = unsigned_signed4, pixels = 14, vectors = 2, lanes = 16,
                     channels_outer = false, high_requantize = true>
    ```
  }];
  let parameters = (ins
    EnumParameter<Kernel_DotKind>:$dot,
    "int64_t":$pixels,
    "int64_t":$vectors,
    "int64_t":$lanes,
    "bool":$channels_outer,
    "bool":$high_requantize
  );
  let genVerifyDecl = 1;
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// The number of products that are added to one lane at a time: 4, 2 or 1.
    int64_t getGroup() const;
    /// Output channels of a full tile.
    int64_t getBlockChannels() const { return getVectors() * getLanes(); }
  }];
}

def Kernel_RequantizeAttr : AttrDef<Kernel_Dialect, "Requantize"> {
  let mnemonic = "requantize";
  let summary = "The part of requantization that is the same for every channel";
  let description = [{
    For output channel `c` the result is

        clamp(apply_scale_32(acc, multiplier[c], shift[c]) + zero_point, min, max)

    in exact integer arithmetic, as TOSA 1.0 defines RESCALE. Sums of 64 bits (`widen_every`) use
    apply_scale_16 instead, with multipliers of 16 bits.

    If `high` is true, every shift is at least 33. The number that is added for rounding,
    2^(shift-1), is then a multiple of 2^32. So the lower 32 bits of a product do not influence the
    result, and only the upper 32 bits are computed with. For this form the operand `shift` holds
    shift - 32. The multipliers of each vector are stored with those of the even lanes first, then
    those of the odd lanes.

    ```
    #kernel.requantize<zero_point = -5, min = -128, max = 127, double_round = false, high = true>
    ```
  }];
  let parameters = (ins
    "int64_t":$zero_point,
    "int64_t":$min,
    "int64_t":$max,
    "bool":$double_round,
    "bool":$high
  );
  let assemblyFormat = "`<` struct(params) `>`";
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

def Kernel_Element : AnyTypeOf<[I8, I16, I32, I64, F16, F32]>;
def Kernel_FloatBuffer : AnyTypeOf<[RankedTensorOf<[F32]>, MemRefOf<[F32]>]>;
def Kernel_Buffer : AnyTypeOf<[RankedTensorOf<[Kernel_Element]>, MemRefOf<[Kernel_Element]>]>;

class Kernel_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kernel_Dialect, mnemonic, traits>;

/// Ops that fill `init` from their other operands. On tensors they return the filled tensor.
class Kernel_DestinationOp<string mnemonic, list<Trait> traits = []>
    : Kernel_Op<mnemonic, traits # [
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  code initDeclaration = [{
    mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
  let extraClassDeclaration = initDeclaration;
}

class Kernel_ProductOp<string mnemonic> : Kernel_DestinationOp<mnemonic, [AttrSizedOperandSegments]> {
  let results = (outs Variadic<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    `ins` `(` $input `,` $weights `,` $bias (`,` $multiplier^ `,` $shift)? `:`
    type($input) `,` type($weights) `,` type($bias) (`,` type($multiplier)^ `,` type($shift))? `)`
    (`dequantize` `(` $weight_scales^ `:` type($weight_scales) `)`)?
    (`scale` `(` $factor^ `:` type($factor) `)`)? (`offset` `(` $addend^ `:` type($addend) `)`)?
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

defvar Kernel_ProductOperands = (ins
  Kernel_Buffer:$input,
  Kernel_Buffer:$weights,
  Kernel_Buffer:$bias,
  Optional<Kernel_Buffer>:$multiplier,
  Optional<Kernel_Buffer>:$shift,
  Optional<Kernel_FloatBuffer>:$weight_scales,
  Optional<Kernel_FloatBuffer>:$factor,
  Optional<Kernel_FloatBuffer>:$addend,
  Kernel_Buffer:$init,
  Kernel_StrategyAttr:$strategy,
  I64Attr:$row_stride,
  I64Attr:$pixel_stride,
  DenseI64ArrayAttr:$taps,
  DenseI64ArrayAttr:$tap_steps,
  OptionalAttr<Kernel_RequantizeAttr>:$requantize,
  OptionalAttr<F32Attr>:$clamp_min,
  OptionalAttr<F32Attr>:$clamp_max,
  UnitAttr:$ignore_nan,
  OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$widen_every
);

def Kernel_ConvOp : Kernel_ProductOp<"conv"> {
  let summary = "Convolution or matrix product with packed weights and fused epilogue";
  let description = [{
    Computes

        out[n, y, x, c] = epilogue(bias[c] + sum over (i, j, k) of
            in[n, y * row_stride + i * tap_steps[0],
               x * pixel_stride + j * tap_steps[1] + k] * w[i, j, k, c])

    for all taps (i, j) with i < taps[0] and j < taps[1], and all elements k of a run. A run has
    `groups` groups of elements. `pixel_stride` and `tap_steps[1]` count elements, not pixels.

    The epilogue of an integer product requantizes (`requantize`, `multiplier`, `shift`), that of
    a float product clamps (`clamp_min`, `clamp_max`). Without these attributes the sums are the
    result. `bias`, `multiplier` and `shift` are padded to whole vectors of channels.

    With `factor` and `addend`, sums of f32 or i32 become floats:
    `clamp(f32(sum) * factor[c] + addend[c])`. The product and the sum are rounded one after the
    other, on every target. Without `addend` nothing is added.

    Activations of int16 need wider sums. If `widen_every` is present, `bias` has elements of i64
    and the sums have 64 bits, of which only the lower 48 are significant. `widen_every` is a number
    of groups whose products cannot overflow 32 bits. They are added in 32 bits, and after at most
    that many groups the 32-bit sum is added to the 64-bit sum.

    `weight_scales` turns narrow integer weights (i8, i4) into the floats f32(w) * scale, a product
    that is rounded once. There is one scale for each channel. With `scale_block` there is one for each
    channel and each block of so many groups of a run, in the layout
    `[block of channels][tap row][tap][block of groups][vector][lane]`.

    `weights` is `[1][size]` if all images use the same weights. It is `[N][size]` if each image
    has weights of its own, as in a batched matrix product.

    Example:

    ```mlir
    %r = kernel.conv ins(%in, %w, %b, %m, %s : tensor<1x58x3712xi8>, tensor<1x36864xi8>,
                         tensor<64xi32>, tensor<64xi32>, tensor<64xi8>)
                     outs(%init : tensor<1x56x56x64xi8>)
      {strategy = #kernel.strategy<dot = unsigned_signed4, pixels = 14, vectors = 2, lanes = 16,
                                   channels_outer = false, high_requantize = true>,
       requantize = #kernel.requantize<zero_point = 0, min = -128, max = 127,
                                       double_round = false, high = true>,
       row_stride = 1, pixel_stride = 64, taps = array<i64: 3, 1>, tap_steps = array<i64: 1, 0>,
       groups = 48} -> tensor<1x56x56x64xi8>
    ```
  }];
  let arguments = !con(Kernel_ProductOperands, (ins
    I64Attr:$groups,
    OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$scale_block));
}

def Kernel_DepthwiseOp : Kernel_ProductOp<"depthwise"> {
  let summary = "Depthwise convolution with packed weights and fused epilogue";
  let description = [{
    Computes

        out[n, y, x, c] = epilogue(bias[c] + sum over (i, j) of
            in[n, y * row_stride + i * tap_steps[0],
               x * pixel_stride + j * tap_steps[1] + c] * w[i, j, c])

    The input has as many channels as the output. The epilogue and `widen_every` are those of
    `kernel.conv`.
    Weights of i4 stand eight taps of a lane in an i32. `weight_scales` has one scale for each
    channel.

    `weights` is `[1][size]`, with the layout
    `[vector][segment][group of taps][lane][tap of the group]`. If a group has one tap, a segment is all taps of
    the window. If it has more, every column of the window is a segment: the products of several rows are added at once, and
    pixels beside each other read the same groups. If the window has more than 32 taps, each of its rows is a segment. The
    taps of a segment are padded to whole groups.

    Example:

    ```mlir
    %r = kernel.depthwise ins(%in, %w, %b : tensor<1x10x160xf32>, tensor<1x144xf32>, tensor<16xf32>)
                          outs(%init : tensor<1x8x8x16xf32>)
      {strategy = #kernel.strategy<dot = float, pixels = 8, vectors = 1, lanes = 16,
                                   channels_outer = false, high_requantize = false>,
       row_stride = 1, pixel_stride = 16, taps = array<i64: 3, 3>,
       tap_steps = array<i64: 1, 16>} -> tensor<1x8x8x16xf32>
    ```
  }];
  let arguments = Kernel_ProductOperands;
}

def Kernel_PrepareOp : Kernel_DestinationOp<"prepare"> {
  let summary = "Copy an input into the layout of a kernel: pad, widen, add an offset";
  let description = [{
    Computes `out[n, y, x] = in[n, y - top, (x - left) / repeat] + offset`. At a position outside
    of `in`, `pad_value` is used for the element of `in`. Floats are copied, and padded with 0.

    `left` counts elements of the output. If `repeat` is greater than 1, each element of the input is
    written `repeat` times; a depthwise convolution with a channel multiplier needs that.

    If the input has elements of i8 and the output of i16, elements are widened before `offset`
    is added. If both have elements of i8, the addition wraps, so that an offset of 128 turns
    signed integers into unsigned ones.

    Example:

    ```mlir
    %r = kernel.prepare ins(%in : tensor<1x56x3584xi8>) outs(%init : tensor<1x58x3712xi8>)
      {top = 1, left = 64, pad_value = -3, offset = 128, repeat = 1} -> tensor<1x58x3712xi8>
    ```
  }];
  let arguments = (ins
    Kernel_Buffer:$input,
    Kernel_Buffer:$init,
    I64Attr:$top,
    I64Attr:$left,
    I64Attr:$pad_value,
    I64Attr:$offset,
    I64Attr:$repeat
  );
  let results = (outs Variadic<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    `ins` `(` $input `:` type($input) `)` `outs` `(` $init `:` type($init) `)` attr-dict
    (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Kernel_PackOp : Kernel_DestinationOp<"pack"> {
  let summary = "Pack weights at run time";
  let description = [{
    Adds `offset` to the elements of the matrices `[B][K][N]` in `input`, and writes them in the
    layout that the weights of `kernel.conv` have for the given strategy. N is the number of output
    channels.

    The K rows are cut into segments of `segment` rows. Each segment is filled up with zeros to whole
    groups. The layout is
    `[B][block][segment][group][vector][lane][element of the group]`. If a block has one vector
    and the segments are those of a depthwise window, this is the layout of the weights of
    `kernel.depthwise`.

    Example:

    ```mlir
    %r = kernel.pack ins(%b : tensor<2x24x40xf32>) outs(%init : tensor<2x1152xf32>)
      {strategy = #kernel.strategy<dot = float, pixels = 6, vectors = 3, lanes = 16,
                                   channels_outer = false, high_requantize = false>,
       offset = 0, segment = 24} -> tensor<2x1152xf32>
    ```
  }];
  let arguments = (ins
    Kernel_Buffer:$input,
    Kernel_Buffer:$init,
    Kernel_StrategyAttr:$strategy,
    I64Attr:$offset,
    ConfinedAttr<I64Attr, [IntPositive]>:$segment
  );
  let results = (outs Variadic<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    `ins` `(` $input `:` type($input) `)` `outs` `(` $init `:` type($init) `)` attr-dict
    (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Kernel_LookupOp : Kernel_DestinationOp<"lookup"> {
  let summary = "A table lookup for every byte";
  let description = [{
    Computes `out[i] = table[in[i] + 128]`. It is expanded to one `kernel.permute` for every `lanes`
    elements, where `lanes` is the number of bytes that the target can look up at a time.

    Example:

    ```mlir
    %r = kernel.lookup ins(%in, %table : tensor<3136xi8>, tensor<256xi8>)
                       outs(%init : tensor<3136xi8>) {lanes = 64} -> tensor<3136xi8>
    ```
  }];
  let arguments = (ins
    Kernel_Buffer:$input,
    Kernel_Buffer:$table,
    Kernel_Buffer:$init,
    ConfinedAttr<I64Attr, [IntPositive]>:$lanes
  );
  let results = (outs Variadic<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    `ins` `(` $input `,` $table `:` type($input) `,` type($table) `)`
    `outs` `(` $init `:` type($init) `)` attr-dict (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Kernel_PermuteOp : Kernel_Op<"permute", [Pure, AllTypesMatch<["indices", "result"]>]> {
  let summary = "Looks up a vector of bytes in a table of 256";
  let description = [{
    Computes `result[l] = table[indices[l] + 128]` for each lane `l`. Indices are signed.

    Example:

    ```mlir
    %1 = kernel.permute %table[%indices] : vector<256xi8>, vector<64xi8>
    ```
  }];
  let arguments = (ins
    FixedVectorOfLengthAndType<[256], [I8]>:$table,
    VectorOfRankAndType<[1], [I8]>:$indices
  );
  let results = (outs VectorOfRankAndType<[1], [I8]>:$result);
  let assemblyFormat = "$table `[` $indices `]` attr-dict `:` type($table) `,` type($indices)";
}

def Kernel_DotOp : Kernel_Op<"dot", [Pure, AllTypesMatch<["acc", "result"]>,
                                     AllTypesMatch<["lhs", "rhs"]>]> {
  let summary = "Adds a group of products to each lane of an accumulator";
  let description = [{
    Computes

        result[l] = acc[l] + sum over e < group of lhs[l * group + e] * rhs[l * group + e]

    for each lane `l`. The size of the group, and whether `lhs` is unsigned, follow from `kind`.
    Integer sums wrap around at 32 bits.

    Example:

    ```mlir
    %1 = kernel.dot unsigned_signed4 %acc, %a, %w : vector<16xi32>, vector<64xi8>
    ```
  }];
  let arguments = (ins
    Kernel_DotKindAttr:$kind,
    AnyTypeOf<[VectorOfRankAndType<[1], [I32]>, VectorOfRankAndType<[1], [F32]>]>:$acc,
    AnyTypeOf<[VectorOfRankAndType<[1], [I8, I16]>, VectorOfRankAndType<[1], [F32]>]>:$lhs,
    AnyTypeOf<[VectorOfRankAndType<[1], [I8, I16]>, VectorOfRankAndType<[1], [F32]>]>:$rhs
  );
  let results = (outs AnyType:$result);
  let assemblyFormat = [{
    $kind $acc `,` $lhs `,` $rhs attr-dict `:` type($acc) `,` type($lhs)
  }];
  let hasVerifier = 1;
}

#endif // QUANTC_CODEGEN_KERNEL_KERNEL_TD
