//===- Manifest.cpp - The JSON manifest of a model -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes and reads the machine-readable twin of the header.
//
//===----------------------------------------------------------------------===//

#include "quantc/Emit/Emit.h"
#include "quantc/Support/Json.h"

#include "llvm/Support/MathExtras.h"

using namespace quantc;
namespace json = llvm::json;

/// The version of the manifest's layout. It is raised when existing readers
/// would misread a new layout.
static constexpr int64_t manifestVersion = 1;

static json::Array writeTensors(const std::vector<TensorInfo> &tensors) {
  json::Array list;
  for (const TensorInfo &tensor : tensors) {
    json::Object object{{"name", json::fixUTF8(tensor.name)},
                        {"type", stringify(tensor.type)},
                        {"shape", json::Array(tensor.shape)}};
    if (tensor.scale) {
      object["scale"] = *tensor.scale;
      object["zero_point"] = tensor.zeroPoint;
    }
    if (!tensor.alias.empty())
      object["alias"] = json::fixUTF8(tensor.alias);
    if (!tensor.state.empty())
      object["state"] = json::fixUTF8(tensor.state);
    if (!tensor.initial.empty())
      object["initial"] = json::Array(tensor.initial);
    list.push_back(std::move(object));
  }
  return list;
}

static json::Object writeStep(const StepInterface &step) {
  json::Array states = writeTensors(step.states);
  for (auto [state, offset] : llvm::zip_equal(states, step.offsets))
    (*state.getAsObject())["offset"] = offset;
  return json::Object{{"inputs", writeTensors(step.inputs)},
                      {"outputs", writeTensors(step.outputs)},
                      {"state", json::Object{{"bytes", step.stateBytes},
                                             {"alignment", step.stateAlignment},
                                             {"tensors", std::move(states)}}},
                      {"arena_bytes", step.arenaBytes},
                      {"warmup_steps", step.warmupSteps}};
}

json::Object quantc::makeManifest(const ModelInterface &interface,
                                  const TargetDescription &target) {
  json::Object symbols{{"run", interface.name + "_run"}};
  if (interface.selftest)
    symbols["selftest"] = interface.name + "_selftest";
  if (interface.step) {
    symbols["step"] = interface.name + "_step";
    symbols["reset"] = interface.name + "_reset";
  }
  json::Object manifest{
      {"quantc_manifest", manifestVersion},
      {"name", interface.name},
      {"symbols", std::move(symbols)},
      {"inputs", writeTensors(interface.inputs)},
      {"outputs", writeTensors(interface.outputs)},
      {"arena", json::Object{{"bytes", interface.arenaBytes},
                             {"alignment", interface.arenaAlignment},
                             {"lower_bound", interface.arenaLowerBound}}},
      {"target", json::Object{{"triple", target.triple},
                              {"cpu", target.cpu},
                              {"features", target.features}}}};
  if (interface.step)
    manifest["step"] = writeStep(*interface.step);
  return manifest;
}

bool TensorInfo::operator==(const TensorInfo &other) const {
  return name == other.name && type == other.type && shape == other.shape &&
         scale == other.scale && zeroPoint == other.zeroPoint &&
         alias == other.alias && state == other.state &&
         initial == other.initial;
}

bool StepInterface::operator==(const StepInterface &other) const {
  return inputs == other.inputs && outputs == other.outputs &&
         states == other.states && offsets == other.offsets &&
         stateBytes == other.stateBytes &&
         stateAlignment == other.stateAlignment &&
         arenaBytes == other.arenaBytes && warmupSteps == other.warmupSteps;
}

bool ModelInterface::operator==(const ModelInterface &other) const {
  return name == other.name && inputs == other.inputs &&
         outputs == other.outputs && arenaBytes == other.arenaBytes &&
         arenaAlignment == other.arenaAlignment &&
         arenaLowerBound == other.arenaLowerBound &&
         selftest == other.selftest && step == other.step;
}

/// The product saturates, because a manifest may be damaged.
static size_t countElements(const std::vector<int64_t> &shape) {
  size_t count = 1;
  for (int64_t size : shape)
    count = llvm::SaturatingMultiply(count, static_cast<size_t>(size));
  return count;
}

static bool readTensors(const json::Object &manifest, llvm::StringRef key,
                        std::vector<TensorInfo> &tensors, json::Path path) {
  const json::Array *list = manifest.getArray(key);
  if (!list) {
    path.report("expected an array of tensors");
    return false;
  }
  for (size_t i = 0; i < list->size(); ++i) {
    TensorInfo info;
    std::string type;
    json::ObjectMapper mapper((*list)[i], path.index(i));
    if (!mapper || !mapper.map("name", info.name) ||
        !mapper.map("type", type) || !mapper.map("shape", info.shape) ||
        !mapper.mapOptional("scale", info.scale) ||
        !mapper.mapOptional("zero_point", info.zeroPoint) ||
        !mapper.mapOptional("alias", info.alias) ||
        !mapper.mapOptional("state", info.state) ||
        !mapper.mapOptional("initial", info.initial))
      return false;
    std::optional<ElementType> element = parseElementType(type);
    if (!element || llvm::any_of(info.shape, [](int64_t d) { return d < 0; })) {
      path.index(i).report("unknown element type or negative dimension");
      return false;
    }
    info.type = *element;
    if (size_t count = info.initial.size();
        count > 1 && count != countElements(info.shape)) {
      path.index(i).report("expected one initial value, or one per element");
      return false;
    }
    tensors.push_back(std::move(info));
  }
  return true;
}

static bool readStep(const json::Object &object, StepInterface &step,
                     json::Path path) {
  const json::Object *state = object.getObject("state");
  if (!state) {
    path.field("state").report("expected the block of states");
    return false;
  }
  json::Path tensors = path.field("state").field("tensors");
  if (!readTensors(object, "inputs", step.inputs, path.field("inputs")) ||
      !readTensors(object, "outputs", step.outputs, path.field("outputs")) ||
      !readTensors(*state, "tensors", step.states, tensors))
    return false;
  for (const json::Value &tensor : *state->getArray("tensors"))
    step.offsets.push_back(
        tensor.getAsObject()->getInteger("offset").value_or(-1));
  step.stateBytes = state->getInteger("bytes").value_or(-1);
  step.stateAlignment = state->getInteger("alignment").value_or(-1);
  step.arenaBytes = object.getInteger("arena_bytes").value_or(-1);
  step.warmupSteps = object.getInteger("warmup_steps").value_or(-1);
  return true;
}

static bool readInterface(const json::Value &value, ModelInterface &interface,
                          json::Path path) {
  const json::Object *manifest = value.getAsObject();
  if (!manifest || manifest->getInteger("quantc_manifest") != manifestVersion) {
    path.report("expected a manifest of this version of quantc");
    return false;
  }
  json::ObjectMapper mapper(value, path);
  if (!mapper.map("name", interface.name))
    return false;
  const json::Object *symbols = manifest->getObject("symbols");
  interface.selftest = symbols && symbols->get("selftest");
  if (const json::Object *arena = manifest->getObject("arena")) {
    interface.arenaBytes = arena->getInteger("bytes").value_or(-1);
    interface.arenaAlignment = arena->getInteger("alignment").value_or(0);
    interface.arenaLowerBound = arena->getInteger("lower_bound").value_or(0);
  }
  if (interface.arenaBytes < 0 || interface.arenaAlignment <= 0 ||
      !llvm::isPowerOf2_64(interface.arenaAlignment)) {
    path.field("arena").report("expected bytes and alignment of the arena");
    return false;
  }
  if (const json::Object *step = manifest->getObject("step")) {
    interface.step.emplace();
    if (!readStep(*step, *interface.step, path.field("step")))
      return false;
  }
  return readTensors(*manifest, "inputs", interface.inputs,
                     path.field("inputs")) &&
         readTensors(*manifest, "outputs", interface.outputs,
                     path.field("outputs"));
}

llvm::Expected<ModelInterface> quantc::parseManifest(llvm::StringRef text) {
  llvm::Expected<json::Value> value = parseJson(text);
  if (!value)
    return value.takeError();
  ModelInterface interface;
  json::Path::Root root("manifest");
  if (!readInterface(*value, interface, root))
    return root.getError();
  return interface;
}
