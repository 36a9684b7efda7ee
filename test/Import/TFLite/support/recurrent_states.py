"""States of recurrent operators: what a network is given and gives, step by step and in parts of a sequence.

usage: recurrent_states.py WORKDIR      quantc and flatc are in PATH
"""
import pathlib
import subprocess
import sys

import numpy as np

from cases import C
from network import Network
from recurrent_cases import CELL, SIZE, apply, bidirectional_lstm, lstm_case, rnn_case, rnn, svdf, svdf_case

WORKDIR = pathlib.Path(sys.argv[1])
X = np.random.default_rng(5).uniform(-2, 2, (6, 2, SIZE)).astype(np.float32)


def run(path, inputs, *options):
    """The outputs by name, without the dimension of samples."""
    np.savez(WORKDIR / "in.npz", **{name: array[None] for name, array in inputs.items()})
    subprocess.run(["quantc", "run", path, WORKDIR / "in.npz", "-o", WORKDIR / "out.npz", *options], check=True)
    return {name: array[0] for name, array in np.load(WORKDIR / "out.npz").items()}


def write(case):
    network = Network()
    case.add_to(network)
    return network.write(WORKDIR / f"{case.name}.tflite")


def expect(name, got, want):
    if not np.abs(got - want).max() <= 5e-6:
        sys.exit(f"{name}: off by {np.abs(got - want).max()}")


def expect_names(name, got, want):
    if sorted(got) != sorted(want):
        sys.exit(f"{name}: has the outputs {sorted(got)} instead of {sorted(want)}")


def stream(case, want, *states):
    """Runs the steps of X one by one; the states of a step are the inputs of the next one."""
    path, held = write(case), {}
    for t, x in enumerate(X):
        got = run(path, {f"{case.name}.0": x, **held})
        expect_names(case.name, got, [f"{case.name}:0", *[f"{state}_next" for state in states]])
        expect(f"{case.name}, step {t}", got[f"{case.name}:0"], want[t])
        held = {state: got[f"{state}_next"] for state in states}


def steps():
    case = lstm_case("lstm", step=True, projection=3, peepholes=True, norm=True)
    reals = [operand.reals if operand else None for operand in case.operands]
    zeros = np.zeros((2, 3), np.float32), np.zeros((2, CELL), np.float32)
    stream(case, apply(X, reals[1:18], *zeros, reals[20:], dict(activation="TANH"))[0], "lstm.18", "lstm.19")
    case = rnn_case("rnn", step=True)
    reals = [operand.reals for operand in case.operands]
    stream(case, rnn(X, *reals[1:4], np.zeros((2, CELL)), "TANH")[0], "rnn.4")
    case = svdf_case("svdf")
    reals, state, want = [operand.reals for operand in case.operands], np.zeros((2, 24)), []
    for x in X:
        y, state = svdf(x, *reals[1:4], state, 2, "NONE")
        want.append(y)
    stream(case, want, "svdf.4")


def basic():
    """The older kernel of LSTM has one matrix, and states that are no variable tensors."""
    n = Network()
    x, hidden, cell = (n.tensor(name, (2, size)) for name, size in (("x", SIZE), ("hidden", CELL), ("cell", CELL)))
    weights, biases = C(4 * CELL, SIZE + CELL, seed=1, low=-0.9, high=0.9), C(4 * CELL, seed=2)
    outputs = [n.tensor(name, (2, size)) for name, size in (("y", CELL), ("next", CELL), ("all", SIZE + CELL), ("sums", 4 * CELL))]
    n.op("LSTM", [x, hidden, n.constant("weights", weights.array), n.constant("biases", biases.array), cell], outputs, "LSTM",
         dict(activation="TANH", kernel="BASIC"), version=2)
    n.inputs, n.outputs = [x, hidden, cell], outputs[:2]
    # The matrix has the gates in the order i, g, f, o.
    w, b = np.split(weights.array, 4)[0:4], np.split(biases.array, 4)
    order = [0, 2, 1, 3]
    own = [*[w[i][:, :SIZE] for i in order], *[w[i][:, SIZE:] for i in order], None, None, None, *[b[i] for i in order], None, None]
    states = [np.random.default_rng(seed).uniform(-1, 1, (2, CELL)).astype(np.float32) for seed in (3, 4)]
    got = run(n.write(WORKDIR / "basic.tflite"), dict(x=X[0], hidden=states[0], cell=states[1]))
    _, want, want_cell = apply(X[:1], own, *states, None, dict(activation="TANH"))
    expect("basic", got["y"], want)
    expect("basic, cell", got["next"], want_cell)


def parts():
    """A sequence in two parts: each starts with 0, or with the states that the first part left."""
    case = lstm_case("sequence", projection=3)
    case.operands[0] = case.operands[0].__class__(X[:3])
    reals = [operand.reals if operand else None for operand in case.operands]
    path, zeros = write(case), (np.zeros((2, 3), np.float32), np.zeros((2, CELL), np.float32))

    def want(x):
        return apply(x, reals[1:18], *zeros, None, dict(activation="TANH"))[0]
    got = run(path, {"sequence.0": X[3:]})
    expect_names("sequence", got, ["sequence:0"])
    expect("sequence, zero", got["sequence:0"], want(X[3:]))
    got = run(path, {"sequence.0": X[:3]}, "--state=operands")
    expect_names("sequence", got, ["sequence:0", "sequence.18_next", "sequence.19_next"])
    held = {name: got[f"{name}_next"] for name in ("sequence.18", "sequence.19")}
    got = run(path, {"sequence.0": X[3:], **held}, "--state=operands")
    expect("sequence, operands", got["sequence:0"], want(X)[3:])
    case = bidirectional_lstm("both", merge=True)
    got = run(write(case), {"both.0": case.operands[0].array}, "--state=operands")
    expect_names("both", got, ["both:0", *[f"both.{state}_next" for state in range(35, 39)]])
    expect("both", got["both:0"], case.results()[0])
    expect("both, last", got["both.35_next"], got["both:0"][-1, :, :CELL])
    expect("both, first", got["both.37_next"], got["both:0"][0, :, CELL:])


def main():
    WORKDIR.mkdir(parents=True, exist_ok=True)
    for test in (steps, basic, parts):
        test()


if __name__ == "__main__":
    main()
