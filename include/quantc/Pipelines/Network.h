//===- Network.h - Reading and checking networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// How a network enters quantc: an ONNX, TFLite or MLIR file is read, and then
/// checked for everything that the passes assume. So invalid input is reported
/// here, with a location, and does not make a pass fail.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_PIPELINES_NETWORK_H
#define QUANTC_PIPELINES_NETWORK_H

#include "quantc/Import/ImportOptions.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/Support/Error.h"

namespace quantc {

/// A failure whose cause was already reported through MLIR's diagnostics: there
/// is nothing left to print.
class DiagnosedError : public llvm::ErrorInfo<DiagnosedError> {
public:
  static char ID;
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;
};

/// An error with a message. A short form of LLVM's own function.
llvm::Error makeError(const llvm::Twine &message);

/// The file formats of networks.
enum class NetworkFormat { MLIR, Onnx, TFLite };

/// The format of the file `path` whose first bytes are `bytes`, or nothing if
/// it is not a network. The contents decide: "TFL3" at byte 4, MLIR's magic
/// number, or the tag of the first field of an ONNX model. If the contents are
/// none of these, the extension decides, so that the right reader reports the
/// fault. Otherwise a file of text is taken for MLIR.
std::optional<NetworkFormat> detectFormat(llvm::StringRef bytes,
                                          llvm::StringRef path);

/// Reads `path` ("-" is standard input) in any format and checks it with
/// `verifyNetwork`. Operations that exporters leave in MLIR files are first
/// converted to TOSA on float32 and signless integers, where TOSA has a
/// counterpart. Resources become ordinary constants. Null after diagnostics.
mlir::OwningOpRef<mlir::ModuleOp>
loadNetwork(llvm::StringRef path, mlir::MLIRContext &context,
            const ImportOptions &options = {});

/// Writes a network so that `loadNetwork` reads the same back, names included:
/// MLIR bytecode if `path` ends in .mlirbc, else text. Weights become
/// resources, which are not printed among the operations.
llvm::Error saveNetwork(mlir::ModuleOp module, llvm::StringRef path);

/// True if `op` belongs to the dialects that a network consists of, or returns
/// its results. Other operations came from an incomplete conversion.
bool isNetworkOp(mlir::Operation *op);

/// Checks that the module holds one public function with a body, made of TOSA,
/// ptq and quant operations on tensors of static shape. Every violation is an
/// error at its location.
mlir::LogicalResult verifyNetwork(mlir::ModuleOp module);

/// Checks that no tensor has more than `maxBytes` bytes, and that all splat
/// constants together have not more. This limits the memory that a small file
/// can need. Reports the first violation.
mlir::LogicalResult verifySizes(mlir::ModuleOp module, uint64_t maxBytes);

/// Checks that no float constant contains NaN or infinity, which quantization
/// parameters cannot represent. Reports every such constant.
mlir::LogicalResult verifyFiniteConstants(mlir::ModuleOp module);

/// The network of a verified module: its public function.
mlir::func::FuncOp getNetwork(mlir::ModuleOp module);

/// True if no tensor of the network has float elements.
bool isIntegerNetwork(mlir::ModuleOp module);

/// True if the network brings quantization parameters of activations, so that
/// it can be quantized without calibration: it was quantized elsewhere
/// (quant.qcast, quant.dcast) or trained with ptq.fake_quant. Weights with
/// parameters alone do not count.
bool carriesParameters(mlir::ModuleOp module);

/// True if the network says itself how it is quantized: it carries parameters,
/// or brings a scheme (`ptq.scheme`) that quantizes and needs no data.
bool comesQuantized(mlir::ModuleOp module);

/// Replaces resources by ordinary constants, because the passes read the values
/// of constants.
void inlineResources(mlir::ModuleOp module);

} // namespace quantc

#endif // QUANTC_PIPELINES_NETWORK_H
