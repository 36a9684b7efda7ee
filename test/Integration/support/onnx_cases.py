"""Models of one operation (or a few) for compare_onnxruntime.py.

A case has a reason: an attribute, an input instead of an attribute, a border of a rule.
"""
import dataclasses

import numpy as np
from onnx import helper


@dataclasses.dataclass
class Input:
    """An input of the model, random in [low, high)."""
    shape: tuple
    low: float = -2.0
    high: float = 2.0
    dtype: str = "float32"

    def sample(self, rng):
        if self.dtype == "bool":
            return rng.random(self.shape) < 0.5
        values = rng.uniform(self.low, self.high, self.shape)
        return (values if self.dtype == "float32" else np.floor(values)).astype(self.dtype)


@dataclasses.dataclass
class Case:
    name: str
    nodes: list
    inputs: dict
    outputs: list
    opset: int = 13
    tolerance: float = 2e-5
    functions: list = ()


GROUPS = {}


def add(kind, op, *inputs, opset=13, outputs=1, domain="", tolerance=2e-5, name=None, **attrs):
    """One node. Inputs: `Input`, an array for an initializer, None for one left out."""
    names = ["" if value is None else f"x{i}" for i, value in enumerate(inputs)]
    results = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, names, results, domain=domain, **attrs)
    given = {n: v for n, v in zip(names, inputs) if n}
    GROUPS.setdefault(kind, []).append(
        Case(f"{name or op}{len(GROUPS.get(kind, []))}", [node], given, results, opset, tolerance))


def graph(group, name, nodes, inputs, outputs, opset=13, tolerance=2e-5):
    """Several nodes, (op, inputs, outputs, attributes) each."""
    protos = [helper.make_node(op, i, o, **attrs) for op, i, o, attrs in nodes]
    GROUPS.setdefault(group, []).append(Case(name, protos, inputs, outputs, opset, tolerance))


def x(*shape, low=-2.0, high=2.0, dtype="float32"):
    return Input(shape, low, high, dtype)


_rng = np.random.default_rng(3)


def w(*shape, scale=1.0):
    return (_rng.normal(size=shape) * scale).astype("f4")


def ints(*values):
    return np.array(values, "i8")


def f32(value):
    return np.array(value, "f4")


def _convolutions():
    g = "conv"
    add(g, "Conv", x(1, 3, 7, 9), w(4, 3, 3, 3), w(4), pads=[1, 1, 1, 1])
    add(g, "Conv", x(2, 3, 8, 8), w(4, 3, 3, 2), strides=[2, 3], pads=[0, 1, 2, 0])
    add(g, "Conv", x(1, 4, 6, 6), w(6, 2, 3, 3), w(6), group=2, dilations=[2, 1])
    add(g, "Conv", x(1, 4, 6, 6), w(4, 1, 3, 3), w(4), group=4, auto_pad="SAME_UPPER", strides=[2, 2])
    add(g, "Conv", x(1, 4, 6, 6), w(8, 1, 3, 3), group=4, auto_pad="VALID")
    add(g, "Conv", x(1, 3, 9), w(5, 3, 4), w(5), auto_pad="SAME_LOWER")
    add(g, "Conv", x(1, 3, 9), w(5, 3, 3), strides=[2], pads=[1, 0], opset=7)
    add(g, "ConvTranspose", x(1, 3, 4, 5), w(3, 2, 3, 3), w(2), strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
    add(g, "ConvTranspose", x(1, 4, 4, 4), w(4, 2, 3, 2), strides=[2, 1], group=2)
    add(g, "ConvTranspose", x(1, 2, 4, 4), w(2, 3, 3, 3), strides=[2, 2], auto_pad="SAME_UPPER")
    add(g, "ConvTranspose", x(1, 2, 4, 4), w(2, 3, 3, 3), strides=[2, 2], output_shape=[10, 9])
    add(g, "ConvTranspose", x(1, 2, 5), w(2, 3, 3), strides=[3], dilations=[2])
    # An odd total of padding: its larger half is in front unless auto_pad says SAME_UPPER.
    for opset in (10, 13):
        for auto_pad in ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"):
            add(g, "ConvTranspose", x(1, 2, 4, 5), w(2, 3, 3, 4), strides=[2, 3], output_shape=[6, 11],
                auto_pad=auto_pad, opset=opset)
            add(g, "ConvTranspose", x(1, 2, 4, 5), w(2, 3, 3, 4), strides=[2, 3], auto_pad=auto_pad, opset=opset)
    add(g, "ConvTranspose", x(1, 2, 4), w(2, 3, 3), strides=[2], output_shape=[8], output_padding=[1])
    add(g, "Gemm", x(3, 4), w(5, 4), w(5), transB=1)
    add(g, "Gemm", x(4, 3), w(4, 5), w(3, 1), transA=1, alpha=0.5, beta=2.0)
    add(g, "Gemm", x(3, 4), x(4, 5), opset=11)
    add(g, "MatMul", x(2, 3), w(3, 4))
    add(g, "MatMul", x(2, 5, 3), w(3, 4))
    add(g, "MatMul", x(2, 1, 5, 3), x(4, 3, 2))
    add(g, "MatMul", x(3), x(3, 4))
    add(g, "MatMul", x(2, 4, 3), x(3))


def _pools():
    g = "pool"
    for opset in (7, 10, 13):
        add(g, "MaxPool", x(1, 3, 7, 7), kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1], opset=opset)
        add(g, "AveragePool", x(1, 3, 7, 7), kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1], opset=opset)
    add(g, "MaxPool", x(1, 3, 6, 6), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    add(g, "MaxPool", x(1, 3, 8), kernel_shape=[3], dilations=[2])
    add(g, "AveragePool", x(1, 3, 6, 6), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    add(g, "AveragePool", x(1, 3, 5), kernel_shape=[2], auto_pad="SAME_UPPER")
    add(g, "GlobalAveragePool", x(2, 3, 4, 5))
    add(g, "GlobalMaxPool", x(2, 3, 4))


def _activations():
    g = "activation"
    for op in ("Relu", "Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Floor", "Ceil", "Erf", "Softplus", "Softsign",
               "Sin", "Cos", "Sign", "Round", "Identity"):
        add(g, op, x(2, 3, 4))
    for op in ("Log", "Sqrt", "Reciprocal"):
        add(g, op, Input((2, 3), 0.2, 4.0))
    add(g, "LeakyRelu", x(2, 3), alpha=0.2)
    add(g, "LeakyRelu", x(2, 3), opset=7)
    add(g, "PRelu", x(1, 3, 4, 4), w(3, 1, 1))
    add(g, "Elu", x(2, 3), alpha=0.7)
    add(g, "HardSigmoid", x(2, 9))
    add(g, "HardSigmoid", x(2, 9), alpha=0.3, beta=0.4)
    add(g, "HardSwish", Input((2, 9), -5, 5), opset=14)
    add(g, "Gelu", x(2, 9), opset=20)
    add(g, "Gelu", x(2, 9), approximate="tanh", opset=20)
    add(g, "Gelu", x(2, 9), domain="com.microsoft")
    add(g, "BiasGelu", x(2, 9), w(9), domain="com.microsoft")
    add(g, "FastGelu", x(2, 9), w(9), domain="com.microsoft", tolerance=1e-3)
    add(g, "Clip", x(2, 9), min=-0.5, max=1.0, opset=7)
    add(g, "Clip", x(2, 9), f32(-0.5), f32(1.0))
    add(g, "Clip", x(2, 9), None, f32(1.0))
    add(g, "Clip", x(2, 9), f32(0.0), opset=11)
    add(g, "Clip", x(2, 9), Input((), -1, 0))
    for opset in (7, 11, 13):
        add(g, "Softmax", x(2, 3, 4), opset=opset)
        add(g, "Softmax", x(2, 3, 4), axis=1, opset=opset)
        add(g, "LogSoftmax", x(2, 3, 4), axis=2, opset=opset)
    add(g, "BatchNormalization", x(2, 3, 4, 4), w(3), w(3), w(3), np.abs(w(3)) + 0.1, epsilon=1e-3)
    add(g, "BatchNormalization", x(2, 3), w(3), w(3), w(3), np.abs(w(3)) + 0.1, opset=15)
    add(g, "BatchNormalization", x(2, 3, 5), w(3), w(3), w(3), np.abs(w(3)) + 0.1, opset=7)
    add(g, "InstanceNormalization", x(2, 3, 4, 4), w(3), w(3), tolerance=1e-4)
    add(g, "LayerNormalization", x(2, 3, 4), w(4), w(4), opset=17, tolerance=1e-4)
    add(g, "LayerNormalization", x(2, 3, 4), w(3, 4), axis=1, opset=17, tolerance=1e-4)


def _math():
    g = "math"
    for op in ("Add", "Sub", "Mul", "Div", "Max", "Min"):
        add(g, op, x(2, 3, 4), Input((3, 1), 0.5, 2))
        add(g, op, x(2, 3, 4), Input((3, 1), 0.5, 2), opset=8)
    add(g, "Pow", Input((2, 3), 0.1, 2), x(3))
    add(g, "Pow", x(2, 3), f32(2.0), opset=7)
    add(g, "Pow", x(2, 3), ints(3))
    add(g, "Max", x(2, 3), x(3), x(2, 1))
    add(g, "Sum", x(2, 3), x(3), x(2, 1))
    add(g, "Mean", x(2, 3), x(2, 3), x(2, 3))
    for op in ("Equal", "Less", "Greater"):
        add(g, op, x(2, 9, low=-3, high=3, dtype="int32"), x(9, low=-3, high=3, dtype="int32"))
    for op in ("LessOrEqual", "GreaterOrEqual"):
        add(g, op, x(2, 9), x(9))
    for op in ("And", "Or", "Xor"):
        add(g, op, x(2, 9, dtype="bool"), x(9, dtype="bool"))
    add(g, "Not", x(2, 9, dtype="bool"))
    add(g, "Where", x(2, 9, dtype="bool"), x(9), x(2, 1))
    add(g, "Cast", x(2, 9, low=-9, high=9), to=6)
    add(g, "Cast", x(2, 9, low=-9, high=9), to=7)
    add(g, "Cast", x(2, 9), to=9)
    add(g, "Cast", x(2, 9, dtype="bool"), to=1)
    add(g, "Cast", x(2, 9, low=0, high=256, dtype="uint8"), to=1)
    for opset in (7, 11, 13, 18):
        for op in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
                   "ReduceSumSquare", "ReduceLogSumExp"):
            as_input = opset >= 18 or (op == "ReduceSum" and opset >= 13)
            axes = [ints(1, 2)] if as_input else []
            add(g, op, x(2, 3, 4), *axes, opset=opset, **({} if as_input else {"axes": [1, 2]}))
    add(g, "ReduceMean", x(2, 3, 4), keepdims=0)
    add(g, "ReduceMean", x(2, 3, 4), axes=[-1], keepdims=0)
    add(g, "ReduceSum", x(2, 3), noop_with_empty_axes=1)
    add(g, "ArgMax", x(2, 3, 4))
    add(g, "ArgMax", x(2, 3, 4), axis=-1, keepdims=0)
    add(g, "ArgMin", x(2, 3, 4), axis=1)
    graph(g, "ArgMaxLast", [("Floor", ["x"], ["f"], {}), ("ArgMax", ["f"], ["y"], {"axis": 1, "select_last_index": 1})],
          {"x": Input((2, 9), 0, 3)}, ["y"])


def _moves():
    g = "move"
    add(g, "Reshape", x(2, 3, 4), ints(0, -1))
    add(g, "Reshape", x(2, 3, 4), ints(4, 3, 2), opset=7)
    add(g, "Flatten", x(2, 3, 4), axis=2)
    add(g, "Flatten", x(2, 3, 4), axis=-1)
    add(g, "Flatten", x(2, 3, 4), axis=0)
    add(g, "Squeeze", x(1, 3, 1, 4), axes=[0], opset=7)
    add(g, "Squeeze", x(1, 3, 1, 4), ints(-2))
    add(g, "Squeeze", x(1, 3, 1, 4))
    add(g, "Unsqueeze", x(3, 4), axes=[0, 3], opset=11)
    add(g, "Unsqueeze", x(3, 4), ints(-1, 1))
    add(g, "Transpose", x(2, 3, 4))
    add(g, "Transpose", x(2, 3, 4), perm=[1, 2, 0])
    add(g, "Concat", x(2, 3), x(2, 1), x(2, 2), axis=-1)
    add(g, "Split", x(2, 6), outputs=3, axis=1)
    add(g, "Split", x(2, 6), outputs=2, axis=1, split=[2, 4], opset=11)
    add(g, "Split", x(2, 6), ints(1, 5), outputs=2, axis=-1)
    add(g, "Split", x(2, 7), outputs=3, axis=1, num_outputs=3, opset=18)
    # Parts and slices without elements add nothing to what joins them.
    graph(g, "empty-part", [("Split", ["x", "s"], ["a", "b", "c"], {"axis": 1}), ("Tanh", ["a"], ["t"], {}),
                            ("Concat", ["b", "t", "c"], ["y"], {"axis": 1})],
          {"x": x(2, 6), "s": ints(4, 0, 2)}, ["y"])
    graph(g, "empty-slice", [("Slice", ["x", "four", "four", "one"], ["a"], {}),
                             ("Concat", ["a", "x"], ["y"], {"axis": 1})],
          {"x": x(2, 6), "four": ints(4), "one": ints(1)}, ["y"])
    add(g, "Slice", x(4, 6), starts=[1, -4], ends=[3, 1000], axes=[0, 1], opset=7)
    add(g, "Slice", x(4, 6), ints(1, -4), ints(3, 2**63 - 1))
    add(g, "Slice", x(4, 6), ints(-1), ints(-2**63), ints(1), ints(-2))
    add(g, "Slice", x(4, 6), ints(0, 1), ints(4, 6), ints(-2, -1), ints(2, 3), opset=10)
    add(g, "Pad", x(2, 3), pads=[0, 1, 2, 0], value=1.5, opset=7)
    add(g, "Pad", x(2, 3), ints(0, 1, 2, 0), f32(1.5), opset=11)
    add(g, "Pad", x(2, 5), ints(0, 2, 0, 3), mode="reflect")
    add(g, "Pad", x(2, 5), ints(1, 2, 0, 3), mode="edge")
    add(g, "Pad", x(2, 5), ints(0, -2, 0, 3))
    add(g, "Pad", x(2, 5), ints(1, 2), None, ints(1), opset=18)
    add(g, "Expand", x(3, 1), ints(2, 1, 4))
    add(g, "Tile", x(2, 3), ints(2, 3))
    add(g, "Gather", x(4, 3), ints(3, 0, -1))
    add(g, "Gather", x(2, 4, 3), np.array([[0, 2], [1, 1]], "i8"), axis=1)
    add(g, "Gather", x(2, 4), np.array(2, "i8"), axis=1)
    add(g, "Gather", w(5, 4), x(2, 3, low=0, high=5, dtype="int64"))
    add(g, "DepthToSpace", x(1, 8, 2, 3), blocksize=2)
    add(g, "DepthToSpace", x(1, 8, 2, 3), blocksize=2, mode="CRD")
    add(g, "SpaceToDepth", x(1, 2, 4, 6), blocksize=2)
    add(g, "Dropout", x(2, 3))
    add(g, "Dropout", x(2, 3), opset=7)
    # Optional results that nothing reads.
    graph(g, "dropout-mask", [("Dropout", ["x"], ["y", "mask"], {})], {"x": x(2, 3)}, ["y"])
    graph(g, "pool-indices", [("MaxPool", ["x"], ["y", "indices"], {"kernel_shape": [2, 2]})],
          {"x": x(1, 2, 4, 4)}, ["y"])
    none = np.zeros(0, "f4")
    for mode in ("nearest", "linear"):
        add(g, "Upsample", x(1, 2, 3, 4), mode=mode, scales=[1.0, 1.0, 2.0, 3.0], opset=7)
        add(g, "Upsample", x(1, 2, 3, 4), f32([1, 1, 2, 2]), mode=mode, opset=9)
        add(g, "Resize", x(1, 2, 3, 4), f32([1, 1, 2, 2]), mode=mode, opset=10)
        for coordinates in ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"):
            # ONNX Runtime aligns the corners of lengths that are rounded down, against the specification.
            width = 6 if coordinates == "align_corners" else 5
            add(g, "Resize", x(1, 2, 4, width), none, f32([1, 1, 2, 1.5]), mode=mode,
                coordinate_transformation_mode=coordinates)
            add(g, "Resize", x(1, 2, 4, 6), None, None, ints(1, 2, 7, 3), mode=mode,
                coordinate_transformation_mode=coordinates, opset=18)
    for rounding in ("floor", "ceil", "round_prefer_ceil"):
        add(g, "Resize", x(1, 2, 4, 5), None, f32([1, 1, 2, 2]), nearest_mode=rounding)
    for rounding in ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil"):
        for opset in (11, 12):
            add(g, "Resize", x(1, 2, 4, 5), none, f32([1, 1, 2, 2.5]), nearest_mode=rounding,
                coordinate_transformation_mode="tf_half_pixel_for_nn", opset=opset)
            add(g, "Resize", x(1, 2, 8, 6), none, none, ints(1, 2, 3, 5), nearest_mode=rounding,
                coordinate_transformation_mode="tf_half_pixel_for_nn", opset=opset)
    add(g, "Resize", x(1, 2, 4, 5), None, f32([2, 2]), axes=[2, 3], opset=18)


def _shapes():
    """What exporters compute with shapes."""
    g = "shape"
    graph(g, "flatten", [("Shape", ["x"], ["s"], {}), ("Gather", ["s", "i"], ["n"], {"axis": 0}),
                         ("Unsqueeze", ["n", "z"], ["u"], {}), ("Concat", ["u", "m"], ["t"], {"axis": 0}),
                         ("Reshape", ["x", "t"], ["y"], {})],
          {"x": x(2, 3, 4), "i": np.array(0, "i8"), "z": ints(0), "m": ints(-1)}, ["y"])
    graph(g, "half", [("Shape", ["x"], ["s"], {}), ("Slice", ["s", "a", "b"], ["h"], {}),
                      ("Cast", ["h"], ["f"], {"to": 1}), ("Mul", ["f", "k"], ["m"], {}), ("Floor", ["m"], ["d"], {}),
                      ("Cast", ["d"], ["c"], {"to": 7}), ("Slice", ["x", "zero", "c", "one"], ["y"], {})],
          {"x": x(2, 7), "a": ints(1), "b": ints(2), "k": f32([0.5]), "zero": ints(0), "one": ints(1)}, ["y"])
    graph(g, "fill", [("Shape", ["x"], ["s"], {}), ("ConstantOfShape", ["s"], ["o"], {}),
                      ("Add", ["x", "o"], ["y"], {})], {"x": x(2, 3)}, ["y"])
    graph(g, "range", [("Shape", ["x"], ["s"], {}), ("Gather", ["s", "i"], ["n"], {}),
                       ("Range", ["z", "n", "one"], ["r"], {}), ("Cast", ["r"], ["f"], {"to": 1}),
                       ("Mul", ["x", "f"], ["y"], {})],
          {"x": x(2, 5), "i": np.array(1, "i8"), "z": np.array(0, "i8"), "one": np.array(1, "i8")}, ["y"])
    graph(g, "where", [("Shape", ["x"], ["s"], {}), ("Equal", ["s", "k"], ["e"], {}),
                       ("Where", ["e", "minus", "s"], ["t"], {}), ("Reshape", ["x", "t"], ["y"], {})],
          {"x": x(2, 3, 4), "k": ints(3, 3, 3), "minus": ints(-1)}, ["y"])
    graph(g, "product", [("Shape", ["x"], ["s"], {}), ("ReduceProd", ["s"], ["p"], {"keepdims": 1}),
                         ("Div", ["p", "k"], ["d"], {}), ("Concat", ["d", "k"], ["t"], {"axis": 0}),
                         ("Reshape", ["x", "t"], ["y"], {})],
          {"x": x(2, 3, 4), "k": ints(8)}, ["y"])
    graph(g, "nothing", [("Shape", ["x"], ["s"], {}), ("Slice", ["s", "end", "end"], ["n"], {}),
                         ("ReduceProd", ["n"], ["p"], {"keepdims": 1}), ("Concat", ["s", "n", "p"], ["t"], {"axis": 0}),
                         ("Reshape", ["x", "t"], ["y"], {})], {"x": x(2, 3, 4), "end": ints(3)}, ["y"])
    graph(g, "empty_part", [("ConstantOfShape", ["s"], ["n"], {}), ("Concat", ["n", "x"], ["y"], {"axis": 1})],
          {"x": x(2, 3), "s": ints(2, 0)}, ["y"])
    graph(g, "part", [("Shape", ["x"], ["s"], {"start": 1, "end": -1}), ("Expand", ["k", "s"], ["e"], {}),
                      ("Mul", ["e", "e"], ["y"], {})], {"x": x(2, 3, 4), "k": x(1)}, ["y"], opset=15)


def u8(*shape, low=0, high=256):
    return _rng.integers(low, high, size=shape).astype("u1")


def i8(*shape):
    return _rng.integers(-127, 128, size=shape).astype("i1")


def _quantized():
    """Files that are quantized; results within a step of the output."""
    g = "quantized"
    scalars = {"sx": f32(0.05), "zx": np.array(120, "u1"), "sy": f32(0.1), "zy": np.array(100, "u1")}
    pair = [("QuantizeLinear", ["x", "sx", "zx"], ["q"], {}), ("DequantizeLinear", ["q", "sx", "zx"], ["d"], {})]
    end = [("QuantizeLinear", ["r", "sy", "zy"], ["p"], {}), ("DequantizeLinear", ["p", "sy", "zy"], ["y"], {})]
    graph(g, "pair", pair, {"x": x(2, 9), **scalars}, ["d"], tolerance=0.03)
    conv = {"wq": i8(4, 3, 3, 3), "sw": np.abs(w(4)) * 0.01 + 0.002, "zw": np.zeros(4, "i1"),
            "bq": np.array([100, -50, 30, 7], "i4"), **scalars}
    conv["sb"] = (conv["sw"] * conv["sx"]).astype("f4")
    graph(g, "qdq-conv", pair + [
        ("DequantizeLinear", ["wq", "sw", "zw"], ["w"], {"axis": 0}), ("DequantizeLinear", ["bq", "sb"], ["b"], {"axis": 0}),
        ("Conv", ["d", "w", "b"], ["c"], {"pads": [1, 1, 1, 1]}), ("Relu", ["c"], ["r"], {})] + end,
        {"x": x(1, 3, 6, 6), **conv}, ["y"], tolerance=0.11)
    graph(g, "integers", [
        ("QLinearConv", ["x", "sx", "zx", "wq", "sw", "zw", "sy", "zy", "bq"], ["c"], {}),
        ("MaxPool", ["c"], ["m"], {"kernel_shape": [2, 2]}), ("Reshape", ["m", "t"], ["y"], {})],
        {"x": x(1, 3, 6, 6, low=0, high=256, dtype="uint8"), "t": ints(1, -1), **conv}, ["y"], tolerance=1.01 / 255)
    matmul = {"wq": i8(5, 4), "sw": f32(0.01), "zw": np.array(0, "i1"), **scalars}
    graph(g, "qlinear-matmul", pair[:1] + [
        ("QLinearMatMul", ["q", "sx", "zx", "wq", "sw", "zw", "sy", "zy"], ["p"], {}),
        ("DequantizeLinear", ["p", "sy", "zy"], ["y"], {})], {"x": x(3, 5), **matmul}, ["y"], tolerance=0.11)
    graph(g, "matmul-integer", pair[:1] + [
        ("MatMulInteger", ["q", "wq", "zx"], ["i"], {}), ("Cast", ["i"], ["f"], {"to": 1}),
        ("Mul", ["f", "sw"], ["y"], {})], {"x": x(3, 5), **matmul}, ["y"], tolerance=0.05)
    graph(g, "conv-integer", [("ConvInteger", ["x", "wq", "zx"], ["i"], {"pads": [1, 1, 1, 1]}), ("Cast", ["i"], ["y"], {"to": 1})],
          {"x": x(1, 3, 5, 5, low=0, high=256, dtype="uint8"), "wq": i8(2, 3, 3, 3), "zx": np.array(7, "u1")}, ["y"])
    graph(g, "dynamic", [
        ("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], {}), ("MatMulInteger", ["q", "wq", "z"], ["i"], {}),
        ("Cast", ["i"], ["f"], {"to": 1}), ("Mul", ["s", "sw"], ["k"], {}), ("Mul", ["f", "k"], ["y"], {})],
        {"x": x(3, 5), "wq": i8(5, 4), "sw": f32(0.01)}, ["y"], tolerance=0.05)
    graph(g, "dynamic-pair", [
        ("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], {}), ("DequantizeLinear", ["q", "s", "z"], ["y"], {})],
        {"x": x(3, 5)}, ["y"], tolerance=0.02)
    two = {"x": x(2, 9), "x2": x(2, 9), "s2": f32(0.04), "z2": np.array(128, "u1"), **scalars}
    both = pair[:1] + [("QuantizeLinear", ["x2", "s2", "z2"], ["q2"], {})]
    for op in ("QLinearAdd", "QLinearMul"):
        graph(g, op, both + [(op, ["q", "sx", "zx", "q2", "s2", "z2", "sy", "zy"], ["p"], {"domain": "com.microsoft"}),
                             ("DequantizeLinear", ["p", "sy", "zy"], ["y"], {})], two, ["y"], tolerance=0.11)
    graph(g, "QLinearConcat", both + [
        ("QLinearConcat", ["sy", "zy", "q", "sx", "zx", "q2", "s2", "z2"], ["p"], {"domain": "com.microsoft", "axis": 1}),
        ("DequantizeLinear", ["p", "sy", "zy"], ["y"], {})], two, ["y"], tolerance=0.11)
    for op in ("QLinearSigmoid", "QLinearLeakyRelu"):
        graph(g, op, pair[:1] + [(op, ["q", "sx", "zx", "s1", "z1"], ["p"], {"domain": "com.microsoft"}),
                                 ("DequantizeLinear", ["p", "s1", "z1"], ["y"], {})],
              {"x": x(2, 9), "s1": f32(1 / 64), "z1": np.array(64, "u1"), **scalars}, ["y"], tolerance=0.02)
    for op, attrs in (("QLinearAveragePool", {"kernel_shape": [2, 2]}), ("QLinearGlobalAveragePool", {"channels_last": 0})):
        graph(g, op, pair[:1] + [(op, ["q", "sx", "zx", "sy", "zy"], ["p"], {"domain": "com.microsoft", **attrs}),
                                 ("DequantizeLinear", ["p", "sy", "zy"], ["y"], {})],
              {"x": x(1, 3, 4, 4), **scalars}, ["y"], tolerance=0.11)
    # The integers and the scale of the running network, where something else than a product reads them.
    made = ("DynamicQuantizeLinear", ["x"], ["y", "s", "z"], {})
    halves = [0, 2, -3, -2.5, 1.34, 0.5, -1.5, 1.27, -0.63]
    graph(g, "dynamic-outputs", [("Mul", ["a", "h"], ["x"], {}), made], {"a": Input((1,), 1, 1), "h": f32(halves)},
          ["y", "s", "z"], tolerance=1e-7)
    graph(g, "dynamic-zeros", [("Mul", ["a", "h"], ["x"], {}), made], {"a": x(3), "h": f32(0)}, ["y", "s", "z"], tolerance=0)
    graph(g, "dynamic-move", [made, ("Clip", ["y", "lo", "hi"], ["c"], {}), ("Reshape", ["c", "t"], ["r"], {}),
                              ("DequantizeLinear", ["r", "s", "z"], ["d"], {})],
          {"x": x(4, 6), "lo": np.array(50, "u1"), "hi": np.array(200, "u1"), "t": ints(-1)}, ["d", "y"], tolerance=1e-6)
    # Weights so small that no implementation saturates sums of two products.
    few = _rng.integers(-60, 61, (6, 5)).astype("i1")
    graph(g, "dynamic-products", [
        made, ("MatMulInteger", ["y", "w", "z", "zw"], ["i"], {}), ("Cast", ["i"], ["f"], {"to": 1}),
        ("MatMulInteger", ["y", "w"], ["j"], {})],
        {"x": x(4, 6), "w": few, "zw": np.array(3, "i1")}, ["i", "f", "j"], tolerance=1e-6)
    graph(g, "dynamic-pair", [
        made, ("DynamicQuantizeLinear", ["x2"], ["y2", "s2", "z2"], {}),
        ("MatMulInteger", ["y", "y2", "z", "z2"], ["i"], {}), ("Cast", ["i"], ["f"], {"to": 1}),
        ("Mul", ["s", "s2"], ["ss"], {}), ("Mul", ["f", "ss"], ["r"], {})],
        {"x": x(4, 6), "x2": x(6, 3)}, ["r"], tolerance=1e-5)
    order = pair[:1] + [("ArgMax", ["q"], ["i"], {"axis": 1}), ("ReduceMin", ["q"], ["m"], {"axes": [0]}),
                        ("Where", ["c", "q", "zx"], ["s"], {})]
    graph(g, "order", order, {"x": x(3, 9), "c": x(3, 9, dtype="bool"), **scalars}, ["i", "m", "s"], tolerance=0)
    graph(g, "nearest", pair[:1] + [("Resize", ["q", "", "f"], ["y"], {})],
          {"x": x(1, 2, 3, 4), "f": f32([1, 1, 2, 2]), **scalars}, ["y"], tolerance=0)
    graph(g, "axis", [("DequantizeLinear", ["q", "s", "z"], ["w"], {"axis": 1}), ("Mul", ["x", "w"], ["y"], {})],
          {"x": x(2, 3), "q": u8(2, 3), "s": f32([0.1, 0.2, 0.3]), "z": np.array([1, 128, 255], "u1")}, ["y"])
    graph(g, "weights", [("QuantizeLinear", ["w", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["d"], {}),
                         ("Mul", ["x", "d"], ["y"], {})],
          {"x": x(2, 3), "w": w(2, 3), "s": f32(0.1), "z": np.array(3, "i1")}, ["y"])


_convolutions()
_pools()
_activations()
_math()
_moves()
_shapes()
_quantized()
