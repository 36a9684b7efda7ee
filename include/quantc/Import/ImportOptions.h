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

/// Options of every importer.
struct ImportOptions {
  /// The most bytes that one tensor may have, and all constants together that
  /// the file declares without holding their values (splats). A few bytes of a
  /// file can declare any size.
  uint64_t maxBytes = uint64_t(1) << 30;
  /// What a symbolic batch dimension becomes; at least 1.
  int64_t batch = 1;
  /// Which entry point of a TFLite file is the network; empty: that of the
  /// first subgraph.
  std::string signature;
  /// The layout that the network's inputs and outputs shall have. ONNX files
  /// are taken for NCHW, TFLite files for NHWC and others for what they are not
  /// to become.
  ImageLayout inputLayout = ImageLayout::AsInFile;
  ImageLayout outputLayout = ImageLayout::AsInFile;
};

} // namespace quantc

#endif // QUANTC_IMPORT_IMPORTOPTIONS_H
