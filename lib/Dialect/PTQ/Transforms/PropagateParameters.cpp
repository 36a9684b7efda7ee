//===- PropagateParameters.cpp - One scale across moves -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// \file
/// Groups the fake-quantized tensors that operations only move into classes
/// that share parameters, visiting operations in program order. A class
/// remembers the parameters of the tensors that bring new values into it; its
/// own parameters cover all of them.
///
//===----------------------------------------------------------------------===//

#include "HeldStates.h"
#include "Remarks.h"

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "llvm/ADT/MapVector.h"

#include <cmath>

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQPROPAGATEPARAMETERS
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

static quant::UniformQuantizedType getType(FakeQuantOp op) {
  return dyn_cast<quant::UniformQuantizedType>(op.getQuantizedType());
}

static unsigned getWidth(FakeQuantOp op) {
  return getType(op).getStorageTypeIntegralWidth();
}

/// Parameters of the range [min, max] in the storage of `like`.
static quant::UniformQuantizedType
getRangeType(quant::UniformQuantizedType like, double min, double max) {
  unsigned width = like.getStorageTypeIntegralWidth();
  StorageRange storage = getAffineParams(like).storage;
  // Integers of 16 bits have no zero point.
  return getUniformType(like.getContext(),
                        width > 8
                            ? chooseSymmetric(std::max(-min, max), storage)
                            : chooseAsymmetric(min, max, storage),
                        width);
}

/// True if the tensor's parameters are its producer's choice, or the network's
/// own.
static bool isFixed(FakeQuantOp op) {
  if (op->hasAttr(kFrozenAttr))
    return true;
  auto producer = op.getInput().getDefiningOp<QuantizableOpInterface>();
  return producer && producer.getFixedResultType(getScheme(producer));
}

/// The type whose range covers those of all `types`: one of them if possible,
/// else a new one.
static quant::UniformQuantizedType
uniteTypes(ArrayRef<quant::UniformQuantizedType> types) {
  auto bounds = [](quant::UniformQuantizedType type) {
    AffineParams params = getAffineParams(type);
    return std::pair(dequantize(params.storage.min, params),
                     dequantize(params.storage.max, params));
  };
  double min = 0, max = 0;
  for (quant::UniformQuantizedType type : types) {
    min = std::min(min, bounds(type).first);
    max = std::max(max, bounds(type).second);
  }
  for (quant::UniformQuantizedType type : types)
    if (bounds(type) == std::pair(min, max))
      return type;
  return getRangeType(types.front(), min, max);
}

static bool isReadByMaxPoolOnly(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    return isa<FakeQuantOp>(user) ? isReadByMaxPoolOnly(user->getResult(0))
                                  : isa<tosa::MaxPool2dOp>(user);
  });
}

/// The range of the value that a tosa.pad writes, as a type, if it exceeds that
/// of `input`. A value near the end of float's range means "never the maximum"
/// and may saturate. So may a value below all others of which only maxima are
/// taken.
static quant::UniformQuantizedType getPaddingType(Operation *op,
                                                  FakeQuantOp input) {
  auto pad = dyn_cast<tosa::PadOp>(op);
  std::optional<SmallVector<float>> value;
  if (pad)
    value = getFloats(Value(pad.getPadConst()));
  if (!value || !(std::fabs(value->front()) < 1e30))
    return {};
  double padding = value->front();
  AffineParams params = getAffineParams(getType(input));
  if (padding >= dequantize(params.storage.min, params) - params.scale / 2 &&
      padding <= dequantize(params.storage.max, params) + params.scale / 2)
    return {};
  if (padding < 0 && isReadByMaxPoolOnly(pad.getOutput()))
    return {};
  return getRangeType(getType(input), padding, padding);
}

namespace {
/// Tensors that share parameters.
struct ScaleClass {
  SmallVector<FakeQuantOp> members;
  /// Parameters of the values that enter the class.
  SmallVector<quant::UniformQuantizedType> sources;
  bool fixed = false;

  /// True if widening the range harms nobody: each tensor has one user.
  bool isFree() const {
    return !fixed && llvm::all_of(members, [](FakeQuantOp op) {
      return op.getOutput().hasOneUse();
    });
  }
};

class Propagator {
public:
  Propagator(func::FuncOp func, const Quantizability &quantizability)
      : quantizability(quantizability), func(func) {}
  void run();
  /// True if tensors have parameters that had none.
  bool hasAdded() const { return added; }

private:
  void visit(QuantizableOpInterface op);
  void visitClamp(FakeQuantOp input, FakeQuantOp output);
  void visitMove(ArrayRef<FakeQuantOp> inputs, FakeQuantOp output);
  unsigned getClass(FakeQuantOp op);
  void moveMembers(unsigned from, unsigned to);
  FakeQuantOp getOrCreate(Value value, quant::UniformQuantizedType type);
  void giveInput(QuantizableOpInterface op);
  void tieStates();

  const Quantizability &quantizability;
  func::FuncOp func;
  bool added = false;
  SmallVector<ScaleClass> classes;
  llvm::MapVector<Operation *, unsigned> classOf;
};
} // namespace

unsigned Propagator::getClass(FakeQuantOp op) {
  auto [entry, isNew] = classOf.insert({op, classes.size()});
  if (isNew) {
    ScaleClass &created = classes.emplace_back();
    created.members.push_back(op);
    created.fixed = isFixed(op);
    // A tensor that was 0 throughout has parameters only for form's sake.
    if (!op->hasAttr(kZeroRangeAttr))
      created.sources.push_back(getType(op));
  }
  return entry->second;
}

void Propagator::moveMembers(unsigned from, unsigned to) {
  if (from == to)
    return;
  for (FakeQuantOp member : classes[from].members)
    classOf[member] = to;
  llvm::append_range(classes[to].members, classes[from].members);
  classes[from] = {};
}

FakeQuantOp Propagator::getOrCreate(Value value,
                                    quant::UniformQuantizedType type) {
  for (Operation *user : value.getUsers())
    if (auto fakeQuant = dyn_cast<FakeQuantOp>(user))
      return fakeQuant;
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  auto created = FakeQuantOp::create(builder, value.getLoc(), value, type);
  value.replaceAllUsesExcept(created.getOutput(), created);
  added = true;
  return created;
}

/// A tensor between an operation and a clamp may saturate where the clamp
/// would: it takes the parameters of the clamp's result.
void Propagator::visitClamp(FakeQuantOp input, FakeQuantOp output) {
  unsigned from = getClass(input), to = getClass(output);
  if (classes[from].isFree() && !output->hasAttr(kZeroRangeAttr))
    moveMembers(from, to);
}

/// One tensor in: the result takes its parameters, whatever they are. Several:
/// those used here only join the result's class, the others are requantized
/// into it.
void Propagator::visitMove(ArrayRef<FakeQuantOp> inputs, FakeQuantOp output) {
  unsigned to = getClass(output);
  if (inputs.size() == 1) {
    moveMembers(to, getClass(inputs.front()));
    return;
  }
  // The result brings no values of its own.
  classes[to].sources.clear();
  for (FakeQuantOp input : inputs) {
    unsigned from = getClass(input);
    if (from == to)
      continue;
    llvm::append_range(classes[to].sources, classes[from].sources);
    if (classes[from].isFree())
      moveMembers(from, to);
  }
}

void Propagator::visit(QuantizableOpInterface op) {
  SmallVector<FakeQuantOp> inputs;
  for (OpOperand &use : op->getOpOperands()) {
    if (getRole(use) != OperandRole::Activation)
      continue;
    auto input = use.get().getDefiningOp<FakeQuantOp>();
    if (!input || !getType(input))
      return;
    inputs.push_back(input);
  }
  auto storage = [](FakeQuantOp op) {
    return getAffineParams(getType(op)).storage;
  };
  bool sameStorage = llvm::all_of(inputs, [&](FakeQuantOp input) {
    StorageRange a = storage(input), b = storage(inputs.front());
    return a.min == b.min && a.max == b.max;
  });
  if (inputs.empty() || !sameStorage)
    return;
  FakeQuantOp output = getOrCreate(op->getResult(0), getType(inputs.front()));
  if (!getType(output) || isFixed(output) ||
      getWidth(output) != getWidth(inputs.front()))
    return;
  if (op.mayTakeResultParameters()) {
    visitClamp(inputs.front(), output);
    return;
  }
  visitMove(inputs, output);
  if (auto padding = getPaddingType(op, inputs.front()))
    if (ScaleClass &joined = classes[getClass(output)]; !joined.fixed)
      joined.sources.push_back(padding);
}

/// The one activation that `op` reads, or null.
static Value getOnlyActivation(Operation *op) {
  Value activation;
  for (OpOperand &use : op->getOpOperands())
    if (getRole(use) == OperandRole::Activation) {
      if (activation)
        return {};
      activation = use.get();
    }
  return activation;
}

/// Parameters that the network has only behind a move or a clamp hold before it
/// too, if nothing else sees that tensor: rounding and then moving is the same.
void Propagator::giveInput(QuantizableOpInterface op) {
  Value result = op->getResult(0), input = getOnlyActivation(op);
  if (!input || !result.hasOneUse() || !input.hasOneUse() ||
      input.getDefiningOp<FakeQuantOp>())
    return;
  auto frozen = dyn_cast<FakeQuantOp>(*result.user_begin());
  auto producer = input.getDefiningOp<QuantizableOpInterface>();
  bool isInput = isa<BlockArgument>(input);
  if (!frozen || !frozen->hasAttr(kFrozenAttr) ||
      (!isInput && (!producer || !quantizability.isQuantizable(producer))) ||
      quantizability.getSource(input) == ParameterSource::Accumulator)
    return;
  getOrCreate(input, getType(frozen))
      ->setAttr(kFrozenAttr, frozen->getAttr(kFrozenAttr));
}

/// N140: what a state holds after a run, it holds before the next one.
void Propagator::tieStates() {
  for (const HeldState &state : findHeldStates(func)) {
    if (!state.argument.hasOneUse())
      continue;
    auto before = dyn_cast<FakeQuantOp>(*state.argument.user_begin());
    auto after = state.result->get().getDefiningOp<FakeQuantOp>();
    if (!before || !after || before == after || !getType(before) ||
        !getType(after) || getWidth(before) != getWidth(after))
      continue;
    unsigned from = getClass(before), to = getClass(after);
    if (from == to || (classes[from].fixed && classes[to].fixed))
      continue;
    // The parameters of one side may be nobody's choice any more.
    if (classes[from].fixed)
      std::swap(from, to);
    if (!classes[to].fixed)
      llvm::append_range(classes[to].sources, classes[from].sources);
    moveMembers(from, to);
  }
}

void Propagator::run() {
  auto visitsOp = [&](QuantizableOpInterface op) {
    return op && quantizability.isQuantizable(op) && op->getNumResults() == 1 &&
           isStaticFloatTensor(op->getResult(0)) &&
           !op.getFixedResultType(getScheme(op)) &&
           (op.requiresSameScale() || op.mayTakeResultParameters());
  };
  Block &body = func.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (auto move = dyn_cast<QuantizableOpInterface>(op); visitsOp(move))
      giveInput(move);
  for (Operation &op : llvm::make_early_inc_range(body)) {
    if (auto move = dyn_cast<QuantizableOpInterface>(op); visitsOp(move))
      visit(move);
  }
  tieStates();
  for (ScaleClass &scaleClass : classes) {
    if (scaleClass.sources.empty())
      continue;
    quant::UniformQuantizedType type = uniteTypes(scaleClass.sources);
    for (FakeQuantOp member : scaleClass.members)
      if (member.getQuantizedType() != type) {
        member.setQuantizedType(type);
        remark::passed(member.getLoc(),
                       remark::RemarkOpts::name("shared-parameters")
                           .category("ptq-propagate-parameters"))
            << remark::metric("Tensor", getTensorName(member.getInput()).str())
            << realMetric("Scale", type.getScale())
            << remark::metric("ZeroPoint", type.getZeroPoint());
      }
  }
}

namespace {
struct PropagateParametersPass
    : quantc::ptq::impl::PTQPropagateParametersBase<PropagateParametersPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return markAllAnalysesPreserved();
    Propagator propagator(getOperation(), getAnalysis<Quantizability>());
    propagator.run();
    if (!propagator.hasAdded())
      markAnalysesPreserved<Quantizability>();
  }
};
} // namespace
