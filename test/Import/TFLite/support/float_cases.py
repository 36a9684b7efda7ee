"""Every operator on floats and integers, against numpy."""
import math

import numpy as np

import reference as ref
from cases import C, I, X, Case, Operand, pruned
from sparse import DENSE, SPARSE, Sparse

erf = np.vectorize(math.erf)


def _act(name):
    return dict(activation=name)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu6(x):
    return np.clip(x, 0, 6)


def _unary(name, code, function, low=-2.0, high=2.0, **more):
    return Case(name, code, [X(2, 3, 4, 5, low=low, high=high)], function, **more)


def _binary(name, code, function, options_type=None, **more):
    """Full tensors, a vector of the last dimension, and a scalar constant."""
    options = (options_type, _act("RELU6")) if options_type else None
    fuse = relu6 if options_type else lambda x: x
    return [
        Case(f"{name}_full", code, [X(1, 3, 4, 5), X(1, 3, 4, 5, seed=5)], lambda a, b: fuse(function(a, b)), options, **more),
        Case(f"{name}_vector", code, [X(1, 3, 4, 5), C(5, low=0.5)], lambda a, b: fuse(function(a, b)), options, **more),
        Case(f"{name}_scalar", code, [Operand(np.float32(1.5), constant=True), X(2, 3, low=0.5)],
             lambda a, b: function(a, b), (options_type, {}) if options_type else None, **more),
    ]


UNARY = [
    _unary("abs", "ABS", np.abs), _unary("neg", "NEG", np.negative), _unary("exp", "EXP", np.exp),
    _unary("log", "LOG", np.log, low=0.1, high=5.0), _unary("sqrt", "SQRT", np.sqrt, low=0.0, high=9.0),
    _unary("rsqrt", "RSQRT", lambda x: 1 / np.sqrt(x), low=0.1, high=9.0), _unary("square", "SQUARE", np.square),
    _unary("floor", "FLOOR", np.floor), _unary("ceil", "CEIL", np.ceil), _unary("round", "ROUND", np.rint),
    _unary("sin", "SIN", np.sin), _unary("cos", "COS", np.cos), _unary("sign", "SIGN", np.sign),
    _unary("relu", "RELU", lambda x: np.maximum(x, 0)), _unary("relu6", "RELU6", relu6, high=9.0),
    _unary("relu1", "RELU_N1_TO_1", lambda x: np.clip(x, -1, 1)), _unary("relu01", "RELU_0_TO_1", lambda x: np.clip(x, 0, 1)),
    _unary("tanh", "TANH", np.tanh, low=-6.0, high=6.0), _unary("logistic", "LOGISTIC", sigmoid, low=-9.0, high=9.0),
    _unary("hardswish", "HARD_SWISH", lambda x: x * relu6(x + 3) / 6, low=-5.0, high=5.0),
    _unary("elu", "ELU", lambda x: np.where(x < 0, np.expm1(x), x), low=-5.0),
    _unary("gelu", "GELU", lambda x: x / 2 * (1 + erf(x / math.sqrt(2))), low=-5.0, high=5.0, options=("Gelu", {})),
    _unary("gelu_tanh", "GELU", lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))), low=-5.0,
           options=("Gelu", dict(approximate=True)), version=2),
    _unary("leaky", "LEAKY_RELU", lambda x: np.where(x < 0, 0.125 * x, x), options=("LeakyRelu", dict(alpha=0.125))),
    Case("prelu", "PRELU", [X(1, 3, 4, 5), C(1, 1, 5)], lambda x, a: np.where(x < 0, a * x, x)),
    _unary("softmax", "SOFTMAX", ref.softmax, options=("Softmax", dict(beta=1.0))),
    _unary("softmax_beta", "SOFTMAX", lambda x: ref.softmax(x, 0.5), low=-20.0, high=20.0, options=("Softmax", dict(beta=0.5))),
    _unary("log_softmax", "LOG_SOFTMAX", lambda x: np.log(ref.softmax(x)), low=-5.0),
    _unary("l2", "L2_NORMALIZATION", lambda x: x / np.sqrt((x**2).sum(axis=-1, keepdims=True))),
    Case("cast_int", "CAST", [X(3, 4, low=-5.0, high=5.0)], lambda x: x.astype(np.int32)),
    Case("cast_float", "CAST", [I([[1, -2], [3, 4]])], lambda x: x.astype(np.float32)),
]

BINARY = [
    *_binary("add", "ADD", np.add, "Add"), *_binary("sub", "SUB", np.subtract, "Sub"),
    *_binary("mul", "MUL", np.multiply, "Mul"), *_binary("min", "MINIMUM", np.minimum), *_binary("max", "MAXIMUM", np.maximum),
    *_binary("sqdiff", "SQUARED_DIFFERENCE", lambda a, b: (a - b)**2),
    Case("div", "DIV", [X(2, 3, 4), X(2, 3, 4, low=0.5, seed=5)], np.divide, ("Div", {})),
    Case("pow", "POW", [X(2, 3, 4, low=0.1), C(4)], np.power),
    Case("floordiv", "FLOOR_DIV", [X(2, 3, 4), X(2, 3, 4, low=0.5, seed=5)], lambda a, b: np.floor(a / b)),
    Case("addn", "ADD_N", [X(2, 3), X(2, 3, seed=5), X(2, 3, seed=6)], lambda a, b, c: a + b + c),
    Case("add_relu1", "ADD", [X(2, 3), X(2, 3, seed=5)], lambda a, b: np.clip(a + b, -1, 1), ("Add", _act("RELU_N1_TO_1"))),
    Case("mul_tanh", "MUL", [X(2, 3), X(2, 3, seed=5)], lambda a, b: np.tanh(a * b), ("Mul", _act("TANH"))),
    Case("add_int", "ADD", [Operand(np.arange(6, dtype=np.int32)), I([7])], np.add),
]

COMPARISONS = [
    Case(name.lower(), name, [Operand(np.array([1, 2, 3, 2], np.float32)), Operand(np.array([2, 2, 2, 3], np.float32))], function)
    for name, function in (("EQUAL", np.equal), ("NOT_EQUAL", np.not_equal), ("GREATER", np.greater),
                           ("GREATER_EQUAL", np.greater_equal), ("LESS", np.less), ("LESS_EQUAL", np.less_equal))
] + [
    Case("and", "LOGICAL_AND", [Operand(np.array([True, True, False])), I([True, False, False], bool)], np.logical_and),
    Case("or", "LOGICAL_OR", [Operand(np.array([True, True, False])), I([True, False, False], bool)], np.logical_or),
    Case("not", "LOGICAL_NOT", [Operand(np.array([True, False]))], np.logical_not),
    Case("select", "SELECT", [I([[True, False], [False, True]], bool), X(2, 2), X(2, 2, seed=5)], np.where),
    Case("select_rows", "SELECT", [I([True, False], bool), X(2, 3), X(2, 3, seed=5)], lambda c, a, b: np.where(c[:, None], a, b)),
    Case("select_v2", "SELECT_V2", [I([True, False, True], bool), X(2, 3), X(1, 1, seed=5)], np.where),
]


def _window(stride=1, dilation=1, padding="SAME", activation="NONE"):
    return dict(stride_h=stride, stride_w=stride, dilation_h=dilation, dilation_w=dilation, padding=padding, activation=activation)


CONVOLUTIONS = [
    Case("conv", "CONV_2D", [X(1, 7, 6, 3), C(4, 3, 3, 3), C(4)], ref.conv2d, ("Conv2D", _window())),
    Case("conv_stride", "CONV_2D", [X(1, 7, 6, 3), C(4, 3, 2, 3), C(4)],
         lambda x, w, b: np.maximum(ref.conv2d(x, w, b, (2, 2)), 0), ("Conv2D", _window(2, activation="RELU"))),
    Case("conv_valid", "CONV_2D", [X(2, 7, 6, 3), C(4, 3, 3, 3), None],
         lambda x, w, b: ref.conv2d(x, w, mode="VALID"), ("Conv2D", _window(padding="VALID"))),
    Case("conv_cut", "CONV_2D", [X(1, 8, 7, 2), C(3, 3, 3, 2)],  # the last rows and columns are not read
         lambda x, w: ref.conv2d(x, w, stride=(3, 3), mode="VALID"), ("Conv2D", _window(3, padding="VALID"))),
    Case("conv_dilated", "CONV_2D", [X(1, 9, 8, 2), C(3, 3, 3, 2), C(3)],
         lambda x, w, b: ref.conv2d(x, w, b, dilation=(2, 2)), ("Conv2D", _window(dilation=2))),
    Case("conv_groups", "CONV_2D", [X(1, 5, 5, 6), C(4, 3, 3, 3), C(4)], ref.conv2d, ("Conv2D", _window())),
    Case("conv3d", "CONV_3D", [X(1, 4, 6, 5, 3), C(2, 3, 2, 3, 4), C(4)], lambda x, w, b: np.maximum(ref.conv3d(x, w, b, (1, 2, 2)), 0),
         ("Conv3D", dict(stride_d=1, stride_h=2, stride_w=2, padding="SAME", activation="RELU"))),
    Case("conv3d_valid", "CONV_3D", [X(2, 5, 6, 7, 2), C(2, 2, 3, 2, 3), C(3)],
         lambda x, w, b: ref.conv3d(x, w, b, (2, 1, 2), mode="VALID"),
         ("Conv3D", dict(stride_d=2, stride_h=1, stride_w=2, padding="VALID"))),
    Case("conv3d_dilated", "CONV_3D", [X(1, 6, 7, 8, 2), C(2, 3, 2, 2, 3), C(3)],
         lambda x, w, b: ref.conv3d(x, w, b, dilation=(2, 1, 2)),
         ("Conv3D", dict(stride_d=1, stride_h=1, stride_w=1, padding="SAME", dilation_d=2, dilation_w=2))),
    Case("depthwise", "DEPTHWISE_CONV_2D", [X(1, 7, 6, 5), C(1, 3, 3, 5), C(5)], ref.depthwise, ("DepthwiseConv2D", _window())),
    Case("depthwise_many", "DEPTHWISE_CONV_2D", [X(1, 7, 6, 3), C(1, 3, 3, 6), C(6)],
         lambda x, w, b: relu6(ref.depthwise(x, w, b, (2, 2))), ("DepthwiseConv2D", _window(2, activation="RELU6"))),
    Case("depthwise_one", "DEPTHWISE_CONV_2D", [X(1, 7, 6, 1), C(1, 3, 3, 4), None],
         lambda x, w, b: ref.depthwise(x, w, mode="VALID"), ("DepthwiseConv2D", _window(padding="VALID"))),
    Case("transposed", "TRANSPOSE_CONV", [I([1, 8, 6, 2]), C(2, 3, 3, 4), X(1, 4, 3, 4)],
         lambda s, w, x: ref.transpose_conv(x, w, (8, 6), stride=(2, 2)), ("TransposeConv", dict(stride_h=2, stride_w=2))),
    Case("transposed_valid", "TRANSPOSE_CONV", [I([1, 9, 7, 2]), C(2, 3, 3, 4), X(1, 4, 3, 4), C(2)],
         lambda s, w, x, b: np.maximum(ref.transpose_conv(x, w, (9, 7), b, (2, 2), "VALID"), 0),
         ("TransposeConv", dict(stride_h=2, stride_w=2, padding="VALID", activation="RELU")), version=4),
    Case("transposed_more", "TRANSPOSE_CONV", [I([1, 10, 8, 2]), C(2, 3, 3, 4), X(1, 4, 3, 4)],  # a row that no input reaches
         lambda s, w, x: ref.transpose_conv(x, w, (10, 8), stride=(2, 2), mode="VALID"),
         ("TransposeConv", dict(stride_h=2, stride_w=2, padding="VALID"))),
    Case("dense", "FULLY_CONNECTED", [X(3, 5), C(4, 5), C(4)], lambda x, w, b: x @ w.T + b, ("FullyConnected", {})),
    Case("dense_flat", "FULLY_CONNECTED", [X(2, 2, 5), C(4, 5), None],
         lambda x, w, b: np.maximum(x.reshape(4, 5) @ w.T, 0), ("FullyConnected", _act("RELU"))),
    Case("dense_keep", "FULLY_CONNECTED", [X(2, 2, 5), C(4, 5), C(4)], lambda x, w, b: x @ w.T + b,
         ("FullyConnected", dict(keep_num_dims=True))),
    Case("matmul", "BATCH_MATMUL", [X(2, 3, 4), X(2, 4, 5, seed=5)], np.matmul, ("BatchMatMul", {})),
    Case("matmul_adj", "BATCH_MATMUL", [X(2, 4, 3), C(5, 4)], lambda a, b: a.transpose(0, 2, 1) @ b.T,
         ("BatchMatMul", dict(adj_x=True, adj_y=True))),
]


def _pool(stride, kernel, padding, activation="NONE"):
    return "Pool2D", dict(stride_h=stride[0], stride_w=stride[1], filter_height=kernel[0], filter_width=kernel[1],
                          padding=padding, activation=activation)


POOLING = [
    Case("avg", "AVERAGE_POOL_2D", [X(1, 5, 6, 3)], lambda x: ref.average_pool(x, (3, 2), (2, 1), "SAME"), _pool((2, 1), (3, 2), "SAME")),
    Case("avg_valid", "AVERAGE_POOL_2D", [X(1, 5, 6, 3)],
         lambda x: np.maximum(ref.average_pool(x, (2, 2), (2, 2), "VALID"), 0), _pool((2, 2), (2, 2), "VALID", "RELU")),
    Case("maxpool", "MAX_POOL_2D", [X(1, 5, 6, 3, high=-0.5)], lambda x: ref.max_pool(x, (3, 2), (2, 1), "SAME"),
         _pool((2, 1), (3, 2), "SAME")),
    Case("mean", "MEAN", [X(2, 3, 4, 5), I([1, 2])], lambda x, a: x.mean(axis=(1, 2)), ("Reducer", {})),
    Case("mean_keep", "MEAN", [X(2, 3, 4, 5), I(-1)], lambda x, a: x.mean(axis=-1, keepdims=True), ("Reducer", dict(keep_dims=True))),
    Case("sum", "SUM", [X(2, 3, 4, 5), I([0, 3])], lambda x, a: x.sum(axis=(0, 3)), ("Reducer", {})),
    Case("rmax", "REDUCE_MAX", [X(2, 3, 4), I([2])], lambda x, a: x.max(axis=2), ("Reducer", {})),
    Case("rmin", "REDUCE_MIN", [X(2, 3, 4), I([2])], lambda x, a: x.min(axis=2), ("Reducer", {})),
    Case("rprod", "REDUCE_PROD", [X(2, 3, 4), I([2])], lambda x, a: x.prod(axis=2), ("Reducer", {})),
    Case("argmax", "ARG_MAX", [X(2, 3, 4), I(2)], lambda x, a: x.argmax(axis=2).astype(np.int32)),
    Case("argmax64", "ARG_MAX", [X(2, 3, 4), I(-2)], lambda x, a: x.argmax(axis=1)),
    Case("argmin", "ARG_MIN", [X(2, 3, 4), I([0])], lambda x, a: x.argmin(axis=0).astype(np.int32)),
]
for _name, _align, _half in (("", False, False), ("_align", True, False), ("_half", False, True)):
    _options = dict(align_corners=_align, half_pixel_centers=_half)
    for _size in ((6, 8), (7, 5), (2, 3)):
        POOLING += [
            Case(f"bilinear{_name}_{_size[0]}", "RESIZE_BILINEAR", [X(1, 3, 4, 2), I(_size)],
                 lambda x, s, a=_align, h=_half: ref.resize_bilinear(x, s, a, h), ("ResizeBilinear", _options), version=3),
            Case(f"nearest{_name}_{_size[0]}", "RESIZE_NEAREST_NEIGHBOR", [X(1, 3, 4, 2), I(_size)],
                 lambda x, s, a=_align, h=_half: ref.resize_nearest(x, s, a, h), ("ResizeNearestNeighbor", _options), version=3),
        ]

FAR = np.iinfo(np.int64).max


def _strided(begin, end, strides, expect, shape=(4, 5, 6), dtype=np.int32, **masks):
    return Case(f"strided_{'_'.join(masks) or 'plain'}_{len(begin)}_{strides[0]}".replace("-", "m"), "STRIDED_SLICE",
                [X(*shape), I(begin, dtype), I(end, dtype), I(strides, dtype)], lambda x, *_: expect(x), ("StridedSlice", masks))


SHAPES = [
    Case("reshape", "RESHAPE", [X(2, 3, 4), I([4, -1])], lambda x, s: x.reshape(4, 6)),
    Case("reshape_options", "RESHAPE", [X(2, 3, 4)], lambda x: x.reshape(8, 3), ("Reshape", dict(new_shape=[8, 3]))),
    Case("squeeze", "SQUEEZE", [X(1, 3, 1, 4)], lambda x: x[0], ("Squeeze", dict(squeeze_dims=[0]))),
    Case("squeeze_all", "SQUEEZE", [X(1, 3, 1, 4)], lambda x: x[0, :, 0], ("Squeeze", {})),
    Case("expand", "EXPAND_DIMS", [X(3, 4), I(-1)], lambda x, a: x[..., None]),
    Case("transpose", "TRANSPOSE", [X(2, 3, 4), I([2, 0, 1])], lambda x, p: x.transpose(2, 0, 1)),
    Case("tile", "TILE", [X(2, 3), I([2, 3], np.int64)], lambda x, r: np.tile(x, (2, 3))),
    Case("broadcast", "BROADCAST_TO", [X(2, 1), I([3, 2, 4])], lambda x, s: np.broadcast_to(x, (3, 2, 4)), version=2),
    Case("shape", "SHAPE", [X(2, 3)], lambda x: np.array([2, 3], np.int32)),
    Case("pad", "PAD", [X(2, 3), I([[1, 0], [2, 3]])], lambda x, p: np.pad(x, ((1, 0), (2, 3)))),
    Case("padv2", "PADV2", [X(2, 3), I([[1, 0], [2, 3]], np.int64), Operand(np.float32(7), constant=True)],
         lambda x, p, v: np.pad(x, ((1, 0), (2, 3)), constant_values=7)),
    Case("reflect", "MIRROR_PAD", [X(4, 5), I([[1, 2], [2, 3]])], lambda x, p: np.pad(x, p, "reflect"), ("MirrorPad", {})),
    Case("symmetric", "MIRROR_PAD", [X(4, 5), I([[1, 2], [2, 3]])], lambda x, p: np.pad(x, p, "symmetric"),
         ("MirrorPad", dict(mode="SYMMETRIC"))),
    Case("concat", "CONCATENATION", [X(2, 3), C(2, 1), X(2, 2, seed=5)],
         lambda a, b, c: np.maximum(np.concatenate([a, b, c], axis=-1), 0), ("Concatenation", dict(axis=-1, activation="RELU"))),
    Case("split", "SPLIT", [I(1), X(2, 6)], lambda a, x: np.split(x, 3, axis=1)),
    Case("split_v", "SPLIT_V", [X(2, 6), I([1, -1, 2]), I(-1)], lambda x, s, a: np.split(x, [1, 4], axis=1)),
    Case("slice", "SLICE", [X(4, 5), I([1, 0]), I([2, -1])], lambda x, b, s: x[1:3]),
    _strided([1, 0, 2], [3, 5, 6], [1, 2, 3], lambda x: x[1:3, 0:5:2, 2:6:3]),
    _strided([-1, 4, 0], [0, 0, 2], [-1, -2, 1], lambda x: x[-1:0:-1, 4:0:-2, 0:2]),
    _strided([1, 2, 1], [3, 0, 4], [1, 1, 1], lambda x: x[:3, 2:, 1:4], begin_mask=1, end_mask=2),
    _strided([1, -1], [2, 0], [1, 1], lambda x: x[1, -1], shrink_axis_mask=3),
    _strided([0, 0, 1], [0, 0, 3], [1, 1, 1], lambda x: x[..., 1:3], ellipsis_mask=1, begin_mask=2, end_mask=2, shape=(4, 5, 1, 6)),
    _strided([0, 0, 1], [0, 0, 3], [1, 1, 1], lambda x: x[None, :, 1:3], new_axis_mask=1, begin_mask=2, end_mask=2),
    _strided([1], [FAR], [1], lambda x: x[1:], dtype=np.int64),
    Case("strided_offset", "STRIDED_SLICE", [X(6), I([2]), I([3]), I([1])], lambda x, *_: x[2:5], ("StridedSlice", dict(offset=True)), version=8),
    Case("gather", "GATHER", [X(4, 5), I([3, 0, 2])], lambda x, i: x[:, [3, 0, 2]], ("Gather", dict(axis=1))),
    Case("gather_matrix", "GATHER", [X(4, 5), I([[3, 0], [2, 1]])], lambda x, i: x[i], ("Gather", {})),
    Case("gather_input", "GATHER", [C(4, 5), Operand(np.array([3, 0, 2], np.int32))], lambda x, i: x[i], ("Gather", {})),
    Case("pack", "PACK", [X(2, 3), X(2, 3, seed=5)], lambda a, b: np.stack([a, b], axis=1), ("Pack", dict(axis=1))),
    Case("unpack", "UNPACK", [X(2, 3)], lambda x: [x[:, i] for i in range(3)], ("Unpack", dict(axis=1))),
    Case("depth_to_space", "DEPTH_TO_SPACE", [X(1, 2, 3, 8)], lambda x: ref.depth_to_space(x, 2), ("DepthToSpace", dict(block_size=2))),
    Case("space_to_depth", "SPACE_TO_DEPTH", [X(1, 4, 6, 3)], lambda x: ref.space_to_depth(x, 2), ("SpaceToDepth", dict(block_size=2))),
    Case("space_to_batch", "SPACE_TO_BATCH_ND", [X(2, 3, 5, 2), I([2, 3]), I([[1, 0], [0, 1]])],
         lambda x, b, p: ref.space_to_batch(x, b, p)),
    Case("space_to_batch_line", "SPACE_TO_BATCH_ND", [X(1, 5, 2), I([3]), I([[1, 0]])],
         lambda x, b, p: ref.space_to_batch(x[:, :, None], (3, 1), ((1, 0), (0, 0)))[:, :, 0]),
    Case("batch_to_space", "BATCH_TO_SPACE_ND", [X(12, 2, 2, 3), I([2, 3]), I([[1, 0], [0, 2]])],
         lambda x, b, c: ref.batch_to_space(x, b, c)),
    Case("batch_to_space_line", "BATCH_TO_SPACE_ND", [X(6, 2, 3), I([3]), I([[1, 1]])],
         lambda x, b, c: ref.batch_to_space(x[:, :, None], (3, 1), ((1, 1), (0, 0)))[:, :, 0]),
    Case("gather_nd", "GATHER_ND", [X(3, 4, 5), I([[0, 1], [2, 3], [1, 1]])], lambda x, i: x[i[:, 0], i[:, 1]]),
    Case("gather_nd_input", "GATHER_ND", [X(3, 4), Operand(np.array([[2, 1], [0, 3]], np.int32))], lambda x, i: x[i[:, 0], i[:, 1]]),
    Case("scatter_nd", "SCATTER_ND", [I([[1], [3], [1]]), X(3, 2), I([4, 2])],
         lambda i, u, s: np.stack([np.zeros(2), u[0] + u[2], np.zeros(2), u[1]])),
    Case("top_k", "TOPK_V2", [X(2, 7), I(3)], lambda x, k: (np.sort(x)[:, :-4:-1], np.argsort(-x, kind="stable")[:, :3].astype(np.int32))),
    Case("top_k_ties", "TOPK_V2", [Operand(np.array([1, 3, 3, 1, 3], np.float32)), I(4)],
         lambda x, k: (np.array([3, 3, 3, 1], np.float32), np.array([1, 2, 4, 0], np.int32))),
    Case("reverse", "REVERSE_V2", [X(2, 3), I([1])], lambda x, a: x[:, ::-1]),
]


def _sparse_dense(name, *arguments, shape=(6, 8), share=0.7, block=(), **more):
    """A matrix product with pruned weights."""
    return Case(f"sparse_{name}", "FULLY_CONNECTED", [X(3, shape[1]), pruned(C(*shape), Sparse(*arguments, **more), share, block), C(shape[0])],
                lambda x, w, b: x @ w.T + b, ("FullyConnected", {}))


def _sparse_conv(name, *arguments, block=(), **more):
    return Case(f"sparse_{name}", "CONV_2D", [X(1, 6, 7, 4), pruned(C(8, 3, 2, 4), Sparse(*arguments, **more), 0.7, block), None],
                lambda x, w, b: ref.conv2d(x, w), ("Conv2D", dict(stride_h=1, stride_w=1)))


HALF = C(3, 5).array.astype(np.float16)

SPARSE_WEIGHTS = [
    _sparse_dense("rows", [DENSE, SPARSE]),
    _sparse_dense("columns", [DENSE, SPARSE], [1, 0], integers="Uint16Vector"),
    _sparse_dense("both", [SPARSE, SPARSE], integers="Uint8Vector", share=0.9),
    _sparse_dense("outer", [SPARSE, DENSE], [1, 0]),
    _sparse_dense("dense", [DENSE, DENSE], [1, 0]),
    _sparse_dense("nothing", [DENSE, SPARSE], share=1.0),
    _sparse_dense("blocks", [DENSE, SPARSE], blocks=[(1, 4)], block=(1, 4)),
    _sparse_dense("square_blocks", [SPARSE, SPARSE], [1, 0, 2, 3], blocks=[(0, 3), (1, 2)], block=(3, 2), integers="Uint8Vector"),
    _sparse_dense("turned_blocks", [DENSE, SPARSE], [0, 1, 3, 2], blocks=[(0, 3), (1, 2)], block=(3, 2)),
    _sparse_dense("swapped_blocks", [DENSE, SPARSE], [1, 0, 2, 3], blocks=[(1, 2), (0, 3)], block=(3, 2)),
    _sparse_dense("many", [DENSE, SPARSE], shape=(3, 700), integers="Uint16Vector"),
    _sparse_conv("conv", [DENSE, SPARSE, DENSE, SPARSE], [3, 0, 2, 1]),
    _sparse_conv("conv_blocks", [DENSE, SPARSE, SPARSE, SPARSE], [0, 1, 2, 3, 4], blocks=[(0, 4)], block=(4, 1, 1, 1), densify=True),
    Case("sparse_half", "DEQUANTIZE", [pruned(Operand(HALF, constant=True), Sparse([DENSE, SPARSE], densify=True), 0.5)],
         lambda x: x.astype(np.float32)),
]

def _known(name, code, operands, expect, options=None, **more):
    """An operator that is computed while the file is read."""
    return Case(f"known_{name}", code, operands, expect, options, **more)


def _known_binary(code, expect, options_type=None):
    operands = [I([[7, -7], [6, -6]]), I([2, -3])]
    return _known(code.lower(), code, operands, expect, (options_type, {}) if options_type else None)


EMPTY = np.zeros(0, np.int32)

# What converters compute shapes with, on constants; also of no elements.
KNOWN = [
    _known_binary("ADD", np.add, "Add"), _known_binary("SUB", np.subtract, "Sub"), _known_binary("MUL", np.multiply, "Mul"),
    _known_binary("DIV", lambda a, b: np.trunc(a / b).astype(np.int32), "Div"), _known_binary("FLOOR_DIV", np.floor_divide),
    _known_binary("FLOOR_MOD", np.mod), _known_binary("MINIMUM", np.minimum), _known_binary("MAXIMUM", np.maximum),
    _known_binary("SQUARED_DIFFERENCE", lambda a, b: (a - b)**2),
    *(_known_binary(code, function) for code, function in (
        ("EQUAL", np.equal), ("NOT_EQUAL", np.not_equal), ("GREATER", np.greater), ("GREATER_EQUAL", np.greater_equal),
        ("LESS", np.less), ("LESS_EQUAL", np.less_equal))),
    _known("wide", "FLOOR_DIV", [I([1 << 40], np.int64), I([1 << 20], np.int64)], lambda a, b: a // b),
    _known("neg", "NEG", [I([3, -4])], np.negative), _known("abs", "ABS", [I([3, -4])], np.abs),
    _known("floor", "FLOOR", [C(5)], np.floor), _known("ceil", "CEIL", [C(5)], np.ceil), _known("round", "ROUND", [C(5)], np.rint),
    _known("rsqrt", "RSQRT", [C(5, low=0.5)], lambda x: 1 / np.sqrt(x)), _known("square", "SQUARE", [I([3, -4])], np.square),
    _known("cast", "CAST", [C(2, 3, low=-9, high=9)], lambda x: x.astype(np.int64)),
    _known("not", "LOGICAL_NOT", [I([True, False], bool)], np.logical_not),
    _known("select", "SELECT_V2", [I([True, False], bool), I([[1], [2]]), I([3, 4])], np.where),
    _known("prod", "REDUCE_PROD", [I([[2, 3], [4, 5]]), I([-1])], lambda x, a: x.prod(axis=1).astype(np.int32), ("Reducer", {})),
    _known("prod_none", "REDUCE_PROD", [I(EMPTY), I([0])], lambda x, a: np.array([1], np.int32), ("Reducer", dict(keep_dims=True))),
    _known("sum", "SUM", [I([[2, 3], [4, 5]]), I([0, 1])], lambda x, a: np.int32(14), ("Reducer", {})),
    _known("max_none", "REDUCE_MAX", [I(EMPTY), I([0])], lambda x, a: np.int32(-2**31), ("Reducer", {})),
    _known("min_none", "REDUCE_MIN", [I(EMPTY), I([0])], lambda x, a: np.int32(2**31 - 1), ("Reducer", {})),
    _known("any", "REDUCE_ANY", [I([[True, False], [False, False]], bool), I([1])], lambda x, a: x.any(axis=1), ("Reducer", {})),
    _known("all", "REDUCE_ALL", [I([[True, True], [True, False]], bool), I([1])], lambda x, a: x.all(axis=1), ("Reducer", {})),
    _known("pack", "PACK", [I([1, 2]), I([3, 4])], lambda a, b: np.stack([a, b], 1), ("Pack", dict(axis=-1))),
    _known("unpack", "UNPACK", [I([[1, 2], [3, 4]])], lambda x: [x[:, 0], x[:, 1]], ("Unpack", dict(axis=1))),
    _known("concat", "CONCATENATION", [I(EMPTY), I([3, 4]), I([5])], lambda *x: np.concatenate(x), ("Concatenation", dict(axis=0))),
    _known("split", "SPLIT", [I(-1), I([[1, 2], [3, 4]])], lambda a, x: [x[:, :1], x[:, 1:]]),
    _known("reshape", "RESHAPE", [I([[1, 2, 3], [4, 5, 6]]), I([3, -1])], lambda x, s: x.reshape(3, 2)),
    _known("expand", "EXPAND_DIMS", [I([1, 2]), I(-1)], lambda x, a: x[:, None]),
    _known("squeeze", "SQUEEZE", [I([[[1], [2]]])], lambda x: x.squeeze(), ("Squeeze", {})),
    _known("transpose", "TRANSPOSE", [I([[1, 2, 3], [4, 5, 6]]), I([1, 0])], lambda x, p: x.T),
    _known("broadcast", "BROADCAST_TO", [I([[1], [2]]), I([2, 3])], lambda x, s: np.broadcast_to(x, (2, 3)), version=2),
    _known("broadcast_args", "BROADCAST_ARGS", [I([2, 1]), I([3, 1, 4])], lambda a, b: np.array([3, 2, 4], np.int32)),
    _known("fill", "FILL", [I([2, 3]), I(7, np.int64)], lambda s, v: np.full((2, 3), 7)),
    _known("range", "RANGE", [I(9), I(-2), I(-4)], lambda *x: np.array([9, 5, 1], np.int32)),
    _known("range_float", "RANGE", [C(low=1, high=1), Operand(np.float32(2), constant=True), Operand(np.float32(0.25), constant=True)],
           lambda *x: np.arange(1, 2, 0.25, dtype=np.float32)),
    _known("slice", "SLICE", [I([[1, 2, 3], [4, 5, 6]]), I([0, 1]), I([-1, 2])], lambda x, *_: x[:, 1:]),
    _known("strided", "STRIDED_SLICE", [I([1, 2, 3, 4, 5]), I([4]), I([0]), I([-2])], lambda x, *_: x[4:0:-2], ("StridedSlice", {})),
    _known("strided_masks", "STRIDED_SLICE", [I([[1, 2, 3], [4, 5, 6]]), I([1, 0, 1]), I([2, 0, 9]), I([1, 1, 1])],
           lambda x, *_: x[1, None, 1:], ("StridedSlice", dict(shrink_axis_mask=1, new_axis_mask=2))),
    _known("gather", "GATHER", [I([[1, 2, 3], [4, 5, 6]]), I([2, 0])], lambda x, i: x[:, [2, 0]], ("Gather", dict(axis=-1))),
    _known("zeros", "ZEROS_LIKE", [I([[1, 2, 3]])], np.zeros_like),
    Case("zeros_float", "ZEROS_LIKE", [X(2, 3)], np.zeros_like),
    Case("rank", "RANK", [X(2, 3, 4)], lambda x: np.int32(3)),
    Case("shape64", "SHAPE", [X(2, 3)], lambda x: np.array([2, 3])),
    Case("fill_input", "FILL", [I([2, 3]), X()], lambda s, v: np.full((2, 3), v)),
    Case("any_input", "REDUCE_ANY", [Operand(np.array([[True, False], [False, False]])), I([1])], lambda x, a: x.any(axis=1),
         ("Reducer", {})),
    Case("all_input", "REDUCE_ALL", [Operand(np.array([[True, True], [True, False]])), I([1])], lambda x, a: x.all(axis=1, keepdims=True),
         ("Reducer", dict(keep_dims=True))),
    Case("floormod", "FLOOR_MOD", [Operand(np.array([7, -7, 6, -6], np.int32)), I([3, 3, -4, -4])], np.mod),
    Case("concat_empty", "CONCATENATION", [Operand(np.zeros((2, 0), np.float32), constant=True), X(2, 3)],
         lambda a, b: b, ("Concatenation", dict(axis=1))),
]

GROUPS = {
    "known": KNOWN, "unary": UNARY, "binary": BINARY, "comparisons": COMPARISONS, "convolutions": CONVOLUTIONS, "pooling": POOLING, "shapes": SHAPES,
    "sparse": SPARSE_WEIGHTS,
}
