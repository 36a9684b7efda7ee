//===- Passes.td - Passes of Conversion --------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_CONVERSION_PASSES_TD
#define QUANTC_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def PTQConvertIO : Pass<"ptq-convert-io", "::mlir::func::FuncOp"> {
  let summary = "Chooses the element types of a network's inputs and outputs";
  let description = [{
    With `int8`, `uint8` or `int16`, the casts between float and quantized tensors at the inputs and outputs
    of the public function disappear, and the caller passes and receives integers. The attributes
    `ptq.scale` (f64), `ptq.zero_point` (i64) and `ptq.unsigned` of arguments and results say
    what numbers they represent; `ptq.name` is the name of the tensor. `uint8` is int8 with a
    zero point that is larger by 128. `float16` is for inputs and outputs that are floats or have
    parameters: the function converts them to and from float32. `int16` is for tensors that are quantized to int16, and an error
    for others, as `int8` and `uint8` are for those. Inputs and outputs that are integers by their meaning
    (indices, the result of argmax) do not change.

    Inputs and outputs of a network that was quantized already have these attributes. They are
    converted, too: `float` adds a quantization or dequantization inside of the network, and a change between
    signed and unsigned integers adds a tosa.rescale. An input that nothing reads has the scale 1. An
    output that is a constant gets the scale of the range of its values. It is an error if another input or output that shall be an integer
    has no quantization parameters.

    Runs after ptq-quantize-ops and before ptq-lower-quantized.

    Example (`inputs=int8`):

    ```mlir
    // before
    func.func @net(%x: tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.5:3>> {
      %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 0.5:3>>
      return %0 : tensor<4x!quant.uniform<i8:f32, 0.5:3>>
    }
    // after
    func.func @net(%x: tensor<4xi8> {ptq.scale = 0.5 : f64, ptq.zero_point = 3 : i64})
        -> tensor<4x!quant.uniform<i8:f32, 0.5:3>> {
      %0 = quant.scast %x : tensor<4xi8> to tensor<4x!quant.uniform<i8:f32, 0.5:3>>
      return %0 : tensor<4x!quant.uniform<i8:f32, 0.5:3>>
    }
    ```
  }];
  let options = [
    Option<"inputs", "inputs", "::quantc::IOType", /*default=*/"::quantc::IOType::Native",
           "Element type of inputs, e.g. inputs=int8", "::quantc::ioValues()">,
    Option<"outputs", "outputs", "::quantc::IOType", /*default=*/"::quantc::IOType::Native",
           "Element type of outputs, e.g. outputs=int8", "::quantc::ioValues()">
  ];
  let dependentDialects = [
    "::quantc::ptq::PTQDialect", "::mlir::quant::QuantDialect",
    "::mlir::tosa::TosaDialect"
  ];
}

def PTQLowerQuantized : Pass<"ptq-lower-quantized", "::mlir::func::FuncOp"> {
  let summary = "Lowers quantized tensors to plain integer TOSA";
  let description = [{
    The result contains no float scale. `ptq.requantize` becomes `tosa.rescale` with an
    integer multiplier and shift (docs/Numerics.md), or a constant if its operand is one, and
    types lose their parameters. `quant.qcast` and `quant.dcast` remain where integer and
    float parts meet. They become float operations of TOSA: dequantizing is a cast, a subtraction and a
    multiplication; quantizing is a multiplication by 1/scale, a clamp, a cast (ties to even) and an addition.

    In functions with `ptq.contract = "tflm"`, which ptq-quantize-ops sets, requantization
    rounds twice, as the kernels of TensorFlow Lite Micro do; TOSA's extension
    `doubleround` allows it. Elsewhere it rounds once, ties towards plus infinity.

    Example:

    ```mlir
    // before
    %1 = ptq.requantize %0 : tensor<4x!quant.uniform<i32:f32, 0.001>>
                          to tensor<4x!quant.uniform<i8:f32, 0.5:-3>>
    // after
    %m = "tosa.const"() {values = dense<1099511628> : tensor<1xi32>} : () -> tensor<1xi32>
    %s = "tosa.const"() {values = dense<39> : tensor<1xi8>} : () -> tensor<1xi8>
    %iz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
    %oz = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
    %1 = tosa.rescale %0, %m, %s, %iz, %oz {
           scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false,
           input_unsigned = false, output_unsigned = false}
       : (tensor<4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<4xi8>
    ```
  }];
  let dependentDialects = [
    "::quantc::ptq::PTQDialect", "::mlir::quant::QuantDialect",
    "::mlir::tosa::TosaDialect"
  ];
}

def PTQExpandComposites : Pass<"ptq-expand-composites", "::mlir::func::FuncOp"> {
  let summary = "Spells ptq's float composites as TOSA";
  let description = [{
    Replaces `ptq.softmax`, `ptq.mean` and `ptq.pointwise` by the TOSA operations that
    they were recognised from, and `ptq.float_border` by its operand. This is needed to compile float networks,
    networks with observers, and the operations of a quantized network that stay in float.

    Example:

    ```mlir
    // before
    %0 = ptq.mean %x {axes = array<i32: 1>} : tensor<1x8xf32> -> tensor<1x1xf32>
    // after
    %1 = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<1x8xf32>) -> tensor<1x1xf32>
    %2 = "tosa.const"() {values = dense<1.250000e-01> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
    %s = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
    %3 = tosa.mul %1, %2, %s
       : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
    ```
  }];
  let dependentDialects = [
    "::quantc::ptq::PTQDialect", "::mlir::tosa::TosaDialect"
  ];
}

def PTQExpandFakeQuant : Pass<"ptq-expand-fake-quant", "::mlir::func::FuncOp"> {
  let summary = "Spells ptq.fake_quant as float TOSA";
  let description = [{
    Replaces `ptq.fake_quant` by float operations that round to the numbers of its
    quantized type: a multiplication by 1/scale, a clamp, a cast to int32 (ties to even)
    and back, and a multiplication by the scale. Constants are computed at compile time. The
    result simulates the integer network in float.

    Example:

    ```mlir
    // before
    %0 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5> : tensor<4xf32>
    // after
    %s = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
    %c = "tosa.const"() {values = dense<2.0> : tensor<1xf32>} : () -> tensor<1xf32>
    %1 = tosa.mul %x, %c, %s : (tensor<4xf32>, tensor<1xf32>, tensor<1xi8>) -> tensor<4xf32>
    %2 = tosa.clamp %1 {min_val = -128.0 : f32, max_val = 127.0 : f32, nan_mode = IGNORE}
       : (tensor<4xf32>) -> tensor<4xf32>
    %3 = tosa.cast %2 : (tensor<4xf32>) -> tensor<4xi32>
    %4 = tosa.cast %3 : (tensor<4xi32>) -> tensor<4xf32>
    %d = "tosa.const"() {values = dense<0.5> : tensor<1xf32>} : () -> tensor<1xf32>
    %5 = tosa.mul %4, %d, %s : (tensor<4xf32>, tensor<1xf32>, tensor<1xi8>) -> tensor<4xf32>
    ```
  }];
  let dependentDialects = [
    "::quantc::ptq::PTQDialect", "::mlir::tosa::TosaDialect"
  ];
}

def ConvertObservers : Pass<"convert-observers", "::mlir::ModuleOp"> {
  let summary = "Turns ptq.observe into calls";
  let description = [{
    Every `ptq.observe` becomes a call of `quantc_observe(index, address, count)`. The arguments are
    three 64-bit integers: the position of the observer in the module, the address
    of the tensor's float32 elements, and their number. The program that runs
    the compiled network defines this function. The tensor is read through
    `bufferization.to_buffer`, so the pass runs before bufferization.

    Example:

    ```mlir
    // before
    func.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = ptq.observe %x {name = "x"} : tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    // after
    func.func private @quantc_observe(i64, i64, i64)
    func.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
      %index = arith.constant 0 : i64
      %count = arith.constant 4 : i64
      %0 = bufferization.to_buffer %x read_only : tensor<4xf32> to memref<4xf32>
      %1 = memref.extract_aligned_pointer_as_index %0 : memref<4xf32> -> index
      %2 = arith.index_cast %1 : index to i64
      func.call @quantc_observe(%index, %2, %count) : (i64, i64, i64) -> ()
      return %x : tensor<4xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect",
    "::quantc::ptq::PTQDialect"
  ];
}

def ConvertTensorToTosa : Pass<"convert-tensor-to-tosa", "::mlir::func::FuncOp"> {
  let summary = "Turns moves of elements in the tensor dialect into TOSA";
  let description = [{
    Exporters leave operations of the tensor dialect between those of TOSA. With static shapes,
    `tensor.extract_slice`, `tensor.insert_slice`, `tensor.expand_shape`, `tensor.collapse_shape`,
    `tensor.reshape`, `tensor.concat`, and a `tensor.pad` with a constant become TOSA operations
    that move the same elements. A `tensor.empty` that these read becomes zeros. Operations with
    sizes that are not constant, or with a stride other than 1, stay as they are. Constants that
    nothing needs any more disappear.

    Example:

    ```mlir
    // before
    %0 = tensor.collapse_shape %x [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
    // after
    %shape = tosa.const_shape {values = dense<6> : tensor<1xindex>} : () -> !tosa.shape<1>
    %0 = tosa.reshape %x, %shape : (tensor<2x3xf32>, !tosa.shape<1>) -> tensor<6xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tosa::TosaDialect"];
}

def ConvertUnsigned : Pass<"convert-unsigned", "::mlir::func::FuncOp"> {
  let summary = "Turns ui8 and ui16 into signless integers";
  let description = [{
    Tensors of `ui8` and `ui16` become tensors of `i8` and `i16` with the same bits. Arguments and results
    get the attribute `ptq.unsigned`, `tosa.rescale` gets `input_unsigned` or `output_unsigned`,
    and casts pass through `i32`, which holds the unsigned integers. A float outside of the unsigned
    integers becomes the nearest of them. Operations that move
    elements do not change. Every other operation on unsigned integers is an error,
    since TOSA defines none, and so are unsigned integers of more than 16 bits.

    Example:

    ```mlir
    // before
    func.func @net(%x: tensor<4xui8>) -> tensor<4xf32> {
      %0 = tosa.cast %x : (tensor<4xui8>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    // after
    func.func @net(%x: tensor<4xi8> {ptq.unsigned}) -> tensor<4xf32> {
      %mask = "tosa.const"() <{values = dense<255> : tensor<1xi32>}> : () -> tensor<1xi32>
      %0 = tosa.cast %x : (tensor<4xi8>) -> tensor<4xi32>
      %1 = tosa.bitwise_and %0, %mask : (tensor<4xi32>, tensor<1xi32>) -> tensor<4xi32>
      %2 = tosa.cast %1 : (tensor<4xi32>) -> tensor<4xf32>
      return %2 : tensor<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect", "::mlir::tosa::TosaDialect"];
}

def FoldTensorCasts : Pass<"fold-tensor-casts", "::mlir::func::FuncOp"> {
  let summary = "Removes tensor.cast by more precise types";
  let description = [{
    The operand of a `tensor.cast` gets every size that its type or the type of the result has, and
    takes the place of the result. Arguments and results of the function change with it.
    `tosa-infer-shapes` then computes the types of the operations behind it. A cast stays if its
    operand is a result of an operation with regions or of another dialect, or if such an
    operation reads the result. Sizes that contradict each other are an error.

    Example:

    ```mlir
    // before
    func.func @net(%x: tensor<1x4xf32>) -> tensor<?x4xf32> {
      %0 = tensor.cast %x : tensor<1x4xf32> to tensor<?x4xf32>
      return %0 : tensor<?x4xf32>
    }
    // after
    func.func @net(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
      return %x : tensor<1x4xf32>
    }
    ```
  }];
}

def WidenFloats : Pass<"widen-floats", "::mlir::func::FuncOp"> {
  let summary = "Turns all floats of a network into float32";
  let description = [{
    Tensors of float16, bfloat16, float8 and double become tensors of float32, arguments,
    results and constants included. Casts between floats disappear, and with them
    the rounding to a narrower type.

    Example:

    ```mlir
    // before
    func.func @net(%x: tensor<4xbf16>) -> tensor<4xf32> {
      %0 = tosa.cast %x : (tensor<4xbf16>) -> tensor<4xf32>
      %1 = tosa.tanh %0 : (tensor<4xf32>) -> tensor<4xf32>
      return %1 : tensor<4xf32>
    }
    // after
    func.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

def PTQMakeStep : Pass<"ptq-make-step", "::mlir::ModuleOp"> {
  let summary = "Makes a network that computes the next step of a sequence";
  let description = [{
    The public functions compute a sequence, whose steps lie along the dimension `axis` of every input. Each of them is
    replaced by a function that computes one more step of the sequence (rules N141 to N144 in docs/Numerics.md). What a
    step needs of the steps before it are arguments and results that name each other in `ptq.state`: the rows that a
    window over time reaches back to, and the states that a loop carries. `ptq.initial` says with what they start.

    Operations that compute every step by itself are the same on fewer elements. A loop over the steps, which
    ptq-expand-recurrent made of a recurrent layer, becomes its body. If windows are not padded, the first steps have no
    result of the sequence; the attribute `ptq.warmup` of the function counts them, and loops behind such windows start
    with the first result. A slice of the last step is the newest step.

    It is an error if an operation needs steps that are still to come, or all steps, such as a mean over time. Runs on
    what code generation takes, behind ptq-expand-recurrent.

    Example (`axis=1`):

    ```mlir
    // before
    %0 = tosa.conv2d %x, %w, %b, %zp, %wzp {acc_type = i32, dilation = array<i64: 1, 1>,
        pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
      : (tensor<1x8x1x1xi8>, tensor<1x3x1x1xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>)
      -> tensor<1x6x1x1xi32>
    // after: %held is an argument that takes %next in the next step
    %window = tosa.concat %held, %x {axis = 1 : i32}
      : (tensor<1x2x1x1xi8>, tensor<1x1x1x1xi8>) -> tensor<1x3x1x1xi8>
    %start = tosa.const_shape {values = dense<[0, 1, 0, 0]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %size = tosa.const_shape {values = dense<[1, 2, 1, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %next = tosa.slice %window, %start, %size
      : (tensor<1x3x1x1xi8>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x2x1x1xi8>
    %0 = tosa.conv2d %window, %w, %b, %zp, %wzp {acc_type = i32, dilation = array<i64: 1, 1>,
        pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
      : (tensor<1x3x1x1xi8>, tensor<1x3x1x1xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>)
      -> tensor<1x1x1x1xi32>
    ```
  }];
  let options = [
    Option<"axis", "axis", "int64_t", /*default=*/"1",
           "The dimension of time of every input">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect",
    "::mlir::tosa::TosaDialect"
  ];
}

def PTQExpandRecurrent : Pass<"ptq-expand-recurrent", "::mlir::func::FuncOp"> {
  let summary = "Spells recurrent layers as a loop over time";
  let description = [{
    Replaces `ptq.lstm`, `ptq.gru`, `ptq.rnn` and `ptq.integer_lstm` by TOSA operations and an `scf.for` over the time steps. The
    products of weights and inputs of all steps are one convolution in front of the
    loop. The loop carries the states and, if it is read, the sequence of hidden states. It is the last
    step before code generation, because TOSA has no such loop.

    Quantized layers become integer operations, by the rules from N90 on in docs/Numerics.md. If a layer is
    `observed`, each state that a step computes goes through a `ptq.observe` with the name
    of the state's last value.

    Example:

    ```mlir
    // before
    %sequence, %hidden = ptq.rnn %x weights(%w, %r)
      : (tensor<6x1x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>)
      -> (tensor<6x1x4xf32>, tensor<1x4xf32>)
    // after, without the convolutions and reshapes that compute %products and %product
    %0:2 = scf.for %t = %c0 to %c6 step %c1 iter_args(%h = %zeros, %all = %empty)
        -> (tensor<1x4xf32>, tensor<6x1x4xf32>) {
      %row = tensor.extract_slice %products[%t, 0, 0] [1, 1, 4] [1, 1, 1]
        : tensor<6x1x4xf32> to tensor<1x4xf32>
      %sum = tosa.add %row, %product : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
      %next = tosa.tanh %sum : (tensor<1x4xf32>) -> tensor<1x4xf32>
      %more = tensor.insert_slice %next into %all[%t, 0, 0] [1, 1, 4] [1, 1, 1]
        : tensor<1x4xf32> into tensor<6x1x4xf32>
      scf.yield %next, %more : tensor<1x4xf32>, tensor<6x1x4xf32>
    }
    ```
  }];
  let options = [
    Option<"onlyQuantized", "only-quantized", "bool", /*default=*/"false",
           "Leaves layers in float as they are, e.g. only-quantized=true">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::mlir::tosa::TosaDialect"
  ];
}

#endif // QUANTC_CONVERSION_PASSES_TD
