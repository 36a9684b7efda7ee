//===- ExpandPrepare.cpp - kernel.prepare as loops -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rows above and below the input are filled with padding. Every other row
// consists of padding, the copied elements, and padding again. All extents are
// static, so the code does not test whether a position is inside of the input.
//
//===----------------------------------------------------------------------===//

#include "ExpandKernels.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace quantc;
using namespace quantc::codegen;

namespace {

class PrepareExpander {
public:
  explicit PrepareExpander(kernel::PrepareOp op)
      : op(op), w(op), in(cast<MemRefType>(op.getInput().getType())),
        out(cast<MemRefType>(op.getInit().getType())),
        inElement(in.getElementType()), outElement(out.getElementType()) {}

  void expand();

private:
  void fill(Value image, Value row, int64_t begin, int64_t end);
  void copyRow(Value image, Value outRow, Value inRow);
  void copyRepeated(Value image, Value outRow, Value inRow, int64_t begin,
                    int64_t count);
  Value convert(Value vector);

  kernel::PrepareOp op;
  KernelWriter w;
  MemRefType in, out;
  Type inElement, outElement;
  /// Elements that are copied at a time: those of one 512-bit register, or of
  /// several smaller ones.
  int64_t chunk() const { return 512 / outElement.getIntOrFloatBitWidth(); }
};

void PrepareExpander::expand() {
  int64_t top = op.getTop(), rows = out.getDimSize(1),
          width = out.getDimSize(2);
  int64_t copied = std::clamp<int64_t>(in.getDimSize(1), 0, rows - top);
  w.forEach(out.getDimSize(0), [&](Value image) {
    w.forEach(0, top, 1, [&](Value row) { fill(image, row, 0, width); });
    w.forEach(copied, [&](Value row) { copyRow(image, w.add(row, top), row); });
    w.forEach(0, rows - top - copied, 1, [&](Value row) {
      fill(image, w.add(row, top + copied), 0, width);
    });
  });
  op.erase();
}

void PrepareExpander::fill(Value image, Value row, int64_t begin, int64_t end) {
  int64_t value = isa<FloatType>(outElement)
                      ? 0
                      : static_cast<int64_t>(op.getPadValue()) +
                            static_cast<int64_t>(op.getOffset());
  w.forChunks(end - begin, chunk(), [&](Value start, int64_t count) {
    w.store(w.splat(outElement, count, value), op.getInit(),
            {image, row, w.add(start, begin)});
  });
}

Value PrepareExpander::convert(Value vector) {
  int64_t count = cast<VectorType>(vector.getType()).getNumElements();
  if (inElement != outElement)
    vector =
        arith::ExtSIOp::create(w.b, VectorType::get(count, outElement), vector);
  if (op.getOffset() != 0)
    vector = arith::AddIOp::create(w.b, vector,
                                   w.splat(outElement, count, op.getOffset()));
  return vector;
}

void PrepareExpander::copyRow(Value image, Value outRow, Value inRow) {
  int64_t left = op.getLeft(), width = out.getDimSize(2),
          repeat = op.getRepeat();
  int64_t count =
      std::clamp<int64_t>(in.getDimSize(2) * repeat, 0, width - left);
  fill(image, outRow, 0, left);
  // If the input is one channel of several, the elements of a row are not
  // contiguous.
  if (repeat != 1 || !in.isLastDimUnitStride())
    copyRepeated(image, outRow, inRow, left, count);
  else
    w.forChunks(count, chunk(), [&](Value start, int64_t size) {
      Value vector = w.load(op.getInput(), {image, inRow, start}, size);
      w.store(convert(vector), op.getInit(),
              {image, outRow, w.add(start, left)});
    });
  fill(image, outRow, left + count, width);
}

/// Copies every element `repeat` times, with one splat for each, until the row
/// has `count` elements.
void PrepareExpander::copyRepeated(Value image, Value outRow, Value inRow,
                                   int64_t begin, int64_t count) {
  int64_t repeat = op.getRepeat();
  auto copy = [&](Value element, int64_t times) {
    Value loaded = memref::LoadOp::create(w.b, op.getInput(),
                                          ValueRange{image, inRow, element});
    Value scalar = convert(vector::BroadcastOp::create(
        w.b, VectorType::get(1, inElement), loaded));
    Value start = w.add(w.mul(element, repeat), begin);
    w.forChunks(times, chunk(), [&](Value offset, int64_t size) {
      Value repeated = vector::BroadcastOp::create(
          w.b, VectorType::get(size, outElement),
          vector::ExtractOp::create(w.b, scalar, 0));
      w.store(repeated, op.getInit(), {image, outRow, w.add(start, offset)});
    });
  };
  w.forEach(count / repeat, [&](Value element) { copy(element, repeat); });
  if (count % repeat != 0)
    copy(w.index(count / repeat), count % repeat);
}

} // namespace

void codegen::expandPrepare(kernel::PrepareOp op) {
  PrepareExpander(op).expand();
}
