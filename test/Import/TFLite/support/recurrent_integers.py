"""LSTM layers and SVDF of quantized files give the integers of the kernel.

usage: recurrent_integers.py WORKDIR      quantc and flatc are in PATH
"""
import pathlib
import subprocess
import sys

import numpy as np

from integer_lstm import Layer
from integer_svdf import Svdf
from network import Network, Params

WORKDIR = pathlib.Path(sys.argv[1])


def run(model, inputs, *options):
    np.savez(WORKDIR / "in.npz", **{name: array[None] for name, array in inputs.items()})
    subprocess.run(["quantc", "run", model, WORKDIR / "in.npz", "-o", WORKDIR / "out.npz", *options], check=True)
    return {name: array[0] for name, array in np.load(WORKDIR / "out.npz").items()}


def equal(name, got, want):
    if got.dtype != want.dtype or not np.array_equal(got, want):
        sys.exit(f"{name}: {np.count_nonzero(got != want)} of {want.size} integers differ\n{got}\n{want}")


def svdf_steps():
    # Large scales saturate the state and the output.
    for svdf in (Svdf("svdf"), Svdf("svdf_bare", bias=False, rank=1, units=7, seed=1), Svdf("svdf_memory", memory=1, seed=2),
                 Svdf("svdf_small", batch=1, x=Params(0.004, 3), scale=0.002, out=Params(0.003, -128), seed=3),
                 Svdf("svdf_saturated", scale=0.3, out=Params(0.4, -128), seed=4)):
        network, held = Network(), {}
        svdf.add_to(network)
        path = network.write(WORKDIR / f"{svdf.name}.tflite")
        state = np.zeros((svdf.batch, svdf.filters * svdf.memory), np.int16)
        for step, x in enumerate(svdf.data):
            y, state = svdf.expect(x, state)
            got = run(path, dict(x=x, **held))
            equal(f"{svdf.name}, step {step}", got["y"], y)
            equal(f"{svdf.name}, state of step {step}", got["state_next"], state)
            held = dict(state=state)


def main():
    WORKDIR.mkdir(parents=True, exist_ok=True)
    # Large scales saturate the sums and the cell.
    layers = [Layer("plain"), Layer("batch", time_major=False, seed=1, units=9), Layer("one", batch=1, units=1, size=1, steps=3, seed=2),
              Layer("saturated", seed=3, scale=0.2, exponent=-15, steps=12), Layer("clipped", seed=4, clip=1.5, exponent=-11),
              Layer("wide_clip", seed=5, clip=10.0), Layer("coarse", seed=6, exponent=-9, steps=20), Layer("fine", seed=7, exponent=-15),
              # Small scales: a second rounding shows.
              Layer("small", seed=8, x=Params(0.004, -7), scale=0.003, units=16, steps=12)]
    for layer in layers:
        network = Network()
        layer.add_to(network)
        path = network.write(WORKDIR / f"{layer.name}.tflite")
        want, _, _ = layer.expect(layer.data)
        for options in ([], ["--contract=tflm"], ["--contract=exact"]):
            got = run(path, dict(x=layer.turn(layer.data)), *options)
            equal(f"{layer.name} {options}", got["y"], layer.turn(want))
        # Two runs in turn: the second starts where the first ended.
        held = {}
        hidden = cell = None
        for part in range(2):
            want, hidden, cell = layer.expect(layer.data, hidden, cell)
            got = run(path, dict(x=layer.turn(layer.data), **held), "--state=operands")
            for name, expected in (("y", layer.turn(want)), ("hidden_next", hidden), ("cell_next", cell)):
                equal(f"{layer.name}, part {part}: {name}", got[name], expected)
            held = dict(hidden=hidden, cell=cell)
    svdf_steps()
    layer = layers[0]
    library = WORKDIR / "plain.so"
    subprocess.run(["quantc", "compile", WORKDIR / "plain.tflite", "--emit=shared-lib", "-o", library], check=True)
    equal("object", run(library, dict(x=layer.data))["y"], layer.expect(layer.data)[0])


if __name__ == "__main__":
    main()
