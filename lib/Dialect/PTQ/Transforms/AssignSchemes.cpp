//===- AssignSchemes.cpp - The scheme of every operation -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Writes `ptq.scheme`: the only pass that decides it. Later rules of a policy
/// prevail over earlier ones, and all of them over what the network brings.
///
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "mlir/IR/Remarks.h"

#include "llvm/Support/Regex.h"

namespace quantc::ptq {
#define GEN_PASS_DEF_PTQASSIGNSCHEMES
#include "quantc/Dialect/PTQ/Transforms/Passes.h.inc"
} // namespace quantc::ptq

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The constant weight of `op`, or null.
static OpOperand *findWeight(Operation *op) {
  for (OpOperand &use : op->getOpOperands())
    if (getRole(use) == OperandRole::Weight && isConstant(use.get()) &&
        isFloatTensor(use.get().getType()))
      return &use;
  return nullptr;
}

/// True if `op` is a fully connected layer: output channels come first in its
/// weight, and there is one position in the image and in the kernel.
static bool isFullyConnected(Operation *op) {
  OpOperand *weight = findWeight(op);
  if (!weight)
    return false;
  auto shape = cast<RankedTensorType>(weight->get().getType()).getShape();
  std::optional<int64_t> axis = cast<QuantizableOpInterface>(op)
                                    .getWeightLayout(weight->getOperandNumber())
                                    .scaleAxis;
  if (axis != 0 || ShapedType::getNumElements(shape) != shape[0] * shape.back())
    return false;
  for (OpOperand &use : op->getOpOperands()) {
    if (getRole(use) != OperandRole::Activation)
      continue;
    auto input = cast<RankedTensorType>(use.get().getType()).getShape();
    if (input.size() < 2 || input.back() != shape.back() ||
        !llvm::all_of(input.drop_front().drop_back(),
                      [](int64_t size) { return size == 1; }))
      return false;
  }
  return true;
}

/// True if policies call `op` by the name `kind`: its own, with or without the
/// dialect, that of an operation in its body, or `fully_connected`.
static bool isOfKind(Operation *op, StringRef kind) {
  if (kind == "fully_connected")
    return isFullyConnected(op);
  WalkResult found = op->walk([&](Operation *inner) {
    OperationName name = inner->getName();
    return name.stripDialect() == kind || name.getStringRef() == kind
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  return found.wasInterrupted();
}

namespace {
/// What rules are about: an operation with its result, or an input.
struct Subject {
  Operation *op; // null for an input
  BlockArgument input;

  StringRef name() const {
    if (!op)
      return getTensorName(input);
    return op->getNumResults() ? getTensorName(op->getResult(0)) : StringRef();
  }
};

struct AssignSchemesPass
    : quantc::ptq::impl::PTQAssignSchemesBase<AssignSchemesPass> {
  using Base::Base;
  AssignSchemesPass(Policy policy, StringRef path)
      : given(std::move(policy)), isInPipeline(true) {
    policyPath = path.str();
  }

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    if (failed(readPolicy(func)))
      return signalPassFailure();
    assign(func);
  }

private:
  LogicalResult readPolicy(func::FuncOp func);
  void assign(func::FuncOp func);
  bool matches(const PolicyRule &rule, Subject subject) const;
  void apply(const PolicyRule &rule, Subject subject);
  SchemeAttr chooseScheme(Operation *op, SchemeAttr wanted, bool isGiven);

  StringRef chooseRounding(func::FuncOp func) const;

  /// What the program that made the pass adds to the file.
  Policy given;
  /// Weights can be compensated: a pass that runs the network follows.
  bool isInPipeline = false;
  Policy policy;
  /// The first and last operation with weights.
  Operation *first = nullptr, *last = nullptr;
  /// Why the first operation that could not have its scheme stays float.
  std::string refusal;
  /// Schemes that rules ask for.
  llvm::DenseMap<Operation *, SchemeAttr> wanted;
};
} // namespace

LogicalResult AssignSchemesPass::readPolicy(func::FuncOp func) {
  policy = given;
  if (!policyPath.empty()) {
    llvm::Expected<Policy> loaded = loadPolicy(&getContext(), policyPath);
    if (!loaded)
      return func.emitError() << llvm::toString(loaded.takeError());
    policy = std::move(*loaded);
    change(policy, given);
  }
  if (!scheme.empty())
    policy.scheme = scheme;
  if (fullyConnected == FullyConnectedScales::PerTensor)
    setFullyConnectedPerTensor(policy);
  denyOperations(policy, denyNodes, denyOps);
  if (policy.scheme == kSchemeAuto)
    policy.scheme = "int8";
  if (llvm::Expected<SchemeAttr> parsed = parseScheme(
          &getContext(), policy.scheme.empty() ? "int8" : policy.scheme);
      !parsed)
    return func.emitError() << llvm::toString(parsed.takeError());
  return success();
}

bool AssignSchemesPass::matches(const PolicyRule &rule, Subject subject) const {
  if (!rule.tensor.empty() && rule.tensor != subject.name())
    return false;
  if (!rule.regex.empty() &&
      !llvm::Regex("^(" + rule.regex + ")$").match(subject.name()))
    return false;
  if (rule.op.empty() && rule.layer == Layer::Any)
    return true;
  if (!subject.op)
    return false;
  if (!rule.op.empty() && !isOfKind(subject.op, rule.op))
    return false;
  return rule.layer == Layer::Any ||
         subject.op == (rule.layer == Layer::First ? first : last);
}

void AssignSchemesPass::apply(const PolicyRule &rule, Subject subject) {
  Builder b(&getContext());
  auto set = [&](StringRef name, Attribute value) {
    if (subject.op)
      subject.op->setAttr(name, value);
    else
      getOperation().setArgAttr(subject.input.getArgNumber(), name, value);
  };
  if (!rule.estimator.empty())
    set(kEstimatorAttr, b.getStringAttr(rule.estimator));
  if (rule.range)
    set(kRangeAttr, b.getDenseF64ArrayAttr(*rule.range));
  if (!subject.op)
    return;
  if (rule.biasCorrection)
    set(kBiasCorrectionAttr, b.getBoolAttr(*rule.biasCorrection));
  SchemeAttr &now = wanted[subject.op];
  if (!now)
    now = getScheme(subject.op);
  if (!rule.scheme.empty())
    now = llvm::cantFail(parseScheme(&getContext(), rule.scheme));
  if (!rule.reason.empty())
    remark::passed(
        subject.op->getLoc(),
        remark::RemarkOpts::name("rule").category("ptq-assign-schemes"))
        << remark::metric("Tensor", subject.name().str())
        << remark::metric("Scheme", rule.scheme)
        << remark::reason("{0}", rule.reason);
  if (!rule.weights.empty() && isa<IntegerType>(now.getWeight()))
    now = now.withWeightScales(rule.weights == "per-tensor"
                                   ? Granularity::Tensor
                                   : Granularity::Channel);
}

/// `wanted`, or that of floats if the operation cannot have it, or has few
/// weights and the network does not bring the scheme (`isGiven`). Static
/// schemes stay: whether an operation has an integer form also depends on the
/// parameters of its tensors.
SchemeAttr AssignSchemesPass::chooseScheme(Operation *op, SchemeAttr wanted,
                                           bool isGiven) {
  if (wanted.isStatic() || wanted.getExecution() == Execution::Float)
    return wanted;
  SchemeAttr floats = llvm::cantFail(parseScheme(&getContext(), "float32"));
  OpOperand *weight = findWeight(op);
  if (!weight)
    return floats;
  std::string reason;
  int64_t fewest =
      policy.minWeightElements.value_or(Policy::kMinWeightElements);
  int64_t elements = cast<ShapedType>(weight->get().getType()).getNumElements();
  if (!isGiven && isa<IntegerType>(wanted.getWeight()) && elements < fewest)
    reason = "it has " + std::to_string(elements) + " weights, fewer than " +
             std::to_string(fewest) + " (min-weight-elements)";
  else if (succeeded(
               cast<QuantizableOpInterface>(op).canQuantize(wanted, reason)))
    return wanted;
  if (refusal.empty())
    refusal = ("'" + op->getName().getStringRef() + "' (" +
               getTensorName(op->getResult(0)) + "): " + reason)
                  .str();
  remark::missed(
      op->getLoc(),
      remark::RemarkOpts::name("stays-float").category("ptq-assign-schemes"))
      << remark::metric("Op", op->getName().getStringRef())
      << remark::metric("Tensor", getTensorName(op->getResult(0)))
      << remark::reason("{0}", reason);
  return floats;
}

/// Contracts of other runtimes come with the weights of their converters.
StringRef AssignSchemesPass::chooseRounding(func::FuncOp func) const {
  if (!policy.weightRounding.empty())
    return policy.weightRounding;
  FailureOr<Contract> contract = chooseContract(func, policy.contract);
  bool isExact = succeeded(contract) && *contract == Contract::Exact;
  return isInPipeline && isExact ? kRoundCompensated : kRoundNearest;
}

void AssignSchemesPass::assign(func::FuncOp func) {
  SmallVector<Subject> subjects;
  for (BlockArgument argument : func.getArguments())
    subjects.push_back({nullptr, argument});
  for (Operation &op : func.getBody().front())
    if (isa<QuantizableOpInterface>(op)) {
      subjects.push_back({&op, {}});
      if (findWeight(&op)) {
        first = first ? first : &op;
        last = &op;
      }
    }

  SchemeAttr base = getScheme(func);
  if (!policy.scheme.empty()) {
    base = llvm::cantFail(parseScheme(&getContext(), policy.scheme));
    // What a file says of single operations is not what the user asks for.
    for (const Subject &subject : subjects)
      if (subject.op)
        subject.op->removeAttr(kSchemeAttr);
  }
  func->setAttr(kSchemeAttr, base);
  Builder b(&getContext());
  if (!policy.estimator.empty())
    func->setAttr(kEstimatorAttr, b.getStringAttr(policy.estimator));
  if (policy.biasCorrection)
    func->setAttr(kBiasCorrectionAttr, b.getBoolAttr(*policy.biasCorrection));
  if (!policy.contract.empty())
    func->setAttr(kContractAttr, b.getStringAttr(policy.contract));
  if (StringRef rounding = chooseRounding(func); rounding == kRoundCompensated)
    func->setAttr(kWeightRoundingAttr, b.getStringAttr(rounding));
  for (const auto &[index, rule] : llvm::enumerate(policy.rules)) {
    bool matched = false;
    for (const Subject &subject : subjects)
      if (matches(rule, subject)) {
        apply(rule, subject);
        matched = true;
      }
    if (!matched)
      func.emitWarning() << "rule " << index + 1 << " of the policy ("
                         << describe(rule) << ") matches nothing";
  }
  bool isTaken = false;
  for (const Subject &subject : subjects) {
    if (!subject.op)
      continue;
    auto given = subject.op->getAttrOfType<SchemeAttr>(kSchemeAttr);
    SchemeAttr asked = wanted.lookup(subject.op);
    if (!asked)
      asked = getScheme(subject.op);
    SchemeAttr chosen = chooseScheme(subject.op, asked, asked == given);
    isTaken |= chosen == base;
    if (chosen == base)
      subject.op->removeAttr(kSchemeAttr);
    else
      subject.op->setAttr(kSchemeAttr, chosen);
  }
  if (!isTaken && !refusal.empty())
    func.emitWarning() << "no operation has the scheme "
                       << stringifyScheme(base) << "; the first that stays "
                       << "float is " << refusal;
}

std::unique_ptr<Pass>
quantc::ptq::createPTQAssignSchemes(Policy policy, StringRef policyPath) {
  return std::make_unique<AssignSchemesPass>(std::move(policy), policyPath);
}
