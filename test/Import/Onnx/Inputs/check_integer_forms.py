#!/usr/bin/env python3
"""Compiles quantized and calibrated files with --strict-integer, and compares what they compute.

usage: check_integer_forms.py QUANTC WORKDIR

Everything that a case expects is computed here with integers: scales are powers of two, so that
requantization is a shift. Sums are larger than float32 holds, so that float arithmetic would differ.
"""
import pathlib
import shutil
import subprocess
import sys

import numpy as np
from onnx import TensorProto

from model_parts import model, value

I8, U8, I32, I64, BOOL = (TensorProto.INT8, TensorProto.UINT8, TensorProto.INT32, TensorProto.INT64,
                          TensorProto.BOOL)
random = np.random.default_rng(11)


def integers(dtype, *shape, low=None, high=None):
    info = np.iinfo(dtype)
    return random.integers(info.min if low is None else low, (info.max if high is None else high) + 1, shape,
                           dtype=np.int64).astype(dtype)


def f32(values):
    return np.array(values, "f4")


def pool(x, kernel, dilations, strides, pads):
    """Maxima of windows over x [N, C, H, W]; what is outside is the lowest number."""
    low = np.iinfo(x.dtype).min
    x = np.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=low)
    sizes = [(x.shape[d + 2] - (kernel[d] - 1) * dilations[d] - 1) // strides[d] + 1 for d in (0, 1)]
    taps = [x[:, :, r * dilations[0]:, c * dilations[1]:][:, :, :(sizes[0] - 1) * strides[0] + 1:strides[0],
                                                             :(sizes[1] - 1) * strides[1] + 1:strides[1]]
            for r in range(kernel[0]) for c in range(kernel[1])]
    return np.max(taps, axis=0)


def requantize(sums, shift, zero, dtype):
    """sums / 2^shift, halves up, at a zero point."""
    info = np.iinfo(dtype)
    return np.clip((sums + (1 << shift >> 1) >> shift) + zero, info.min, info.max).astype(dtype)


def convolve(x, w):
    """Products of x [N, I, H, W] and w [O, I, 1, 1] in 64 bits."""
    return np.einsum("nihw,oi->nohw", x.astype("i8"), w.astype("i8")[:, :, 0, 0])


CASES = {}


def case(name, nodes, inputs, constants, expected, opset=13, tolerance=0, calibrated=False):
    """`inputs` and `expected` are arrays by name; those of a network that is calibrated hold several samples."""
    CASES[name] = (nodes, inputs, constants, expected, opset, tolerance, calibrated)


def clips():
    x = integers("u1", 2, 40)
    case("clip", [("Clip", ["x", "lo", "hi"], ["y"], {})], {"x": x},
         {"lo": np.array(3, "u1"), "hi": np.array(127, "u1")}, {"y": np.clip(x, 3, 127)})
    scale = {"s": f32(0.25), "z": np.array(7, "i1")}
    ends = [("DequantizeLinear", ["r", "s", "z"], ["d"], {}), ("QuantizeLinear", ["d", "s", "z"], ["y"], {})]
    x = integers("i1", 2, 40)
    for op, result in (("Relu", np.maximum(x, 0)), ("Max", np.maximum(x, 12)), ("Min", np.minimum(x, -5))):
        constants = {"k": np.array({"Max": 12, "Min": -5}.get(op, 0), "i1"), **scale}
        first = [("DequantizeLinear", ["x", "s", "z"], ["e"], {}), ("QuantizeLinear", ["e", "s", "z"], ["q"], {})]
        case(op.lower(), first + [(op, ["q"] if op == "Relu" else ["q", "k"], ["r"], {})] + ends, {"x": x}, constants,
             {"y": result}, opset=14)
    a, b = integers("i1", 3, 4), integers("i1", 4)
    case("max-of-two", [("Max", ["x", "b"], ["m"], {}), ("Clip", ["m", "lo", ""], ["c"], {}),
                        ("ReduceMax", ["c"], ["y"], {"axes": [1]})], {"x": a},
         {"b": b, "lo": np.array(-100, "i1")}, {"y": np.maximum(np.maximum(a, b), -100).max(1, keepdims=True)})


def weights():
    """Convolutions whose weights are clipped, or have zero points and scales per channel."""
    x = integers("i1", 1, 5, 6, 7)
    w = integers("i1", 4, 5, 1, 1)
    scales = f32([0.25, 0.5, 0.25, 1])
    shifts = np.array([3, 2, 3, 1]).reshape(1, 4, 1, 1)

    def conv(name, codes, zeros, nodes, constants, scales=scales, shifts=shifts):
        zero = np.asarray(zeros, "i8").reshape(-1, 1, 1, 1)
        sums = convolve(x.astype("i8") - 3, codes.astype("i8") - zero)
        case(name, nodes + [("DequantizeLinear", ["x", "sx", "zx"], ["d"], {}), ("Conv", ["d", "wd"], ["c"], {}),
                            ("QuantizeLinear", ["c", "sy", "zy"], ["y"], {})], {"x": x},
             {"sx": f32(0.5), "zx": np.array(3, "i1"), "sy": f32(1), "zy": np.array(-4, "i1"), "sw": scales, **constants},
             {"y": requantize(sums, shifts, -4, "i1")})

    dequantize = ("DequantizeLinear", ["w", "sw", "zw"], ["wd"], {"axis": 0})
    real = ((w - 0.0) * scales.reshape(4, 1, 1, 1)).astype("f4")
    conv("weights-clip", np.clip(w, -8, 7), 0,
         [("QuantizeLinear", ["wr", "sw", "zw"], ["q"], {"axis": 0}), ("Clip", ["q", "lo", "hi"], ["w"], {}), dequantize],
         {"wr": real, "zw": np.zeros(4, "i1"), "lo": np.array(-8, "i1"), "hi": np.array(7, "i1")})
    conv("weights-relu", np.maximum(w, 0), 0,
         [("QuantizeLinear", ["wr", "sw", "zw"], ["q"], {"axis": 0}), ("Relu", ["q"], ["w"], {}), dequantize],
         {"wr": real, "zw": np.zeros(4, "i1")})
    small = integers("i1", 4, 5, 1, 1, low=-100, high=100)
    conv("zero-points", small, [-20, 5, 0, 27], [dequantize], {"w": small, "zw": np.array([-20, 5, 0, 27], "i1")})
    conv("one-zero-point", w, [-20] * 4, [dequantize], {"w": w, "zw": np.full(4, -20, "i1")})
    wide = integers("u1", 4, 5, 1, 1)
    conv("unsigned", wide, [90] * 4, [dequantize], {"w": wide, "zw": np.full(4, 90, "u1")})
    # The same scale along the input channels is one scale.
    conv("equal-scales", w, 0, [("DequantizeLinear", ["w", "sw", "zw"], ["wd"], {"axis": 1})],
         {"w": w, "zw": np.zeros(5, "i1")}, f32([0.25] * 5), 3)


def pools():
    options = [((3, 3), (2, 2), (1, 1), (2, 2, 2, 2)), ((2, 3), (3, 2), (2, 1), (1, 2, 2, 0)),
               ((3, 2), (1, 4), (2, 3), (1, 0, 0, 3)), ((2, 2), (5, 7), (1, 1), (4, 5, 3, 6)),
               ((2, 2), (9, 1), (1, 1), (5, 0, 5, 1)), ((3, 1), (2, 5), (3, 2), (0, 0, 1, 0))]
    for dtype in ("i1", "u1"):
        for number, (kernel, dilations, strides, pads) in enumerate(options):
            x = integers(dtype, 2, 3, 8, 9)
            case(f"pool-{dtype}-{number}", [("MaxPool", ["x"], ["y"], {
                "kernel_shape": kernel, "dilations": dilations, "strides": strides, "pads": pads})], {"x": x}, {},
                {"y": pool(x, kernel, dilations, strides, pads)})
    x = integers("i4", 4, 2, 8, 9, low=-127, high=127)
    kernel, dilations, strides, pads = options[1]
    case("pool-calibrated", [("MaxPool", ["x"], ["y"], {
        "kernel_shape": kernel, "dilations": dilations, "strides": strides, "pads": pads})], {"x": x.astype("f4")}, {},
        {"y": pool(x, kernel, dilations, strides, pads)}, tolerance=1, calibrated=True)


def products():
    """int32 outputs."""
    a, b = integers("u1", 3, 900, low=100), integers("i1", 900, 4, low=50)
    zeros = {"za": np.array(7, "u1"), "zb": np.array(-3, "i1")}
    product = (a.astype("i8") - 7) @ (b.astype("i8") + 3)
    assert np.abs(product).max() > 1 << 23 and (product % 2 != 0).any()
    node = ("MatMulInteger", ["a", "b", "za", "zb"], ["y"], {})
    case("product", [node], {"a": a}, {"b": b, **zeros}, {"y": product})
    case("product-of-two", [node], {"a": a, "b": b}, zeros, {"y": product})
    case("product-plain", [("MatMulInteger", ["a", "b"], ["y"], {})], {"a": a}, {"b": b},
         {"y": a.astype("i8") @ b.astype("i8")})
    columns = np.array([-3, 0, 2, 1], "i1")
    b = integers("i1", 900, 4, low=50, high=120)
    case("product-columns", [("MatMulInteger", ["a", "b", "za", "zb"], ["y"], {})], {"a": a},
         {"b": b, "za": zeros["za"], "zb": columns}, {"y": (a.astype("i8") - 7) @ (b.astype("i8") - columns)})
    x, w = integers("u1", 1, 700, 3, 4, low=150), integers("i1", 6, 700, 1, 1, low=80)
    case("conv", [("ConvInteger", ["x", "w", "zx"], ["y"], {})], {"x": x}, {"w": w, "zx": np.array(9, "u1")},
         {"y": convolve(x.astype("i8") - 9, w)})


def masks():
    """Integers and booleans that are cast: (1 - mask) * -8 is added to floats."""
    x = random.uniform(-4, 4, (8, 2, 6)).astype("f4")
    for name, mask in (("int32", integers("i4", 8, 2, 6, low=0, high=1)), ("int64", integers("i8", 8, 2, 6, low=0, high=1)),
                       ("bool", random.random((8, 2, 6)) < 0.5), ("int16", integers("i2", 8, 2, 6, low=-3, high=4))):
        case(f"mask-{name}", [("Cast", ["m"], ["f"], {"to": 1}), ("Sub", ["one", "f"], ["n"], {}),
                              ("Mul", ["n", "big"], ["b"], {}), ("Add", ["x", "b"], ["y"], {})],
             {"x": x, "m": mask}, {"one": f32(1), "big": f32(-8)}, {"y": x + (1 - mask.astype("f4")) * -8}, tolerance=0.3,
             calibrated=True)
    ids = integers("i8", 8, 5, low=0, high=6)
    table = random.uniform(-2, 2, (7, 3)).astype("f4")
    case("embedding", [("Gather", ["t", "i"], ["y"], {})], {"i": ids}, {"t": table}, {"y": table[ids]}, tolerance=0.01, calibrated=True)
    pixels = integers("u1", 8, 3, 4)
    case("pixels", [("Cast", ["p"], ["f"], {"to": 1}), ("Mul", ["f", "k"], ["m"], {}), ("Add", ["m", "o"], ["y"], {})],
         {"p": pixels}, {"k": f32(1 / 127.5), "o": f32(-1)}, {"y": pixels / 127.5 - 1}, tolerance=0.01, calibrated=True)


clips()
weights()
pools()
products()
masks()

# Files that have no integer form: what the one message says. They run in float.
REASONS = {
    "zero-points-too-wide": (
        [("DequantizeLinear", ["w", "sw", "zw"], ["wd"], {"axis": 0})],
        {"w": integers("u1", 4, 5, 1, 1), "zw": np.array([0, 255, 128, 90], "u1"), "sw": f32([1, 2, 3, 4])},
        "its weights have zero points that differ between channels"),
    "input-channels": (
        [("DequantizeLinear", ["w", "sw", "zw"], ["wd"], {"axis": 1})],
        {"w": integers("i1", 4, 5, 1, 1), "zw": np.zeros(5, "i1"), "sw": f32([1, 2, 3, 4, 5])},
        "its weights have scales along another dimension than that of the output channels"),
}


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def check(quantc, workdir, nodes, inputs, constants, expected, opset, tolerance, calibrated):
    """A message if a case fails, else an empty string."""
    kinds = {"f4": 1, "u1": U8, "i1": I8, "i2": TensorProto.INT16, "i4": I32, "i8": I64, "b1": BOOL}
    batches = {name: array if calibrated else array[None] for name, array in inputs.items()}
    shapes = {name: (1, *array.shape[1:]) if calibrated else array.shape for name, array in inputs.items()}
    declared = [value(name, shapes[name], kinds[array.dtype.str[1:]]) for name, array in inputs.items()]
    file = workdir / "model.onnx"
    file.write_bytes(model(nodes, declared, list(expected), constants, opset=opset).SerializeToString())
    narrow = {name: (array.astype("i4") if array.dtype == np.int64 else array)
              for name, array in batches.items()}
    samples = {name: array[:, None] if calibrated else array for name, array in narrow.items()}
    np.savez(workdir / "in.npz", **samples)
    options = ["--calibrate", workdir / "in.npz"] if calibrated else []
    done = run(quantc, "compile", file, "--strict-integer", *options, "-o", workdir / "model.o")
    if done.returncode:
        return done.stderr.strip()
    done = run(quantc, "run", file, workdir / "in.npz", *options, "-o", workdir / "out.npz")
    if done.returncode:
        return done.stderr.strip()
    with np.load(workdir / "out.npz") as found:
        for name, array in expected.items():
            got = found[name].reshape(array.shape).astype("f8")
            if np.abs(got - array).max() > tolerance:
                return f"{name}: {got.ravel()[:8]}, expected {array.ravel()[:8]}"
    return ""


def check_reason(quantc, workdir, nodes, constants, reason):
    file = workdir / "model.onnx"
    file.write_bytes(model(
        nodes + [("DequantizeLinear", ["x", "sx", "zx"], ["d"], {}), ("Conv", ["d", "wd"], ["c"], {}),
                 ("QuantizeLinear", ["c", "sx", "zx"], ["y"], {})], [value("x", [1, 5, 6, 7], I8)], ["y"],
        {"sx": f32(0.5), "zx": np.array(3, "i1"), **constants}).SerializeToString())
    done = run(quantc, "compile", file, "--strict-integer", "-o", workdir / "model.o")
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    if done.returncode == 0 or len(errors) != 1 or reason not in errors[0]:
        return f"exit code {done.returncode}, {done.stderr.strip()}"
    np.savez(workdir / "in.npz", x=integers("i1", 1, 1, 5, 6, 7))
    done = run(quantc, "run", file, workdir / "in.npz", "-o", workdir / "out.npz")
    return done.stderr.strip() if done.returncode else ""


def main():
    quantc, workdir = sys.argv[1], pathlib.Path(sys.argv[2])
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    shutil.rmtree(workdir, ignore_errors=True)
    workdir.mkdir(parents=True)
    failures = []
    for name, parts in CASES.items():
        if only in name:
            failures.append((name, check(quantc, workdir, *parts)))
    for name, parts in REASONS.items():
        if only in name:
            failures.append((name, check_reason(quantc, workdir, *parts)))
    wrong = [(name, message) for name, message in failures if message]
    for name, message in wrong:
        print(f"FAILED {name}: {message}")
    print(f"{len(failures) - len(wrong)} of {len(failures)} integer forms")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
