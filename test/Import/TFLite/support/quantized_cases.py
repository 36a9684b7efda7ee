"""Operators whose tensors have parameters: the reals behind the file's integers go in, and
what numpy computes from them comes out, rounded to the result's parameters."""
import numpy as np

import reference as ref
from cases import B, C, D, H, I, Q, W, X, Case, Operand, pruned
from network import Params
from recurrent_cases import svdf_case
from run_time import images, symmetric_vectors, vectors
from sparse import DENSE, SPARSE, Sparse

OUT = Params(0.1, -5)
UOUT = Params(0.1, 120)


def relu6(x):
    return np.clip(x, 0, 6)


def _window(stride=1, padding="SAME", activation="NONE"):
    return dict(stride_h=stride, stride_w=stride, padding=padding, activation=activation)


def _depthwise(multiplier, **more):
    return dict(_window(**more), depth_multiplier=multiplier)


def _pool(kernel, stride, padding="SAME"):
    return dict(stride_h=stride[0], stride_w=stride[1], filter_height=kernel[0], filter_width=kernel[1], padding=padding)


def _scales(count):
    return np.linspace(0.002, 0.02, count).astype(np.float32)


def _bias(count, scales, input_scale=0.05):
    return B(count, np.float32(input_scale) * scales)


class _Unread(Params):
    """Of a bias, with a quantized dimension as files have it: TFLite's kernels do not read it."""

    def json(self):
        return dict(super().json(), quantized_dimension=3)


def _unread_bias(count, scales):
    bias = _bias(count, scales)
    bias.params = _Unread(bias.params.scales)
    return bias


INT8 = [
    Case("conv", "CONV_2D", [Q(1, 6, 7, 3), W(4, 3, 3, 3, scale=_scales(4)), _bias(4, _scales(4))],
         lambda x, w, b: relu6(ref.conv2d(x, w, b)), ("Conv2D", _window(activation="RELU6")), OUT),
    Case("conv_unread", "CONV_2D", [Q(1, 6, 7, 3), W(4, 3, 3, 3, scale=_scales(4)), _unread_bias(4, _scales(4))],
         ref.conv2d, ("Conv2D", _window()), OUT),
    Case("conv_no_bias", "CONV_2D", [Q(1, 6, 7, 3), W(4, 3, 3, 3), None],
         lambda x, w, b: ref.conv2d(x, w, stride=(2, 2)), ("Conv2D", _window(2)), OUT),
    Case("depthwise", "DEPTHWISE_CONV_2D", [Q(1, 6, 7, 4), W(1, 3, 3, 4, scale=_scales(4), axis=3), _bias(4, _scales(4))],
         ref.depthwise, ("DepthwiseConv2D", _depthwise(1)), OUT),
    Case("depthwise_many", "DEPTHWISE_CONV_2D", [Q(1, 6, 7, 2), W(1, 3, 3, 6, scale=_scales(6), axis=3), _bias(6, _scales(6))],
         lambda x, w, b: np.maximum(ref.depthwise(x, w, b), 0), ("DepthwiseConv2D", _depthwise(3, activation="RELU")), OUT),
    Case("depthwise_one", "DEPTHWISE_CONV_2D", [Q(1, 6, 7, 1), W(1, 3, 3, 4, scale=_scales(4), axis=3), None],
         lambda x, w, b: ref.depthwise(x, w), ("DepthwiseConv2D", _window()), OUT),
    Case("transposed", "TRANSPOSE_CONV", [I([1, 8, 6, 2]), W(2, 3, 3, 4, scale=_scales(2)), Q(1, 4, 3, 4)],
         lambda s, w, x: ref.transpose_conv(x, w, (8, 6), stride=(2, 2)), ("TransposeConv", dict(stride_h=2, stride_w=2)), OUT),
    Case("dense", "FULLY_CONNECTED", [Q(2, 5), W(4, 5), B(4, 0.05 * np.float32(0.01))],
         lambda x, w, b: x @ w.T + b, ("FullyConnected", {}), OUT),
    Case("dense_channels", "FULLY_CONNECTED", [Q(2, 5), W(4, 5, scale=_scales(4)), None],
         lambda x, w, b: x @ w.T, ("FullyConnected", {}), OUT),
    Case("matmul", "BATCH_MATMUL", [Q(2, 3, 4, scale=0.02), Q(2, 4, 5, scale=0.02, zero=-7, seed=5)], np.matmul, ("BatchMatMul", {}), OUT),
    Case("add", "ADD", [Q(1, 3, 4, 5), Q(1, 3, 4, 5, scale=0.03, zero=-9, seed=5)],
         lambda a, b: np.maximum(a + b, 0), ("Add", dict(activation="RELU")), OUT),
    Case("add_constant", "ADD", [Q(1, 3, 4, 5), W(5, scale=0.02, zero=4)], np.add, ("Add", {}), OUT),
    Case("sub", "SUB", [Q(1, 3, 4, 5), Q(5, scale=0.03, zero=-9, seed=5)], np.subtract, ("Sub", {}), OUT),
    Case("mul", "MUL", [Q(1, 3, 4, 5), Q(1, 3, 4, 5, scale=0.03, zero=-9, seed=5)], np.multiply, ("Mul", {}), OUT),
    Case("max", "MAXIMUM", [Q(2, 3), Q(2, 3, seed=5)], np.maximum, out=Params(0.05, 3)),
    Case("min", "MINIMUM", [Q(2, 3), Q(2, 3, seed=5)], np.minimum, out=Params(0.05, 3)),
    Case("avg", "AVERAGE_POOL_2D", [Q(1, 5, 6, 3)], lambda x: ref.average_pool(x, (2, 3), (1, 2), "SAME"),
         ("Pool2D", dict(stride_h=1, stride_w=2, filter_height=2, filter_width=3)), Params(0.05, 3)),
    Case("avg_halves", "AVERAGE_POOL_2D", [Q(1, 4, 8, 3)], lambda x: ref.average_pool(x, (2, 2), (2, 2), "VALID"),
         ("Pool2D", _pool((2, 2), (2, 2), "VALID")), Params(0.05, 3)),
    Case("avg_image", "AVERAGE_POOL_2D", [Q(1, 4, 4, 9)], lambda x: ref.average_pool(x, (4, 4), (1, 1), "VALID"),
         ("Pool2D", _pool((4, 4), (1, 1), "VALID")), Params(0.05, 3)),
    Case("avg_relu", "AVERAGE_POOL_2D", [Q(1, 4, 4, 9)], lambda x: np.maximum(ref.average_pool(x, (4, 4), (1, 1), "VALID"), 0),
         ("Pool2D", dict(_pool((4, 4), (1, 1), "VALID"), activation="RELU")), Params(0.05, 3)),
    Case("maxpool", "MAX_POOL_2D", [Q(1, 5, 6, 3)], lambda x: ref.max_pool(x, (2, 2), (2, 2), "VALID"),
         ("Pool2D", dict(stride_h=2, stride_w=2, filter_height=2, filter_width=2, padding="VALID")), Params(0.05, 3)),
    Case("mean", "MEAN", [Q(1, 5, 6, 3), I([1, 2])], lambda x, a: x.mean(axis=(1, 2)), ("Reducer", {}), Params(0.02, 1)),
    Case("sum", "SUM", [Q(1, 5, 3), I([1])], lambda x, a: x.sum(axis=1), ("Reducer", {}), OUT),
    Case("rmax", "REDUCE_MAX", [Q(1, 5, 3), I([1])], lambda x, a: x.max(axis=1), ("Reducer", {}), Params(0.05, 3)),
    Case("relu", "RELU", [Q(2, 5)], lambda x: np.maximum(x, 0), out=Params(0.025, -128)),
    Case("leaky", "LEAKY_RELU", [Q(2, 5)], lambda x: np.where(x < 0, 0.2 * x, x), ("LeakyRelu", dict(alpha=0.2)), OUT),
    Case("prelu", "PRELU", [Q(1, 2, 2, 5), W(1, 1, 5)], lambda x, a: np.where(x < 0, a * x, x), out=OUT),
    Case("hardswish", "HARD_SWISH", [Q(2, 50)], lambda x: x * relu6(x + 3) / 6, out=OUT),
    Case("tanh", "TANH", [Q(2, 50)], np.tanh, out=Params(1 / 128, 0)),
    Case("logistic", "LOGISTIC", [Q(2, 50)], lambda x: 1 / (1 + np.exp(-x)), out=Params(1 / 256, -128)),
    Case("softmax", "SOFTMAX", [Q(2, 50)], ref.softmax, ("Softmax", dict(beta=1.0)), Params(1 / 256, -128)),
    Case("elu", "ELU", [Q(2, 50)], lambda x: np.where(x < 0, np.expm1(x), x), out=OUT),
    Case("abs", "ABS", [Q(2, 5)], np.abs, out=OUT),
    Case("rsqrt", "RSQRT", [Q(2, 50, zero=-128)], lambda x: 1 / np.sqrt(np.maximum(x, 0.05)), out=Params(0.05, -128)),
    Case("reshape", "RESHAPE", [Q(2, 6), I([3, 4])], lambda x, s: x.reshape(3, 4), out=Params(0.05, 3), steps=0),
    Case("transpose", "TRANSPOSE", [Q(2, 6), I([1, 0])], lambda x, p: x.T, out=Params(0.05, 3), steps=0),
    Case("pad", "PAD", [Q(2, 3), I([[1, 0], [2, 3]])], lambda x, p: np.pad(x, ((1, 0), (2, 3))), out=Params(0.05, 3), steps=0),
    Case("padv2", "PADV2", [Q(2, 3), I([[1, 0], [2, 3]]), Operand(np.int8(9), Params(0.05, 3), constant=True)],
         lambda x, p, v: np.pad(x, ((1, 0), (2, 3)), constant_values=v), out=Params(0.05, 3), steps=0),
    Case("concat", "CONCATENATION", [Q(2, 3), Q(2, 4, scale=0.03, zero=-9, seed=5)], lambda a, b: np.concatenate([a, b], axis=1),
         ("Concatenation", dict(axis=1)), Params(0.05, 3)),
    Case("strided", "STRIDED_SLICE", [Q(4, 6), I([1, 0]), I([3, 6]), I([1, 2])], lambda x, *_: x[1:3, ::2],
         ("StridedSlice", {}), Params(0.05, 3), steps=0),
    Case("gather", "GATHER", [Q(4, 6), I([2, 0])], lambda x, i: x[[2, 0]], ("Gather", {}), Params(0.05, 3), steps=0),
    Case("gather_table", "GATHER", [W(9, 6, scale=0.05, zero=3), Operand(np.int32([2, 0, 8]))], lambda x, i: x[i],
         ("Gather", {}), Params(0.05, 3), steps=0),
    Case("embedding", "EMBEDDING_LOOKUP", [Operand(np.int32([2, 0, 8])), W(9, 6, scale=0.05, zero=3)], lambda i, x: x[i],
         out=Params(0.05, 3), steps=0),
    Case("bilinear", "RESIZE_BILINEAR", [Q(1, 3, 4, 2), I([6, 8])], lambda x, s: ref.resize_bilinear(x, s),
         ("ResizeBilinear", {}), Params(0.05, 3)),
    Case("argmax", "ARG_MAX", [Q(2, 7), I(1)], lambda x, a: x.argmax(axis=1).astype(np.int32)),
    Case("requantize", "QUANTIZE", [Q(2, 50)], lambda x: x, out=OUT),
    Case("sparse_dense", "FULLY_CONNECTED",
         [Q(2, 16), pruned(W(4, 16), Sparse([DENSE, SPARSE], blocks=[(1, 4)]), 0.5, (1, 4)), B(4, 0.05 * np.float32(0.01))],
         lambda x, w, b: x @ w.T + b, ("FullyConnected", {}), OUT),
    Case("sparse_conv", "CONV_2D",
         [Q(1, 6, 7, 3), pruned(W(4, 3, 3, 3, scale=_scales(4)), Sparse([DENSE, DENSE, SPARSE, SPARSE], densify=True)), _bias(4, _scales(4))],
         ref.conv2d, ("Conv2D", _window()), OUT),
]

UINT8 = [
    Case("conv", "CONV_2D", [Q(1, 6, 7, 3, dtype=np.uint8, zero=130), W(4, 3, 3, 3, dtype=np.uint8, zero=117), B(4, 0.05 * np.float32(0.01))],
         lambda x, w, b: np.maximum(ref.conv2d(x, w, b), 0), ("Conv2D", _window(activation="RELU")), UOUT, np.uint8),
    Case("depthwise", "DEPTHWISE_CONV_2D", [Q(1, 6, 7, 2, dtype=np.uint8, zero=130), W(1, 3, 3, 4, dtype=np.uint8, zero=117), None],
         lambda x, w, b: ref.depthwise(x, w), ("DepthwiseConv2D", _window()), UOUT, np.uint8),
    Case("dense", "FULLY_CONNECTED", [Q(2, 5, dtype=np.uint8, zero=130), W(4, 5, dtype=np.uint8, zero=117), B(4, 0.05 * np.float32(0.01))],
         lambda x, w, b: x @ w.T + b, ("FullyConnected", {}), UOUT, np.uint8),
    Case("add", "ADD", [Q(2, 5, dtype=np.uint8, zero=130), Q(2, 5, dtype=np.uint8, zero=0, seed=5)], np.add, ("Add", {}), UOUT, np.uint8),
    Case("avg", "AVERAGE_POOL_2D", [Q(1, 5, 6, 3, dtype=np.uint8, zero=130)], lambda x: ref.average_pool(x, (2, 3), (1, 2), "SAME"),
         ("Pool2D", _pool((2, 3), (1, 2))), Params(0.05, 130), np.uint8),
    Case("avg_halves", "AVERAGE_POOL_2D", [Q(1, 4, 8, 3, dtype=np.uint8, zero=37)],
         lambda x: ref.average_pool(x, (2, 2), (2, 2), "VALID"), ("Pool2D", _pool((2, 2), (2, 2), "VALID")), Params(0.05, 37), np.uint8),
    Case("avg_image", "AVERAGE_POOL_2D", [Q(1, 4, 4, 9, dtype=np.uint8, zero=130)],
         lambda x: ref.average_pool(x, (4, 4), (1, 1), "VALID"), ("Pool2D", _pool((4, 4), (1, 1), "VALID")), Params(0.05, 130), np.uint8),
    Case("sub", "SUB", [Q(2, 50, scale=0.071, dtype=np.uint8, zero=130), Q(2, 50, scale=0.031, dtype=np.uint8, zero=0, seed=5)],
         np.subtract, ("Sub", {}), UOUT, np.uint8),
    Case("mul", "MUL", [Q(2, 50, scale=0.071, dtype=np.uint8, zero=130), Q(2, 50, scale=0.031, dtype=np.uint8, zero=10, seed=5)],
         np.multiply, ("Mul", {}), UOUT, np.uint8),
    Case("mean", "MEAN", [Q(1, 5, 6, 3, dtype=np.uint8, zero=130), I([1, 2])], lambda x, a: x.mean(axis=(1, 2)), ("Reducer", {}),
         Params(0.021, 100), np.uint8),
    Case("maxpool", "MAX_POOL_2D", [Q(1, 4, 4, 3, dtype=np.uint8, zero=130)], lambda x: ref.max_pool(x, (2, 2), (2, 2), "VALID"),
         ("Pool2D", _pool((2, 2), (2, 2), "VALID")), Params(0.05, 130), np.uint8),
    Case("logistic", "LOGISTIC", [Q(2, 50, dtype=np.uint8, zero=130)], lambda x: 1 / (1 + np.exp(-x)), out=Params(1 / 256, 0), out_type=np.uint8),
    Case("tanh", "TANH", [Q(2, 50, scale=0.03, dtype=np.uint8, zero=130)], np.tanh, out=Params(1 / 128, 128), out_type=np.uint8),
    Case("leaky", "LEAKY_RELU", [Q(2, 50, dtype=np.uint8, zero=130)], lambda x: np.where(x < 0, 0.2 * x, x),
         ("LeakyRelu", dict(alpha=0.2)), Params(0.037, 100), np.uint8),
    Case("hardswish", "HARD_SWISH", [Q(2, 50, dtype=np.uint8, zero=130)], lambda x: x * relu6(x + 3) / 6, out=Params(0.05, 20), out_type=np.uint8),
    Case("requantize", "QUANTIZE", [Q(2, 50, dtype=np.uint8, zero=130)], lambda x: x, out=Params(0.031, 100), out_type=np.uint8),
    Case("softmax", "SOFTMAX", [Q(2, 50, dtype=np.uint8, zero=130)], ref.softmax, ("Softmax", dict(beta=1.0)), Params(1 / 256, 0), np.uint8),
    Case("to_int8", "QUANTIZE", [Q(2, 50, dtype=np.uint8, zero=131)], lambda x: x, out=Params(0.05, 3), steps=0),
    Case("to_uint8", "QUANTIZE", [Q(2, 50)], lambda x: x, out=Params(0.05, 131), out_type=np.uint8, steps=0),
]

# Floats on one side: float16 weights, the border of a network.
MIXED = [
    Case("quantize", "QUANTIZE", [X(2, 50, low=-9.0, high=9.0)], lambda x: x, out=OUT),
    Case("quantize_u", "QUANTIZE", [X(2, 50, low=-9.0, high=9.0)], lambda x: x, out=UOUT, out_type=np.uint8),
    Case("dequantize", "DEQUANTIZE", [Q(2, 50)], lambda x: x),
    Case("dequantize_u", "DEQUANTIZE", [Q(2, 50, dtype=np.uint8, zero=130)], lambda x: x),
    Case("dequantize_axis", "DEQUANTIZE", [W(3, 5, scale=_scales(3))], lambda x: x),
    Case("dequantize_half", "DEQUANTIZE", [Operand(C(3, 5).array.astype(np.float16), constant=True)], lambda x: x.astype(np.float32)),
    Case("cast_image", "CAST", [Operand(np.arange(0, 256, 5, dtype=np.uint8))], lambda x: x.astype(np.float32)),
    Case("fake_quant", "FAKE_QUANT", [X(2, 50)], lambda x: np.clip(np.rint(x / np.float32(2.55 / 255)), -100, 155) * np.float32(2.55 / 255),
         ("FakeQuant", dict(min=-1.0, max=1.55, num_bits=8)), tolerance=1e-5),
]


def int4(*shape, low=-7):
    return np.random.default_rng(9).integers(low, 8, shape)


# Weights of int8 next to float activations, which are quantized at run time.
HYBRID = [
    Case("conv", "CONV_2D", [X(1, 6, 7, 3), W(4, 3, 3, 3, scale=_scales(4)), C(4)],
         lambda x, w, b: ref.conv2d(images(x), w, b), ("Conv2D", _window())),
    Case("conv_batch", "CONV_2D", [X(3, 6, 7, 3), W(4, 3, 3, 3), C(4)],
         lambda x, w, b: relu6(ref.conv2d(images(x), w, b, stride=(2, 2))), ("Conv2D", _window(2, activation="RELU6"))),
    Case("conv_positive", "CONV_2D", [X(1, 6, 7, 3, low=0.5), W(4, 3, 3, 3, scale=_scales(4)), C(4)],
         lambda x, w, b: ref.conv2d(images(x), w, b), ("Conv2D", _window())),
    Case("conv_groups", "CONV_2D", [X(1, 6, 7, 4), W(6, 3, 3, 2, scale=_scales(6)), C(6)],
         lambda x, w, b: ref.conv2d(images(x), w, b), ("Conv2D", _window())),
    Case("depthwise", "DEPTHWISE_CONV_2D", [X(1, 6, 7, 3), W(1, 3, 3, 6, scale=_scales(6), axis=3), C(6)],
         lambda x, w, b: ref.depthwise(images(x), w, b), ("DepthwiseConv2D", _depthwise(2))),
    Case("transposed", "TRANSPOSE_CONV", [I([2, 8, 6, 2]), W(2, 3, 3, 4, scale=_scales(2)), X(2, 4, 3, 4)],
         lambda s, w, x: ref.transpose_conv(images(x), w, (8, 6), stride=(2, 2)), ("TransposeConv", dict(stride_h=2, stride_w=2))),
    Case("dense", "FULLY_CONNECTED", [X(2, 5), W(4, 5), C(4)], lambda x, w, b: vectors(x) @ w.T + b, ("FullyConnected", {})),
    Case("dense_channels", "FULLY_CONNECTED", [X(2, 3, 5), W(4, 5, scale=_scales(4)), None],
         lambda x, w, b: np.maximum(vectors(x) @ w.T, 0), ("FullyConnected", dict(keep_num_dims=True, activation="RELU"))),
    Case("dense_unsigned", "FULLY_CONNECTED", [X(2, 5), Operand(W(4, 5).array.view(np.uint8), Params(0.01), constant=True), C(4)],
         lambda x, w, b: symmetric_vectors(x) @ np.where(w >= 1.28, w - 2.56, w).T + b, ("FullyConnected", {})),
    Case("matmul", "BATCH_MATMUL", [X(2, 3, 5), W(5, 4)], lambda x, y: vectors(x) @ y, ("BatchMatMul", {})),
    Case("embedding", "EMBEDDING_LOOKUP", [Operand(np.int32([3, 0, 8, 3])), W(9, 5)], lambda i, w: w[i]),
    Case("embedding_rows", "EMBEDDING_LOOKUP", [Operand(np.int32([3, 0, 8, 3])), W(9, 2, 3, scale=_scales(9))], lambda i, w: w[i]),
    Case("embedding_unsigned", "EMBEDDING_LOOKUP",
         [Operand(np.int32([3, 0, 8, 3])), Operand(W(9, 7).array.view(np.uint8), Params(0.01), constant=True)],
         lambda i, w: np.where(w >= 1.28, w - 2.56, w)[i]),
    Case("dense_int4", "FULLY_CONNECTED", [X(2, 8), Operand(int4(3, 8), Params(_scales(3)), True, int4=True), C(3)],
         lambda x, w, b: vectors(x) @ w.T + b, ("FullyConnected", {})),
    Case("matmul_batches", "BATCH_MATMUL", [X(2, 3, 5), W(2, 5, 4)], lambda x, y: vectors(x) @ y, ("BatchMatMul", {})),
    svdf_case("svdf", quantize=symmetric_vectors), svdf_case("svdf_asymmetric", quantize=vectors, asymmetric_quantize_inputs=True),
]

BLOCK_SCALES = np.linspace(0.01, 0.1, 6).astype(np.float16).reshape(3, 2)

# Weights that are stored in a narrower type and widened in front of a float operator.
NARROW = [
    Case("conv_half", "CONV_2D", [X(1, 6, 7, 3), H(4, 3, 3, 3), H(4, seed=3)], ref.conv2d, ("Conv2D", _window())),
    Case("depthwise_half", "DEPTHWISE_CONV_2D", [X(1, 6, 7, 3), H(1, 3, 3, 6), C(6)], ref.depthwise, ("DepthwiseConv2D", _depthwise(2))),
    Case("transposed_half", "TRANSPOSE_CONV", [I([1, 8, 6, 2]), H(2, 3, 3, 4), X(1, 4, 3, 4)],
         lambda s, w, x: ref.transpose_conv(x, w, (8, 6), stride=(2, 2)), ("TransposeConv", dict(stride_h=2, stride_w=2))),
    Case("dense_half", "FULLY_CONNECTED", [X(2, 5), H(4, 5), C(4)], lambda x, w, b: x @ w.T + b, ("FullyConnected", {})),
    Case("matmul_half", "BATCH_MATMUL", [X(2, 3, 5), H(2, 5, 4)], np.matmul, ("BatchMatMul", {})),
    Case("dense_blocks", "FULLY_CONNECTED", [X(2, 64), Operand(int4(3, 64, low=-8), BLOCK_SCALES, True, int4=True, block=32), C(3)],
         lambda x, w, b: x @ w.T + b, ("FullyConnected", {})),
    Case("dense_zeros", "FULLY_CONNECTED", [X(2, 64), Operand(int4(3, 64, low=-8), BLOCK_SCALES, True, int4=True, block=32,
                                                              block_zeros=np.int32([[3, -8], [0, 7], [-1, 5]])), C(3)],
         lambda x, w, b: x @ w.T + b, ("FullyConnected", {})),
    Case("conv", "CONV_2D", [X(1, 6, 7, 3), D(4, 3, 3, 3, scale=_scales(4)), C(4)], ref.conv2d, ("Conv2D", _window())),
    Case("depthwise", "DEPTHWISE_CONV_2D", [X(1, 6, 7, 3), D(1, 3, 3, 6, scale=_scales(6), axis=3), C(6)],
         ref.depthwise, ("DepthwiseConv2D", _depthwise(2))),
    Case("dense", "FULLY_CONNECTED", [X(2, 5), D(4, 5), C(4)], lambda x, w, b: x @ w.T + b, ("FullyConnected", {})),
    Case("dense_unsigned", "FULLY_CONNECTED", [X(2, 5), D(4, 5, dtype=np.uint8, zero=117), C(4)],
         lambda x, w, b: x @ w.T + b, ("FullyConnected", {})),
]

def S(*shape, scale=0.0005, seed=1):
    """An input of int16."""
    return Q(*shape, scale=scale, zero=0, dtype=np.int16, seed=seed)


def ALL16(scale):
    """All int16."""
    return Operand(np.arange(-32768, 32768, dtype=np.int16).reshape(1, -1), Params(scale, 0))


def L(count, scales, spread=2000, input_scale=0.0005):
    """A bias of int64."""
    bias = B(count, np.float32(input_scale) * scales, spread=spread)
    bias.array = bias.array.astype(np.int64)
    return bias


OUT16 = Params(0.0005)


# Activations of int16 with weights of int8 and biases of int64.
INT16 = [
    Case("conv", "CONV_2D", [S(1, 6, 7, 3), W(4, 3, 3, 3, scale=_scales(4)), L(4, _scales(4), 200_000)],
         lambda x, w, b: relu6(ref.conv2d(x, w, b)), ("Conv2D", _window(activation="RELU6")), OUT16, np.int16),
    Case("conv_wide", "CONV_2D", [S(1, 6, 7, 3, scale=0.00001), W(4, 3, 3, 3, scale=_scales(4) / 1000),
                                  Operand(np.int64([1, -1, 3, -7]) << 33, Params(np.float32(0.00001) * _scales(4) / 1000), constant=True)],
         ref.conv2d, ("Conv2D", _window()), Params(0.05), np.int16),
    Case("conv_no_bias", "CONV_2D", [S(1, 6, 7, 3), W(4, 3, 3, 3), None],
         lambda x, w, b: ref.conv2d(x, w, stride=(2, 2)), ("Conv2D", _window(2)), OUT16, np.int16),
    Case("depthwise", "DEPTHWISE_CONV_2D", [S(1, 6, 7, 4), W(1, 3, 3, 4, scale=_scales(4), axis=3), L(4, _scales(4))],
         ref.depthwise, ("DepthwiseConv2D", _depthwise(1)), OUT16, np.int16),
    Case("transposed", "TRANSPOSE_CONV", [I([1, 8, 6, 2]), W(2, 3, 3, 4, scale=_scales(2)), S(1, 4, 3, 4), L(2, _scales(2))],
         lambda s, w, x, b: ref.transpose_conv(x, w, (8, 6), b, stride=(2, 2)), ("TransposeConv", dict(stride_h=2, stride_w=2)), OUT16, np.int16),
    Case("dense", "FULLY_CONNECTED", [S(2, 5), W(4, 5), L(4, np.float32(0.01))],
         lambda x, w, b: np.maximum(x @ w.T + b, 0), ("FullyConnected", dict(activation="RELU")), OUT16, np.int16),
    Case("dense_channels", "FULLY_CONNECTED", [S(2, 5), W(4, 5, scale=_scales(4)), L(4, _scales(4))],
         lambda x, w, b: x @ w.T + b, ("FullyConnected", {}), OUT16, np.int16),
    Case("matmul", "BATCH_MATMUL", [S(2, 3, 4), S(2, 4, 5, seed=5)], np.matmul, ("BatchMatMul", {}), Params(0.02), np.int16),
    Case("add", "ADD", [S(1, 3, 4, 5), S(1, 3, 4, 5, scale=0.0003, seed=5)], np.add, ("Add", {}), OUT16, np.int16),
    Case("sub", "SUB", [S(1, 3, 4, 5), S(1, 3, 4, 5, scale=0.0003, seed=5)], np.subtract, ("Sub", {}), OUT16, np.int16),
    Case("mul", "MUL", [S(1, 3, 4, 5), S(1, 3, 4, 5, scale=0.0003, seed=5)], np.multiply, ("Mul", {}), Params(0.01), np.int16),
    Case("mean", "MEAN", [S(1, 5, 6, 3), I([1, 2])], lambda x, a: x.mean(axis=(1, 2)), ("Reducer", {}), Params(0.0002), np.int16),
    Case("avg", "AVERAGE_POOL_2D", [S(1, 5, 6, 3)], lambda x: ref.average_pool(x, (2, 3), (1, 2), "SAME"),
         ("Pool2D", _pool((2, 3), (1, 2))), OUT16, np.int16),
    Case("maxpool", "MAX_POOL_2D", [S(1, 5, 6, 3)], lambda x: ref.max_pool(x, (2, 2), (2, 2), "VALID"),
         ("Pool2D", _pool((2, 2), (2, 2), "VALID")), OUT16, np.int16, steps=0),
    Case("relu", "RELU", [S(2, 50)], lambda x: np.maximum(x, 0), out=OUT16, out_type=np.int16),
    Case("tanh", "TANH", [S(2, 50)], np.tanh, out=Params(1 / 32768), out_type=np.int16, steps=2),
    Case("logistic", "LOGISTIC", [S(2, 50)], lambda x: 1 / (1 + np.exp(-x)), out=Params(1 / 32768), out_type=np.int16, steps=2),
    Case("softmax", "SOFTMAX", [S(2, 50)], ref.softmax, ("Softmax", dict(beta=1.0)), Params(1 / 32768), np.int16, steps=60),
    Case("leaky", "LEAKY_RELU", [S(2, 50)], lambda x: np.where(x < 0, 0.2 * x, x), ("LeakyRelu", dict(alpha=0.2)), OUT16, np.int16),
    # All integers, and scales that take the other ways through the kernels.
    Case("tanh_all", "TANH", [ALL16(0.0003)], np.tanh, out=Params(1 / 32768), out_type=np.int16, steps=5),
    Case("logistic_all", "LOGISTIC", [ALL16(0.0003)], lambda x: 1 / (1 + np.exp(-x)), out=Params(1 / 32768), out_type=np.int16, steps=4),
    Case("tanh_coarse", "TANH", [S(2, 50, scale=0.3)], np.tanh, out=Params(1 / 32768), out_type=np.int16, steps=5),
    Case("logistic_fine", "LOGISTIC", [S(2, 50, scale=3e-6)], lambda x: 1 / (1 + np.exp(-x)), out=Params(1 / 32768), out_type=np.int16, steps=4),
    Case("softmax_flat", "SOFTMAX", [S(2, 300, scale=2e-6)], ref.softmax, ("Softmax", dict(beta=1.0)), Params(1 / 32768), np.int16, steps=9),
    Case("leaky_all", "LEAKY_RELU", [ALL16(0.0005)], lambda x: np.where(x < 0, 0.1 * x, x), ("LeakyRelu", dict(alpha=0.1)), Params(0.0007), np.int16),
    # A ratio of scales just below 1: the multiplier of 16 bits may not carry.
    Case("conv_carry", "CONV_2D", [S(1, 6, 7, 3, scale=1.0), W(4, 3, 3, 3, scale=np.float32(1 - 2.0 ** -17)), L(4, np.float32(1 - 2.0 ** -17), input_scale=1.0)],
         ref.conv2d, ("Conv2D", _window()), Params(1.0), np.int16, steps=3),
    # A sum of more than 31 bits.
    Case("dense_wide", "FULLY_CONNECTED", [S(2, 1500), W(3, 1500), L(3, np.float32(0.01))], lambda x, w, b: x @ w.T + b, ("FullyConnected", {}),
         Params(0.01), np.int16),
    Case("squeeze", "CONV_2D", [S(2, 1, 1, 8), W(4, 1, 1, 8, scale=_scales(4)), L(4, _scales(4))], ref.conv2d, ("Conv2D", _window()), OUT16, np.int16),
    Case("add_same", "ADD", [S(1, 3, 4, 5), S(1, 3, 4, 5, seed=5)], np.add, ("Add", {}), Params(0.0009), np.int16),
    Case("add_relu", "ADD", [S(1, 3, 4, 5), S(1, 3, 4, 5, scale=0.0001, seed=5)], lambda x, y: np.maximum(x + y, 0), ("Add", dict(activation="RELU")),
         OUT16, np.int16),
    Case("sub_tiny", "SUB", [S(1, 3, 4, 5), S(1, 3, 4, 5, scale=1e-7, seed=5)], np.subtract, ("Sub", {}), OUT16, np.int16),
    Case("mean_all", "MEAN", [S(1, 5, 6, 3), I([1, 2])], lambda x, a: x.mean(axis=(1, 2)), ("Reducer", {}), OUT16, np.int16),
    Case("avg_global", "AVERAGE_POOL_2D", [S(1, 5, 6, 3)], lambda x: ref.average_pool(x, (5, 6), (1, 1), "VALID"),
         ("Pool2D", _pool((5, 6), (1, 1), "VALID")), OUT16, np.int16),
    Case("rescale", "QUANTIZE", [S(2, 50)], lambda x: x, out=Params(0.00077), out_type=np.int16),
    Case("reshape", "RESHAPE", [S(2, 6), I([3, 4])], lambda x, s: x.reshape(3, 4), out=OUT16, out_type=np.int16, steps=0),
    Case("pad", "PAD", [S(2, 3), I([[1, 0], [2, 3]])], lambda x, p: np.pad(x, ((1, 0), (2, 3))), out=OUT16, out_type=np.int16, steps=0),
    Case("concat", "CONCATENATION", [S(2, 3), S(2, 4, seed=5)], lambda a, b: np.concatenate([a, b], axis=1),
         ("Concatenation", dict(axis=1)), OUT16, np.int16, steps=0),
    Case("strided", "STRIDED_SLICE", [S(4, 6), I([1, 0]), I([3, 6]), I([1, 2])], lambda x, *_: x[1:3, ::2],
         ("StridedSlice", {}), OUT16, np.int16, steps=0),
    Case("quantize", "QUANTIZE", [X(2, 50, low=-9.0, high=9.0)], lambda x: x, out=OUT16, out_type=np.int16),
    Case("dequantize", "DEQUANTIZE", [S(2, 50)], lambda x: x),
    Case("to_int8", "QUANTIZE", [S(2, 50)], lambda x: x, out=OUT),
    Case("from_int8", "QUANTIZE", [Q(2, 50)], lambda x: x, out=OUT16, out_type=np.int16),
]

# A network that has no product.
TABLES = [case for case in HYBRID if case.code == "EMBEDDING_LOOKUP"]

GROUPS = {"int16": INT16, "int8": INT8, "uint8": UINT8, "mixed": MIXED, "hybrid": HYBRID, "tables": TABLES, "narrow": NARROW}
