"""States that a block of the caller holds (--state=held): steps of the object, step by step, beside the sequence.

usage: held_states.py --bin=DIR --llvm=DIR --cc=COMPILER WORKDIR      quantc and flatc are in PATH
"""
import json
import pathlib
import subprocess
import sys

import numpy as np

sys.path.append(str(pathlib.Path(__file__).parents[3] / "Integration" / "support"))
import streaming
from network import Network
from recurrent_cases import SIZE, lstm_case, rnn_case, svdf_case

WORKDIR = pathlib.Path(next(argument for argument in sys.argv[1:] if not argument.startswith("--")))
TOOLS = streaming.make_tools(sys.argv[1:])
STEPS = 40


def write(case):
    network = Network()
    case.add_to(network)
    return network.write(WORKDIR / f"{case.name}.tflite")


def accumulator():
    """The sum over all steps, and the difference from the step before, in variables that start with 0.5 and with 1, 2, 3."""
    n = Network()
    init = Network(n)
    x, total, last, y, z = (n.tensor(name, (1, 3)) for name in ("x", "total", "before", "y", "z"))
    n.op("CALL_ONCE", [], [], "CallOnce", dict(subgraph=init.number))
    handles = []
    for name, start in (("sum", np.full((1, 3), 0.5, np.float32)), ("last", np.float32([[1, 2, 3]]))):
        for graph in (n, init):
            handles.append(graph.tensor(f"{name}.handle{graph.number}", (), "RESOURCE"))
            graph.op("VAR_HANDLE", [], handles[-1:], "VarHandle", dict(container="", shared_name=name))
        init.op("ASSIGN_VARIABLE", [handles.pop(), init.constant(f"{name}.start", start)], [])
    for handle, value in zip(handles, (total, last)):
        n.op("READ_VARIABLE", [handle], [value])
    n.op("ADD", [total, x], [y], "Add")
    n.op("SUB", [x, last], [z], "Sub")
    for handle, value in zip(handles, (y, x)):
        n.op("ASSIGN_VARIABLE", [handle, value], [])
    n.inputs, n.outputs = [x], [y, z]
    return n.write(WORKDIR / "accumulator.tflite")


def check(name, path, key, shape, exact, *options):
    """The object's steps on every machine are those of the JIT, which carries the states from sample to sample."""
    workdir = WORKDIR / name.replace(" ", "_")
    workdir.mkdir(parents=True, exist_ok=True)
    data = workdir / "x.npz"
    samples = {key: np.random.default_rng(7).uniform(-2, 2, (STEPS, *shape)).astype(np.float32)}
    np.savez(data, **samples)
    options = [option.replace("DATA", str(data)) for option in options]
    subprocess.run(["quantc", "run", path, data, "-o", workdir / "y.npz", "--state=held",
                    *[option for option in options if option != "--float"]], check=True)
    want = dict(np.load(workdir / "y.npz"))
    results = streaming.stream(TOOLS, workdir, path, samples, "--state=held", *options, every=name == "lstm int8")
    for machine, got in results.items():
        for tensor, array in got.items():
            wanted = want[tensor].reshape(array.shape)
            if not (np.array_equal(array, wanted) if exact else np.allclose(array, wanted, rtol=1e-5, atol=1e-5)):
                sys.exit(f"{name}, {tensor}, {machine}: off by {np.abs(array - wanted).max()}")
    assert results, "no target runs here"
    return want, streaming.get_step(workdir)


def stream_integers(name, path, key, shape, *options):
    """The steps of an object whose inputs, outputs and states are integers, on the inputs of `check`."""
    workdir = WORKDIR / f"{name}_integers"
    workdir.mkdir(parents=True, exist_ok=True)
    data = WORKDIR / f"{name}_int8" / "x.npz"
    options = [option.replace("DATA", str(data)) for option in options]
    TOOLS.run("compile", path, "--state=held", *options, "--name=net", "-o", workdir / "net.o")
    entry = json.loads((workdir / "net.json").read_text())["step"]["inputs"][0]
    codes = np.clip(np.rint(np.load(data)[key] / entry["scale"]) + entry["zero_point"], -128, 127).astype(np.int8)
    results = streaming.stream(TOOLS, workdir, path, {key: codes}, "--state=held", *options, every=False)
    return results, streaming.get_step(workdir)


def expect_close(name, got, want, decibels):
    sqnr = 10 * np.log10((want**2).sum() / ((got - want) ** 2).sum())
    if sqnr < decibels:
        sys.exit(f"{name}: {sqnr:.1f} dB")


def main():
    shape = (2, SIZE)
    for case in (lstm_case("lstm", step=True), rnn_case("rnn", step=True), svdf_case("svdf")):
        path, key = write(case), f"{case.name}.0"
        reals, _ = check(case.name, path, key, shape, False, "--float")
        if case.name == "svdf":
            continue
        # Calibrated with steps of one stream, states have the ranges that they take there. Their integers are those that
        # the layer carries through a sequence: int8 and int16.
        options = ["--calibrate=DATA", "--scheme=int8"]
        ints, step = check(f"{case.name} int8", path, key, shape, True, *options)
        output = f"{case.name}:0"
        expect_close(f"{case.name} in int8", ints[output], reals[output], 30)
        held = [tensor["type"] for tensor in step["state"]["tensors"]]
        assert step["warmup_steps"] == 0 and held == ["float32"] * (2 if case.name == "lstm" else 1), held
        narrow, step = stream_integers(case.name, path, key, shape, *options, "--io=int8")
        held = [tensor["type"] for tensor in step["state"]["tensors"]]
        assert held == (["int8", "int16"] if case.name == "lstm" else ["int8"]), held
        # Reals between steps lose nothing of these integers.
        scale = step["outputs"][0]["scale"]
        assert all(np.array_equal((array - step["outputs"][0]["zero_point"]) * np.float32(scale), ints[output].reshape(array.shape))
                   for array in (got[output].astype(np.float32) for got in narrow.values()))
    path = accumulator()
    want, step = check("accumulator", path, "x", (1, 3), True, "--float")
    x = np.load(WORKDIR / "accumulator" / "x.npz")["x"]
    assert np.allclose(want["y"].reshape(-1, 3), 0.5 + np.cumsum(x.reshape(-1, 3), 0), atol=1e-4)
    assert np.allclose(want["z"].reshape(-1, 3)[0], x.reshape(-1, 3)[0] - [1, 2, 3], atol=1e-6)
    assert step["state"]["bytes"] == 24


if __name__ == "__main__":
    WORKDIR.mkdir(parents=True, exist_ok=True)
    main()
