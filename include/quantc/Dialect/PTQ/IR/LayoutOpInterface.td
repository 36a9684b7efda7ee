//===- LayoutOpInterface.td - How an op moves with a layout -----*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_LAYOUTOPINTERFACE_TD
#define QUANTC_DIALECT_PTQ_IR_LAYOUTOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def PTQ_LayoutOpInterface : OpInterface<"LayoutOpInterface"> {
  let cppNamespace = "::quantc::ptq";
  let description = [{
    Says how an operation takes another layout of its tensors. A layout is a permutation p:
    stored in it, a tensor t is transpose(t, p), whose dimension i is dimension p[i] of t.
    The passes that move transposes through a network know operations only through this
    interface. An operation that does not implement it is tied to the order of dimensions that
    it has, and transposes stay in front of it and behind it.

    It is for operations with one result. The defaults describe an operation that treats all
    dimensions alike, so that elementwise operations implement `isElementwise` and nothing else.
  }];
  let methods = [
    InterfaceMethod<[{
      True if every element of the result is computed from the elements at the same position,
      whatever the position.
    }],
    "bool", "isElementwise", (ins), "", /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
      True if the layout of operand `operand` follows that of the operation; not for shapes,
      zero points, tables and other parameters. By default these are the first operand and
      all tensors with the rank of the result.
    }],
    "bool", "isDataOperand", (ins "unsigned":$operand), "",
    /*defaultImplementation=*/"return ::quantc::ptq::isDataByRank($_op, operand);">,
    InterfaceMethod<[{
      The layouts of the operation if its data operands, which all have one layout, have layout
      `operands`; nullopt if it cannot be computed then.
    }],
    "::std::optional<::quantc::ptq::OpLayout>", "layoutFromOperands",
    (ins "::llvm::ArrayRef<int64_t>":$operands), "",
    /*defaultImplementation=*/"return ::quantc::ptq::OpLayout::same(operands);">,
    InterfaceMethod<[{
      The same from the layout of the result.
    }],
    "::std::optional<::quantc::ptq::OpLayout>", "layoutFromResult",
    (ins "::llvm::ArrayRef<int64_t>":$result), "",
    /*defaultImplementation=*/"return ::quantc::ptq::OpLayout::same(result);">,
    InterfaceMethod<[{
      Changes attributes and parameters of the operation that speak of dimensions. It has the
      operands and the type of its result in `layout` already.
    }],
    "void", "updateForLayout",
    (ins "::mlir::OpBuilder &":$builder,
         "const ::quantc::ptq::OpLayout &":$layout), "",
    /*defaultImplementation=*/"return;">
  ];
}

#endif // QUANTC_DIALECT_PTQ_IR_LAYOUTOPINTERFACE_TD
