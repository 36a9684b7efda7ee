//===- Mine.td - A dialect of somebody else's compiler ---------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MINE_TD
#define MINE_TD

include "quantc/Dialect/PTQ/IR/LayoutOpInterface.td"
include "quantc/Dialect/PTQ/IR/QuantizableOpInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Mine_Dialect : Dialect {
  let name = "mine";
  let cppNamespace = "::mine";
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

def Mine_MirrorOp : Op<Mine_Dialect, "mirror", [Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<PTQ_LayoutOpInterface,
                              ["layoutFromOperands", "layoutFromResult"]>,
    DeclareOpInterfaceMethods<PTQ_QuantizableOpInterface,
                              ["requiresSameScale", "canQuantize"]>]> {
  let summary = "Reverses the last dimension of a tensor";
  let description = [{
    It moves values without arithmetic, so operand and result share their
    quantization parameters, in int8 as in int16x8. The last dimension is tied to
    its place; transposes of the others move through the operation.

    Example:

    ```mlir
    %0 = mine.mirror %x : tensor<1x4xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$output);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif // MINE_TD
