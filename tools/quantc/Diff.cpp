//===- Diff.cpp - quantc diff -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Terminal.h"

#include "quantc/Driver/Tensors.h"
#include "quantc/Support/Errors.h"
#include "quantc/Support/InputFile.h"
#include "quantc/Support/OutputFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class DiffCommand final : public Command {
public:
  DiffCommand();
  llvm::Expected<ExitCode> run() override;

private:
  /// The tensors of one run.
  struct Side {
    std::vector<ProbedTensor> tensors;
    ArrayMap values;
  };
  llvm::Expected<Side> runNetwork(Session &session, llvm::StringRef path,
                                  bool isOther);
  llvm::Expected<Side> readOther(Session &session);
  llvm::Error write(const TensorComparison &comparison);

  cl::opt<std::string> network{cl::Positional, cl::Required, cl::sub(sub),
                               cl::desc(kNetworkArgument)};
  cl::opt<std::string> other{
      cl::Positional, cl::Required, cl::sub(sub),
      cl::desc("<other network, or .npz of recorded tensors>")};
  cl::opt<std::string> inputs{
      cl::Positional, cl::Optional, cl::sub(sub),
      cl::desc("[inputs.npz or .npy (default: of the recorded tensors)]")};
  cl::opt<std::string> output{
      "o", cl::init("-"), cl::sub(sub), cl::value_desc("file"),
      cl::desc("Report to write (default: standard output)")};
  cl::opt<std::string> map{
      "map", cl::sub(sub), cl::value_desc("file"),
      cl::desc("Names of recorded tensors: lines of a key of the .npz, a blank "
               "and the network's name for it")};
  cl::opt<bool> all{"all", cl::sub(sub),
                    cl::desc("List all tensors, not the first that differs")};
  cl::opt<bool> json{"json", cl::sub(sub),
                     cl::desc("Write the report as JSON")};
  cl::opt<double> tolerance{
      "tolerance", cl::sub(sub), cl::value_desc("number"),
      cl::desc("Differences up to this are none (default: integers are equal, "
               "reals within 1e-5 of the largest, of an integer within a "
               "step)")};
  FormFlag form{sub, "form", "What to run of the network"};
  FormFlag otherForm{sub, "other-form", "What to run of the other network"};
  cl::opt<Contract> otherContract{
      "other-contract", cl::sub(sub),
      cl::desc("Contract of the other network, instead of --contract:"),
      contractValues()};
  ImportFlags importing{sub};
  QuantizeCommandFlags quantize{sub};
};
} // namespace

DiffCommand::DiffCommand()
    : Command("diff", "Name the first operation whose tensor differs between "
                      "two networks or runs") {}

llvm::Expected<DiffCommand::Side>
DiffCommand::runNetwork(Session &session, llvm::StringRef path, bool isOther) {
  auto module = session.load(path, importing);
  if (!module)
    return module.takeError();
  CompilerOptions options;
  if (llvm::Error error = quantize.apply(**module, options.quantize))
    return std::move(error);
  if (isOther && otherContract.getNumOccurrences())
    options.quantize.policy.contract = stringifyContract(otherContract).str();
  llvm::Expected<NetworkForm> chosen =
      (isOther ? otherForm : form).choose(**module, quantize);
  if (!chosen)
    return chosen.takeError();
  options.form = *chosen;
  auto preprocessing = quantize.preprocessing(options.quantize);
  if (!preprocessing)
    return preprocessing.takeError();
  llvm::Expected<ProbedModel> probed = loadProbed(**module, options);
  if (!probed)
    return probed.takeError();
  Side side;
  side.tensors = std::move(probed->tensors);
  auto values =
      runModel(*probed->model, inputs.empty() ? other : inputs, *preprocessing);
  if (!values)
    return values.takeError();
  side.values = std::move(*values);
  return side;
}

/// Renames arrays according to the lines of the file `path`.
static llvm::Error renameArrays(ArrayMap &arrays, llvm::StringRef path) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> file =
      readInputFile(path);
  if (!file)
    return file.takeError();
  ArrayMap named;
  for (llvm::StringRef line : llvm::split((*file)->getBuffer(), '\n')) {
    auto [key, name] = line.rtrim('\r').split(' ');
    auto it = arrays.find(key.str());
    if (it != arrays.end() && !name.empty())
      named[name.str()] = it->second;
  }
  if (named.empty())
    return makeError("'" + path + "': names no array of the recorded tensors");
  arrays = std::move(named);
  return llvm::Error::success();
}

static bool isRecorded(llvm::StringRef path) { return path.ends_with(".npz"); }

llvm::Expected<DiffCommand::Side> DiffCommand::readOther(Session &session) {
  if (!isRecorded(other))
    return runNetwork(session, other, /*isOther=*/true);
  Side side;
  std::map<std::string, std::string> unsupported; // text is no tensor
  llvm::Expected<ArrayMap> values = readNpz(other, &unsupported);
  if (!values)
    return values.takeError();
  side.values = std::move(*values);
  if (!map.empty())
    if (llvm::Error error = renameArrays(side.values, map))
      return std::move(error);
  return side;
}

llvm::Error DiffCommand::write(const TensorComparison &comparison) {
  return writeFileAtomically(output, [&](llvm::raw_pwrite_stream &os) {
    EscapingStream escaped(os);
    if (json)
      os << llvm::formatv("{0:2}\n", llvm::json::Value(comparison.toJson()));
    else
      comparison.print(escaped, all);
    return llvm::Error::success();
  });
}

llvm::Expected<ExitCode> DiffCommand::run() {
  if (inputs.empty() && !isRecorded(other))
    return usageError("two networks are compared on inputs: give a third "
                      "argument");
  if (llvm::Error error = checkOutputs({output.getValue()},
                                       {network.getValue(), other.getValue(),
                                        inputs.getValue(), map.getValue()}))
    return std::move(error);
  Session session;
  llvm::Expected<Side> left = runNetwork(session, network, /*isOther=*/false);
  if (!left)
    return left.takeError();
  llvm::Expected<Side> right = readOther(session);
  if (!right)
    return right.takeError();
  std::optional<double> given;
  if (tolerance.getNumOccurrences())
    given = tolerance;
  TensorComparison comparison = compareTensors(
      left->tensors, left->values, right->tensors, right->values, given);
  if (comparison.differences.empty())
    return makeError("'" + other +
                     "': no tensor in it corresponds to one of '" + network +
                     "'");
  if (llvm::Error error = write(comparison))
    return std::move(error);
  return comparison.first() ? kFailure : kSuccess;
}

std::unique_ptr<Command> tool::makeDiffCommand() {
  return std::make_unique<DiffCommand>();
}
