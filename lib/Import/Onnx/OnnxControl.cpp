//===- OnnxControl.cpp - Branches -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

using namespace quantc;
using namespace quantc::onnximport;
using namespace mlir;

/// A network has no branches: which one is taken has to be known, mostly from
/// shapes. The other one is not looked at.
static LogicalResult importIf(Node &node) {
  const Array *condition = node.require(0, "condition");
  if (!condition)
    return failure();
  if (condition->elementCount() != 1)
    return node.emitError()
           << "has a condition of " << condition->elementCount()
           << " elements, but needs one";
  StringRef name = getInt(*condition, 0) ? "then_branch" : "else_branch";
  const onnx::GraphProto *branch = node.getGraph(name);
  if (!branch)
    return node.hasFailed() ? failure() : node.emitError() << "has no " << name;
  if (branch->output_size() < node.getNumResults())
    return node.emitError()
           << "has " << node.getNumResults() << " results, but its " << name
           << " has " << branch->output_size();
  FailureOr<std::vector<Tensor>> results = node.importBranch(*branch);
  if (failed(results))
    return failure();
  for (int i = 0, e = node.getNumResults(); i < e; ++i)
    if (failed(node.setResult(i, std::move((*results)[i]))))
      return failure();
  return success();
}

void onnximport::addControlHandlers(Handlers &handlers) {
  handlers["If"] = {importIf, Integers::Own};
}
