#!/usr/bin/env python3
"""Operations of ONNX on operands at the edge of what they are defined for, against numpy.

usage: check_edges.py QUANTC WORKDIR

Rules N51, N53, N54 and N55 of docs/Numerics.md, as they are seen through the importer: negative
indices count from the end, constants are computed like values of the run, and a row of attention
that is masked as a whole is found by its maximum.
"""
import pathlib
import subprocess
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

INF = np.float32(np.inf)
NAN = np.float32(np.nan)
LOWEST = np.iinfo(np.int32).min
TYPES = {np.dtype("f4"): TensorProto.FLOAT, np.dtype("i4"): TensorProto.INT32}


def f32(*values):
    return np.array(values, np.float32)


def i32(*values):
    return np.array(values, np.int32)


class Check:
    def __init__(self, quantc, workdir):
        self.quantc, self.workdir, self.failures, self.count = quantc, workdir, 0, 0
        workdir.mkdir(parents=True, exist_ok=True)

    def __call__(self, name, nodes, inputs, expected, constants=(), opset=18, options=("--form=float",)):
        """`inputs` are the values of one run, `constants` are in the file; the result is called y."""
        arguments = [helper.make_tensor_value_info(key, TYPES[value.dtype], value.shape) for key, value in inputs.items()]
        result = helper.make_tensor_value_info("y", TYPES[expected.dtype], expected.shape)
        initializers = [numpy_helper.from_array(value, key) for key, value in dict(constants).items()]
        graph = helper.make_graph(nodes, "edges", arguments, [result], initializers)
        model = self.workdir / "model.onnx"
        proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        model.write_bytes(proto.SerializeToString())
        np.savez(self.workdir / "in.npz", **{key: value[None] for key, value in inputs.items()})
        run = subprocess.run([self.quantc, "run", model, self.workdir / "in.npz", *options, "-o", self.workdir / "out.npz"],
                             capture_output=True, text=True)
        self.count += 1
        if run.returncode or "warning" in run.stderr:
            self.failures += 1
            print(f"FAILED {name}: exit code {run.returncode}\n{run.stderr[:500]}")
            return
        found = np.load(self.workdir / "out.npz")["y"].reshape(expected.shape)
        if found.dtype != expected.dtype or not np.array_equal(found, expected, equal_nan=expected.dtype.kind == "f"):
            self.failures += 1
            print(f"FAILED {name}: {found.tolist()} instead of {expected.tolist()}")


def node(op, inputs, outputs=("y",), **attributes):
    return helper.make_node(op, inputs, list(outputs), **attributes)


def max_pool(x, kernel, dilation, padding):
    """Along the last dimension of x; the lowest finite number where a window sees nothing but padding."""
    size, first = x.shape[-1], -padding
    windows = [[begin + k * dilation for k in range(kernel) if 0 <= begin + k * dilation < size]
               for begin in range(first, size + padding - (kernel - 1) * dilation)]
    lowest = np.full(x.shape[:-1], np.finfo(np.float32).min)
    return np.stack([x[..., seen].max(-1) if seen else lowest for seen in windows], -1).astype("f4")


def check_dilated(check):
    """Padding does not take part: the maximum of -inf is -inf."""
    for size, kernel, dilation, padding in ((9, 3, 2, 3), (7, 3, 3, 3), (3, 3, 4, 4), (1, 3, 2, 2), (2, 2, 3, 1), (2, 2, 4, 3)):
        x = np.stack([np.full(size, -INF), np.where(np.arange(size) % 3, -INF, 1), -np.arange(size)]).astype("f4")[None]
        pool = [node("MaxPool", ["x"], kernel_shape=[kernel], dilations=[dilation], pads=[padding, padding])]
        name = f"MaxPool of {size} elements, {kernel} with dilation {dilation}"
        check(name, pool, {"x": x}, max_pool(x, kernel, dilation, padding))
        if size == 3:
            # Whole numbers up to 127 are exact in 8 bits: what is added is not seen by calibration.
            x = f32(-128, 5, 127).reshape(1, 1, 3)
            check(f"{name}, calibrated", pool, {"x": x}, max_pool(x, kernel, dilation, padding),
                  options=("--calibrate", check.workdir / "in.npz"))


def check_top(check):
    """Of equal infinities, the first ones; two of nine by passes, all by ranks."""
    x = np.stack([np.full(9, -INF), np.where(np.arange(9) == 4, 1, -INF), np.full(9, INF)]).astype("f4")
    for k in (2, 9):
        for largest in (0, 1):
            order = np.argsort(-x if largest else x, 1, kind="stable")[:, :k].astype("i4")
            top, constants = node("TopK", ["x", "k"], ["v", "i"], largest=largest), {"k": np.array([k], "i8")}
            check(f"TopK of {k}, values", [top, node("Identity", ["v"])], {"x": x}, np.take_along_axis(x, order, 1), constants)
            check(f"TopK of {k}, indices", [top, node("Cast", ["i"], to=TensorProto.INT32)], {"x": x}, order, constants)


def main():
    check = Check(sys.argv[1], pathlib.Path(sys.argv[2]))
    table = np.arange(12, dtype="f4").reshape(4, 3)
    check("Gather of indices of the run", [node("Gather", ["t", "i"])], {"i": i32(0, 3, -1, -4, 4, -5, 1000000, LOWEST)},
          table[[0, 3, 3, 0, 3, 0, 3, 0]], {"t": table})

    quotients = {"a": i32(5, LOWEST, -7, 7, 0), "b": i32(0, -1, 2, -2, 0)}
    check("Div", [node("Div", ["a", "b"])], quotients, i32(0, LOWEST, -3, -3, 0))
    check("Mod", [node("Mod", ["a", "b"])], quotients, i32(5, 0, 1, -1, 0))
    check("Mod with the sign of the dividend", [node("Mod", ["a", "b"], fmod=1)], quotients, i32(5, 0, -1, 1, 0))

    reals = f32(np.nan, np.inf, -np.inf, 3e9, -3e9, 2.0, -0.5)
    integers = i32(0, 2**31 - 1, LOWEST, 2**31 - 1, LOWEST, 2, 0)
    check("Cast", [node("Cast", ["x"], to=TensorProto.INT32)], {"x": reals}, integers)
    # The constant is computed when the file is read.
    check("Cast of a constant", [node("Cast", ["c"], ["k"], to=TensorProto.INT32), node("Add", ["k", "x"])],
          {"x": i32(*[0] * 7)}, integers, {"c": reals})

    x = np.stack([f32(-INF, -INF, -INF), f32(INF, INF, INF), f32(-INF, 1, INF), f32(NAN, -INF, 1)])
    axis = {"axes": np.array([1], "i8")}
    check("ReduceMax", [node("ReduceMax", ["x", "axes"], keepdims=0)], {"x": x}, f32(-INF, INF, INF, NAN), axis)
    check("ReduceMin", [node("ReduceMin", ["x", "axes"], keepdims=0)], {"x": x}, f32(-INF, INF, -INF, NAN), axis)
    # The logarithm of a sum of exponentials is that of its largest term where that is infinite, or the lowest number.
    lowest = np.finfo(np.float32).min
    rows = np.concatenate([x, f32(0, 0, -INF)[None], np.full((1, 3), lowest)])
    check("ReduceLogSumExp", [node("ReduceLogSumExp", ["x", "axes"], keepdims=0)], {"x": rows},
          f32(-INF, INF, INF, NAN, np.log(2), lowest), axis)
    sums = np.stack([f32(0, 0, 0), f32(0.5, 1, 0.5), f32(INF, 1, 1), f32(-1, 0, 0)])
    check("ReduceLogSum", [node("ReduceLogSum", ["x", "axes"], keepdims=0)], {"x": sums}, f32(-INF, np.log(2), INF, NAN), axis)
    # No axis is reduced, and each element is a sum.
    for op, function in (("ReduceLogSum", np.log), ("ReduceL1", np.abs), ("ReduceSumSquare", np.square)):
        some = f32(1, 3, 2)
        check(f"{op} of no axis", [node(op, ["x"], noop_with_empty_axes=1)], {"x": some}, function(some))
    kinds = f32(-INF, -1, 0, INF, NAN, lowest, -lowest)
    for op, flags, expected in (("IsNaN", {}, np.isnan(kinds)), ("IsInf", {}, np.isinf(kinds)),
                                ("IsInf", {"detect_negative": 0}, kinds == INF),
                                ("IsInf", {"detect_positive": 0}, kinds == -INF),
                                ("IsInf", {"detect_positive": 0, "detect_negative": 0}, kinds == NAN)):
        check(f"{op} {flags}", [node(op, ["x"], ["is"], **flags), node("Cast", ["is"], to=TensorProto.INT32)], {"x": kinds},
              expected.astype("i4"))
    image = np.full((1, 1, 3, 3), -INF)
    check("MaxPool", [node("MaxPool", ["x"], kernel_shape=[2, 2], pads=[0, 0, 1, 1])], {"x": image}, image)
    check("GlobalMaxPool", [node("GlobalMaxPool", ["x"])], {"x": image}, image[:, :, :1, :1])
    check_dilated(check)
    check_top(check)

    # What has no limit keeps infinities.
    edge = f32(-INF, -2, 3, INF, NAN)
    check("Relu", [node("Relu", ["x"])], {"x": edge}, f32(0, 0, 3, INF, NAN))
    check("LeakyRelu", [node("LeakyRelu", ["x"], alpha=0.5)], {"x": edge}, f32(-INF, -1, 3, INF, NAN))
    check("Clip", [node("Clip", ["x", "", "two"])], {"x": edge}, f32(-INF, -2, 2, 2, NAN), {"two": f32(2).reshape(())})
    check("Max", [node("Max", ["x", "two"])], {"x": edge}, f32(2, 2, 3, INF, NAN), {"two": f32(2)})
    check("Min", [node("Min", ["x", "two"])], {"x": edge}, f32(-INF, -2, 2, 2, NAN), {"two": f32(2)})

    # Attention: rows that are masked as a whole are 0.
    attention = [node("Add", ["scores", "mask"], ["masked"]), node("ReduceMax", ["masked", "axes"], ["largest"], keepdims=1),
                 node("Equal", ["largest", "nothing"], ["isMasked"]), node("Softmax", ["masked"], ["p"], axis=1),
                 node("Where", ["isMasked", "zero", "p"], ["kept"]), node("MatMul", ["kept", "v"])]
    values = np.array([[1, 2], [3, 4], [5, 6]], "f4")
    check("attention", attention, {"scores": np.zeros((2, 3), "f4"), "mask": np.stack([f32(-INF, -INF, -INF), f32(-INF, 0, -INF)])},
          np.array([[0, 0], [3, 4]], "f4"), {**axis, "nothing": f32(-INF), "zero": f32(0), "v": values})
    # Softmax alone has no such row: infinity minus infinity.
    check("Softmax", [node("Softmax", ["x"], axis=1)], {"x": x[:1]}, f32(NAN, NAN, NAN)[None])
    print(f"{check.count} operations, {check.failures} failures")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())
