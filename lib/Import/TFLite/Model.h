//===- Model.h - A checked TFLite file -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportTFLite: what a .tflite file says, with every offset,
/// index and size checked. Whoever holds a `Model` need not distrust the file
/// any more, except for the meaning of options and of constants' values.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_MODEL_H
#define QUANTC_LIB_IMPORT_TFLITE_MODEL_H

#include "quantc/Import/ImportOptions.h"
#include "schema_generated.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <deque>
#include <string>
#include <vector>

namespace quantc::tflite {

/// A tensor of the network. Views point into the file, or into the network.
struct Tensor {
  /// As the file has it: perhaps empty, not UTF-8, or another tensor's too.
  llvm::StringRef name;
  size_t index = 0;
  schema::TensorType type = schema::TensorType_FLOAT32;
  llvm::SmallVector<int64_t> shape;
  /// Dimensions whose size was unknown when the file was written. The first has
  /// the batch in `shape`, others have what the file holds there.
  llvm::SmallBitVector open;
  /// Parameters, or null. There is at least one scale, and one for each element
  /// of the quantized dimension if there are several; scales are positive.
  const schema::Quantization *quantization = nullptr;
  /// Elements of a constant, as many as the shape says. Those of 4 bits are
  /// int8 here, and those with a scale per block are the reals in float32.
  llvm::ArrayRef<char> data;
  /// How many elements of the last dimension have a scale in the file, and the
  /// bits that an integer has there. 0 if there are no such blocks.
  int64_t block = 0;
  unsigned blockBits = 0;
  bool isConstant = false;
  /// State between two runs of the network.
  bool isVariable = false;

  int64_t getNumElements() const;
};

/// A convolution whose pixels TensorFlow takes apart and puts together again.
/// One element for height and one for width.
struct Dilation {
  int64_t rate[2] = {1, 1};
  /// Padding outside of the convolution's own; negative padding crops.
  int64_t before[2] = {0, 0}, after[2] = {0, 0};
};

/// One operation: indices are those of tensors, -1 an input that is not there.
struct Operator {
  schema::Code code = schema::Code_CUSTOM;
  /// The name of a custom operator, otherwise empty.
  llvm::StringRef customName;
  int32_t version = 1;
  llvm::SmallVector<int32_t> inputs, outputs;
  /// Where the options are.
  const schema::Operator *flat = nullptr;
  /// Instead of the options' dilation, which is 1.
  std::optional<Dilation> dilation;
};

/// A subgraph of a file.
struct Network {
  Network() = default;
  /// Tensors point to `densified`, which moves but must not be copied.
  Network(const Network &) = delete;
  Network(Network &&) = default;
  Network &operator=(Network &&) = default;

  llvm::StringRef name;
  std::vector<Tensor> tensors;
  /// Elements of constants that the file stores in another form.
  std::deque<std::vector<char>> densified;
  std::vector<Operator> operators;
  llvm::SmallVector<int32_t> inputs, outputs;
};

/// An entry point of a file, with the names that its function has for inputs
/// and outputs of subgraph number `subgraph`.
struct Signature {
  std::string key;
  size_t subgraph = 0;
  /// By tensor.
  llvm::SmallDenseMap<int32_t, llvm::StringRef> inputs, outputs;
};

/// A file. It has at least one subgraph.
struct Model {
  std::vector<Network> subgraphs;
  std::vector<Signature> signatures;
};

/// Makes dilated convolutions of those that stand between SPACE_TO_BATCH_ND and
/// BATCH_TO_SPACE_ND. Tensors between them are `open`.
void foldDilations(Network &network);

/// The elements of a constant of INT8, UINT8, INT16, INT32 or INT64.
llvm::SmallVector<int64_t> readIntegers(const Tensor &tensor);

/// The elements of a constant of FLOAT16 or FLOAT32.
llvm::SmallVector<float> readFloats(const Tensor &tensor);

/// The tensor's name, valid UTF-8 and never empty.
std::string getTensorName(const Tensor &tensor);

/// The zero points of `params`, perhaps none. A damaged file has them where
/// int64 are not aligned, which the verifier of flatbuffers lets pass.
llvm::SmallVector<int64_t> readZeroPoints(const schema::Quantization &params);

/// Bytes of an element, or 0 for types without a fixed size.
unsigned getElementBytes(schema::TensorType type);

/// True for int8, uint8 and int16: reals inside of the network.
bool isQuantizedType(schema::TensorType type);

/// "INT8" and the like, a number for what the format does not define.
std::string getTypeName(schema::TensorType type);

/// "CONV_2D", "CUSTOM 'name'", or a number for unknown operators.
std::string getOperatorName(const Operator &op);

/// Reads and checks `file`, whose bytes must be aligned to 16 and outlive the
/// result. Failure after a diagnostic at `loc`.
llvm::FailureOr<Model> readModel(llvm::MemoryBufferRef file,
                                 const ImportOptions &options,
                                 mlir::Location loc);

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_MODEL_H
