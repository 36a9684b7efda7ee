//===- Inspect.cpp - quantc inspect -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Terminal.h"

#include "quantc/Driver/NetworkReport.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class InspectCommand final : public Command {
public:
  InspectCommand();
  llvm::Expected<ExitCode> run() override;

private:
  void printOperations(llvm::raw_ostream &os, const NetworkReport &report);
  void printTensors(llvm::raw_ostream &os, const NetworkReport &report);

  cl::opt<std::string> network{cl::Positional, cl::Required, cl::sub(sub),
                               cl::desc(kNetworkArgument)};
  ImportFlags importing{sub};
  QuantizeCommandFlags quantize{sub};
  RemarkFlags remarks{sub};
};
} // namespace

InspectCommand::InspectCommand()
    : Command(
          "inspect",
          "List the operations of a network, which are integer, and how its "
          "tensors are quantized") {}

void InspectCommand::printOperations(llvm::raw_ostream &os,
                                     const NetworkReport &report) {
  for (const OperationReport &op : report.operations)
    os << llvm::formatv("{0,-8} {1,-28} {2}\n",
                        op.integer ? "integer" : "float", op.kind, op.tensor);
  os << llvm::formatv("{0} integer and {1} float operations\n",
                      report.integerOperations(), report.floatOperations());
}

void InspectCommand::printTensors(llvm::raw_ostream &os,
                                  const NetworkReport &report) {
  for (const QuantizedTensorReport &tensor : report.tensors) {
    os << llvm::formatv("{0}: int{1}, ", tensor.name, tensor.bits);
    if (tensor.axis >= 0)
      os << llvm::formatv("{0} scales along dimension {1}\n",
                          tensor.scales.size(), tensor.axis);
    else if (tensor.scales.size() != 1)
      os << tensor.scales.size() << " scales of blocks\n";
    else
      os << llvm::format("scale %.9g, zero point ", tensor.scales.front())
         << tensor.zeroPoints.front() << "\n";
  }
}

llvm::Expected<ExitCode> InspectCommand::run() {
  Session session;
  if (llvm::Error error = remarks.apply(session))
    return std::move(error);
  auto module = session.load(network, importing);
  if (!module)
    return module.takeError();
  CompilerOptions options;
  if (llvm::Error error = quantize.refuseUnusedCalibration())
    return std::move(error);
  if (llvm::Error error = quantize.apply(**module, options.quantize))
    return std::move(error);
  bool quantized = quantize.given() || comesQuantized(**module);
  options.form = quantized ? NetworkForm::Integer : NetworkForm::Float;
  NetworkReport report;
  auto inspect = [&](Stage stage, mlir::ModuleOp current) {
    if (stage == Stage::Quantize)
      report.tensors = reportQuantizedTensors(current);
    report.operations = reportOperations(current);
  };
  if (llvm::Error error =
          lowerToStage(**module, Stage::Quantize, options, inspect))
    return std::move(error);
  llvm::Error error =
      writeFileAtomically("-", [&](llvm::raw_pwrite_stream &os) {
        EscapingStream escaped(os);
        printTensors(escaped, report);
        printOperations(escaped, report);
        return llvm::Error::success();
      });
  if (error)
    return std::move(error);
  return kSuccess;
}

std::unique_ptr<Command> tool::makeInspectCommand() {
  return std::make_unique<InspectCommand>();
}
