#!/usr/bin/env python3
"""Runs the float ONNX networks of a models directory, and compares with ONNX Runtime.

usage: compare_networks.py QUANTC MODELS WORKDIR

Inputs are random: the weights, not the data, are what could be read wrongly.
"""
import pathlib
import subprocess
import sys

import numpy as np
import onnx

import onnxruntime

TOLERANCE = 1e-4
# Network, how many samples.
NETWORKS = (("resnet20/float.onnx", 2), ("kws/float.onnx", 4))


def compare(quantc, path, samples, workdir):
    """The largest difference, relative to the largest value."""
    given = onnx.load(str(path)).graph.input[0]
    shape = [dim.dim_value for dim in given.type.tensor_type.shape.dim]
    data = np.random.default_rng(5).normal(size=[samples, *shape]).astype("f4")
    workdir.mkdir(parents=True, exist_ok=True)
    np.savez(workdir / "in.npz", **{given.name: data})
    subprocess.run([quantc, "run", str(path), str(workdir / "in.npz"), "-o", str(workdir / "out.npz")], check=True)
    found = np.load(workdir / "out.npz")
    worst = 0.0
    for index, sample in enumerate(data):
        for name, expected in onnxruntime.run(path, {given.name: sample}, workdir).items():
            worst = max(worst, np.abs(found[name][index] - expected).max() / np.abs(expected).max())
    return worst


def main():
    quantc, models, workdir = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    failures = 0
    for name, samples in NETWORKS:
        worst = compare(quantc, models / name, samples, workdir / name.replace("/", "-"))
        print(f"{name}: {worst:.2g}")
        failures += not worst <= TOLERANCE
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
