//===- Emit.cpp - Object files and their forms -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Chooses between the forms of machine code. Everything is made in memory; only
// a shared library needs another program, the linker.
//
//===----------------------------------------------------------------------===//

#include "quantc/Emit/Emit.h"
#include "Link.h"
#include "Optimize.h"

#include "quantc/Support/ObserveFunction.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace quantc;

using ObjectBytes = SmallVector<char, 0>;

/// An archive with the object as its only member.
static llvm::Error writeArchive(StringRef name, const ObjectBytes &object,
                                const llvm::Triple &triple,
                                llvm::raw_pwrite_stream &os) {
  std::string member = name.str() + ".o";
  llvm::NewArchiveMember file(
      llvm::MemoryBufferRef(StringRef(object.data(), object.size()), member));
  auto kind = triple.isOSDarwin()    ? llvm::object::Archive::K_DARWIN
              : triple.isOSWindows() ? llvm::object::Archive::K_COFF
                                     : llvm::object::Archive::K_GNU;
  auto archive = llvm::writeArchiveToBuffer(
      {std::move(file)}, llvm::SymtabWritingMode::NormalSymtab, kind,
      /*Deterministic=*/true, /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  os << (*archive)->getBuffer();
  return llvm::Error::success();
}

/// True for names that the linker of some target defines itself.
static bool isLinkerSymbol(StringRef name) {
  return llvm::is_contained({"_GLOBAL_OFFSET_TABLE_", "_gp_disp",
                             "__gnu_local_gp", ".TOC.", "__memory_base",
                             "__table_base", "__stack_pointer",
                             "__indirect_function_table", "__linear_memory"},
                            name);
}

/// Functions that the object wants from a library, other than the observer that
/// the JIT provides.
static std::string listUndefinedSymbols(StringRef object) {
  auto file = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(object, "object"));
  if (!file) {
    llvm::consumeError(file.takeError());
    return "";
  }
  SmallVector<std::string> names;
  for (const llvm::object::SymbolRef &symbol : (*file)->symbols()) {
    uint32_t flags = llvm::cantFail(symbol.getFlags());
    if (!(flags & llvm::object::SymbolRef::SF_Undefined))
      continue;
    StringRef name = llvm::cantFail(symbol.getName());
    if (!name.empty() && name != kObserveFunction && !isLinkerSymbol(name))
      names.push_back(name.str());
  }
  return llvm::join(names, ", ");
}

/// Embeds the manifest into a shared library, so that a program that loads the
/// library need not trust a file beside it.
static void embedManifest(llvm::Module &module, const ModelInterface &interface,
                          const TargetDescription &target) {
  std::string text =
      llvm::formatv("{0}", llvm::json::Value(makeManifest(interface, target)));
  llvm::Constant *bytes = llvm::ConstantDataArray::getString(
      module.getContext(), text, /*AddNull=*/true);
  new llvm::GlobalVariable(module, bytes->getType(), /*isConstant=*/true,
                           llvm::GlobalValue::ExternalLinkage, bytes,
                           interface.name + "_manifest");
}

/// Everything after translation; diagnostics are the caller's.
static llvm::Error emitModule(llvm::Module &module,
                              llvm::TargetMachine &machine, StringRef name,
                              EmitKind kind, llvm::raw_pwrite_stream &os,
                              std::string &undefined) {
  optimize(module, machine);
  if (kind == EmitKind::LLVM) {
    module.print(os, nullptr);
    return llvm::Error::success();
  }
  if (kind == EmitKind::Assembly)
    return writeMachineCode(module, machine,
                            llvm::CodeGenFileType::AssemblyFile, os);

  ObjectBytes object;
  llvm::raw_svector_ostream objectStream(object);
  if (llvm::Error error = writeMachineCode(
          module, machine, llvm::CodeGenFileType::ObjectFile, objectStream))
    return error;
  undefined = listUndefinedSymbols(StringRef(object.data(), object.size()));
  switch (kind) {
  case EmitKind::StaticLibrary:
    return writeArchive(name, object, machine.getTargetTriple(), os);
  case EmitKind::SharedLibrary:
    return linkSharedLibrary(StringRef(object.data(), object.size()), name,
                             machine.getTargetTriple(), os);
  default:
    os << StringRef(object.data(), object.size());
    return llvm::Error::success();
  }
}

LogicalResult quantc::emit(ModuleOp module, const TargetDescription &target,
                           EmitKind kind, llvm::raw_pwrite_stream &os) {
  FailureOr<ModelInterface> interface = getInterface(module);
  if (failed(interface))
    return failure();
  auto machine = createTargetMachine(target);
  if (!machine)
    return module.emitError(llvm::toString(machine.takeError()));
  llvm::LLVMContext context;
  // Without a handler, LLVM prints errors of a backend and ends the process.
  std::string refusal;
  context.setDiagnosticHandlerCallBack(
      [](const llvm::DiagnosticInfo *info, void *text) {
        auto &refusal = *static_cast<std::string *>(text);
        if (info->getSeverity() != llvm::DS_Error || !refusal.empty())
          return;
        llvm::raw_string_ostream os(refusal);
        llvm::DiagnosticPrinterRawOStream printer(os);
        info->print(printer);
      },
      &refusal);
  std::unique_ptr<llvm::Module> llvmModule =
      translate(module, context, **machine, target);
  if (!llvmModule)
    return failure();
  if (kind == EmitKind::SharedLibrary)
    embedManifest(*llvmModule, *interface, target);
  std::string undefined;
  if (llvm::Error error = emitModule(*llvmModule, **machine, interface->name,
                                     kind, os, undefined))
    return module.emitError(llvm::toString(std::move(error)));
  if (!refusal.empty())
    return module.emitError()
           << "LLVM cannot compile the network for target " << target.triple
           << " with CPU '" << target.cpu << "': " << refusal
           << "; choose another target, CPU or features";
  if (!undefined.empty())
    module.emitWarning() << "target " << target.triple << " with CPU '"
                         << target.cpu
                         << "' computes part of the network in functions of "
                            "the compiler's runtime library; "
                            "choose a CPU that has these operations, or link "
                            "libgcc or compiler-rt for: "
                         << undefined;
  return success();
}
