//===- FunctionWriter.h - Functions around the network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Writes functions of the object that call NAME_run, such as NAME_selftest and
/// NAME_step, in the LLVM dialect.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EMIT_FUNCTIONWRITER_H
#define QUANTC_LIB_EMIT_FUNCTIONWRITER_H

#include "quantc/Support/Npz.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace quantc {

/// Return values of the functions of an object, as the header documents them.
enum class ObjectStatus : int32_t {
  Ok = 0,
  NullArgument = 1,
  Misaligned = 3,
  Mismatch = 4
};

/// Writes one public function of `module` that takes pointers and returns a
/// status.
class FunctionWriter {
public:
  FunctionWriter(mlir::ModuleOp module, llvm::StringRef name,
                 unsigned pointers);

  mlir::Value argument(unsigned number) { return function.getArgument(number); }
  mlir::LLVM::LLVMFuncOp getFunction() { return function; }
  mlir::Value i32(int64_t value);
  mlir::Value i64(int64_t value);
  /// The address `bytes` behind `base`.
  mlir::Value offset(mlir::Value base, mlir::Value bytes);
  /// The address of a private constant called `name` that holds the array.
  mlir::Value embed(const llvm::Twine &name, const Array &array);
  /// An array of these pointers on the stack.
  mlir::Value makePointerArray(llvm::ArrayRef<mlir::Value> pointers);
  /// Element `index` of an array of pointers.
  mlir::Value loadPointer(mlir::Value array, int32_t index);

  void returnIf(mlir::Value condition, mlir::Value status);
  void returnIfNull(mlir::Value address, ObjectStatus status);
  void returnIfNonZero(mlir::Value value, mlir::Value status);
  /// Returns Misaligned if `address` is no multiple of `alignment`.
  void returnIfMisaligned(mlir::Value address, int64_t alignment);
  void returnStatus(ObjectStatus status);

  /// Writes a loop over the indices below `count`, which computes byte =
  /// body(index, byte) from a byte that is 0 at first. Returns the last byte.
  mlir::Value
  foldBytes(int64_t count,
            llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> body);
  /// Writes a loop that stores byte = body(index) at each index below `bytes`.
  void storeBytes(mlir::Value target, int64_t bytes,
                  llvm::function_ref<mlir::Value(mlir::Value)> body);
  mlir::Value loadByte(mlir::Value base, mlir::Value index);
  /// Copies `bytes` bytes, which do not overlap.
  void copy(mlir::Value target, mlir::Value source, int64_t bytes);

  /// Calls `callee`, which returns a status.
  mlir::Value call(mlir::LLVM::LLVMFuncOp callee,
                   llvm::ArrayRef<mlir::Value> arguments);

  mlir::OpBuilder builder;
  mlir::Location loc;

private:
  mlir::ModuleOp module;
  mlir::Type pointer;
  mlir::LLVM::LLVMFuncOp function;
};

} // namespace quantc

#endif // QUANTC_LIB_EMIT_FUNCTIONWRITER_H
