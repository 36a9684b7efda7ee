//===- SharedLibrary.cpp - Networks in shared libraries -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loads a library and the manifest beside it. The library holds a manifest of
// its own (NAME_manifest), which the one beside it has to agree with: a library
// that is run with the arena or the tensors of another would write anywhere.
//
//===----------------------------------------------------------------------===//

#include "quantc/Execution/Model.h"

#include "quantc/Support/InputFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/FileSystem.h"

using namespace quantc;

/// Fails unless the file is a complete library, as far as its headers tell. The
/// system's loader would map a truncated one and crash.
static llvm::Error checkLibrary(llvm::StringRef path) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      readInputFile(path);
  if (!buffer)
    return buffer.takeError();
  auto object =
      llvm::object::ObjectFile::createObjectFile((*buffer)->getMemBufferRef());
  if (object)
    return llvm::Error::success();
  return llvm::createFileError(
      path, llvm::createStringError("not a library, or damaged: " +
                                    llvm::toString(object.takeError())));
}

/// Reads the manifest beside a library.
static llvm::Expected<ModelInterface> readManifest(llvm::StringRef path) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      readInputFile(path);
  if (!buffer)
    return buffer.takeError();
  llvm::Expected<ModelInterface> interface =
      parseManifest((*buffer)->getBuffer());
  if (!interface)
    return llvm::createFileError(path, interface.takeError());
  return interface;
}

namespace {
/// A model whose code lives in a library that stays open as long as the model.
class LibraryModel : public Model {
public:
  /// `interface` was read from the file `manifestPath`.
  static llvm::Expected<std::unique_ptr<Model>>
  create(ModelInterface interface, const std::string &path,
         llvm::StringRef manifestPath) {
    std::unique_ptr<LibraryModel> model(new LibraryModel);
    std::string reason;
    model->library =
        llvm::sys::DynamicLibrary::getLibrary(path.c_str(), &reason);
    if (!model->library.isValid())
      return llvm::createStringError("cannot load '" + path + "': " + reason);
    auto *own =
        static_cast<const char *>(model->find(interface.name + "_manifest"));
    model->entry =
        reinterpret_cast<RunFn>(model->find(interface.name + "_run"));
    if (!own || !model->entry)
      return llvm::createStringError(
          "'" + path + "' has no symbols '" + interface.name + "_run' and '" +
          interface.name +
          "_manifest'; it was made by another version of quantc, or the "
          "manifest is that of another library");
    llvm::Expected<ModelInterface> compiled = parseManifest(own);
    if (!compiled)
      return compiled.takeError();
    if (!(*compiled == interface))
      return llvm::createStringError(
          "'" + manifestPath + "' does not describe '" + path +
          "': inputs, outputs or arena differ from those in the library; "
          "compile the network again");
    model->info = std::move(interface);
    if (llvm::Error error = model->allocateArena())
      return error;
    return model;
  }

  ~LibraryModel() override {
    if (library.isValid())
      llvm::sys::DynamicLibrary::closeLibrary(library);
  }

private:
  void *find(const std::string &symbol) {
    return library.getAddressOfSymbol(symbol.c_str());
  }

  llvm::sys::DynamicLibrary library;
};
} // namespace

llvm::Expected<std::unique_ptr<Model>>
Model::fromSharedLibrary(llvm::StringRef libraryPath,
                         llvm::StringRef manifestPath) {
  if (llvm::Error error = checkLibrary(libraryPath))
    return error;
  llvm::Expected<ModelInterface> interface = readManifest(manifestPath);
  if (!interface)
    return interface.takeError();
  // If the path has no folder, the loader would search the folders of the
  // system.
  llvm::SmallString<128> path(libraryPath);
  if (std::error_code code = llvm::sys::fs::make_absolute(path))
    return llvm::createFileError(libraryPath, code);
  return LibraryModel::create(std::move(*interface), std::string(path),
                              manifestPath);
}
