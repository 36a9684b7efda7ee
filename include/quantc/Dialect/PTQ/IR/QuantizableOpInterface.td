//===- QuantizableOpInterface.td - How an op is quantized ------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_TD
#define QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def PTQ_QuantizableOpInterface : OpInterface<"QuantizableOpInterface"> {
  let cppNamespace = "::quantc::ptq";
  let description = [{
    Says how an operation with float operands is quantized. The passes know
    operations only through this interface, so an operation joins quantization by
    implementing it, inside its dialect or as an external model.

    Every method but `quantize` describes constraints that hold before and
    while parameters are chosen; `quantize` builds the integer form.
  }];
  let methods = [
    InterfaceMethod<[{
      The role of an operand. `Activation` is quantized per tensor from calibration;
      `Weight` must be a constant and is quantized symmetrically; `Bias` becomes int32 at
      scale(activation)*scale(weight), or stays a float constant if the activation is
      int16, because no quantized type has the 48 bits that `quantize` gives it then;
      `Unquantized` is left alone (shapes, zero points, padding, indices, conditions).
    }],
    "::quantc::ptq::OperandRole", "getOperandRole", (ins "unsigned":$operand)>,
    InterfaceMethod<[{
      The dimensions of operand `operand`, a weight: which run over output channels,
      which one over input channels, and along which one scales may differ.
    }],
    "::quantc::ptq::WeightLayout", "getWeightLayout", (ins "unsigned":$operand), "",
    /*defaultImplementation=*/"return {};">,
    InterfaceMethod<[{
      True if the activations and the result must share quantization parameters,
      because the operation moves or selects values without arithmetic.
    }],
    "bool", "requiresSameScale", (ins), "",
    /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
      The result's type in `scheme` if it does not depend on calibration (softmax in
      int8: 1/256, -128), else null.
    }],
    "::mlir::quant::UniformQuantizedType", "getFixedResultType",
    (ins "::quantc::ptq::SchemeAttr":$scheme), "",
    /*defaultImplementation=*/"return {};">,
    InterfaceMethod<[{
      True if `quantize` accepts a null `resultType` in `scheme` and then returns a value
      that holds the result without loss: the int32 accumulator of a convolution. Sums of
      48 bits have no quantized type; products of int16 only leave the choice of parameters
      to a clamp.
    }],
    "bool", "canReturnAccumulator",
    (ins "::quantc::ptq::SchemeAttr":$scheme), "",
    /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
      True if the activation may be such an accumulator in `scheme`, so that the value
      between the two operations needs no parameters of its own (clamp: a fused
      activation function).
    }],
    "bool", "canTakeAccumulator",
    (ins "::quantc::ptq::SchemeAttr":$scheme), "",
    /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
      True if the activation may have the parameters of the result already: the operation
      maps what saturates then to where it saturates anyway (clamp). Such an operation shares
      parameters with a float or quantized tensor before it, as one that
      `requiresSameScale`, but its result's range counts, not that of the activation.
    }],
    "bool", "mayTakeResultParameters", (ins), "",
    /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
      Whether the operation, as it stands, can be computed in `scheme`, which is not that of
      floats. On failure `reason` says in one sentence why it stays float and what the
      user can do.
    }],
    "::llvm::LogicalResult", "canQuantize",
    (ins "::quantc::ptq::SchemeAttr":$scheme, "std::string &":$reason), "",
    /*defaultImplementation=*/"return ::quantc::ptq::requireStaticInt8(scheme, reason);">,
    InterfaceMethod<[{
      Builds the form of the operation in `scheme` before it and returns its results, or
      failure with nothing built.

      In a static scheme `operands[i]` is the quantized value of operand i (a tensor
      with `!quant.uniform` elements) or, for Unquantized operands, the operand itself.
      The storage of the operands says which integers are computed with: that of the scheme,
      unless the network came in with parameters of its own.
      `resultTypes[i]` is the quantized type that result i is to have, or null if the one
      user of the result takes an accumulator (only if `canReturnAccumulator`), or nothing
      reads it. A
      returned value may have other parameters than that; the caller requantizes. A
      result that is not float (argmax, comparisons) has a null type and is returned as
      it is.

      In a dynamic scheme weights are quantized values and every other operand is the operand
      itself; `resultTypes` are null and the returned values are floats.

      `contract` says whose integers the form gives (docs/Numerics.md): quantc's own, or
      those of LiteRT or TensorFlow Lite Micro where these have a kernel for the operation.
    }],
    "::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>>", "quantize",
    (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$operands,
         "::llvm::ArrayRef<::mlir::RankedTensorType>":$resultTypes,
         "::quantc::ptq::SchemeAttr":$scheme, "::quantc::Contract":$contract)>
  ];
}

#endif // QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_TD
