//===- Functions.h - Functions of an ONNX file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Functions that a model defines for itself are put in the place of the nodes
/// that call them, before anything else looks at the graph.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_ONNX_FUNCTIONS_H
#define QUANTC_LIB_IMPORT_ONNX_FUNCTIONS_H

#include "Graph.h"

namespace quantc::onnximport {

/// Replaces every call of a function of the model by the function's nodes, with
/// the call's attributes and new names. What the calls make together is bounded
/// in size and depth: functions that call each other can describe more nodes
/// than any memory holds. Errors are at the call.
llvm::LogicalResult inlineFunctions(mlir::Location loc, Graph &graph);

} // namespace quantc::onnximport

#endif // QUANTC_LIB_IMPORT_ONNX_FUNCTIONS_H
