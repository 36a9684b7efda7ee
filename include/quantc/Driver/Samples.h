//===- Samples.h - Input data, sample by sample -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
///
/// \file
/// Binds the arrays of .npy and .npz files to the inputs of a network.
///
/// In an .npz file the array of an input has the input's name or its other name
/// (TensorInfo::alias). A network with one input also accepts the keys `x` and
/// `input`, the only array of the file (labels do not count), or a .npy file. A
/// state of which the file has no array takes its initial value in every
/// sample, and does not count as an input here. Other keys are ignored. For an
/// input of shape [d0, d1, ...] an array may have the shape
///
///   * [N, d0, d1, ...]: N samples, or
///   * [N * d0, d1, ...]: N samples along the leading dimension. If d0 is 1,
///     this is the usual [N, d1, ...].
///
/// Element types are those of the network: nothing is converted silently. With
/// Preprocessing that names a scale, mean or deviation, an array may have any
/// type, and its numbers, through the formula, are the reals that a float input
/// takes as float32 and an integer input with a scale as integers of that
/// scale. Inputs of other integers (indices) take arrays as they are; an input
/// of int32 also takes int64, the type of indices in ONNX files, if every value
/// is an int32.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DRIVER_SAMPLES_H
#define QUANTC_DRIVER_SAMPLES_H

#include "quantc/Calibration/Preprocessing.h"
#include "quantc/Calibration/SampleSet.h"
#include "quantc/Emit/Emit.h"
#include "quantc/Support/Npz.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <memory>

namespace quantc {

/// The key of labels.
inline constexpr llvm::StringRef kLabels = "y";

/// The arrays of one file, bound to a network's inputs.
class SampleFile {
public:
  /// Reads `path` (.npy or .npz) and binds it. Errors name the file and the
  /// key.
  static llvm::Expected<SampleFile>
  open(llvm::StringRef path, llvm::ArrayRef<TensorInfo> inputs,
       const Preprocessing &preprocessing = {});
  /// Binds the same arrays to the inputs of another network.
  llvm::Expected<SampleFile> rebind(llvm::ArrayRef<TensorInfo> inputs) const;

  size_t samples() const { return sampleCount; }
  /// The file's path in quotes, for messages.
  const std::string &quotedPath() const { return file; }
  /// The inputs of sample `index`, in the network's order.
  std::vector<Array> sample(size_t index) const;
  /// Fails if a value of the sample is NaN or infinite, or becomes so by
  /// preprocessing.
  llvm::Error checkFinite(size_t index) const;
  /// True if the array has a dimension for the samples, before d0.
  bool stacked() const { return hasOwnAxis; }
  /// Whether the file has an array for an input; else it is a state, which
  /// takes its initial value.
  bool gives(size_t input) const { return !bindings[input].key.empty(); }
  /// The parameters that represent all values of an input exactly. They exist
  /// if its array holds 8-bit integers that preprocessing maps to evenly spaced
  /// numbers.
  std::optional<AffineParams> exactParameters(size_t input) const;
  /// Another array of the file, such as labels, or null.
  const Array *find(llvm::StringRef key) const;

private:
  llvm::Error bind(llvm::ArrayRef<TensorInfo> inputs);
  /// Converts the int64 array `key` to int32. Every value must fit.
  llvm::Error narrowIntegers(llvm::StringRef key);
  llvm::Error bindInput(const TensorInfo &input, llvm::StringRef key);
  /// True if preprocessing computes the elements of the input from those of the
  /// array.
  bool converts(const TensorInfo &input) const;

  /// What the file has for one input.
  struct Binding {
    /// The key of the array. If it is empty, every sample has the input's
    /// initial value.
    std::string key;
    LayoutChange change = LayoutChange::None;
    Array initial;
  };
  Array convert(const Array &sample, const TensorInfo &input,
                LayoutChange change) const;

  std::string file;
  std::shared_ptr<const ArrayMap> arrays;
  std::map<std::string, std::string> unsupported; // keys, and why
  Preprocessing preprocessing;
  std::vector<TensorInfo> inputs;
  std::vector<Binding> bindings; // of each input
  std::string countedKey;        // of the first array that is bound
  size_t sampleCount = 0;
  bool hasOwnAxis = false;
};

/// The progress of a pass over a data set.
struct Progress {
  uint64_t samples = 0; // done so far
  double fraction = 0;  // of the data set's bytes
};

/// Replaces folders by the .npy and .npz files in them, in the order of names.
/// No file at all is an error.
llvm::Expected<std::vector<std::string>>
listSampleFiles(llvm::ArrayRef<std::string> paths);

/// Calls `visit` for every sample of `files`, holding one file in memory at a
/// time. Stops early, with success, when `visit` returns false. A data set
/// without samples is an error.
llvm::Error
forEachSample(llvm::ArrayRef<std::string> files,
              llvm::ArrayRef<TensorInfo> inputs,
              const Preprocessing &preprocessing,
              llvm::function_ref<llvm::Expected<bool>(const SampleFile &,
                                                      size_t, Progress)>
                  visit);

/// Collects the outputs of successive samples into one array per output. The
/// array has the form that the inputs had: samples have a dimension of their
/// own, or are joined along the leading dimension. Outputs of rank 0 have no
/// leading dimension, so several samples become a vector.
class OutputCollector {
public:
  OutputCollector(llvm::ArrayRef<TensorInfo> outputs, bool ownAxis);
  void add(llvm::ArrayRef<Array> results);
  /// The arrays by output name.
  ArrayMap take();

private:
  std::vector<TensorInfo> outputs;
  std::vector<Array> arrays;
  bool ownAxis;
  int64_t samples = 0;
};

} // namespace quantc

#endif // QUANTC_DRIVER_SAMPLES_H
