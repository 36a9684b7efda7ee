//===- CompensateWeights.cpp - Rounding with known inputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompensateWeights.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"
#include "quantc/Dialect/PTQ/Transforms/Constants.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"
#include "quantc/Execution/Model.h"
#include "quantc/InitAllDialects.h"
#include "quantc/Numerics/CompensatedRounding.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/Host.h"

#include <cmath>
#include <map>
#include <tuple>

using namespace mlir;
using namespace quantc;

namespace {
/// A product whose weights are rounded, and the rows of numbers that its
/// weights meet. Columns are in the order of the weights of one output channel.
class Product {
public:
  /// Nothing if the weights of `op` have other parameters than zero point 0, or
  /// meet their inputs in a way that the interface does not describe.
  static std::optional<Product> match(Operation *op);

  OpOperand &activation() const { return op->getOpOperand(activationIndex); }
  /// The name of its result, or another one that is its own.
  const std::string &name() const { return label; }
  void setName(size_t index, llvm::StringSet<> &others) {
    label = ptq::getTensorName(op->getResult(0)).str();
    if (label.empty() || !others.insert(label).second)
      label = "#" + std::to_string(index);
  }
  /// What was measured of a product of this name and these limits is the same.
  using Key = std::tuple<std::string, float, float>;
  Key key() const { return {label, least, most}; }
  void takeFrom(const Product &other) {
    moments = other.moments;
    sums = other.sums;
  }
  /// Adds rows of `values`, the activation in sample number `sample` of
  /// `samples`.
  void add(const float *values, size_t sample, size_t samples);
  /// Replaces the weights and the bias.
  void round();

private:
  bool isDepthwise() const {
    return llvm::is_contained(layout.outputs, *layout.input);
  }
  void fillRow(const float *values, int64_t position, int64_t group);
  void clipRow();
  size_t countPositions() const;
  void setBias(ArrayRef<double> shifts);

  Operation *op = nullptr;
  std::string label;
  unsigned activationIndex = 0, weightIndex = 0;
  std::optional<unsigned> biasIndex;
  ptq::WeightLayout layout;
  SmallVector<int64_t> input, weight, result;
  /// The dimensions of the weight over which a column runs.
  SmallVector<int64_t> columnDims;
  /// One for each input channel of a depthwise convolution, else one.
  std::vector<InputMoments> moments;
  /// The sums of what `moments` saw before it was clipped.
  std::vector<std::vector<double>> sums;
  std::vector<float> row;
  /// What the integers of the activation can hold: the weights meet what is
  /// left of the others.
  float least = -HUGE_VALF, most = HUGE_VALF;
  double step = 0;
};
} // namespace

/// A float network that shows its products' inputs, and what was seen of them.
class quantc::MeasuredInputs {
public:
  /// Measures what is not known yet of `products`, which belong to `module`.
  llvm::Error measure(ModuleOp module, std::vector<Product> &products,
                      const Profile &profile);

private:
  llvm::Error compile(ModuleOp module);

  const Profile *measured = nullptr;
  std::map<Product::Key, Product> known;
  std::unique_ptr<Model> model;
  /// The names of the products that the model shows, and who takes what it
  /// shows; in its order.
  std::vector<std::string> names;
  std::vector<Product *> takers;
  size_t sample = 0, samples = 0;
};

std::shared_ptr<MeasuredInputs> quantc::createMeasuredInputs() {
  return std::make_shared<MeasuredInputs>();
}

static bool hasZeroPoint0(quant::QuantizedType type) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return llvm::all_of(perAxis.getZeroPoints(),
                        [](int64_t zeroPoint) { return zeroPoint == 0; });
  return cast<quant::UniformQuantizedType>(type).getZeroPoint() == 0;
}

std::optional<Product> Product::match(Operation *op) {
  auto interface = dyn_cast<ptq::QuantizableOpInterface>(op);
  if (!interface || op->getNumResults() != 1)
    return std::nullopt;
  Product product;
  product.op = op;
  std::optional<unsigned> activation, weight;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
    ptq::OperandRole role = interface.getOperandRole(i);
    if (role == ptq::OperandRole::Activation)
      activation = i;
    else if (role == ptq::OperandRole::Weight)
      weight = i;
    else if (role == ptq::OperandRole::Bias)
      product.biasIndex = i;
  }
  if (!activation || !weight)
    return std::nullopt;
  product.activationIndex = *activation;
  product.weightIndex = *weight;
  auto rounded = op->getOperand(*weight).getDefiningOp<ptq::FakeQuantOp>();
  if (!rounded || rounded->hasAttr(ptq::kFrozenAttr) ||
      !ptq::isConstant(rounded.getInput()) ||
      !hasZeroPoint0(cast<quant::QuantizedType>(rounded.getQuantizedType())))
    return std::nullopt;
  product.layout = interface.getWeightLayout(*weight);
  if (!product.layout.window || !product.layout.input)
    return std::nullopt;
  auto shapeOf = [](Value value) {
    return llvm::to_vector(cast<RankedTensorType>(value.getType()).getShape());
  };
  product.input = shapeOf(op->getOperand(*activation));
  product.weight = shapeOf(op->getOperand(*weight));
  product.result = shapeOf(op->getResult(0));
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
  if (auto read = product.activation().get().getDefiningOp<ptq::FakeQuantOp>())
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

void Product::round() {
  auto rounded = op->getOperand(weightIndex).getDefiningOp<ptq::FakeQuantOp>();
  std::optional<SmallVector<float>> values = ptq::getFloats(rounded.getInput());
  auto type = cast<quant::QuantizedType>(rounded.getQuantizedType());
  if (!values || moments.front().rows() == 0)
    return;
  std::optional<int64_t> axis = ptq::getQuantizedAxis(type);
  // The elements of each output channel, in the order of columns.
  size_t outputs = layout.getOutputChannels(weight);
  std::vector<std::vector<size_t>> elements(outputs);
  SmallVector<int64_t> strides = computeStrides(weight);
  for (size_t i = 0; i < values->size(); ++i) {
    size_t column = 0;
    for (int64_t dim : columnDims)
      column = column * weight[dim] + i / strides[dim] % weight[dim];
    auto &list = elements[layout.getOutput(weight, i)];
    list.resize(row.size());
    list[column] = i;
  }
  std::vector<double> shifts(outputs);
  std::vector<double> channel(row.size());
  size_t perGroup = outputs / moments.size();
  for (auto [group, moment] : llvm::enumerate(moments)) {
    Compensation compensation(moment);
    for (size_t o = group * perGroup; o < (group + 1) * perGroup; ++o) {
      for (auto [column, i] : llvm::enumerate(elements[o]))
        channel[column] = (*values)[i];
      size_t first = elements[o].front();
      AffineParams params = ptq::getAffineParams(
          type, axis ? first / strides[*axis] % weight[*axis] : 0);
      compensation.round(channel.data(), params.scale, params.storage);
      for (auto [column, i] : llvm::enumerate(elements[o])) {
        double real = channel[column] * params.scale;
        double clipped = moment.mean(column);
        // What is lost to outliers is not put on all others.
        double mean = std::clamp(sums[group][column] / moment.rows(),
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
  op->setOperand(weightIndex, ptq::FakeQuantOp::create(
                                  builder, rounded.getLoc(), constant, type));
  setBias(shifts);
}

/// Takes away the mean error that is left, unless a policy wants the bias as it
/// is.
void Product::setBias(ArrayRef<double> shifts) {
  auto wanted = op->getAttrOfType<BoolAttr>(ptq::kBiasCorrectionAttr);
  if (!biasIndex || (wanted && !wanted.getValue()))
    return;
  Value bias = op->getOperand(*biasIndex);
  std::optional<SmallVector<float>> values = ptq::getFloats(bias);
  if (!values || !bias.getDefiningOp<tosa::ConstOp>())
    return;
  if (values->size() == 1)
    values->resize(shifts.size(), values->front());
  if (values->size() != shifts.size())
    return;
  for (auto [value, shift] : llvm::zip_equal(*values, shifts))
    value -= shift;
  OpBuilder builder(op);
  auto type =
      RankedTensorType::get({int64_t(values->size())}, builder.getF32Type());
  op->setOperand(*biasIndex,
                 ptq::createFloatConstantLike(builder, bias, type, *values));
}

static std::vector<Product> findProducts(ModuleOp module) {
  std::vector<Product> products;
  llvm::StringSet<> names;
  for (Operation &op : getNetwork(module).getBody().front())
    if (std::optional<Product> product = Product::match(&op)) {
      product->setName(products.size(), names);
      products.push_back(std::move(*product));
    }
  return products;
}

namespace {
class CompensateWeights
    : public PassWrapper<CompensateWeights, OperationPass<ModuleOp>> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CompensateWeights)

  explicit CompensateWeights(const QuantizeOptions &options)
      : profile(options.profile), profilePath(options.profilePath),
        measured(options.measured ? options.measured : createMeasuredInputs()) {
  }

  StringRef getName() const override { return "CompensateWeights"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registerAllDialects(registry);
  }
  void runOnOperation() override {
    // Only constants change.
    markAnalysesPreserved<ptq::Quantizability>();
    if (llvm::Error error = compensate()) {
      if (!error.isA<DiagnosedError>())
        getOperation().emitError(llvm::toString(std::move(error)));
      else
        llvm::consumeError(std::move(error));
      signalPassFailure();
    }
  }

private:
  llvm::Error compensate();

  std::shared_ptr<const Profile> profile;
  std::string profilePath;
  std::shared_ptr<MeasuredInputs> measured;
};
} // namespace

llvm::Error MeasuredInputs::compile(ModuleOp module) {
  OwningOpRef<ModuleOp> copy = module.clone();
  std::vector<Product> products = findProducts(*copy);
  for (auto [index, product] : llvm::enumerate(products)) {
    OpOperand &use = product.activation();
    OpBuilder builder(use.getOwner());
    use.set(ptq::ObserveOp::create(builder, use.getOwner()->getLoc(), use.get(),
                                   std::to_string(index)));
  }
  std::vector<std::string> all;
  for (const Product &product : products)
    all.push_back(product.name());
  PassManager pm(copy->getContext());
  populateFloatPipeline(pm);
  if (failed(pm.run(*copy)))
    return llvm::make_error<DiagnosedError>();
  names.clear();
  copy->walk([&](ptq::ObserveOp op) {
    names.push_back(all[std::stoul(op.getName().str())]);
  });
  // Code for any CPU of the kind, so that the weights do not depend on this
  // one.
  llvm::Expected<TargetDescription> target =
      describeTarget(llvm::sys::getProcessTriple(), "", "");
  if (!target)
    return target.takeError();
  if (llvm::Error error = generateCode(*copy, {*target, "model"}))
    return error;
  return Model::fromModule(*copy, *target,
                           [this](uint32_t index, const float *values, size_t) {
                             if (Product *taker = takers[index])
                               taker->add(values, sample, samples);
                           })
      .moveInto(model);
}

llvm::Error MeasuredInputs::measure(ModuleOp module,
                                    std::vector<Product> &products,
                                    const Profile &profile) {
  if (measured != &profile) {
    known.clear();
    model = nullptr;
  }
  measured = &profile;
  std::map<std::string, Product *> wanted;
  for (Product &product : products)
    if (auto it = known.find(product.key()); it != known.end())
      product.takeFrom(it->second);
    else
      wanted[product.name()] = &product;
  if (wanted.empty())
    return llvm::Error::success();
  bool shows = model && llvm::all_of(wanted, [&](const auto &entry) {
                 return llvm::is_contained(names, entry.first);
               });
  if (!shows)
    if (llvm::Error error = compile(module))
      return error;
  takers.clear();
  for (const std::string &name : names) {
    auto it = wanted.find(name);
    takers.push_back(it == wanted.end() ? nullptr : it->second);
  }
  samples = profile.samples.size();
  sample = 0;
  for (const SampleSet::Sample *inputs : profile.samples.samples()) {
    llvm::Expected<std::vector<Array>> outputs = model->runKept(*inputs);
    if (!outputs)
      return outputs.takeError();
    ++sample;
  }
  for (auto [name, product] : wanted)
    known.insert_or_assign(product->key(), *product);
  return llvm::Error::success();
}

llvm::Error CompensateWeights::compensate() {
  if (!profile && !profilePath.empty()) {
    llvm::Expected<Profile> loaded = Profile::load(profilePath);
    if (!loaded)
      return loaded.takeError();
    profile = std::make_shared<Profile>(std::move(*loaded));
  }
  func::FuncOp network = getNetwork(getOperation());
  bool wanted = network && network->hasAttr(ptq::kWeightRoundingAttr);
  for (auto func : getOperation().getOps<func::FuncOp>())
    func->removeAttr(ptq::kWeightRoundingAttr);
  if (!wanted || !profile || profile->samples.empty())
    return llvm::Error::success();
  std::vector<Product> products = findProducts(getOperation());
  if (products.empty())
    return llvm::Error::success();
  if (llvm::Error error = measured->measure(getOperation(), products, *profile))
    return error;
  for (Product &product : products)
    product.round();
  return llvm::Error::success();
}

std::unique_ptr<Pass>
quantc::createCompensateWeights(const QuantizeOptions &options) {
  return std::make_unique<CompensateWeights>(options);
}
