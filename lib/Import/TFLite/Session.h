//===- Session.h - One import of a TFLite file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_SESSION_H
#define QUANTC_LIB_IMPORT_TFLITE_SESSION_H

#include "Importer.h"

#include "llvm/ADT/DenseSet.h"

#include <map>
#include <set>

namespace quantc::tflite {

/// A tensor that the network keeps from one run to the next: a resource
/// variable, or a tensor that the file calls variable. It becomes an input of
/// the network, which holds what the last run left, and an output, which holds
/// what the next run shall find.
struct State {
  /// Of the input; the output is "<name>_next".
  std::string name;
  /// Type, shape and parameters, once an operator has shown them.
  const Tensor *tensor = nullptr;
  /// The number of the network's input for it, if it has one.
  std::optional<unsigned> input;
  /// Whether a run may change it.
  bool isAssigned = false;
  /// What it holds where the import has come to. Empty before the first
  /// operator reads or assigns it.
  TensorSlot current;
  /// What the file assigns before the first run, and the tensor there.
  TensorSlot initial;
  const Tensor *initialTensor = nullptr;
};

/// Variables, by container and name, that a run may assign.
struct AssignedVariables {
  std::set<std::pair<std::string, std::string>> names;
  /// It is not known which: all may be.
  bool all = false;
};

/// What the subgraphs of one import share.
struct Session {
  Session(const Model &model, size_t subgraph, SequenceStates sequenceStates,
          NetworkBuilder &b)
      : model(model), subgraph(subgraph), sequenceStates(sequenceStates), b(b) {
  }

  const Model &model;
  /// The subgraph that is the network.
  const size_t subgraph;
  const SequenceStates sequenceStates;
  NetworkBuilder &b;
  /// Bytes of all tensors that were computed here.
  size_t knownBytes = 0;
  /// Tensors of all subgraphs that were called.
  size_t numTensors = 0;
  /// Operators imported so far; one counts as often as it is called.
  size_t numOperators = 0;
  /// Subgraphs that call each other at the moment.
  unsigned depth = 0;
  /// True while the subgraphs of CALL_ONCE are imported.
  bool initializing = false;

  /// By container and name.
  std::map<std::pair<std::string, std::string>, State> variables;
  /// Tensors with `isVariable`.
  std::map<const Tensor *, State> variableTensors;
  /// Found when the first variable is met.
  std::optional<AssignedVariables> assigned;
  /// The tensors that operators of a subgraph write for the next run, where
  /// that was asked.
  llvm::DenseMap<const Network *, llvm::DenseSet<int32_t>> written;
  /// Reals that stand for constants of another type of the file.
  llvm::DenseMap<mlir::Value, schema::TensorType> constantTypes;
  /// Those that are inputs, in the order of these.
  llvm::SmallVector<State *> inputStates;
};

/// What `tensor` of `network`, which has `isVariable`, holds now.
mlir::FailureOr<TensorSlot> readVariableTensor(Session &session,
                                               const Network &network,
                                               const Tensor &tensor);

/// After the operators of a subgraph: its variable tensors hold what was
/// written last.
void keepVariableTensors(Session &session, TensorValues &values);

/// Adds an output for every state that is an input, under a name that is not in
/// `names`.
mlir::LogicalResult addStateOutputs(Session &session, llvm::StringSet<> &names);

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_SESSION_H
