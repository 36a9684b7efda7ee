//===- NetworkBuilder.h - Networks from semantic operations -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What importers are written with: the operations that networks' file formats
/// have in common, each decomposed into TOSA 1.0. Composites (softmax, mean,
/// functions of one number) are spelled as the passes recognise them.
///
/// Conventions:
///  * A Value is a tensor of static shape. Elements are f32, i32, i16, i8 or
///  i1:
///    importers narrow the i64 of shapes and indices.
///  * Parameters come from files that nobody checked. What cannot be done gives
///    an error at the current node and a null Value; an operation on a null
///    Value is null without another error. So results can be passed on and
///    checked once, at the end of a node.
///  * Axes count from the end if negative. Broadcasting is numpy's.
///  * Images are channels-last: [N, W, C], [N, H, W, C], [N, D, H, W, C].
///  * Weights and biases may be float constants or constants behind quant.scast
///    and quant.dcast (see `quantizedConstant`): moving their elements makes
///    another constant of the same kind.
///
///   NetworkBuilder b(context, "model.onnx");
///   Value x = b.addInput("x", b.getType({1, 8, 8, 3}, b.getF32Type()));
///   b.setNode("conv1");
///   Value y = b.conv(x, weights, bias, window);
///   y = b.nameResult(b.unary(UnaryKind::Relu, y), "conv1_out");
///   if (!y || failed(b.addOutput("y", y)))
///     return nullptr;
///   return b.finish();
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_IMPORT_NETWORKBUILDER_H
#define QUANTC_IMPORT_NETWORKBUILDER_H

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Support/Npz.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"

#include <optional>

namespace quantc {

/// Functions of one tensor. Those without a letter on elements take floats.
enum class UnaryKind {
  Abs, ///< float or i32
  Ceil,
  Cos,
  Erf,
  Exp,
  Floor,     ///< of a Div: FloorDiv
  Gelu,      ///< x/2 (1 + erf(x/sqrt 2))
  GeluTanh,  ///< x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
  HardSwish, ///< x relu6(x + 3) / 6
  Identity,
  Log,
  LogicalNot, ///< i1
  Neg,        ///< float or i32
  Reciprocal,
  Relu,     ///< float or integer
  Relu0To1, ///< clamp to [0, 1]
  Relu6,
  ReluN1To1, ///< clamp to [-1, 1]
  Round,     ///< halves to even
  Rsqrt,
  Sigmoid,
  Sign,
  Sin,
  Softplus, ///< log(1 + exp(x))
  Softsign, ///< x / (1 + |x|)
  Sqrt,
  Square,
  Swish, ///< x sigmoid(x)
  Tanh,
};

/// Functions of two tensors that broadcast against each other and have the same
/// elements.
enum class BinaryKind {
  Add,
  Sub,
  Mul,
  Div,      ///< integers: towards zero
  FloorDiv, ///< the largest integer below the quotient
  /// What a division towards zero leaves, as C's % and fmod; of floats exact
  /// while quotients stay below 2^22.
  Remainder,
  FloorMod, ///< what FloorDiv leaves: the sign is the divisor's
  Pow,
  Minimum,
  Maximum,
  SquaredDifference,
  // To i1.
  Equal,
  NotEqual,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  // On i1.
  LogicalAnd,
  LogicalOr,
  LogicalXor,
};

enum class ReduceKind {
  Mean,
  Sum,
  Max,
  Min,
  Prod,
  SumSquare,
  L1,
  L2,
  LogSum,
  LogSumExp
};

/// The operation with which a scatter combines an element and its update.
enum class ScatterKind { Replace, Add, Mul, Min, Max };

/// How the padding of a window is chosen.
enum class AutoPad {
  Explicit,
  Valid,
  /// The padding that gives ceil(size / stride) positions. If the total is odd,
  /// the larger half is after the input.
  SameUpper,
  /// The same, but the larger half is before the input.
  SameLower,
};

/// The windows of a convolution or pooling. Lists have one element per spatial
/// dimension. An empty list stands for 1 (stride, dilation) or 0 (padding).
struct Window {
  llvm::SmallVector<int64_t> stride, dilation;
  AutoPad autoPad = AutoPad::Explicit;
  /// Padding, if `autoPad` is Explicit. Negative padding crops.
  llvm::SmallVector<int64_t> before, after;
  /// For pooling: a last window counts even if it extends beyond the padded
  /// input, as long as it begins in the input or in the padding before it.
  bool ceilMode = false;
};

/// Output size of a transposed convolution. One element per spatial dimension.
struct TransposedSize {
  /// Rows or columns that are added at the end. Empty: 0.
  llvm::SmallVector<int64_t> outputPadding;
  /// If given, the padding is computed from it, and explicit padding is
  /// ignored. If the total is odd, the larger half is before the output, or
  /// after it with SameUpper (ONNX's rule since operator set 11).
  llvm::SmallVector<int64_t> outputSize;
};

enum class PadMode {
  Constant,
  Edge,      ///< abc -> aaabccc
  Reflect,   ///< abc -> cbabcba
  Symmetric, ///< abc -> baabccb
  Wrap,      ///< abc -> bcabcab
};

enum class ResizeMode { Nearest, Linear, Cubic };

/// How a position in the input is computed from the output position `o`. The
/// scale is output size / input size unless it is given.
enum class ResizeCoordinates {
  Asymmetric,       ///< o / scale
  HalfPixel,        ///< (o + 1/2) / scale - 1/2
  PytorchHalfPixel, ///< HalfPixel, but 0 if the output's size is 1
  /// o (in - 1) / (out - 1), where out is in * scale before rounding.
  AlignCorners,
  /// HalfPixel relative to the center of the input. It differs from HalfPixel
  /// if output size / input size is not exactly the scale.
  HalfPixelSymmetric,
  /// (o + 1/2) / scale, the center of the pixel, from which HalfPixel subtracts
  /// 1/2. TFLite's nearest neighbour with half pixels takes the floor of this
  /// position.
  PixelCenter,
};

/// How a position is rounded to an element of the input (nearest neighbour).
enum class ResizeRounding {
  Floor,
  Ceil,
  RoundPreferFloor, ///< halves down
  RoundPreferCeil,  ///< halves up
};

struct ResizeSpec {
  ResizeMode mode = ResizeMode::Nearest;
  ResizeCoordinates coordinates = ResizeCoordinates::HalfPixel;
  ResizeRounding rounding = ResizeRounding::RoundPreferFloor;
  /// Output size / input size of each spatial dimension as the file writes it;
  /// empty: the quotient of the sizes.
  llvm::SmallVector<double> scales;
  /// The parameter a of Keys' cubic convolution.
  double cubicCoefficient = -0.75;
  /// For cubic resizing: elements outside of the input do not count, and the
  /// weights of the others are divided by their sum. Otherwise the border
  /// elements are repeated.
  bool excludeOutside = false;
};

/// The values that GridSample reads outside of the image.
enum class GridPadding {
  Zeros,
  Border,     ///< the nearest element
  Reflection, ///< what is on the other side of the border, as far from it
};

struct GridSampleSpec {
  ResizeMode mode = ResizeMode::Linear;
  GridPadding padding = GridPadding::Zeros;
  /// If true, -1 and 1 are the centers of the outer elements, otherwise their
  /// outer edges.
  bool alignCorners = false;
};

/// The result of a search for the largest or smallest elements. Both values are
/// null after an error.
struct TopKValues {
  mlir::Value values;
  /// Their positions, i32.
  mlir::Value indices;
};

/// One direction of a recurrent layer, as ptq.lstm, ptq.gru and ptq.rnn
/// describe it: gates, shapes and defaults are theirs. The caller has checked
/// shapes.
struct RecurrentLayer {
  /// [T, N, I].
  mlir::Value input;
  mlir::Value weights, recurrence;
  /// Null if they are not given.
  mlir::Value bias, hiddenBias, initialHidden, initialCell, peepholes;
  /// Of an LSTM; null if they are not given.
  mlir::Value projection, projectionBias, layerNorm;
  bool reverse = false, coupled = false, inputCoupled = false,
       resetAfter = false;
  std::optional<float> clip, cellClip, projectionClip;
  /// Those of the gates, of the cell's input and of the output (LSTM); of the
  /// gates and the candidate (GRU); of the hidden state (RNN).
  llvm::SmallVector<ptq::Activation, 3> activations;
};

/// The results of a recurrent layer. `cell` is null but in an LSTM, and all are
/// after an error. With a projection the hidden state has its size, and not
/// that of the cell.
struct RecurrentValues {
  /// [T, N, H].
  mlir::Value sequence;
  /// [N, H].
  mlir::Value hidden, cell;
};

/// Order of the channels that DepthToSpace spreads: block positions first
/// (TFLite, ONNX's DCR) or last (CRD).
enum class DepthOrder { BlockFirst, ChannelFirst };

/// Affine parameters as files write them: real = (q - zeroPoint) * scale.
struct QuantizationParams {
  /// One scale, or one for each element of dimension `axis`.
  llvm::SmallVector<double> scales = {};
  /// As many zero points as scales. If the list is empty, all are 0.
  llvm::SmallVector<int64_t> zeroPoints = {};
  std::optional<int64_t> axis = std::nullopt;
  /// Width of the integers: 4, 8, 16 or 32. Without blocks, those of 4 bits
  /// become i8 with the range of i4.
  unsigned bits = 8;
  bool isUnsigned = false;
  /// The lowest value is not used (weights in [-127, 127]).
  bool narrowRange = false;
  /// If it is not 0, a scale belongs to `block` elements of dimension `axis`,
  /// which the size of the dimension is a multiple of, and to one position of
  /// the other dimensions. Scales and zero points are in row-major order. Only
  /// constants of 4 or 8 bits have blocks, and their scales may have any sign.
  int64_t block = 0;
};

/// What an LSTM in the integers of TFLite's kernel is computed from. States
/// and the input are reals that are quantized with their parameters.
struct IntegerLSTMLayer {
  /// [T, N, I].
  mlir::Value input;
  /// Storage integers of the gates i, o, f, g: i8, i8 and i32.
  mlir::Value weights, recurrence, bias;
  /// Null if they are 0.
  mlir::Value initialHidden, initialCell;
  QuantizationParams inputParams, hiddenParams, cellParams;
  llvm::SmallVector<double, 4> weightScales, recurrenceScales;
  int64_t cellExponent = 0;
  std::optional<float> cellClip;
};

/// Builds a module with one public function.
class NetworkBuilder {
public:
  using Value = mlir::Value;
  template <typename T>
  using ArrayRef = llvm::ArrayRef<T>;

  /// `file` is the file name in locations, and `name` is the name of the
  /// function.
  NetworkBuilder(mlir::MLIRContext &context, llvm::StringRef file,
                 llvm::StringRef name = "main");

  //===--------------------------------------------------------------------===//
  // The network
  //===--------------------------------------------------------------------===//

  /// Sets the node of the file to which the following operations and errors
  /// belong. `index` is its position in the file. If the name is not UTF-8, it
  /// is repaired.
  void setNode(llvm::StringRef name, unsigned index = 0);
  mlir::Location getLoc() const { return loc; }
  /// An error at the current node.
  mlir::InFlightDiagnostic emitError() const { return mlir::emitError(loc); }

  /// Gives the operations with constant weights that are created from here on
  /// the scheme that `scheme` spells (`parseScheme`), because the file asks for
  /// it: "dynamic-range:row". Empty: that of the network.
  void setScheme(llvm::StringRef scheme);

  /// Gives operations of which the file quantizes the weights only the scheme
  /// `weight-only`: those with a scale per block, and if no activation is
  /// quantized, all with quantized constants. If `halves` is set and no
  /// activation is quantized, those whose weights are numbers of float16 get
  /// the scheme `float16`. For the end of an import.
  void keepNarrowWeights(bool halves);

  /// Names the tensor `value`. Profiles and reports show this name, after it is
  /// repaired and made unique. If the tensor has a name already, it keeps that.
  /// Returns `value`. All other operations of a node are called
  /// `<node>/<operation>`.
  Value nameResult(Value value, llvm::StringRef name);

  /// The storage integers of `x`, quantized with `params`. Null if `x` is, or
  /// after an error.
  Value toStorage(Value x, const QuantizationParams &params);
  /// The reals that the storage integers `codes` are with `params`.
  Value fromStorage(Value codes, const QuantizationParams &params);

  /// Appends an argument called `name`.
  Value addInput(llvm::StringRef name, mlir::RankedTensorType type);
  /// Appends an argument of `shape` that holds integers with `params` (8 bits,
  /// or 16 with a sign; one scale), and returns the real numbers that these
  /// represent. The argument has elements of i8, signed or not, or i16, and the
  /// attributes ptq.scale, ptq.zero_point and ptq.unsigned.
  Value addQuantizedInput(llvm::StringRef name, ArrayRef<int64_t> shape,
                          const QuantizationParams &params);
  unsigned getNumInputs() const { return argumentAttributes.size(); }
  unsigned getNumOutputs() const { return resultAttributes.size(); }
  /// The name that an input got.
  llvm::StringRef getInputName(unsigned index) const;
  /// Adds an attribute to input or output number `index`.
  void setInputAttribute(unsigned index, llvm::StringRef name,
                         mlir::Attribute value);
  void setOutputAttribute(unsigned index, llvm::StringRef name,
                          mlir::Attribute value);
  /// Appends `value` as a result called `name`.
  mlir::LogicalResult addOutput(llvm::StringRef name, Value value);
  /// Appends a result that holds integers with `params`, which have one scale.
  /// Integers of 8 or 16 bits get the attributes that inputs have. Integers of
  /// 32 bits must be signed with zero point 0, and get none.
  mlir::LogicalResult addQuantizedOutput(llvm::StringRef name, Value value,
                                         const QuantizationParams &params);
  /// Ends the function, erases operations that no output needs, and verifies
  /// the module. Null after diagnostics. The builder cannot be used any more.
  mlir::OwningOpRef<mlir::ModuleOp> finish();

  //===--------------------------------------------------------------------===//
  // Types and constants
  //===--------------------------------------------------------------------===//

  mlir::Builder &getBuilder() { return builder; }
  mlir::Type getF32Type() { return builder.getF32Type(); }
  mlir::Type getI32Type() { return builder.getI32Type(); }
  mlir::Type getBoolType() { return builder.getI1Type(); }
  /// A tensor type, or null after an error: a size below 1, more than 2^31 - 1
  /// elements or more than 6 dimensions.
  mlir::RankedTensorType getType(ArrayRef<int64_t> shape, mlir::Type element);
  static mlir::RankedTensorType typeOf(Value value);
  static ArrayRef<int64_t> shapeOf(Value value);
  static int64_t rankOf(Value value);
  static mlir::Type elementOf(Value value);

  /// A constant from `bytes`: the elements of `type` (f32, i32, i16, i8; i1 has
  /// one byte per element) in row-major order and the host's byte order. The
  /// number of bytes has to fit.
  Value constant(mlir::RankedTensorType type, ArrayRef<char> bytes);
  Value constant(ArrayRef<int64_t> shape, ArrayRef<float> values);
  Value constant(ArrayRef<int64_t> shape, ArrayRef<int32_t> values);
  /// A constant from an array that was computed while the file was read. Floats
  /// become f32, and integers of more than 16 bits become i32. If one does not
  /// fit, that is an error, in which the constant is called `name`.
  Value hostConstant(const Array &array, llvm::StringRef name);
  /// A constant of rank 0.
  Value scalar(float value);
  Value scalar(int32_t value);
  /// All elements of `type` are `value`.
  Value splat(mlir::RankedTensorType type, double value);
  /// The elements if `value` is a constant of integers.
  static std::optional<llvm::SmallVector<int64_t>> getIntegers(Value value);
  /// The elements if `value` is a constant of f32. Quantized constants are
  /// dequantized.
  static std::optional<llvm::SmallVector<float>> getFloats(Value value);
  /// True for constants, also quantized ones.
  static bool isConstant(Value value);

  //===--------------------------------------------------------------------===//
  // Elementwise
  //===--------------------------------------------------------------------===//

  Value unary(UnaryKind kind, Value x);
  Value binary(BinaryKind kind, Value a, Value b);
  /// The quotient x / y of floats, rounded only once. If it is rounded to an
  /// integer afterwards, ties must be recognised. (Div computes a product with
  /// the reciprocal, whose last digit may be wrong.)
  Value quotient(Value x, Value y);
  /// Clamps floats or integers to `min` and `max`, which may be infinite.
  Value clamp(Value x, double min, double max);
  Value leakyRelu(Value x, double alpha);
  /// x < 0 ? slope * x : x; `slope` broadcasts to x.
  Value prelu(Value x, Value slope);
  /// clamp(alpha x + beta, 0, 1).
  Value hardSigmoid(Value x, double alpha, double beta);
  /// x < 0 ? alpha (exp(x) - 1) : x.
  Value elu(Value x, double alpha);
  /// `condition` has elements of i1. All three operands are broadcast.
  Value select(Value condition, Value a, Value b);
  /// Converts elements. Floats become integers by truncation. To i1, every
  /// element other than 0 becomes true.
  Value cast(Value x, mlir::Type element);

  //===--------------------------------------------------------------------===//
  // Convolutions and products
  //===--------------------------------------------------------------------===//

  /// `weights` has the shape [O, K, I/groups], [O, KH, KW, I/groups] or [O, KD,
  /// KH, KW, I/groups]; `bias` has the shape [O] or is null. With one group per
  /// channel, the result is a depthwise convolution, but over volumes it is one
  /// convolution per channel.
  Value conv(Value x, Value weights, Value bias, const Window &window,
             int64_t groups = 1);
  /// `weights` has the shape [KH, KW, C, M] for output channels c * M + m;
  /// `bias` has the shape [C * M] or is null. Quantized weights with one scale
  /// per output channel have `axis` 2 if M is 1. For another M, use `conv` with
  /// weights [C * M, KH, KW, 1] and `groups` = C.
  Value depthwiseConv(Value x, Value weights, Value bias, const Window &window);
  /// `weights` has the shape [O, K, I/groups] or [O, KH, KW, I/groups]. The
  /// output is the sum y[i * stride + k * dilation] += x[i] w[k], from which
  /// the padding is then cropped.
  Value transposeConv(Value x, Value weights, Value bias, const Window &window,
                      const TransposedSize &size = {}, int64_t groups = 1);
  /// x [..., K], `weights` [N, K], `bias` [N] or null: [..., N].
  Value fullyConnected(Value x, Value weights, Value bias);
  /// numpy.matmul of ranks 1 to 4, after transposing the last two dimensions
  /// where asked.
  Value matMul(Value a, Value b, bool transposeA = false,
               bool transposeB = false);
  /// numpy.einsum of floats or i32: "bij,bjk->bik", with ellipses, repeated
  /// names (diagonals), and without an arrow.
  Value einsum(llvm::StringRef equation, ArrayRef<Value> operands);
  /// alpha A B + beta C of ranks 2; `c` (may be null) broadcasts.
  Value gemm(Value a, Value b, Value c, double alpha, double beta,
             bool transposeA, bool transposeB);

  RecurrentValues lstm(const RecurrentLayer &layer);
  /// Results are reals behind their parameters.
  RecurrentValues integerLSTM(const IntegerLSTMLayer &layer);
  RecurrentValues gru(const RecurrentLayer &layer);
  RecurrentValues rnn(const RecurrentLayer &layer);

  //===--------------------------------------------------------------------===//
  // Pooling, reductions and normalization
  //===--------------------------------------------------------------------===//

  /// x has the shape [N, W, C], [N, H, W, C] or [N, D, H, W, C]. Padding never
  /// is the maximum.
  Value maxPool(Value x, ArrayRef<int64_t> kernel, const Window &window);
  /// Padding counts in the divisor only if `countPadding` is set, and only
  /// explicit padding, not what ceilMode adds.
  Value averagePool(Value x, ArrayRef<int64_t> kernel, const Window &window,
                    bool countPadding = false);
  /// Reduces `axes`, or all axes if the list is empty.
  Value reduce(ReduceKind kind, Value x, ArrayRef<int64_t> axes, bool keepDims);
  /// The positions, as i32, of the largest elements. If several are equal, the
  /// first or the last one.
  Value argMax(Value x, int64_t axis, bool keepDims, bool selectLast = false);
  Value argMin(Value x, int64_t axis, bool keepDims, bool selectLast = false);
  /// The `k` largest (or smallest) elements along `axis`, sorted. Equal
  /// elements keep their order. x has elements of float or i32.
  TopKValues topK(Value x, int64_t k, int64_t axis, bool largest = true);
  /// The sum of each element and all elements before it (`reverse`: behind it)
  /// along `axis`. With `exclusive`, the element itself does not count. x has
  /// elements of float or i32.
  Value cumulativeSum(Value x, int64_t axis, bool exclusive, bool reverse);
  /// softmax(beta x) along `axis`.
  Value softmax(Value x, int64_t axis, double beta = 1.0);
  Value logSoftmax(Value x, int64_t axis);
  /// (x - mean) / sqrt(variance + epsilon) * scale + bias over `axes`; scale
  /// and bias broadcast to x and may be null.
  Value layerNorm(Value x, ArrayRef<int64_t> axes, Value scale, Value bias,
                  double epsilon);
  /// x [N, ..., C]: each channel of each image normalized; scale and bias [C].
  Value instanceNorm(Value x, Value scale, Value bias, double epsilon);
  /// x [N, C, ...]: the channels of each of `groups` groups normalized
  /// together; scale and bias [C], or [groups].
  Value groupNorm(Value x, Value scale, Value bias, int64_t groups,
                  double epsilon);
  /// Normalizes with a product and a sum per element of dimension `axis`. They
  /// are computed in double if all parameters, of shape [C], are constants.
  Value batchNorm(Value x, Value scale, Value bias, Value mean, Value variance,
                  double epsilon, int64_t axis = -1);
  /// x / sqrt(max(sum(x^2), epsilon)) along `axis`.
  Value l2Normalize(Value x, int64_t axis, double epsilon);

  //===--------------------------------------------------------------------===//
  // Moving elements. Constants give constants.
  //===--------------------------------------------------------------------===//

  /// One size may be -1.
  Value reshape(Value x, ArrayRef<int64_t> shape);
  /// [product of the sizes before `axis`, product of the others].
  Value flatten(Value x, int64_t axis = 1);
  /// Removes the dimensions `axes` of size 1, or all dimensions of size 1 if
  /// the list is empty.
  Value squeeze(Value x, ArrayRef<int64_t> axes);
  /// Inserts dimensions of size 1. `axes` are axes of the result.
  Value unsqueeze(Value x, ArrayRef<int64_t> axes);
  Value transpose(Value x, ArrayRef<int64_t> permutation);
  /// [N, C, ...] to [N, ..., C] and back.
  Value toChannelsLast(Value x);
  Value toChannelsFirst(Value x);
  Value concat(ArrayRef<Value> values, int64_t axis);
  /// The parts, one behind the other along the first dimension. Constants of
  /// floats become one constant, and so do quantized ones of 8 bits that have
  /// one scale or one per row: all integers stay, and rows keep their scales.
  Value joinRows(ArrayRef<Value> parts);
  /// Splits x into parts of `sizes` along `axis`. Empty after an error.
  llvm::SmallVector<Value> split(Value x, int64_t axis,
                                 ArrayRef<int64_t> sizes);
  /// Splits x into `count` parts of the same size.
  llvm::SmallVector<Value> splitEvenly(Value x, int64_t axis, int64_t count);
  /// numpy's x[starts:ends:steps] along `axes` (if empty, the first axes).
  /// Starts and ends are clamped, so INT64_MIN and INT64_MAX mean the border.
  /// If `steps` is empty, all steps are 1. An empty result is an error.
  Value slice(Value x, ArrayRef<int64_t> axes, ArrayRef<int64_t> starts,
              ArrayRef<int64_t> ends, ArrayRef<int64_t> steps = {});
  /// The elements of x in the box of `sizes` that begins at `begins`.
  Value sliceBox(Value x, ArrayRef<int64_t> begins, ArrayRef<int64_t> sizes);
  /// Pads x. Negative amounts crop it. In mode Constant, the padding is
  /// `value`.
  Value pad(Value x, ArrayRef<int64_t> before, ArrayRef<int64_t> after,
            PadMode mode = PadMode::Constant, double value = 0.0);
  /// Broadcasts x with `shape` as numpy does; sizes of 1 in either of them are
  /// replaced.
  Value broadcastTo(Value x, ArrayRef<int64_t> shape);
  Value tile(Value x, ArrayRef<int64_t> repeats);
  /// numpy.take: `indices` (i32, any rank) replace dimension `axis`; negative
  /// ones count from the end. Constant indices are checked.
  Value gather(Value x, Value indices, int64_t axis);
  /// The parts of x at `indices` [batch..., ..., D] (i32). The first
  /// `batchDims` dimensions of x and `indices` are the same. The last dimension
  /// of `indices` holds positions in the next D dimensions of x. The result has
  /// the shape of `indices` without its last dimension, followed by the
  /// remaining dimensions of x.
  Value gatherND(Value x, Value indices, int64_t batchDims = 0);
  /// numpy.take_along_axis: `indices` (i32) has an index along `axis` for every
  /// element of the result, and the result has its shape. Its other dimensions
  /// may be smaller than those of x.
  Value gatherElements(Value x, Value indices, int64_t axis);
  /// Writes `updates` into x at `indices`, which are like those of gatherND
  /// without batch dimensions. If an element has several updates, Replace keeps
  /// the last one if indices are constants, else any of them. All other kinds
  /// use all updates.
  Value scatterND(Value x, Value indices, Value updates,
                  ScatterKind kind = ScatterKind::Replace);
  /// The same, with indices like those of gatherElements.
  Value scatterElements(Value x, Value indices, Value updates, int64_t axis,
                        ScatterKind kind = ScatterKind::Replace);
  /// `on` where the position along the new dimension `axis`, of size `depth`,
  /// equals the element of `indices` (i32), else `off`. Both `on` and `off`
  /// have one element.
  Value oneHot(Value indices, int64_t depth, Value on, Value off, int64_t axis);
  /// Matrices [..., R, C] with zeros below (`upper`) or above the diagonal
  /// where column = row + `diagonal`.
  Value triangle(Value x, int64_t diagonal, bool upper);
  /// Stacks along a new dimension.
  Value pack(ArrayRef<Value> values, int64_t axis);
  llvm::SmallVector<Value> unpack(Value x, int64_t axis);
  Value reverse(Value x, int64_t axis);
  /// Resizes x [N, H, W, C] (or [N, W, C]) to the spatial sizes `size`.
  Value resize(Value x, ArrayRef<int64_t> size, const ResizeSpec &spec);
  /// Reads x [N, H, W, C] (or [N, W, C], [N, D, H, W, C]) at the positions in
  /// `grid` [N, ..., D]. A position has one number from -1 to 1 for each
  /// dimension, the innermost dimension first.
  Value gridSample(Value x, Value grid, const GridSampleSpec &spec);
  /// x [N, H, W, C].
  Value depthToSpace(Value x, int64_t block,
                     DepthOrder order = DepthOrder::BlockFirst);
  Value spaceToDepth(Value x, int64_t block);

  //===--------------------------------------------------------------------===//
  // Quantization
  //===--------------------------------------------------------------------===//

  /// The type !quant.uniform with signed storage. If the parameters are
  /// unsigned, zero points and storage range are moved down by half the range.
  /// Null after an error: a scale that is not positive and finite, a zero point
  /// outside of the storage range, an axis outside of `shape`, or a number of
  /// scales that does not fit.
  mlir::quant::QuantizedType getQuantizedType(const QuantizationParams &params,
                                              ArrayRef<int64_t> shape);
  /// A quantized constant: tosa.const -> quant.scast -> quant.dcast. `bytes`
  /// hold the integers of the file; unsigned ones become signed, and so do
  /// their zero points. If zero points differ along an axis, they are
  /// subtracted from the integers, provided that the differences fit in 8 bits.
  /// In `bytes`, integers of 4 bits have a byte each.
  Value quantizedConstant(ArrayRef<int64_t> shape, ArrayRef<char> bytes,
                          const QuantizationParams &params);
  /// Quantizes and dequantizes x (quant.qcast -> quant.dcast).
  Value quantizeDequantize(Value x, const QuantizationParams &params);
  /// ptq.fake_quant.
  Value fakeQuant(Value x, const QuantizationParams &params);
  /// The quantized type of which `value` is dequantized by a quant.dcast, or
  /// null.
  static mlir::quant::QuantizedType getQuantization(Value value);
  /// Gives the integers of a constant behind quant.dcast other parameters.
  /// Biases need this, because their scale must be that of the accumulator.
  Value requalifyConstant(Value x, const QuantizationParams &params);

  //===--------------------------------------------------------------------===//
  // One operation, for decompositions
  //===--------------------------------------------------------------------===//

  /// Creates the operation `OpTy`, with a result of `shape` and `element`, at
  /// the location `<node>/<operation>`. The operands must be valid. Null if the
  /// type is refused.
  template <typename OpTy, typename... Args>
  Value create(ArrayRef<int64_t> shape, mlir::Type element, Args &&...args) {
    mlir::RankedTensorType type = getType(shape, element);
    if (!type)
      return {};
    OpTy op = OpTy::create(builder, getInnerLoc(OpTy::getOperationName()), type,
                           std::forward<Args>(args)...);
    if (scheme)
      applyScheme(op);
    return op->getResult(0);
  }
  /// A tosa.const_shape.
  Value shapeConstant(ArrayRef<int64_t> sizes);
  /// tosa.const: tensor<1xelement> of `value`, as zero points are given.
  Value operandConstant(int64_t value, mlir::Type element);

private:
  mlir::Location getInnerLoc(llvm::StringRef operation) const;
  std::string makeUnique(llvm::StringRef name);
  void applyScheme(mlir::Operation *op);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp func;
  mlir::OpBuilder builder;
  mlir::StringAttr file;
  mlir::Location loc;
  /// The `ptq.scheme` of operations with weights, or null.
  mlir::Attribute scheme;
  llvm::StringSet<> names;
  llvm::DenseSet<mlir::Operation *> named;
  /// The results of Div, with their dividends and divisors.
  llvm::DenseMap<Value, std::pair<Value, Value>> quotients;
  llvm::SmallVector<Value> outputs;
  llvm::SmallVector<mlir::DictionaryAttr> argumentAttributes, resultAttributes;
};

} // namespace quantc

#endif // QUANTC_IMPORT_NETWORKBUILDER_H
