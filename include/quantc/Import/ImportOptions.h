//===- ImportOptions.h - What importers are told -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_IMPORT_IMPORTOPTIONS_H
#define QUANTC_IMPORT_IMPORTOPTIONS_H

#include <cstdint>
#include <string>

namespace quantc {

/// Where the channels of images (tensors of rank 3 to 5) are.
enum class ImageLayout {
  AsInFile,
  NHWC, ///< last; also NLC and NDHWC
  NCHW  ///< behind the batch; also NCL and NCDHW
};

/// What becomes of the state of an operator that computes a whole sequence.
enum class SequenceStates {
  Zero,     ///< every run starts with 0
  Operands, ///< it is an input and an output of the network
  Held,     ///< the same, and the object has steps that hide both (NAME_step)
};

/// Options of every importer.
struct ImportOptions {
  /// The most bytes that one tensor may have. All constants that the file
  /// declares without holding their values (splats) may together have as many.
  /// The limit is needed because a few bytes of a file can declare any size.
  uint64_t maxBytes = uint64_t(1) << 30;
  /// The size of a symbolic batch dimension; at least 1.
  int64_t batch = 1;
  /// The signature of a TFLite file that is the network. If it is empty, the
  /// network is that of the first subgraph.
  std::string signature;
  /// For the variable tensors of TFLite's sequence operators. The state of
  /// operators that compute one step is always an operand of the network.
  SequenceStates sequenceStates = SequenceStates::Zero;
  /// The layouts to which the network's inputs and outputs are converted. The
  /// layout in the file is assumed to be NCHW for ONNX, NHWC for TFLite, and
  /// for other files the one of the two that is not asked for.
  ImageLayout inputLayout = ImageLayout::AsInFile;
  ImageLayout outputLayout = ImageLayout::AsInFile;
};

} // namespace quantc

#endif // QUANTC_IMPORT_IMPORTOPTIONS_H
