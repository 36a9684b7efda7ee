//===- Calibrate.cpp - quantc calibrate -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Interrupt.h"
#include "Options.h"
#include "ProgressLine.h"
#include "Terminal.h"

#include "quantc/Support/OutputFile.h"

#include "llvm/Support/FormatVariadic.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class CalibrateCommand final : public Command {
public:
  CalibrateCommand();
  llvm::Expected<ExitCode> run() override;

private:
  cl::opt<std::string> network{cl::Positional, cl::Required, cl::sub(sub),
                               cl::desc(kNetworkArgument)};
  cl::list<std::string> inputs{
      cl::Positional, cl::OneOrMore, cl::sub(sub),
      cl::desc("<inputs: .npy, .npz or folders of them>")};
  cl::opt<std::string> output{"o", cl::Required, cl::sub(sub),
                              cl::value_desc("file"),
                              cl::desc("Calibration profile to write")};
  ImportFlags importing{sub};
  CalibrationFlags calibration{sub, "samples"};
  cl::opt<bool> noSamples{
      "no-samples", cl::sub(sub),
      cl::desc("Keep no samples in the profile (without them, compile cannot "
               "check the accuracy)")};
};
} // namespace

CalibrateCommand::CalibrateCommand()
    : Command("calibrate",
              "Run a float network over sample inputs and record a profile") {}

llvm::Expected<ExitCode> CalibrateCommand::run() {
  llvm::Expected<CalibrationOptions> options = calibration.get();
  if (!options)
    return options.takeError();
  options->keepSamples = !noSamples;
  std::vector<std::string> files(inputs.begin(), inputs.end());
  files.push_back(network);
  if (llvm::Error error = checkOutputs({output.getValue()}, files))
    return std::move(error);
  Session session;
  auto module = session.load(network, importing);
  if (!module)
    return module.takeError();
  catchInterrupt();
  ProgressLine line("calibrating");
  auto result =
      calibrate(**module, inputs, *options, [&](const Progress &progress) {
        line.update(progress);
        return !wasInterrupted();
      });
  line.finish();
  if (!result)
    return result.takeError();
  warnNonFinite(*result);
  if (llvm::Error error = result->profile.save(output))
    return std::move(error);
  summary(output) << llvm::formatv("{0}: {1} tensors over {2} samples\n",
                                   output, result->profile.tensors.size(),
                                   result->samples);
  if (!result->interrupted)
    return kSuccess;
  printNote() << "interrupted: the profile holds what was seen so far\n";
  return kInterrupted;
}

std::unique_ptr<Command> tool::makeCalibrateCommand() {
  return std::make_unique<CalibrateCommand>();
}
