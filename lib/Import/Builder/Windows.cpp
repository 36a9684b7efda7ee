//===- Windows.cpp - Where windows lie ----------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

using namespace mlir;
using namespace quantc;

std::optional<SmallVector<int64_t>>
quantc::completeList(NetworkBuilder &b, ArrayRef<int64_t> list, size_t count,
                     int64_t value, int64_t min, StringRef what) {
  if (list.empty())
    return SmallVector<int64_t>(count, value);
  if (list.size() == count && llvm::all_of(list, [&](int64_t element) {
        return element >= min && element <= INT32_MAX;
      }))
    return SmallVector<int64_t>(list);
  InFlightDiagnostic error = b.emitError() << what << " [";
  llvm::interleaveComma(list.take_front(8), error);
  error << "] for " << count << " spatial dimensions; each is at least " << min
        << " and below 2^31";
  return std::nullopt;
}

/// As many windows as ceil(size / stride), the padding on both sides.
static void padAutomatically(WindowDim &dim, AutoPad autoPad) {
  dim.output = llvm::divideCeil(dim.size, dim.stride);
  int64_t total = std::max<int64_t>(
      (dim.output - 1) * dim.stride + dim.extent() - dim.size, 0);
  dim.before = autoPad == AutoPad::SameLower ? total - total / 2 : total / 2;
  dim.after = total - dim.before;
}

/// The number of windows within explicit padding. False after an error.
static bool countWindows(NetworkBuilder &b, WindowDim &dim, bool ceilMode) {
  int64_t room = dim.size + dim.before + dim.after - dim.extent();
  if (room < 0) {
    b.emitError() << "a window of " << dim.extent()
                  << " elements is larger than the padded input of "
                  << dim.size + dim.before + dim.after;
    return false;
  }
  dim.output =
      (ceilMode ? llvm::divideCeil(room, dim.stride) : room / dim.stride) + 1;
  // No window begins in the padding after the input.
  if (ceilMode && (dim.output - 1) * dim.stride >= dim.size + dim.before)
    --dim.output;
  return true;
}

std::optional<SmallVector<WindowDim>>
quantc::resolveWindow(NetworkBuilder &b, ArrayRef<int64_t> sizes,
                      ArrayRef<int64_t> kernel, const Window &window) {
  size_t count = sizes.size();
  if (kernel.empty()) {
    b.emitError() << "a window of no size";
    return std::nullopt;
  }
  auto kernels = completeList(b, kernel, count, 1, 1, "kernel");
  auto strides = completeList(b, window.stride, count, 1, 1, "strides");
  auto dilations = completeList(b, window.dilation, count, 1, 1, "dilations");
  auto before = completeList(b, window.before, count, 0, -INT32_MAX, "padding");
  auto after = completeList(b, window.after, count, 0, -INT32_MAX, "padding");
  if (!kernels || !strides || !dilations || !before || !after)
    return std::nullopt;
  SmallVector<WindowDim> dims;
  for (size_t i = 0; i < count; ++i) {
    WindowDim dim{sizes[i], (*kernels)[i], (*strides)[i], (*dilations)[i], 0, 0,
                  0};
    if (window.autoPad == AutoPad::SameUpper ||
        window.autoPad == AutoPad::SameLower) {
      padAutomatically(dim, window.autoPad);
    } else {
      if (window.autoPad == AutoPad::Explicit) {
        dim.before = (*before)[i];
        dim.after = (*after)[i];
      }
      if (!countWindows(b, dim, window.ceilMode))
        return std::nullopt;
    }
    dims.push_back(dim);
  }
  return dims;
}

std::pair<Value, SmallVector<int64_t>>
quantc::fitInput(NetworkBuilder &b, Value x, ArrayRef<WindowDim> dims) {
  SmallVector<int64_t> begins(b.rankOf(x), 0), sizes(b.shapeOf(x)), pads;
  SmallVector<int64_t> padded(sizes);
  for (auto [i, dim] : llvm::enumerate(dims)) {
    begins[i + 1] = std::max<int64_t>(-dim.before, 0);
    sizes[i + 1] =
        dim.size - begins[i + 1] - std::max<int64_t>(-dim.needed(), 0);
    pads.append(
        {std::max<int64_t>(dim.before, 0), std::max<int64_t>(dim.needed(), 0)});
    padded[i + 1] += dim.before + dim.needed();
  }
  if (!b.getType(padded, b.elementOf(x)))
    return {};
  return {b.sliceBox(x, begins, sizes), pads};
}

Value quantc::addHeight(NetworkBuilder &b, Value x) {
  return b.unsqueeze(x, b.rankOf(x) - 2);
}

Window quantc::addHeight(const Window &window) {
  Window result = window;
  auto extend = [](SmallVector<int64_t> &list, int64_t value) {
    if (!list.empty())
      list.insert(list.begin(), value);
  };
  extend(result.stride, 1);
  extend(result.dilation, 1);
  extend(result.before, 0);
  extend(result.after, 0);
  return result;
}
