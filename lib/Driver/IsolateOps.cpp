//===- IsolateOps.cpp - Every operation by itself -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IsolateOps.h"

#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

using namespace mlir;
using namespace quantc;

/// `value` rounded, if it is, else null.
static ptq::FakeQuantOp findFakeQuant(Value value) {
  for (Operation *user : value.getUsers())
    if (auto fakeQuant = dyn_cast<ptq::FakeQuantOp>(user))
      return fakeQuant;
  return {};
}

IsolatedOps quantc::isolateOps(func::FuncOp func,
                               llvm::function_ref<bool(Value)> isKnown) {
  Block &body = func.getBody().front();
  ptq::Quantizability plan(func);
  SmallVector<Value> cuts;
  for (Operation &op : body) {
    if (isa<ptq::FakeQuantOp>(op) || op.hasTrait<OpTrait::ConstantLike>())
      continue;
    for (Value result : op.getResults())
      if (ptq::isStaticFloatTensor(result) && isKnown(result) &&
          plan.getSource(result) != ptq::ParameterSource::Accumulator)
        cuts.push_back(result);
  }
  IsolatedOps isolated;
  SmallVector<Value> returned;
  SmallVector<DictionaryAttr> attributes;
  Builder b(func.getContext());
  for (Value cut : cuts) {
    std::string name = ptq::getTensorName(cut).str();
    auto described = [&](const Twine &text) {
      return b.getDictionaryAttr(
          b.getNamedAttr(ptq::kNameAttr, b.getStringAttr(text)));
    };
    unsigned index = func.getNumArguments();
    (void)func.insertArgument(index, cut.getType(), described("float/" + name),
                              cut.getLoc());
    Value made = cut, read = func.getArgument(index);
    if (ptq::FakeQuantOp rounded = findFakeQuant(cut)) {
      OpBuilder builder = OpBuilder::atBlockBegin(&body);
      auto copy = cast<ptq::FakeQuantOp>(builder.clone(*rounded));
      copy.getInputMutable().set(read);
      made = rounded.getOutput();
      read = copy.getOutput();
      // Operations that stay float read the tensor as it is.
      cut.replaceUsesWithIf(func.getArgument(index), [&](OpOperand &use) {
        return use.getOwner() != rounded;
      });
    }
    made.replaceAllUsesWith(read);
    returned.push_back(made);
    attributes.push_back(described(name));
    isolated.inputs.push_back(name);
    isolated.outputs.push_back(std::move(name));
  }
  Operation *terminator = body.getTerminator();
  terminator->setOperands(returned);
  func.setFunctionType(b.getFunctionType(body.getArgumentTypes(),
                                         ValueRange(returned).getTypes()));
  func.setAllResultAttrs(attributes);
  return isolated;
}
