//===- SwitchedNetwork.cpp - Rounding that can be switched off -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SwitchedNetwork.h"
#include "OperationRoles.h"
#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"
#include "quantc/Driver/Compiler.h"
#include "quantc/Pipelines/Network.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

#include <map>

using namespace mlir;
using namespace quantc;

static constexpr StringLiteral kSwitches = "ptq.switches";
/// Roles are told apart as far as there are not more of them than this.
static constexpr size_t kMostRoles = 128;

static std::string nameOf(Operation *op) {
  return op->getNumResults() ? ptq::getTensorName(op->getResult(0)).str() : "";
}

namespace {
/// Writes the switches into a network.
class Switcher {
public:
  Switcher(func::FuncOp func, const Profile *ranges)
      : func(func), ranges(ranges), quantizability(func),
        int8(llvm::cantFail(ptq::parseScheme(func.getContext(), "int8"))),
        int16(llvm::cantFail(ptq::parseScheme(func.getContext(), "int16x8"))) {}
  std::vector<SwitchedUnit> run();
  int64_t countSwitches() const { return ranges ? 2 * count : count; }
  std::vector<std::string>
  chooseOutputs(llvm::function_ref<bool(StringRef)> isComparable);

private:
  bool isMove(Operation *op) const;
  bool hasFixedResult(Operation *op) const;
  void formUnits();
  void assignRoles(MutableArrayRef<SwitchedUnit> units);
  void describe(SwitchedUnit &unit, unsigned index) const;
  void switchUses(ptq::FakeQuantOp rounded);
  Value getSwitch(unsigned index, int64_t rank);
  Value roundToInt16(ptq::FakeQuantOp rounded);
  std::optional<unsigned> findUnit(OpOperand &use) const;

  func::FuncOp func;
  const Profile *ranges;
  ptq::Quantizability quantizability;
  ptq::SchemeAttr int8, int16;
  llvm::MapVector<Operation *, unsigned> unitOf;
  unsigned count = 0;
  Value switches;
  llvm::DenseMap<std::pair<unsigned, int64_t>, Value> created;
};
} // namespace

/// A move may read what is not rounded: its result is rounded to the same
/// parameters behind it.
bool Switcher::isMove(Operation *op) const {
  auto interface = dyn_cast<ptq::QuantizableOpInterface>(op);
  return interface && quantizability.isQuantizable(op) &&
         interface.requiresSameScale() && op->getNumResults() == 1 &&
         op->getResult(0).hasOneUse() &&
         isa<ptq::FakeQuantOp>(*op->user_begin());
}

void Switcher::formUnits() {
  for (Operation &op : func.getBody().front()) {
    if (!quantizability.isQuantizable(&op) || isMove(&op))
      continue;
    std::optional<unsigned> unit;
    for (OpOperand &use : op.getOpOperands())
      if (Operation *source = use.get().getDefiningOp();
          source && ptq::getRole(use) == ptq::OperandRole::Activation)
        if (auto it = unitOf.find(source); it != unitOf.end())
          unit = it->second;
    unitOf[&op] = unit ? *unit : count++;
  }
}

/// The finest roles of which there are few enough.
void Switcher::assignRoles(MutableArrayRef<SwitchedUnit> units) {
  // What rounds a tensor counts as an operation on the way.
  constexpr RoleDetail kDetails[] = {
      {true, 6}, {true, 4}, {true, 2}, {true, 0}, {false, 0}};
  for (RoleDetail detail : kDetails) {
    auto roles = findRoles(func.getBody().front(), detail);
    std::vector<std::vector<unsigned>> keys(units.size());
    for (auto [op, unit] : unitOf)
      keys[unit].push_back(roles.lookup(op));
    std::map<std::vector<unsigned>, unsigned> numbers;
    for (auto [unit, key] : llvm::zip_equal(units, keys))
      unit.role = numbers.try_emplace(key, numbers.size()).first->second;
    if (numbers.size() <= kMostRoles)
      return;
  }
}

/// True if the scheme alone says what the integers of the result mean: then
/// they are no finer for a reader of int16.
bool Switcher::hasFixedResult(Operation *op) const {
  auto interface = dyn_cast<ptq::QuantizableOpInterface>(op);
  return interface && quantizability.isQuantizable(op) &&
         interface.getFixedResultType(ptq::getScheme(op));
}

/// How often `op` multiplies by a constant weight.
static double countProducts(Operation *op) {
  double products = 0;
  for (OpOperand &use : op->getOpOperands())
    if (ptq::getRole(use) == ptq::OperandRole::Weight)
      products +=
          double(cast<ShapedType>(use.get().getType()).getNumElements()) *
          ShapedType::getNumElements(
              cast<ShapedType>(op->getResult(0).getType())
                  .getShape()
                  .drop_back());
  return products;
}

void Switcher::describe(SwitchedUnit &unit, unsigned index) const {
  SmallVector<Operation *> members;
  for (auto [op, of] : unitOf)
    if (of == index)
      members.push_back(op);
  unit.tensor = nameOf(members.back());
  for (Operation *op : members)
    unit.products += countProducts(op);
  unit.operation = members.front()->getName().getStringRef().str();
  llvm::SetVector<Value> inputs;
  llvm::SetVector<unsigned> sources;
  for (size_t i = 0; i < members.size(); ++i)
    for (Value operand : members[i]->getOperands()) {
      auto rounded = operand.getDefiningOp<ptq::FakeQuantOp>();
      if (!rounded || ptq::isConstant(rounded.getInput()))
        continue;
      Operation *source = rounded.getInput().getDefiningOp();
      if (auto it = unitOf.find(source); it != unitOf.end())
        sources.insert(it->second);
      bool joins = source && (isMove(source) || hasFixedResult(source));
      if (!source || !isMove(source))
        inputs.insert(rounded.getInput());
      if (joins && !llvm::is_contained(members, source))
        members.push_back(source);
    }
  sources.remove(index);
  unit.sources.assign(sources.begin(), sources.end());
  for (Value input : inputs)
    unit.inputs.push_back(ptq::getTensorName(input).str());
  std::string reason;
  for (Operation *op : members) {
    unit.members.push_back(nameOf(op));
    unit.canWiden &=
        !unit.members.back().empty() && ptq::getScheme(op) == int8 &&
        succeeded(
            cast<ptq::QuantizableOpInterface>(op).canQuantize(int16, reason));
  }
  unit.canWiden &= !inputs.empty();
}

/// A switch as a tensor with `rank` dimensions of size 1: of each unit, whether
/// it reads what is not rounded, and then, whether rounded to int16.
Value Switcher::getSwitch(unsigned index, int64_t rank) {
  Value &value = created[{index, rank}];
  if (value)
    return value;
  ImplicitLocOpBuilder b(func.getLoc(), func.getContext());
  b.setInsertionPointToStart(&func.getBody().front());
  SmallVector<int64_t> ones(rank, 1);
  Type type = RankedTensorType::get({1}, b.getI1Type());
  Value one = tosa::SliceOp::create(
      b, type, switches, tosa::getTosaConstShape(b, {int64_t(index)}),
      tosa::getTosaConstShape(b, {1}));
  value = rank == 1 ? one
                    : tosa::ReshapeOp::create(
                          b, RankedTensorType::get(ones, b.getI1Type()), one,
                          tosa::getTosaConstShape(b, ones))
                          .getResult();
  return value;
}

/// Whose switch decides what `use` reads. Outputs are in the type of what makes
/// them.
std::optional<unsigned> Switcher::findUnit(OpOperand &use) const {
  if (auto it = unitOf.find(use.getOwner()); it != unitOf.end())
    return it->second;
  auto rounded = use.get().getDefiningOp<ptq::FakeQuantOp>();
  auto it = unitOf.find(rounded.getInput().getDefiningOp());
  return it == unitOf.end() ? std::nullopt : std::optional(it->second);
}

/// What `rounded` rounds, rounded to int16; null if it is not rounded to int8.
Value Switcher::roundToInt16(ptq::FakeQuantOp rounded) {
  auto narrow =
      dyn_cast<quant::UniformQuantizedType>(rounded.getQuantizedType());
  if (!ranges || !narrow || narrow.getStorageTypeIntegralWidth() != 8)
    return {};
  Value exact = rounded.getInput();
  Operation *source = exact.getDefiningOp();
  quant::QuantizedType wide;
  if (source && hasFixedResult(source)) {
    wide = cast<ptq::QuantizableOpInterface>(source).getFixedResultType(int16);
  } else {
    AffineParams params = ptq::getAffineParams(narrow);
    double largest =
        std::max(-dequantize(params.storage.min, params),
                 static_cast<double>(dequantize(params.storage.max, params)));
    auto it = ranges->tensors.find(ptq::getTensorName(exact).str());
    if (it != ranges->tensors.end()) // N64
      largest = 2 * std::max(-it->second.min(), it->second.max());
    StorageRange storage = int16.getActivationStorage();
    wide = ptq::getUniformType(func.getContext(),
                               chooseSymmetric(largest, storage),
                               int16.getActivationWidth());
  }
  if (!wide)
    return {};
  OpBuilder b(rounded);
  return ptq::FakeQuantOp::create(b, rounded.getLoc(), exact, wide);
}

void Switcher::switchUses(ptq::FakeQuantOp rounded) {
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : rounded.getOutput().getUses())
    uses.push_back(&use);
  Value exact = rounded.getInput();
  Value wide = roundToInt16(rounded);
  int64_t rank = cast<RankedTensorType>(exact.getType()).getRank();
  for (OpOperand *use : uses) {
    Operation *user = use->getOwner();
    if (isa<ptq::FakeQuantOp>(user) || rank == 0)
      continue;
    if (isMove(user)) {
      use->set(exact);
      continue;
    }
    std::optional<unsigned> unit = findUnit(*use);
    if (!unit)
      continue;
    OpBuilder b(user);
    auto select = [&](unsigned index, Value chosen, Value other) {
      return tosa::SelectOp::create(b, user->getLoc(), exact.getType(),
                                    getSwitch(index, rank), chosen, other);
    };
    Value integer = rounded.getOutput();
    if (wide)
      integer = select(count + *unit, wide, integer);
    use->set(select(*unit, exact, integer));
  }
}

/// Rounds a constant here instead of in every run.
static void foldConstant(ptq::FakeQuantOp rounded) {
  std::optional<SmallVector<float>> values = ptq::getFloats(rounded.getInput());
  auto type = cast<quant::QuantizedType>(rounded.getQuantizedType());
  if (!values || isa<ptq::SubChannelType>(type))
    return;
  auto tensor = cast<RankedTensorType>(rounded.getType());
  if (values->size() != size_t(tensor.getNumElements()))
    return;
  std::optional<int64_t> axis = ptq::getQuantizedAxis(type);
  size_t stride = 1;
  if (axis)
    for (int64_t size : tensor.getShape().drop_front(*axis + 1))
      stride *= size;
  for (auto [index, value] : llvm::enumerate(*values)) {
    AffineParams params = ptq::getAffineParams(
        type, axis ? index / stride % tensor.getDimSize(*axis) : 0);
    value = dequantize(quantize(value, params), params);
  }
  OpBuilder builder(rounded);
  rounded.getOutput().replaceAllUsesWith(
      ptq::createFloatConstant(builder, rounded.getLoc(), tensor, *values));
  rounded.erase();
}

std::vector<SwitchedUnit> Switcher::run() {
  formUnits();
  std::vector<SwitchedUnit> units(count);
  for (auto [index, unit] : llvm::enumerate(units))
    describe(unit, index);
  if (count == 0)
    return units;
  assignRoles(units);
  Builder b(func.getContext());
  unsigned last = func.getNumArguments();
  (void)func.insertArgument(
      last, RankedTensorType::get({countSwitches()}, b.getI1Type()),
      b.getDictionaryAttr(
          b.getNamedAttr(ptq::kNameAttr, b.getStringAttr(kSwitches))),
      func.getLoc());
  switches = func.getArgument(last);
  SmallVector<ptq::FakeQuantOp> rounded;
  for (auto op : llvm::make_early_inc_range(
           func.getBody().front().getOps<ptq::FakeQuantOp>())) {
    if (ptq::isConstant(op.getInput()))
      foldConstant(op);
    else if (!op->hasAttr(ptq::kFrozenAttr))
      rounded.push_back(op);
  }
  // Uses change on the way, but whether an operation is a move does not: its
  // result keeps the use by what rounds it.
  for (ptq::FakeQuantOp op : rounded)
    switchUses(op);
  return units;
}

/// Leaves the outputs to measure.
std::vector<std::string>
Switcher::chooseOutputs(llvm::function_ref<bool(StringRef)> isComparable) {
  Operation *terminator = func.getBody().front().getTerminator();
  std::vector<std::string> names;
  for (unsigned i = func.getNumResults(); i-- > 0;) {
    Value output = terminator->getOperand(i), source = output;
    auto type = dyn_cast<RankedTensorType>(output.getType());
    auto name = func.getResultAttrOfType<StringAttr>(i, ptq::kNameAttr);
    if (!type || !type.getElementType().isF32() || !name) {
      terminator->eraseOperand(i);
      (void)func.eraseResult(i);
      continue;
    }
    names.insert(names.begin(), name.str());
    while (Operation *op = source.getDefiningOp())
      if (isa<ptq::FakeQuantOp, tosa::ReshapeOp>(op))
        source = op->getOperand(0);
      else
        break;
    auto softmax = source.getDefiningOp<ptq::SoftmaxOp>();
    if (!softmax)
      continue;
    Value scores = softmax.getInput();
    if (auto rounded = scores.getDefiningOp<ptq::FakeQuantOp>())
      scores = rounded.getInput();
    if (isa<BlockArgument>(scores) || !isComparable(ptq::getTensorName(scores)))
      continue;
    names.front() = ptq::getTensorName(scores).str();
    terminator->setOperand(i, softmax.getInput());
    func.setType(FunctionType::get(func.getContext(), func.getArgumentTypes(),
                                   TypeRange(terminator->getOperandTypes())));
    func.setResultAttr(i, ptq::kNameAttr,
                       StringAttr::get(func.getContext(), names.front()));
  }
  return names;
}

llvm::Expected<SwitchedNetwork>
SwitchedNetwork::create(ModuleOp annotated, const Profile *ranges,
                        llvm::function_ref<bool(StringRef)> isComparable) {
  SwitchedNetwork result;
  Switcher switcher(getNetwork(annotated), ranges);
  // States inside of recurrent layers have no switch: they are not rounded.
  annotated.walk([](ptq::RecurrentOpInterface layer) {
    layer.setStateTypesAttr(ArrayAttr());
  });
  result.names = switcher.chooseOutputs(isComparable);
  result.list = switcher.run();
  result.switches = switcher.countSwitches();
  llvm::Expected<std::unique_ptr<Model>> model = loadLowered(annotated);
  if (!model)
    return model.takeError();
  result.model = std::move(*model);
  return result;
}

llvm::Expected<std::vector<std::vector<double>>>
SwitchedNetwork::run(const SampleSet::Sample &sample,
                     const llvm::BitVector &exact,
                     const llvm::BitVector &wide) {
  SampleSet::Sample inputs = sample;
  if (!list.empty()) {
    inputs.push_back(Array::zeros(ElementType::Bool, {switches}));
    for (unsigned unit : exact.set_bits())
      inputs.back().bytes[unit] = 1;
    for (unsigned unit : wide.set_bits())
      inputs.back().bytes[list.size() + unit] = 1;
  }
  llvm::Expected<std::vector<Array>> outputs = model->runKept(inputs);
  if (!outputs)
    return outputs.takeError();
  std::vector<std::vector<double>> reals;
  for (const Array &output : *outputs)
    reals.push_back(toDoubles(output));
  return reals;
}
