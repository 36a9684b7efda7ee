//===- IntegerLSTM.td - LSTM of TFLite's kernel -*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Included by PTQ.td.

#ifndef QUANTC_DIALECT_PTQ_IR_INTEGERLSTM_TD
#define QUANTC_DIALECT_PTQ_IR_INTEGERLSTM_TD

include "mlir/IR/OpAsmInterface.td"

def PTQ_IntegerLSTMOp : PTQ_Op<"integer_lstm", [Pure, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "LSTM in the integers of TFLite's kernel";
  let description = [{
    The layer of a file that is quantized already: int8 inputs, weights and hidden state, an int16 cell. It is `ptq.lstm`
    with its gates and shapes, but all tensors are storage integers, and the arithmetic is that of TensorFlow
    Lite Micro's kernel, with all of its roundings (docs/Numerics.md, N101 to N103). The integers of the file are
    the operands; scales and zero points are attributes:

    * An element q of `input` is (q - inputZeroPoint) * inputScale, and one of the hidden state (q - hiddenZeroPoint) *
      hiddenScale. The cell is in steps of 2^cellExponent.
    * Each gate has a scale for its rows of `weights` and of `recurrence`, in the order i, o, f, g. `bias` is in steps of the input's scale
      times that of the weights.
    * With `cellClip`, the cell is clamped to as many of its steps as fit into that number.

    Initial states that are not given are the real number 0. Results that nothing reads are not computed.

    Example:

    ```mlir
    %sequence, %hidden, %cell = ptq.integer_lstm %x weights(%w, %r) bias(%b) {
        inputScale = 0.5 : f64, inputZeroPoint = -3 : i64, hiddenScale = 7.8125e-03 : f64, hiddenZeroPoint = 0 : i64,
        weightScales = array<f64: 0.01, 0.02, 0.01, 0.01>, recurrenceScales = array<f64: 0.01, 0.02, 0.01, 0.01>,
        cellExponent = -12 : i64}
      : (tensor<6x1x3xi8>, tensor<16x3xi8>, tensor<16x4xi8>, tensor<16xi32>)
      -> (tensor<6x1x4xi8>, tensor<1x4xi8>, tensor<1x4xi16>)
    ```
  }];
  let arguments = (ins RankedTensorOf<[I8]>:$input, RankedTensorOf<[I8]>:$weights,
      RankedTensorOf<[I8]>:$recurrence, RankedTensorOf<[I32]>:$bias,
      Optional<RankedTensorOf<[I8]>>:$initialHidden, Optional<RankedTensorOf<[I16]>>:$initialCell,
      F64Attr:$inputScale, I64Attr:$inputZeroPoint, F64Attr:$hiddenScale, I64Attr:$hiddenZeroPoint,
      DenseF64ArrayAttr:$weightScales, DenseF64ArrayAttr:$recurrenceScales, I64Attr:$cellExponent,
      OptionalAttr<F32Attr>:$cellClip);
  let results = (outs RankedTensorOf<[I8]>:$sequence, RankedTensorOf<[I8]>:$hidden,
      RankedTensorOf<[I16]>:$cell);
  let assemblyFormat = [{
    $input `weights` `(` $weights `,` $recurrence `)` `bias` `(` $bias `)`
    (`initial_hidden` `(` $initialHidden^ `)`)? (`initial_cell` `(` $initialCell^ `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif // QUANTC_DIALECT_PTQ_IR_INTEGERLSTM_TD
