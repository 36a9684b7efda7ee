//===- TFLite.h - Reading .tflite files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_IMPORT_TFLITE_H
#define QUANTC_IMPORT_TFLITE_H

#include "quantc/Import/ImportOptions.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/Support/MemoryBufferRef.h"

namespace quantc {

/// The network in the TFLite file `file` as one public function of float TOSA,
/// with quant.qcast and quant.dcast where the file is quantized. The buffer's
/// identifier is the path in locations. Nothing in the file is trusted. Null
/// after diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> importTFLite(llvm::MemoryBufferRef file,
                                               const ImportOptions &options,
                                               mlir::MLIRContext &context);

} // namespace quantc

#endif // QUANTC_IMPORT_TFLITE_H
