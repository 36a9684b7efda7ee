//===- Network.cpp - Arguments, results, names ----------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"

#include "quantc/Dialect/PTQ/IR/Blocks.h"
#include "quantc/Dialect/PTQ/IR/Scheme.h"

#include "mlir/IR/Verifier.h"

#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace quantc;

/// TOSA's MAX_RANK.
static constexpr size_t kMaxRank = 6;

/// Sizes and positions fit in an i32.
static constexpr int64_t kMaxElements = INT32_MAX;

/// Names reach JSON and MLIR text: no invalid UTF-8.
static std::string repair(StringRef name) { return llvm::json::fixUTF8(name); }

NetworkBuilder::NetworkBuilder(MLIRContext &context, StringRef file,
                               StringRef name)
    : builder(&context), file(StringAttr::get(&context, repair(file))),
      loc(FileLineColLoc::get(this->file, 0, 0)) {
  context.loadDialect<func::FuncDialect, tosa::TosaDialect, quant::QuantDialect,
                      ptq::PTQDialect>();
  module = ModuleOp::create(builder, loc);
  builder.setInsertionPointToEnd(module->getBody());
  func =
      func::FuncOp::create(builder, loc, name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(func.addEntryBlock());
}

void NetworkBuilder::setNode(StringRef name, unsigned index) {
  loc = NameLoc::get(builder.getStringAttr(repair(name)),
                     FileLineColLoc::get(file, index, 0));
}

void NetworkBuilder::setScheme(StringRef spelled) {
  scheme =
      spelled.empty()
          ? ptq::SchemeAttr()
          : llvm::cantFail(ptq::parseScheme(builder.getContext(), spelled));
}

/// The constant that is the weight of a product; none for other operations.
static ConstantSource matchWeight(Operation *op) {
  return isa<tosa::Conv2DOp, tosa::Conv3DOp, tosa::DepthwiseConv2DOp,
             tosa::TransposeConv2DOp, tosa::MatMulOp, ptq::LSTMOp, ptq::GRUOp,
             ptq::RNNOp>(op)
             ? matchConstant(op->getOperand(1))
             : ConstantSource();
}

void NetworkBuilder::applyScheme(Operation *op) {
  if (matchWeight(op).op)
    op->setAttr(ptq::kSchemeAttr, scheme);
}

Location NetworkBuilder::getInnerLoc(StringRef operation) const {
  auto node = dyn_cast<NameLoc>(loc);
  if (!node)
    return loc;
  StringRef mnemonic = operation.split('.').second;
  return NameLoc::get(StringAttr::get(loc.getContext(),
                                      node.getName().strref() + "/" + mnemonic),
                      node.getChildLoc());
}

std::string NetworkBuilder::makeUnique(StringRef name) {
  std::string repaired = repair(name), candidate = repaired;
  for (unsigned suffix = 1; !names.insert(candidate).second; ++suffix)
    candidate = (repaired + "_" + Twine(suffix)).str();
  return candidate;
}

Value NetworkBuilder::nameResult(Value value, StringRef name) {
  // A tensor and its quantized forms have one name.
  Operation *op = value ? value.getDefiningOp() : nullptr;
  while (isa_and_nonnull<quant::DequantizeCastOp, quant::QuantizeCastOp,
                         quant::StorageCastOp, ptq::FakeQuantOp>(op))
    op = op->getOperand(0).getDefiningOp();
  if (!op || name.empty() || !named.insert(op).second)
    return value;
  Location child = loc;
  if (auto node = dyn_cast<NameLoc>(loc))
    child = node.getChildLoc();
  op->setLoc(NameLoc::get(builder.getStringAttr(makeUnique(name)), child));
  return value;
}

//===----------------------------------------------------------------------===//
// Arguments and results
//===----------------------------------------------------------------------===//

Value NetworkBuilder::addInput(StringRef name, RankedTensorType type) {
  if (!type)
    return {};
  std::string unique = makeUnique(name);
  Location where = NameLoc::get(builder.getStringAttr(unique), loc);
  argumentAttributes.push_back(builder.getDictionaryAttr(
      builder.getNamedAttr(ptq::kNameAttr, builder.getStringAttr(unique))));
  return func.getBody().front().addArgument(type, where);
}

StringRef NetworkBuilder::getInputName(unsigned index) const {
  return argumentAttributes[index].getAs<StringAttr>(ptq::kNameAttr);
}

static void setAttribute(DictionaryAttr &attributes, StringRef name,
                         Attribute value) {
  NamedAttrList list(attributes);
  list.set(name, value);
  attributes = list.getDictionary(value.getContext());
}

void NetworkBuilder::setInputAttribute(unsigned index, StringRef name,
                                       Attribute value) {
  setAttribute(argumentAttributes[index], name, value);
}

void NetworkBuilder::setOutputAttribute(unsigned index, StringRef name,
                                        Attribute value) {
  setAttribute(resultAttributes[index], name, value);
}

LogicalResult NetworkBuilder::addOutput(StringRef name, Value value) {
  if (!value)
    return failure();
  outputs.push_back(value);
  resultAttributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
      ptq::kNameAttr, builder.getStringAttr(repair(name)))));
  return success();
}

/// True if the file quantizes activations by parameters of its own.
static bool quantizesActivations(Block &body) {
  return llvm::any_of(body, [](Operation &op) {
    return isa<quant::QuantizeCastOp, quant::StorageCastOp, ptq::FakeQuantOp>(
               op) &&
           !NetworkBuilder::isConstant(op.getOperand(0));
  });
}

/// True if float16 has all elements of a constant.
static bool areHalves(DenseElementsAttr values) {
  if (!values.getElementType().isF32())
    return false;
  auto isHalf = [](float value) {
    APFloat half(value);
    bool losesInfo = false;
    half.convert(APFloat::IEEEhalf(), APFloat::rmNearestTiesToEven, &losesInfo);
    return half.isFinite() && !losesInfo;
  };
  return values.isSplat() ? isHalf(values.getSplatValue<float>())
                          : llvm::all_of(values.getValues<float>(), isHalf);
}

/// How `weight` is stored in the file, as a scheme is spelled; empty if it is
/// f32.
static StringRef spellScheme(const ConstantSource &weight, bool halves) {
  quant::QuantizedType type = weight.type;
  if (!type)
    return halves && areHalves(weight.values) ? "float16" : "";
  bool isInt4 = type.getStorageTypeMin() >= llvm::minIntN(4) &&
                type.getStorageTypeMax() <= llvm::maxIntN(4);
  if (isa<quant::UniformQuantizedType>(type))
    return isInt4 ? "weight-only:int4,per-tensor" : "weight-only:per-tensor";
  return isInt4 ? "weight-only:int4" : "weight-only";
}

/// How all weights of `op` are stored, of which `weight` is the first; empty if
/// they differ.
static StringRef spellScheme(Operation &op, const ConstantSource &weight,
                             bool halves) {
  StringRef first = spellScheme(weight, halves);
  if (!isa<ptq::LSTMOp, ptq::GRUOp, ptq::RNNOp>(op))
    return first;
  ConstantSource recurrence = matchConstant(op.getOperand(2));
  return recurrence.op && spellScheme(recurrence, halves) == first ? first : "";
}

void NetworkBuilder::keepNarrowWeights(bool halves) {
  Block &body = func.getBody().front();
  bool isFloat = !quantizesActivations(body);
  for (Operation &op : body) {
    ConstantSource weight = matchWeight(&op);
    if (!weight.op || op.hasAttr(ptq::kSchemeAttr) ||
        !(isFloat || isa_and_nonnull<ptq::SubChannelType>(weight.type)))
      continue;
    setScheme(spellScheme(op, weight, halves));
    if (scheme)
      op.setAttr(ptq::kSchemeAttr, scheme);
  }
  setScheme("");
}

OwningOpRef<ModuleOp> NetworkBuilder::finish() {
  func::ReturnOp::create(builder, func.getLoc(), outputs);
  Block &body = func.getBody().front();
  bool hasSchemes = llvm::any_of(
      body, [](Operation &op) { return op.hasAttr(ptq::kSchemeAttr); });
  if (hasSchemes && !quantizesActivations(body)) {
    setScheme("float32");
    func->setAttr(ptq::kSchemeAttr, scheme);
  }
  for (Operation &op :
       llvm::make_early_inc_range(llvm::drop_begin(llvm::reverse(body))))
    if (op.use_empty())
      op.erase();
  func.setFunctionType(builder.getFunctionType(body.getArgumentTypes(),
                                               ValueRange(outputs).getTypes()));
  func.setAllArgAttrs(argumentAttributes);
  func.setAllResultAttrs(resultAttributes);
  if (failed(verify(*module)))
    return nullptr;
  return std::move(module);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

RankedTensorType NetworkBuilder::getType(ArrayRef<int64_t> shape,
                                         Type element) {
  auto refuse = [&](const Twine &reason) {
    InFlightDiagnostic error = emitError() << "a tensor of shape [";
    llvm::interleaveComma(shape.take_front(16), error);
    error << (shape.size() > 16 ? ", ...] " : "] ") << reason;
    return RankedTensorType();
  };
  if (shape.size() > kMaxRank)
    return refuse("has more than 6 dimensions, TOSA's limit");
  int64_t elements = 1;
  for (int64_t size : shape) {
    if (size < 1)
      return refuse("is empty or of unknown size; every size has to be at "
                    "least 1");
    if (size > kMaxElements / elements)
      return refuse("has more than 2^31 - 1 elements");
    elements *= size;
  }
  return RankedTensorType::get(shape, element);
}

RankedTensorType NetworkBuilder::typeOf(Value value) {
  return llvm::cast<RankedTensorType>(value.getType());
}

ArrayRef<int64_t> NetworkBuilder::shapeOf(Value value) {
  return typeOf(value).getShape();
}

int64_t NetworkBuilder::rankOf(Value value) { return typeOf(value).getRank(); }

Type NetworkBuilder::elementOf(Value value) {
  return typeOf(value).getElementType();
}
