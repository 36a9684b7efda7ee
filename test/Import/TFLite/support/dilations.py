"""Dilated convolutions as TensorFlow writes them: images of every d-th pixel, a convolution, and the image put together again.

usage: dilations.py WORKDIR      quantc and flatc are in PATH
"""
import pathlib
import subprocess
import sys

import numpy as np

import reference as ref
from network import Network, Params

WORKDIR = pathlib.Path(sys.argv[1])
RNG = np.random.default_rng(0)


def spread(n, x, shape, block, paddings, params=None, dtype=np.float32):
    y = n.tensor(f"spread{len(n.tensors)}", shape, dtype, params)
    n.op("SPACE_TO_BATCH_ND", [x, n.constant("block", np.array(block, np.int32)), n.constant("pads", np.array(paddings, np.int32))], [y])
    return y


def gather(n, x, shape, block, crops, params=None, dtype=np.float32):
    y = n.tensor("y", shape, dtype, params)
    n.op("BATCH_TO_SPACE_ND", [x, n.constant("block2", np.array(block, np.int32)), n.constant("crops", np.array(crops, np.int32))], [y])
    return y


def check(name, n, x, want, folded, tolerance=1e-5):
    """Runs the network, and looks whether blocks are still taken apart."""
    path = n.write(WORKDIR / f"{name}.tflite")
    np.savez(WORKDIR / "in.npz", x=x[None])
    subprocess.run(["quantc", "run", path, WORKDIR / "in.npz", "-o", WORKDIR / "out.npz"], check=True)
    got = np.load(WORKDIR / "out.npz")["y"][0]
    if got.shape != want.shape or np.abs(got.astype(float) - want.astype(float)).max() > tolerance:
        sys.exit(f"{name}: got {got.ravel()[:8]}..., expected {want.ravel()[:8]}...")
    text = subprocess.run(["quantc", "import", path, "-o", "-"], check=True, capture_output=True, text=True).stdout
    if ("tosa.transpose" not in text) != folded:
        sys.exit(f"{name}: the blocks are {'still there' if folded else 'gone'}")


def convolution(name, code, block, paddings, crops, own="VALID", between=(), folded=True, stride=1):
    """`between`: operators behind the convolution, ADD of a bias and others without operands."""
    x = RNG.normal(size=(2, 9, 8, 4)).astype(np.float32)
    depthwise = code == "DEPTHWISE_CONV_2D"
    w = RNG.normal(size=(1, 3, 2, 4) if depthwise else (5, 3, 2, 4)).astype(np.float32)
    bias = RNG.normal(size=w.shape[3 if depthwise else 0]).astype(np.float32)
    n = Network()
    n.inputs.append(n.tensor("x", x.shape))
    apart = ref.space_to_batch(x, block, paddings)
    t = spread(n, 0, apart.shape, block, paddings)
    compute = ref.depthwise if depthwise else ref.conv2d
    small = compute(apart, w, mode=own, stride=(stride, stride))
    y = n.tensor("conv", small.shape)
    n.op(code, [t, n.constant("w", w), -1], [y], "DepthwiseConv2D" if depthwise else "Conv2D",
         dict(stride_h=stride, stride_w=stride, padding=own))
    for op in between:
        result = n.tensor(op, small.shape)
        n.op(op, [y, n.constant("bias", bias)] if op == "ADD" else [y], [result], *(("Add",) if op == "ADD" else ()))
        small, y = {"ADD": lambda v: v + bias, "RELU": lambda v: np.maximum(v, 0), "TANH": np.tanh,
                    "SOFTMAX": lambda v: ref.softmax(v)}[op](small), result
        if op == "SOFTMAX":
            n.operators[-1].update(options_type="Softmax", options=dict(beta=1.0))
    want = ref.batch_to_space(small, block, crops)
    n.outputs.append(gather(n, y, want.shape, block, crops))
    check(name, n, x, want, folded)


def quantized():
    """int8: what is padded is 0, and the accumulator's bias keeps its integers."""
    px, pw, py = Params(0.05, 7), Params(0.01), Params(0.2, -5)
    codes = RNG.integers(-128, 128, (1, 6, 6, 3)).astype(np.int8)
    w = RNG.integers(-127, 128, (4, 3, 3, 3)).astype(np.int8)
    bias = RNG.integers(-500, 500, 4).astype(np.int32)
    block, paddings, crops = (2, 2), ((2, 2), (2, 2)), ((0, 0), (0, 0))
    n = Network()
    n.inputs.append(n.tensor("x", codes.shape, np.int8, px))
    t = spread(n, 0, (4, 5, 5, 3), block, paddings, px, np.int8)
    y = n.tensor("conv", (4, 3, 3, 4), np.int8, py)
    n.op("CONV_2D", [t, n.constant("w", w, pw), n.constant("b", bias, Params(0.05 * 0.01))], [y], "Conv2D",
         dict(stride_h=1, stride_w=1, padding="VALID", activation="RELU"))
    n.outputs.append(gather(n, y, (1, 6, 6, 4), block, crops, py, np.int8))
    reals = ref.conv2d(px.dequantize(codes), pw.dequantize(w), bias * np.float32(0.05 * 0.01), dilation=(2, 2))
    check("int8", n, codes, py.quantize(np.maximum(reals, 0), np.int8), True, tolerance=1)


def line():
    """A convolution along a line, which is an image of one row."""
    x = RNG.normal(size=(1, 10, 3)).astype(np.float32)
    w = RNG.normal(size=(4, 1, 3, 3)).astype(np.float32)
    n = Network()
    n.inputs.append(n.tensor("x", x.shape))
    t = spread(n, 0, (2, 7, 3), (2,), ((4, 0),))
    image, conv, flat = n.tensor("image", (2, 1, 7, 3)), n.tensor("conv", (2, 1, 5, 4)), n.tensor("flat", (2, 5, 4))
    n.op("EXPAND_DIMS", [t, n.constant("axis", np.int32(1))], [image])
    n.op("CONV_2D", [image, n.constant("w", w), -1], [conv], "Conv2D", dict(stride_h=1, stride_w=1, padding="VALID"))
    n.op("SQUEEZE", [conv], [flat], "Squeeze", dict(squeeze_dims=[1]))
    n.outputs.append(gather(n, flat, (1, 10, 4), (2,), ((0, 0),)))
    padded = np.pad(x, ((0, 0), (4, 0), (0, 0)))
    want = ref.conv2d(padded[:, None], w, mode="VALID", dilation=(1, 2))[:, 0]
    check("line", n, x, want, True)


def main():
    WORKDIR.mkdir(parents=True, exist_ok=True)
    even = ((2, 1), (3, 3)), ((0, 0), (0, 0))  # 12 rows of 2, 14 columns of 2
    convolution("plain", "CONV_2D", (2, 2), *even)
    convolution("bias", "CONV_2D", (2, 2), *even, between=("ADD", "RELU"))
    convolution("depthwise", "DEPTHWISE_CONV_2D", (2, 2), *even, between=("TANH",))
    convolution("cropped", "CONV_2D", (3, 2), ((0, 3), (2, 2)), ((1, 2), (0, 1)))
    convolution("same", "CONV_2D", (2, 2), *even, own="SAME")
    convolution("rates", "CONV_2D", (3, 1), ((2, 1), (0, 0)), ((0, 1), (0, 0)))
    # Pixels of different images do not meet here either, but it is not known of the operator.
    convolution("other", "CONV_2D", (2, 2), *even, between=("SOFTMAX",), folded=False)
    convolution("strided", "CONV_2D", (2, 2), *even, stride=2, folded=False)
    quantized()
    line()


if __name__ == "__main__":
    main()
