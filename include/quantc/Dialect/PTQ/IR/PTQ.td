//===- PTQ.td - Operations of the ptq dialect ------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_PTQ_TD
#define QUANTC_DIALECT_PTQ_IR_PTQ_TD

include "quantc/Dialect/PTQ/IR/PTQBase.td"
include "quantc/Dialect/PTQ/IR/LayoutOpInterface.td"
include "quantc/Dialect/PTQ/IR/QuantizableOpInterface.td"
include "quantc/Dialect/PTQ/IR/Scheme.td"
include "mlir/Dialect/Quant/IR/QuantBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/BuiltinAttributes.td"

/// A ranked tensor of 32-bit floats.
def PTQ_FloatTensor : RankedTensorOf<[F32]>;

/// A ranked tensor whose elements are quantized.
def PTQ_QuantizedTensor
    : TypeConstraint<And<[
          RankedTensorOf<[AnyType]>.predicate,
          CPred<"::llvm::isa<::mlir::quant::QuantizedType>("
                "::llvm::cast<::mlir::RankedTensorType>($_self).getElementType())">]>,
        "ranked tensor of quantized values", "::mlir::RankedTensorType">;

def PTQ_ObserveOp : PTQ_Op<"observe", [SameOperandsAndResultType,
    DeclareOpInterfaceMethods<PTQ_LayoutOpInterface, ["isElementwise"]>]> {
  let summary = "Records the run-time values of a tensor";
  let description = [{
    Returns its operand unchanged. When the network runs over calibration inputs,
    all values of the operand are added to the statistics that are kept under `name`,
    which must not be empty.

    The operation has a side effect, so that no pass removes it or merges two of them.

    Example:

    ```mlir
    %0 = ptq.observe %x {name = "conv1"} : tensor<1x8x8x16xf32>
    ```
  }];
  let arguments = (ins PTQ_FloatTensor:$input, StrAttr:$name);
  let results = (outs PTQ_FloatTensor:$output);
  let assemblyFormat = "$input attr-dict `:` type($output)";
  let hasVerifier = 1;
}

def PTQ_FakeQuantOp : PTQ_Op<"fake_quant", [Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<PTQ_LayoutOpInterface, ["isElementwise", "updateForLayout"]>]> {
  let summary = "Rounds float values to those that a quantized type can represent";
  let description = [{
    Computes `output = dequantize(quantize(input))` in float arithmetic, by the rules of
    docs/Numerics.md. The result is a float tensor, but each of its elements has one of the
    values `(q - zero_point) * scale`, where `q` is an integer in the storage range of
    `quantizedType`. Running a network with these operations simulates its integer
    form. Networks that were trained with quantization (quantization-aware training) contain
    the same operation.

    The expressed type of `quantizedType` must be the operand's element type. A per-axis type
    must have one scale for each element of the dimension that it names.

    Example:

    ```mlir
    %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.02:-128> : tensor<1x8x8x16xf32>
    ```
  }];
  let arguments = (ins PTQ_FloatTensor:$input, TypeAttr:$quantizedType);
  let results = (outs PTQ_FloatTensor:$output);
  let assemblyFormat =
      "$input `as` $quantizedType attr-dict `:` type($output)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// The result's type with quantized elements: tensor<...x!quant.uniform<...>>.
    ::mlir::RankedTensorType getQuantizedTensorType();
  }];
}

def PTQ_FloatBorderOp : PTQ_Op<"float_border", [Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<PTQ_LayoutOpInterface, ["isElementwise"]>]> {
  let summary = "Separates the float part of a partly quantized file from its quantized part";
  let description = [{
    Returns its operand unchanged. A partly quantized file computes some operations in
    float. The importer puts a border where such an operation reads a dequantized tensor,
    and where its result is quantized.

    Quantization parameters are not propagated across a border. The operation therefore
    stays in float, as it is in the file. If there is a profile, `ptq-annotate` removes the
    borders and the operation is quantized like any other.

    Example:

    ```mlir
    %0 = tosa.exp %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = ptq.float_border %0 : tensor<1x4xf32>
    %2 = quant.qcast %1 : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.5>>
    ```
  }];
  let arguments = (ins PTQ_FloatTensor:$input);
  let results = (outs PTQ_FloatTensor:$output);
  let assemblyFormat = "$input attr-dict `:` type($output)";
}

def PTQ_RequantizeOp : PTQ_Op<"requantize", [Pure, SameOperandsAndResultShape,
    DeclareOpInterfaceMethods<PTQ_LayoutOpInterface, ["isElementwise"]>]> {
  let summary = "Changes the quantization parameters of a quantized tensor";
  let description = [{
    Represents the same real numbers with other parameters:
    `output = saturate(round((input - zp_in) * scale_in / scale_out) + zp_out)`.
    If the operand has a per-axis type, each channel has its own `scale_in`. When the
    operation is lowered to `tosa.rescale`, the ratio of the scales becomes an integer
    multiplier and a shift (docs/Numerics.md).

    The storage type of the result may be wider or narrower than that of the operand. For
    example, the int32 accumulator of a convolution, whose scale is scale(x) * scale(w)[c] for
    channel c, becomes an int8 activation.

    Example:

    ```mlir
    %1 = ptq.requantize %acc
      : tensor<1x8x8x2x!quant.uniform<i32:f32:3, {1.0e-3,2.0e-3}>>
      to tensor<1x8x8x2x!quant.uniform<i8:f32, 0.05:-3>>
    ```
  }];
  let arguments = (ins PTQ_QuantizedTensor:$input);
  let results = (outs PTQ_QuantizedTensor:$output);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($output)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def PTQ_SoftmaxOp : PTQ_Op<"softmax", [Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<PTQ_LayoutOpInterface, ["updateForLayout"]>,
    DeclareOpInterfaceMethods<PTQ_QuantizableOpInterface,
        ["getFixedResultType", "canTakeAccumulator", "canQuantize"]>]> {
  let summary = "Softmax along one axis";
  let description = [{
    Computes `output[i] = exp(input[i] - max) / sum(exp(input - max))` along `axis`, where
    `max` is the largest element along that axis.

    TOSA has no such operation: it writes softmax as reduce_max, sub, exp, reduce_sum,
    reciprocal and mul. `ptq-recognize-composites` replaces these by one `ptq.softmax`, which
    is then quantized as a whole, with a table of exponentials, an int32 sum and one
    integer division. The quantized result has scale 1/256 and zero point -128.

    If the operand is the result of a convolution or matrix product, the softmax reads the
    int32 accumulator of that product. Two classes whose logits differ by less than one step of
    int8 then still get different probabilities. In int16 the result has scale
    1/32768 and zero point 0.

    Example:

    ```mlir
    %0 = ptq.softmax %x {axis = 1 : i32} : tensor<1x10xf32>
    ```
  }];
  let arguments = (ins PTQ_FloatTensor:$input, I32Attr:$axis);
  let results = (outs PTQ_FloatTensor:$output);
  let assemblyFormat = "$input attr-dict `:` type($output)";
  let hasVerifier = 1;
}

def PTQ_MeanOp : PTQ_Op<"mean", [Pure,
    DeclareOpInterfaceMethods<PTQ_LayoutOpInterface, ["updateForLayout"]>,
    DeclareOpInterfaceMethods<PTQ_QuantizableOpInterface,
        ["canReturnAccumulator", "canQuantize"]>]> {
  let summary = "Arithmetic mean over axes, which are kept as dimensions of size 1";
  let description = [{
    Computes the mean over `axes`, which must be distinct and in ascending order.

    TOSA has no such operation: it writes a mean as a reduce_sum along each axis and a
    multiplication by 1/N. `ptq-recognize-composites` replaces these by one `ptq.mean`. The
    quantized form sums in int32. The factor 1/N is then part of the multiplier that
    requantizes the sum, so there is only one rounding.

    Example:

    ```mlir
    %0 = ptq.mean %x {axes = array<i32: 1, 2>} : tensor<1x8x8x16xf32> -> tensor<1x1x1x16xf32>
    ```
  }];
  let arguments = (ins PTQ_FloatTensor:$input, DenseI32ArrayAttr:$axes);
  let results = (outs PTQ_FloatTensor:$output);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($output)";
  let hasVerifier = 1;
}

def PTQ_PointwiseOp : PTQ_Op<"pointwise", [Pure, SameOperandsAndResultShape,
    IsolatedFromAbove, SingleBlockImplicitTerminator<"::quantc::ptq::YieldOp">,
    DeclareOpInterfaceMethods<PTQ_QuantizableOpInterface, ["canQuantize"]>]> {
  let summary = "A function of one real number, applied to every element";
  let description = [{
    The body applies elementwise TOSA operations to its one argument and to
    splat constants. Each element of the result therefore depends only on the input element
    at the same position.

    Every unary function (sigmoid, tanh, exp, rsqrt, pow with a constant exponent, ...) and
    every combination of them (GELU, SiLU, hard-swish, ...) can be written in this way. The
    int8 form of all of them is the same: a table of 256 entries, which is computed at compile
    time.
    The int16 form is a table of 513 entries if interpolation between them is off by one step
    at most, else one of 65,536.

    Example:

    ```mlir
    %0 = ptq.pointwise %x : tensor<4xf32> -> tensor<4xf32> {
    ^bb0(%a: tensor<4xf32>):
      %1 = tosa.sigmoid %a : (tensor<4xf32>) -> tensor<4xf32>
      %2 = tosa.exp %1 : (tensor<4xf32>) -> tensor<4xf32>
      ptq.yield %2 : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins PTQ_FloatTensor:$input);
  let results = (outs PTQ_FloatTensor:$output);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat =
      "$input attr-dict `:` type($input) `->` type($output) $body";
  let hasRegionVerifier = 1;
}

def PTQ_YieldOp : PTQ_Op<"yield", [Pure, Terminator, HasParent<"PointwiseOp">]> {
  let summary = "Ends the body of ptq.pointwise";
  let description = [{
    The operand of `ptq.yield` is what the surrounding `ptq.pointwise` returns.

    Example: see `ptq.pointwise`.
  }];
  let arguments = (ins PTQ_FloatTensor:$value);
  // If the text of a ptq.pointwise has no terminator, SingleBlockImplicitTerminator
  // adds a ptq.yield with this builder. It has no operand, which the verifier reports.
  let builders = [OpBuilder<(ins), [{ /* without a value */ }]>];
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

include "quantc/Dialect/PTQ/IR/Recurrent.td"
include "quantc/Dialect/PTQ/IR/IntegerLSTM.td"

#endif // QUANTC_DIALECT_PTQ_IR_PTQ_TD
