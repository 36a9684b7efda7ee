#!/usr/bin/env python3
"""Compiles files that quantize weights only, and compares what they compute and how much they store.

usage: check_narrow_weights.py QUANTC WORKDIR [CASE]

Nothing says how the networks are quantized but the files. What is expected is computed here in float64 from
the integers of the files.
"""
import json
import subprocess

import numpy as np
from onnx import TensorProto, helper

from model_parts import model, value
from run_cases import run_cases

INT4, UINT4 = 22, 21
# Relative to the largest output.
TOLERANCE = 2e-6
random = np.random.default_rng(5)


def pack(codes, bits):
    """Integers in bytes, those of 4 bits from the low half on; every row begins with a byte."""
    if bits == 8:
        return codes.astype("u1")
    rows = codes.reshape(-1, codes.shape[-1]) & 15
    if rows.shape[1] % 2:
        rows = np.pad(rows, ((0, 0), (0, 1)))
    return (rows[:, ::2] | rows[:, 1::2] << 4).astype("u1")


def nibbles(name, codes, kind):
    """A constant of 4 bits, which old releases of the package do not know."""
    return TensorProto(name=name, data_type=kind, dims=codes.shape, raw_data=pack(codes.reshape(1, -1), 4).tobytes())


def reals(shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype("f4")


def expand(per_block, block, axis):
    return np.repeat(per_block.astype("f8"), block, axis)


CASES = {}


def case(name, file, inputs, expected, bytes_):
    """`bytes_` is the size of the weights at most."""
    CASES[name] = (file, inputs, expected, bytes_)


def dequantize(name, kind, n=24, k=64, block=16, zero=False, transposed=False, convolution=None):
    """DequantizeLinear with block_size in front of a product with 8 or 4 bits."""
    bits = 8 if kind in ("i1", "u1") else 4
    low, high = {"i1": (-128, 127), "u1": (0, 255), INT4: (-8, 7), UINT4: (0, 15)}[kind]
    shape = convolution or ((n, k) if transposed else (k, n))
    axis = 1 if transposed or convolution else 0
    count = list(shape)
    count[axis] //= block
    codes = random.integers(low, high + 1, shape)
    zeros = random.integers(low, high + 1, count) if zero else np.zeros(count, int)
    scale = reals(count, 0.01, 0.1)
    weights = (codes - expand(zeros, block, axis)) * expand(scale, block, axis)

    def constant(name, array):
        return nibbles(name, array, kind) if bits == 4 else array.astype(kind)

    constants = {"w": constant("w", codes), "s": scale}
    if zero:
        constants["z"] = constant("z", zeros)
    node = ("DequantizeLinear", ["w", "s", "z"][:2 + zero], ["d"], {"axis": axis, "block_size": block})
    elements = int(np.prod(shape))
    blocks = elements // block
    if convolution:
        x, bias = reals((1, shape[1], 6, 5)), reals(shape[0])
        patches = np.lib.stride_tricks.sliding_window_view(np.pad(x.astype("f8"), ((0, 0), (0, 0), (1, 1), (1, 1))),
                                                           shape[2:], (2, 3))
        expected = np.einsum("nchwyx,ocyx->nohw", patches, weights) + bias.reshape(1, -1, 1, 1)
        nodes = [node, ("Conv", ["x", "d", "b"], ["y"], {"pads": [1, 1, 1, 1]})]
        constants["b"] = bias
    else:
        x, bias = reals((5, k)), reals(n)
        expected = x.astype("f8") @ (weights.T if transposed else weights) + bias
        nodes = [node, ("Gemm", ["x", "d", "b"], ["y"], {"transB": int(transposed)})]
        constants["b"] = bias
    # A scale, and what a zero point makes of it; two biases, and single numbers.
    limit = elements * bits // 8 + blocks * (8 if zero else 4) + shape[0] * 8 + n * 8 + 64
    case(name, model(nodes, [value("x", x.shape)], ["y"], constants, opset=21), {"x": x}, {"y": expected}, limit)


def channels(name, kind, axis=None, zero=None, k=64, n=24, limit_bits=None, convolution=False):
    """DequantizeLinear with one scale, or one per output channel; `zero` is a function of the number of scales."""
    bits = 8 if kind in ("i1", "u1") else 4
    low, high = {"i1": (-128, 127), "u1": (0, 255), INT4: (-8, 7), UINT4: (0, 15)}[kind]
    shape = (n, k, 3, 3) if convolution else (k, n)
    codes = random.integers(low, high + 1, shape)
    count = () if axis is None else (n,)
    scale = reals(count, 0.01, 0.1)
    zeros = np.zeros(count, int) if zero is None else np.asarray(zero(count))
    along = (lambda array: array.reshape(-1, 1, 1, 1)) if convolution else (lambda array: array)
    weights = (codes - along(zeros)) * along(scale.astype("f8"))
    constants = {"w": nibbles("w", codes, kind) if bits == 4 else codes.astype(kind), "s": scale}
    if zero:
        constants["z"] = TensorProto(name="z", data_type=kind, dims=count,
                                     raw_data=pack(zeros.reshape(1, -1), 4).tobytes()) if bits == 4 else zeros.astype(kind)
    node = ("DequantizeLinear", ["w", "s", "z"][:2 + bool(zero)], ["d"], {"axis": axis or 0})
    if convolution:
        x = reals((1, k, 6, 5))
        patches = np.lib.stride_tricks.sliding_window_view(x.astype("f8"), (3, 3), (2, 3))
        expected = np.einsum("nchwyx,ocyx->nohw", patches, weights)
        nodes = [node, ("Conv", ["x", "d"], ["y"], {})]
    else:
        x = reals((5, k))
        expected = x.astype("f8") @ weights
        nodes = [node, ("MatMul", ["x", "d"], ["y"], {})]
    taps = 9 if convolution else 1
    limit = codes.size * (limit_bits or bits) // 8 + n * (16 + 4 * taps) + 64
    case(name, model(nodes, [value("x", x.shape)], ["y"], constants, opset=21), {"x": x}, {"y": expected}, limit)


def halves(name, cast=False, convolution=False):
    """Products of FLOAT16, or of FLOAT with weights that are cast."""
    shape = (24, 32, 3, 3) if convolution else (64, 24)
    # Numbers below 2^-14, too, which have fewer digits.
    w = (reals(shape) * 2.0 ** random.integers(-20, 2, shape)).astype("f2")
    x = reals((1, 32, 5, 5) if convolution else (5, 64)).astype("f2").astype("f4")
    if convolution:
        patches = np.lib.stride_tricks.sliding_window_view(x.astype("f8"), (3, 3), (2, 3))
        expected = np.einsum("nchwyx,ocyx->nohw", patches, w.astype("f8"))
    else:
        expected = x.astype("f8") @ w.astype("f8")
    nodes = [("Cast", ["w"], ["d"], {"to": 1})] if cast else []
    nodes.append(("Conv" if convolution else "MatMul", ["x", "d" if cast else "w"], ["y"], {}))
    kind = TensorProto.FLOAT if cast else TensorProto.FLOAT16
    case(name, model(nodes, [value("x", x.shape, kind)], ["y"], {"w": w}), {"x": x}, {"y": expected}, w.size * 2 + 24 * 8 + 64)


def n_bits(name, bits=4, k=64, n=24, block=16, zero=None, negative=False, bias=False, rank=2, groups=False, half=False):
    """MatMulNBits; `zero` is None, "packed" or "floats"."""
    blocks = -(-k // block)
    codes = random.integers(0, 1 << bits, (n, blocks * block))
    scale = reals((n, blocks), 0.01, 0.1)
    if negative:
        scale[::2, 1] *= -1
        scale[3, 0] = 0
    middle = 1 << bits - 1
    zeros = np.full((n, blocks), middle)
    constants = {"w": pack(codes.reshape(n, -1), bits).reshape(n, blocks, -1), "s": scale.ravel()}
    if half:
        scale = scale.astype("f2")
        constants["s"] = scale.ravel()
    if zero == "packed":
        zeros = random.integers(0, 1 << bits, (n, blocks))
        constants["z"] = pack(zeros, bits).ravel()
    elif zero == "floats":
        zeros = random.uniform(0, (1 << bits) - 1, (n, blocks)).astype("f4")
        constants["z"] = zeros.ravel()
    x = reals((2, 3, k) if rank == 3 else (5, k))
    weights = ((codes - expand(zeros, block, 1)) * expand(scale, block, 1))[:, :k]
    expected = x.astype("f8") @ weights.T
    inputs = ["x", "w", "s", "z" if zero else "", "g" if groups else "", "b" if bias else ""]
    if groups:
        constants["g"] = (np.arange(k) // block).astype("i4")
    if bias:
        constants["b"] = reals(n)
        expected = expected + constants["b"]
    node = ("MatMulNBits", inputs, ["y"], {"K": k, "N": n, "bits": bits, "block_size": block, "domain": "com.microsoft"})
    limit = n * blocks * block * bits // 8 + n * blocks * (8 if zero else 4) + n * 8 + 64
    case(name, model([node], [value("x", x.shape)], ["y"], constants, opset=21, domains=["com.microsoft"]), {"x": x},
         {"y": expected}, limit)


dequantize("int4", INT4)
dequantize("int4-zeros", INT4, zero=True)
dequantize("uint4", UINT4, k=128, block=32)
dequantize("uint4-zeros-transposed", UINT4, zero=True, transposed=True)
dequantize("int8", "i1", block=32)
dequantize("uint8-zeros", "u1", zero=True)
dequantize("one-block", INT4, zero=True, k=64, block=64)
dequantize("convolution", INT4, convolution=(20, 32, 3, 3))
dequantize("convolution-zeros", UINT4, zero=True, convolution=(20, 32, 3, 3))
halves("half-network")
halves("half-weights", cast=True)
halves("half-convolution", convolution=True)
channels("tensor-int4", INT4)
channels("tensor-uint4", UINT4, zero=lambda count: np.full(count, 5))
channels("channel-int4", INT4, axis=1)
channels("channel-int4-convolution", INT4, axis=0, convolution=True)
channels("channel-uint4-convolution", UINT4, axis=0, zero=lambda count: np.full(count, 3), convolution=True)
channels("channel-int8", "i1", axis=1)
channels("channel-uint8", "u1", axis=1, zero=lambda count: random.integers(0, 256, count))
# Differences of integers and zero points that have 8 bits are stored instead of both.
channels("channel-uint4", UINT4, axis=1, zero=lambda count: random.integers(0, 16, count), limit_bits=8)
n_bits("bits-4")
n_bits("bits-4-negative", negative=True, bias=True)
n_bits("bits-4-packed", zero="packed", k=80, n=40)
n_bits("bits-4-floats", zero="floats", bias=True)
n_bits("bits-4-padded", zero="packed", k=50, rank=3)
n_bits("bits-8", bits=8, block=32)
n_bits("bits-8-packed", bits=8, zero="packed", groups=True)
n_bits("bits-4-half", half=True, k=256, block=128, rank=3)


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def check(quantc, workdir, file, inputs, expected, limit):
    """A message if a case fails, else an empty string."""
    # Networks of floats, too, keep weights in blocks as they are.
    is_blocked = any(node.op_type == "MatMulNBits" or any(a.name == "block_size" for a in node.attribute)
                     for node in file.graph.node)
    path = workdir / "model.onnx"
    path.write_bytes(file.SerializeToString())
    np.savez(workdir / "in.npz", **{name: array[None] for name, array in inputs.items()})
    for options in [], *([["--scheme=float32"]] if is_blocked else []):
        done = run(quantc, "compile", path, *options, "-o", workdir / "model.o")
        if done.returncode:
            return done.stderr.strip()
        stored = json.loads((workdir / "model.json").read_text())["weight_bytes"]
        if stored > limit:
            return f"{options}: {stored} bytes of weights, expected {limit} at most"
        done = run(quantc, "run", path, workdir / "in.npz", *options, "-o", workdir / "out.npz")
        if done.returncode:
            return done.stderr.strip()
        with np.load(workdir / "out.npz") as found:
            for name, array in expected.items():
                got = found[name].reshape(array.shape).astype("f8")
                error = np.abs(got - array).max() / np.abs(array).max()
                if not error <= TOLERANCE:
                    return f"{options} {name}: off by {error}: {got.ravel()[:6]}, expected {array.ravel()[:6]}"
    return ""


if __name__ == "__main__":
    run_cases(CASES, check, "files with narrow weights")
