//===- Interface.cpp - Read the interface from a module -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The reader of the attributes that Codegen leaves on the module.
//
//===----------------------------------------------------------------------===//

#include "quantc/Emit/Emit.h"
#include "quantc/Target/ModuleAttributes.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace quantc;

static std::optional<ElementType> convertElementType(Type type,
                                                     bool isUnsigned) {
  if (type.isF16())
    return ElementType::Float16;
  if (type.isF32())
    return ElementType::Float32;
  if (type.isF64())
    return ElementType::Float64;
  if (!type.isInteger())
    return std::nullopt;
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return ElementType::Bool;
  case 8:
    return isUnsigned ? ElementType::UInt8 : ElementType::Int8;
  case 16:
    return isUnsigned ? ElementType::UInt16 : ElementType::Int16;
  case 32:
    return isUnsigned ? ElementType::UInt32 : ElementType::Int32;
  case 64:
    return isUnsigned ? ElementType::UInt64 : ElementType::Int64;
  default:
    return std::nullopt;
  }
}

static std::optional<TensorInfo> readTensor(DictionaryAttr tensor) {
  auto name = tensor.getAs<StringAttr>(attrs::name);
  auto type = tensor.getAs<TypeAttr>(attrs::type);
  auto shaped = type ? dyn_cast<RankedTensorType>(type.getValue()) : nullptr;
  if (!name || !shaped || !shaped.hasStaticShape())
    return std::nullopt;
  std::optional<ElementType> element = convertElementType(
      shaped.getElementType(), tensor.contains(attrs::isUnsigned));
  if (!element)
    return std::nullopt;
  TensorInfo info;
  info.name = name.str();
  info.type = *element;
  info.shape = shaped.getShape().vec();
  if (auto scale = tensor.getAs<FloatAttr>(attrs::scale))
    info.scale = scale.getValueAsDouble();
  if (auto zeroPoint = tensor.getAs<IntegerAttr>(attrs::zeroPoint))
    info.zeroPoint = zeroPoint.getInt();
  if (auto alias = tensor.getAs<StringAttr>(attrs::alias))
    info.alias = alias.str();
  if (auto state = tensor.getAs<StringAttr>(attrs::state))
    info.state = state.str();
  if (auto initial = tensor.getAs<DenseFPElementsAttr>(attrs::initial)) {
    if (!initial.getElementType().isF64() ||
        initial.getNumElements() != shaped.getNumElements())
      return std::nullopt;
    if (initial.isSplat())
      info.initial = {initial.getSplatValue<double>()};
    else
      llvm::append_range(info.initial, initial.getValues<double>());
  }
  return info;
}

static bool readTensors(DictionaryAttr interface, StringRef key,
                        std::vector<TensorInfo> &tensors) {
  auto list = interface.getAs<ArrayAttr>(key);
  if (!list)
    return false;
  for (Attribute element : list) {
    auto tensor = dyn_cast<DictionaryAttr>(element);
    std::optional<TensorInfo> info = tensor ? readTensor(tensor) : std::nullopt;
    if (!info)
      return false;
    tensors.push_back(std::move(*info));
  }
  return true;
}

Array quantc::makeInitial(const TensorInfo &tensor) {
  Array array = Array::zeros(tensor.type, tensor.shape);
  auto fill = [&](auto elements) {
    using T = typename decltype(elements)::value_type;
    for (auto [index, element] : llvm::enumerate(elements)) {
      double value = tensor.initial[tensor.initial.size() == 1 ? 0 : index];
      if constexpr (std::is_floating_point_v<T>) {
        element = static_cast<T>(value);
      } else {
        if (tensor.scale)
          value = std::nearbyint(value / *tensor.scale) + tensor.zeroPoint;
        element = static_cast<T>(
            std::clamp(value, double(std::numeric_limits<T>::min()),
                       double(std::numeric_limits<T>::max())));
      }
    }
  };
  switch (tensor.type) {
  case ElementType::Bool:
  case ElementType::UInt8:
    fill(array.as<uint8_t>());
    break;
  case ElementType::Int8:
    fill(array.as<int8_t>());
    break;
  case ElementType::Int16:
    fill(array.as<int16_t>());
    break;
  case ElementType::Int32:
    fill(array.as<int32_t>());
    break;
  case ElementType::Float32:
    fill(array.as<float>());
    break;
  case ElementType::Float64:
    fill(array.as<double>());
    break;
  default: // No network has states of other types.
    break;
  }
  return array;
}

static std::optional<StepInterface> readStep(DictionaryAttr attribute) {
  StepInterface step;
  auto offsets = attribute.getAs<DenseI64ArrayAttr>(attrs::offsets);
  if (!readTensors(attribute, attrs::inputs, step.inputs) ||
      !readTensors(attribute, attrs::outputs, step.outputs) ||
      !readTensors(attribute, attrs::states, step.states) || !offsets ||
      offsets.size() != int64_t(step.states.size()))
    return std::nullopt;
  llvm::append_range(step.offsets, offsets.asArrayRef());
  const std::pair<StringRef, int64_t *> numbers[] = {
      {attrs::bytes, &step.stateBytes},
      {attrs::alignment, &step.stateAlignment},
      {attrs::stepArena, &step.arenaBytes},
      {attrs::warmup, &step.warmupSteps}};
  for (auto [key, number] : numbers) {
    auto value = attribute.getAs<IntegerAttr>(key);
    if (!value)
      return std::nullopt;
    *number = value.getInt();
  }
  return step;
}

FailureOr<ModelInterface> quantc::getInterface(ModuleOp module) {
  ModelInterface result;
  auto interface = module->getAttrOfType<DictionaryAttr>(attrs::interface);
  auto name = interface ? interface.getAs<StringAttr>(attrs::name) : nullptr;
  if (!name || !readTensors(interface, attrs::inputs, result.inputs) ||
      !readTensors(interface, attrs::outputs, result.outputs))
    return module.emitError()
           << "the module has no well-formed '"
           << attrs::
                  interface << "' attribute; compile the network with the codegen pipeline first";
  result.name = name.str();
  if (auto arena = module->getAttrOfType<DictionaryAttr>(attrs::arena)) {
    auto get = [&](StringRef key, int64_t fallback) {
      auto value = arena.getAs<IntegerAttr>(key);
      return value ? value.getInt() : fallback;
    };
    result.arenaBytes = get(attrs::bytes, result.arenaBytes);
    result.arenaAlignment = get(attrs::alignment, result.arenaAlignment);
    result.arenaLowerBound = get(attrs::lowerBound, result.arenaLowerBound);
  }
  result.selftest = module->hasAttr(attrs::selftest);
  if (auto step = module->getAttrOfType<DictionaryAttr>(attrs::step)) {
    result.step = readStep(step);
    if (!result.step)
      return module.emitError()
             << "the module's '" << attrs::step << "' attribute is malformed";
  }
  return result;
}
