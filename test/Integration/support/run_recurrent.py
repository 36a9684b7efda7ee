#!/usr/bin/env python3
"""Quantized recurrent layers: objects for targets = JIT = upstream's lowering = numpy (recurrent_reference.py), bit for bit.

usage: run_recurrent.py WORKDIR --bin DIR --llvm DIR --cc COMPILER

All layers are one network that comes quantized: parameters of every kind are those of this file.
"""
import argparse
import pathlib
import shutil
import sys

import numpy as np

import freestanding
import judge
import recurrent_reference
from run_cases import Run
from run_reference import Network, f32, quant, tensor
from toolchain import Failure, Tools, manifest

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
FUNCTIONS = {"lstm": ("gate", "cellInput", "output"), "gru": ("gate", "candidate"), "rnn": ("activation",)}
DEFAULTS = {"lstm": ("sigmoid", "tanh", "tanh"), "gru": ("sigmoid", "tanh"), "rnn": ("tanh",)}

# (name, kind, (steps, batch, input, hidden), options)
CASES = [
    ("lstm", "lstm", (6, 1, 3, 4), {}),
    ("lstm of vectors", "lstm", (5, 1, 32, 64), dict(bias=True)),
    ("lstm, a rest beside vectors", "lstm", (4, 1, 17, 33), dict(bias=True)),
    ("lstm, reverse, batch, states", "lstm", (7, 3, 5, 6), dict(bias=True, reverse=True, states=True)),
    ("lstm, peepholes", "lstm", (9, 2, 5, 7), dict(bias=True, peepholes=True, states=True)),
    ("lstm, coupled, clip", "lstm", (9, 1, 5, 7), dict(coupled=True, clip=1.5)),
    ("lstm, coupled, peepholes", "lstm", (5, 1, 3, 5), dict(coupled=True, peepholes=True)),
    ("lstm, other functions", "lstm", (5, 2, 3, 5), dict(functions=("hard_sigmoid", "sigmoid", "hard_sigmoid"))),
    ("lstm, a cell that saturates", "lstm", (40, 1, 3, 5), dict(cell_scale=2.0**-15, spread=8)),
    ("lstm, a wide cell", "lstm", (40, 1, 3, 5), dict(cell_scale=2.0**-2, spread=8)),
    ("lstm, a cell of large steps", "lstm", (12, 1, 3, 5), dict(cell_scale=2.0**5, states=True)),
    ("lstm, sums beyond int16", "lstm", (6, 1, 8, 9), dict(bias=True, spread=3000)),
    ("lstm, recurrent weights near 0", "lstm", (6, 1, 8, 9), dict(bias=True, recurrent_spread=1e-9)),
    ("lstm, one step, last states", "lstm", (1, 1, 4, 4), dict(bias=True, results=(1, 2))),
    ("lstm, the last state only", "lstm", (6, 2, 4, 5), dict(bias=True, results=(1,))),
    ("lstm, input coupled, peepholes", "lstm", (5, 2, 3, 5), dict(bias=True, input_coupled=True, peepholes=True)),
    ("lstm, limited cell", "lstm", (30, 1, 3, 5), dict(bias=True, spread=8, cell_clip=0.75, states=True)),
    ("lstm, a limit beyond int16", "lstm", (30, 1, 3, 5), dict(spread=8, cell_clip=9.0)),
    ("lstm, projection", "lstm", (7, 1, 5, 12), dict(bias=True, projection=7, hidden_scale=1 / 60)),
    ("lstm, projection of vectors, batch, states", "lstm", (5, 2, 17, 64), dict(bias=True, projection=33, states=True, reverse=True, projection_bias=1.0)),
    ("lstm, limited projection, peepholes", "lstm", (9, 1, 5, 7), dict(bias=True, projection=9, projection_bias=1.0, projection_clip=0.6, peepholes=True)),
    ("lstm, projection near 0", "lstm", (6, 1, 8, 9), dict(bias=True, projection=4, projection_spread=1e-9, projection_bias=0.5)),
    ("gru", "gru", (6, 1, 3, 4), {}),
    ("gru, states", "gru", (6, 2, 5, 33), dict(bias=True, states=True, hidden_scale=1 / 40)),
    ("gru, reset after", "gru", (8, 1, 5, 17), dict(bias=True, reset_after=True, hidden_bias=True)),
    ("gru, reset after, no bias", "gru", (8, 2, 5, 7), dict(reset_after=True, states=True, reverse=True)),
    ("gru, reset after, the hidden bias only", "gru", (8, 1, 5, 7), dict(reset_after=True, hidden_bias=True, clip=2.0)),
    ("gru, other functions", "gru", (5, 1, 3, 5), dict(bias=True, functions=("hard_sigmoid", "sigmoid"))),
    ("gru, little by little", "gru", (60, 1, 3, 5), dict(bias=True, spread=0.05, bias_spread=3.0)),
    ("gru, recurrent weights near 0", "gru", (6, 1, 8, 9), dict(bias=True, hidden_bias=True, reset_after=True, recurrent_spread=1e-9)),
    ("rnn", "rnn", (6, 1, 3, 4), {}),
    ("rnn, states, reverse, clip", "rnn", (6, 3, 5, 17), dict(bias=True, states=True, reverse=True, clip=0.7)),
    ("rnn, sigmoid", "rnn", (6, 1, 5, 6), dict(bias=True, functions=("sigmoid",))),
    ("rnn, relu", "rnn", (6, 1, 5, 33), dict(bias=True, functions=("relu",), hidden_scale=0.05)),
    ("rnn, relu, clip", "rnn", (6, 2, 5, 6), dict(bias=True, functions=("relu",), hidden_scale=0.05, clip=2.0, states=True)),
    ("rnn, relu, coarse weights", "rnn", (6, 1, 5, 6), dict(bias=True, functions=("relu",), hidden_scale=0.001, spread=500)),
]


def add_input(net, shape, parameters, storage):
    """(value, index): a float tensor behind a quantized argument."""
    index = len(net.arguments)
    quantized = tensor(shape, quant(parameters, storage))
    net.arguments.append(f"%a{index}: {quantized}")
    return net.line(f"quant.dcast %a{index} : {quantized} to {tensor(shape, 'f32')}"), index


def add_layer(net, bits, kind, sizes, options):
    steps, batch, inputs, size = sizes
    rows, random = GATES[kind] * size, net.random
    spread, hidden = options.get("spread", 3), options.get("projection", size)

    def weights(rows, columns, spread):
        scales = [f32(s) for s in random.uniform(0.2, 1, rows) * spread / 127 / np.sqrt(columns)]
        element = f"!quant.uniform<i8<-127:127>:f32:0, {{{', '.join(map(repr, scales))}}}>"
        codes = random.integers(-127, 128, (rows, columns), np.int8)
        return codes, scales, net.coded(codes, "i8", element)

    step = 1 if bits == 8 else 1 / 256
    input_type = (f32(0.02 * step), int(random.integers(-100, 100)) if bits == 8 else 0)
    layer = dict(bits=bits, input_scale=input_type[0], zero_point=input_type[1], clip=options.get("clip"),
                 hidden_scale=f32(options.get("hidden_scale", 1 / 127) * step), cell_scale=options.get("cell_scale", 2.0**-13),
                 functions=options.get("functions", DEFAULTS[kind]), reverse=options.get("reverse", False),
                 coupled=options.get("coupled", False), input_coupled=options.get("input_coupled", False),
                 reset_after=options.get("reset_after", False), cell_clip=options.get("cell_clip"),
                 projection_clip=options.get("projection_clip"))
    x, index = add_input(net, (steps, batch, inputs), input_type, f"i{bits}")
    layer["weights"], layer["weight_scales"], w = weights(rows, inputs, spread)
    layer["recurrence"], layer["recurrence_scales"], r = weights(rows, hidden, options.get("recurrent_spread", spread))
    states = [(layer["hidden_scale"], 0)] + ([(layer["cell_scale"], 0)] if kind == "lstm" else [])
    state_sizes = [hidden, size]
    storages = [f"i{bits}", "i16"]
    operands = [(x, tensor((steps, batch, inputs), "f32")), (w, tensor((rows, inputs), "f32")), (r, tensor((rows, hidden), "f32"))]
    words = f"ptq.{kind} {x} weights({w}, {r})"

    def add(word, key, shape, spread):
        nonlocal words
        layer[key] = random.uniform(-spread, spread, shape).astype(np.float32)
        constant = net.const(layer[key])
        operands.append((constant, tensor(shape, "f32")))
        words += f" {word}({constant})"

    if options.get("bias"):
        add("bias", "bias", (rows,), options.get("bias_spread", 1))
    if options.get("hidden_bias"):
        add("hidden_bias", "hidden_bias", (size,), 1)
    initial = [None, None]
    if options.get("states"):
        for i, (word, parameters) in enumerate(zip(("initial_hidden", "initial_cell"), states)):
            value, initial[i] = add_input(net, (batch, state_sizes[i]), parameters, storages[i])
            operands.append((value, tensor((batch, state_sizes[i]), "f32")))
            words += f" {word}({value})"
    if options.get("peepholes"):
        add("peepholes", "peepholes", (3, size), 1)
    if options.get("projection"):
        layer["projection"], layer["projection_scales"], p = weights(hidden, size, options.get("projection_spread", 3))
        operands.append((p, tensor((hidden, size), "f32")))
        words += f" projection({p})"
    if options.get("projection_bias"):
        add("projection_bias", "projection_bias", (hidden,), options["projection_bias"])
    attributes = [f"stateTypes = [{', '.join(quant(p, s) for p, s in zip(states, storages))}]"]
    attributes += [name for name, key in (("reverse", "reverse"), ("coupled", "coupled"), ("inputCoupled", "input_coupled"),
                                                  ("resetAfter", "reset_after")) if layer[key]]
    attributes += [f"{name} = {layer[key]!r} : f32" for name, key in (("clip", "clip"), ("cellClip", "cell_clip"),
                                                                      ("projectionClip", "projection_clip")) if layer[key]]
    for name, function in zip(FUNCTIONS[kind], layer["functions"]):
        attributes.append(f"{name} = #ptq.activation<{function}>")
    shapes = [(steps, batch, hidden)] + [(batch, state_size) for state_size in state_sizes[:len(states)]]
    kinds = ", ".join(tensor(shape, "f32") for shape in shapes)
    net.count += 1
    value = f"%v{net.count}"
    net.lines.append(f"{value}:{len(shapes)} = {words} {{{', '.join(attributes)}}} : "
                     f"({', '.join(kind for _, kind in operands)}) -> ({kinds})")
    model = getattr(recurrent_reference, kind)
    for i in options.get("results", range(len(shapes))):
        state = max(i - 1, 0)
        quantized = tensor(shapes[i], quant(states[state], storages[state]))
        net.results.append((net.line(f"quant.qcast {value}#{i} : {tensor(shapes[i], 'f32')} to {quantized}"), quantized))
        net.expect.append(lambda sample, i=i: model(layer, sample[index], *(None if k is None else sample[k] for k in initial))[i])
        yield


class RecurrentRun(Run):
    def __init__(self, tools, workdir, bits):
        self.tools, self.workdir, self.group, self.io = tools, workdir, f"int{bits}", "int8"
        self.net, self.owners, self.scheme = Network(), [], {8: "int8", 16: "int16x8"}[bits]
        for name, *case in CASES:
            self.owners += [name for _ in add_layer(self.net, bits, *case)]

    def run(self):
        source, lowered = self.path("net.mlir"), self.path("lowered.mlir")
        source.write_text(self.net.text())
        options = ["--strict-integer", f"--scheme={self.scheme}"]
        self.tools.run("compile", source, *options, "--stop-after=lower", "-o", lowered)
        targets, skipped = self.tools.targets()
        objects = [(target, self.compile(source, target.name.replace("-", "_"), *options, *target.flags)) for target in targets]
        self.arguments, self.results = manifest(objects[0][1])
        self.make_inputs()
        self.expected = [[model(sample) for model in self.net.expect] for sample in self.inputs]
        io = judge.build_io(pathlib.Path(__file__).parent, self.workdir, self.tools.cc)
        self.compare("the JIT", self.run_jit(source, options, self.inputs, "jit.npz", self.arguments))
        self.compare("upstream's lowering", judge.run(self.tools.llvm, lowered, self.inputs, self.workdir, io))
        for target, obj in objects:
            self.run_object(obj, obj.stem, f"the object for {target.name}", target.compiler, target.machines)
        if freestanding.find():
            obj = self.compile(source, "arm", *options, f"--target={freestanding.TRIPLE}")
            self.compare("the object for 32-bit Arm", freestanding.run(self.tools, obj, "arm", self.arguments, self.results,
                                                                        self.inputs, self.workdir))
        else:
            skipped.append("32-bit Arm: no qemu-arm")
        count = len(targets) + bool(freestanding.find())
        print(f"{self.group}: {len(CASES)} layers, {len(self.inputs)} samples, {count} targets equal numpy")
        for reason in skipped:
            print(f"skipped {reason}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("workdir", type=pathlib.Path)
    for option in ("--bin", "--llvm", "--cc"):
        parser.add_argument(option, required=True)
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    try:
        for bits in (8, 16):
            workdir = args.workdir / str(bits)
            workdir.mkdir(parents=True)
            RecurrentRun(Tools(args.bin, args.llvm, args.cc), workdir, bits).run()
    except Failure as failure:
        print(f"FAILED {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
