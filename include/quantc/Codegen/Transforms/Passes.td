//===- Passes.td - Passes of Codegen/Transforms --------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CODEGEN_TRANSFORMS_PASSES_TD
#define QUANTC_CODEGEN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"
include "quantc/Codegen/Transforms/KernelPasses.td"

def CaptureInterface : Pass<"quantc-capture-interface", "::mlir::ModuleOp"> {
  let summary = "Check the network and record its inputs and outputs on the module";
  let description = [{
    Finds the network, which is the only public function with a body. Checks that
    every argument and result is a tensor of static shape whose element type a C
    caller can use. Writes what the caller of the compiled code has to know
    into the module attribute `quantc.interface`. Later passes erase tensor types, and
    `quantc::getInterface` then reads this attribute.
    Inputs belong to the caller. They get the attribute `bufferization.writable = false`, so that
    no operation is bufferized in place on them.

    Names, scales and zero points come from the discardable attributes `ptq.name`
    (string), `ptq.scale` (f64), `ptq.zero_point` (i64) and `ptq.unsigned` (unit) of the
    function's arguments and results. Tensors without a name are `input_<k>` and
    `output_<k>`. The attributes `ptq.alias` and `ptq.state` (strings) and `ptq.initial`
    (f64 elements) are passed on as `alias`, `state` and `initial`.

    Example:

    ```mlir
    func.func @main(%arg0: tensor<1x4xi8> {ptq.name = "x", ptq.scale = 0.5 : f64,
                                           ptq.zero_point = 3 : i64}) -> tensor<1x4xi8> {
      return %arg0 : tensor<1x4xi8>
    }
    ```

    gives the module the attribute

    ```mlir
    module attributes {quantc.interface = {name = "model",
      inputs = [
        {name = "x", scale = 5.0e-1 : f64, type = tensor<1x4xi8>, zero_point = 3 : i64}
      ],
      outputs = [
        {name = "output_0", type = tensor<1x4xi8>}
      ]}} {}
    ```
  }];
  let options = [
    Option<"name", "name", "std::string", /*default=*/"\"model\"",
           "Prefix of the symbols in the compiled code; a C identifier">
  ];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect"];
}

def CheckSupported : Pass<"quantc-check-supported", "::mlir::ModuleOp"> {
  let summary = "Report operations that cannot be compiled";
  let description = [{
    Reports every operation that cannot be compiled, with its location, the reason and what can be
    done: operations with state (`tosa.variable` and its uses), custom operations, block-scaled
    operations, and results of dynamic shape. The pass reports all of them and changes nothing.

    Example:

    ```mlir
    %0 = tosa.custom %x {domain_name = "d", implementation_attrs = "", operator_name = "o"}
       : (tensor<4xf32>) -> tensor<4xf32>
    ```

    gives

        error: 'tosa.custom' op cannot be compiled: its meaning is known to its producer
        only; replace it by TOSA operations
  }];
}

def CheckOperands : Pass<"quantc-check-operands", "::mlir::ModuleOp"> {
  let summary = "Report operands on which no code can rely";
  let description = [{
    Generated code reads and writes memory by shapes and constants that TOSA's verifiers do not look at. Each operation
    that breaks one of these requirements is reported, with its location. Changes nothing.

    *  A tensor has at most 2^48 elements; the first one that has more is reported alone.
    *  The result has the shape that the operands give.
    *  Multipliers, shifts and zero points are constants. A shift of `tosa.rescale` is from 2 to 62 and its multipliers are not
       negative; `tosa.mul` shifts by 0 to 63, and only i32.
    *  Weights have the channels of the input, the factors of a matrix product fit together.
    *  The table of `tosa.table` has 256 entries for i8 and 513 for i16.
    *  Constant indices of `tosa.gather` and `tosa.scatter` are inside of the table.

    Example:

    ```mlir
    %shift = "tosa.const"() {values = dense<64> : tensor<1xi8>} : () -> tensor<1xi8>
    %0 = tosa.mul %a, %b, %shift : (tensor<4xi32>, tensor<4xi32>, tensor<1xi8>) -> tensor<4xi32>
    ```

    gives

        error: 'tosa.mul' op has shift 64; it must be from 0 to 63
  }];
}

def GuardOperands : Pass<"quantc-guard-operands", "::mlir::func::FuncOp"> {
  let summary = "Define results that TOSA leaves open";
  let description = [{
    TOSA does not say what some operations give for some operands, and processors disagree about it. The rules N51 to N54 of
    [Numerics](Numerics.md) do, and this pass spells them in TOSA around the operation:

    *  indices of `tosa.gather` and `tosa.scatter` are clamped to the table,
    *  shifts by the width of the element or more move every bit out,
    *  `tosa.intdiv` by 0 gives 0, and the lowest number divided by -1 is itself,
    *  `tosa.cast` of NaN to an integer gives 0.

    Operands that are known to be inside of the range stay as they are: constants, clamped values, and what the ranges of
    their own operands confine. `tosa.scatter` by other indices becomes loops, which clamp each index where it is used.

    Example:

    ```mlir
    func.func @rows(%table: tensor<1x5x3xi8>, %i: tensor<1x2xi32>) -> tensor<1x2x3xi8> {
      %0 = tosa.gather %table, %i : (tensor<1x5x3xi8>, tensor<1x2xi32>) -> tensor<1x2x3xi8>
      return %0 : tensor<1x2x3xi8>
    }
    ```

    becomes

    ```mlir
    func.func @rows(%table: tensor<1x5x3xi8>, %i: tensor<1x2xi32>) -> tensor<1x2x3xi8> {
      %0 = tosa.clamp %i {min_val = 0 : i32, max_val = 4 : i32} : (tensor<1x2xi32>) -> tensor<1x2xi32>
      %1 = tosa.gather %table, %0 : (tensor<1x5x3xi8>, tensor<1x2xi32>) -> tensor<1x2x3xi8>
      return %1 : tensor<1x2x3xi8>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect", "::mlir::tosa::TosaDialect"
  ];
}

def NarrowSums : Pass<"quantc-narrow-sums", "::mlir::func::FuncOp"> {
  let summary = "Compute sums of int8 tensors in 32 bits where that is exact";
  let description = [{
    A residual addition is two `tosa.rescale` to i32, a `tosa.add` (or `tosa.sub`) and a `tosa.rescale` to i8, each rescale with a
    product of 64 bits. This pass looks for factors, an addend and a shift that give the same integers
    for all 65,536 pairs of i8 values in 32-bit arithmetic, and replaces the chain if it finds them. Chains for which it finds
    none stay as they are.

    Example:

    ```mlir
    %0 = tosa.rescale %x, %m0, %s0, %xz, %z {...} : (tensor<8xi8>, ...) -> tensor<8xi32>
    %1 = tosa.rescale %y, %m1, %s1, %yz, %z {...} : (tensor<8xi8>, ...) -> tensor<8xi32>
    %2 = tosa.add %0, %1 : (tensor<8xi32>, tensor<8xi32>) -> tensor<8xi32>
    %3 = tosa.rescale %2, %m2, %s2, %z, %oz {...} : (tensor<8xi32>, ...) -> tensor<8xi8>
    ```

    becomes

    ```mlir
    %0 = tosa.cast %x : (tensor<8xi8>) -> tensor<8xi32>
    %1 = tosa.mul %0, %a, %zero : (tensor<8xi32>, tensor<1xi32>, tensor<1xi8>) -> tensor<8xi32>
    %2 = tosa.cast %y : (tensor<8xi8>) -> tensor<8xi32>
    %3 = tosa.mul %2, %b, %zero : (tensor<8xi32>, tensor<1xi32>, tensor<1xi8>) -> tensor<8xi32>
    %4 = tosa.add %1, %3 : (tensor<8xi32>, tensor<8xi32>) -> tensor<8xi32>
    %5 = tosa.add %4, %c : (tensor<8xi32>, tensor<1xi32>) -> tensor<8xi32>
    %6 = tosa.arithmetic_right_shift %5, %s {round = false} : (tensor<8xi32>, tensor<1xi32>) -> tensor<8xi32>
    %7 = tosa.clamp %6 {max_val = 127 : i32, min_val = -128 : i32} : (tensor<8xi32>) -> tensor<8xi32>
    %8 = tosa.cast %7 : (tensor<8xi32>) -> tensor<8xi8>
    ```
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

def PackTables : Pass<"quantc-pack-tables", "::mlir::func::FuncOp"> {
  let summary = "Load once for an interpolation in a table";
  let description = [{
    `tosa.table` of i16 interpolates between an entry and the next one. If the table is constant, each entry and the difference to
    the next one become one i32, and the operation a `linalg.generic` that loads this number.
    Other tables, and those of i8, are left to upstream's lowering.

    Example:

    ```mlir
    %0 = tosa.table %x, %table : (tensor<64xi16>, tensor<513xi16>) -> tensor<64xi32>
    ```

    becomes, with the packed table in %packed,

    ```mlir
    %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
                         iterator_types = ["parallel"]}
        ins(%x : tensor<64xi16>) outs(%init : tensor<64xi32>) {
    ^bb0(%in: i16, %out: i32):
      // %i is the index of the entry of %in, %fraction how far the next one is away
      %pair = tensor.extract %packed[%i] : tensor<512xi32>
      %entry = arith.shrsi %pair, %c16 : i32
      %up = arith.shli %pair, %c16 : i32
      %difference = arith.shrsi %up, %c16 : i32
      %base = arith.shli %entry, %c7 : i32
      %more = arith.muli %difference, %fraction : i32
      %result = arith.addi %base, %more : i32
      linalg.yield %result : i32
    } -> tensor<64xi32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def StartExtremes : Pass<"quantc-start-extremes", "::mlir::func::FuncOp"> {
  let summary = "Start float maxima and minima at infinity";
  let description = [{
    Upstream's lowering of `tosa.reduce_max`, `tosa.reduce_min` and `tosa.max_pool2d` starts from the
    lowest or largest finite number, which is then the result for infinities alone (N55). The accumulators of
    such reductions, and the padding of their inputs, start from infinity instead. Runs between
    `tosa-to-linalg` and `tosa-to-tensor`.

    Example:

    ```mlir
    %lowest = arith.constant -3.40282347E+38 : f32
    %0 = linalg.fill ins(%lowest : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
    %1 = linalg.reduce { arith.maximumf } ins(%x : tensor<4x8xf32>) outs(%0 : tensor<4xf32>) dimensions = [1]
    ```

    becomes

    ```mlir
    %infinity = arith.constant 0xFF800000 : f32
    %0 = linalg.fill ins(%infinity : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
    %1 = linalg.reduce { arith.maximumf } ins(%x : tensor<4x8xf32>) outs(%0 : tensor<4xf32>) dimensions = [1]
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def LowerConcat : Pass<"quantc-lower-concat", "::mlir::func::FuncOp"> {
  let summary = "Turn tosa.concat into tensor.concat";
  let description = [{
    `tosa-to-tensor` turns a concatenation into a chain of `tensor.insert_slice`, one for each operand. The
    time that the analysis of one-shot bufferization takes grows faster than the square of the chain's length.
    `tensor.concat` is one operation for this analysis, and is bufferized to a copy of each operand. An operand that
    is given eight times or more in a row becomes a `tosa.tile` first. Runs before `tosa-to-linalg`.

    Example:

    ```mlir
    %0 = tosa.concat %a, %b {axis = 1 : i32} : (tensor<1x2xi8>, tensor<1x3xi8>) -> tensor<1x5xi8>
    ```

    becomes

    ```mlir
    %0 = tensor.concat dim(1) %a, %b : (tensor<1x2xi8>, tensor<1x3xi8>) -> tensor<1x5xi8>
    ```
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::tosa::TosaDialect"];
}

def ResultsToOutputs : Pass<"quantc-results-to-outputs", "::mlir::ModuleOp"> {
  let summary = "Return results through buffers of the caller";
  let description = [{
    Replaces the results of the network, after bufferization, by arguments that
    follow its inputs. An operation that computes a result writes
    directly into the caller's buffer, also if reshapes stand in between. If this is impossible, the result is
    copied before the return. This concerns inputs and constants that are
    returned, and the second of two results that share memory.

    Example:

    ```mlir
    func.func @main(%x: memref<4xi8>) -> memref<2x2xi8> {
      %0 = memref.alloc() : memref<4xi8>
      linalg.copy ins(%x : memref<4xi8>) outs(%0 : memref<4xi8>)
      %1 = memref.expand_shape %0 [[0, 1]] output_shape [2, 2] : memref<4xi8> into memref<2x2xi8>
      return %1 : memref<2x2xi8>
    }
    ```

    becomes

    ```mlir
    func.func @main(%x: memref<4xi8>, %y: memref<2x2xi8>) {
      %0 = memref.reinterpret_cast %y to offset: [0], sizes: [4], strides: [1]
             : memref<2x2xi8> to memref<4xi8>
      linalg.copy ins(%x : memref<4xi8>) outs(%0 : memref<4xi8>)
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def LowerCopies : Pass<"quantc-lower-copies", "::mlir::func::FuncOp"> {
  let summary = "Turn memref.copy into linalg.copy";
  let description = [{
    Later passes would turn `memref.copy` into a call of a run-time library or of memcpy.
    `linalg.copy` becomes loops and needs neither. A copy of a buffer to itself is erased.

    Example:

    ```mlir
    memref.copy %a, %b : memref<4xi8> to memref<4xi8>
    ```

    becomes

    ```mlir
    linalg.copy ins(%a : memref<4xi8>) outs(%b : memref<4xi8>)
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def PlanArena : Pass<"quantc-plan-arena", "::mlir::ModuleOp"> {
  let summary = "Place every allocation of the network into one arena";
  let description = [{
    Gives the network one more argument, the arena, and replaces each
    `memref.alloc` by a view of the arena at an offset that is a multiple of 64. Buffers whose lifetimes
    do not overlap can share bytes. A buffer lives from its first to its last use. Uses
    through aliases (views, casts, results of control flow) count, and a use inside of a loop that
    does not contain the allocation extends the lifetime to the end of that loop.

    Placement is greedy: each buffer is placed at the lowest offset that is free during its whole
    lifetime. This is done twice, once with larger buffers first and once with buffers in the order of the
    program. The smaller of the two plans is taken.

    The module gets the attribute `quantc.arena` with the planned `bytes`, the `alignment` of
    the arena and the `lower_bound`: the largest sum of the sizes (rounded up to the alignment)
    of buffers that live at the same time, below which no plan can get.

    Example:

    ```mlir
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
      %0 = memref.alloc() : memref<4xf32>
      linalg.exp ins(%x : memref<4xf32>) outs(%0 : memref<4xf32>)
      linalg.tanh ins(%0 : memref<4xf32>) outs(%y : memref<4xf32>)
      return
    }
    ```

    becomes

    ```mlir
    module attributes {quantc.arena = {alignment = 64 : i64, bytes = 64 : i64, lower_bound = 64 : i64}} {
      func.func @main(%x: memref<4xf32>, %y: memref<4xf32>, %arena: memref<64xi8>) {
        %c0 = arith.constant 0 : index
        %0 = memref.view %arena[%c0][] : memref<64xi8> to memref<4xf32>
        linalg.exp ins(%x : memref<4xf32>) outs(%0 : memref<4xf32>)
        linalg.tanh ins(%0 : memref<4xf32>) outs(%y : memref<4xf32>)
        return
      }
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def EmitEntry : Pass<"quantc-emit-entry", "::mlir::ModuleOp"> {
  let summary = "Write the C entry point of the network";
  let description = [{
    Runs on the LLVM dialect. The arguments of the network are the pointers to inputs,
    outputs and arena. The network becomes private and gets the attributes that its arguments do
    not alias, that it does not throw, and that nothing in it may be replaced by library calls. The entry point
    `int NAME_run(const void *const *inputs, void *const *outputs, void *arena)`
    loads the pointers and calls it. It returns 0 after the network has run. It returns an error without touching
    any memory:

    *  1 if `inputs`, `outputs` or `arena` is null where it is needed,
    *  2 if a pointer in `inputs` or `outputs` is null,
    *  3 if a pointer in them is not aligned to the size of its elements,
       or the arena not to its alignment.

    Example: with the interface's name `net`,

    ```mlir
    llvm.func @main(%x: !llvm.ptr, %y: !llvm.ptr, %arena: !llvm.ptr)
    ```

    becomes

    ```mlir
    llvm.func internal @net_body(%x: !llvm.ptr {llvm.noalias}, %y: !llvm.ptr {llvm.noalias},
                                 %arena: !llvm.ptr {llvm.noalias}) {
      llvm.return
    }
    llvm.func @net_run(%inputs: !llvm.ptr, %outputs: !llvm.ptr, %arena: !llvm.ptr) -> i32
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ExpandMath : Pass<"quantc-expand-math", "::mlir::func::FuncOp"> {
  let summary = "Expand float functions so that no libm is needed";
  let description = [{
    exp, log, sin, cos, tanh, erf and similar functions become MLIR's polynomial
    approximations, which are accurate to a few units in the last place. They are computed in 32 bits, and shorter floats
    are widened. Rounding functions (floor, ceil, trunc, round, roundeven) are
    exact. pow becomes `exp(y * log|x|)` with the signs of C's pow. A fused multiply-add becomes a
    product and a sum. All targets compute the same bits.

    Example:

    ```mlir
    %0 = math.roundeven %x : f32
    ```

    becomes

    ```mlir
    %c = arith.constant 8388608.0 : f32
    %1 = math.absf %x : f32
    %2 = arith.addf %1, %c : f32
    %3 = arith.subf %2, %c : f32
    %4 = math.copysign %3, %x : f32
    %5 = arith.cmpf olt, %1, %c : f32
    %0 = arith.select %5, %4, %x : f32
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::vector::VectorDialect"
  ];
}

def ExpandHalf : Pass<"quantc-expand-half", "::mlir::func::FuncOp"> {
  let summary = "Widen half floats by integer operations";
  let description = [{
    `arith.extf` from f16 to f32 becomes operations on the bits, for targets that have no instruction for it: compilers
    call a function of their runtime library there. All values are exact: subnormal numbers, infinities and NaN too.

    Example:

    ```mlir
    %0 = arith.extf %x : f16 to f32
    ```

    becomes

    ```mlir
    %1 = arith.bitcast %x : f16 to i16
    %2 = arith.extui %1 : i16 to i32
    %3 = arith.andi %2, %c32767 : i32
    %4 = arith.shli %3, %c13 : i32
    %5 = arith.andi %2, %c32768 : i32
    %6 = arith.shli %5, %c16 : i32
    %7 = arith.bitcast %4 : i32 to f32
    %8 = arith.mulf %7, %two_to_112 : f32
    %9 = arith.bitcast %8 : f32 to i32
    %10 = arith.cmpi ult, %4, %infinity : i32
    %11 = arith.select %10, %c0, %largest_exponent : i32
    %12 = arith.ori %6, %11 : i32
    %13 = arith.ori %9, %12 : i32
    %0 = arith.bitcast %13 : i32 to f32
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def CopyLoopValues : Pass<"quantc-copy-loop-values", "::mlir::func::FuncOp"> {
  let summary = "Make loops hand tensors on in place";
  let description = [{
    An iteration of `scf.while` passes tensors to the next one. This pass copies each of them
    into the tensor that the iteration received in the same place. Bufferization then gives
    a loop-carried tensor one buffer, which is allocated outside of the loop.

    In `scf.for`, an elementwise operation that computes such a tensor writes to the received one
    itself, if nothing reads that afterwards; and `tensor.insert_slice` into the received tensor
    stays as it is. Only what is neither is copied.

    Example:

    ```mlir
    func.func @repeat(%x: tensor<4xi32>, %go: i1) -> tensor<4xi32> {
      %0 = scf.while (%arg = %x) : (tensor<4xi32>) -> tensor<4xi32> {
        scf.condition(%go) %arg : tensor<4xi32>
      } do {
      ^bb0(%a: tensor<4xi32>):
        %1 = tosa.abs %a : (tensor<4xi32>) -> tensor<4xi32>
        // The copy is what the pass adds; before it, %1 was yielded.
        %2 = linalg.copy ins(%1 : tensor<4xi32>) outs(%a : tensor<4xi32>) -> tensor<4xi32>
        scf.yield %2 : tensor<4xi32>
      }
      return %0 : tensor<4xi32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def CollapseLoops : Pass<"quantc-collapse-loops", "::mlir::func::FuncOp"> {
  let summary = "Merge loops over contiguous dimensions";
  let description = [{
    Merges adjacent loops of a `linalg.generic` on buffers (and of `linalg.fill`, `copy`,
    `map` and `broadcast`) into one. This is possible if each operand either has both dimensions, adjacent and
    contiguous in memory, or has neither. A tensor with 12 channels is then as fast as one with 64.

    Example:

    ```mlir
    linalg.copy ins(%a : memref<1x56x56x12xi8>) outs(%b : memref<1x56x56x12xi8>)
    ```

    becomes a loop over

    ```mlir
    %c = memref.collapse_shape %a [[0, 1, 2, 3]] : memref<1x56x56x12xi8> into memref<37632xi8>
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect"];
}

def OrderLoops : Pass<"quantc-order-loops", "::mlir::func::FuncOp"> {
  let summary = "Put the channels of large reductions innermost";
  let description = [{
    A reduction over more than 32 elements, such as a global pool, gets the loop over the last dimension of its
    result as the innermost loop, where it is vectorized. Every operand must have this dimension contiguous
    in memory. Smaller windows are left to LLVM, which unrolls them and keeps the
    accumulators in registers. The order in which the elements of one result are accumulated does not change.

    Example: the loops (n, y, x, c, ky, kx) of

    ```mlir
    linalg.pooling_nhwc_sum ins(%a, %window : memref<1x56x56x64xi32>, memref<56x56xi32>)
                            outs(%b : memref<1x1x1x64xi32>)
    ```

    become (n, y, x, ky, kx, c).
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def FuseElementwise : Pass<"quantc-fuse-elementwise"> {
  let summary = "Fuse elementwise operations into loops of limited size";
  let description = [{
    Upstream's `linalg-fuse-elementwise-ops` with a limit: two operations become one
    `linalg.generic` as long as the result has at most 256 operations, where a function of the
    `math` dialect counts as 16. Each step of the fusion writes the body again, and LLVM compares
    the instructions of a loop with each other, so that without a limit the compile time of a long
    chain grows with the square of its length. The result of a chain does not depend on where it
    is cut.

    Example:

    ```mlir
    %0 = linalg.map { math.absf } ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>)
    %1 = linalg.map { arith.negf } ins(%0 : tensor<4xf32>) outs(%init : tensor<4xf32>)
    ```

    becomes

    ```mlir
    #id = affine_map<(i) -> (i)>
    %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) {
    ^bb0(%a: f32, %out: f32):
      %2 = math.absf %a : f32
      %3 = arith.negf %2 : f32
      linalg.yield %3 : f32
    } -> tensor<4xf32>
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def SeparateInits : Pass<"quantc-separate-inits", "::mlir::func::FuncOp"> {
  let summary = "Give each result a tensor.empty of its own";
  let description = [{
    Copies each `tensor.empty` that several operations use, so that each of them has its own. Common
    subexpression elimination has merged them, and one-shot bufferization would compare all
    uses of the one with each other for every operation; its time grew with the third power of the
    number of operations of one shape.

    Example:

    ```mlir
    %init = tensor.empty() : tensor<4xf32>
    %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
    %1 = linalg.exp ins(%0 : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
    ```

    becomes

    ```mlir
    %init = tensor.empty() : tensor<4xf32>
    %other = tensor.empty() : tensor<4xf32>
    %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
    %1 = linalg.exp ins(%0 : tensor<4xf32>) outs(%other : tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def OutlineKernels : Pass<"quantc-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Move each loop or kernel of the network into a function";
  let description = [{
    Runs after `quantc-plan-arena`, while loops are still single operations. Each of them becomes a
    private function, and the network becomes a list of calls. The arguments are the buffers that
    the operation uses: inputs and outputs of the network, views of the arena, and constants. Views of
    these and scalar constants are computed in the function. Operations that
    are equal but for their buffers share one function, so that layers of the same shape are
    compiled once, and no function grows with the network.

    The arguments get `llvm.noalias`: different buffers of one operation do not overlap, because
    they live at the same time. Those of known alignment get `llvm.align`. An operation that needs a
    value that another one computes stays where it is.

    Example:

    ```mlir
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32>, %arena: memref<64xi8>) {
      %c0 = arith.constant 0 : index
      %0 = memref.view %arena[%c0][] : memref<64xi8> to memref<4xf32>
      linalg.exp ins(%x : memref<4xf32>) outs(%0 : memref<4xf32>)
      linalg.exp ins(%0 : memref<4xf32>) outs(%y : memref<4xf32>)
      return
    }
    ```

    becomes, but for the alignment of `%0`,

    ```mlir
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32>, %arena: memref<64xi8>) {
      %c0 = arith.constant 0 : index
      %0 = memref.view %arena[%c0][] : memref<64xi8> to memref<4xf32>
      call @kernel(%x, %0) : (memref<4xf32>, memref<4xf32>) -> ()
      call @kernel(%0, %y) : (memref<4xf32>, memref<4xf32>) -> ()
      return
    }
    func.func private @kernel(%a: memref<4xf32> {llvm.noalias}, %b: memref<4xf32> {llvm.noalias}) {
      linalg.exp ins(%a : memref<4xf32>) outs(%b : memref<4xf32>)
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect"];
}

#endif // QUANTC_CODEGEN_TRANSFORMS_PASSES_TD
