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

def PTQ_ObserveOp : PTQ_Op<"observe", [SameOperandsAndResultType]> {
  let summary = "Records the run-time values of a tensor";
  let description = [{
    Passes its operand through unchanged. When a network with `ptq.observe`
    operations is run over calibration inputs, every value of the operand enters
    the statistics kept under `name`.

    The name is not empty. The operation has a side effect: it is neither removed nor merged.

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

def PTQ_FakeQuantOp : PTQ_Op<"fake_quant", [Pure, SameOperandsAndResultType]> {
  let summary = "Rounds float values to those that a quantized type can represent";
  let description = [{
    `output = dequantize(quantize(input))` in float arithmetic, by the rules of
    docs/Numerics.md: the result is float, but takes only values
    `(q - zero_point) * scale` with `q` in the storage range of
    `quantizedType`. Running a network with these operations simulates its integer
    form. Networks from quantization-aware training carry the same operation.

    The expressed type of `quantizedType` is the operand's element type; the
    quantized axis of a per-axis type exists and has as many elements as there are scales.

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

def PTQ_FloatBorderOp : PTQ_Op<"float_border", [Pure, SameOperandsAndResultType]> {
  let summary = "Separates what a file computes in float from its quantized part";
  let description = [{
    Passes its operand through unchanged. It stands where a float operation of a partly
    quantized file reads a dequantized tensor, and where the result of one is quantized.
    Parameters on the other side say nothing about that operation, so it stays float, as
    it is in the file. A profile quantizes it all the same: ptq-annotate then removes the
    border.

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

def PTQ_RequantizeOp : PTQ_Op<"requantize", [Pure, SameOperandsAndResultShape]> {
  let summary = "Changes the quantization parameters of a quantized tensor";
  let description = [{
    Represents the same real numbers with other parameters:
    `output = saturate(round((input - zp_in) * scale_in / scale_out) + zp_out)`,
    where scale_in may differ per channel (a per-axis operand type). The ratio of
    scales becomes an integer multiplier and a shift when the operation is
    lowered to `tosa.rescale` (docs/Numerics.md).

    The storage may widen or narrow: an int32 accumulator with scale
    scale(x)*scale(w)[c] becomes an int8 activation.

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
    DeclareOpInterfaceMethods<PTQ_QuantizableOpInterface,
        ["getFixedResultType", "canTakeAccumulator"]>]> {
  let summary = "Softmax along one axis";
  let description = [{
    `output[i] = exp(input[i] - max) / sum(exp(input - max))` along `axis`.

    Recognised from TOSA's decomposed form (reduce_max, sub, exp, reduce_sum,
    reciprocal, mul), so that it is quantized as one operation: a table of
    exponentials, an int32 sum and one integer division. The quantized
    result has scale 1/256 and zero point -128. Right behind a convolution or
    matrix product it takes the accumulator: two classes between which 8-bit
    logits could not decide stay apart.

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
    DeclareOpInterfaceMethods<PTQ_QuantizableOpInterface,
        ["canReturnAccumulator"]>]> {
  let summary = "Arithmetic mean over axes, which stay as dimensions of size 1";
  let description = [{
    The mean over `axes` (ascending, distinct). Recognised from TOSA's spelling:
    reduce_sum along each axis, times 1/N. Its quantized form sums in
    int32 and folds 1/N into the multiplier that requantizes the sum.

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
    DeclareOpInterfaceMethods<PTQ_QuantizableOpInterface>]> {
  let summary = "A function of one real number, applied to every element";
  let description = [{
    The body computes with elementwise TOSA operations on its one argument and on
    splat constants, so the result at each position depends on one input value
    only. Every unary function (sigmoid, tanh, exp, rsqrt, pow with a constant
    exponent, ...) and every pattern of them (GELU, SiLU, hard-swish, ...) has this
    form, and its int8 form is a table of 256 entries computed at compile time.

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
    Its operand is the value of the function.

    Example: see `ptq.pointwise`.
  }];
  let arguments = (ins PTQ_FloatTensor:$value);
  // SingleBlockImplicitTerminator builds a yield without a value for a body that
  // ends without one. The verifier then reports the missing operand.
  let builders = [OpBuilder<(ins), [{ /* without a value */ }]>];
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

#endif // QUANTC_DIALECT_PTQ_IR_PTQ_TD
