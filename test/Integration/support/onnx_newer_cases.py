"""More models of one operation for compare_onnxruntime.py: what newer operator sets changed,
windows over volumes, remainders, and cubic resizing."""
import dataclasses

import numpy as np
from onnx import TensorProto, helper

from onnx_cases import GROUPS, Input, add, f32, graph, ints, w, x

# Elements of 4 bits, two in a byte; numpy has no such types.
UINT4, INT4 = 21, 22


def nibbles(values, kind, shape=None):
    flat = np.asarray(values).ravel().astype("i1").view("u1") & 15
    flat = np.append(flat, np.zeros(flat.size % 2, "u1"))
    return TensorProto(data_type=kind, dims=np.shape(values) if shape is None else shape,
                       raw_data=(flat[::2] | flat[1::2] << 4).tobytes())


def _is_valid(case, opset):
    """Whether the operations mean the same there and are spelled the same."""
    for node in case.nodes:
        attributes = {attribute.name for attribute in node.attribute}
        if node.op_type == "Upsample" or (node.op_type.startswith("Reduce") and "axes" in attributes):
            return False
        if node.op_type == "Split" and len(node.input) < 2 and "num_outputs" not in attributes:
            return False
        if node.domain or (node.op_type == "Resize" and case.opset < 18 and opset >= 18 and len(node.input) < 3):
            return False
    return 13 <= case.opset < opset


def _all_again():
    """Every case once more at newer operator sets (20, 22, 24 and 25 changed little)."""
    for opset in (19, 21, 23, 26):
        for group in ("conv", "pool", "activation", "math", "move", "shape", "quantized"):
            GROUPS[f"{group}-{opset}"] = [dataclasses.replace(case, opset=opset) for case in GROUPS[group]
                                          if _is_valid(case, opset)]


def _pools():
    g = "newer"
    for opset in (19, 21):
        add(g, "AveragePool", x(1, 3, 9, 8), kernel_shape=[3, 2], dilations=[2, 3], opset=opset)
        add(g, "AveragePool", x(1, 3, 9, 8), kernel_shape=[3, 2], dilations=[2, 3], strides=[2, 1], pads=[2, 1, 1, 0],
            opset=opset)
        add(g, "AveragePool", x(1, 3, 9, 8), kernel_shape=[3, 2], dilations=[2, 3], pads=[2, 1, 1, 0],
            count_include_pad=1, opset=opset)
        add(g, "AveragePool", x(1, 3, 9), kernel_shape=[3], dilations=[2], pads=[1, 2], opset=opset)
        add(g, "AveragePool", x(1, 3, 6, 6), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, opset=opset)
        add(g, "AveragePool", x(1, 3, 7, 7), kernel_shape=[3, 3], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1,
            count_include_pad=1, opset=opset)


def _moves():
    g = "newer"
    for opset in (18, 19, 21):
        add(g, "Pad", x(2, 5, 4), ints(1, 2), None, ints(-1), opset=opset)
        add(g, "Pad", x(2, 5, 4), ints(1, 0, 2, 1), f32(0.5), ints(2, 0), opset=opset)
    for opset in (19, 21):
        add(g, "Pad", x(2, 5), ints(0, 2, 0, 3), mode="wrap", opset=opset)
        add(g, "Pad", x(2, 5), ints(1, -2, 2, 3), mode="wrap", opset=opset)
    for opset in (19, 21):
        for policy in ("not_larger", "not_smaller", "stretch"):
            for mode in ("nearest", "linear"):
                add(g, "Resize", x(1, 2, 4, 6), None, None, ints(7, 9), axes=[2, 3], mode=mode,
                    keep_aspect_ratio_policy=policy, opset=opset)
                add(g, "Resize", x(1, 2, 9, 6), None, None, ints(5, 4), axes=[2, 3], mode=mode,
                    keep_aspect_ratio_policy=policy, opset=opset)
        add(g, "Resize", x(1, 2, 4, 5), None, f32([1, 1, 2, 1.7]), mode="linear",
            coordinate_transformation_mode="half_pixel_symmetric", opset=opset)
        add(g, "Resize", x(1, 2, 4, 5), None, None, ints(1, 2, 7, 9), mode="linear",
            coordinate_transformation_mode="half_pixel_symmetric", opset=opset)
    for opset in (15, 19, 21):
        add(g, "CastLike", x(2, 9, low=-9, high=9), x(1, low=0, high=3, dtype="int32"), opset=opset)
        add(g, "CastLike", x(2, 9, low=-9, high=9, dtype="int32"), x(1), opset=opset)
    for opset in (20, 21):
        graph(g, f"ConstantOfShape{opset}", [("Shape", ["x"], ["s"], {}), ("ConstantOfShape", ["s"], ["o"], {
            "value": helper.make_tensor("v", TensorProto.FLOAT, [1], [2.5])}), ("Add", ["x", "o"], ["y"], {})],
            {"x": x(2, 3)}, ["y"], opset=opset)
    for opset in (18, 21):
        scale = w(6) if opset == 21 else w(3)
        bias = w(6) if opset == 21 else w(3)
        add(g, "GroupNormalization", x(2, 6, 4, 5), scale, bias, num_groups=3, opset=opset, tolerance=1e-4)
        add(g, "GroupNormalization", x(2, 6, 5), scale, bias, num_groups=3, epsilon=1e-2, opset=opset, tolerance=1e-4)


def _indices():
    """Elements by index, constant and not, repeated and not, counted from both ends."""
    g = "index"
    rng = np.random.default_rng(11)

    def known(shape, low, high):
        return rng.integers(low, high, size=shape).astype("i8")

    def unique(count, size):
        return rng.permutation(size)[:count].astype("i8")

    def run_time(shape, low, high):
        return x(*shape, low=low, high=high, dtype="int64")

    for make in (known, run_time):
        add(g, "GatherND", x(3, 4, 5), make((2, 2, 2), -3, 3))
        add(g, "GatherND", x(3, 4, 5), make((6, 3), 0, 3))
        add(g, "GatherND", x(3, 4, 5), make((2, 1), -3, 3), opset=11)
        add(g, "GatherND", x(3, 4, 5), make((3, 2, 1), -4, 4), batch_dims=1)
        add(g, "GatherND", x(2, 3, 4, 5, 2), make((2, 3, 6, 2), -4, 4), batch_dims=2)
        add(g, "GatherND", x(3, 4, low=0, high=9, dtype="int32"), make((5, 2), 0, 3))
        add(g, "GatherND", x(3, 4, low=0, high=256, dtype="uint8"), make((5, 1), 0, 3))
        for axis in (0, 1, -1):
            add(g, "GatherElements", x(3, 4, 5), make((3, 4, 5), -3, 3), axis=axis)
            add(g, "GatherElements", x(3, 4, 5), make((2, 3, 2), 0, 3), axis=axis)
        add(g, "GatherElements", x(3, 4, low=0, high=9, dtype="int32"), make((7, 4), 0, 3), opset=11)
        add(g, "GatherElements", x(5), make((9,), -5, 5))
        for reduction in ("add", "mul", "min", "max"):
            for shape, high in (((6, 1), 4), ((5, 2), 3), ((2, 2, 1), 3), ((30, 1), 4)):
                updates = shape[:-1] + (4, 3, 2)[shape[-1]:]
                add(g, "ScatterND", x(4, 3, 2), make(shape, -high, high), x(*updates), reduction=reduction, opset=18,
                    tolerance=1e-4)
            for axis in (0, 1, 2):
                add(g, "ScatterElements", x(4, 3, 2), make((4, 3, 2), -2, 2), x(4, 3, 2), axis=axis,
                    reduction=reduction, opset=18)
                add(g, "ScatterElements", x(4, 3, 2), make((3, 2, 1), 0, 2), x(3, 2, 1), axis=axis,
                    reduction=reduction, opset=18)
    for reduction in ("add", "min", "max"):
        for indices in (known((9, 1), -4, 4), run_time((9, 1), -4, 4)):
            add(g, "ScatterND", x(4, 3, low=-9, high=9, dtype="int32"), indices,
                x(9, 3, low=-9, high=9, dtype="int32"), reduction=reduction, opset=18)
    # Replaced elements have one update each.
    add(g, "ScatterND", x(8, 3), unique(5, 8)[:, None], x(5, 3))
    add(g, "ScatterND", x(8, 3), unique(5, 8)[:, None] - 8, x(5, 3), opset=11)
    add(g, "ScatterND", x(2, 3, 4), np.array([[[0, 1], [1, 2]]], "i8"), x(1, 2, 4))
    add(g, "ScatterND", x(4, 3), run_time((1, 1), -4, 4), x(1, 3))
    add(g, "ScatterND", x(8, 3, low=0, high=256, dtype="uint8"), unique(5, 8)[:, None],
        x(5, 3, low=0, high=256, dtype="uint8"))
    add(g, "ScatterElements", x(2, 7), np.stack([unique(4, 7), unique(4, 7) - 7]), x(2, 4), axis=1)
    add(g, "ScatterElements", x(2, 7), unique(4, 7)[None], x(1, 4), axis=1)
    add(g, "ScatterElements", x(3, 4, 2), run_time((1, 3, 2), -3, 3), x(1, 3, 2), axis=0)
    add(g, "Scatter", x(2, 7), unique(4, 7)[None], x(1, 4), axis=1, opset=9)
    # The same network with indices that a Sort would have made: positions of another TopK.
    graph(g, "scatter-topk", [("TopK", ["x", "k"], ["v", "i"], {"axis": 1}), ("Neg", ["v"], ["n"], {}),
                              ("ScatterElements", ["x", "i", "n"], ["y"], {"axis": 1})],
          {"x": x(3, 9), "k": ints(4)}, ["y"])


def _sorts():
    """The few passes of small k, the ranks of large k, and ties in both."""
    g = "sort"
    for opset in (10, 11, 21):
        for k in (1, 3, 9):
            add(g, "TopK", x(2, 9), ints(k), outputs=2, opset=opset)
    add(g, "TopK", x(2, 9), k=3, outputs=2, opset=9)
    for axis in (0, 1, -2):
        for largest in (0, 1):
            add(g, "TopK", x(20, 18, 2), ints(4), outputs=2, axis=axis, largest=largest)
            add(g, "TopK", x(20, 18, 2), ints(18), outputs=2, axis=axis, largest=largest)
    for k in (5, 8, 9, 40):
        for largest in (0, 1):
            add(g, "TopK", x(3, 40, low=0, high=4, dtype="int32"), ints(k), outputs=2, largest=largest)
            graph(g, f"ties{k}-{largest}", [("Floor", ["x"], ["f"], {}), ("TopK", ["f", "k"], ["y", "i"], {
                "largest": largest})], {"x": x(3, 40), "k": ints(k)}, ["y", "i"])
    # The logarithm of 0: rows of nothing but infinities, and of some.
    for k in (2, 9):
        for largest in (0, 1):
            for high in (1, 2):
                graph(g, f"infinities{k}-{largest}-{high}", [
                    ("Floor", ["x"], ["f"], {}), ("Log", ["f"], ["l"], {}),
                    ("TopK", ["l", "k"], ["y", "i"], {"largest": largest})], {"x": x(3, 9, low=0, high=high), "k": ints(k)}, ["y", "i"])
    # Sums of exponentials of nothing but minus infinity, and of infinity beside finite numbers.
    for sign, high in (("Identity", 1), ("Identity", 2), ("Neg", 1), ("Neg", 2)):
        graph(g, f"log-sum-exp-{sign}-{high}", [
            ("Floor", ["x"], ["f"], {}), ("Log", ["f"], ["l"], {}), (sign, ["l"], ["s"], {}),
            ("ReduceLogSumExp", ["s", "a"], ["y"], {})], {"x": x(9, 3, low=0, high=high), "a": ints(1)}, ["y"], opset=18)
    add(g, "TopK", x(1, 5000), ints(20), outputs=2)
    add(g, "TopK", x(2, 12, low=0, high=256, dtype="uint8"), ints(5), outputs=2, tolerance=1.01 / 255)


def _integers():
    g = "newer"
    rng = np.random.default_rng(5)
    for opset in (19, 21):
        # The type of the result where no zero point gives it: uint8, or an attribute says so.
        pair = [("QuantizeLinear", ["x", "s"], ["q"], {}), ("DequantizeLinear", ["q", "s"], ["y"], {})]
        graph(g, f"no-zero-point{opset}", pair, {"x": x(2, 9), "s": f32(0.05)}, ["y"], opset=opset, tolerance=0.03)
    graph(g, "output-dtype", [("QuantizeLinear", ["x", "s"], ["q"], {"output_dtype": TensorProto.INT8}),
                              ("DequantizeLinear", ["q", "s"], ["y"], {})],
          {"x": x(2, 9), "s": f32(0.01)}, ["y"], opset=21, tolerance=0.006)
    for name, dtype, zero in (("int16", "i2", -20), ("uint16", "u2", 32000)):
        graph(g, name, [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["d"], {}),
                        ("Conv", ["d", "w"], ["y"], {})],
              {"x": x(1, 3, 5, 5), "s": f32(1e-4), "z": np.array(zero, dtype), "w": w(2, 3, 3, 3)}, ["y"], opset=21,
              tolerance=1e-4)
        graph(g, f"{name}-weights", [("DequantizeLinear", ["w", "s", "z"], ["d"], {"axis": 0}),
                                     ("MatMul", ["x", "d"], ["y"], {})],
              {"x": x(3, 4), "w": rng.integers(0, 30000, (4, 5)).astype(dtype), "s": f32([1e-4, 2e-4, 1e-4, 3e-4]),
               "z": np.full(4, max(zero, 0), dtype)}, ["y"], opset=21)
    for kind, name, low in ((INT4, "int4", -8), (UINT4, "uint4", 0)):
        values = rng.integers(low, low + 16, (5, 3))
        zeros = rng.integers(low, low + 16, 3)
        graph(g, f"{name}-tensor", [("DequantizeLinear", ["w", "s", "z"], ["d"], {}), ("MatMul", ["x", "d"], ["y"], {})],
              {"x": x(2, 5), "w": nibbles(values, kind), "s": f32(0.25), "z": nibbles(np.array(low + 8), kind)}, ["y"],
              opset=21)
        graph(g, f"{name}-axis", [("DequantizeLinear", ["w", "s", "z"], ["d"], {"axis": 1}),
                                  ("MatMul", ["x", "d"], ["y"], {})],
              {"x": x(2, 5), "w": nibbles(values, kind), "s": f32([0.25, 0.5, 0.1]), "z": nibbles(zeros, kind)}, ["y"],
              opset=21)
        graph(g, f"{name}-cast", [("Cast", ["w"], ["c"], {"to": 1}), ("Add", ["x", "c"], ["y"], {})],
              {"x": x(5, 3), "w": nibbles(values, kind)}, ["y"], opset=21)
        blocks = rng.integers(low, low + 16, (6, 4))
        graph(g, f"{name}-blocks", [("DequantizeLinear", ["w", "s", "z"], ["d"], {"axis": 0, "block_size": 2}),
                                    ("MatMul", ["x", "d"], ["y"], {})],
              {"x": x(2, 6), "w": nibbles(blocks, kind), "s": np.abs(w(3, 4)) * 0.1 + 0.01,
               "z": nibbles(rng.integers(low, low + 16, (3, 4)), kind)}, ["y"], opset=21)
    graph(g, "uneven-blocks", [("DequantizeLinear", ["w", "s"], ["d"], {"axis": 1, "block_size": 3}),
                               ("MatMul", ["x", "d"], ["y"], {})],
          {"x": x(2, 4), "w": rng.integers(-127, 128, (4, 7)).astype("i1"), "s": np.abs(w(4, 3)) * 0.1 + 0.01}, ["y"],
          opset=21)
    graph(g, "quantized-constant", [
        ("QuantizeLinear", ["w", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["d"], {}),
        ("Add", ["x", "d"], ["y"], {})],
        {"x": x(3, 3), "w": w(3, 3) * 9, "s": f32(0.5), "z": nibbles(np.array(1), INT4)}, ["y"], opset=21)


def _volumes():
    g = "volume"
    add(g, "Conv", x(1, 3, 5, 6, 7), w(4, 3, 3, 2, 3), w(4), pads=[1, 0, 1, 1, 1, 0])
    add(g, "Conv", x(2, 2, 7, 6, 5), w(3, 2, 3, 3, 1), strides=[2, 1, 2], dilations=[2, 1, 3])
    add(g, "Conv", x(1, 4, 5, 5, 5), w(6, 2, 2, 3, 3), w(6), group=2, auto_pad="SAME_UPPER", strides=[2, 2, 1])
    add(g, "Conv", x(1, 3, 4, 5, 5), w(6, 1, 3, 3, 3), w(6), group=3, auto_pad="SAME_LOWER")
    add(g, "Conv", x(1, 3, 4, 5, 5), w(2, 3, 1, 1, 1), auto_pad="VALID")
    for op in ("MaxPool", "AveragePool"):
        add(g, op, x(2, 3, 6, 7, 5), kernel_shape=[2, 3, 2])
        add(g, op, x(1, 3, 6, 7, 5), kernel_shape=[3, 2, 3], strides=[2, 1, 2], pads=[1, 0, 1, 2, 1, 0])
        add(g, op, x(1, 2, 6, 7, 6), kernel_shape=[3, 3, 2], strides=[2, 3, 2], ceil_mode=1)
        add(g, op, x(1, 2, 5, 7, 6), kernel_shape=[3, 3, 2], strides=[2, 2, 2], auto_pad="SAME_UPPER")
        add(g, op, x(1, 2, 9, 7, 6), kernel_shape=[3, 2, 2], dilations=[2, 3, 1], pads=[1, 1, 0, 2, 0, 1], opset=19)
    add(g, "AveragePool", x(1, 3, 6, 7, 5), kernel_shape=[3, 2, 3], strides=[2, 1, 2], pads=[1, 0, 1, 2, 1, 0],
        count_include_pad=1)
    add(g, "AveragePool", x(1, 2, 9, 7, 6), kernel_shape=[3, 2, 2], dilations=[2, 3, 1], pads=[1, 1, 0, 2, 0, 1],
        count_include_pad=1, opset=19)
    add(g, "GlobalAveragePool", x(2, 3, 3, 4, 5))
    add(g, "GlobalMaxPool", x(2, 3, 3, 4, 5))
    add(g, "BatchNormalization", x(1, 3, 2, 3, 4), w(3), w(3), w(3), np.abs(w(3)) + 0.1)
    graph(g, "network", [
        ("Conv", ["x", "w", "b"], ["c"], {"pads": [1] * 6}), ("Relu", ["c"], ["r"], {}),
        ("MaxPool", ["r"], ["m"], {"kernel_shape": [2, 2, 2], "strides": [2, 2, 2]}),
        ("Conv", ["m", "w2"], ["d"], {}), ("GlobalAveragePool", ["d"], ["a"], {}), ("Flatten", ["a"], ["f"], {}),
        ("Softmax", ["f"], ["y"], {})],
        {"x": x(1, 2, 6, 6, 6), "w": w(4, 2, 3, 3, 3), "b": w(4), "w2": w(3, 4, 2, 2, 2)}, ["y"])
    scalars = {"sx": f32(0.05), "zx": np.array(120, "u1"), "sy": f32(0.3), "zy": np.array(100, "u1"),
               "sw": f32(0.01), "zw": np.array(0, "i1")}
    graph(g, "quantized", [
        ("QLinearConv", ["x", "sx", "zx", "w", "sw", "zw", "sy", "zy"], ["c"], {"pads": [1] * 6}),
        ("MaxPool", ["c"], ["y"], {"kernel_shape": [2, 2, 2]})],
        {"x": x(1, 3, 4, 4, 4, low=0, high=256, dtype="uint8"),
         "w": np.random.default_rng(4).integers(-127, 128, (2, 3, 3, 3, 3)).astype("i1"), **scalars}, ["y"],
        tolerance=1.01 / 255)


def _remainders():
    g = "remainder"
    wide = Input((40, 50), -9, 9)
    add(g, "Mod", wide, Input((50,), 0.1, 2), fmod=1, tolerance=0)
    add(g, "Mod", wide, Input((50,), -2, -0.1), fmod=1, tolerance=0)
    # Multiples that are none, or only just, in float32.
    tenths = np.arange(-60, 60).astype("f4") * np.float32(0.1)
    add(g, "Mod", Input((1,), 1, 1), tenths, fmod=1, tolerance=0)
    graph(g, "tenths", [("Add", ["x", "t"], ["a"], {}), ("Mod", ["a", "d"], ["y"], {"fmod": 1})],
          {"x": Input((4, 1), 0, 1e-6), "t": tenths, "d": f32(0.1)}, ["y"], tolerance=0)
    graph(g, "products", [("Floor", ["x"], ["f"], {}), ("Mul", ["f", "d"], ["a"], {}),
                          ("Mod", ["a", "d"], ["y"], {"fmod": 1})],
          {"x": Input((99, 9), -4000, 4000), "d": f32([0.1, 0.3, 0.7, 1.1, 3.3, 1 / 3, 7, 49, 1e-3])}, ["y"],
          tolerance=0)
    for fmod in (0, 1):
        for opset in (10, 13):
            add(g, "Mod", x(9, 9, low=-20, high=20, dtype="int32"), np.array([3, -3, 1, -1, 7, -7, 20, -20, 5], "i4"),
                fmod=fmod, opset=opset)
        add(g, "Mod", x(9, 9, low=-20, high=20, dtype="int64"), ints(3, -3, 1, -1, 7, -7, 20, -20, 5), fmod=fmod)
        graph(g, f"constants{fmod}", [("Mod", ["a", "b"], ["m"], {"fmod": fmod}), ("Add", ["x", "m"], ["y"], {})],
              {"x": x(8, low=0, high=9, dtype="int32"), "a": np.array([7, -7, 7, -7, 6, -6, 0, 5], "i4"),
               "b": np.array([3, 3, -3, -3, 3, -3, 5, -1], "i4")}, ["y"])
    graph(g, "real-constants", [("Mod", ["a", "b"], ["m"], {"fmod": 1}), ("Add", ["x", "m"], ["y"], {})],
          {"x": x(4), "a": f32([7.5, -7.5, 7.5, -7.5]), "b": f32([2, 2, -2, -2])}, ["y"])


def _cubic():
    g = "cubic"
    for coordinates in ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"):
        mode = {"mode": "cubic", "coordinate_transformation_mode": coordinates}
        # ONNX Runtime aligns the corners of lengths that are rounded down, against the specification.
        aligned = coordinates == "align_corners"
        width = 6 if aligned else 5
        for outside in (0, 1):
            add(g, "Resize", x(1, 1, 4, width), None, f32([1, 1, 2, 1.5]), exclude_outside=outside, **mode)
            add(g, "Resize", x(1, 1, 9, 6), None, None, ints(1, 1, 5, 4), exclude_outside=outside, **mode)
        add(g, "Resize", x(2, 3, 4, 6), None, None, ints(2, 3, 7, 13), opset=18, **mode)
        add(g, "Resize", x(1, 2, 4, 5), np.zeros(0, "f4"), f32([1, 1, 1.5 if aligned else 1.7, 0.6]), opset=11, **mode)
        add(g, "Resize", x(1, 2, 4, width), None, f32([1, 1, 1, 2.5 if aligned else 2.3]), cubic_coeff_a=-0.5, **mode)
    add(g, "Resize", x(1, 2, 1, 1), None, None, ints(1, 2, 3, 4), mode="cubic")
    add(g, "Resize", x(1, 2, 5, 4), None, None, ints(1, 2, 1, 1), mode="cubic",
        coordinate_transformation_mode="pytorch_half_pixel")
    for opset in (19, 21):
        add(g, "Resize", x(1, 2, 4, 5), None, f32([1, 1, 2, 1.7]), mode="cubic",
            coordinate_transformation_mode="half_pixel_symmetric", opset=opset)
        add(g, "Resize", x(1, 2, 4, 6), None, None, ints(7, 9), axes=[2, 3], mode="cubic",
            keep_aspect_ratio_policy="not_larger", opset=opset)


_all_again()
_remainders()
_cubic()
_volumes()
_pools()
_moves()
_integers()
_indices()
_sorts()
