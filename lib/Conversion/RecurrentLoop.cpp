//===- RecurrentLoop.cpp - The loop of a recurrent layer -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RecurrentLoop.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

Value quantc::buildReshape(ImplicitLocOpBuilder &b, Value value,
                           ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  // Constants stay constants, also in a loop: kernels pack weights at compile
  // time.
  if (DenseElementsAttr attr; matchPattern(value, m_Constant(&attr))) {
    attr = attr.reshape(type.clone(shape));
    return tosa::ConstOp::create(b, attr.getType(), attr);
  }
  return tosa::ReshapeOp::create(b, type.clone(shape), value,
                                 tosa::getTosaConstShape(b, shape));
}

Value quantc::buildGateSlice(ImplicitLocOpBuilder &b, Value products,
                             int64_t gate, int64_t hiddenSize) {
  auto type = cast<RankedTensorType>(products.getType());
  if (type.getDimSize(1) == hiddenSize)
    return products;
  SmallVector<int64_t> sizes = {type.getDimSize(0), hiddenSize};
  Value start = tosa::getTosaConstShape(b, {0, gate * hiddenSize});
  Value size = tosa::getTosaConstShape(b, sizes);
  return tosa::SliceOp::create(b, type.clone(sizes), products, start, size);
}

Value RecurrentLoop::splat(float value, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, b.getF32Type());
  return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, value));
}

Value RecurrentLoop::multiply(Value rows, Value weights, Value bias) {
  auto rowsType = cast<RankedTensorType>(rows.getType());
  int64_t count = rowsType.getDimSize(0), size = rowsType.getDimSize(1);
  int64_t channels = cast<ShapedType>(weights.getType()).getDimSize(0);
  if (!bias)
    bias = splat(0.0f, {channels});
  Value zero = splat(0.0f, {1});
  bool isDynamic = bool(getQuantizedElement(weights.getType()));
  // An image is what has a range of its own in a scheme of rows.
  bool areImages =
      isDynamic && scheme.getActivationScales() == Granularity::Row;
  int64_t images = areImages ? count : 1, pixels = areImages ? 1 : count;
  auto type = rowsType.clone({images, 1, pixels, channels});
  Value image = reshape(rows, {images, 1, pixels, size});
  Value filters = isDynamic ? reshapeQuantized(weights, {channels, 1, 1, size})
                            : reshape(weights, {channels, 1, 1, size});
  auto conv = tosa::Conv2DOp::create(
      b, type, image, isDynamic ? dequantize(filters) : filters, bias, zero,
      zero, b.getDenseI64ArrayAttr({0, 0, 0, 0}),
      b.getDenseI64ArrayAttr({1, 1}), b.getDenseI64ArrayAttr({1, 1}),
      TypeAttr::get(b.getF32Type()));
  Value product = conv;
  if (isDynamic) {
    // What a convolution of this scheme computes.
    SmallVector<Value> operands(conv->getOperands());
    operands[1] = filters;
    b.setInsertionPoint(conv);
    FailureOr<SmallVector<Value>> values =
        cast<QuantizableOpInterface>(conv.getOperation())
            .quantize(b, operands, {RankedTensorType()}, scheme,
                      Contract::Exact);
    assert(succeeded(values) && "constant weights have a dynamic form");
    product = values->front();
    b.setInsertionPointAfter(conv);
    conv.erase();
  }
  return reshape(product, {count, channels});
}

Value RecurrentLoop::dequantize(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return quant::DequantizeCastOp::create(b, type.clone(b.getF32Type()), value);
}

Value RecurrentLoop::reshapeQuantized(Value constant, ArrayRef<int64_t> shape) {
  DenseElementsAttr codes = getConstantSource(constant);
  codes = codes.reshape(codes.getType().clone(shape));
  return reinterpret(b, b.getLoc(),
                     tosa::ConstOp::create(b, codes.getType(), codes),
                     getQuantizedElement(constant.getType()));
}

/// The rows from `first` on of a constant.
static DenseElementsAttr sliceConstant(DenseElementsAttr all, int64_t first,
                                       int64_t count) {
  SmallVector<int64_t> shape(all.getType().getShape());
  int64_t row = all.getNumElements() / shape[0];
  shape[0] = count;
  auto type = cast<RankedTensorType>(all.getType().clone(shape));
  if (all.isSplat())
    return all.resizeSplat(type);
  if (isa<FloatType>(type.getElementType())) {
    SmallVector<APFloat> values(all.getValues<APFloat>());
    return DenseElementsAttr::get(
        type, ArrayRef(values).slice(first * row, count * row));
  }
  SmallVector<APInt> values(all.getValues<APInt>());
  return DenseElementsAttr::get(
      type, ArrayRef(values).slice(first * row, count * row));
}

/// The type of the rows from `first` on of a tensor of `type`.
static quant::QuantizedType sliceType(quant::QuantizedType type, int64_t first,
                                      int64_t count) {
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  if (!perAxis)
    return type;
  return getPerAxisType(type.getContext(),
                        perAxis.getScales().slice(first, count), /*axis=*/0,
                        {type.getStorageTypeMin(), type.getStorageTypeMax()},
                        type.getStorageTypeIntegralWidth());
}

Value RecurrentLoop::sliceRows(Value weights, int64_t first, int64_t count) {
  auto type = cast<RankedTensorType>(weights.getType());
  if (quant::QuantizedType quantized = getQuantizedElement(type)) {
    DenseElementsAttr codes =
        sliceConstant(getConstantSource(weights), first, count);
    return reinterpret(b, b.getLoc(),
                       tosa::ConstOp::create(b, codes.getType(), codes),
                       sliceType(quantized, first, count));
  }
  if (DenseElementsAttr attr; matchPattern(weights, m_Constant(&attr))) {
    attr = sliceConstant(attr, first, count);
    return tosa::ConstOp::create(b, attr.getType(), attr);
  }
  SmallVector<int64_t> starts(type.getRank(), 0), sizes(type.getShape());
  starts[0] = first;
  sizes[0] = count;
  // Weights that are stored narrow stay so.
  if (auto cast = weights.getDefiningOp<tosa::CastOp>())
    return tosa::CastOp::create(b, type.clone(sizes),
                                sliceRows(cast.getInput(), first, count));
  if (auto product = weights.getDefiningOp<tosa::MulOp>()) {
    Value scales = product.getInput2();
    if (cast<RankedTensorType>(scales.getType()).getDimSize(0) != 1)
      scales = sliceRows(scales, first, count);
    return mul(sliceRows(product.getInput1(), first, count), scales);
  }
  Value start = tosa::getTosaConstShape(b, starts);
  Value size = tosa::getTosaConstShape(b, sizes);
  return tosa::SliceOp::create(b, type.clone(sizes), weights, start, size);
}

Value RecurrentLoop::normalize(Value x) {
  // What keeps a row of equal elements finite, as TFLite has it.
  constexpr float kEpsilon = 1e-8f;
  auto ofRows = state.clone({batch, 1});
  auto mean = [&](Value of) {
    Value sum = tosa::ReduceSumOp::create(b, ofRows, of, /*axis=*/1);
    return mul(sum, splat(1.0f / static_cast<float>(hiddenSize), {1, 1}));
  };
  Value difference = tosa::SubOp::create(b, state, x, mean(x));
  Value variance = mean(mul(difference, difference));
  variance = tosa::AddOp::create(b, ofRows, variance, splat(kEpsilon, {1, 1}));
  return mul(difference, tosa::RsqrtOp::create(b, ofRows, variance));
}

static Value buildClamp(OpBuilder &b, Location loc, Value x, float min,
                        float max) {
  return tosa::ClampOp::create(b, loc, x.getType(), x, b.getF32FloatAttr(min),
                               b.getF32FloatAttr(max));
}

Value RecurrentLoop::clampTo(std::optional<APFloat> limit, Value x) {
  if (!limit)
    return x;
  float most = limit->convertToFloat();
  return buildClamp(b, b.getLoc(), x, -most, most);
}

Value RecurrentLoop::applyToSum(Activation activation, Value sum) {
  return apply(activation, clampTo(clip, sum));
}

Value RecurrentLoop::apply(Activation activation, Value x) {
  switch (activation) {
  case Activation::Sigmoid:
    return tosa::SigmoidOp::create(b, state, x);
  case Activation::Tanh:
    return tosa::TanhOp::create(b, state, x);
  case Activation::Relu:
    return buildClamp(b, b.getLoc(), x, 0.0f,
                      std::numeric_limits<float>::infinity());
  case Activation::HardSigmoid:
    x = mul(x, splat(0.2f, {1, 1}));
    return buildClamp(b, b.getLoc(), add(x, splat(0.5f, {1, 1})), 0.0f, 1.0f);
  case Activation::Identity:
    return x;
  case Activation::Relu6:
    return buildClamp(b, b.getLoc(), x, 0.0f, 6.0f);
  case Activation::ReluN1To1:
    return buildClamp(b, b.getLoc(), x, -1.0f, 1.0f);
  }
  llvm_unreachable("unknown activation");
}

/// Gives `loop` the names of the results of `op`: those of its states, of what
/// else it carries, and of its sequence if it has one.
static void nameLoop(Operation *op, scf::ForOp loop, bool hasSequence) {
  if (!op->hasAttr(kNameAttr))
    return;
  Builder b(op->getContext());
  SmallVector<Attribute> names;
  for (OpResult state : op->getResults().drop_front())
    names.push_back(b.getStringAttr(getTensorName(state)));
  while (names.size() < loop.getNumResults() - hasSequence)
    names.push_back(
        b.getStringAttr(getTensorName(op->getResult(1)) + "/carried"));
  if (hasSequence)
    names.push_back(b.getStringAttr(getTensorName(op->getResult(0))));
  loop->setAttr(kNameAttr,
                names.size() == 1 ? names.front() : b.getArrayAttr(names));
}

void quantc::buildTimeLoop(
    ImplicitLocOpBuilder &b, Operation *op, bool isReverse, Value rows,
    ArrayRef<Value> initial,
    llvm::function_ref<TimeStep(Value, ValueRange)> buildStep) {
  auto rowsType = cast<RankedTensorType>(rows.getType());
  auto sequence = cast<RankedTensorType>(op->getResult(0).getType());
  int64_t steps = rowsType.getDimSize(0), batch = rowsType.getDimSize(1);
  bool hasSequence = !op->getResult(0).use_empty();
  Type element = sequence.getElementType();
  if (auto quantized = getQuantizedElement(sequence))
    element = quantized.getStorageType();
  SmallVector<Value> carried(initial);
  if (hasSequence)
    carried.push_back(tensor::EmptyOp::create(b, sequence.getShape(), element));
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value end = arith::ConstantIndexOp::create(b, steps);
  auto loop = scf::ForOp::create(b, zero, end, one, carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value time = loop.getInductionVar();
    if (isReverse)
      time = arith::SubIOp::create(
          b, arith::ConstantIndexOp::create(b, steps - 1), time);
    // The row of this step, of a tensor [T, N, ...].
    OpFoldResult first = b.getIndexAttr(0), unit = b.getIndexAttr(1);
    SmallVector<OpFoldResult> offsets = {time, first, first};
    SmallVector<OpFoldResult> strides(3, unit);
    auto sizes = [&](int64_t width) {
      return SmallVector<OpFoldResult>{unit, b.getIndexAttr(batch),
                                       b.getIndexAttr(width)};
    };
    int64_t width = rowsType.getDimSize(2);
    Value row = tensor::ExtractSliceOp::create(
        b, RankedTensorType::get({batch, width}, rowsType.getElementType()),
        rows, offsets, sizes(width), strides);
    ValueRange arguments = loop.getRegionIterArgs();
    TimeStep next = buildStep(row, arguments.take_front(initial.size()));
    if (hasSequence)
      next.states.push_back(tensor::InsertSliceOp::create(
          b, next.row, arguments.back(), offsets, sizes(sequence.getDimSize(2)),
          strides));
    scf::YieldOp::create(b, next.states);
  }
  auto replace = [&](OpResult result, Value value) {
    result.replaceAllUsesWith(reinterpret(
        b, b.getLoc(), value, getElementTypeOrSelf(result.getType())));
  };
  if (getQuantizedElement(sequence))
    nameLoop(op, loop, hasSequence);
  if (hasSequence)
    replace(op->getResult(0), loop.getResults().back());
  for (auto [result, value] :
       llvm::zip(op->getResults().drop_front(), loop.getResults()))
    replace(result, value);
  op->erase();
}

/// `value`, a state after a step, as `op` wants it to be seen.
static Value viewState(ImplicitLocOpBuilder &b, RecurrentOpInterface op,
                       unsigned number, Value value) {
  if (!value)
    return value;
  if (op.getObserved())
    value = ObserveOp::create(b, value, getTensorName(op.getStates()[number]));
  quant::UniformQuantizedType type = op.getStateType(number);
  if (!type)
    return value;
  // A GRU carries its state in 16 bits (N95).
  unsigned width = type.getStorageTypeIntegralWidth();
  if (isa<GRUOp>(op.getOperation()) && width < 16)
    type = getUniformType(
        b.getContext(),
        {std::ldexp(type.getScale(), int(width) - 16), 0, kInt16Activation},
        16);
  return FakeQuantOp::create(b, value, type);
}

void RecurrentLoop::build(
    RecurrentOpInterface op,
    llvm::function_ref<RecurrentStates(const RecurrentStep &)> buildStep) {
  SmallVector<Value> initial;
  for (auto [i, last] : llvm::enumerate(op.getStates())) {
    Value value = op.getInitialState(i);
    auto type = cast<RankedTensorType>(last.getType());
    initial.push_back(value ? value : splat(0.0f, type.getShape()));
  }
  buildTimeLoop(b, op, isReverse, products, initial,
                [&](Value row, ValueRange states) {
                  RecurrentStep step;
                  for (int64_t gate = 0; gate < gates; ++gate)
                    step.inputs.push_back(sliceGate(row, gate));
                  step.hidden = states.front();
                  step.cell = states.size() > 1 ? states.back() : Value();
                  RecurrentStates next = buildStep(step);
                  Value hidden = viewState(b, op, 0, next.hidden);
                  Value cell = viewState(b, op, 1, next.cell);
                  TimeStep result{{hidden}, hidden};
                  if (cell)
                    result.states.push_back(cell);
                  return result;
                });
}
