//===- Scatter.cpp - Elements written by index --------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// tosa.scatter writes every row at most once, and only replaces. Where several
/// updates meet in one row, constant indices are split into rounds in each of
/// which a row occurs once; with other indices, every row is combined with the
/// updates whose index it is.
///
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elementwise.h"
#include "Gather.h"
#include "Indexed.h"

using namespace mlir;
using namespace quantc;

/// More updates of one row are not written one after the other.
static constexpr size_t kMaxRounds = 16;

/// Elements of the tensor of all rows and all updates.
static constexpr int64_t kMaxPairs = int64_t(1) << 24;

namespace {
/// What is written: `table` [N, K, C] with `updates` [N, W, C] at `rows`.
struct Scatter {
  Value table;
  RowIndices rows;
  Value updates;
  ScatterKind kind;
};
} // namespace

static Value combine(NetworkBuilder &b, ScatterKind kind, Value old,
                     Value update) {
  switch (kind) {
  case ScatterKind::Replace:
    return update;
  case ScatterKind::Add:
    return b.binary(BinaryKind::Add, old, update);
  case ScatterKind::Mul:
    return b.binary(BinaryKind::Mul, old, update);
  case ScatterKind::Min:
    return b.binary(BinaryKind::Minimum, old, update);
  case ScatterKind::Max:
    return b.binary(BinaryKind::Maximum, old, update);
  }
  llvm_unreachable("all kinds are handled");
}

static Value scatterRows(NetworkBuilder &b, Value table, Value rows,
                         Value updates) {
  if (!table || !rows || !updates)
    return {};
  return b.create<tosa::ScatterOp>(b.shapeOf(table), b.elementOf(table), table,
                                   rows, updates);
}

/// The places of updates such that no round has two of the same row, and the
/// rounds one after the other keep the order of updates.
static SmallVector<SmallVector<int64_t>> makeRounds(ArrayRef<int64_t> rows,
                                                    ScatterKind kind) {
  SmallVector<SmallVector<int64_t>> rounds;
  llvm::DenseMap<int64_t, size_t> counts;
  for (auto [place, row] : llvm::enumerate(rows)) {
    size_t round = counts[row]++;
    if (round == rounds.size())
      rounds.emplace_back();
    rounds[round].push_back(place);
  }
  if (kind != ScatterKind::Replace || rounds.size() < 2)
    return rounds;
  // The last update is what stays.
  llvm::DenseMap<int64_t, int64_t> last;
  for (auto [place, row] : llvm::enumerate(rows))
    last[row] = place;
  SmallVector<int64_t> places;
  for (auto [place, row] : llvm::enumerate(rows))
    if (last[row] == int64_t(place))
      places.push_back(place);
  return {places};
}

/// One table, constant rows.
static Value scatterRounds(NetworkBuilder &b, const Scatter &s,
                           ArrayRef<SmallVector<int64_t>> rounds) {
  Value table = s.table;
  for (ArrayRef<int64_t> places : rounds) {
    SmallVector<int32_t> rows = llvm::map_to_vector(places, [&](int64_t place) {
      return int32_t((*s.rows.constants)[place]);
    });
    Value indices =
        b.constant({1, int64_t(rows.size())}, ArrayRef<int32_t>(rows));
    Value updates = takeAlong(b, s.updates, places, 1);
    if (s.kind != ScatterKind::Replace)
      updates = combine(b, s.kind, gatherRows(b, table, indices), updates);
    table = scatterRows(b, table, indices, updates);
  }
  return table;
}

/// How the updates of one row become one.
static ReduceKind getReduction(ScatterKind kind) {
  switch (kind) {
  case ScatterKind::Mul:
    return ReduceKind::Prod;
  case ScatterKind::Min:
    return ReduceKind::Min;
  case ScatterKind::Max:
    return ReduceKind::Max;
  default:
    return ReduceKind::Sum;
  }
}

/// Each row is combined with all updates, of which those for other rows change
/// nothing.
static Value scatterPairs(NetworkBuilder &b, const Scatter &s) {
  ArrayRef<int64_t> shape = b.shapeOf(s.table);
  int64_t n = shape[0], k = shape[1], c = shape[2], w = b.shapeOf(s.updates)[1];
  int64_t pairs = 0;
  if (llvm::MulOverflow(n * k * c, w, pairs) || pairs > kMaxPairs) {
    b.emitError() << "combines " << w << " updates with " << k << " rows of "
                  << c << " elements at indices that are not "
                  << "constant, or of which more than " << kMaxRounds
                  << " are the same; give it constant indices without so many "
                     "repetitions, or fewer updates";
    return {};
  }
  Value all = b.constant({1, k, 1}, ArrayRef<int32_t>(llvm::to_vector(
                                        llvm::seq<int32_t>(0, int32_t(k)))));
  Value hits =
      b.binary(BinaryKind::Equal, b.reshape(s.rows.value, {n, 1, w}), all);
  Value updates = b.reshape(s.updates, {n, 1, w, c});
  // A row is its own neutral element of minimum and maximum, within the range
  // that it has anyway.
  bool selects = s.kind == ScatterKind::Min || s.kind == ScatterKind::Max;
  Value neutral =
      selects ? b.reshape(s.table, {n, k, 1, c})
              : splatLike(b, updates, s.kind == ScatterKind::Mul ? 1 : 0);
  Value selected = b.select(b.reshape(hits, {n, k, w, 1}), updates, neutral);
  Value change =
      b.reduce(getReduction(s.kind), selected, {2}, /*keepDims=*/false);
  return combine(b, s.kind, s.table, change);
}

static Value buildScatter(NetworkBuilder &b, Scatter s) {
  if (!s.table || !s.rows || !s.updates)
    return {};
  if (!s.rows.constants)
    return s.kind == ScatterKind::Replace
               ? scatterRows(b, s.table, s.rows.value, s.updates)
               : scatterPairs(b, s);
  auto rounds = makeRounds(*s.rows.constants, s.kind);
  return rounds.size() <= kMaxRounds ? scatterRounds(b, s, rounds)
                                     : scatterPairs(b, s);
}

/// False after an error unless updates have `shape` and the elements of x.
static bool checkUpdates(NetworkBuilder &b, Value x, Value updates,
                         ArrayRef<int64_t> shape) {
  if (b.shapeOf(updates) == shape && b.elementOf(updates) == b.elementOf(x))
    return true;
  RankedTensorType wanted = b.getType(shape, b.elementOf(x));
  if (wanted)
    b.emitError() << "updates of type " << updates.getType() << " instead of "
                  << wanted;
  return false;
}

Value NetworkBuilder::scatterND(Value x, Value indices, Value updates,
                                ScatterKind kind) {
  if (!x || !updates || !requireElement(*this, indices, {getI32Type()}))
    return {};
  ArrayRef<int64_t> from = shapeOf(x), to = shapeOf(indices);
  int64_t depth = to.empty() ? 0 : to.back();
  if (depth < 1 || depth > int64_t(from.size())) {
    emitError() << "indices of type " << indices.getType() << " for "
                << x.getType();
    return {};
  }
  ArrayRef<int64_t> sizes = from.take_front(depth);
  SmallVector<int64_t> shape(to.drop_back());
  llvm::append_range(shape, from.drop_front(depth));
  if (!checkUpdates(*this, x, updates, shape))
    return {};
  RowIndices rows = flattenIndices(*this, indices, sizes, 1);
  int64_t count = ShapedType::getNumElements(sizes);
  Value table = reshape(x, {1, count, -1});
  if (!rows || !table)
    return {};
  int64_t width = shapeOf(table)[2];
  Value y = buildScatter(*this,
                         {table, rows, reshape(updates, {1, -1, width}), kind});
  return reshape(y, from);
}

/// Constant rows of several tables are those of one that holds them all.
static void mergeTables(NetworkBuilder &b, Scatter &s) {
  int64_t batches = b.shapeOf(s.table)[0], size = b.shapeOf(s.table)[1];
  int64_t width = b.shapeOf(s.table)[2];
  if (!s.rows.constants || batches == 1)
    return;
  int64_t count = int64_t(s.rows.constants->size()) / batches;
  SmallVector<int32_t> rows;
  for (auto [i, row] : llvm::enumerate(*s.rows.constants))
    rows.push_back(int32_t(row += int64_t(i) / count * size));
  s.rows.value = b.constant({1, int64_t(rows.size())}, ArrayRef<int32_t>(rows));
  s.table = b.reshape(s.table, {1, batches * size, width});
  s.updates = b.reshape(s.updates, {1, -1, width});
}

/// x with `part` in the place of its first elements in every dimension.
static Value replaceCorner(NetworkBuilder &b, Value x, Value part) {
  for (int64_t dim = 0, rank = b.rankOf(x); part && dim < rank; ++dim) {
    SmallVector<int64_t> begins(rank, 0), sizes(b.shapeOf(part));
    begins[dim] = sizes[dim];
    sizes[dim] = b.shapeOf(x)[dim] - begins[dim];
    if (sizes[dim] != 0)
      part = b.concat({part, b.sliceBox(x, begins, sizes)}, dim);
  }
  return part;
}

Value NetworkBuilder::scatterElements(Value x, Value indices, Value updates,
                                      int64_t axis, ScatterKind kind) {
  if (!updates)
    return {};
  auto moved = moveIndexedLast(*this, x, indices, axis);
  if (!moved || !checkUpdates(*this, x, updates, shapeOf(indices)))
    return {};
  auto [last, positions, from] = *moved;
  int64_t rank = rankOf(x), size = shapeOf(last).back();
  SmallVector<int64_t> order = moveAxisLast(rank, from);
  SmallVector<int64_t> shape(shapeOf(last));
  int64_t batches = typeOf(last).getNumElements() / size;
  RowIndices rows = flattenIndices(*this, positions, {size}, batches);
  if (!rows)
    return {};
  Scatter s{reshape(last, {batches, size, 1}), rows,
            reshape(transpose(updates, order), {batches, -1, 1}), kind};
  if (!s.table || !s.updates)
    return {};
  mergeTables(*this, s);
  Value written = reshape(buildScatter(*this, s), shape);
  return replaceCorner(*this, x,
                       transpose(written, moveLastToAxis(rank, from)));
}
