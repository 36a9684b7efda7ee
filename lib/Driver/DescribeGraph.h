//===- DescribeGraph.h - A quantized network as a graph -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_DESCRIBEGRAPH_H
#define QUANTC_LIB_DRIVER_DESCRIBEGRAPH_H

#include "quantc/Report/NetworkGraph.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace quantc {

/// The graph of a network after the stage Annotate: its inputs, then the
/// tensors that `isShown` holds for, in the network's order. Constants are no
/// nodes.
std::vector<GraphNode>
describeGraph(mlir::func::FuncOp annotated,
              llvm::function_ref<bool(llvm::StringRef)> isShown);

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_DESCRIBEGRAPH_H
