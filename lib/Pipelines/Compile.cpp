//===- Compile.cpp - From a network to files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Pipelines/Compile.h"
#include "quantc/Pipelines/Version.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace quantc;

std::optional<OutputKind> quantc::parseOutputKind(StringRef name) {
  return llvm::StringSwitch<std::optional<OutputKind>>(name)
      .Case("obj", OutputKind::Object)
      .Case("asm", OutputKind::Assembly)
      .Case("llvm", OutputKind::LLVM)
      .Case("mlir", OutputKind::MLIR)
      .Case("static-lib", OutputKind::StaticLibrary)
      .Case("shared-lib", OutputKind::SharedLibrary)
      .Default(std::nullopt);
}

std::string quantc::nameFromPath(StringRef path) {
  std::string name = llvm::sys::path::stem(path).str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(name.begin(), '_');
  return name == "_" ? "model" : name;
}

static EmitKind toEmitKind(OutputKind kind) {
  switch (kind) {
  case OutputKind::Object:
    return EmitKind::Object;
  case OutputKind::Assembly:
    return EmitKind::Assembly;
  case OutputKind::LLVM:
    return EmitKind::LLVM;
  case OutputKind::StaticLibrary:
    return EmitKind::StaticLibrary;
  case OutputKind::SharedLibrary:
    return EmitKind::SharedLibrary;
  case OutputKind::MLIR:
    break;
  }
  llvm_unreachable("MLIR is printed, not emitted");
}

namespace {
/// A file to write and its contents.
struct Output {
  std::string path;
  std::string contents;
  bool executable = false;
};
} // namespace

/// Writes all of `outputs` or none: each file gets its name only when every
/// one after it has been written.
static llvm::Error writeAll(ArrayRef<Output> outputs) {
  if (outputs.empty())
    return llvm::Error::success();
  const Output &first = outputs.front();
  unsigned mode = llvm::sys::fs::all_read | llvm::sys::fs::all_write;
  if (first.executable)
    mode |= llvm::sys::fs::all_exe;
  return writeFileAtomically(
      first.path,
      [&](llvm::raw_pwrite_stream &os) {
        os << first.contents;
        return writeAll(outputs.drop_front());
      },
      mode);
}

static std::string replaceExtension(StringRef path, StringRef extension) {
  llvm::SmallString<128> result(path);
  llvm::sys::path::replace_extension(result, extension);
  return result.str().str();
}

/// The manifest: what the object's caller needs, then what became of the
/// network.
static std::string makeManifestText(const CompileResult &result,
                                    const CompilerOptions &options) {
  llvm::json::Object manifest =
      makeManifest(result.interface, options.codegen.target);
  manifest["quantc_version"] = getVersion();
  manifest["llvm_version"] = getLLVMVersion();
  manifest["rounding"] = stringifyRounding(options.quantize.rounding);
  manifest["integer_operations"] = int64_t(result.report.integerOperations());
  manifest["float_operations"] = int64_t(result.report.floatOperations());
  result.report.addTo(manifest);
  return llvm::formatv("{0:2}\n", llvm::json::Value(std::move(manifest)));
}

/// Runs the stages before Codegen, collecting the report on the way.
static llvm::Error lowerAndReport(ModuleOp module,
                                  const CompilerOptions &options,
                                  NetworkReport &report) {
  return lowerToStage(
      module, Stage::Lower, options, [&](Stage now, ModuleOp current) {
        if (now == Stage::Simplify)
          report.floatWeightBytes = countFloatWeightBytes(current);
        if (now == Stage::Quantize)
          report.tensors = reportQuantizedTensors(current);
        // Lowering spells casts of float inputs and outputs as
        // operations; the network has none of those.
        if (now < Stage::Lower)
          report.operations = reportOperations(current);
      });
}

/// The path of the header or manifest, which must not be the output itself.
static llvm::Expected<std::string> besides(StringRef path,
                                           StringRef extension) {
  std::string other = replaceExtension(path, extension);
  if (other == path)
    return makeError(llvm::formatv(
        "'{0}': the output cannot be called *.{1}: that is the name of "
        "the file written beside it",
        path, extension));
  return other;
}

static llvm::Expected<std::vector<Output>>
addCompanions(Output object, const CompileResult &result,
              const CompilerOptions &options) {
  llvm::Expected<std::string> headerPath = besides(object.path, "h");
  if (!headerPath)
    return headerPath.takeError();
  llvm::Expected<std::string> manifestPath = besides(object.path, "json");
  if (!manifestPath)
    return manifestPath.takeError();
  Output header{*headerPath, {}};
  llvm::raw_string_ostream os(header.contents);
  emitHeader(result.interface, os);
  Output manifest{*manifestPath, makeManifestText(result, options)};
  return std::vector<Output>{std::move(object), std::move(header),
                             std::move(manifest)};
}

/// Generates code for the module, which `lowerAndReport` lowered, and returns
/// what `kind` asks for.
static llvm::Expected<std::string> generate(ModuleOp module,
                                            const CompilerOptions &options,
                                            const OutputOptions &output,
                                            ModelInterface &interface) {
  OwningOpRef<ModuleOp> lowered;
  if (output.selftest)
    lowered = module.clone();
  if (llvm::Error error = generateCode(module, options.codegen))
    return std::move(error);
  if (output.selftest)
    if (llvm::Error error =
            embedSelftest(module, *lowered, options.quantize.profile.get()))
      return std::move(error);
  FailureOr<ModelInterface> read = getInterface(module);
  if (failed(read))
    return llvm::make_error<DiagnosedError>();
  interface = *read;
  llvm::SmallVector<char, 0> buffer;
  llvm::raw_svector_ostream os(buffer);
  if (failed(emit(module, options.codegen.target, toEmitKind(output.kind), os)))
    return llvm::make_error<DiagnosedError>();
  return std::string(buffer.begin(), buffer.end());
}

llvm::Expected<CompileResult> quantc::compile(ModuleOp module,
                                              const CompilerOptions &options,
                                              const OutputOptions &output,
                                              StringRef path) {
  CompileResult result;
  if (llvm::Error error = lowerAndReport(module, options, result.report))
    return std::move(error);
  Output file{path.str(), {}, output.kind == OutputKind::SharedLibrary};
  if (output.kind == OutputKind::MLIR) {
    llvm::raw_string_ostream(file.contents) << module << "\n";
  } else {
    auto contents = generate(module, options, output, result.interface);
    if (!contents)
      return contents.takeError();
    file.contents = std::move(*contents);
  }
  result.outputBytes = file.contents.size();

  std::vector<Output> files;
  if (output.kind == OutputKind::MLIR || output.kind == OutputKind::LLVM ||
      path == "-") {
    files.push_back(std::move(file));
  } else {
    auto all = addCompanions(std::move(file), result, options);
    if (!all)
      return all.takeError();
    files = std::move(*all);
  }
  if (llvm::Error error = writeAll(files))
    return std::move(error);
  return result;
}
