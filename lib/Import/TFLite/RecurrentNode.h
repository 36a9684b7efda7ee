//===- RecurrentNode.h - What recurrent operators share -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportTFLite: inputs, weights and states of the operators
/// that become recurrent layers.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_RECURRENTNODE_H
#define QUANTC_LIB_IMPORT_TFLITE_RECURRENTNODE_H

#include "Importer.h"

namespace quantc::tflite {

/// The scheme of kernels that quantize the rows of their inputs, with a zero
/// point if `asymmetric` is set.
llvm::StringRef getRowScheme(bool asymmetric);

/// What the directions of a bidirectional operator read, as [T, N, size].
struct DirectionInputs {
  mlir::Value forward, backward;
  /// Read by both beside that; null if there is no such input.
  mlir::Value auxiliary;
};

/// An operator with a state, which computes one step or a sequence.
class RecurrentNode {
public:
  explicit RecurrentNode(Node &node) : node(node), b(node.b) {}

  Node &node;
  NetworkBuilder &b;
  int64_t steps = 1, batch = 0;

  /// Fails for operators that compute in integers.
  mlir::LogicalResult checkTypes() const;
  /// Input `i` as [steps, batch, size], whose first two sizes this sets; null
  /// after an error. `timeMajor` is what the file says of a sequence, and
  /// nothing if the operator computes one step.
  mlir::Value readSequence(unsigned i, std::optional<bool> timeMajor);
  /// The inputs of a bidirectional operator, the second of which is input
  /// `auxiliary`. It is what the second direction reads, unless there is input
  /// `weights`, which belongs to it.
  mlir::FailureOr<DirectionInputs>
  readDirections(bool timeMajor, unsigned auxiliary, unsigned weights);
  /// Input `i`, which the errors call `what`, of `shape`. Null after an error.
  mlir::Value get(unsigned i, llvm::StringRef what,
                  llvm::ArrayRef<int64_t> shape);
  /// The same for one that need not be there. Null without an error then.
  mlir::FailureOr<mlir::Value> find(unsigned i, llvm::StringRef what,
                                    llvm::ArrayRef<int64_t> shape);
  /// The rows of one matrix, or elements of one list, for each of `inputs`, all
  /// of `shape`, joined; zeros for an input that is not there if `isOptional`
  /// says so for its place. Null after an error.
  mlir::Value join(llvm::ArrayRef<unsigned> inputs, llvm::StringRef what,
                   llvm::ArrayRef<int64_t> shape, bool isFirstOptional = false);
  /// The columns of both matrices. Integers become the reals they stand for.
  mlir::Value joinColumns(mlir::Value left, mlir::Value right);
  /// What the variable tensor that is input `i` holds: null if it is 0, failure
  /// after an error.
  mlir::FailureOr<mlir::Value> readState(unsigned i, llvm::StringRef what,
                                         llvm::ArrayRef<int64_t> shape);
  /// Gives the layer that has the result `result` the scheme of its kernel, if
  /// its weights are the file's integers. The kernel quantizes the rows of what
  /// is multiplied, with a zero point if `asymmetric` is set. If the layer has
  /// no such form, or nothing is said, integers are multiplied as floats, and a
  /// remark says so.
  void chooseScheme(mlir::Value result, std::optional<bool> asymmetric);
  /// The fused activation; failure after an error.
  mlir::FailureOr<ptq::Activation>
  getActivation(schema::Activation activation) const;
  /// The sequence [T, N, H] in the layout of the file, or the one step of it.
  mlir::Value toFile(mlir::Value sequence);
  /// Fails unless a bidirectional operator has two outputs, or one if it
  /// `merges`.
  mlir::LogicalResult checkDirections(bool merges) const;
  /// Ends a bidirectional operator, whose outputs were checked.
  mlir::LogicalResult setDirections(mlir::Value forward, mlir::Value backward,
                                    bool merges);

private:
  mlir::Value getHybrid(unsigned i);
  mlir::LogicalResult checkShape(unsigned i, llvm::StringRef what,
                                 llvm::ArrayRef<int64_t> found,
                                 llvm::ArrayRef<int64_t> shape) const;

  std::optional<bool> timeMajor;
};

/// UNIDIRECTIONAL_SEQUENCE_LSTM with int8 inputs.
mlir::LogicalResult importIntegerLSTM(Node &node, ptq::Activation activation,
                                      std::optional<float> cellClip,
                                      bool timeMajor);

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_RECURRENTNODE_H
