#!/usr/bin/env python3
"""Compares recurrent operators with their definition, computed in double with numpy.

usage: check_recurrent.py QUANTC WORKDIR [--only SUBSTRING] [--options LIST] [--tolerance NUMBER] [--calibrate]

The cases are those that compare_onnxruntime.py compares with ONNX Runtime, which is not everywhere.
With --options, quantc gets further options (separated by commas), and the tolerance is --tolerance. With --calibrate
the inputs are also those of calibration.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

import numpy as np
from onnx import helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Integration" / "support"))
import compare_onnxruntime  # noqa: E402
import onnx_cases  # noqa: E402
import onnx_recurrent_cases  # noqa: E402

FUNCTIONS = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "hardsigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
}
DEFAULTS = {"LSTM": ["sigmoid", "tanh", "tanh"], "GRU": ["sigmoid", "tanh"], "RNN": ["tanh"]}


class Layer:
    """One direction of an operator, whose arrays have no dimension of directions."""

    def __init__(self, op, attrs, functions, arrays):
        self.op, self.attrs, self.arrays = op, attrs, arrays
        self.functions = [FUNCTIONS[name.lower()] for name in functions]
        self.hidden = arrays["r"].shape[1]

    def apply(self, function, value):
        clip = self.attrs.get("clip")
        return self.functions[function](value if clip is None else np.clip(value, -clip, clip))

    def gate(self, name, index, x, h):
        """The products of one gate."""
        rows = slice(index * self.hidden, (index + 1) * self.hidden)
        return x @ self.arrays["w"][rows].T + h @ self.arrays["r"][rows].T + self.bias(index) + self.bias(index, True)

    def bias(self, index, recurrent=False):
        first = index * self.hidden + recurrent * len(self.arrays["b"]) // 2
        return self.arrays["b"][first:first + self.hidden]

    def lstm(self, x, h, c):
        i, o, f, g = (self.gate(name, index, x, h) for index, name in enumerate("iofc"))
        pi, po, pf = self.arrays["p"].reshape(3, -1)
        i = self.apply(0, i + pi * c)
        f = 1 - i if self.attrs.get("input_forget") else self.apply(0, f + pf * c)
        c = f * c + i * self.apply(1, g)
        # The cell is not clipped, as in ONNX Runtime.
        return self.apply(0, o + po * c) * self.functions[2](c), c

    def gru(self, x, h, c):
        z, r = (self.apply(0, self.gate(name, index, x, h)) for index, name in enumerate("zr"))
        rows = slice(2 * self.hidden, 3 * self.hidden)
        if self.attrs.get("linear_before_reset"):
            product = r * (h @ self.arrays["r"][rows].T + self.bias(2, True))
        else:
            product = (r * h) @ self.arrays["r"][rows].T + self.bias(2, True)
        n = self.apply(1, x @ self.arrays["w"][rows].T + self.bias(2) + product)
        return (1 - z) * n + z * h, c

    def rnn(self, x, h, c):
        return self.apply(0, self.gate("h", 0, x, h)), c

    def run(self, reverse):
        x, h, c = self.arrays["x"], self.arrays["h"], self.arrays["c"]
        y = np.zeros((len(x), *h.shape))
        for t in reversed(range(len(x))) if reverse else range(len(x)):
            h, c = getattr(self, self.op.lower())(x[t], h, c)
            y[t] = h
        return y, h, c


def define(node, arrays):
    """The results of a node, in double."""
    attrs = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    direction = attrs.get("direction", b"forward").decode()
    names = [name.decode() for name in attrs.get("activations", [])]
    inputs = [None if not name else np.asarray(arrays[name], "f8") for name in node.input] + [None] * 8
    x, w, r, b, _, h, c, p = inputs[:8]
    layout, count = attrs.get("layout", 0), w.shape[0]
    if layout:
        x = x.transpose(1, 0, 2)
        h, c = (None if state is None else state.transpose(1, 0, 2) for state in (h, c))
    hidden = r.shape[2]
    b = np.zeros((count, 2 * w.shape[1])) if b is None else b
    h, c = (np.zeros((count, x.shape[1], hidden)) if state is None else state for state in (h, c))
    p = np.zeros((count, 3 * hidden)) if p is None else p
    each = len(DEFAULTS[node.op_type])
    names = names or DEFAULTS[node.op_type] * count
    results = []
    for d in range(count):
        one = Layer(node.op_type, attrs, names[d * each:(d + 1) * each],
                    dict(x=x, w=w[d], r=r[d], b=b[d], h=h[d], c=c[d], p=p[d]))
        results.append(one.run(direction == "reverse" or d == 1))
    y, h, c = (np.stack([result[k] for result in results], axis) for k, axis in ((0, 1), (1, 0), (2, 0)))
    if layout:
        y, h, c = y.transpose(2, 0, 1, 3), h.transpose(1, 0, 2), c.transpose(1, 0, 2)
    return dict(zip(node.output, (y, h, c)))


def build(cases):
    """The model of all cases, feeds, and what the definition gives."""
    model, feeds, tolerances = compare_onnxruntime.build(cases)
    arrays = {**feeds, **{i.name: compare_onnxruntime.numpy_helper.to_array(i) for i in model.graph.initializer}}
    expected = {}
    for node in model.graph.node:
        expected.update(define(node, arrays))
    return model, feeds, tolerances, expected


def run(args, workdir, model, feeds, options):
    path = workdir / "model.onnx"
    path.write_bytes(model.SerializeToString())
    np.savez(workdir / "in.npz", **{name: array[None] for name, array in feeds.items()})
    if args.calibrate:
        options = [*options, "--calibrate", str(workdir / "in.npz")]
    done = subprocess.run([args.quantc, "run", str(path), str(workdir / "in.npz"), "-o", str(workdir / "out.npz"), *options],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    found = np.load(workdir / "out.npz")
    return {name: found[name][0] for name in found}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("quantc")
    parser.add_argument("workdir", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--options", default="")
    parser.add_argument("--tolerance", type=float)
    parser.add_argument("--calibrate", action="store_true")
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    args.workdir.mkdir(parents=True)
    groups = (onnx_recurrent_cases.GROUP, onnx_recurrent_cases.BATCH_FIRST)
    cases = [case for group in groups for case in onnx_cases.GROUPS[group] if len(case.nodes) == 1 and args.only in case.name]
    by_opset = {}
    for case in cases:
        by_opset.setdefault(case.opset, []).append(case)
    failed = False
    for opset, group in by_opset.items():
        for alone in [group] if not args.only else [[case] for case in group]:
            model, feeds, tolerances, expected = build(alone)
            found = run(args, args.workdir, model, feeds, [option for option in args.options.split(",") if option])
            if args.tolerance:
                tolerances = dict.fromkeys(tolerances, args.tolerance)
            for name, tolerance in tolerances.items():
                message = compare_onnxruntime.difference(found, expected, {name: tolerance})
                if message:
                    failed = True
                    number = int(name[1:].split("_")[0])
                    node = helper.printable_node(alone[number].nodes[0])
                    print(f"operator set {opset}, {alone[number].name}: {message}\n  {node}", file=sys.stderr)
    print(f"{len(cases)} cases")
    sys.exit(failed)


if __name__ == "__main__":
    main()
