//===- Sparse.cpp - Sparse constants of TFLite files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sparse.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

namespace {
/// Integers of 8, 16 or 32 bits.
class Indices {
public:
  Indices() = default;
  /// Null if there are none, or of a kind that the format does not define.
  static std::optional<Indices> get(schema::SparseIndices kind,
                                    const void *table);

  int64_t size() const { return count; }
  int64_t operator[](int64_t i) const {
    return ints     ? int64_t(ints->Get(i))
           : shorts ? int64_t(shorts->Get(i))
                    : int64_t(bytes->Get(i));
  }

private:
  const flatbuffers::Vector<int32_t> *ints = nullptr;
  const flatbuffers::Vector<uint16_t> *shorts = nullptr;
  const flatbuffers::Vector<uint8_t> *bytes = nullptr;
  int64_t count = 0;
};

/// One dimension of the traversal: a tree whose nodes at this level are
/// numbered from 0, in the order in which they are stored.
struct Level {
  /// How far in the dense tensor neighbours of this dimension are apart.
  int64_t stride = 0;
  /// Positions in this dimension.
  int64_t size = 0;
  bool isSparse = false;
  /// If sparse: the children of node i above are those from segments[i] up to
  /// segments[i + 1], at the positions `indices`.
  Indices segments, indices;
};

class Densifier {
public:
  Densifier(const Tensor &tensor, const schema::Sparsity &sparsity,
            llvm::function_ref<InFlightDiagnostic()> refuse)
      : tensor(tensor), sparsity(sparsity), rank(tensor.shape.size()),
        refuse(refuse) {}

  FailureOr<std::vector<char>> run(ArrayRef<char> stored);

private:
  LogicalResult readOrder();
  LogicalResult readBlocks();
  LogicalResult readLevels();
  LogicalResult readSparseLevel(const schema::SparseDimension &flat,
                                int64_t nodes, Level &level);
  void copy(size_t depth, int64_t node, int64_t offset);

  const Tensor &tensor;
  const schema::Sparsity &sparsity;
  size_t rank;
  llvm::function_ref<InFlightDiagnostic()> refuse;
  /// The dimension of each level: those of the shape, then those of a block.
  SmallVector<size_t> order;
  /// Sizes and strides by dimension.
  SmallVector<int64_t> sizes, strides;
  SmallVector<Level> levels;
  ArrayRef<char> stored;
  std::vector<char> dense;
  size_t width = 0;
};
} // namespace

std::optional<Indices> Indices::get(schema::SparseIndices kind,
                                    const void *table) {
  Indices indices;
  if (!table)
    return std::nullopt;
  auto set = [&](auto *&place, auto *vector) -> std::optional<Indices> {
    if (!vector)
      return std::nullopt;
    place = vector;
    indices.count = vector->size();
    return indices;
  };
  switch (kind) {
  case schema::SparseIndices_Int32Vector:
    return set(indices.ints,
               static_cast<const schema::Int32Vector *>(table)->values());
  case schema::SparseIndices_Uint16Vector:
    return set(indices.shorts,
               static_cast<const schema::Uint16Vector *>(table)->values());
  case schema::SparseIndices_Uint8Vector:
    return set(indices.bytes,
               static_cast<const schema::Uint8Vector *>(table)->values());
  default:
    return std::nullopt;
  }
}

template <typename T>
static size_t getSize(const flatbuffers::Vector<T> *vector) {
  return vector ? vector->size() : 0;
}

/// The traversal orders the dimensions of the shape, then those of a block.
LogicalResult Densifier::readOrder() {
  size_t count = rank + getSize(sparsity.block_map());
  if (getSize(sparsity.block_map()) > rank)
    return refuse() << "has blocks of more dimensions than its shape";
  if (getSize(sparsity.traversal_order()) != count ||
      getSize(sparsity.dim_metadata()) != count)
    return refuse() << "orders " << getSize(sparsity.traversal_order())
                    << " dimensions and describes "
                    << getSize(sparsity.dim_metadata()) << ", but has "
                    << count;
  for (size_t i = 0; i < count; ++i) {
    int64_t dim = sparsity.traversal_order()->Get(i);
    if (dim < 0 || size_t(dim) >= count || llvm::is_contained(order, dim) ||
        (size_t(dim) < rank) != (i < rank))
      return refuse() << "has dimension " << dim << " at place " << i
                      << " of its traversal";
    order.push_back(dim);
  }
  return success();
}

/// Sizes and strides of the blocks' dimensions, which divide those of the
/// shape.
LogicalResult Densifier::readBlocks() {
  sizes.assign(tensor.shape.begin(), tensor.shape.end());
  strides.assign(rank, 1);
  for (size_t d = rank; d-- > 1;)
    strides[d - 1] = strides[d] * sizes[d];
  sizes.resize(order.size());
  strides.resize(order.size());
  SmallVector<int64_t> blocked;
  for (size_t level = rank; level < order.size(); ++level) {
    size_t dim = order[level];
    int64_t shapeDim = sparsity.block_map()->Get(dim - rank);
    int64_t size = sparsity.dim_metadata()->Get(level)->dense_size();
    if (shapeDim < 0 || size_t(shapeDim) >= rank ||
        llvm::is_contained(blocked, shapeDim))
      return refuse() << "has blocks along dimension " << shapeDim;
    if (size < 1 || sizes[shapeDim] % size != 0)
      return refuse() << "has blocks of size " << size << " along dimension "
                      << shapeDim << ", which has " << sizes[shapeDim];
    blocked.push_back(shapeDim);
    sizes[dim] = size;
    strides[dim] = strides[shapeDim];
    sizes[shapeDim] /= size;
    strides[shapeDim] *= size;
  }
  return success();
}

LogicalResult Densifier::readSparseLevel(const schema::SparseDimension &flat,
                                         int64_t nodes, Level &level) {
  std::optional<Indices> segments =
      Indices::get(flat.array_segments_type(), flat.array_segments());
  std::optional<Indices> indices =
      Indices::get(flat.array_indices_type(), flat.array_indices());
  if (!segments || !indices)
    return refuse() << "has a sparse dimension without segments and indices "
                       "of 8, 16 or 32 bits";
  level.isSparse = true;
  level.segments = *segments;
  level.indices = *indices;
  if (segments->size() != nodes + 1 || (*segments)[0] != 0 ||
      (*segments)[nodes] != indices->size())
    return refuse() << "has " << segments->size() << " segment borders and "
                    << indices->size() << " indices for the " << nodes
                    << " rows of a sparse dimension";
  for (int64_t node = 0; node < nodes; ++node) {
    int64_t begin = (*segments)[node], end = (*segments)[node + 1];
    if (begin > end || end > indices->size())
      return refuse() << "has a segment from " << begin << " to " << end;
    for (int64_t i = begin, last = -1; i < end; ++i) {
      int64_t index = (*indices)[i];
      if (index <= last || index >= level.size)
        return refuse() << "has index " << index << " after " << last
                        << " in a sparse dimension of size " << level.size;
      last = index;
    }
  }
  return success();
}

/// Checks everything, so that `copy` need not.
LogicalResult Densifier::readLevels() {
  int64_t nodes = 1;
  for (auto [i, dim] : llvm::enumerate(order)) {
    const schema::SparseDimension &flat = *sparsity.dim_metadata()->Get(i);
    Level level;
    level.stride = strides[dim];
    level.size = sizes[dim];
    switch (flat.format()) {
    case schema::SparseFormat_DENSE:
      if (flat.dense_size() != level.size)
        return refuse() << "has a dense dimension of size " << flat.dense_size()
                        << " instead of " << level.size;
      // At most the elements of the tensor: indices do not repeat.
      nodes *= level.size;
      break;
    case schema::SparseFormat_SPARSE_CSR:
      if (i >= rank)
        return refuse() << "has sparse blocks";
      if (failed(readSparseLevel(flat, nodes, level)))
        return failure();
      nodes = level.indices.size();
      break;
    default:
      return refuse() << "has a dimension of unknown format "
                      << int(flat.format());
    }
    levels.push_back(level);
  }
  if (nodes * int64_t(width) != int64_t(stored.size()))
    return refuse() << "stores " << stored.size() << " bytes, but " << nodes
                    << " elements of type " << getTypeName(tensor.type);
  return success();
}

/// Copies what is below `node` of the levels above `depth`, which stands for
/// the elements from `offset` on.
void Densifier::copy(size_t depth, int64_t node, int64_t offset) {
  if (depth == levels.size()) {
    llvm::copy(stored.slice(node * width, width),
               dense.begin() + offset * width);
    return;
  }
  const Level &level = levels[depth];
  if (level.isSparse)
    for (int64_t i = level.segments[node]; i < level.segments[node + 1]; ++i)
      copy(depth + 1, i, offset + level.indices[i] * level.stride);
  else
    for (int64_t i = 0; i < level.size; ++i)
      copy(depth + 1, node * level.size + i, offset + i * level.stride);
}

FailureOr<std::vector<char>> Densifier::run(ArrayRef<char> bytes) {
  stored = bytes;
  width = getElementBytes(tensor.type);
  if (width == 0)
    return refuse() << "is stored sparsely, with elements of type "
                    << getTypeName(tensor.type);
  if (failed(readOrder()) || failed(readBlocks()) || failed(readLevels()))
    return failure();
  dense.resize(tensor.getNumElements() * width);
  copy(0, 0, 0);
  return std::move(dense);
}

FailureOr<std::vector<char>>
tflite::densify(const Tensor &tensor, const schema::Sparsity &sparsity,
                ArrayRef<char> stored,
                llvm::function_ref<InFlightDiagnostic()> refuse) {
  return Densifier(tensor, sparsity, refuse).run(stored);
}
