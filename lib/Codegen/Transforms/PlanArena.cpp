//===- PlanArena.cpp - One arena for all buffers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Static memory planning. Entering and leaving an operation are the events of
// the program in order; a buffer's lifetime is an interval of events. Assumes
// structured control flow in one block.
//
//===----------------------------------------------------------------------===//

#include "quantc/Codegen/Transforms/Passes.h"
#include "quantc/Target/ModuleAttributes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace quantc::codegen {
#define GEN_PASS_DEF_PLANARENA
#include "quantc/Codegen/Transforms/Passes.h.inc"
} // namespace quantc::codegen

using namespace mlir;
using namespace quantc;

/// The alignment of the arena and of every buffer in it. It is that of a cache
/// line, and of the widest vector.
static constexpr int64_t arenaAlignment = 64;

namespace {
/// One allocation: its size and the events between which it lives.
struct Buffer {
  memref::AllocOp alloc;
  int64_t size = 0;
  int64_t first = INT64_MAX, last = -1;
  int64_t offset = 0;
  size_t order = 0; // in the program

  bool livesWith(const Buffer &other) const {
    return first <= other.last && other.first <= last;
  }
};

/// The events of entering and leaving each operation.
class Events {
public:
  explicit Events(Operation *root) { number(root); }
  int64_t enter(Operation *op) const { return events.lookup(op).first; }
  int64_t leave(Operation *op) const { return events.lookup(op).second; }

private:
  void number(Operation *op) {
    int64_t begin = count++;
    for (Region &region : op->getRegions())
      for (Operation &nested : region.getOps())
        number(&nested);
    events[op] = {begin, count++};
  }

  DenseMap<Operation *, std::pair<int64_t, int64_t>> events;
  int64_t count = 0;
};
} // namespace

/// Bytes of a buffer, a multiple of the alignment; elements take whole bytes.
static int64_t sizeInBytes(MemRefType type, const DataLayout &layout) {
  Type element = type.getElementType();
  int64_t stride = llvm::alignTo(layout.getTypeSize(element).getFixedValue(),
                                 layout.getTypeABIAlignment(element));
  return llvm::alignTo(stride * type.getNumElements(), arenaAlignment);
}

/// The operation at whose end `user` no longer needs the buffer. It is the
/// outermost loop that contains the user but not the allocation, because the
/// next iteration uses the buffer again. Without such a loop it is the user
/// itself.
static Operation *extentOfUse(Operation *user, memref::AllocOp alloc) {
  Operation *extent = user;
  for (Operation *op = user->getParentOp(); op && !op->isProperAncestor(alloc);
       op = op->getParentOp())
    if (isa<LoopLikeOpInterface>(op))
      extent = op;
  return extent;
}

/// True if `alias` is a value that is carried by a loop around the allocation.
/// Memory that one iteration allocates and another uses has no fixed place in a
/// static plan.
static bool isCarriedByLoop(Value alias, memref::AllocOp alloc) {
  Operation *owner = alias.getDefiningOp();
  if (auto argument = dyn_cast<BlockArgument>(alias))
    owner = argument.getOwner()->getParentOp();
  return isa<LoopLikeOpInterface>(owner) && owner->isProperAncestor(alloc);
}

/// All allocations of `function` with their lifetimes; unused ones are erased.
static FailureOr<SmallVector<Buffer>> collectBuffers(func::FuncOp function) {
  Events events(function);
  BufferViewFlowAnalysis aliases(function);
  DataLayout layout = DataLayout::closest(function);
  SmallVector<Buffer> buffers;
  int64_t allBytes = 0;
  SmallVector<memref::AllocOp> allocs;
  function.walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });
  for (memref::AllocOp alloc : allocs) {
    MemRefType type = alloc.getType();
    if (!type.hasStaticShape() || !type.getLayout().isIdentity()) {
      alloc.emitError()
          << "buffer of type " << type
          << " has no static size; fix every dimension of the network";
      return failure();
    }
    if (alloc.use_empty()) {
      alloc.erase();
      continue;
    }
    Buffer buffer;
    buffer.alloc = alloc;
    buffer.order = buffers.size();
    buffer.size = sizeInBytes(type, layout);
    // If the sum of all sizes does not overflow, the sum of some of them does
    // not.
    if (llvm::AddOverflow(allBytes, buffer.size, allBytes)) {
      function.emitError() << "the tensors of the network take more bytes than "
                              "can be addressed; reduce their dimensions";
      return failure();
    }
    for (Value alias : aliases.resolve(alloc)) {
      if (isCarriedByLoop(alias, alloc)) {
        alloc.emitError(
            "buffer is carried from one iteration of a loop to another");
        return failure();
      }
      for (Operation *user : alias.getUsers()) {
        Operation *extent = extentOfUse(user, alloc);
        buffer.first = std::min(buffer.first, events.enter(extent));
        buffer.last = std::max(buffer.last, events.leave(extent));
      }
    }
    buffers.push_back(buffer);
  }
  return buffers;
}

/// The largest sum of the sizes of buffers that live at the same time. The sum
/// can only become larger where a lifetime begins, so only these events are
/// looked at.
static int64_t computeLowerBound(ArrayRef<Buffer> buffers) {
  int64_t bound = 0;
  for (const Buffer &begun : buffers) {
    int64_t live = 0;
    for (const Buffer &other : buffers)
      if (other.first <= begun.first && begun.first <= other.last)
        live += other.size;
    bound = std::max(bound, live);
  }
  return bound;
}

/// Places buffers one by one, each at the lowest offset that is free while it
/// lives. Returns the bytes of the whole plan.
static int64_t place(MutableArrayRef<Buffer> buffers) {
  int64_t bytes = 0;
  SmallVector<const Buffer *> placed; // by offset
  for (Buffer &buffer : buffers) {
    buffer.offset = 0;
    for (const Buffer *other : placed) {
      if (!buffer.livesWith(*other) ||
          other->offset + other->size <= buffer.offset)
        continue;
      if (buffer.offset + buffer.size <= other->offset)
        break;
      buffer.offset = other->offset + other->size;
    }
    placed.insert(llvm::upper_bound(placed, &buffer,
                                    [](const Buffer *a, const Buffer *b) {
                                      return a->offset < b->offset;
                                    }),
                  &buffer);
    bytes = std::max(bytes, buffer.offset + buffer.size);
  }
  return bytes;
}

/// Placing larger buffers first gives the shorter plan for most networks, and
/// program order for long chains of operations. Both are computed, and the
/// shorter plan is used.
static int64_t plan(SmallVector<Buffer> &buffers) {
  SmallVector<Buffer> inProgramOrder = buffers;
  llvm::sort(inProgramOrder, [](const Buffer &a, const Buffer &b) {
    return std::tie(a.first, a.order) < std::tie(b.first, b.order);
  });
  llvm::sort(buffers, [](const Buffer &a, const Buffer &b) {
    return std::tie(b.size, a.order) < std::tie(a.size, b.order);
  });
  int64_t bytes = place(buffers);
  int64_t otherBytes = place(inProgramOrder);
  if (otherBytes < bytes)
    buffers = std::move(inProgramOrder);
  return std::min(bytes, otherBytes);
}

namespace {
struct PlanArena : codegen::impl::PlanArenaBase<PlanArena> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.isPublic() && !function.isExternal() &&
          failed(planFunction(function)))
        return signalPassFailure();
  }

  LogicalResult planFunction(func::FuncOp function) {
    FailureOr<SmallVector<Buffer>> buffers = collectBuffers(function);
    if (failed(buffers))
      return failure();
    int64_t lowerBound = computeLowerBound(*buffers);
    int64_t bytes = plan(*buffers);

    Builder attributes(&getContext());
    auto arenaType = MemRefType::get({bytes}, attributes.getI8Type());
    Value arena = function.getBody().addArgument(arenaType, function.getLoc());
    function.setType(FunctionType::get(
        &getContext(), function.getBody().getArgumentTypes(), {}));
    for (Buffer &buffer : *buffers) {
      OpBuilder builder(buffer.alloc);
      Location loc = buffer.alloc.getLoc();
      Value offset =
          arith::ConstantIndexOp::create(builder, loc, buffer.offset);
      Value view = memref::ViewOp::create(builder, loc, buffer.alloc.getType(),
                                          arena, offset, ValueRange());
      buffer.alloc.replaceAllUsesWith(view);
      buffer.alloc.erase();
    }
    NamedAttrList record;
    record.set(attrs::bytes, attributes.getI64IntegerAttr(bytes));
    record.set(attrs::lowerBound, attributes.getI64IntegerAttr(lowerBound));
    record.set(attrs::alignment, attributes.getI64IntegerAttr(arenaAlignment));
    getOperation()->setAttr(attrs::arena, record.getDictionary(&getContext()));
    return success();
  }
};
} // namespace
