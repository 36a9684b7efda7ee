//===- SharedLibrary.cpp - Networks in shared libraries -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loads a library and the manifest that describes it.
//
//===----------------------------------------------------------------------===//

#include "quantc/Execution/Model.h"

#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace quantc;

namespace {
/// A model whose code lives in a library that stays open as long as the model.
class LibraryModel : public Model {
public:
  static llvm::Expected<std::unique_ptr<Model>> create(ModelInterface interface,
                                                       llvm::StringRef path) {
    std::unique_ptr<LibraryModel> model(new LibraryModel);
    model->info = std::move(interface);
    std::string reason;
    model->library =
        llvm::sys::DynamicLibrary::getLibrary(path.str().c_str(), &reason);
    if (!model->library.isValid())
      return llvm::createStringError("cannot load '" + path + "': " + reason);
    std::string symbol = model->info.name + "_run";
    model->entry = reinterpret_cast<RunFn>(
        model->library.getAddressOfSymbol(symbol.c_str()));
    if (!model->entry)
      return llvm::createStringError(
          "'" + path + "' has no symbol '" + symbol +
          "'; is the manifest that of another library?");
    if (llvm::Error error = model->allocateArena())
      return error;
    return model;
  }

  ~LibraryModel() override {
    if (library.isValid())
      llvm::sys::DynamicLibrary::closeLibrary(library);
  }

private:
  llvm::sys::DynamicLibrary library;
};
} // namespace

llvm::Expected<std::unique_ptr<Model>>
Model::fromSharedLibrary(llvm::StringRef libraryPath,
                         llvm::StringRef manifestPath) {
  auto manifest = llvm::MemoryBuffer::getFile(manifestPath, /*IsText=*/true);
  if (!manifest)
    return llvm::createStringError(
        manifest.getError(), "cannot read manifest '" + manifestPath + "'");
  llvm::Expected<ModelInterface> interface =
      parseManifest((*manifest)->getBuffer());
  if (!interface)
    return llvm::createStringError(
        "'" + manifestPath + "': " + llvm::toString(interface.takeError()));
  return LibraryModel::create(std::move(*interface), libraryPath);
}
