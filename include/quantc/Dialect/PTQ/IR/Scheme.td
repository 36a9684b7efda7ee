//===- Scheme.td - How an operation is quantized ---------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_IR_SCHEME_TD
#define QUANTC_DIALECT_PTQ_IR_SCHEME_TD

include "quantc/Dialect/PTQ/IR/PTQBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class PTQ_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::quantc::ptq";
  let genSpecializedAttr = 0;
}

def PTQ_Execution : PTQ_Enum<"Execution", "When activations become integers", [
  I32EnumAttrCase<"Float", 0, "float">,
  I32EnumAttrCase<"WeightOnly", 1, "weight_only">,
  I32EnumAttrCase<"Dynamic", 2, "dynamic">,
  I32EnumAttrCase<"Static", 3, "static">,
]>;

def PTQ_Granularity : PTQ_Enum<"Granularity", "What shares one scale", [
  I32EnumAttrCase<"Tensor", 0, "tensor">,
  I32EnumAttrCase<"Channel", 1, "channel">,
  I32EnumAttrCase<"Block", 2, "block">,
  I32EnumAttrCase<"Row", 3, "row">,
]>;

def PTQ_Symmetry : PTQ_Enum<"Symmetry", "Whether the zero point is 0", [
  I32EnumAttrCase<"Symmetric", 0, "symmetric">,
  I32EnumAttrCase<"Asymmetric", 1, "asymmetric">,
]>;

def PTQ_SchemeAttr : AttrDef<PTQ_Dialect, "Scheme"> {
  let mnemonic = "scheme";
  let summary = "How an operation is quantized";
  let description = [{
    The attribute `ptq.scheme` of an operation or, for all operations without one, of
    their function. `ptq-assign-schemes` writes it; every later pass reads it.

    The execution says when activations become integers:

    | execution | activations | computation |
    |---|---|---|
    | `static` | integers with parameters from calibration | integers |
    | `dynamic` | floats, quantized when the operation runs | products of integers, scaled to float |
    | `weight_only` | floats | floats; constant weights are stored in a narrower type |
    | `float` | floats | floats |

    `weights` are stored in their type with one scale `per` tensor, output channel or
    block of input channels (`block of 32`). `f16` weights have no scale. `activations` are
    stored in their type with or without a zero point, with one scale per tensor or, if
    the execution is dynamic, per row: per element of the first dimension.

    Example: the presets `int8`, `dynamic-range` and `weight-only:int4,block=32`.

    ```mlir
    #int8 = #ptq.scheme<static, weights = i8 per channel, activations = asymmetric i8 per tensor>
    #dynamic = #ptq.scheme<dynamic, weights = i8 per channel, activations = asymmetric i8 per tensor>
    #blocks = #ptq.scheme<weight_only, weights = i4 per block of 32, activations = symmetric f32 per tensor>
    ```
  }];
  let parameters = (ins
    EnumParameter<PTQ_Execution>:$execution,
    "::mlir::Type":$weight,
    EnumParameter<PTQ_Granularity>:$weightScales,
    DefaultValuedParameter<"int64_t", "0">:$block,
    EnumParameter<PTQ_Symmetry>:$symmetry,
    "::mlir::Type":$activation,
    EnumParameter<PTQ_Granularity>:$activationScales
  );
  let assemblyFormat = [{
    `<` $execution `,` `weights` `=` $weight `per` $weightScales (`of` $block^)? `,`
    `activations` `=` $symmetry $activation `per` $activationScales `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    bool isStatic() const { return getExecution() == Execution::Static; }
    bool isDynamic() const { return getExecution() == Execution::Dynamic; }
    /// True if activations are int16, so that sums of products have 48 bits.
    bool isStaticInt16() const { return isStatic() && getActivationWidth() == 16; }

    /// The integers in which weights are stored: [-127, 127] or [-7, 7].
    ::quantc::StorageRange getWeightStorage() const;
    /// The integers in which activations are stored.
    ::quantc::StorageRange getActivationStorage() const;
    unsigned getWeightWidth() const;
    unsigned getActivationWidth() const;

    /// The scheme with other scales of the weights.
    SchemeAttr withWeightScales(Granularity scales, int64_t block = 0) const;
  }];
}

#endif // QUANTC_DIALECT_PTQ_IR_SCHEME_TD
