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
      scale(activation)*scale(weight); `Unquantized` is left alone (shapes, zero
      points, padding, indices, conditions).
    }],
    "::quantc::ptq::OperandRole", "getOperandRole", (ins "unsigned":$operand)>,
    InterfaceMethod<[{
      The dimension of the weight operand that runs over output channels, or
      nullopt if the weight has one scale for the whole tensor.
    }],
    "std::optional<int64_t>", "getWeightAxis", (ins), "",
    /*defaultImplementation=*/"return std::nullopt;">,
    InterfaceMethod<[{
      True if the activations and the result must share quantization parameters,
      because the operation moves or selects values without arithmetic.
    }],
    "bool", "requiresSameScale", (ins), "",
    /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
      The result's type if it does not depend on calibration (softmax: 1/256, -128), else
      null.
    }],
    "::mlir::quant::UniformQuantizedType", "getFixedResultType", (ins), "",
    /*defaultImplementation=*/"return {};">,
    InterfaceMethod<[{
      True if `quantize` accepts a null `resultType` and then returns a value that
      holds the result without loss: the int32 accumulator of a convolution.
    }],
    "bool", "canReturnAccumulator", (ins), "",
    /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
      True if the activation may be such an accumulator, so that the value
      between the two operations needs no parameters of its own (clamp: a fused
      activation function).
    }],
    "bool", "canTakeAccumulator", (ins), "",
    /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
      Whether the operation, as it stands, has an integer form. On failure `reason`
      says in one sentence why it stays float and what the user can do.
    }],
    "::llvm::LogicalResult", "canQuantize", (ins "std::string &":$reason), "",
    /*defaultImplementation=*/"return ::mlir::success();">,
    InterfaceMethod<[{
      Builds the integer form before this operation and returns its result, or
      failure with nothing built. `operands[i]` is the
      quantized value of operand i (a tensor with `!quant.uniform` elements) or,
      for Unquantized operands, the operand itself. `resultType` is the quantized
      type that the result is to have, or null if the one user of the result
      takes an accumulator (only if `canReturnAccumulator`). The
      returned value may have other parameters than `resultType`; the caller
      requantizes. A result that is not float (argmax, comparisons) has a null
      `resultType` and is returned as it is. `contract` says whose integers the
      form gives (docs/Numerics.md): quantc's own, or those of LiteRT or TensorFlow
      Lite Micro where these have a kernel for the operation.
    }],
    "::mlir::FailureOr<::mlir::Value>", "quantize",
    (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$operands,
         "::mlir::RankedTensorType":$resultType, "::quantc::Contract":$contract)>
  ];
}

#endif // QUANTC_DIALECT_PTQ_IR_QUANTIZABLEOPINTERFACE_TD
