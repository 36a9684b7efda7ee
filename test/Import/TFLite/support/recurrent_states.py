"""States of recurrent operators: what a network is given and gives, step by step and in parts of a sequence.

usage: recurrent_states.py WORKDIR      quantc and flatc are in PATH
"""
import pathlib
import subprocess
import sys

import numpy as np

from cases import C, W
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


def basic(name, weights):
    """The older kernel of LSTM has one matrix, and states that are no variable tensors."""
    n = Network()
    x, hidden, cell = (n.tensor(name, (2, size)) for name, size in (("x", SIZE), ("hidden", CELL), ("cell", CELL)))
    biases = C(4 * CELL, seed=2)
    outputs = [n.tensor(name, (2, size)) for name, size in (("y", CELL), ("next", CELL), ("all", SIZE + CELL), ("sums", 4 * CELL))]
    n.op("LSTM", [x, hidden, n.constant("weights", weights.array, weights.params), n.constant("biases", biases.array), cell], outputs, "LSTM",
         dict(activation="TANH", kernel="BASIC"), version=2)
    n.inputs, n.outputs = [x, hidden, cell], outputs[:2]
    # The matrix has the gates in the order i, g, f, o.
    w, b = np.split(weights.reals, 4), np.split(biases.array, 4)
    order = [0, 2, 1, 3]
    own = [*[w[i][:, :SIZE] for i in order], *[w[i][:, SIZE:] for i in order], None, None, None, *[b[i] for i in order], None, None]
    states = [np.random.default_rng(seed).uniform(-1, 1, (2, CELL)).astype(np.float32) for seed in (3, 4)]
    got = run(n.write(WORKDIR / f"{name}.tflite"), dict(x=X[0], hidden=states[0], cell=states[1]))
    _, want, want_cell = apply(X[:1], own, *states, None, dict(activation="TANH"))
    expect(name, got["y"], want)
    expect(f"{name}, cell", got["next"], want_cell)


def basics():
    """With integer weights, products are those of floats."""
    basic("basic", C(4 * CELL, SIZE + CELL, seed=1, low=-0.9, high=0.9))
    basic("basic_integers", W(4 * CELL, SIZE + CELL, seed=1))


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


def loop(body, *operands):
    """A network of one WHILE whose condition is that the first operand is below 6; the operands follow it."""
    n, condition = body.subgraphs[0], Network(body)
    for index, tensor in enumerate(body.inputs):
        fields = body.tensors[tensor]
        condition.tensors.append(dict(fields, name=f"condition.{index}"))
    condition.inputs = list(range(len(body.inputs)))
    condition.outputs = [condition.tensor("less", (), bool)]
    condition.op("LESS", [0, condition.constant("limit", np.int32(6))], condition.outputs)
    outputs = [n.tensor(f"end.{index}", body.tensors[tensor]["shape"], np.float32 if index else np.int32)
               for index, tensor in enumerate(body.inputs)]
    n.op("WHILE", [n.constant("start", np.int32(0)), *operands], outputs, "While",
         dict(condition_subgraph=condition.number, body_subgraph=body.number))
    return outputs


def cell_in_loop():
    """An LSTM as a converter writes it that does not know the layer: a WHILE over the time steps."""
    n = Network()
    body = Network(n)
    rng = np.random.default_rng(8)
    weights, biases = (rng.uniform(-0.9, 0.9, shape).astype(np.float32) for shape in ((4 * CELL, SIZE + CELL), 4 * CELL))
    time, h, c, all_x = body.tensor("time", (), np.int32), *[body.tensor(name, (2, CELL)) for name in "hc"], body.tensor("all_x", X.shape)
    body.inputs = [time, h, c, all_x]

    def apply_op(code, operands, *shape, **more):
        result = body.tensor(f"{code}{len(body.tensors)}", shape)
        body.op(code, operands, [result], **more)
        return result
    x = apply_op("GATHER", [all_x, time], 2, SIZE, options_type="Gather")
    joined = apply_op("CONCATENATION", [x, h], 2, SIZE + CELL, options_type="Concatenation", options=dict(axis=1))
    sums = apply_op("FULLY_CONNECTED", [joined, body.constant("weights", weights), body.constant("biases", biases)], 2, 4 * CELL,
                    options_type="FullyConnected")
    gates = [body.tensor(f"gate{gate}", (2, CELL)) for gate in range(4)]
    body.op("SPLIT", [body.constant("axis", np.int32(1)), sums], gates)
    i, f, o = (apply_op("LOGISTIC", [gates[gate]], 2, CELL) for gate in (0, 1, 3))
    added = apply_op("MUL", [i, apply_op("TANH", [gates[2]], 2, CELL)], 2, CELL, options_type="Mul")
    cell = apply_op("ADD", [apply_op("MUL", [f, c], 2, CELL, options_type="Mul"), added], 2, CELL, options_type="Add")
    hidden = apply_op("MUL", [o, apply_op("TANH", [cell], 2, CELL)], 2, CELL, options_type="Mul")
    later = body.tensor("later", (), np.int32)
    body.op("ADD", [time, body.constant("one", np.int32(1))], [later], "Add")
    body.outputs = [later, hidden, cell, all_x]
    n.inputs = [n.tensor("x", X.shape)]
    zeros = n.constant("zeros", np.zeros((2, CELL), np.float32))
    n.outputs = loop(body, zeros, zeros, *n.inputs)[1:3]
    got = run(n.write(WORKDIR / "cell.tflite"), dict(x=X))
    parts = [part for gate in np.split(weights, 4) for part in (gate[:, :SIZE], gate[:, SIZE:])]
    _, want, want_cell = apply(X, [*parts[::2], *parts[1::2], None, None, None, *np.split(biases, 4), None, None],
                               *[np.zeros((2, CELL), np.float32)] * 2, None, dict(activation="TANH"))
    expect("cell in a loop", got["end.1"], want)
    expect("cell in a loop, cell", got["end.2"], want_cell)


def layer_in_loop():
    """The second round starts with the states of the first one; the next run starts with 0 again."""
    n = Network()
    body = Network(n)
    case = rnn_case("layer")
    weights = [operand.array[:, :SIZE] if operand.array.ndim == 2 else operand.array for operand in case.operands[1:4]]
    weights = [array[:SIZE] for array in weights]
    time, x, y, later = (body.tensor("time", (), np.int32), body.tensor("bx", X.shape), body.tensor("by", X.shape),
                         body.tensor("later", (), np.int32))
    body.op("UNIDIRECTIONAL_SEQUENCE_RNN", [x, *[body.constant(f"w{i}", array) for i, array in enumerate(weights)],
                                            body.tensor("state", (2, SIZE), is_variable=True)], [y],
            "SequenceRNN", dict(activation="TANH", time_major=True))
    body.op("ADD", [time, body.constant("step", np.int32(3))], [later], "Add")
    body.inputs, body.outputs = [time, x], [later, y]
    n.inputs = [n.tensor("x", X.shape)]
    n.outputs = loop(body, *n.inputs)[1:]
    got = run(n.write(WORKDIR / "layer.tflite"), dict(x=X))
    first, hidden = rnn(X, *weights, np.zeros((2, SIZE)), "TANH")
    expect_names("layer in a loop", got, ["end.1"])
    expect("layer in a loop", got["end.1"], rnn(first, *weights, hidden, "TANH")[0])


def main():
    WORKDIR.mkdir(parents=True, exist_ok=True)
    for test in (steps, basics, parts, cell_in_loop, layer_in_loop):
        test()


if __name__ == "__main__":
    main()
