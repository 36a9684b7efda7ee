//===- NetworkReport.h - What became of each operation -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Describes a network between stages: which operations are integer and which
/// are float, and with which parameters tensors are quantized.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_NETWORKREPORT_H
#define QUANTC_DRIVER_NETWORKREPORT_H

#include "quantc/Dialect/PTQ/Transforms/Policy.h"
#include "quantc/Numerics/Contract.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace quantc {

/// One operation that computes, constants excluded.
struct OperationReport {
  std::string kind;     // "tosa.conv2d"
  std::string tensor;   // name of its result, possibly empty
  std::string location; // as MLIR prints it
  bool integer = false; // no operand and no result has float elements
};

/// One quantized tensor: real = (q - zeroPoint) * scale, per channel if there
/// are several scales.
struct QuantizedTensorReport {
  std::string name;
  std::vector<int64_t> shape;
  unsigned bits = 8;
  std::vector<double> scales;
  std::vector<int64_t> zeroPoints;
  int64_t axis = -1; // of the scales, or -1
};

struct NetworkReport {
  std::vector<OperationReport> operations;
  std::vector<QuantizedTensorReport> tensors;
  /// The size of the float constants after simplification; 0 if the network
  /// came in as integers.
  int64_t floatWeightBytes = 0;
  /// Of the constants that the compiled network reads.
  int64_t weightBytes = 0;
  /// How the network was quantized; nullopt if it was not.
  std::optional<ptq::Policy> policy;
  /// Whose integers a quantized network gives; nullopt for others.
  std::optional<Contract> contract;

  size_t integerOperations() const;
  size_t floatOperations() const {
    return operations.size() - integerOperations();
  }
  /// Adds the keys "operations", "quantized_tensors", "float_weight_bytes" and
  /// "weight_bytes", and "contract" and "policy" of a quantized network.
  void addTo(llvm::json::Object &manifest) const;
};

/// `op`, or nothing if it computes nothing: a constant, a cast, a terminator.
std::optional<OperationReport> reportOperation(mlir::Operation *op);

/// The parameters of a tensor, or nothing if it is not quantized.
std::optional<QuantizedTensorReport> reportTensor(mlir::Value value);

/// The operations of the network, as it goes into code generation.
std::vector<OperationReport> reportOperations(mlir::ModuleOp module);

/// The tensors with `!quant.uniform` elements, as after the stage Quantize.
std::vector<QuantizedTensorReport>
reportQuantizedTensors(mlir::ModuleOp module);

/// `policy` with the default scheme spelled out, unless the network brings
/// schemes of its own. The network is the one that was read.
ptq::Policy spellOut(ptq::Policy policy, mlir::ModuleOp network);

/// The contract of the network after the stage Quantize.
Contract reportContract(mlir::ModuleOp module);

/// Bytes of the float constants, each counted once: what the weights of the
/// network take before quantization.
int64_t countFloatWeightBytes(mlir::ModuleOp module);

/// Bytes of all constants, each counted once, in the types in which they are
/// stored: two numbers of four bits share a byte.
int64_t countWeightBytes(mlir::ModuleOp module);

} // namespace quantc

#endif // QUANTC_DRIVER_NETWORKREPORT_H
