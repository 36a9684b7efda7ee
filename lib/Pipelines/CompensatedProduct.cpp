//===- CompensatedProduct.cpp - Weights and what they meet -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompensatedProduct.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/IR/QuantizedConstants.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;

static bool hasZeroPoint0(quant::QuantizedType type) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return llvm::all_of(perAxis.getZeroPoints(),
                        [](int64_t zeroPoint) { return zeroPoint == 0; });
  return cast<quant::UniformQuantizedType>(type).getZeroPoint() == 0;
}

/// Operand `weightIndex` of `op` and `seen`, what it meets; nothing if the
/// weights cannot be rounded here.
std::optional<Product> Product::create(Operation *op, unsigned weightIndex,
                                       Value seen) {
  auto rounded = op->getOperand(weightIndex).getDefiningOp<ptq::FakeQuantOp>();
  if (!rounded || rounded->hasAttr(ptq::kFrozenAttr) ||
      !ptq::isConstant(rounded.getInput()) ||
      !hasZeroPoint0(cast<quant::QuantizedType>(rounded.getQuantizedType())))
    return std::nullopt;
  Product product;
  product.op = op;
  product.weightIndex = weightIndex;
  product.seen = seen;
  product.layout =
      cast<ptq::QuantizableOpInterface>(op).getWeightLayout(weightIndex);
  if (!product.layout.window || !product.layout.input)
    return std::nullopt;
  auto shapeOf = [](Value value) {
    return llvm::to_vector(cast<RankedTensorType>(value.getType()).getShape());
  };
  product.input = shapeOf(seen);
  product.weight = shapeOf(op->getOperand(weightIndex));
  product.result = shapeOf(op->getResult(0));
  product.outputs = product.layout.getOutputChannels(product.weight);
  bool depthwise = product.isDepthwise();
  for (const ptq::WeightLayout::Window &window : *product.layout.window)
    product.columnDims.push_back(window.weightDim);
  if (!depthwise)
    product.columnDims.push_back(*product.layout.input);
  int64_t columns = 1;
  for (int64_t dim : product.columnDims)
    columns *= product.weight[dim];
  size_t groups = depthwise ? product.weight[*product.layout.input] : 1;
  product.moments.assign(groups, InputMoments(columns));
  product.sums.assign(groups, std::vector<double>(columns));
  if (auto read = seen.getDefiningOp<ptq::FakeQuantOp>())
    if (auto type =
            dyn_cast<quant::UniformQuantizedType>(read.getQuantizedType())) {
      AffineParams params = ptq::getAffineParams(type);
      product.least = dequantize(params.storage.min, params);
      product.most = dequantize(params.storage.max, params);
      product.step = params.scale;
    }
  product.row.resize(columns);
  return product;
}

/// N145: the candidate of a GRU has a hidden bias of its own, or meets products
/// of the hidden state.
void Product::setRecurrentBiases(bool isRecurrence) {
  llvm::TypeSwitch<Operation *>(op).Case<ptq::LSTMOp, ptq::GRUOp, ptq::RNNOp>(
      [&](auto layer) {
        int64_t rows = outputs, first = rows;
        if constexpr (std::is_same_v<decltype(layer), ptq::GRUOp>)
          if (isRecurrence) {
            first = rows / 3 * 2;
            if (!layer.getResetAfter())
              outputs = first;
            else if (layer.getHiddenBias())
              biases.push_back(
                  {layer.getHiddenBiasMutable().begin()->getOperandNumber(),
                   first, rows - first});
          }
        if (layer.getBias())
          biases.push_back(
              {layer.getBiasMutable().begin()->getOperandNumber(), 0, first});
      });
}

std::vector<Product> Product::findAll(Operation *op) {
  auto interface = dyn_cast<ptq::QuantizableOpInterface>(op);
  if (!interface)
    return {};
  std::vector<Product> products;
  if (isa<ptq::RecurrentOpInterface>(op)) {
    // Operands 1 and 2 are the weights of the inputs and of the hidden state.
    for (auto [weight, seen] : {std::pair(1u, op->getOperand(0)),
                                std::pair(2u, Value(op->getResult(0)))})
      if (std::optional<Product> product = create(op, weight, seen)) {
        product->setRecurrentBiases(/*isRecurrence=*/weight == 2);
        products.push_back(std::move(*product));
      }
    return products;
  }
  if (op->getNumResults() != 1)
    return {};
  std::optional<unsigned> activation, weight, bias;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
    ptq::OperandRole role = interface.getOperandRole(i);
    if (role == ptq::OperandRole::Activation)
      activation = i;
    else if (role == ptq::OperandRole::Weight)
      weight = i;
    else if (role == ptq::OperandRole::Bias)
      bias = i;
  }
  if (!activation || !weight)
    return {};
  if (auto product = create(op, *weight, op->getOperand(*activation))) {
    if (bias)
      product->biases.push_back({*bias, 0, int64_t(product->outputs)});
    products.push_back(std::move(*product));
  }
  return products;
}

void Product::setName(size_t index, llvm::StringSet<> &others) {
  label = ptq::getTensorName(op->getResult(0)).str();
  if (!label.empty() && seen.getDefiningOp() == op)
    label += "/recurrence";
  if (label.empty() || !others.insert(label).second)
    label = "#" + std::to_string(index);
}

void Product::observe(StringRef name) const {
  OpBuilder builder(op);
  if (seen.getDefiningOp() == op) {
    builder.setInsertionPointAfter(op);
    ptq::ObserveOp::create(builder, op->getLoc(), seen, name);
    return;
  }
  auto observer = ptq::ObserveOp::create(builder, op->getLoc(), seen, name);
  op->replaceUsesOfWith(seen, observer);
}

size_t Product::countPositions() const {
  return ShapedType::getNumElements(ArrayRef(result).drop_back());
}

/// Fills `row` with the numbers that the weights meet at `position` of the
/// result, of channel `group` in a depthwise convolution.
void Product::fillRow(const float *values, int64_t position, int64_t group) {
  ArrayRef<ptq::WeightLayout::Window> windows = *layout.window;
  size_t channels = input.back();
  if (windows.empty()) {
    std::copy_n(values + position * channels, channels, row.begin());
    return;
  }
  size_t run = isDepthwise() ? 1 : channels;
  SmallVector<int64_t, 3> out(windows.size());
  for (size_t d = windows.size(); d-- > 0; position /= result[1 + d])
    out[d] = position % result[1 + d];
  int64_t batch = position;
  SmallVector<int64_t, 3> k(windows.size());
  for (size_t column = 0; column < row.size(); column += run) {
    int64_t rest = column / run;
    for (size_t d = windows.size(); d-- > 0;) {
      int64_t size = weight[windows[d].weightDim];
      k[d] = rest % size;
      rest /= size;
    }
    int64_t place = batch;
    bool inside = true;
    for (auto [d, window] : llvm::enumerate(windows)) {
      int64_t x =
          out[d] * window.stride + k[d] * window.dilation - window.padBefore;
      inside &= x >= 0 && x < input[1 + d];
      place = place * input[1 + d] + x;
    }
    if (inside)
      std::copy_n(values + place * channels + (isDepthwise() ? group : 0), run,
                  &row[column]);
    else
      std::fill_n(&row[column], run, 0.0f);
  }
}

void Product::clipRow() {
  for (float &value : row)
    value = std::clamp(value, least, most);
}

void Product::add(const float *values, size_t sample, size_t samples) {
  // More rows hardly change the moments.
  size_t positions = countPositions();
  size_t wanted = std::max<size_t>(4096, 8 * row.size());
  size_t step = llvm::divideCeil(samples * positions, wanted);
  size_t first = (step - sample * positions % step) % step;
  for (size_t position = first; position < positions; position += step)
    for (auto [group, moment] : llvm::enumerate(moments)) {
      fillRow(values, position, group);
      for (auto [sum, value] : llvm::zip_equal(sums[group], row))
        sum += value;
      clipRow();
      moment.add(row.data());
    }
}

/// The constant `bias` as numbers of its channels; nothing if it is none, or if
/// a policy wants it as it is.
std::optional<SmallVector<float>> Product::getBias(const Bias &bias) const {
  auto wanted = op->getAttrOfType<BoolAttr>(ptq::kBiasCorrectionAttr);
  Value constant = op->getOperand(bias.operand);
  std::optional<SmallVector<float>> values = ptq::getFloats(constant);
  if (!values || !constant.getDefiningOp<tosa::ConstOp>() ||
      (wanted && !wanted.getValue()))
    return std::nullopt;
  if (values->size() == 1)
    values->resize(bias.count, values->front());
  if (int64_t(values->size()) < bias.count)
    return std::nullopt;
  return values;
}

void Product::round() {
  auto rounded = op->getOperand(weightIndex).getDefiningOp<ptq::FakeQuantOp>();
  std::optional<SmallVector<float>> values = ptq::getFloats(rounded.getInput());
  auto type = cast<quant::QuantizedType>(rounded.getQuantizedType());
  if (!values || moments.front().rows() == 0)
    return;
  // The elements of each output channel, in the order of columns.
  std::vector<std::vector<size_t>> elements(layout.getOutputChannels(weight));
  SmallVector<int64_t> strides = computeStrides(weight);
  for (size_t i = 0; i < values->size(); ++i) {
    size_t column = 0;
    for (int64_t dim : columnDims)
      column = column * weight[dim] + i / strides[dim] % weight[dim];
    auto &list = elements[layout.getOutput(weight, i)];
    list.resize(row.size());
    list[column] = i;
  }
  // The output channels of each scale.
  std::optional<int64_t> axis = ptq::getQuantizedAxis(type);
  std::vector<std::vector<size_t>> sharing(axis ? weight[*axis] : 1);
  for (size_t o = 0; o < outputs; ++o) {
    size_t i = elements[o].front();
    sharing[axis ? i / strides[*axis] % weight[*axis] : 0].push_back(o);
  }
  size_t perGroup = outputs / moments.size();
  std::vector<Compensation> compensations(moments.begin(), moments.end());
  StorageRange storage = ptq::getAffineParams(type, 0).storage;
  std::vector<double> channel(row.size());
  auto roundOutput = [&](size_t o, double scale) {
    for (auto [column, i] : llvm::enumerate(elements[o]))
      channel[column] = (*values)[i];
    return compensations[o / perGroup].round(channel.data(), scale, storage);
  };

  SmallVector<double> scales;
  std::vector<double> shifts(elements.size());
  for (auto [index, sharers] : llvm::enumerate(sharing)) { // N120
    double least = HUGE_VAL;
    double first = ptq::getAffineParams(type, index).scale, best = first;
    // Output channels that are not rounded here keep a scale that they share.
    bool isKept = !axis && outputs < elements.size();
    for (double scale : proposeScales(first, storage, row.size())) {
      double error = 0;
      for (size_t o : sharers)
        error += roundOutput(o, scale);
      if (error < least) {
        least = error;
        best = scale;
      }
      if (isKept)
        break;
    }
    scales.push_back(best);
    for (size_t o : sharers) {
      roundOutput(o, best);
      const InputMoments &moment = moments[o / perGroup];
      for (auto [column, i] : llvm::enumerate(elements[o])) {
        double real = channel[column] * best;
        double clipped = moment.mean(column);
        // What is lost to outliers is not put on all others.
        double mean = std::clamp(sums[o / perGroup][column] / moment.rows(),
                                 clipped - step / 2, clipped + step / 2);
        shifts[o] += real * clipped - (*values)[i] * mean;
        (*values)[i] = real;
      }
    }
  }
  OpBuilder builder(op);
  Value constant = ptq::createFloatConstantLike(
      builder, rounded.getInput(), cast<RankedTensorType>(rounded.getType()),
      *values);
  op->setOperand(weightIndex,
                 ptq::FakeQuantOp::create(builder, rounded.getLoc(), constant,
                                          ptq::withScales(type, scales)));
  for (const Bias &bias : biases)
    addToBias(bias, shifts);
}

/// Takes away the mean error that is left, where it may.
void Product::addToBias(const Bias &bias, ArrayRef<double> shifts) {
  std::optional<SmallVector<float>> values = getBias(bias);
  if (!values)
    return;
  for (auto [value, shift] :
       llvm::zip(*values, shifts.slice(bias.first, bias.count)))
    value -= shift;
  OpBuilder builder(op);
  auto type =
      RankedTensorType::get({int64_t(values->size())}, builder.getF32Type());
  op->setOperand(bias.operand,
                 ptq::createFloatConstantLike(
                     builder, op->getOperand(bias.operand), type, *values));
}
