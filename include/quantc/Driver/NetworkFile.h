//===- NetworkFile.h - Reading and writing networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// How a network enters quantc: an ONNX, TFLite or MLIR file is read, and then
/// checked (quantc/Pipelines/Network.h).
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_NETWORKFILE_H
#define QUANTC_DRIVER_NETWORKFILE_H

#include "quantc/Import/ImportOptions.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <optional>

namespace quantc {

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

/// The same for a file that is in memory; `path` is its name.
mlir::OwningOpRef<mlir::ModuleOp>
loadNetwork(std::unique_ptr<llvm::MemoryBuffer> file, llvm::StringRef path,
            mlir::MLIRContext &context, const ImportOptions &options = {});

/// Writes a network so that `loadNetwork` reads the same back, names included:
/// MLIR bytecode if `path` ends in .mlirbc, else text. Weights become
/// resources, which are not printed among the operations.
llvm::Error saveNetwork(mlir::ModuleOp module, llvm::StringRef path);

} // namespace quantc

#endif // QUANTC_DRIVER_NETWORKFILE_H
