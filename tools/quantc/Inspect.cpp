//===- Inspect.cpp - quantc inspect -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Terminal.h"

#include "quantc/Driver/AnalyzeNetwork.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using llvm::StringRef;
using namespace quantc;
using namespace quantc::tool;

namespace {
class InspectCommand final : public Command {
public:
  InspectCommand();
  llvm::Expected<ExitCode> run() override;

private:
  llvm::Error analyze(mlir::ModuleOp module);
  void print(llvm::raw_ostream &os) const;
  void printNumbers(llvm::raw_ostream &os) const;

  /// The network after simplification, and what became of it if it was
  /// quantized.
  NetworkAnalysis source, result;
  bool quantized = false;

  cl::opt<std::string> network{cl::Positional, cl::Required, cl::sub(sub),
                               cl::desc(kNetworkArgument)};
  ImportFlags importing{sub};
  QuantizeCommandFlags quantize{sub};
  RemarkFlags remarks{sub};
  cl::opt<bool> json{"json", cl::sub(sub),
                     cl::desc("Write all of it as JSON, for programs")};
};
} // namespace

InspectCommand::InspectCommand()
    : Command(
          "inspect",
          "List the tensors and operations of a network, its sizes, and what "
          "is or would be integer") {}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// The first part of a name that TensorFlow Lite's converter joined from all
/// operations that it fused.
static StringRef shorten(StringRef name) { return name.split(';').first; }

static std::string describeShape(const AnalyzedTensor &tensor) {
  return llvm::join(
             llvm::map_range(tensor.shape,
                             [](int64_t size) { return std::to_string(size); }),
             "x") +
         " " + tensor.type;
}

static void printParameters(llvm::raw_ostream &os,
                            const QuantizedTensorReport &tensor) {
  os << llvm::formatv("{0}: int{1}, ", shorten(tensor.name), tensor.bits);
  if (tensor.axis >= 0)
    os << llvm::formatv("{0} scales along dimension {1}\n",
                        tensor.scales.size(), tensor.axis);
  else if (tensor.scales.size() != 1)
    os << tensor.scales.size() << " scales of blocks\n";
  else
    os << llvm::format("scale %.9g, zero point ", tensor.scales.front())
       << tensor.zeroPoints.front() << "\n";
}

/// 1234567 as 1,234,567.
static std::string group(int64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(at, ",");
  return digits;
}

static std::string countTypes(const NetworkAnalysis &analysis) {
  std::string text;
  for (const auto &[type, count] : analysis.tensorsByType())
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + type;
  return text;
}

void InspectCommand::print(llvm::raw_ostream &os) const {
  auto printTensors = [&](StringRef title, const std::vector<size_t> &indices) {
    for (size_t index : indices) {
      const AnalyzedTensor &tensor = result.tensors[index];
      os << llvm::formatv("{0,-8} {1,-28} {2}\n", title, describeShape(tensor),
                          tensor.name);
    }
  };
  printTensors("input", result.inputs);
  printTensors("output", result.outputs);
  os << "\n";
  for (const AnalyzedTensor &tensor : result.tensors)
    if (tensor.parameters && !tensor.parameters->name.empty())
      printParameters(os, *tensor.parameters);
  os << llvm::formatv("{0,-8} {1,-22} {2,-22} {3,15} {4,12}  {5}\n", "", "kind",
                      "result", "MACs", "parameters", "tensor");
  for (const AnalyzedOperation &op : result.operations) {
    std::string shape = op.results.empty()
                            ? ""
                            : describeShape(result.tensors[op.results.front()]);
    os << llvm::formatv("{0,-8} {1,-22} {2,-22} {3,15} {4,12}  {5}\n",
                        op.report.integer ? "integer" : "float", op.report.kind,
                        shape, op.macs ? group(op.macs) : "",
                        op.parameters ? group(op.parameters) : "",
                        shorten(op.report.tensor));
  }
  printNumbers(os);
}

void InspectCommand::printNumbers(llvm::raw_ostream &os) const {
  size_t integers =
      llvm::count_if(result.operations, [](const AnalyzedOperation &op) {
        return op.report.integer;
      });
  os << llvm::formatv("{0} integer and {1} float operations\n", integers,
                      result.operations.size() - integers);
  os << llvm::formatv("{0} multiply-accumulates, {1} parameters, {2} bytes of "
                      "constants",
                      group(result.macs()), group(result.parameters()),
                      group(result.constantBytes()));
  if (quantized && !source.operations.empty())
    os << llvm::formatv(" (before quantization {0})",
                        group(source.constantBytes()));
  os << "\ntensors: ";
  if (quantized && !source.operations.empty())
    os << countTypes(source) << " -> ";
  os << countTypes(result) << "\n";
  if (quantized || integers == result.operations.size())
    return;
  size_t floats = 0;
  for (const AnalyzedOperation &op : result.operations)
    floats += !op.floatReason.empty();
  if (floats == 0) {
    os << "in int8 all operations are integer\n";
    return;
  }
  os << llvm::formatv("in int8 {0} of {1} operations stay in float:\n", floats,
                      result.operations.size());
  for (const AnalyzedOperation &op : result.operations)
    if (!op.floatReason.empty())
      os << llvm::formatv("  {0} '{1}': {2}\n", op.report.kind,
                          shorten(op.report.tensor), op.floatReason);
}

//===----------------------------------------------------------------------===//
// The command
//===----------------------------------------------------------------------===//

llvm::Error InspectCommand::analyze(mlir::ModuleOp module) {
  CompilerOptions options;
  if (llvm::Error error = quantize.refuseUnusedCalibration())
    return error;
  if (llvm::Error error = quantize.apply(module, options.quantize))
    return error;
  quantized = quantize.given() || comesQuantized(module);
  options.form = quantized ? NetworkForm::Integer : NetworkForm::Float;
  if (isIntegerNetwork(module))
    result = analyzeNetwork(module, /*explain=*/false);
  return lowerToStage(module, Stage::Quantize, options,
                      [&](Stage stage, mlir::ModuleOp current) {
                        if (stage == Stage::Simplify)
                          source = result =
                              analyzeNetwork(current, /*explain=*/!quantized);
                        if (stage == Stage::Quantize)
                          result = analyzeNetwork(current, /*explain=*/false);
                      });
}

llvm::Expected<ExitCode> InspectCommand::run() {
  Session session;
  if (llvm::Error error = remarks.apply(session))
    return std::move(error);
  auto module = session.load(network, importing);
  if (!module)
    return module.takeError();
  if (llvm::Error error = analyze(**module))
    return std::move(error);
  llvm::Error error =
      writeFileAtomically("-", [&](llvm::raw_pwrite_stream &os) {
        if (json) {
          os << llvm::formatv("{0:2}\n", llvm::json::Value(result.toJSON()));
          return llvm::Error::success();
        }
        EscapingStream escaped(os);
        print(escaped);
        return llvm::Error::success();
      });
  if (error)
    return std::move(error);
  return kSuccess;
}

std::unique_ptr<Command> tool::makeInspectCommand() {
  return std::make_unique<InspectCommand>();
}
