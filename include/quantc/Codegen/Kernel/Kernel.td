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
    Between TOSA and loops: a convolution (or matrix product) is a `kernel.conv` or
    `kernel.depthwise` with packed weights, a fused epilogue and a strategy that says
    how it is tiled; its input is laid out by `kernel.prepare`, weights that are not constants by
    `kernel.pack`. A `tosa.table` of bytes is a `kernel.lookup`. The ops exist on tensors (destination style) and, after bufferization, on
    memrefs, where `quantc-expand-kernels` turns them into loops over
    `kernel.dot` and `kernel.permute`.

    Layouts. Inputs are rows of elements, `[N][H][W*C]`: a step of one pixel is
    C elements, so a window of adjacent pixels is one contiguous run. Packed weights of an output-channel
    block are `[tap row][tap][group][vector][lane][element of group]`; blocks follow one another,
    and the last block may have fewer vectors. Missing channels and the rest of
    the last group are zero.
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

    The group is the number of products that one lane of the accumulator takes.
  }];
  let assemblyFormat = "$value";
}

def Kernel_StrategyAttr : AttrDef<Kernel_Dialect, "Strategy"> {
  let mnemonic = "strategy";
  let summary = "How a convolution or matrix product is tiled";
  let description = [{
    A tile is `pixels` output pixels by `vectors` vectors of `lanes` output channels, whose
    accumulators stay in registers during the whole reduction. `channels_outer` runs all pixels
    for one block of channels before the next block: for weights that do not fit a
    cache that the pixels of a row fit.

    `high_requantize` says that requantization takes the upper half of a 64-bit
    product through 32-bit lanes, which suits x86 (`vpmuldq`); otherwise it is written
    in 64-bit lanes.

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
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// Products that one lane takes at a time: 4, 2 or 1.
    int64_t getGroup() const;
    /// Output channels of a full tile.
    int64_t getBlockChannels() const { return getVectors() * getLanes(); }
  }];
}

def Kernel_RequantizeAttr : AttrDef<Kernel_Dialect, "Requantize"> {
  let mnemonic = "requantize";
  let summary = "The part of requantization that is the same for every channel";
  let description = [{
    result = clamp(apply_scale_32(acc, multiplier[c], shift[c]) + zero_point, min, max), in
    exact arithmetic as TOSA 1.0 defines RESCALE.

    Sums of 64 bits (`widen_every`) are requantized by apply_scale_16: multipliers are then of 16 bits.

    With `high` set every shift is at least 33; the packed shifts are then shift - 32, and the
    multipliers of a vector are stored even lanes first: the product's lower half is never
    needed, because adding 2^(shift-1) cannot carry out of it.

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

def Kernel_Element : AnyTypeOf<[I8, I16, I32, I64, F32]>;
def Kernel_Buffer : AnyTypeOf<[RankedTensorOf<[Kernel_Element]>, MemRefOf<[Kernel_Element]>]>;

class Kernel_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kernel_Dialect, mnemonic, traits>;

/// Ops that fill `init` from their other operands: on tensors they return the filled tensor.
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
    out[n, y, x, c] = epilogue(bias[c] + sum over (i, j, k) of
        in[n, y * row_stride + i * tap_steps[0], x * pixel_stride + j * tap_steps[1] + k] * w[i, j, k, c])

    for i < taps[0], j < taps[1] and k < `groups` * group elements. Strides and steps of
    a row count elements, not pixels. The epilogue requantizes (`requantize`,
    `multiplier`, `shift`), clamps (float: `clamp_min`, `clamp_max`) or does nothing.
    `bias`, `multiplier` and `shift` are padded to whole vectors of channels.

    With `widen_every` sums are of 64 bits, of which the lower 48 count, and `bias` is of i64: products are
    added up in 32 bits, which that many groups cannot exceed, and the sum of these is
    added to the result. That is how int16 activations are multiplied.

    `weights` are `[1][size]`, or `[N][size]` where each image has its own (a
    batched matrix product).

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
  let arguments = !con(Kernel_ProductOperands, (ins I64Attr:$groups));
}

def Kernel_DepthwiseOp : Kernel_ProductOp<"depthwise"> {
  let summary = "Depthwise convolution with packed weights and fused epilogue";
  let description = [{
    out[n, y, x, c] = epilogue(bias[c] + sum over (i, j) of
        in[n, y * row_stride + i * tap_steps[0], x * pixel_stride + j * tap_steps[1] + c] * w[i, j, c])

    The input has as many channels as the output. Weights are `[1][size]`: for every
    vector of channels the taps in order (of all rows, or row by row if there are more than 32),
    padded to whole groups, as `[group of taps][lane][tap of the group]`. `widen_every` is that of
    `kernel.conv`.

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
  let summary = "Lay an input out for a kernel: pad, widen, change the sign convention";
  let description = [{
    out[n, y, x] = in[n, y - top, (x - left) / repeat] + offset, where a position outside of
    `in` reads as `pad_value`. With `repeat` > 1 each element stands `repeat` times in the
    output (a depthwise convolution with a multiplier). `left` counts elements of the output. The result is widened from i8 to
    i16 where the types say so, before `offset` is added; i8 to i8 wraps, so that an
    offset of 128 turns s8 into u8. Floats are copied, and padded with 0.

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
    Writes the `[B][K][N]` matrices of `input`, plus `offset`, in the layout of `kernel.conv`'s weights for
    the given strategy. The K rows are segments of `segment` rows, each of which is filled up with zeros to whole
    groups: `[B][block][K / segment][group][vector][lane][element of group]`. With blocks of one vector and a
    segment for each trip over the taps it is the layout of `kernel.depthwise`.

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
    out[i] = table[in[i] + 128], `lanes` elements at a time: the number that
    `kernel.permute` has on the target.

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
  let summary = "Bytes of a table of 256";
  let description = [{
    result[l] = table[indices[l] + 128], indices being signed.

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
  let summary = "Grouped products added to an accumulator";
  let description = [{
    result[l] = acc[l] + sum over e < group of lhs[l * group + e] * rhs[l * group + e]; the
    group and the signedness of `lhs` follow from `kind`. 32-bit sums wrap.

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
