//===- Labels.cpp - The classes that samples belong to -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Labels.h"

#include "quantc/Support/Errors.h"

#include "llvm/Support/FormatVariadic.h"

using namespace quantc;

llvm::Expected<std::optional<Labels>> Labels::read(const SampleFile &file) {
  const Array *array = file.find(kLabels);
  if (!array)
    return std::nullopt;
  if (array->type == ElementType::Float16 ||
      array->type == ElementType::Float32 ||
      array->type == ElementType::Float64)
    return makeError(llvm::formatv(
        "{0}: key 'y' holds {1}, but labels are integers; convert "
        "them with numpy's astype",
        file.quotedPath(), stringify(array->type)));
  std::vector<double> values = toDoubles(*array);
  if (values.empty() || values.size() % file.samples() != 0)
    return makeError(
        llvm::formatv("{0}: key 'y' holds {1} labels for {2} samples",
                      file.quotedPath(), values.size(), file.samples()));
  for (auto [index, label] : llvm::enumerate(values))
    if (label < 0 || label > INT32_MAX)
      return makeError(llvm::formatv(
          "{0}: label {1} of sample {2} in key 'y' is out of range: the "
          "network has classes from 0 on",
          file.quotedPath(), int64_t(label), index));
  Labels labels;
  labels.rows = values.size() / file.samples();
  labels.values.assign(values.begin(), values.end());
  return labels;
}

llvm::Error Labels::check(const SampleFile &file,
                          std::optional<unsigned> classes) const {
  if (!classes)
    return llvm::Error::success();
  auto bad =
      llvm::find_if(values, [&](unsigned label) { return label >= *classes; });
  if (bad == values.end())
    return llvm::Error::success();
  return makeError(llvm::formatv(
      "{0}: label {1} of sample {2} in key 'y' is out of range: the network "
      "has {3} classes, 0 to {4}",
      file.quotedPath(), *bad, bad - values.begin(), *classes, *classes - 1));
}
