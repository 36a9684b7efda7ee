//===- Quantized.h - Integers of quantized files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// How tensors of integers are read as the real numbers that they stand for,
/// for all operations of quantized files.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_ONNX_QUANTIZED_H
#define QUANTC_LIB_IMPORT_ONNX_QUANTIZED_H

#include "Importer.h"

namespace quantc::onnximport {

/// Where a node has scale and zero point of a tensor; `zero` may not be given.
struct ParamInputs {
  int scale, zero;
};

/// The parameters at these inputs for integers of `type`. More than one scale
/// run along `axis` of a tensor of `rank` dimensions.
mlir::FailureOr<QuantizationParams> readParams(Node &node, ParamInputs inputs,
                                               ElementType type, int64_t axis,
                                               int64_t rank);

/// Scale 1 and the zero point at input `zero` (0 if not given).
mlir::FailureOr<QuantizationParams> readZeroPoint(Node &node, int zero,
                                                  ElementType type,
                                                  int64_t axis, int64_t rank);

/// The integers that a node makes: those of its zero point at input `zero`, or
/// as its attribute output_dtype says, or uint8.
struct StoredType {
  ElementType type = ElementType::UInt8;
  /// They have 4 bits.
  bool isNibble = false;
};
mlir::FailureOr<StoredType> readResultType(Node &node, int zero);

/// The real numbers that the integers of an input stand for with `params`.
/// Null after an error.
mlir::Value readAs(Node &node, int input, const QuantizationParams &params);

/// An input as a value. Where results are quantized, integers without
/// parameters are those of the results. Null after an error.
mlir::Value readOperand(Node &node, int input);

/// The real numbers of an input with the parameters at `inputs`.
mlir::Value readReals(Node &node, int input, ParamInputs inputs,
                      int64_t axis = 0);

/// `value` quantized with the parameters at `inputs` is result 0.
llvm::LogicalResult setQuantized(Node &node, mlir::Value value,
                                 ParamInputs inputs, int64_t axis = 0);

/// The integers of a quantized tensor, as f32.
mlir::Value getCodes(Node &node, Tensor &tensor);
/// The integers of an input, quantized or not, as f32. Null after an error.
mlir::Value readCodes(Node &node, int input);

/// The elements as `NetworkBuilder` takes them.
llvm::ArrayRef<char> getBytes(const Array &array);

/// Scale 1 and zero point 0 of integers of `type`.
QuantizationParams getUnitParams(ElementType type);

/// What a quantized input of the network stands for: the parameters of the
/// first node that reads it with constant ones, else scale 1.
QuantizationParams findInputParams(const Graph &graph, const Tensors &tensors,
                                   llvm::StringRef input);

/// The weights of direction `direction` of a DynamicQuantizeLSTM, whose
/// integers are at `input`, [directions, columns, rows], as [rows, columns].
/// Null after an error.
mlir::Value readDynamicWeights(Node &node, int input, ParamInputs inputs,
                               int64_t direction);

//===----------------------------------------------------------------------===//
// Scales that are computed at run time
//===----------------------------------------------------------------------===//

/// Whether an input is the zero point that belongs to `scale`.
bool isDynamicZeroPoint(Node &node, int input, const DynamicScale &scale);
/// x quantized and dequantized as DynamicQuantizeLinear defines it, in float.
mlir::Value roundDynamically(NetworkBuilder &b, mlir::Value x);

/// What `build` makes of constant weights and of x, whose activations become
/// integers as those of DynamicQuantizeLinear: operations with a dynamic
/// scheme. Null without an error if they would quantize only a part of x, or if
/// zero points of the weights differ too much.
mlir::Value buildDynamicProduct(NetworkBuilder &b, mlir::Value x,
                                mlir::Value weights,
                                llvm::function_ref<mlir::Value()> build);

/// A product with such a scale. False if no input has one, or scales that do
/// not cancel: an ordinary product.
mlir::FailureOr<bool> importDynamicMul(Node &node);
/// Input 0, which has such a scale, as a float.
llvm::LogicalResult importDynamicCast(Node &node);

} // namespace quantc::onnximport

#endif // QUANTC_LIB_IMPORT_ONNX_QUANTIZED_H
