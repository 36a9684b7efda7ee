//===- TensorDiff.cpp - Where two runs of a network differ -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Report/TensorDiff.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

#include <algorithm>
#include <cmath>

using namespace quantc;
using llvm::ArrayRef;

/// What reals may differ by, relative to the largest of the tensor.
static constexpr double kRelativeTolerance = 1e-5;

static bool isFloat(ElementType type) {
  return type == ElementType::Float16 || type == ElementType::Float32 ||
         type == ElementType::Float64;
}

namespace {
/// The arrays of both runs that show the same tensor.
struct Pair {
  const ProbedTensor *tensor;
  const Array *left;
  std::string otherName;
  const Array *right;
};
} // namespace

/// What integers of the other run mean; recorded ones mean what those of the
/// network do.
static const ProbedTensor &findTensor(ArrayRef<ProbedTensor> tensors,
                                      const ProbedTensor &wanted) {
  for (const ProbedTensor &tensor : tensors)
    if (tensor.name == wanted.name)
      return tensor;
  return wanted;
}

/// False for integers without a scale, such as accumulators: they are compared
/// with their like only.
bool quantc::hasReals(const ProbedTensor &tensor, ElementType type) {
  return isFloat(type) || tensor.scale;
}

static std::vector<Pair> pairByName(ArrayRef<ProbedTensor> tensors,
                                    const ArrayMap &values,
                                    ArrayRef<ProbedTensor> otherTensors,
                                    const ArrayMap &others) {
  std::vector<Pair> pairs;
  for (const ProbedTensor &tensor : tensors) {
    auto left = values.find(tensor.name), right = others.find(tensor.name);
    if (left != values.end() && right != others.end() &&
        left->second.elementCount() == right->second.elementCount() &&
        hasReals(tensor, left->second.type) ==
            hasReals(findTensor(otherTensors, tensor), right->second.type))
      pairs.push_back({&tensor, &left->second, tensor.name, &right->second});
  }
  return pairs;
}

static bool looksAlike(const Array &a, const Array &b) {
  return a.type == b.type && a.elementCount() == b.elementCount();
}

/// The longest common sequence of arrays that look alike.
static std::vector<Pair> pairByPosition(ArrayRef<ProbedTensor> tensors,
                                        const ArrayMap &values,
                                        const ArrayMap &others) {
  std::vector<std::pair<const ProbedTensor *, const Array *>> left;
  for (const ProbedTensor &tensor : tensors)
    if (auto it = values.find(tensor.name); it != values.end())
      left.push_back({&tensor, &it->second});
  std::vector<ArrayMap::const_iterator> right;
  for (auto it = others.begin(); it != others.end(); ++it)
    right.push_back(it);
  // longest[i][j]: of what follows left[i] and right[j].
  std::vector<std::vector<unsigned>> longest(
      left.size() + 1, std::vector<unsigned>(right.size() + 1, 0));
  for (size_t i = left.size(); i-- > 0;)
    for (size_t j = right.size(); j-- > 0;)
      longest[i][j] = looksAlike(*left[i].second, right[j]->second)
                          ? longest[i + 1][j + 1] + 1
                          : std::max(longest[i + 1][j], longest[i][j + 1]);
  std::vector<Pair> pairs;
  for (size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    if (looksAlike(*left[i].second, right[j]->second)) {
      pairs.push_back(
          {left[i].first, left[i].second, right[j]->first, &right[j]->second});
      ++i, ++j;
    } else if (longest[i + 1][j] >= longest[i][j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return pairs;
}

/// The reals that an array stands for.
std::vector<double> quantc::toReals(const Array &array,
                                    const ProbedTensor &tensor) {
  std::vector<double> values = toDoubles(array);
  if (!isFloat(array.type) && tensor.scale)
    for (double &value : values)
      value = (value - tensor.zeroPoint) * *tensor.scale;
  return values;
}

static double absMax(ArrayRef<double> values) {
  double result = 0;
  for (double value : values)
    if (std::isfinite(value))
      result = std::max(result, std::fabs(value));
  return result;
}

/// What the values of two runs may differ by.
static double getTolerance(const Pair &pair, const ProbedTensor &other,
                           ArrayRef<double> left, ArrayRef<double> right,
                           bool inSteps) {
  if (inSteps)
    return 0;
  double tolerance = kRelativeTolerance * std::max(absMax(left), absMax(right));
  if (!isFloat(pair.left->type) && pair.tensor->scale)
    tolerance = std::max(tolerance, *pair.tensor->scale);
  if (!isFloat(pair.right->type) && other.scale)
    tolerance = std::max(tolerance, *other.scale);
  return tolerance;
}

static TensorDifference compare(const Pair &pair, const ProbedTensor &other,
                                std::optional<double> given) {
  TensorDifference result;
  result.tensor = *pair.tensor;
  result.otherName = pair.otherName;
  result.inSteps =
      pair.left->type == pair.right->type && !isFloat(pair.left->type);
  std::vector<double> left = result.inSteps ? toDoubles(*pair.left)
                                            : toReals(*pair.left, *pair.tensor);
  std::vector<double> right =
      result.inSteps ? toDoubles(*pair.right) : toReals(*pair.right, other);
  double tolerance =
      given.value_or(getTolerance(pair, other, left, right, result.inSteps));
  double squares = 0;
  for (auto [a, b] : llvm::zip(left, right)) {
    // Equal infinities do not differ; NaN differs from everything.
    double difference = a == b ? 0.0 : std::fabs(a - b);
    if (std::isnan(difference))
      difference = HUGE_VAL;
    result.largest = std::max(result.largest, difference);
    result.different += difference > tolerance;
    squares += difference * difference;
  }
  result.elements = left.size();
  result.rms = left.empty() ? 0 : std::sqrt(squares / left.size());
  return result;
}

TensorComparison quantc::compareTensors(ArrayRef<ProbedTensor> tensors,
                                        const ArrayMap &values,
                                        ArrayRef<ProbedTensor> otherTensors,
                                        const ArrayMap &others,
                                        std::optional<double> tolerance) {
  TensorComparison result;
  std::vector<Pair> pairs = pairByName(tensors, values, otherTensors, others);
  result.byPosition = pairs.empty();
  if (result.byPosition)
    pairs = pairByPosition(tensors, values, others);
  result.unmatched = tensors.size() - pairs.size();
  for (const Pair &pair : pairs) {
    const ProbedTensor &other = findTensor(otherTensors, *pair.tensor);
    result.differences.push_back(compare(pair, other, tolerance));
  }
  return result;
}

const TensorDifference *TensorComparison::first() const {
  for (const TensorDifference &difference : differences)
    if (difference.different > 0)
      return &difference;
  return nullptr;
}

static void printRow(llvm::raw_ostream &os, const TensorDifference &row) {
  os << llvm::format("%10zu of %-10zu %12.6g %12.6g  ", row.different,
                     row.elements, row.largest, row.rms)
     << (row.inSteps ? "steps  " : "       ")
     << llvm::left_justify(row.tensor.operation, 22) << ' ' << row.tensor.name;
  if (row.otherName != row.tensor.name)
    os << " = " << row.otherName;
  os << '\n';
}

void TensorComparison::print(llvm::raw_ostream &os, bool all) const {
  const TensorDifference *found = first();
  if (all || found)
    os << "    differing elements         largest          rms\n";
  if (all)
    for (const TensorDifference &row : differences)
      printRow(os, row);
  else if (found)
    printRow(os, *found);
  if (byPosition)
    os << "no names agree: tensors are paired by their order, types and "
          "sizes\n";
  os << differences.size() << " tensors compared, " << unmatched
     << " without a counterpart\n";
  if (found)
    os << "first difference: " << found->tensor.operation << " '"
       << found->tensor.name << "'\n";
  else
    os << "no difference\n";
}

llvm::json::Object TensorComparison::toJson() const {
  llvm::json::Array rows;
  for (const TensorDifference &row : differences)
    rows.push_back(llvm::json::Object{{"tensor", row.tensor.name},
                                      {"other", row.otherName},
                                      {"operation", row.tensor.operation},
                                      {"elements", int64_t(row.elements)},
                                      {"different", int64_t(row.different)},
                                      {"largest", row.largest},
                                      {"rms", row.rms},
                                      {"in_steps", row.inSteps}});
  llvm::json::Object json{{"tensors", std::move(rows)},
                          {"unmatched", int64_t(unmatched)},
                          {"by_position", byPosition}};
  json["first_difference"] =
      first() ? llvm::json::Value(first()->tensor.name) : nullptr;
  return json;
}
