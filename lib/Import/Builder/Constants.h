//===- Constants.h - Constants of networks being built -*- C++ -*- ------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportBuilder: constants, float or behind quant.scast and
/// quant.dcast, and others with the same elements in another place.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_BUILDER_CONSTANTS_H
#define QUANTC_LIB_IMPORT_BUILDER_CONSTANTS_H

#include "quantc/Import/NetworkBuilder.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

namespace quantc {

/// What a constant consists of.
struct ConstantSource {
  mlir::tosa::ConstOp op;
  mlir::DenseElementsAttr values;
  /// The type of the integers if the constant is dequantized, else null.
  mlir::quant::QuantizedType type;
};

/// Null `op` if `value` is no constant.
ConstantSource matchConstant(mlir::Value value);

/// How a constant's elements move.
struct ConstantMove {
  llvm::SmallVector<int64_t> shape;
  /// The element that element `i` of the result is.
  llvm::function_ref<int64_t(int64_t i)> source;
  /// The dimension of the result that the dimension with scales becomes, and
  /// the place of its first element.
  llvm::function_ref<std::optional<int64_t>(int64_t axis)> mapAxis;
  int64_t axisBegin = 0;
};

/// The constant `x` with its elements moved. Null without an error if `x` is no
/// constant or its scales would not lie along a dimension.
mlir::Value moveConstant(NetworkBuilder &b, mlir::Value x,
                         const ConstantMove &move);

/// quant.dcast(quant.scast(storage)), or null if `storage` is null.
mlir::Value dequantizeStorage(NetworkBuilder &b, mlir::Value storage,
                              mlir::quant::QuantizedType type);

/// `axis` counted from the front; an error at the node and nullopt if it is not
/// a dimension of a tensor of rank `rank`.
std::optional<int64_t> normalizeAxis(NetworkBuilder &b, int64_t axis,
                                     int64_t rank);

/// The same for axes that have to be different, in ascending order.
std::optional<llvm::SmallVector<int64_t>>
normalizeAxes(NetworkBuilder &b, llvm::ArrayRef<int64_t> axes, int64_t rank);

} // namespace quantc

#endif // QUANTC_LIB_IMPORT_BUILDER_CONSTANTS_H
