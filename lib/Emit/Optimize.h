//===- Optimize.h - LLVM IR for a target -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The part of emission that works on LLVM IR: translation out of MLIR, the
/// optimization pipeline and machine code. Private to Emit.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EMIT_OPTIMIZE_H
#define QUANTC_LIB_EMIT_OPTIMIZE_H

#include "quantc/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>

namespace quantc {

/// LLVM's description of the machine for position-independent code at the
/// highest optimization level.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const TargetDescription &target);

/// Translates a module in the LLVM dialect and prepares it for the machine;
/// null after a diagnostic.
std::unique_ptr<llvm::Module> translate(mlir::ModuleOp module,
                                        llvm::LLVMContext &context,
                                        llvm::TargetMachine &machine,
                                        const TargetDescription &target);

/// Runs the O3 pipeline with no library function available.
void optimize(llvm::Module &module, llvm::TargetMachine &machine);

/// Writes an object or assembly file.
llvm::Error writeMachineCode(llvm::Module &module, llvm::TargetMachine &machine,
                             llvm::CodeGenFileType type,
                             llvm::raw_pwrite_stream &os);

} // namespace quantc

#endif // QUANTC_LIB_EMIT_OPTIMIZE_H
