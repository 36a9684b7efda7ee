#!/usr/bin/env python3
"""What TOSA leaves open and docs/Numerics.md defines (N13, N51 to N55), on every target.

usage: run_edges.py WORKDIR --bin DIR --llvm DIR --cc COMPILER

One network holds the operations; every result has a model in numpy, which objects for every
target and the JIT have to equal. The first sample stays inside of TOSA's ranges: upstream's
lowering, which is undefined outside of them, equals the models there. The harness sees to it
that inputs are not written.
"""
import argparse
import pathlib
import shutil
import sys

import numpy as np

import edge_models as models
import judge
from run_cases import Run
from toolchain import Failure, Tools, manifest

DTYPES = {"i8": np.int8, "i16": np.int16, "i32": np.int32, "f32": np.float32}
MAX_POOL = "kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, pad = array<i64: 0, 1, 0, 1>"


class Network:
    """Text of a network, and a model of each of its results."""

    def __init__(self):
        self.arguments, self.lines, self.results, self.expect, self.names = [], [], [], [], []

    def input(self, shape, element):
        self.arguments.append("tensor<" + "".join(f"{size}x" for size in shape) + element + ">")
        return len(self.arguments) - 1

    def output(self, name, mnemonic, operands, shape, element, attributes, model, constant=None):
        """`constant` is one more operand, an i8."""
        kind = "tensor<" + "".join(f"{size}x" for size in shape) + element + ">"
        names = ", ".join(f"%a{i}" for i in operands)
        types = ", ".join(self.arguments[i] for i in operands)
        if constant:
            names, types = f"{names}, {constant}", f"{types}, tensor<1xi8>"
        result = f"%r{len(self.results)}"
        self.lines.append(f"{result} = tosa.{mnemonic} {names} {{{attributes}}} : ({types}) -> {kind}")
        self.results.append((result, kind))
        self.names.append(name)
        self.expect.append(lambda sample: model(*(sample[i] for i in operands)))

    def text(self):
        arguments = ", ".join(f"%a{i}: {kind}" for i, kind in enumerate(self.arguments))
        types = ", ".join(kind for _, kind in self.results)
        body = "\n  ".join(self.lines)
        return (f"func.func @network({arguments}) -> ({types}) {{\n  {body}\n"
                f"  return {', '.join(name for name, _ in self.results)} : {types}\n}}\n")


SHIFTS = [("left", "logical_left_shift", ""), ("logical", "logical_right_shift", ""),
          ("arithmetic", "arithmetic_right_shift", "round = false"), ("rounding", "arithmetic_right_shift", "round = true")]


def add_shifts(net):
    for element in ("i8", "i16", "i32"):
        x, amount, row = net.input((3, 37), element), net.input((3, 37), element), net.input((1, 37), element)
        for kind, mnemonic, attributes in SHIFTS:
            for amounts in (amount, row):
                net.output(f"{kind} {element}", mnemonic, (x, amounts), (3, 37), element, attributes,
                           lambda a, b, kind=kind: models.shift(kind, a, b))


def add_divisions(net):
    x, y, row = net.input((3, 37), "i32"), net.input((3, 37), "i32"), net.input((3, 1), "i32")
    net.output("quotient", "intdiv", (x, y), (3, 37), "i32", "", models.divide)
    net.output("quotient by one number per row", "intdiv", (x, row), (3, 37), "i32", "", models.divide)


def add_products(net):
    """N13: the low 32 bits of the exact result."""
    x, y = net.input((3, 37), "i32"), net.input((3, 37), "i32")
    for count in (0, 1, 2, 31, 32, 62, 63):
        def model(a, b, count=count):
            exact = (a.astype(object) * b.astype(object) + (1 << count >> 1)) >> count
            return ((exact + 2**31) % 2**32 - 2**31).astype(np.int32)

        net.lines.append(f'%shift{count} = "tosa.const"() <{{values = dense<{count}> : tensor<1xi8>}}> : () -> tensor<1xi8>')
        net.output(f"product shifted by {count}", "mul", (x, y), (3, 37), "i32", "", model, constant=f"%shift{count}")


def add_casts(net):
    x = net.input((3, 67), "f32")
    for element in ("i8", "i16", "i32"):
        net.output(f"cast to {element}", "cast", (x,), (3, 67), element, "",
                   lambda a, dtype=DTYPES[element]: models.cast(a, dtype))


def add_indices(net):
    for element in ("i8", "f32"):
        table, indices, rows = net.input((2, 5, 3), element), net.input((2, 4), "i32"), net.input((2, 4, 3), element)
        net.output(f"gather {element}", "gather", (table, indices), (2, 4, 3), element, "", models.gather)
        net.output(f"scatter {element}", "scatter", (table, indices, rows), (2, 5, 3), element, "", models.scatter)


def add_extremes(net):
    x = net.input((8, 5, 3), "f32")
    image = net.input((2, 6, 6, 3), "f32")
    for mode in ("PROPAGATE", "IGNORE"):
        ignore = mode == "IGNORE"
        for axis, shape in ((0, (1, 5, 3)), (1, (8, 1, 3)), (2, (8, 5, 1))):
            for kind, sign in (("max", 1), ("min", -1)):
                net.output(f"reduce_{kind} of axis {axis}, {mode}", f"reduce_{kind}", (x,), shape, "f32",
                           f"axis = {axis} : i32, nan_mode = {mode}",
                           lambda a, axis=axis, sign=sign, ignore=ignore: models.extreme(a, axis, sign, ignore))
        net.output(f"max_pool2d, {mode}", "max_pool2d", (image,), (2, 3, 3, 3), "f32", f"{MAX_POOL}, nan_mode = {mode}",
                   lambda a, ignore=ignore: models.max_pool(a, ignore))


def add_loop(net):
    """Counts an input up to 100 in place of the loop's own variable, not of the input."""
    x, step = net.input((4,), "i32"), net.input((4,), "i32")
    net.lines.append(f"""%loop = tosa.while_loop (%i = %a{x}) : (tensor<4xi32>) -> tensor<4xi32> {{
    %limit = "tosa.const"() <{{values = dense<100> : tensor<4xi32>}}> : () -> tensor<4xi32>
    %less = tosa.greater %limit, %i : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi1>
    %any = tosa.reduce_any %less {{axis = 0 : i32}} : (tensor<4xi1>) -> tensor<1xi1>
    %scalar = tosa.const_shape {{values = dense<> : tensor<0xindex>}} : () -> !tosa.shape<0>
    %go = tosa.reshape %any, %scalar : (tensor<1xi1>, !tosa.shape<0>) -> tensor<i1>
    tosa.yield %go : tensor<i1>
  }} do {{
  ^bb0(%i: tensor<4xi32>):
    %next = tosa.add %i, %a{step} : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
    tosa.yield %next : tensor<4xi32>
  }}""")

    def model(sample):
        value = sample[x].copy()
        while np.any(value < 100):
            value += sample[step]
        return value

    net.results.append(("%loop", "tensor<4xi32>"))
    net.names.append("while_loop")
    net.expect.append(model)
    return x, step


STRAIGHT = (add_shifts, add_divisions, add_products, add_casts, add_indices, add_extremes)


class EdgeRun(Run):
    """The roads of run_cases.py, against the models."""

    def __init__(self, tools, workdir):
        self.tools, self.workdir, self.group = tools, workdir, "edges"
        self.net = Network()
        for add in STRAIGHT:
            add(self.net)
        self.loop = add_loop(self.net)
        self.owners = self.net.names

    def values(self, random, tensor, index, isInside):
        """Of one input. Amounts, divisors and indices are the operands behind the first."""
        kind = self.net.arguments[index][:-1].split("x")[-1].replace("tensor<", "")
        users = [line for line in self.net.lines if f"%a{index}," in line or f", %a{index} " in line]
        second = any(f", %a{index}" in line for line in users)
        bits = 8 * tensor.dtype().itemsize
        if index in self.loop:
            return random.integers(1, 50, tensor.shape).astype(tensor.dtype)
        if kind == "f32":
            x = random.normal(size=tensor.shape).astype(np.float32) * np.float32(100)
            if isInside:
                return x
            rare = np.float32([np.nan, np.inf, -np.inf, -np.inf, 3e38, -3e38, 2.0**31, -2.0**31 - 300, 2.5, -0.5, 127.5, 1e-40])
            x = np.where(random.random(tensor.shape) < 0.7, random.choice(rare, tensor.shape), x)
            x[0], x[-1] = -np.inf, np.inf
            x[1, ..., 0] = np.nan
            return x.astype(np.float32)
        if kind == "i32" and any("gather" in line or "scatter" in line for line in users):
            if isInside:  # No index twice.
                return np.stack([random.permutation(5)[:4] for _ in range(2)]).astype(np.int32)
            return random.choice([-2**31, -6, -1, 0, 1, 3, 4, 5, 1000000, 2**31 - 1], tensor.shape).astype(np.int32)
        if any("intdiv" in line for line in users) and isInside and second:
            return random.integers(1, 9, tensor.shape).astype(np.int32)
        if any("shift" in line for line in users) and second:
            if isInside:
                return random.integers(0, bits, tensor.shape).astype(tensor.dtype)
            amounts = [0, 1, bits - 1, bits, bits + 1, 2 * bits, -1, -bits, 127, -128]
            return random.choice(amounts, tensor.shape).astype(tensor.dtype)
        lowest = -2**(bits - 1)
        few = [lowest, lowest + 1, -7, -1, 0, 1, 3, -lowest - 1]
        if isInside:
            return random.integers(lowest, -lowest, tensor.shape).astype(tensor.dtype)
        return random.choice(few, tensor.shape).astype(tensor.dtype)

    def make_inputs(self):
        random = np.random.default_rng(5)
        self.inputs = [[self.values(random, tensor, i, sample == 0) for i, tensor in enumerate(self.arguments)]
                       for sample in range(3)]
        self.expected = [[model(sample) for model in self.net.expect] for sample in self.inputs]

    def compare(self, road, actual):
        for sample, (expected, found) in enumerate(zip(self.expected, actual)):
            for name, e, f in zip(self.owners, expected, found):
                isReal = e.dtype == np.float32
                if e.dtype != f.dtype or not np.array_equal(e, f, equal_nan=isReal):
                    where = np.argwhere(~((e == f) | (np.isnan(e) & np.isnan(f) if isReal else False)))
                    first = tuple(where[0])
                    raise Failure(f"{name}: {road} differs from the rule in {len(where)} of {e.size} elements"
                                  f" of sample {sample}; first at {list(map(int, first))}: {f[first]} instead of {e[first]}")

    def run(self):
        source = self.path("net.mlir")
        source.write_text(self.net.text())
        targets, skipped = self.tools.targets()
        objects = [(target, self.compile(source, target.name.replace("-", "_"), "--float", *target.flags)) for target in targets]
        self.arguments, self.results = manifest(objects[0][1])
        self.make_inputs()
        for target, obj in objects:
            self.run_object(obj, obj.stem, f"the object for {target.name}", target.compiler, target.machines)
        self.compare("the JIT", self.run_jit(source, ["--form=float"], self.inputs, "jit.npz", self.arguments))
        self.judge_first()
        print(f"{self.group}: {len(self.owners)} results, {len(targets)} targets, equal to the rules")
        for reason in skipped:
            print(f"skipped {reason}")

    def judge_first(self):
        """Upstream does not bufferize the loop."""
        net = Network()
        for add in STRAIGHT:
            add(net)
        source = self.path("straight.mlir")
        source.write_text(net.text())
        io = judge.build_io(pathlib.Path(__file__).parent, self.workdir, self.tools.cc)
        inputs = [self.inputs[0][:len(net.arguments)]]
        self.compare("upstream's lowering", judge.run(self.tools.llvm, source, inputs, self.workdir, io))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("workdir", type=pathlib.Path)
    for option in ("--bin", "--llvm", "--cc"):
        parser.add_argument(option, required=True)
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    args.workdir.mkdir(parents=True)
    try:
        EdgeRun(Tools(args.bin, args.llvm, args.cc), args.workdir).run()
    except Failure as failure:
        print(f"FAILED {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
