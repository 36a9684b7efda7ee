//===- CompensateWeights.cpp - Rounding with known inputs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompensateWeights.h"
#include "CompensatedProduct.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Quantizability.h"
#include "quantc/Execution/Model.h"
#include "quantc/InitAllDialects.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/Errors.h"

#include "llvm/TargetParser/Host.h"

#include <map>

using namespace mlir;
using namespace quantc;

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

static std::vector<Product> findProducts(ModuleOp module) {
  std::vector<Product> products;
  llvm::StringSet<> names;
  for (Operation &op : getNetwork(module).getBody().front())
    for (Product &product : Product::findAll(&op)) {
      product.setName(products.size(), names);
      products.push_back(std::move(product));
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
  for (auto [index, product] : llvm::enumerate(products))
    product.observe(std::to_string(index));
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
