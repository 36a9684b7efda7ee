//===- Kernel.cpp - The kernel dialect -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Kernel/Kernel.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc::kernel;

#include "quantc/Codegen/Kernel/KernelDialect.cpp.inc"

#include "quantc/Codegen/Kernel/KernelEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "quantc/Codegen/Kernel/KernelAttributes.cpp.inc"

void KernelDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "quantc/Codegen/Kernel/KernelAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "quantc/Codegen/Kernel/Kernel.cpp.inc"
      >();
}

int64_t quantc::kernel::getGroup(DotKind kind) {
  switch (kind) {
  case DotKind::UnsignedSigned4:
  case DotKind::Signed4:
    return 4;
  case DotKind::Signed16x2:
    return 2;
  case DotKind::Widening:
  case DotKind::Float:
    return 1;
  }
  llvm_unreachable("unknown dot kind");
}

LogicalResult StrategyAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   DotKind, int64_t pixels, int64_t vectors,
                                   int64_t lanes, bool, bool) {
  constexpr int64_t kMax = 1024; // Much more than any CPU has registers.
  for (int64_t count : {pixels, vectors, lanes})
    if (count < 1 || count > kMax)
      return emitError() << "expects from 1 to " << kMax
                         << " pixels, vectors and lanes, not " << count;
  return success();
}

int64_t StrategyAttr::getGroup() const {
  return quantc::kernel::getGroup(getDot());
}

bool quantc::kernel::isInt4(DotKind kind, Type packedElement) {
  return kind == DotKind::Float && packedElement.isInteger(32);
}

ChannelBlocks::ChannelBlocks(StrategyAttr strategy, int64_t channels)
    : wholeBlocks(channels / strategy.getBlockChannels()),
      tailChannels(channels % strategy.getBlockChannels()),
      tailVectors(llvm::divideCeil(tailChannels, strategy.getLanes())),
      paddedChannels(wholeBlocks * strategy.getBlockChannels() +
                     tailVectors * strategy.getLanes()) {}

DepthwiseTaps::DepthwiseTaps(ArrayRef<int64_t> taps, int64_t group)
    : group(group) {
  constexpr int64_t maxUnrolledTaps = 32;
  bool unrollAll = taps[0] * taps[1] <= maxUnrolledTaps;
  trips = unrollAll ? 1 : taps[0];
  rows = unrollAll ? taps[0] : 1;
  columns = taps[1];
  segments = group > 1 && rows > 1 ? columns : 1;
  segment = rows * columns / segments;
  groups = segments * llvm::divideCeil(segment, group);
}

std::optional<int64_t> DepthwiseTaps::tap(int64_t index,
                                          int64_t element) const {
  int64_t perSegment = groups / segments;
  int64_t position = index % perSegment * group + element;
  if (position >= segment)
    return std::nullopt;
  return segments == 1 ? position : position * columns + index / perSegment;
}
