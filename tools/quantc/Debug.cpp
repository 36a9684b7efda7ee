//===- Debug.cpp - quantc debug -*- C++ -*-===//
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

#include "quantc/Driver/Debug.h"
#include "quantc/Driver/NetworkReport.h"
#include "quantc/Driver/Remedies.h"
#include "quantc/Pipelines/Network.h"
#include "quantc/Report/HtmlReport.h"
#include "quantc/Support/Errors.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class DebugCommand final : public Command {
public:
  DebugCommand();
  llvm::Expected<ExitCode> run() override;

private:
  llvm::Error checkInputs() const;
  llvm::Error checkFolder() const;
  llvm::Error write(const DebugReport &report,
                    const std::optional<Remedies> &remedies,
                    const ptq::Policy &policy);

  cl::opt<std::string> network{cl::Positional, cl::Required, cl::sub(sub),
                               cl::desc(kNetworkArgument)};
  cl::list<std::string> inputs{
      cl::Positional, cl::OneOrMore, cl::sub(sub),
      cl::desc("<inputs: .npy, .npz or folders of them>")};
  cl::opt<std::string> output{
      "o", cl::sub(sub), cl::value_desc("folder"),
      cl::desc(
          "Folder for report.html, the report as a page, with its numbers in "
          "report.json, local.csv and cumulative.csv")};
  cl::opt<bool> force{"force", cl::sub(sub),
                      cl::desc("Replace a report that is in the folder")};
  cl::opt<bool> labels{
      "labels", cl::sub(sub),
      cl::desc("Measure the accuracy of the float and of the quantized "
               "network: the files have labels under the key 'y'")};
  cl::opt<bool> attribution{
      "attribution", cl::sub(sub),
      cl::desc("Measure what each error is made of, by running the network "
               "without one source after the other")};
  cl::opt<bool> whatIf{
      "what-if", cl::sub(sub),
      cl::desc("Measure what the output would gain if single operations were "
               "computed in int16 or float")};
  cl::opt<std::string> emitPolicy{
      "emit-policy", cl::sub(sub), cl::value_desc("file"),
      cl::desc("Write the policy in force with rules for the operations that "
               "help most, for --policy (implies --what-if)")};
  ImportFlags importing{sub};
  QuantizeCommandFlags quantize{sub};
  RemarkFlags remarks{sub};
};
} // namespace

DebugCommand::DebugCommand()
    : Command("debug", "Find the operations at which a quantized network "
                       "loses accuracy") {}

static std::string inFolder(llvm::StringRef folder, llvm::StringRef name) {
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

/// What a report consists of.
static constexpr llvm::StringLiteral kPage = "report.html",
                                     kJson = "report.json",
                                     kLocal = "local.csv",
                                     kCumulative = "cumulative.csv";
static constexpr llvm::StringLiteral kFiles[] = {kPage, kJson, kLocal,
                                                 kCumulative};

/// Samples may take hours, so that what would fail behind them is found here.
/// `folder` does not exist yet.
static llvm::Error checkWritable(llvm::StringRef folder) {
  llvm::StringRef parent = folder;
  while (!parent.empty() && !llvm::sys::fs::exists(parent))
    parent = llvm::sys::path::parent_path(parent);
  if (parent.empty())
    parent = ".";
  if (!llvm::sys::fs::is_directory(parent))
    return makeError("'" + folder + "': '" + parent + "' is not a folder");
  if (!llvm::sys::fs::can_write(parent))
    return makeError("'" + folder + "': '" + parent + "' cannot be written");
  return llvm::Error::success();
}

/// No file that is written is an input.
llvm::Error DebugCommand::checkInputs() const {
  std::vector<std::string> files = quantize.inputs(), written;
  files.insert(files.end(), inputs.begin(), inputs.end());
  files.push_back(network);
  if (!emitPolicy.empty())
    written.push_back(emitPolicy);
  if (!output.empty())
    for (llvm::StringRef name : kFiles)
      written.push_back(inFolder(output, name));
  return checkOutputs(written, files);
}

/// A report is not replaced by accident.
llvm::Error DebugCommand::checkFolder() const {
  if (output.empty())
    return llvm::Error::success();
  if (!llvm::sys::fs::exists(output))
    return checkWritable(output);
  if (!llvm::sys::fs::is_directory(output))
    return makeError("'" + output + "' is not a folder");
  bool hasReport = llvm::any_of(kFiles, [&](llvm::StringRef name) {
    return llvm::sys::fs::exists(inFolder(output, name));
  });
  if (!force && hasReport)
    return makeError("'" + output +
                     "' has a report already: give --force to replace it");
  return llvm::Error::success();
}

llvm::Error DebugCommand::write(const DebugReport &report,
                                const std::optional<Remedies> &remedies,
                                const ptq::Policy &policy) {
  EscapingStream escaped(llvm::outs());
  report.print(escaped);
  if (remedies)
    remedies->print(escaped);
  std::vector<OutputFile> files;
  if (remedies && !emitPolicy.empty())
    files.push_back({emitPolicy, [&](llvm::raw_pwrite_stream &os) {
                       ptq::printPolicy(os, remedies->addTo(policy));
                       return llvm::Error::success();
                     }});
  if (output.empty())
    return writeFilesAtomically(files);
  if (std::error_code code = llvm::sys::fs::create_directories(output))
    return makeError("'" + output + "': " + code.message());
  llvm::json::Object object = report.toJson();
  object["file"] = llvm::sys::path::filename(network);
  if (remedies && remedies->untried.empty())
    object["what_if"] = remedies->toJSON();
  llvm::json::Value json(std::move(object));
  auto csv = [&](bool local) {
    return [&report, local](llvm::raw_pwrite_stream &os) {
      report.printCsv(os, local);
      return llvm::Error::success();
    };
  };
  files.push_back({inFolder(output, kPage), [&](llvm::raw_pwrite_stream &os) {
                     printHtmlReport(os, json);
                     return llvm::Error::success();
                   }});
  files.push_back({inFolder(output, kLocal), csv(true)});
  files.push_back({inFolder(output, kCumulative), csv(false)});
  files.push_back({inFolder(output, kJson), [&](llvm::raw_pwrite_stream &os) {
                     os << llvm::formatv("{0:2}\n", json);
                     return llvm::Error::success();
                   }});
  return writeFilesAtomically(files);
}

llvm::Expected<ExitCode> DebugCommand::run() {
  if (llvm::Error error = checkInputs())
    return std::move(error);
  if (llvm::Error error = checkFolder())
    return std::move(error);
  if (quantize.convertsIO())
    return usageError("quantc debug passes inputs and outputs in the network's "
                      "own types: not with --io, --input-type and "
                      "--output-type; to debug a build that has them, give its "
                      "manifest with --policy");
  Session session;
  if (llvm::Error error = remarks.apply(session))
    return std::move(error);
  auto module = session.load(network, importing);
  if (!module)
    return module.takeError();
  CompilerOptions options;
  if (llvm::Error error = quantize.apply(**module, options.quantize))
    return std::move(error);
  if (!quantize.given() && !comesQuantized(**module) &&
      !isIntegerNetwork(**module))
    return usageError("the network is float: say how it is quantized, with "
                      "--profile, --calibrate or --scheme");
  DebugOptions debugOptions;
  debugOptions.labels = labels;
  debugOptions.attribution = attribution;
  if (llvm::Error error = quantize.preprocessing(options.quantize)
                              .moveInto(debugOptions.preprocessing))
    return std::move(error);
  catchInterrupt();
  ProgressLine line("debugging");
  llvm::Expected<DebugReport> report = debugNetwork(
      **module, options, inputs, debugOptions, [&](const Progress &progress) {
        line.update(progress);
        return !wasInterrupted();
      });
  line.finish();
  if (!report)
    return report.takeError();
  std::optional<Remedies> remedies;
  if (!report->interrupted && (whatIf || !emitPolicy.empty())) {
    llvm::Expected<Remedies> found = findRemedies(**module, options);
    if (!found)
      return found.takeError();
    remedies = std::move(*found);
  }
  if (llvm::Error error =
          write(*report, remedies, spellOut(options.quantize.policy, **module)))
    return std::move(error);
  return report->interrupted ? kInterrupted : kSuccess;
}

std::unique_ptr<Command> tool::makeDebugCommand() {
  return std::make_unique<DebugCommand>();
}
