//===- Einsum.cpp - Einstein's sums -------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// An equation names the dimensions of its operands and of the result. Operands
/// are combined two at a time, from the left: dimensions that nothing needs any
/// more are summed, by a matrix product if both operands have them.
///
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elementwise.h"
#include "Gather.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

#include <map>

using namespace mlir;
using namespace quantc;

namespace {
/// Names of dimensions: letters, and numbers from `kEllipsis` for those that an
/// ellipsis stands for, counted from the last.
using Labels = SmallVector<int>;
constexpr int kEllipsis = 256;

/// A tensor and the names of its dimensions.
struct Term {
  Value value;
  Labels labels;
};

class Einsum {
public:
  Einsum(NetworkBuilder &b, StringRef equation) : b(b), equation(equation) {}
  Value build(ArrayRef<Value> operands);

private:
  bool parse(ArrayRef<Value> operands);
  bool parseTerm(StringRef text, int64_t ellipsisRank, Labels &labels);
  bool addOperand(StringRef text, Value operand);
  void makeImplicitResult();
  bool checkResult();
  Term simplify(Term term, ArrayRef<Term> others);
  Term takeDiagonal(Term term, size_t first, size_t second);
  Term contract(const Term &x, const Term &y, ArrayRef<Term> others);
  Value arrange(const Term &term, ArrayRef<ArrayRef<int>> groups);
  bool isNeeded(int label, ArrayRef<Term> others);
  int64_t countOf(ArrayRef<int> labels);
  bool fail(const llvm::Twine &what) {
    b.emitError() << "the equation '" << llvm::json::fixUTF8(equation) << "' "
                  << what.str();
    return false;
  }

  NetworkBuilder &b;
  StringRef equation;
  SmallVector<Term> terms;
  Labels result;
  /// Dimensions of the widest ellipsis.
  int ellipsis = 0;
  llvm::DenseMap<int, int64_t> sizes;
};
} // namespace

/// The names in `text`; an ellipsis stands for `ellipsisRank` dimensions.
bool Einsum::parseTerm(StringRef text, int64_t ellipsisRank, Labels &labels) {
  while (!text.empty()) {
    if (text.consume_front("...")) {
      for (int64_t i = ellipsisRank; i-- > 0;)
        labels.push_back(kEllipsis + int(i));
    } else if (llvm::isAlpha(text.front())) {
      labels.push_back(text.front());
      text = text.drop_front();
    } else if (text.front() == ' ') {
      text = text.drop_front();
    } else {
      return fail("holds something other than letters, commas, an arrow and "
                  "ellipses");
    }
  }
  return true;
}

bool Einsum::addOperand(StringRef text, Value operand) {
  int64_t rank = b.rankOf(operand);
  int64_t letters = llvm::count_if(text, llvm::isAlpha);
  bool open = text.contains("...");
  if (open ? letters > rank : letters != rank)
    return fail("does not name the " + llvm::Twine(rank) +
                " dimensions of operand " + llvm::Twine(terms.size()));
  Term term{operand, {}};
  if (!parseTerm(text, rank - letters, term.labels))
    return false;
  if (int64_t(term.labels.size()) != rank)
    return fail("has two ellipses in one operand");
  ellipsis = std::max(ellipsis, int(rank - letters));
  for (auto [label, size] : llvm::zip(term.labels, b.shapeOf(operand))) {
    int64_t &known = sizes.try_emplace(label, size).first->second;
    if (known != size && known != 1 && size != 1)
      return fail("gives one name to dimensions of sizes " +
                  llvm::Twine(known) + " and " + llvm::Twine(size));
    known = std::max(known, size);
  }
  terms.push_back(std::move(term));
  return true;
}

/// Dimensions of the ellipsis, then the letters that occur once, in order.
void Einsum::makeImplicitResult() {
  for (int i = ellipsis; i-- > 0;)
    result.push_back(kEllipsis + i);
  std::map<int, int> counts;
  for (const Term &term : terms)
    for (int label : term.labels)
      ++counts[label];
  for (auto [label, count] : counts)
    if (label < kEllipsis && count == 1)
      result.push_back(label);
}

bool Einsum::checkResult() {
  for (auto [i, label] : llvm::enumerate(result)) {
    if (!sizes.count(label))
      return fail("has a result with a dimension that no operand has");
    if (llvm::is_contained(ArrayRef<int>(result).drop_front(i + 1), label))
      return fail("has a result with one dimension twice");
  }
  return true;
}

bool Einsum::parse(ArrayRef<Value> operands) {
  auto [left, right] = equation.split("->");
  bool implicit = left.size() == equation.size();
  SmallVector<StringRef> texts;
  left.split(texts, ',');
  if (texts.size() != operands.size())
    return fail("has " + llvm::Twine(texts.size()) + " operands, but " +
                llvm::Twine(operands.size()) + " are given");
  for (auto [text, operand] : llvm::zip(texts, operands))
    if (!addOperand(text, operand))
      return false;
  if (implicit)
    makeImplicitResult();
  else if (!parseTerm(right, ellipsis, result))
    return false;
  return checkResult();
}

bool Einsum::isNeeded(int label, ArrayRef<Term> others) {
  return llvm::is_contained(result, label) ||
         llvm::any_of(others, [&](const Term &term) {
           return llvm::is_contained(term.labels, label);
         });
}

int64_t Einsum::countOf(ArrayRef<int> labels) {
  int64_t count = 1;
  for (int label : labels)
    count *= sizes.lookup(label);
  return count;
}

/// The elements of `term` whose positions along two dimensions are the same;
/// the dimension that is left comes last.
Term Einsum::takeDiagonal(Term term, size_t first, size_t second) {
  int64_t rank = term.labels.size(), size = b.shapeOf(term.value)[first];
  int label = term.labels[first];
  SmallVector<int64_t> order, shape, elements;
  Labels labels;
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (dim == int64_t(first) || dim == int64_t(second))
      continue;
    order.push_back(dim);
    shape.push_back(b.shapeOf(term.value)[dim]);
    labels.push_back(term.labels[dim]);
  }
  order.append({int64_t(first), int64_t(second)});
  shape.push_back(size * size);
  labels.push_back(label);
  for (int64_t i = 0; i < size; ++i)
    elements.push_back(i * (size + 1));
  Value flat = b.reshape(b.transpose(term.value, order), shape);
  return {takeAlong(b, flat, elements, rank - 2), labels};
}

/// `term` without repeated names, without dimensions of size 1 that others
/// have larger, and summed where nothing else needs a dimension.
Term Einsum::simplify(Term term, ArrayRef<Term> others) {
  for (size_t i = 0; term.value && i < term.labels.size(); ++i) {
    auto *same = std::find(term.labels.begin() + i + 1, term.labels.end(),
                           term.labels[i]);
    if (same == term.labels.end())
      continue;
    size_t other = same - term.labels.begin();
    if (b.shapeOf(term.value)[i] != b.shapeOf(term.value)[other]) {
      fail("takes the diagonal of dimensions of different sizes");
      return {};
    }
    term = takeDiagonal(std::move(term), i, other);
    i = size_t(-1);
  }
  if (!term.value)
    return {};
  SmallVector<int64_t> summed, removed;
  Labels labels;
  for (auto [dim, label] : llvm::enumerate(term.labels)) {
    bool needed = isNeeded(label, others);
    bool repeats = b.shapeOf(term.value)[dim] != sizes.lookup(label);
    if (!needed)
      summed.push_back(dim);
    if (needed && !repeats)
      labels.push_back(label);
    else
      removed.push_back(dim);
  }
  if (removed.empty())
    return term;
  if (!summed.empty())
    term.value = b.reduce(ReduceKind::Sum, term.value, summed,
                          /*keepDims=*/true);
  return {term.value ? b.squeeze(term.value, removed) : Value(), labels};
}

/// `term` transposed and reshaped to one dimension for each group of its names.
Value Einsum::arrange(const Term &term, ArrayRef<ArrayRef<int>> groups) {
  SmallVector<int64_t> order, shape;
  for (ArrayRef<int> group : groups) {
    shape.push_back(countOf(group));
    for (int label : group)
      order.push_back(llvm::find(term.labels, label) - term.labels.begin());
  }
  return b.reshape(b.transpose(term.value, order), shape);
}

Term Einsum::contract(const Term &x, const Term &y, ArrayRef<Term> others) {
  Labels batch, summed, left, right;
  for (int label : x.labels) {
    if (!llvm::is_contained(y.labels, label))
      left.push_back(label);
    else
      (isNeeded(label, others) ? batch : summed).push_back(label);
  }
  for (int label : y.labels)
    if (!llvm::is_contained(x.labels, label))
      right.push_back(label);
  Term term;
  for (const Labels *labels : {&batch, &left, &right})
    llvm::append_range(term.labels, *labels);
  SmallVector<int64_t> shape = llvm::map_to_vector(
      term.labels, [&](int label) { return sizes.lookup(label); });
  Value product;
  if (!summed.empty() && b.elementOf(x.value).isF32()) {
    // A constant matrix without a batch makes a fully connected layer.
    if (batch.empty())
      product =
          b.matMul(arrange(x, {left, summed}), arrange(y, {summed, right}));
    else
      product = b.matMul(arrange(x, {batch, left, summed}),
                         arrange(y, {batch, summed, right}));
  } else {
    int64_t n = countOf(batch), l = countOf(left), r = countOf(right),
            k = countOf(summed);
    Value xs = b.reshape(arrange(x, {batch, left, summed}), {n, l, k, 1});
    Value ys = b.reshape(arrange(y, {batch, summed, right}), {n, 1, k, r});
    product = b.binary(BinaryKind::Mul, xs, ys);
    if (!summed.empty() && product)
      product = b.reduce(ReduceKind::Sum, product, {2}, /*keepDims=*/false);
  }
  term.value = b.reshape(product, shape);
  return term;
}

Value Einsum::build(ArrayRef<Value> operands) {
  if (!parse(operands))
    return {};
  for (size_t i = 0; i < terms.size(); ++i) {
    SmallVector<Term> others(terms);
    others.erase(others.begin() + i);
    terms[i] = simplify(terms[i], others);
    if (!terms[i].value)
      return {};
  }
  Term all = terms.front();
  for (size_t i = 1; i < terms.size(); ++i) {
    ArrayRef<Term> others = ArrayRef<Term>(terms).drop_front(i + 1);
    all = contract(all, terms[i], others);
    // Where one operand repeats what another has, nothing but this needs it.
    if (all.value)
      all = simplify(all, others);
    if (!all.value)
      return {};
  }
  return arrange(all, llvm::map_to_vector(result, [](const int &label) {
                   return ArrayRef<int>(label);
                 }));
}

Value NetworkBuilder::einsum(llvm::StringRef equation,
                             ArrayRef<Value> operands) {
  if (operands.empty()) {
    emitError() << "a sum of products of nothing";
    return {};
  }
  for (Value operand : operands)
    if (!requireElement(*this, operand, {getF32Type(), getI32Type()}))
      return {};
  return Einsum(*this, equation).build(operands);
}
