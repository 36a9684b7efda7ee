#!/usr/bin/env python3
"""Runs files that quantize activations at run time, and compares with the definitions of their operators.

usage: check_dynamic.py QUANTC WORKDIR [CASE]

Every operator is computed here as ONNX defines it: float32 is rounded after each operation, and products of
integers are exact. Nothing but the files says how the networks are quantized.
"""
import subprocess

import numpy as np
from onnx import TensorProto

from model_parts import model, value
from run_cases import run_cases

# Relative to the largest output.
TOLERANCE = 1e-5
random = np.random.default_rng(3)


def quantize(x):
    """DynamicQuantizeLinear."""
    low, high = np.minimum(x.min(), 0, dtype="f4"), np.maximum(x.max(), 0, dtype="f4")
    scale = np.float32(high - low) / np.float32(255)
    if scale == 0:
        return np.zeros(x.shape, "i8"), np.float32(1), 0
    zero = int(np.clip(np.rint(np.float32(0 - low) / scale), 0, 255))
    return np.clip(np.rint(x / scale).astype("i8") + zero, 0, 255), scale, zero


def integers(dtype, *shape):
    info = np.iinfo(dtype)
    return random.integers(info.min, info.max + 1, shape).astype(dtype)


def reals(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype("f4")


CASES = {}
LINEAR = ("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"], {})


def scaled(node):
    """What quantize_dynamic writes behind a product: Cast, and Mul by the product of both scales."""
    return [LINEAR, node, ("Cast", ["p"], ["f"], {"to": 1}), ("Mul", ["qs", "ws"], ["s"], {}),
            ("Mul", ["f", "s"], ["m"], {}), ("Add", ["m", "b"], ["y"], {})]


def matmul(name, kind="i1", per_channel=False, zeros=None, x=None, k=48, n=40, op="MatMulInteger", bias=True):
    w = integers(kind, k, n)
    scale = reals(n, low=0.001, high=0.02) if per_channel else np.float32(0.013)
    zero = np.zeros(n if per_channel else (), "i8") if zeros is None else np.asarray(zeros)
    b = reals(n)
    x = reals(4, 6, k, low=-1.3, high=2.1) if x is None else x
    q, qs, qz = quantize(x)
    product = (q - qz) @ (w.astype("i8") - zero)
    expected = product.astype("f4") * (qs * scale) + b
    constants = {"w": w, "ws": np.asarray(scale), "wz": zero.astype(kind), "b": b}
    domains = ["com.microsoft"]
    if op == "MatMulInteger":
        nodes = scaled(("MatMulInteger", ["q", "w", "qz", "wz"], ["p"], {}))
    elif op == "MatMulIntegerToFloat":
        nodes = [LINEAR, (op, ["q", "w", "qs", "ws", "qz", "wz", "b"], ["y"], {"domain": "com.microsoft"})]
    else:
        nodes = [(op, ["x", "w", "ws", "wz", "b"], ["y"], {"domain": "com.microsoft"})]
    CASES[name] = (model(nodes, [value("x", x.shape)], ["y"], constants, domains=domains), x, expected)


def convolution(name, kind="u1", zero=131, groups=1, size=(9, 8), channels=(16, 12), stride=1, pads=(1, 1, 1, 1), x=None):
    w = integers(kind, channels[1], channels[0] // groups, 3, 3)
    x = reals(2, channels[0], *size) if x is None else x
    q, qs, qz = quantize(x)
    d = np.pad(q - qz, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    patches = np.lib.stride_tricks.sliding_window_view(d, (3, 3), (2, 3))[:, :, ::stride, ::stride]
    n, c, h, v = patches.shape[:4]
    patches = patches.reshape(n, groups, c // groups, h, v, 3, 3)
    split = (w.astype("i8") - zero).reshape(groups, channels[1] // groups, channels[0] // groups, 3, 3)
    product = np.einsum("ngchwyx,gocyx->ngohw", patches, split).reshape(n, channels[1], h, v)
    b, scale = reals(channels[1], 1, 1), np.float32(0.004)
    expected = product.astype("f4") * (qs * scale) + b
    constants = {"w": w, "ws": np.asarray(scale), "wz": np.array(zero, kind), "b": b}
    node = ("ConvInteger", ["q", "w", "qz", "wz"], ["p"], {"pads": list(pads), "strides": [stride] * 2, "group": groups})
    CASES[name] = (model(scaled(node), [value("x", x.shape)], ["y"], constants), x, expected)


matmul("int8")
matmul("int8-zero", zeros=-7)
matmul("uint8", kind="u1", zeros=140)
matmul("channels", per_channel=True)
matmul("channels-zeros", per_channel=True, zeros=random.integers(-2, 1, 40))
matmul("channels-wide-zeros", kind="u1", per_channel=True, zeros=random.integers(0, 256, 40))
# Multiples of steps and of halves of them: most quotients are ties.
matmul("ties", x=(random.integers(-255, 256, (4, 6, 48)) / 2).astype("f4"))
matmul("many", x=reals(40, 6, 48, low=-3.7, high=1.9))
matmul("positive", x=reals(3, 48, low=0.5, high=2))
matmul("negative", x=reals(3, 48, low=-2, high=-0.5))
matmul("zeros", x=np.zeros((3, 48), "f4"))
matmul("large", k=700, n=20)
matmul("to-float", op="MatMulIntegerToFloat", per_channel=True)
matmul("to-float-uint8", op="MatMulIntegerToFloat", kind="u1", zeros=120)
matmul("quantize", op="DynamicQuantizeMatMul", kind="u1", zeros=120)
matmul("quantize-channels", op="DynamicQuantizeMatMul", per_channel=True)
matmul("quantize-wide-zeros", op="DynamicQuantizeMatMul", kind="u1", per_channel=True, zeros=random.integers(0, 256, 40))
convolution("conv")
convolution("conv-int8", kind="i1", zero=3)
convolution("conv-stride", stride=2, pads=(0, 0, 0, 0), size=(10, 8))
convolution("conv-positive", x=reals(2, 16, 9, 8, low=0, high=3))
convolution("conv-groups", groups=2, channels=(16, 24))
convolution("conv-depthwise", groups=128, channels=(128, 128))


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def check(quantc, workdir, file, x, expected):
    path = workdir / "model.onnx"
    path.write_bytes(file.SerializeToString())
    np.savez(workdir / "in.npz", x=x[None])
    done = run(quantc, "compile", path, "-o", workdir / "model.o")
    if done.returncode:
        return done.stderr.strip()
    done = run(quantc, "run", path, workdir / "in.npz", "-o", workdir / "out.npz")
    if done.returncode:
        return done.stderr.strip()
    with np.load(workdir / "out.npz") as found:
        got = found["y"].reshape(expected.shape).astype("f8")
    error = np.abs(got - expected).max() / np.abs(expected).max()
    return "" if error <= TOLERANCE else f"off by {error}: {got.ravel()[:6]}, expected {expected.ravel()[:6]}"


if __name__ == "__main__":
    run_cases(CASES, check, "dynamically quantized files")
