//===- Recurrent.td - Recurrent layers of the ptq dialect ------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Included by PTQ.td, which defines the types of tensors.

#ifndef QUANTC_DIALECT_PTQ_IR_RECURRENT_TD
#define QUANTC_DIALECT_PTQ_IR_RECURRENT_TD

include "quantc/Dialect/PTQ/IR/RecurrentOpInterface.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpAsmInterface.td"

def PTQ_Activation : PTQ_Enum<"Activation", "A function inside of a recurrent layer", [
  I32EnumAttrCase<"Sigmoid", 0, "sigmoid">,
  I32EnumAttrCase<"Tanh", 1, "tanh">,
  I32EnumAttrCase<"Relu", 2, "relu">,
  I32EnumAttrCase<"HardSigmoid", 3, "hard_sigmoid">,
  I32EnumAttrCase<"Identity", 4, "identity">,
  I32EnumAttrCase<"Relu6", 5, "relu6">,
  I32EnumAttrCase<"ReluN1To1", 6, "relu_n1_to_1">,
]>;

def PTQ_ActivationAttr : EnumAttr<PTQ_Dialect, PTQ_Activation, "activation"> {
  let summary = "A function inside of a recurrent layer";
  let description = [{
    `sigmoid`, `tanh`, `relu`, `hard_sigmoid`: max(0, min(1, x / 5 + 1 / 2)), `identity`: x,
    `relu6`: max(0, min(6, x)), or `relu_n1_to_1`: max(-1, min(1, x)).

    Example:

    ```mlir
    %sequence, %hidden = ptq.rnn %x weights(%w, %r) {activation = #ptq.activation<relu>}
      : (tensor<6x1x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>)
      -> (tensor<6x1x4xf32>, tensor<1x4xf32>)
    ```
  }];
  let assemblyFormat = "`<` $value `>`";
}

/// A tensor of a layer: of floats, or of integers once the layer is quantized.
def PTQ_LayerTensor : Type<Or<[PTQ_FloatTensor.predicate,
                                         PTQ_QuantizedTensor.predicate]>,
    "ranked tensor of 32-bit floats or quantized values", "::mlir::RankedTensorType">;

/// One direction of a recurrent layer.
class PTQ_RecurrentOp<string mnemonic> : PTQ_Op<mnemonic, [Pure, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>,
    PTQ_RecurrentOpInterface,
    DeclareOpInterfaceMethods<PTQ_QuantizableOpInterface,
        ["getWeightLayout", "canQuantize"]>]> {
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    // RecurrentOpInterface; the other methods are those of the attributes.
    ::mlir::Value getInitialState(unsigned state);
    ::mlir::quant::UniformQuantizedType chooseStateType(
        unsigned state, ::quantc::ptq::SchemeAttr scheme, double min, double max);
  }];
  string commonDescription = [{
    T is the number of time steps, N the batch, I the size of the input and H the size of
    the hidden state. The operation is time-major and has one direction: with `reverse` it
    visits the last step first, and element t of `sequence` still belongs to element t of the
    input. A bidirectional layer is two operations whose results are joined by `tosa.concat`. Other
    layouts are transposes around the operation.

    `sequence` [T, N, H] holds the hidden state of each step, and `hidden` [N, H] that of the step
    visited last. Results that nothing reads are not computed. Initial states [N, H] that are not given are 0, and
    so is the bias. With `clip`, the sum that a gate applies its function to is first clamped to
    [-clip, clip]. The cell is not.

    The rows of `weights`, `recurrence` and `bias` belong to gates: first the H rows of the first
    gate, then those of the second. docs/Numerics.md has the order of float operations (N80).

    In the integer form all tensors are quantized, and `stateTypes` has the types of the states
    in the loop: that of the hidden state, and in an LSTM that of the cell. docs/Numerics.md has
    its arithmetic (N90). In a float layer, `stateTypes` asks for states that are rounded as in
    the integer form. With `observed`, the values of the states in all steps are added to
    the statistics under the names of `hidden` and `cell`.
  }];
}

def PTQ_LSTMOp : PTQ_RecurrentOp<"lstm"> {
  let summary = "Long short-term memory, in one direction";
  let description = [{
    The gates are in the order of ONNX: input i, output o, forget f, cell g. A step computes, from input x, hidden
    state h and cell c:

        i = gate(Wi x + Ri h + pi c + bi)
        f = gate(Wf x + Rf h + pf c + bf), or 1 - i with `coupled`
        g = cellInput(Wg x + Rg h + bg)
        c = f c + i g
        o = gate(Wo x + Ro h + po c + bo)
        h = o output(c)

    `peepholes` [3, H] are pi, po and pf, and 0 if they are not given. The result `cell` [N, H] is the c of the
    last step. With `inputCoupled`, i is 1 - f instead of a gate of its own, whose rows are then not read. With `cellClip`, the new c
    is clamped to [-cellClip, cellClip] before anything reads it.

    With `projection` [P, H], the hidden state has P elements, and so have the rows of `recurrence`, the
    initial state, `hidden` and the rows of `sequence`: h = projection (o output(c)) + projectionBias. `projectionBias` [P] is 0
    if it is not given, and with `projectionClip` this h is clamped to [-projectionClip, projectionClip].

    With `layerNorm` [4, H], which has a row for each gate, a gate applies its function to n(s) * layerNorm + b, where s is its sum without
    the bias b, and n(s) = (s - mean(s)) / sqrt(variance(s) + 1e-8) over the H elements of s. It cannot be combined with `clip`, and has no
    integer form.
  }] # commonDescription # [{
    Example:

    ```mlir
    %sequence, %hidden, %cell = ptq.lstm %x weights(%w, %r) bias(%b) initial_hidden(%h) {reverse}
      : (tensor<6x1x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<16xf32>, tensor<1x4xf32>)
      -> (tensor<6x1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>)
    ```
  }];
  let arguments = (ins PTQ_LayerTensor:$input, PTQ_LayerTensor:$weights,
      PTQ_LayerTensor:$recurrence, Optional<PTQ_LayerTensor>:$bias,
      Optional<PTQ_LayerTensor>:$initialHidden, Optional<PTQ_LayerTensor>:$initialCell,
      Optional<PTQ_LayerTensor>:$peepholes, Optional<PTQ_LayerTensor>:$projection,
      Optional<PTQ_LayerTensor>:$projectionBias, Optional<PTQ_FloatTensor>:$layerNorm,
      UnitAttr:$reverse, UnitAttr:$coupled, UnitAttr:$inputCoupled,
      OptionalAttr<F32Attr>:$clip, OptionalAttr<F32Attr>:$cellClip,
      OptionalAttr<F32Attr>:$projectionClip,
      DefaultValuedAttr<PTQ_ActivationAttr, "::quantc::ptq::Activation::Sigmoid">:$gate,
      DefaultValuedAttr<PTQ_ActivationAttr, "::quantc::ptq::Activation::Tanh">:$cellInput,
      DefaultValuedAttr<PTQ_ActivationAttr, "::quantc::ptq::Activation::Tanh">:$output,
      OptionalAttr<TypeArrayAttr>:$stateTypes, UnitAttr:$observed);
  let results = (outs PTQ_LayerTensor:$sequence, PTQ_LayerTensor:$hidden, PTQ_LayerTensor:$cell);
  let assemblyFormat = [{
    $input `weights` `(` $weights `,` $recurrence `)` (`bias` `(` $bias^ `)`)?
    (`initial_hidden` `(` $initialHidden^ `)`)? (`initial_cell` `(` $initialCell^ `)`)?
    (`peepholes` `(` $peepholes^ `)`)?
    (`projection` `(` $projection^ `)`)? (`projection_bias` `(` $projectionBias^ `)`)?
    (`layer_norm` `(` $layerNorm^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def PTQ_GRUOp : PTQ_RecurrentOp<"gru"> {
  let summary = "Gated recurrent unit, in one direction";
  let description = [{
    The gates are in the order update z, reset r, new n. A step computes, from input x and hidden
    state h:

        z = gate(Wz x + Rz h + bz)
        r = gate(Wr x + Rr h + br)
        n = candidate(Wn x + Rn (r h) + bn)
        h = (1 - z) n + z h

    With `resetAfter` (ONNX calls it `linear_before_reset`), n = candidate(Wn x + r (Rn h + bh) + bn) instead. Only then `hiddenBias` [H] may be given,
    which is bh, and 0 otherwise.
  }] # commonDescription # [{
    Example:

    ```mlir
    %sequence, %hidden = ptq.gru %x weights(%w, %r) bias(%b) hidden_bias(%bh) {resetAfter}
      : (tensor<6x1x3xf32>, tensor<12x3xf32>, tensor<12x4xf32>, tensor<12xf32>, tensor<4xf32>)
      -> (tensor<6x1x4xf32>, tensor<1x4xf32>)
    ```
  }];
  let arguments = (ins PTQ_LayerTensor:$input, PTQ_LayerTensor:$weights,
      PTQ_LayerTensor:$recurrence, Optional<PTQ_LayerTensor>:$bias,
      Optional<PTQ_LayerTensor>:$hiddenBias, Optional<PTQ_LayerTensor>:$initialHidden,
      UnitAttr:$reverse, UnitAttr:$resetAfter, OptionalAttr<F32Attr>:$clip,
      DefaultValuedAttr<PTQ_ActivationAttr, "::quantc::ptq::Activation::Sigmoid">:$gate,
      DefaultValuedAttr<PTQ_ActivationAttr, "::quantc::ptq::Activation::Tanh">:$candidate,
      OptionalAttr<TypeArrayAttr>:$stateTypes, UnitAttr:$observed);
  let results = (outs PTQ_LayerTensor:$sequence, PTQ_LayerTensor:$hidden);
  let assemblyFormat = [{
    $input `weights` `(` $weights `,` $recurrence `)` (`bias` `(` $bias^ `)`)?
    (`hidden_bias` `(` $hiddenBias^ `)`)? (`initial_hidden` `(` $initialHidden^ `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
}

def PTQ_RNNOp : PTQ_RecurrentOp<"rnn"> {
  let summary = "Recurrent layer without gates, in one direction";
  let description = [{
    A step computes, from input x and hidden state h:

        h = activation(W x + R h + b)
  }] # commonDescription # [{
    Example:

    ```mlir
    %sequence, %hidden = ptq.rnn %x weights(%w, %r) initial_hidden(%h)
      : (tensor<6x1x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<1x4xf32>)
      -> (tensor<6x1x4xf32>, tensor<1x4xf32>)
    ```
  }];
  let arguments = (ins PTQ_LayerTensor:$input, PTQ_LayerTensor:$weights,
      PTQ_LayerTensor:$recurrence, Optional<PTQ_LayerTensor>:$bias,
      Optional<PTQ_LayerTensor>:$initialHidden, UnitAttr:$reverse, OptionalAttr<F32Attr>:$clip,
      DefaultValuedAttr<PTQ_ActivationAttr, "::quantc::ptq::Activation::Tanh">:$activation,
      OptionalAttr<TypeArrayAttr>:$stateTypes, UnitAttr:$observed);
  let results = (outs PTQ_LayerTensor:$sequence, PTQ_LayerTensor:$hidden);
  let assemblyFormat = [{
    $input `weights` `(` $weights `,` $recurrence `)` (`bias` `(` $bias^ `)`)?
    (`initial_hidden` `(` $initialHidden^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // QUANTC_DIALECT_PTQ_IR_RECURRENT_TD
