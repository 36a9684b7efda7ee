//===- RecurrentOpInterface.td - States in a loop over time ----*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_RECURRENTOPINTERFACE_TD
#define QUANTC_DIALECT_PTQ_IR_RECURRENTOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def PTQ_RecurrentOpInterface : OpInterface<"RecurrentOpInterface"> {
  let cppNamespace = "::quantc::ptq";
  let description = [{
    An operation that is computed step by step and carries states from one step to the next.
    States are tensors that only the expanded operation has. Their parameters come from
    calibration all the same: the passes that observe and annotate tensors know states through
    this interface.

    Result 0 is the sequence of the first state, and result 1 + i is the last value of
    state i, whose name in profiles is also that of the state.
  }];
  let methods = [
    InterfaceMethod<"The operand with which state `state` begins; null where it is 0.",
    "::mlir::Value", "getInitialState", (ins "unsigned":$state)>,
    InterfaceMethod<[{
      The type of state `state` in `scheme`, a static one, for values in [min, max].
    }],
    "::mlir::quant::UniformQuantizedType", "chooseStateType",
    (ins "unsigned":$state, "::quantc::ptq::SchemeAttr":$scheme, "double":$min,
         "double":$max)>,
    InterfaceMethod<"The types that were chosen, one for each state; null before.",
    "::mlir::ArrayAttr", "getStateTypesAttr">,
    InterfaceMethod<"Sets what `getStateTypesAttr` returns.",
    "void", "setStateTypesAttr", (ins "::mlir::ArrayAttr":$types)>,
    InterfaceMethod<"Whether the states of all steps are observed.",
    "bool", "getObserved">,
    InterfaceMethod<"Sets whether the states of all steps are observed.",
    "void", "setObserved", (ins "bool":$observed)>
  ];
  let extraClassDeclaration = [{
    /// The results that are the last values of the states, in order.
    ::mlir::ResultRange getStates() {
      return getOperation()->getResults().drop_front();
    }
    /// The number of the state that `result` holds values of.
    static unsigned getStateOf(::mlir::OpResult result) {
      unsigned number = result.getResultNumber();
      return number == 0 ? 0 : number - 1;
    }
    /// The type of state `state`; null before types are chosen.
    ::mlir::quant::UniformQuantizedType getStateType(unsigned state) {
      ::mlir::ArrayAttr types = getStateTypesAttr();
      return types ? ::llvm::cast<::mlir::quant::UniformQuantizedType>(
                         ::llvm::cast<::mlir::TypeAttr>(types[state]).getValue())
                   : ::mlir::quant::UniformQuantizedType();
    }
  }];
}

#endif // QUANTC_DIALECT_PTQ_IR_RECURRENTOPINTERFACE_TD
