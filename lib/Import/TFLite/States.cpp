//===- States.cpp - Tensors that are kept from run to run -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Resource variables (VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE) and variable
/// tensors. A network has no memory: what it reads before it writes is an input
/// and what it wrote last an output, with the type and the parameters that the
/// file has for it.
///
//===----------------------------------------------------------------------===//

#include "Session.h"
#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"

#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// The reals (or integers) in which a run starts, nullopt if no one says.
static std::optional<SmallVector<double>> getInitialReals(const State &state) {
  SmallVector<double> reals;
  if (const Array *known = state.initial.known.get()) {
    for (int64_t i = 0, e = known->elementCount(); i < e; ++i)
      reals.push_back(host::getReal(*known, i));
    return reals;
  }
  const Tensor *constant = state.initial.constant;
  if (!constant || !isQuantizedType(constant->type))
    return std::nullopt;
  QuantizationParams params = getParams(*constant);
  for (int64_t code : readIntegers(*constant))
    reals.push_back((code - params.zeroPoints.front()) * params.scales.front());
  return reals;
}

/// Gives the network an input for `state`, which is `tensor` to its reader.
static LogicalResult addInput(Session &session, State &state,
                              const Tensor &tensor) {
  NetworkBuilder &b = session.b;
  SmallVector<int64_t> shape = tensor.shape;
  // A reader need not know the shape of what was assigned.
  if (state.initialTensor)
    shape = state.initial.known ? SmallVector<int64_t>(ArrayRef<int64_t>(
                                      state.initial.known->shape))
                                : state.initialTensor->shape;
  Value value;
  if (isQuantizedType(tensor.type)) {
    value = b.addQuantizedInput(state.name, shape, getParams(tensor));
  } else if (Type element = getElementType(b, tensor.type)) {
    RankedTensorType type = b.getType(shape, element);
    value = type ? b.addInput(state.name, type) : Value();
  } else {
    b.emitError() << "the state '" << llvm::json::fixUTF8(state.name)
                  << "' is of type " << getTypeName(tensor.type)
                  << ", which is not supported; convert the network with "
                     "states of float32 or int8";
  }
  if (!value)
    return failure();
  if (std::optional<SmallVector<double>> reals = getInitialReals(state)) {
    auto type = RankedTensorType::get(shape, b.getBuilder().getF64Type());
    bool isSplat = llvm::all_equal(*reals);
    b.setInputAttribute(
        b.getNumInputs() - 1, ptq::kInitialAttr,
        DenseElementsAttr::get(type, ArrayRef<double>(*reals).take_front(
                                         isSplat ? 1 : reals->size())));
  }
  state.input = b.getNumInputs() - 1;
  session.inputStates.push_back(&state);
  state.tensor = &tensor;
  state.current.value = value;
  return success();
}

/// What `state` holds now, for an operator to which it is `tensor`.
static FailureOr<TensorSlot> readState(Session &session, State &state,
                                       const Tensor &tensor) {
  if (state.current.isEmpty()) {
    // Nothing changes it: it is the constant that it is initialized with.
    bool isFixed = !state.isAssigned && state.initialTensor;
    if (isFixed)
      state.current = state.initial;
    else if (failed(addInput(session, state, tensor)))
      return failure();
    if (isFixed)
      state.tensor = state.initialTensor;
    // Quantized constants are reals behind their parameters.
    if (isFixed && isQuantizedType(tensor.type) && state.initial.known) {
      state.current = TensorSlot();
      state.current.value = session.b.quantizeDequantize(
          session.b.hostConstant(*state.initial.known, state.name),
          getParams(tensor));
      if (!state.current.value)
        return failure();
    }
  }
  if (failed(checkSame(session.b, state.current, *state.tensor, tensor,
                       "is read as")))
    return failure();
  return state.current;
}

/// The tensors that the operators of `network` write for the next run.
static llvm::DenseSet<int32_t> findWritten(const Session &session,
                                           const Network &network) {
  llvm::DenseSet<int32_t> written;
  for (const Operator &op : network.operators) {
    written.insert(op.outputs.begin(), op.outputs.end());
    if (hasOwnState(op.code) &&
        (!computesSequence(op.code) ||
         session.sequenceStates != SequenceStates::Zero))
      for (int32_t input : op.inputs)
        if (input >= 0 && network.tensors[input].isVariable)
          written.insert(input);
  }
  return written;
}

FailureOr<TensorSlot> tflite::readVariableTensor(Session &session,
                                                 const Network &network,
                                                 const Tensor &tensor) {
  auto [it, isNew] = session.variableTensors.try_emplace(&tensor);
  State &state = it->second;
  if (isNew) {
    state.name = getTensorName(tensor);
    auto [written, isFirst] = session.written.try_emplace(&network);
    if (isFirst)
      written->second = findWritten(session, network);
    state.isAssigned = written->second.contains(tensor.index);
    // The runtime starts with the number 0.
    std::optional<ElementType> type = getHostType(tensor.type);
    state.initialTensor = &tensor;
    state.initial.known = std::make_shared<const Array>(
        Array::zeros(type ? *type : ElementType::Float32, tensor.shape));
  }
  return readState(session, state, tensor);
}

void tflite::keepVariableTensors(Session &session, TensorValues &values) {
  const std::vector<Tensor> &tensors = values.network.tensors;
  auto it = session.variableTensors.lower_bound(tensors.data());
  auto end =
      session.variableTensors.lower_bound(tensors.data() + tensors.size());
  for (; it != end; ++it)
    if (!it->second.current.isEmpty())
      if (FailureOr<TensorSlot> slot = values.getSlot(it->first->index);
          succeeded(slot))
        it->second.current = *slot;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// The container and the name of a variable.
static std::pair<std::string, std::string> getVariable(const Operator &op) {
  const auto *options = op.flat->options_as_VarHandle();
  auto get = [](const flatbuffers::String *string) {
    return string ? string->str() : std::string();
  };
  if (!options)
    return {};
  return {get(options->container()), get(options->shared_name())};
}

/// Finds the variables that operators outside of CALL_ONCE's subgraphs assign.
static AssignedVariables findAssigned(const Model &model) {
  AssignedVariables result;
  llvm::SmallBitVector once(model.subgraphs.size());
  for (const Network &network : model.subgraphs)
    for (const Operator &op : network.operators)
      if (op.code == schema::Code_CALL_ONCE)
        for (int32_t subgraph : getReferredSubgraphs(op))
          if (subgraph >= 0 && size_t(subgraph) < once.size())
            once.set(subgraph);
  for (auto [number, network] : llvm::enumerate(model.subgraphs)) {
    if (once.test(number))
      continue;
    llvm::DenseMap<int32_t, const Operator *> handles;
    for (const Operator &op : network.operators)
      if (op.code == schema::Code_VAR_HANDLE && op.outputs.size() == 1)
        handles[op.outputs.front()] = &op;
    for (const Operator &op : network.operators) {
      if (op.code != schema::Code_ASSIGN_VARIABLE || op.inputs.empty())
        continue;
      // A handle from elsewhere may be any variable's.
      if (const Operator *handle = handles.lookup(op.inputs.front()))
        result.names.insert(getVariable(*handle));
      else
        result.all = true;
    }
  }
  return result;
}

static LogicalResult importVarHandle(Node &node) {
  if (!node.getFlat().options_as_VarHandle())
    return node.refuseMissingOptions();
  if (node.getOutput().type != schema::TensorType_RESOURCE)
    return node.emitError() << "makes '" << getTensorName(node.getOutput())
                            << "', which is no resource";
  std::pair<std::string, std::string> variable = getVariable(node.getOp());
  auto [it, isNew] = node.session.variables.try_emplace(variable);
  State &state = it->second;
  if (isNew) {
    state.name = variable.second.empty() ? getTensorName(node.getOutput())
                                         : variable.second;
    std::optional<AssignedVariables> &assigned = node.session.assigned;
    if (!assigned)
      assigned = findAssigned(node.session.model);
    state.isAssigned = assigned->all || assigned->names.count(variable);
  }
  TensorSlot slot;
  slot.state = &state;
  return node.setSlot(0, slot, node.getOutput());
}

/// The variable that input 0 refers to.
static FailureOr<State *> getState(Node &node) {
  FailureOr<TensorSlot> slot = node.getSlot(0);
  if (failed(slot))
    return failure();
  if (!slot->state)
    return node.emitError() << "takes '" << getTensorName(node.getInput(0))
                            << "', which is no variable of VAR_HANDLE";
  return slot->state;
}

static LogicalResult importReadVariable(Node &node) {
  FailureOr<State *> state = getState(node);
  if (failed(state))
    return failure();
  if (node.session.initializing)
    return node.emitError() << "reads a variable while variables are "
                               "initialized, which is not supported";
  FailureOr<TensorSlot> slot =
      readState(node.session, **state, node.getOutput());
  if (failed(slot))
    return failure();
  return node.setSlot(0, *slot, *(*state)->tensor);
}

static LogicalResult importAssignVariable(Node &node) {
  FailureOr<State *> found = getState(node);
  node.getKnown(1); // So that the slot of a constant has its elements.
  FailureOr<TensorSlot> slot = node.getSlot(1);
  if (failed(found) || failed(slot))
    return failure();
  State &state = **found;
  const Tensor &tensor = node.getInput(1);
  if (node.session.initializing) {
    if (!slot->known && !slot->constant)
      return node.emitError()
             << "initializes a variable with '" << getTensorName(tensor)
             << "', which is not a constant";
    state.initial = *slot;
    state.initialTensor = &tensor;
    return success();
  }
  if (state.tensor &&
      failed(checkSame(node.b, *slot, tensor, *state.tensor, "is assigned to")))
    return failure();
  if (!state.tensor)
    state.tensor = &tensor;
  state.current = *slot;
  return success();
}

//===----------------------------------------------------------------------===//
// The network's outputs
//===----------------------------------------------------------------------===//

/// The reals or integers that `state` holds at the end of a run.
static Value getLast(Session &session, const State &state) {
  const TensorSlot &slot = state.current;
  if (slot.value)
    return slot.value;
  if (slot.known)
    return session.b.hostConstant(*slot.known, state.name);
  return buildConstant(session.b, *slot.constant);
}

LogicalResult tflite::addStateOutputs(Session &session,
                                      llvm::StringSet<> &names) {
  NetworkBuilder &b = session.b;
  auto text = [&](StringRef string) {
    return b.getBuilder().getStringAttr(llvm::json::fixUTF8(string));
  };
  for (const State *kept : session.inputStates) {
    const State &state = *kept;
    std::string base = state.name + "_next", name = base;
    for (unsigned i = 1; !names.insert(name).second; ++i)
      name = base + "_" + std::to_string(i);
    b.setNode(state.name);
    Value last = getLast(session, state);
    if (!last)
      return failure();
    if (failed(isQuantizedType(state.tensor->type)
                   ? b.addQuantizedOutput(name, last, getParams(*state.tensor))
                   : b.addOutput(name, last)))
      return failure();
    b.setOutputAttribute(b.getNumOutputs() - 1, ptq::kStateAttr,
                         text(b.getInputName(*state.input)));
    b.setInputAttribute(*state.input, ptq::kStateAttr, text(name));
  }
  return success();
}

ArrayRef<Handler> tflite::getStateHandlers() {
  static constexpr Handler kHandlers[] = {
      {schema::Code_ASSIGN_VARIABLE, 1, 2, 2, 0, importAssignVariable},
      {schema::Code_READ_VARIABLE, 1, 1, 1, 1, importReadVariable},
      {schema::Code_VAR_HANDLE, 1, 0, 0, 1, importVarHandle},
  };
  return kHandlers;
}
