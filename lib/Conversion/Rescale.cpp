//===- Rescale.cpp - Requantization as tosa.rescale -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Builders.h"
#include "quantc/Dialect/PTQ/IR/QuantUtils.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

/// The scales of a type: one, or one per channel.
static ArrayRef<double> getScales(quant::QuantizedType type, double &single) {
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return perAxis.getScales();
  single = cast<quant::UniformQuantizedType>(type).getScale();
  return single;
}

/// The zero point of a type, or failure if it has different ones per channel.
static FailureOr<int64_t> getZeroPoint(quant::QuantizedType type) {
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type))
    return uniform.getZeroPoint();
  ArrayRef<int64_t> zeroPoints =
      cast<quant::UniformQuantizedPerAxisType>(type).getZeroPoints();
  if (!llvm::all_equal(zeroPoints))
    return failure();
  return zeroPoints.front();
}

/// tosa.rescale has one multiplier, or one per element of the last dimension.
static LogicalResult checkAxis(RequantizeOp op, quant::QuantizedType type) {
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  int64_t last = cast<RankedTensorType>(op.getType()).getRank() - 1;
  if (!perAxis || perAxis.getQuantizedDimension() == last)
    return success();
  return op.emitError("scales per channel along dimension ")
         << perAxis.getQuantizedDimension()
         << " cannot become tosa.rescale, which has them along the last "
            "dimension ("
         << last << "); transpose the tensor first";
}

/// Zero points exist for 8-bit and unsigned 16-bit integers only.
static LogicalResult checkZeroPoint(RequantizeOp op, quant::QuantizedType type,
                                    int64_t zeroPoint) {
  if (zeroPoint == 0 || type.getStorageTypeIntegralWidth() == 8)
    return success();
  return op.emitError("zero point ")
         << zeroPoint << " of a " << type.getStorageTypeIntegralWidth()
         << "-bit tensor cannot become tosa.rescale; use zero point 0";
}

/// Reports scales whose ratio is out of range, which is a fault of the
/// calibration or of the file.
static LogicalResult refuseRatio(RequantizeOp op, double from, double to) {
  InFlightDiagnostic error = op.emitError("integers of scale ")
                             << from << " become integers of scale " << to;
  if (StringRef name = getTensorName(op.getResult()); !name.empty())
    error << " (tensor '" << name << "')";
  error << ", and their ratio has no integer multiplier and shift, "
           "which reach up to 2^29; look at the ranges of both tensors "
           "in the calibration data";
  if (from == 1 || to == 1) // N5
    error << ": the one of scale 1 may have been 0 throughout calibration";
  return error;
}

FailureOr<RescaleSpec> quantc::getRescaleSpec(RequantizeOp op,
                                              Contract contract) {
  quant::QuantizedType from = getQuantizedElement(op.getInput().getType());
  quant::QuantizedType to = getQuantizedElement(op.getType());
  if (failed(checkAxis(op, from)) || failed(checkAxis(op, to)))
    return failure();

  FailureOr<int64_t> inputZeroPoint = getZeroPoint(from);
  FailureOr<int64_t> outputZeroPoint = getZeroPoint(to);
  if (failed(inputZeroPoint) || failed(outputZeroPoint))
    return op.emitError("different zero points per channel cannot become "
                        "tosa.rescale; use one zero point");
  if (failed(checkZeroPoint(op, from, *inputZeroPoint)) ||
      failed(checkZeroPoint(op, to, *outputZeroPoint)))
    return failure();

  RescaleSpec spec;
  spec.inputZeroPoint = *inputZeroPoint;
  spec.outputZeroPoint = *outputZeroPoint;
  // N75
  unsigned fromWidth = from.getStorageTypeIntegralWidth();
  unsigned widest = std::max(fromWidth, to.getStorageTypeIntegralWidth());
  bool isInt16 = fromWidth == 16 || to.getStorageTypeIntegralWidth() == 16;
  spec.rounding = getRounding(getKernelContract(contract, isInt16 ? 16 : 8));
  double fromScale, toScale;
  ArrayRef<double> fromScales = getScales(from, fromScale);
  ArrayRef<double> toScales = getScales(to, toScale);
  for (size_t c = 0, e = std::max(fromScales.size(), toScales.size()); c < e;
       ++c) {
    double before = fromScales[fromScales.size() == 1 ? 0 : c];
    double after = toScales[toScales.size() == 1 ? 0 : c];
    double ratio = before / after;
    // N57, N75
    if (contract == Contract::LiteRT && (!isInt16 || widest > 16))
      ratio = static_cast<float>(before) / static_cast<float>(after);
    // N10, N11
    std::optional<FixedPointMultiplier> multiplier = deriveMultiplier(ratio);
    if (!multiplier)
      return refuseRatio(op, before, after);
    spec.multipliers.push_back(*multiplier);
  }
  return spec;
}
