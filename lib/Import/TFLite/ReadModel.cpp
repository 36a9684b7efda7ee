//===- ReadModel.cpp - Reading and checking TFLite files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"
#include "Sparse.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"

#include <cfloat>
#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

/// What no honest file reaches: more would only cost time and memory.
constexpr int64_t kMaxBytes = INT32_MAX;
constexpr unsigned kMaxRank = 8;
constexpr unsigned kMaxNesting = 64;
constexpr unsigned kMaxTables = 200'000;
constexpr size_t kMaxIndices = 1'000'000;
constexpr size_t kMaxNameLength = 1024;
/// A small file may claim large sparse constants.
constexpr int64_t kMaxDensified = int64_t(1) << 27;
constexpr uint32_t kVersion = 3;

/// A vector that may be missing has no elements.
template <typename T>
static size_t getSize(const flatbuffers::Vector<T> *vector) {
  return vector ? vector->size() : 0;
}

static StringRef getString(const flatbuffers::String *string) {
  return string ? StringRef(string->c_str(), string->size()) : StringRef();
}

namespace {
class Reader {
public:
  Reader(llvm::MemoryBufferRef file, const ImportOptions &options, Location loc)
      : file(file), options(options), loc(loc) {}

  FailureOr<Model> read();

private:
  LogicalResult verifyFile();
  LogicalResult readTensors(const schema::SubGraph &graph);
  LogicalResult readShape(const schema::Tensor &flat, Tensor &tensor);
  LogicalResult readData(const schema::Tensor &flat, Tensor &tensor);
  LogicalResult unpack(ArrayRef<char> stored, Tensor &tensor);
  LogicalResult readSparse(const schema::Sparsity &flat, ArrayRef<char> stored,
                           Tensor &tensor);
  bool foldDensify(const Operator &op);
  LogicalResult checkQuantization(const Tensor &tensor);
  LogicalResult expandBlocks(const schema::Tensor &flat, Tensor &tensor);
  LogicalResult readOperators(const schema::SubGraph &graph);
  LogicalResult readSubgraph(const schema::SubGraph &graph);
  LogicalResult readSignature(const schema::SignatureDef &flat, Model &result);
  LogicalResult readNames(
      const flatbuffers::Vector<flatbuffers::Offset<schema::SignatureTensor>>
          *names,
      const Network &subgraph, StringRef key,
      llvm::SmallDenseMap<int32_t, StringRef> &result);
  LogicalResult readCode(uint32_t index, Operator &op);
  LogicalResult readIndices(const flatbuffers::Vector<int32_t> *indices,
                            int32_t least, const Twine &what,
                            SmallVectorImpl<int32_t> &result);

  InFlightDiagnostic refuse() {
    return emitError(loc) << "the file is damaged or not a TFLite network: ";
  }
  InFlightDiagnostic refuse(const Tensor &tensor) {
    return emitError(loc) << "tensor '" << getTensorName(tensor) << "' ";
  }

  llvm::MemoryBufferRef file;
  const ImportOptions &options;
  Location loc;
  const schema::Model *model = nullptr;
  /// The subgraph that is being read.
  Network network;
  size_t numIndices = 0;
  int64_t densifiedBytes = 0;
};
} // namespace

LogicalResult Reader::verifyFile() {
  if (file.getBufferSize() >= size_t(kMaxBytes))
    return emitError(loc) << "has " << file.getBufferSize()
                          << " bytes; networks of more than 2 GiB are not read";
  auto data = reinterpret_cast<const uint8_t *>(file.getBufferStart());
  flatbuffers::Verifier verifier(data, file.getBufferSize(), kMaxNesting,
                                 kMaxTables);
  if (!schema::VerifyModelBuffer(verifier))
    return refuse() << "its offsets do not lead to a model";
  model = schema::GetModel(data);
  if (model->version() != kVersion)
    return emitError(loc) << "has version " << model->version()
                          << " of the TFLite format; only version 3 is read";
  if (getSize(model->subgraphs()) == 0)
    return refuse() << "it holds no subgraph";
  return success();
}

LogicalResult Reader::readShape(const schema::Tensor &flat, Tensor &tensor) {
  size_t rank = getSize(flat.shape());
  if (rank > kMaxRank)
    return refuse(tensor) << "has " << rank << " dimensions; more than "
                          << kMaxRank << " are not read";
  bool hasSignature = getSize(flat.shape_signature()) == rank;
  tensor.open.resize(rank);
  for (size_t d = 0; d < rank; ++d) {
    int64_t size = flat.shape()->Get(d);
    bool isOpen =
        size == -1 || (hasSignature && flat.shape_signature()->Get(d) == -1);
    if (size < (isOpen ? -1 : 0))
      return refuse(tensor) << "has size " << size << " in dimension " << d;
    tensor.open[d] = isOpen;
    if (isOpen)
      size = d == 0 ? options.batch : std::max<int64_t>(size, 1);
    tensor.shape.push_back(size);
  }
  int64_t bytes = std::max(getElementBytes(tensor.type), 1u);
  for (int64_t size : tensor.shape)
    if (llvm::MulOverflow(bytes, size, bytes) || bytes > kMaxBytes)
      return refuse(tensor) << "would have more than 2 GiB";
  return success();
}

LogicalResult Reader::readData(const schema::Tensor &flat, Tensor &tensor) {
  if (flat.buffer() >= getSize(model->buffers()))
    return refuse(tensor) << "has its values in buffer " << flat.buffer()
                          << ", but the file has " << getSize(model->buffers());
  const schema::Buffer *buffer = model->buffers()->Get(flat.buffer());
  if (buffer->offset() > 1 || buffer->size() > 1)
    return refuse(tensor)
           << "has its values outside of the flatbuffer, as in networks of "
              "more than 2 GiB, which are not read";
  size_t size = getSize(buffer->data());
  bool isSparse = flat.sparsity();
  // An empty list of axes, say, has no bytes, and nothing to compute either.
  tensor.isConstant = size > 0 || isSparse || tensor.getNumElements() == 0;
  if (size == 0 && !isSparse)
    return success();
  if (!tensor.open.none())
    return refuse(tensor) << "is a constant of unknown shape";
  ArrayRef<char> stored;
  if (size > 0)
    stored = {reinterpret_cast<const char *>(buffer->data()->data()), size};
  if (isSparse)
    return readSparse(*flat.sparsity(), stored, tensor);
  if (tensor.type == schema::TensorType_INT4)
    return unpack(stored, tensor);
  // Types of other sizes (strings) fail where they are used.
  size_t bytes = getElementBytes(tensor.type);
  if (bytes && size != tensor.getNumElements() * bytes)
    return refuse(tensor) << "has " << size << " bytes of values, but "
                          << tensor.getNumElements() << " elements of type "
                          << getTypeName(tensor.type);
  tensor.data = stored;
  return success();
}

/// Two elements are in a byte, the first one in its lower half.
LogicalResult Reader::unpack(ArrayRef<char> stored, Tensor &tensor) {
  size_t count = tensor.getNumElements();
  if (stored.size() != (count + 1) / 2)
    return refuse(tensor) << "has " << stored.size() << " bytes of values, but "
                          << count << " elements of type INT4";
  std::vector<char> &wide = network.densified.emplace_back(count);
  for (size_t i = 0; i < count; ++i) {
    int bits = stored[i / 2] >> (i % 2 ? 4 : 0) & 15;
    wide[i] = static_cast<char>(bits < 8 ? bits : bits - 16);
  }
  tensor.data = wide;
  tensor.type = schema::TensorType_INT8;
  return success();
}

LogicalResult Reader::readSparse(const schema::Sparsity &flat,
                                 ArrayRef<char> stored, Tensor &tensor) {
  if (tensor.getNumElements() == 0)
    return success();
  densifiedBytes += tensor.getNumElements() * getElementBytes(tensor.type);
  if (densifiedBytes > kMaxDensified)
    return refuse(tensor) << "and the sparse ones before it would have more "
                             "than 128 MiB; convert the network with dense "
                             "weights";
  FailureOr<std::vector<char>> dense =
      densify(tensor, flat, stored, [&] { return refuse(tensor); });
  if (failed(dense))
    return failure();
  network.densified.push_back(std::move(*dense));
  tensor.data = network.densified.back();
  return success();
}

/// The range in which the zero point of a quantized type lies.
static std::pair<int64_t, int64_t> getZeroPointRange(schema::TensorType type) {
  if (type == schema::TensorType_UINT8)
    return {0, UINT8_MAX};
  if (type == schema::TensorType_INT16)
    return {INT16_MIN, INT16_MAX};
  return {INT8_MIN, INT8_MAX};
}

LogicalResult Reader::checkQuantization(const Tensor &tensor) {
  const schema::Quantization &params = *tensor.quantization;
  if (params.details_type() != schema::QuantizationDetails_NONE)
    return refuse(tensor) << "has quantization parameters of a custom kind; "
                             "only scales and zero points are read";
  size_t count = params.scale()->size();
  int32_t axis = params.quantized_dimension();
  bool perAxis = count > 1;
  if (perAxis && (axis < 0 || size_t(axis) >= tensor.shape.size()))
    return refuse(tensor) << "has one scale for each element of dimension "
                          << axis << ", which does not exist";
  if (perAxis && int64_t(count) != tensor.shape[axis])
    return refuse(tensor) << "has " << count << " scales for "
                          << tensor.shape[axis] << " elements of dimension "
                          << axis;
  SmallVector<int64_t> zeroPoints = readZeroPoints(params);
  if (zeroPoints.size() > 1 && zeroPoints.size() != count)
    return refuse(tensor) << "has " << count << " scales and "
                          << zeroPoints.size() << " zero points";
  for (float scale : *params.scale())
    if (!(scale >= FLT_MIN && scale <= FLT_MAX))
      return refuse(tensor)
             << "has the scale " << scale << ", which is not a positive number";
  auto [least, most] = getZeroPointRange(tensor.type);
  for (int64_t z : zeroPoints)
    if (z < least || z > most)
      return refuse(tensor)
             << "has the zero point " << z << ", which is not a value of type "
             << getTypeName(tensor.type);
  return success();
}

LogicalResult Reader::readTensors(const schema::SubGraph &graph) {
  size_t count = getSize(graph.tensors());
  network.tensors.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const schema::Tensor &flat = *graph.tensors()->Get(i);
    Tensor tensor;
    tensor.index = i;
    tensor.name = getString(flat.name()).take_front(kMaxNameLength);
    tensor.type = flat.type();
    tensor.isVariable = flat.is_variable();
    // Ranges of float tensors, from which parameters could be derived, are not
    // parameters.
    const schema::Quantization *params = flat.quantization();
    bool hasBlocks = params && params->details_as_BlockwiseQuantization();
    if (params && getSize(params->scale()) > 0 && !hasBlocks)
      tensor.quantization = flat.quantization();
    // Of tensors of other types, such as biases, TFLite's kernels read no more
    // than a scale; files hold anything in the other fields.
    bool readsParameters = tensor.quantization && isQuantizedType(tensor.type);
    if (failed(readShape(flat, tensor)) || failed(readData(flat, tensor)) ||
        (readsParameters && failed(checkQuantization(tensor))))
      return failure();
    network.tensors.push_back(std::move(tensor));
  }
  // Scales may stand behind what they belong to.
  for (size_t i = 0; i < count; ++i)
    if (failed(expandBlocks(*graph.tensors()->Get(i), network.tensors[i])))
      return failure();
  return success();
}

/// Replaces the integers of `tensor` by their reals if they have a scale per
/// block.
LogicalResult Reader::expandBlocks(const schema::Tensor &flat, Tensor &tensor) {
  const schema::BlockwiseQuantization *blocks =
      flat.quantization()
          ? flat.quantization()->details_as_BlockwiseQuantization()
          : nullptr;
  if (!blocks)
    return success();
  int64_t size = blocks->block_size();
  if (!tensor.isConstant || tensor.type != schema::TensorType_INT8 ||
      tensor.shape.empty() || size < 1 || tensor.shape.back() % size != 0)
    return refuse(tensor) << "has a scale for every " << size
                          << " elements, which is read of constants of INT4 "
                             "and INT8 that consist of such blocks only";
  int64_t count = tensor.getNumElements() / size;
  auto find = [&](int32_t index) -> const Tensor * {
    if (index < 0 || size_t(index) >= network.tensors.size())
      return nullptr;
    const Tensor &found = network.tensors[index];
    return found.isConstant && found.getNumElements() == count ? &found
                                                               : nullptr;
  };
  const Tensor *scales = find(blocks->scales());
  if (!scales || (scales->type != schema::TensorType_FLOAT16 &&
                  scales->type != schema::TensorType_FLOAT32))
    return refuse(tensor) << "has the scales of its blocks in tensor "
                          << blocks->scales() << ", which holds no " << count
                          << " constants of FLOAT16 or FLOAT32";
  SmallVector<int64_t> zeroPoints(count, 0);
  if (const Tensor *stored = find(blocks->zero_points())) {
    switch (stored->type) {
    case schema::TensorType_INT8:
    case schema::TensorType_UINT8:
    case schema::TensorType_INT16:
    case schema::TensorType_INT32:
    case schema::TensorType_INT64:
      zeroPoints = readIntegers(*stored);
      break;
    default:
      return refuse(tensor)
             << "has the zero points of its blocks in tensor "
             << blocks->zero_points() << " of type "
             << getTypeName(stored->type) << ", which holds no integers";
    }
  }
  // Integers less their zero points need more bits than those of the file.
  bool isNarrow =
      flat.type() == schema::TensorType_INT4 &&
      llvm::all_of(zeroPoints, [](int64_t zero) { return zero == 0; });
  if (llvm::any_of(zeroPoints,
                   [](int64_t zero) { return !llvm::isInt<8>(zero); }))
    return refuse(tensor) << "has blocks with zero points that are no int8";
  SmallVector<float> factors = readFloats(*scales);
  std::vector<char> &reals =
      network.densified.emplace_back(tensor.data.size() * sizeof(float));
  for (auto [i, code] : llvm::enumerate(tensor.data)) {
    auto steps = static_cast<signed char>(code) - zeroPoints[i / size];
    float real = static_cast<float>(steps) * factors[i / size];
    llvm::support::endian::write32le(&reals[i * sizeof(float)],
                                     llvm::bit_cast<uint32_t>(real));
  }
  tensor.data = reals;
  tensor.type = schema::TensorType_FLOAT32;
  tensor.quantization = nullptr;
  tensor.block = size;
  tensor.blockBits = isNarrow ? 4 : 8;
  return success();
}

LogicalResult Reader::readIndices(const flatbuffers::Vector<int32_t> *indices,
                                  int32_t least, const Twine &what,
                                  SmallVectorImpl<int32_t> &result) {
  numIndices += getSize(indices);
  if (numIndices > kMaxIndices)
    return refuse() << "its operators have more than " << kMaxIndices
                    << " operands";
  for (size_t i = 0; i < getSize(indices); ++i) {
    int32_t index = indices->Get(i);
    if (index < least || index >= int64_t(network.tensors.size()))
      return refuse() << what << " is tensor " << index << ", but there are "
                      << network.tensors.size();
    result.push_back(index);
  }
  return success();
}

LogicalResult Reader::readCode(uint32_t index, Operator &op) {
  if (index >= getSize(model->operator_codes()))
    return refuse() << "operator " << network.operators.size() << " has code "
                    << index << ", but there are "
                    << getSize(model->operator_codes());
  const schema::OperatorCode &code = *model->operator_codes()->Get(index);
  // Old files have the older field only; codes that do not fit it are in the
  // newer one.
  op.code = std::max(schema::Code(code.deprecated_code()), code.code());
  if (op.code == schema::Code_CUSTOM)
    op.customName = getString(code.custom_code()).take_front(kMaxNameLength);
  op.version = code.version();
  return success();
}

/// True if `op` only made a constant dense, which it is already: its result is
/// that constant.
bool Reader::foldDensify(const Operator &op) {
  if (op.code != schema::Code_DENSIFY || op.inputs.size() != 1 ||
      op.outputs.size() != 1 || op.inputs[0] < 0)
    return false;
  const Tensor &from = network.tensors[op.inputs[0]];
  Tensor &to = network.tensors[op.outputs[0]];
  if (!from.isConstant || to.isConstant || from.type != to.type ||
      from.shape != to.shape)
    return false;
  to.data = from.data;
  return to.isConstant = true;
}

LogicalResult Reader::readOperators(const schema::SubGraph &graph) {
  network.operators.reserve(getSize(graph.operators()));
  for (size_t i = 0; i < getSize(graph.operators()); ++i) {
    const schema::Operator &flat = *graph.operators()->Get(i);
    Operator op;
    op.flat = &flat;
    if (failed(readCode(flat.opcode_index(), op)) ||
        failed(readIndices(flat.inputs(), -1,
                           "an input of operator " + Twine(i), op.inputs)) ||
        failed(readIndices(flat.outputs(), 0,
                           "an output of operator " + Twine(i), op.outputs)))
      return failure();
    for (int32_t output : op.outputs)
      if (network.tensors[output].data.empty())
        network.tensors[output].isConstant = false; // Empty, and computed.
    if (!foldDensify(op))
      network.operators.push_back(std::move(op));
  }
  return success();
}

LogicalResult Reader::readSubgraph(const schema::SubGraph &graph) {
  network = Network();
  network.name = getString(graph.name()).take_front(kMaxNameLength);
  if (failed(readTensors(graph)) || failed(readOperators(graph)) ||
      failed(readIndices(graph.inputs(), 0, "an input of the network",
                         network.inputs)))
    return failure();
  if (failed(readIndices(graph.outputs(), 0, "an output of the network",
                         network.outputs)))
    return failure();
  foldDilations(network);
  return success();
}

LogicalResult Reader::readNames(
    const flatbuffers::Vector<flatbuffers::Offset<schema::SignatureTensor>>
        *names,
    const Network &subgraph, StringRef key,
    llvm::SmallDenseMap<int32_t, StringRef> &result) {
  for (size_t i = 0; i < getSize(names); ++i) {
    const schema::SignatureTensor &name = *names->Get(i);
    if (name.tensor() >= subgraph.tensors.size())
      return refuse() << "signature '" << key << "' names tensor "
                      << name.tensor() << ", but there are "
                      << subgraph.tensors.size();
    StringRef text = getString(name.name()).take_front(kMaxNameLength);
    if (!text.empty())
      result.try_emplace(name.tensor(), text);
  }
  return success();
}

LogicalResult Reader::readSignature(const schema::SignatureDef &flat,
                                    Model &result) {
  Signature signature;
  signature.key =
      llvm::json::fixUTF8(getString(flat.key()).take_front(kMaxNameLength));
  signature.subgraph = flat.subgraph();
  if (signature.subgraph >= result.subgraphs.size())
    return refuse() << "signature '" << signature.key << "' is of subgraph "
                    << signature.subgraph << ", but there are "
                    << result.subgraphs.size();
  const Network &subgraph = result.subgraphs[signature.subgraph];
  if (failed(readNames(flat.inputs(), subgraph, signature.key,
                       signature.inputs)) ||
      failed(readNames(flat.outputs(), subgraph, signature.key,
                       signature.outputs)))
    return failure();
  result.signatures.push_back(std::move(signature));
  return success();
}

FailureOr<Model> Reader::read() {
  if (failed(verifyFile()))
    return failure();
  Model result;
  for (const schema::SubGraph *graph : *model->subgraphs()) {
    if (failed(readSubgraph(*graph)))
      return failure();
    result.subgraphs.push_back(std::move(network));
  }
  for (size_t i = 0; i < getSize(model->signature_defs()); ++i)
    if (failed(readSignature(*model->signature_defs()->Get(i), result)))
      return failure();
  return std::move(result);
}

FailureOr<Model> tflite::readModel(llvm::MemoryBufferRef file,
                                   const ImportOptions &options, Location loc) {
  return Reader(file, options, loc).read();
}
