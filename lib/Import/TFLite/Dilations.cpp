//===- Dilations.cpp - Dilated convolutions of TensorFlow -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// TensorFlow computes a convolution with dilation d on the d x d images that
/// are every d-th pixel of the input: SPACE_TO_BATCH_ND, a convolution without
/// dilation, BATCH_TO_SPACE_ND. Those operators go, and the convolution between
/// them gets the dilation and the padding. What may stand between the
/// convolution and BATCH_TO_SPACE_ND treats all pixels alike.
///
//===----------------------------------------------------------------------===//

#include "Model.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::tflite;

using Integers = SmallVector<int64_t>;

/// More than any network needs, and sums of it do not overflow.
constexpr int64_t kMaxAmount = 1 << 20;
/// More operators do not stand behind a convolution; a damaged file may have a
/// circle of them.
constexpr size_t kMaxBetween = 16;

/// The elements of a constant of small integers.
static std::optional<Integers>
readConstant(const Network &network, const Operator &op, unsigned input) {
  if (input >= op.inputs.size() || op.inputs[input] < 0)
    return std::nullopt;
  const Tensor &tensor = network.tensors[op.inputs[input]];
  bool isWide = tensor.type == schema::TensorType_INT64;
  if (!tensor.isConstant ||
      (!isWide && tensor.type != schema::TensorType_INT32))
    return std::nullopt;
  Integers result;
  for (size_t at = 0; at < tensor.data.size(); at += isWide ? 8 : 4) {
    const char *bytes = tensor.data.data() + at;
    result.push_back(isWide ? int64_t(llvm::support::endian::read64le(bytes))
                            : int32_t(llvm::support::endian::read32le(bytes)));
    if (result.back() < 0 || result.back() > kMaxAmount)
      return std::nullopt;
  }
  return result;
}

/// True if the same numbers stand for the same reals in both.
static bool haveSameParams(const Tensor &a, const Tensor &b) {
  if (a.type != b.type || !a.quantization != !b.quantization)
    return false;
  if (!a.quantization)
    return true;
  auto getScales = [](const Tensor &tensor) {
    return SmallVector<float>(tensor.quantization->scale()->begin(),
                              tensor.quantization->scale()->end());
  };
  return getScales(a) == getScales(b) &&
         readZeroPoints(*a.quantization) == readZeroPoints(*b.quantization);
}

/// True for a convolution without strides and dilation.
static bool hasUnitWindow(const Operator &op) {
  auto isUnit = [](const auto *options) {
    return options && options->stride_h() == 1 && options->stride_w() == 1 &&
           options->dilation_h() == 1 && options->dilation_w() == 1;
  };
  return op.code == schema::Code_CONV_2D
             ? isUnit(op.flat->options_as_Conv2D())
             : isUnit(op.flat->options_as_DepthwiseConv2D());
}

namespace {
class DilationFolder {
public:
  explicit DilationFolder(Network &network) : network(network) {
    readers.resize(network.tensors.size());
    for (auto [number, op] : llvm::enumerate(network.operators))
      for (int32_t input : op.inputs)
        if (input >= 0)
          readers[input].push_back(number);
    for (int32_t output : network.outputs)
      readers[output].push_back(kNetwork);
  }

  void run();

private:
  static constexpr size_t kNetwork = SIZE_MAX;

  Operator *getOnlyReader(int32_t tensor);
  bool treatsPixelsAlike(const Operator &op, int32_t input) const;
  bool fold(Operator &spread);

  Network &network;
  /// Of each tensor.
  std::vector<SmallVector<size_t, 1>> readers;
  llvm::SmallDenseSet<const Operator *> removed;
};
} // namespace

/// The operator that alone reads `tensor`, or null.
Operator *DilationFolder::getOnlyReader(int32_t tensor) {
  if (readers[tensor].size() != 1 || readers[tensor].front() == kNetwork)
    return nullptr;
  Operator &op = network.operators[readers[tensor].front()];
  return op.outputs.size() == 1 ? &op : nullptr;
}

/// True if `op` computes each pixel of its `input` from that pixel alone, and
/// all of them in the same way.
bool DilationFolder::treatsPixelsAlike(const Operator &op,
                                       int32_t input) const {
  switch (op.code) {
  case schema::Code_ABS:
  case schema::Code_DEQUANTIZE:
  case schema::Code_ELU:
  case schema::Code_HARD_SWISH:
  case schema::Code_LEAKY_RELU:
  case schema::Code_LOGISTIC:
  case schema::Code_NEG:
  case schema::Code_QUANTIZE:
  case schema::Code_RELU:
  case schema::Code_RELU6:
  case schema::Code_RELU_0_TO_1:
  case schema::Code_RELU_N1_TO_1:
  case schema::Code_TANH:
    return true;
  case schema::Code_ADD:
  case schema::Code_DIV:
  case schema::Code_MAXIMUM:
  case schema::Code_MINIMUM:
  case schema::Code_MUL:
  case schema::Code_PRELU:
  case schema::Code_SUB:
    // The other operand is a constant for each channel, or one for all.
    return llvm::all_of(op.inputs, [&](int32_t operand) {
      if (operand == input)
        return true;
      if (operand < 0 || !network.tensors[operand].isConstant)
        return false;
      ArrayRef<int64_t> shape = network.tensors[operand].shape;
      return shape.empty() || llvm::all_of(shape.drop_back(), [](int64_t size) {
               return size == 1;
             });
    });
  default:
    return false;
  }
}

/// Removes the pair that begins with `spread`, a SPACE_TO_BATCH_ND. False if
/// the operators behind it are others.
bool DilationFolder::fold(Operator &spread) {
  std::optional<Integers> block = readConstant(network, spread, 1);
  std::optional<Integers> paddings = readConstant(network, spread, 2);
  if (!block || !paddings || spread.outputs.size() != 1 || block->empty() ||
      paddings->size() != 2 * block->size() || llvm::is_contained(*block, 0))
    return false;
  int32_t from = spread.inputs[0], tensor = spread.outputs[0];
  size_t rank = network.tensors[from].shape.size();
  if (!haveSameParams(network.tensors[from], network.tensors[tensor]))
    return false;

  // A line becomes an image of one row or one column.
  Operator *op = getOnlyReader(tensor), *expand = nullptr;
  size_t firstDimension = 0; // Of the image's, which the first of `block` is.
  if (op && op->code == schema::Code_EXPAND_DIMS && rank == 3) {
    std::optional<Integers> axis = readConstant(network, *op, 1);
    if (!axis || axis->size() != 1 || ((*axis)[0] != 1 && (*axis)[0] != 2))
      return false;
    firstDimension = (*axis)[0] == 1 ? 1 : 0;
    expand = op;
    tensor = op->outputs[0];
    op = getOnlyReader(tensor);
  } else if (rank != 4) {
    return false;
  }
  if (!op || op->inputs.empty() || op->inputs[0] != tensor || op->dilation ||
      (op->code != schema::Code_CONV_2D &&
       op->code != schema::Code_DEPTHWISE_CONV_2D) ||
      !hasUnitWindow(*op) || firstDimension + block->size() > 2)
    return false;

  Operator *convolution = op, *last = op;
  SmallVector<int32_t> between;
  bool isSqueezed = false;
  for (;;) {
    int32_t result = last->outputs[0];
    op = getOnlyReader(result);
    if (!op)
      return false;
    if (op->code == schema::Code_BATCH_TO_SPACE_ND && op->inputs[0] == result)
      break;
    bool squeezes = expand && !isSqueezed && op->code == schema::Code_SQUEEZE;
    isSqueezed |= squeezes;
    if ((!squeezes && !treatsPixelsAlike(*op, result)) ||
        between.size() == kMaxBetween)
      return false;
    between.push_back(result);
    last = op;
  }
  Operator &gather = *op;
  std::optional<Integers> crops = readConstant(network, gather, 2);
  if (!crops || crops->size() != paddings->size() ||
      readConstant(network, gather, 1) != block ||
      isSqueezed != (expand != nullptr) ||
      !haveSameParams(network.tensors[last->outputs[0]],
                      network.tensors[gather.outputs[0]]))
    return false;

  Dilation dilation;
  for (size_t i = 0; i < block->size(); ++i) {
    dilation.rate[firstDimension + i] = (*block)[i];
    dilation.before[firstDimension + i] = (*paddings)[2 * i] - (*crops)[2 * i];
    dilation.after[firstDimension + i] =
        (*paddings)[2 * i + 1] - (*crops)[2 * i + 1];
  }
  convolution->dilation = dilation;
  (expand ? expand : convolution)->inputs[0] = from;
  // Sizes between are no longer those that the file says.
  if (expand)
    between.push_back(expand->outputs[0]);
  for (int32_t index : between)
    network.tensors[index].open.set();
  last->outputs[0] = gather.outputs[0];
  removed.insert(&spread);
  removed.insert(&gather);
  return true;
}

void DilationFolder::run() {
  for (Operator &op : network.operators)
    if (op.code == schema::Code_SPACE_TO_BATCH_ND && op.inputs.size() == 3 &&
        op.inputs[0] >= 0)
      fold(op);
  if (!removed.empty())
    llvm::erase_if(network.operators,
                   [&](const Operator &op) { return removed.contains(&op); });
}

void tflite::foldDilations(Network &network) { DilationFolder(network).run(); }
