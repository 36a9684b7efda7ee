//===- LoadNetwork.cpp - Reading networks of any format -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckNesting.h"

#include "quantc/Codegen/Transforms/Passes.h"
#include "quantc/Conversion/Passes.h"
#include "quantc/Dialect/PTQ/IR/InterfaceAttributes.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/Transforms/Passes.h"
#include "quantc/Driver/NetworkFile.h"
#include "quantc/Import/Onnx.h"
#include "quantc/Import/TFLite.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/InputFile.h"

#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace quantc;

/// Field 1 (the version) as a varint: the first byte of every ONNX model.
static constexpr char kOnnxFirstByte = 0x08;

/// A TFLite file is a flatbuffer: its identifier follows the root's offset.
static constexpr StringLiteral kTFLiteIdentifier = "TFL3";

/// True if `bytes` begin like text: no control characters but white space.
static bool looksLikeText(StringRef bytes) {
  return llvm::none_of(bytes.take_front(64), [](unsigned char c) {
    return c < ' ' && !llvm::isSpace(c);
  });
}

std::optional<NetworkFormat> quantc::detectFormat(StringRef bytes,
                                                  StringRef path) {
  if (isBytecode(llvm::MemoryBufferRef(bytes, path)))
    return NetworkFormat::MLIR;
  if (bytes.drop_front(std::min<size_t>(bytes.size(), 4))
          .starts_with(kTFLiteIdentifier))
    return NetworkFormat::TFLite;
  if (bytes.starts_with(StringRef(&kOnnxFirstByte, 1)))
    return NetworkFormat::Onnx;
  if (path.ends_with_insensitive(".tflite"))
    return NetworkFormat::TFLite;
  if (path.ends_with_insensitive(".onnx"))
    return NetworkFormat::Onnx;
  if (looksLikeText(bytes))
    return NetworkFormat::MLIR;
  return std::nullopt;
}

/// Parses text or bytecode. MLIR's parser refuses a few texts without a word.
static OwningOpRef<ModuleOp> parseMLIR(const llvm::SourceMgr &sources,
                                       StringRef path, MLIRContext &context) {
  bool hasError = false;
  OwningOpRef<ModuleOp> module;
  {
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      hasError |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
      return failure(); // The caller's handler reports it.
    });
    module = parseSourceFile<ModuleOp>(sources, &context);
  }
  if (!module && !hasError)
    emitError(UnknownLoc::get(&context))
        << "'" << path
        << "' is not valid MLIR, and MLIR's parser does not say where; write "
           "the file again";
  return module;
}

static OwningOpRef<ModuleOp>
readNetwork(std::unique_ptr<llvm::MemoryBuffer> file, StringRef path,
            MLIRContext &context, const ImportOptions &options) {
  std::optional<NetworkFormat> format = detectFormat(file->getBuffer(), path);
  if (!format) {
    emitError(UnknownLoc::get(&context))
        << "'" << path << "': neither ONNX nor TFLite nor MLIR";
    return nullptr;
  }
  if (!options.signature.empty() && *format != NetworkFormat::TFLite) {
    emitError(UnknownLoc::get(&context))
        << "'" << path
        << "': only .tflite files have signatures; leave out --signature";
    return nullptr;
  }
  // A network in MLIR marks its states itself.
  if (options.sequenceStates != SequenceStates::Zero &&
      *format != NetworkFormat::TFLite &&
      !(options.sequenceStates == SequenceStates::Held &&
        *format == NetworkFormat::MLIR)) {
    emitError(UnknownLoc::get(&context))
        << "'" << path
        << "': only .tflite files have operators with a state of their own; "
           "leave out --state";
    return nullptr;
  }
  switch (*format) {
  case NetworkFormat::TFLite:
    return importTFLite(file->getMemBufferRef(), options, context);
  case NetworkFormat::Onnx:
    return importOnnx(file->getMemBufferRef(), options, context);
  case NetworkFormat::MLIR: {
    if (!isBytecode(*file) &&
        failed(checkNesting(file->getMemBufferRef(), context)))
      return nullptr;
    // The parser of text needs a zero byte behind the text.
    if (!isBytecode(*file) &&
        file->getBufferKind() == llvm::MemoryBuffer::MemoryBuffer_MMap)
      file = llvm::MemoryBuffer::getMemBufferCopy(file->getBuffer(),
                                                  file->getBufferIdentifier());
    llvm::SourceMgr sources;
    sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
    return parseMLIR(sources, path, context);
  }
  }
  llvm_unreachable("every format is handled");
}

/// The argument of ptq-convert-layout that brings images of a file of `format`
/// into `layout`.
static std::string getConversion(ImageLayout layout,
                                 std::optional<NetworkFormat> format) {
  if (layout == ImageLayout::NHWC && format != NetworkFormat::TFLite)
    return "NHWC";
  if (layout == ImageLayout::NCHW && format != NetworkFormat::Onnx)
    return "NCHW";
  return "";
}

/// Names in files may contain any bytes, but profiles and manifests are JSON,
/// which must be UTF-8. Bytes that are not UTF-8 are replaced by escapes, as
/// MLIR prints them.
static void repairNames(ModuleOp module) {
  AttrTypeReplacer replacer;
  replacer.addReplacement([](StringAttr name) -> std::optional<Attribute> {
    if (llvm::json::isUTF8(name))
      return std::nullopt;
    std::string text;
    llvm::raw_string_ostream os(text);
    for (StringRef rest = name; !rest.empty();) {
      size_t valid = 0;
      if (llvm::json::isUTF8(rest, &valid))
        valid = rest.size();
      os << rest.take_front(valid);
      rest = rest.drop_front(valid);
      llvm::printEscapedString(rest.take_front(1), os);
      rest = rest.drop_front(std::min<size_t>(rest.size(), 1));
    }
    return StringAttr::get(name.getContext(), text);
  });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/true);
}

/// Gives inputs and outputs the layouts that `options` ask for.
static LogicalResult convertLayout(ModuleOp module,
                                   std::optional<NetworkFormat> format,
                                   const ImportOptions &options) {
  ptq::PTQConvertLayoutOptions layouts{
      getConversion(options.inputLayout, format),
      getConversion(options.outputLayout, format)};
  if (layouts.inputs.empty() && layouts.outputs.empty())
    return success();
  PassManager pm(module.getContext());
  // The transposes must not take the names of inputs and outputs.
  pm.nest<func::FuncOp>().addPass(ptq::createPTQNameTensors());
  pm.nest<func::FuncOp>().addPass(ptq::createPTQConvertLayout(layouts));
  return pm.run(module);
}

/// True if all operations in the functions of `module` belong to networks.
static bool hasNetworkOpsOnly(ModuleOp module) {
  return llvm::all_of(module.getOps<func::FuncOp>(), [](func::FuncOp func) {
    return !func.getBody()
                .walk([](Operation *op) {
                  return WalkResult(success(isNetworkOp(op)));
                })
                .wasInterrupted();
  });
}

/// Converts operations that exporters left between those of TOSA, as far as
/// TOSA has counterparts.
static LogicalResult convertForeignOps(ModuleOp module, uint64_t maxBytes) {
  // Folding may compute constants.
  if (failed(verifySizes(module, maxBytes)))
    return failure();
  PassManager pm(module.getContext());
  OpPassManager &func = pm.nest<func::FuncOp>();
  auto convert = [&] {
    func.addPass(createConvertTensorToTosa());
    func.addPass(tosa::createTosaArithConstantToTosaConstPass());
    func.addPass(createFoldTensorCasts());
  };
  convert();
  func.addPass(tosa::createTosaInferShapesPass());
  convert(); // More sizes are known now.
  return pm.run(module);
}

/// Converts the network of an MLIR file to TOSA on static shapes, signless
/// integers and float32. Operations of other dialects that are left are
/// reported by `verifyNetwork`.
static LogicalResult normalize(ModuleOp module, uint64_t maxBytes) {
  if (!hasNetworkOpsOnly(module) && failed(convertForeignOps(module, maxBytes)))
    return failure();
  if (!hasNetworkOpsOnly(module))
    return success();
  PassManager pm(module.getContext());
  pm.addNestedPass<func::FuncOp>(createWidenFloats());
  pm.addNestedPass<func::FuncOp>(createConvertUnsigned());
  return pm.run(module);
}

/// Checks what TOSA's verifiers leave to backends. Not only code generation but
/// every pass relies on it.
static LogicalResult checkOperands(ModuleOp module) {
  PassManager pm(module.getContext());
  pm.addPass(codegen::createCheckOperands());
  return pm.run(module);
}

OwningOpRef<ModuleOp> quantc::loadNetwork(StringRef path, MLIRContext &context,
                                          const ImportOptions &options) {
  // The file is mapped instead of read, because its first bytes tell whether
  // the rest is needed.
  auto opened =
      path == "-" ? readStandardInput(options.maxBytes) : readInputFile(path);
  if (!opened) {
    emitError(UnknownLoc::get(&context)) << llvm::toString(opened.takeError());
    return nullptr;
  }
  return loadNetwork(std::move(*opened), path, context, options);
}

OwningOpRef<ModuleOp>
quantc::loadNetwork(std::unique_ptr<llvm::MemoryBuffer> file, StringRef path,
                    MLIRContext &context, const ImportOptions &options) {
  context.loadDialect<func::FuncDialect, tosa::TosaDialect, ptq::PTQDialect>();
  std::optional<NetworkFormat> format = detectFormat(file->getBuffer(), path);
  OwningOpRef<ModuleOp> module =
      readNetwork(std::move(file), path, context, options);
  if (!module ||
      (format == NetworkFormat::MLIR &&
       failed(normalize(*module, options.maxBytes))) ||
      failed(verifyNetwork(*module)) || failed(checkOperands(*module)) ||
      failed(verifySizes(*module, options.maxBytes)))
    return nullptr;
  if (options.sequenceStates == SequenceStates::Held)
    getNetwork(*module)->setAttr(ptq::kHeldAttr, UnitAttr::get(&context));
  repairNames(*module);
  inlineResources(*module);
  if (failed(convertLayout(*module, format, options)))
    return nullptr;
  return module;
}
