//===- Merge.cpp - quantc merge -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Command.h"
#include "Terminal.h"

#include "quantc/Calibration/Profile.h"
#include "quantc/Support/Errors.h"

#include "llvm/Support/FormatVariadic.h"

using namespace quantc;
using namespace quantc::tool;

namespace {
class MergeCommand final : public Command {
public:
  MergeCommand();
  llvm::Expected<ExitCode> run() override;

private:
  cl::list<std::string> inputs{cl::Positional, cl::OneOrMore, cl::sub(sub),
                               cl::desc("<profiles>")};
  cl::opt<std::string> output{"o", cl::Required, cl::sub(sub),
                              cl::value_desc("file"),
                              cl::desc("Profile to write")};
};
} // namespace

MergeCommand::MergeCommand()
    : Command("merge", "Merge calibration profiles of one network, exactly") {}

llvm::Expected<ExitCode> MergeCommand::run() {
  llvm::Expected<Profile> merged = Profile::load(inputs.front());
  if (!merged)
    return merged.takeError();
  for (const std::string &path : llvm::drop_begin(inputs)) {
    llvm::Expected<Profile> other = Profile::load(path);
    if (!other)
      return other.takeError();
    if (llvm::Error error = merged->merge(*other))
      return makeError("'" + path + "': " + llvm::toString(std::move(error)));
  }
  if (llvm::Error error = merged->save(output))
    return std::move(error);
  summary(output) << llvm::formatv("{0}: {1} profiles, {2} tensors\n", output,
                                   inputs.size(), merged->tensors.size());
  return kSuccess;
}

std::unique_ptr<Command> tool::makeMergeCommand() {
  return std::make_unique<MergeCommand>();
}
