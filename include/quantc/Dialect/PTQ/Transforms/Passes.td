//===- Passes.td - Passes of Dialect/PTQ/Transforms --------------------*- tablegen -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_TD
#define QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Simplify
//===----------------------------------------------------------------------===//

def PTQNameTensors : Pass<"ptq-name-tensors", "::mlir::func::FuncOp"> {
  let summary = "Gives every tensor a stable, unique name";
  let description = [{
    Sets the attribute `ptq.name` on every function argument that is a tensor and
    every operation whose only result is a tensor. The name is the one that the
    importer put into the location (`loc("name")`). Without one, it is
    `input_<k>` for arguments and `<operation>_<k>` for operations. Names that are
    there already stay, so the pass can run again after other passes. The results of a recurrent layer
    are called `<name>/sequence`, `<name>/hidden` and `<name>/cell`.

    A name that occurs twice gets a numbered suffix. If a constant and an operation have the same
    name, the operation keeps it. Calibration profiles, remarks and
    reports refer to tensors by these names.

    Example:

    ```mlir
    // before
    func.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    // after
    func.func @net(%x: tensor<4xf32> {ptq.name = "input_0"}) -> tensor<4xf32> {
      %0 = tosa.tanh %x {ptq.name = "tanh_0"} : (tensor<4xf32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    ```
  }];
}

def PTQConvertLayout : Pass<"ptq-convert-layout", "::mlir::func::FuncOp"> {
  let summary = "Changes the layout of the network's inputs and outputs";
  let description = [{
    Changes the layout of images among the arguments or results of the network.
    Images are tensors of rank 3 to 5 with dimensions for batch, channels and space. With
    `inputs=NHWC`, an argument that is channels-first becomes channels-last, and a
    transpose restores the order in which the network reads it. `ptq-move-transposes`
    cancels this transpose with the one at the beginning of the network. Tensors of other
    ranks do not change. It is an error if there is no image. Names stay.

    Example:

    ```mlir
    // before
    func.func @net(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32> {
      return %x : tensor<1x3x8x8xf32>
    }
    // after, with inputs=NHWC
    func.func @net(%x: tensor<1x8x8x3xf32>) -> tensor<1x3x8x8xf32> {
      %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>}
        : (tensor<1x8x8x3xf32>) -> tensor<1x3x8x8xf32>
      return %0 : tensor<1x3x8x8xf32>
    }
    ```
  }];
  let options = [
    Option<"inputs", "inputs", "std::string", /*default=*/"",
           "NHWC makes channels-first inputs channels-last, NCHW the other way "
           "round, e.g. inputs=NHWC. By default they stay as they are">,
    Option<"outputs", "outputs", "std::string", /*default=*/"",
           "The same for outputs, e.g. outputs=NHWC">
  ];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

def PTQMoveTransposes : Pass<"ptq-move-transposes", "::mlir::func::FuncOp"> {
  let summary = "Moves transposes until they cancel";
  let description = [{
    TOSA's convolutions are channels-last. A network with channels-first layout
    has a transpose before and after each of them. For all operations in between, this pass chooses the
    layout in which the fewest elements have to be moved. These are elementwise operations, casts and
    fake quantization (also per axis), concat, pad, slice, tile, reverse, reductions,
    argmax, softmax, mean, and reshapes that split or merge neighbouring dimensions.

    * Transposes move towards the inputs as well as towards the outputs.
    * A transpose that several operations read is moved only if this saves work for all of them together.
    * A value that is needed in another layout gets a transpose of its own if that is cheaper.
    * Transposes of constants are folded.
    * A transpose before a reshape that flattens an image for a product with constant weights
      is replaced by a permutation of the weights.
    * A transpose that moves only dimensions of size 1 becomes a reshape.

    No element of any tensor changes. A tensor keeps its `ptq.name` in
    its new layout, and so do results of the network. If the transpose that a tensor comes from disappears, the
    tensor that takes its place also takes its name, unless it has a name of the user's.

    Remarks (`--remarks-filter=ptq-move-transposes`) name each transpose that is left
    and count them by their place: at an input, at an output, or inside.

    Example:

    ```mlir
    // before
    %0 = tosa.transpose %x {perms = array<i32: 0, 3, 1, 2>}
      : (tensor<1x8x8x4xf32>) -> tensor<1x4x8x8xf32>
    %1 = tosa.reduce_max %0 {axis = 1 : i32}
      : (tensor<1x4x8x8xf32>) -> tensor<1x1x8x8xf32>
    %2 = tosa.sub %0, %1
      : (tensor<1x4x8x8xf32>, tensor<1x1x8x8xf32>) -> tensor<1x4x8x8xf32>
    %3 = tosa.transpose %2 {perms = array<i32: 0, 2, 3, 1>}
      : (tensor<1x4x8x8xf32>) -> tensor<1x8x8x4xf32>
    // after
    %0 = tosa.reduce_max %x {axis = 3 : i32}
      : (tensor<1x8x8x4xf32>) -> tensor<1x8x8x1xf32>
    %1 = tosa.sub %x, %0
      : (tensor<1x8x8x4xf32>, tensor<1x8x8x1xf32>) -> tensor<1x8x8x4xf32>
    ```
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect",
                           "::mlir::quant::QuantDialect"];
}

def PTQCastsToFakeQuant : Pass<"ptq-casts-to-fake-quant", "::mlir::func::FuncOp"> {
  let summary = "Turns the casts of a quantized network into fake quantization";
  let description = [{
    A network that was quantized elsewhere consists of float operations between
    `quant.dcast` and `quant.qcast`. This pass turns each pair of casts, and each integer constant of up
    to 16 bits, into a `ptq.fake_quant` with the attribute `ptq.frozen`. The attribute means that
    these parameters are those of the network and must not change. A `ptq.fake_quant` is also
    added behind the `quant.dcast` of an input. Biases of 32 bits keep their integers and their
    casts. This pass is the inverse of `ptq-fold-fake-quant`.

    Example:

    ```mlir
    // before
    %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 0.5:3>>
    %1 = quant.dcast %0 : tensor<4x!quant.uniform<i8:f32, 0.5:3>> to tensor<4xf32>
    // after
    %1 = ptq.fake_quant %x as !quant.uniform<i8:f32, 0.5:3> {ptq.frozen} : tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect", "::mlir::tosa::TosaDialect"];
}

def PTQStripFakeQuant : Pass<"ptq-strip-fake-quant", "::mlir::func::FuncOp"> {
  let summary = "Removes fake quantization: the float network behind a quantized one";
  let description = [{
    `ptq.fake_quant` is replaced by its operand. There is one exception. If 0 is an end of its range, and
    its operand comes from an operation with an accumulator (a convolution, a product or a sum),
    saturation may have replaced an activation function. Then a `tosa.clamp` to the range stays.

    Example:

    ```mlir
    // before
    %1 = ptq.fake_quant %0 as !quant.uniform<i8:f32, 0.5:3> : tensor<4xf32>
    %2 = tosa.tanh %1 : (tensor<4xf32>) -> tensor<4xf32>
    // after
    %2 = tosa.tanh %0 : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

def PTQSimplify : Pass<"ptq-simplify", "::mlir::func::FuncOp"> {
  let summary = "Cleans up a float network before it is quantized";
  let description = [{
    Operations that quantization would have to round are removed while this is still exact:

    * upstream's canonicalization of TOSA (no-op reshapes, transposes, pads, slices and
      casts, clamps of clamps, double negation, ...);
    * identity operations, concatenations of one tensor, pools over one element;
    * arithmetic on constants;
    * multiplications by a constant for each channel, and additions and subtractions of one, are folded into
      the constant weights and bias of the convolution before them (this includes batch normalizations
      in every form). Reshapes and transposes may stand in between. The convolution may have
      no other user;
    * a fully connected layer, which is a matmul with a constant right-hand side followed by the
      addition of a constant, becomes a 1x1 convolution, which has a bias;
    * maximum and minimum with a constant become clamps, and clamps move
      before reshapes and transposes, next to the operation that they belong to;
    * a slice of the step that a recurrent layer visits last, perhaps behind reshapes and transposes,
      becomes the layer's last state. If nothing else reads the sequence, it is not computed.

    The network computes the same apart from rounding in float. A tensor keeps its `ptq.name`. A tensor that takes
    the place of another one takes its name.

    Example:

    ```mlir
    // before
    %0 = tosa.conv2d %x, %w, %b, %z, %z
      {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>,
       dilation = array<i64: 1, 1>}
      : (tensor<1x8x8x4xf32>, tensor<2x1x1x4xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>)
      -> tensor<1x8x8x2xf32>
    %1 = tosa.mul %0, %scale, %shift
      : (tensor<1x8x8x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<1x8x8x2xf32>
    // after: %w2 = %w * %scale and %b2 = %b * %scale per output channel
    %1 = tosa.conv2d %x, %w2, %b2, %z, %z
      {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>,
       dilation = array<i64: 1, 1>}
      : (tensor<1x8x8x4xf32>, tensor<2x1x1x4xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>)
      -> tensor<1x8x8x2xf32>
    ```
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

def PTQRecognizeComposites
    : Pass<"ptq-recognize-composites", "::mlir::func::FuncOp"> {
  let summary = "Finds softmax and mean in TOSA's spelling";
  let description = [{
    TOSA has no softmax and no mean. Exporters write them with primitive
    operations, and quantizing these one by one loses much more accuracy than quantizing the whole.

    `exp(x) * reciprocal(reduce_sum(exp(x)))` becomes `ptq.softmax` of x. If x is
    `y - reduce_max(y)` along the same axis, it becomes `ptq.softmax` of y. If y comes from a reshape that
    keeps the axis, the reshape moves behind the softmax, so that the softmax directly follows the operation
    that computes its logits.

    A chain of `reduce_sum` whose result is multiplied by one over the number of summed elements
    becomes `ptq.mean`.

    Example:

    ```mlir
    // before
    %0 = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<1x8xf32>) -> tensor<1x1xf32>
    %c = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
    %s = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
    %1 = tosa.mul %0, %c, %s : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
    // after
    %1 = ptq.mean %x {axes = array<i32: 1>} : tensor<1x8xf32> -> tensor<1x1xf32>
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQOutlinePointwise
    : Pass<"ptq-outline-pointwise", "::mlir::func::FuncOp"> {
  let summary = "Collects functions of one number into ptq.pointwise";
  let description = [{
    Moves elementwise operations into the body of a `ptq.pointwise` if one tensor is their
    only operand that is not a splat constant. So an activation function of any form becomes one
    operation, and in int8 one table lookup. Subgraphs are made as large as possible,
    but no value inside of one may have a user outside. A `tosa.clamp` that is alone, or is the first
    operation behind a sum (of a convolution, for example), is not moved, since it is fused into the
    operation before it.

    Example:

    ```mlir
    // before
    %0 = tosa.sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
    %1 = tosa.exp %0 : (tensor<4xf32>) -> tensor<4xf32>
    // after
    %1 = ptq.pointwise %x : tensor<4xf32> -> tensor<4xf32> {
    ^bb0(%a: tensor<4xf32>):
      %2 = tosa.sigmoid %a : (tensor<4xf32>) -> tensor<4xf32>
      %3 = tosa.exp %2 : (tensor<4xf32>) -> tensor<4xf32>
      ptq.yield %3 : tensor<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQMergePointwise
    : Pass<"ptq-merge-pointwise", "::mlir::func::FuncOp"> {
  let summary = "Merges functions of one number that only moves separate";
  let description = [{
    A reshape or transpose moves numbers and does not change them. If only such operations stand between two
    `ptq.pointwise`, and nothing else reads what is between, both functions become one in front of the moves. So the
    tensors between them are not rounded
    ([N130](Numerics.md#tables)), and one table is looked up instead of two.

    Example:

    ```mlir
    // before
    %0 = ptq.pointwise %x : tensor<2x3xf32> -> tensor<2x3xf32> {
    ^bb0(%a: tensor<2x3xf32>):
      %4 = tosa.sigmoid %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
      ptq.yield %4 : tensor<2x3xf32>
    }
    %1 = tosa.transpose %0 {perms = array<i32: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %2 = ptq.pointwise %1 : tensor<3x2xf32> -> tensor<3x2xf32> {
    ^bb0(%a: tensor<3x2xf32>):
      %4 = tosa.log %a : (tensor<3x2xf32>) -> tensor<3x2xf32>
      ptq.yield %4 : tensor<3x2xf32>
    }
    // after
    %0 = ptq.pointwise %x : tensor<2x3xf32> -> tensor<2x3xf32> {
    ^bb0(%a: tensor<2x3xf32>):
      %4 = tosa.sigmoid %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
      %5 = tosa.log %4 : (tensor<2x3xf32>) -> tensor<2x3xf32>
      ptq.yield %5 : tensor<2x3xf32>
    }
    %2 = tosa.transpose %0 {perms = array<i32: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQEqualize : Pass<"ptq-equalize", "::mlir::func::FuncOp"> {
  let summary = "Gives the channels between two products like ranges";
  let description = [{
    If one product reads the channels of another one, perhaps behind a ReLU, channel c can be divided by a factor and the
    weights that read it multiplied by the same. The factor is the power of two next to the one that makes the largest
    weight that makes the channel as large as the largest one that reads it. Powers of two are exact: the float network computes the
    same bits. What gains is one scale for all weights of an operation (`--fully-connected=per-tensor`, formats with one scale), and
    tensors of which few channels decide the range.

    Run it on a simplified network in front of calibration: the statistics of tensors between products change. Clamps with another upper
    limit than infinity (ReLU6) are left alone, because the limit would differ from channel to channel. The method is cross-layer
    equalization (M. Nagel and others, "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019).

    Example:

    ```mlir
    // before: weights of 8 make the channel, and weights of 0.5 read it
    %w0 = "tosa.const"() {values = dense<8.0> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
    %w1 = "tosa.const"() {values = dense<0.5> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
    %0 = tosa.conv2d %x, %w0, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
      : (tensor<1x4x4x1xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
    %1 = tosa.conv2d %0, %w1, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
      : (tensor<1x4x4x1xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x1xf32>
    // after: 2 and 2, and the bias of the first one is a quarter of what it was
    %w0 = "tosa.const"() {values = dense<2.0> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
    %w1 = "tosa.const"() {values = dense<2.0> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
    ```
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

//===----------------------------------------------------------------------===//
// Observe and annotate
//===----------------------------------------------------------------------===//

def PTQInsertObservers : Pass<"ptq-insert-observers", "::mlir::func::FuncOp"> {
  let summary = "Puts a probe on every tensor whose range must be measured";
  let description = [{
    Inserts `ptq.observe` after every float tensor that may be quantized
    with parameters from calibration. These are the activations and results of operations that
    implement QuantizableOpInterface and can be quantized; function arguments are among
    them. Constants, whose data are known, and tensors that have a `ptq.fake_quant` already get no
    probe.

    The value between a convolution and its activation function, an int32 accumulator, is observed
    as well, and so are results whose parameters the operation fixes (softmax). They need parameters if a
    policy keeps one of the two operations in float, and a profile serves every policy.

    Tensors must have names before this pass runs (`ptq-name-tensors`).

    Example:

    ```mlir
    // before
    %0 = ptq.mean %x {axes = array<i32: 1>, ptq.name = "mean"}
      : tensor<1x8xf32> -> tensor<1x1xf32>
    // after
    %0 = ptq.mean %x {axes = array<i32: 1>, ptq.name = "mean"}
      : tensor<1x8xf32> -> tensor<1x1xf32>
    %1 = ptq.observe %0 {name = "mean"} : tensor<1x1xf32>
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQAssignSchemes : Pass<"ptq-assign-schemes", "::mlir::func::FuncOp"> {
  let summary = "Decides how every operation is quantized";
  let description = [{
    Sets the attribute `ptq.scheme` (`#ptq.scheme`) of the function to the default scheme, and that of
    each operation whose scheme is another. No other pass decides this, and later passes read nothing else.

    The default is `scheme`, else that of the policy, else what the network brings, else `int8`.
    Schemes are `int8`, `int16x8`, `dynamic-range`, `weight-only`, `float16` and `float32`. What
    follows a colon changes them, for example `weight-only:int4,block=32`.

    A policy is a YAML file with rules (docs/Policy.md). A rule names tensors or kinds of
    operations and gives them another scheme, an estimator or a range. Later rules prevail over earlier
    ones. A rule that matches nothing is a warning.

    Operations without constant weights stay in float in dynamic and weight-only schemes. In
    dynamic schemes, so do operations with fewer weights than the policy's `min-weight-elements`
    (1024), unless the network brings their scheme. A remark gives the reason
    (`--remarks-filter=ptq-assign-schemes`).

    Example:

    ```mlir
    // before
    func.func @net(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
      %0 = ptq.softmax %x {axis = 1 : i32} : tensor<1x8xf32>
      return %0 : tensor<1x8xf32>
    }
    // after, with deny-ops=softmax
    func.func @net(%x: tensor<1x8xf32>) -> tensor<1x8xf32> attributes {
      ptq.scheme = #ptq.scheme<static, weights = i8 per channel,
                               activations = asymmetric i8 per tensor>} {
      %0 = ptq.softmax %x {axis = 1 : i32,
        ptq.scheme = #ptq.scheme<float, weights = f32 per tensor,
                                 activations = symmetric f32 per tensor>}
        : tensor<1x8xf32>
      return %0 : tensor<1x8xf32>
    }
    ```
  }];
  let options = [
    Option<"scheme", "scheme", "std::string", /*default=*/"",
           "The default scheme, e.g. scheme=dynamic-range">,
    Option<"policyPath", "policy", "std::string", /*default=*/"",
           "A file of rules for single operations, e.g. policy=policy.yaml">,
    ListOption<"denyNodes", "deny-nodes", "std::string",
               "Names of tensors whose operations stay in float, e.g. "
               "deny-nodes=conv1,conv2">,
    ListOption<"denyOps", "deny-ops", "std::string",
               "Kinds of operations that stay in float, e.g. deny-ops=softmax,add">,
    Option<"fullyConnected", "fully-connected", "::quantc::ptq::FullyConnectedScales",
           /*default=*/"::quantc::ptq::FullyConnectedScales::PerChannel",
           "Scales of the weights of fully connected layers, "
           "e.g. fully-connected=per-tensor", "::quantc::ptq::fullyConnectedValues()">
  ];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQAnnotate : Pass<"ptq-annotate", "::mlir::ModuleOp"> {
  let summary = "Turns a calibration profile into quantization parameters";
  let description = [{
    Removes `ptq.observe` and inserts a `ptq.fake_quant` after every tensor that
    `ptq-insert-observers` selects, by the same analysis. Its parameters are asymmetric int8
    parameters from the tensor's statistics, or the parameters that the operation fixes.
    Constant weights get symmetric int8 parameters for each output channel from their
    data, and other constant operands get asymmetric ones. The result is a float network that
    simulates its integer form. Tensors that have a `ptq.fake_quant` from
    quantization-aware training keep it.

    Only operations with a static scheme take part (`ptq-assign-schemes`). In a dynamic scheme,
    constant weights get a `ptq.fake_quant` as well. In a weight-only scheme they are stored in their
    narrower type and converted back to f32 (`tosa.cast`, then `tosa.mul` with the scales).

    It is an error if the profile belongs to another network, lacks tensors (all of
    them are named), or contains a tensor with NaN or infinite values. A tensor that was always 0
    gets scale 1 and a warning. Each choice is reported by a remark
    (`--remarks-filter=ptq-annotate`). A remark `state` for each state of a recurrent layer counts, of its
    values in all steps of calibration, those that its type cannot hold (`Saturated`) and those whose
    tanh is 1 in steps of int8 (`Flat`).

    Example:

    ```mlir
    // before; the profile says that "mean" was in [-1, 1]
    %1 = ptq.observe %0 {name = "mean"} : tensor<1x1xf32>
    // after
    %1 = ptq.fake_quant %0 as !quant.uniform<i8:f32, 0.0078431377187371254:-1>
      : tensor<1x1xf32>
    ```
  }];
  let options = [
    Option<"profilePath", "profile", "std::string", /*default=*/"",
           "The calibration profile, e.g. profile=calibration.json. Without one, "
           "every tensor needs a ptq.fake_quant already">,
    Option<"estimator", "estimator", "::quantc::Estimator",
           /*default=*/"::quantc::Estimator::Auto",
           "How ranges are estimated, unless the function says it (`ptq.estimator`), "
           "e.g. estimator=mse", "::quantc::estimatorValues()">,
    Option<"percentile", "percentile", "double", /*default=*/"99.99",
           "The share of values that estimator=percentile keeps, in percent: "
           "above 50, at most 100, e.g. percentile=99.9">
  ];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQPartOutputs : Pass<"ptq-part-outputs", "::mlir::func::FuncOp"> {
  let summary = "Lets float outputs be made of parts that keep their own parameters";
  let description = [{
    The example's result is an output. A concatenation of tensors with unlike ranges, say of boxes up to 500 and scores up to 1, would share one
    scale, in which the small ones are lost. Where only float readers see the result, the parts are converted to
    float apart and put together as floats ([N110](Numerics.md)). So are the results of
    `tosa.select` and `tosa.scatter`.

    The operation, and the moves between it and its readers, get the scheme `float32`. This happens if the result's
    scale is more than four times that of a part. It does not happen under the contracts of other runtimes,
    or where the network came with its parameters.

    Example:

    ```mlir
    // before
    %0 = ptq.fake_quant %a as !quant.uniform<i8:f32, 2.0> : tensor<1x4xf32>
    %1 = ptq.fake_quant %b as !quant.uniform<i8:f32, 0.004> : tensor<1x4xf32>
    %2 = tosa.concat %0, %1 {axis = 1 : i32}
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
    %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 2.0> : tensor<1x8xf32>
    // after
    %0 = ptq.fake_quant %a as !quant.uniform<i8:f32, 2.0> : tensor<1x4xf32>
    %1 = ptq.fake_quant %b as !quant.uniform<i8:f32, 0.004> : tensor<1x4xf32>
    %2 = tosa.concat %0, %1 {axis = 1 : i32, ptq.scheme
      = #ptq.scheme<float, weights = f32 per tensor, activations = symmetric f32 per tensor>}
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
    ```
  }];
  let options = [
    Option<"contractName", "contract", "std::string", /*default=*/"",
           "Whose numbers to compute, e.g. contract=tflm">
  ];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQWarnOfLoss : Pass<"ptq-warn-of-loss", "::mlir::ModuleOp"> {
  let summary = "Warns of tensors that 8 bits cannot carry";
  let description = [{
    Emits a warning, with the tensor, the reason and a way out, for each 8-bit tensor

    * whose values, but for one in a thousand at each end, meet fewer than 8 of the 256 integers, because
      an outlier, a constant or a policy decides its range;
    * of which a function (logarithm, root, reciprocal, power, exponential) is taken where rounding changes the result
      so much that less than 10 dB are left;
    * that is added to values so much larger that half a step of the sum is more than all of it;
    * that is concatenated with larger ones in an output, and meets fewer than 8 integers there.

    The distributions are those of the profile; without one nothing is said. The parameters have to be final
    (`ptq-propagate-parameters`). Nothing changes.

    Example: `quant-opt net.mlir --ptq-annotate=profile=p.json --ptq-warn-of-loss=profile=p.json`
  }];
  let options = [
    Option<"profilePath", "profile", "std::string", /*default=*/"",
           "The calibration profile, e.g. profile=calibration.json">
  ];
}

def PTQPropagateParameters
    : Pass<"ptq-propagate-parameters", "::mlir::func::FuncOp"> {
  let summary = "Gives tensors that are only moved the same parameters";
  let description = [{
    Some operations move or select values and compute nothing (reshape, transpose, slice, pad,
    max_pool2d, concat, ...). Their integer form needs no requantization if their
    operands and result have the same parameters.

    * An operation with one activation: the result takes the parameters of the operand.
    * An operation with several activations: the result takes parameters that cover all of them. Operands that
      have no other user take these parameters, too. Operands with other users, or with
      parameters that their producer fixes, keep their own and will be requantized.

    A tensor whose only user is a clamp takes the parameters of the clamp's
    result. It then saturates where the clamp would.

    If the result of such an operation has no `ptq.fake_quant`, it gets one. Networks from quantization-aware
    training often have none there.

    Example:

    ```mlir
    // before
    %0 = ptq.fake_quant %a as !quant.uniform<i8:f32, 0.1> : tensor<1x4xf32>
    %1 = ptq.fake_quant %b as !quant.uniform<i8:f32, 0.3> : tensor<1x4xf32>
    %2 = tosa.concat %0, %1 {axis = 1 : i32}
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
    %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 0.2> : tensor<1x8xf32>
    // after
    %0 = ptq.fake_quant %a as !quant.uniform<i8:f32, 0.3> : tensor<1x4xf32>
    %1 = ptq.fake_quant %b as !quant.uniform<i8:f32, 0.3> : tensor<1x4xf32>
    %2 = tosa.concat %0, %1 {axis = 1 : i32}
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
    %3 = ptq.fake_quant %2 as !quant.uniform<i8:f32, 0.3> : tensor<1x8xf32>
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

//===----------------------------------------------------------------------===//
// Quantize
//===----------------------------------------------------------------------===//

def PTQWidenWeights : Pass<"ptq-widen-weights", "::mlir::func::FuncOp"> {
  let summary = "Widens the scales of weights whose biases would not fit int32";
  let description = [{
    If the activation and the weight of an operation have a `ptq.fake_quant`, its bias becomes int32
    with the scale scale(activation) * scale(weight)[c] (`ptq-quantize-bias`). If bias / scale
    exceeds 2^30 in a channel, the weight scale of this channel is widened until it does not
    ([N9](Numerics.md)), and a remark reports it (`--remarks-filter=ptq-widen-weights`). The passes that
    make up for rounded weights come later, so that they see the scales that ship.

    Example:

    ```mlir
    // before; the activation has the scale 2^-10, and the bias of the second channel is 2^15
    %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,9.765625E-4}>
      : tensor<2x1x1x4xf32>
    // after: 2^15 / (2^-10 * 2^-5) = 2^30
    %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,3.125E-2}>
      : tensor<2x1x1x4xf32>
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQCorrectBias : Pass<"ptq-correct-bias", "::mlir::ModuleOp"> {
  let summary = "Lets biases make up for the mean error of rounded weights";
  let description = [{
    Adds to the bias of a convolution or product the mean error that its rounded weights cause
    ([N50](Numerics.md)). The weight's `ptq.fake_quant` has to have its final scales
    (`ptq-widen-weights`), the bias none yet, and the profile the means of the input channels; a
    warning names the tensors whose means it lacks.

    `ptq.bias_correction` on an operation, else on its function, says whether it is wanted. Where
    neither says it, the option decides. A function whose weights are rounded with regard to
    samples (`ptq.weight_rounding`, and the profile has some) is left alone.

    Example:

    ```mlir
    // before: 0.25 becomes 0 when it is rounded to the scale 1; the mean of its input is 2
    %b = "tosa.const"() {values = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
    // after
    %b = "tosa.const"() {values = dense<1.5> : tensor<1xf32>} : () -> tensor<1xf32>
    ```
  }];
  let options = [
    Option<"profilePath", "profile", "std::string", /*default=*/"",
           "The calibration profile, e.g. profile=calibration.json">,
    Option<"correctByDefault", "by-default", "bool", /*default=*/"true",
           "Whether operations of which nothing says it are corrected, e.g. by-default=false">
  ];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQQuantizeBias : Pass<"ptq-quantize-bias", "::mlir::func::FuncOp"> {
  let summary = "Gives biases int32 parameters at the accumulator's scale";
  let description = [{
    If the activation and the weight of an operation have a `ptq.fake_quant`, its bias
    gets one with int32 storage, zero point 0 and, for each output channel c, the scale
    scale(activation) * scale(weight)[c]. If the bias does not fit, the weight scale is widened,
    as `ptq-widen-weights` does. A bias of one element is repeated for every channel.

    Example:

    ```mlir
    // before
    %x = ptq.fake_quant %a as !quant.uniform<i8:f32, 0.5> : tensor<1x8x8x4xf32>
    %w = ptq.fake_quant %f as !quant.uniform<i8<-127:127>:f32:0, {0.25,0.125}>
      : tensor<2x1x1x4xf32>
    %0 = tosa.conv2d %x, %w, %bias, %z, %z
      {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>,
       dilation = array<i64: 1, 1>}
      : (tensor<1x8x8x4xf32>, tensor<2x1x1x4xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>)
      -> tensor<1x8x8x2xf32>
    // after: the bias operand is
    %b = ptq.fake_quant %bias as !quant.uniform<i32:f32:0, {0.125,0.0625}>
      : tensor<2xf32>
    ```
  }];
  let dependentDialects = ["::quantc::ptq::PTQDialect"];
}

def PTQFoldFakeQuant : Pass<"ptq-fold-fake-quant", "::mlir::func::FuncOp"> {
  let summary = "Turns fake quantization into quantize and dequantize casts";
  let description = [{
    `ptq.fake_quant` of a constant becomes an integer constant, followed by `quant.scast` to its
    quantized type and by `quant.dcast`. `ptq.fake_quant` of any other value becomes a pair of
    `quant.qcast` and `quant.dcast`. `ptq-quantize-ops` then moves operations
    between the casts. Parameters from calibration and from quantization-aware training are treated
    alike. Unsigned storage becomes signed storage with a zero point that is lower by half the range.

    Example:

    ```mlir
    // before
    %c = "tosa.const"() <{values = dense<[-1.0, 0.5]> : tensor<2xf32>}> : () -> tensor<2xf32>
    %0 = ptq.fake_quant %c as !quant.uniform<i8<-127:127>:f32, 0.5> : tensor<2xf32>
    // after
    %c = "tosa.const"() <{values = dense<[-2, 1]> : tensor<2xi8>}> : () -> tensor<2xi8>
    %q = quant.scast %c : tensor<2xi8> to tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5>>
    %0 = quant.dcast %q : tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5>> to tensor<2xf32>
    ```
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect",
                           "::mlir::tosa::TosaDialect"];
}

def PTQQuantizeOps : Pass<"ptq-quantize-ops", "::mlir::func::FuncOp"> {
  let summary = "Replaces float operations by their integer forms";
  let description = [{
    If the operands of an operation come from `quant.dcast` and its result goes to
    `quant.qcast`, the operation is replaced by one on quantized tensors, which it builds through
    `QuantizableOpInterface`. A result without parameters of its own stays an int32
    accumulator if its only user can take one, such as the clamp behind a convolution. Wherever
    parameters differ, an explicit `ptq.requantize` is inserted.

    `contract` says whose integers the forms give (docs/Numerics.md): `exact` those of
    quantc's own rules, `litert` those of LiteRT, `tflm` those of TensorFlow Lite Micro.
    Without the option it is the function's `ptq.contract`, and without that `exact`.
    The function keeps it for ptq-lower-quantized.

    This pass never fails. An operation that cannot be quantized stays in float between
    `quant.dcast` and `quant.qcast`, and the remark `stays-float` names the operation,
    its tensor and the reason. The remark `quantized` reports each operation that was quantized.

    Example:

    ```mlir
    // before
    %1 = quant.dcast %0 : tensor<1x4x!quant.uniform<i8:f32, 0.5>> to tensor<1x4xf32>
    %2 = tosa.clamp %1 {min_val = 0.0 : f32, max_val = 6.0 : f32}
       : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %3 = quant.qcast %2 : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.5>>
    // after
    %3 = tosa.clamp %0 {min_val = 0 : i8, max_val = 12 : i8}
       : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.5>>
    ```
  }];
  let options = [
    Option<"contractName", "contract", "std::string", /*default=*/"",
           "Whose integers the forms give: 'exact', 'litert' or 'tflm' (default: "
           "the function's ptq.contract, else 'exact')">
  ];
  let dependentDialects = [
    "::quantc::ptq::PTQDialect", "::mlir::quant::QuantDialect",
    "::mlir::tosa::TosaDialect"
  ];
}

//===----------------------------------------------------------------------===//
// Lower and check
//===----------------------------------------------------------------------===//

def PTQCheckStrictInteger : Pass<"ptq-check-strict-integer", "::mlir::func::FuncOp"> {
  let summary = "Fails if anything computes in float";
  let description = [{
    Reports an error for every operation that computes in float, with its location, its
    tensor and the reason. The pass fails if there is one. If one node of a file became several
    operations, which have its location, only the first of them is reported. Casts between float
    and quantized tensors are allowed, so that inputs and outputs may be float. The pass runs after
    ptq-quantize-ops, or on integer TOSA.

    Example:

    ```mlir
    func.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
      // error: 'tosa.tanh' op computes in float (tensor 'y'): its operand has no
      // quantization parameters; calibrate the network with this tensor observed, or quantize
      // the operation that makes it
      %0 = tosa.tanh %x {ptq.name = "y"} : (tensor<4xf32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    ```
  }];
}

#endif // QUANTC_DIALECT_PTQ_TRANSFORMS_PASSES_TD
