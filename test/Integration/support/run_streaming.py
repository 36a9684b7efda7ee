"""Compares the steps of --stream-axis with the whole sequence, on every target.

Output j of the sequence is what step j + NET_WARMUP_STEPS gives, and an answer for the whole sequence is what the last
step gives: with the same bits in integers.

usage: run_streaming.py --bin=DIR --llvm=DIR --cc=COMPILER WORKDIR
"""
import pathlib
import shutil
import sys

import numpy as np

import streaming
from tosa import Network as Tosa
from tosa import Value, array

GATES = dict(lstm=4, gru=3, rnn=1)


class Network(Tosa):
    def layer(self, kind, x, size, initial=None, results=1):
        """A recurrent layer over x [T, N, C]: the sequence, or with `results` of 2 its last state."""
        steps, batch, inputs = x.shape
        rows = GATES[kind] * size
        w, r, b = self.weights(rows, inputs), self.weights(rows, size, spread=1.2), self.const(self.random.normal(size=rows) / 4)
        operands, words = [x, w, r, b], f"weights({w.name}, {r.name}) bias({b.name})"
        for word in ("initial_hidden", "initial_cell")[:(2 if kind == "lstm" else 1) if initial else 0]:
            state = self.const(np.full((batch, size), initial))
            operands.append(state)
            words += f" {word}({state.name})"
        states = 2 if kind == "lstm" else 1
        shapes = [(steps, batch, size)] + [(batch, size)] * states
        result = self.fresh(shapes[0])
        types = ", ".join(operand.type for operand in operands)
        self.lines.append(f"{result.name}:{len(shapes)} = ptq.{kind} {x.name} {words} : ({types}) -> "
                          f"({', '.join(Value('', shape).type for shape in shapes)})")
        return Value(f"{result.name}#{results - 1}", shapes[results - 1])

    def pad_front(self, x, count):
        padding = [0, 0, count] + [0] * (2 * len(x.shape) - 3)
        shape = [size + count * (i == 1) for i, size in enumerate(x.shape)]
        return self.op("pad", [x, self.shape(padding), self.const([0.0])], shape)

    def dense(self, x, size):
        rows = int(np.prod(x.shape[:-1]))
        y = self.conv2d(self.reshape(x, rows, 1, 1, x.shape[-1]), size, (1, 1), pad=(0, 0, 0, 0))
        return self.reshape(y, *x.shape[:-1], size)

    def conv(self, x, channels, size, **more):
        """Over time alone: x is [1, T, W, C]."""
        return self.conv2d(x, channels, (size, 1), **{"pad": (0, 0, 0, 0), **more})


def stack(net, kinds=("lstm", "gru"), batch=2):
    x = net.input(12, batch, 3)
    y = x
    for kind in kinds:
        y = net.layer(kind, y, 5)
    y = net.op("tanh", [y], y.shape)
    net.output(net.dense(y, 4))
    return 0


def initial(net):
    x = net.input(10, 1, 3)
    net.output(net.layer("gru", net.layer("lstm", x, 4, initial=0.4), 4, initial=-0.3))
    return 0


def sensors(net, results=None):
    """Convolutions without padding, recurrent layers, and the answer of the last step."""
    x = net.input(1, 24, 3, 1)
    y = net.relu(net.conv(x, 6, 5))
    y = net.relu(net.conv(y, 6, 3, dilation=(2, 1)))
    y = net.transpose(net.reshape(y, 1, 16, 18), 1, 0, 2)
    if results == 2:
        last = net.layer("gru", net.layer("lstm", y, 8), 6, results=2)
    else:
        y = net.transpose(net.layer("gru", net.layer("lstm", y, 8), 6), 1, 0, 2)
        if results:
            net.output(y)
        last = net.reshape(net.slice(y, (0, 15, 0), (1, 1, 6)), 1, 6)
    net.output(net.dense(last, 4))
    return 1


def causal(net):
    """Dilated convolutions that are padded in front, with shortcuts around them."""
    x = net.input(1, 20, 1, 4)
    y = x
    for dilation in (1, 2, 4):
        z = net.conv(net.pad_front(y, 2 * dilation), 4, 3, dilation=(dilation, 1))
        y = net.op("add", [y, net.relu(z)], y.shape)
    y = net.conv(y, 5, 3, pad=(2, 0, 0, 0))
    net.output(y)
    return 1


def cropped(net):
    """Shortcuts around convolutions without padding: what they add is older than what comes in."""
    x = net.input(1, 18, 2, 3)
    y = net.conv(x, 3, 4)
    y = net.op("add", [y, net.slice(x, (0, 3, 0, 0), y.shape)], y.shape)
    z = net.op("max_pool2d", [y], (1, 13, 2, 3), f"kernel = {array((3, 1))}, stride = {array((1, 1))}, pad = {array((0, 0, 0, 0))}")
    y = net.op("add", [z, net.slice(x, (0, 0, 0, 0), z.shape)], z.shape)
    net.output(y)
    net.output(net.relu(x))
    return 1


def warm(net):
    """Windows and layers behind convolutions without padding: they start with the first result of these."""
    x = net.input(1, 22, 1, 3)
    y = net.conv(x, 4, 4)
    y = net.conv(net.pad_front(net.relu(y), 3), 4, 2, dilation=(3, 1))
    y = net.transpose(net.reshape(y, 1, 19, 4), 1, 0, 2)
    y = net.layer("rnn", y, 5, initial=0.5)
    net.output(net.layer("gru", y, 4, initial=0.25))
    return 1


def whole(net):
    """The window of the last convolution is the whole sequence."""
    x = net.input(1, 9, 1, 3)
    y = net.depthwise(x, 2, (4, 1), pad=(0, 0, 0, 0))
    net.output(net.reshape(net.conv(y, 4, 6), 1, 4))
    return 1


# Each with the forms in which it is tried. A dynamic range of a convolution is that of all steps.
CASES = [("stack", "int8 int16 row float", stack), ("rnn", "int8", lambda net: stack(net, ("rnn", "rnn"), 1)), ("initial", "int8 int16", initial),
         ("sensors", "int8 float", sensors), ("sensors_last_state", "int8", lambda net: sensors(net, 2)),
         ("sensors_both", "int8", lambda net: sensors(net, 1)), ("causal", "int8 int16 float", causal), ("cropped", "int8", cropped),
         ("warm", "int8 int16", warm), ("whole", "int8", whole)]
FORMS = dict(int8=["--scheme=int8", "--calibrate=DATA", "--io=int8"], int16=["--scheme=int16x8", "--calibrate=DATA"],
             row=["--scheme=dynamic-range:row", "--min-weight-elements=0"], float=[])
# The cases that run on all targets.
EVERYWHERE = ("sensors_both", "causal")


def run(tools, workdir, name, make, form, options):
    place = workdir / f"{name}_{form}"
    place.mkdir(parents=True)
    net = Network(len(name))
    axis = make(net)
    source, data = place / "net.mlir", place / "x.npz"
    source.write_text(net.text())
    random = np.random.default_rng(11)
    shape = net.inputs[0].shape
    x = np.cumsum(random.normal(size=(6, *shape)), axis + 1).astype(np.float32) / 2
    np.savez(data, x=x)
    options = [option.replace("DATA", str(data)) for option in options]
    # The sequence, from an object of its own: NAME_run.
    tools.run("compile", source, *(options or ["--float"]), "--emit=shared-lib", f"--stream-axis={axis}", "--name=net", "-o", place / "net.so")
    if form == "int8":
        entry = streaming.json.loads((place / "net.json").read_text())["inputs"][0]
        x = np.clip(np.rint(x / entry["scale"]) + entry["zero_point"], -128, 127).astype(np.int8)
        np.savez(place / "q.npz", x=x)
        tools.run("run", place / "net.so", place / "q.npz", "-o", place / "y.npz")
    else:
        tools.run("run", place / "net.so", data, "-o", place / "y.npz")
    want = np.load(place / "y.npz")
    # The steps of one sample: [1, T, ...] or [T, ...] become T frames.
    frames = np.moveaxis(x[2], axis, 0)[:, None].swapaxes(1, axis + 1) if axis else x[2][:, None]
    results = streaming.stream(tools, place, source, {"x0": frames}, *(options or ["--float"]), f"--stream-axis={axis}",
                               every=name in EVERYWHERE)
    assert results, "no target runs here"
    step = streaming.get_step(place)
    warmup, exact = step["warmup_steps"], form in ("int8", "int16")
    for machine, got in results.items():
        for tensor, steps in got.items():
            sequence = want[tensor][2]
            if sequence.shape == steps.shape[1:]:  # An answer of the last step.
                got_sequence = steps[-1]
            else:
                along = next(i for i, (a, b) in enumerate(zip(sequence.shape, steps.shape[1:])) if a != b)
                got_sequence = np.concatenate(list(steps[warmup:]), along)
                # What the sequence does not reach may follow.
                got_sequence = np.take(got_sequence, range(min(sequence.shape[along], got_sequence.shape[along])), along)
                sequence = np.take(sequence, range(got_sequence.shape[along]), along)
                assert got_sequence.shape[along] > 1, (tensor, got_sequence.shape)
            same = np.array_equal(got_sequence, sequence) if exact else np.allclose(got_sequence, sequence, rtol=1e-4, atol=1e-4)
            if not same:
                sys.exit(f"{name}, {form}, {machine}, '{tensor}': steps differ from the sequence\n{got_sequence}\n{sequence}")


def main():
    workdir, tools = pathlib.Path(next(argument for argument in sys.argv[1:] if not argument.startswith("--"))), streaming.make_tools(sys.argv[1:])
    shutil.rmtree(workdir, ignore_errors=True)
    chosen = [argument for argument in sys.argv[1:] if not argument.startswith("--")][1:]
    count = 0
    for name, forms, make in CASES:
        for form in forms.split():
            if chosen and name not in chosen:
                continue
            run(tools, workdir, name, make, form, FORMS[form])
            count += 1
    print(f"{count} networks: steps are the sequence")


if __name__ == "__main__":
    main()
