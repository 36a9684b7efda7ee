//===- Model.h - Running compiled networks -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Runs networks in this process. The code of a network is the object code that
/// `Emit` writes, loaded by LLVM's JIT linker, or a shared library that was
/// compiled before.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_EXECUTION_MODEL_H
#define QUANTC_EXECUTION_MODEL_H

#include "quantc/Emit/Emit.h"

#include <functional>
#include <memory>

namespace quantc {

/// Receives the values of observed tensors: index (as numbered in the module),
/// data, count.
using Observer = std::function<void(uint32_t, const float *, size_t)>;

/// A network ready to run. Not thread-safe: the model owns one arena.
class Model {
public:
  /// Emits an object for the host from a module in the LLVM dialect and loads
  /// it.
  static llvm::Expected<std::unique_ptr<Model>>
  fromModule(mlir::ModuleOp module, const TargetDescription &host,
             Observer observer = {});
  /// Loads a shared library and its manifest (`model.so` beside `model.json`).
  /// Fails if the manifest is not that of the library.
  static llvm::Expected<std::unique_ptr<Model>>
  fromSharedLibrary(llvm::StringRef libraryPath, llvm::StringRef manifestPath);

  virtual ~Model();
  const ModelInterface &interface() const { return info; }
  /// Runs once. `inputs` have exactly the types and shapes of the interface.
  llvm::Expected<std::vector<Array>> run(llvm::ArrayRef<Array> inputs);
  /// The same for a sample that a profile keeps, which is not trusted: fails
  /// unless it has the types and shapes of the interface and is finite.
  llvm::Expected<std::vector<Array>> runKept(llvm::ArrayRef<Array> sample);
  /// Runs on raw buffers, as NAME_run does.
  int runRaw(const void *const *inputs, void *const *outputs);

protected:
  Model() = default;
  /// Allocates the arena that `info` asks for.
  llvm::Error allocateArena();

  struct ArenaDeleter {
    void operator()(void *memory) const;
  };
  using RunFn = int (*)(const void *const *, void *const *, void *);

  ModelInterface info;
  Observer observer;
  RunFn entry = nullptr;
  std::unique_ptr<void, ArenaDeleter> arena;
};

} // namespace quantc

#endif // QUANTC_EXECUTION_MODEL_H
