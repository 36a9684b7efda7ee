//===- JIT.cpp - Networks in the JIT -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loads the object file that Emit makes; there is no other code generator here,
// so what runs is what ships.
//
//===----------------------------------------------------------------------===//

#include "Observe.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"

using namespace quantc;
namespace orc = llvm::orc;

namespace {
/// A model whose code lives as long as the JIT.
class JITModel : public Model {
public:
  static llvm::Expected<std::unique_ptr<Model>>
  create(ModelInterface interface, llvm::StringRef object,
         const TargetDescription &host, Observer observer) {
    std::unique_ptr<JITModel> model(new JITModel);
    model->info = std::move(interface);
    model->observer = std::move(observer);
    if (llvm::Error error = model->load(object, host))
      return error;
    if (llvm::Error error = model->allocateArena())
      return error;
    return model;
  }

private:
  llvm::Error load(llvm::StringRef object, const TargetDescription &host) {
    orc::JITTargetMachineBuilder machine{llvm::Triple(host.triple)};
    machine.setCPU(host.cpu);
    auto created = orc::LLJITBuilder()
                       .setJITTargetMachineBuilder(std::move(machine))
                       .create();
    if (!created)
      return created.takeError();
    jit = std::move(*created);
    orc::SymbolMap symbols;
    symbols[jit->mangleAndIntern(kObserveFunction)] = {
        orc::ExecutorAddr::fromPtr(&observeTrampoline),
        llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    if (llvm::Error error = jit->getMainJITDylib().define(
            orc::absoluteSymbols(std::move(symbols))))
      return error;
    auto buffer =
        llvm::MemoryBuffer::getMemBufferCopy(object, info.name + ".o");
    if (llvm::Error error = jit->addObjectFile(std::move(buffer)))
      return error;
    auto address = jit->lookup(info.name + "_run");
    if (!address)
      return address.takeError();
    entry = address->toPtr<RunFn>();
    return llvm::Error::success();
  }

  std::unique_ptr<orc::LLJIT> jit;
};
} // namespace

llvm::Expected<std::unique_ptr<Model>>
Model::fromModule(mlir::ModuleOp module, const TargetDescription &host,
                  Observer observer) {
  mlir::FailureOr<ModelInterface> interface = getInterface(module);
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream stream(object);
  if (failed(interface) || failed(emit(module, host, EmitKind::Object, stream)))
    return llvm::createStringError("cannot emit the network for the host");
  return JITModel::create(std::move(*interface), stream.str(), host,
                          std::move(observer));
}
