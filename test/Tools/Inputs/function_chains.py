"""Chains of functions of one tensor, and whether their integers are those of one function, rounded once.

usage: function_chains.py make FOLDER         writes NAME.mlir and NAME.npz for each chain
       function_chains.py codes FOLDER TYPE   writes inputs of this type, NAME.in.npz
       function_chains.py check FOLDER STEPS  compares NAME.out.npz with the function of NAME.in.npz, by NAME.json
"""
import json
import pathlib
import sys

import numpy as np

ROWS, COLUMNS = 16, 24
KIND = f"tensor<{ROWS}x{COLUMNS}xf32>"
MOVED = f"tensor<1x{ROWS * COLUMNS // 8}x8xf32>"


class Body:
    def __init__(self):
        self.lines, self.kind = [], KIND

    def add(self, text):
        self.lines.append(f"  %{len(self.lines)} = {text}")
        return f"%{len(self.lines) - 1}"

    def constant(self, value):
        kind = "tensor<" + "1x" * (len(self.kind[7:-1].split("x")) - 1) + "f32>"
        return self.add(f'"tosa.const"() <{{values = dense<{value}> : {kind}}}> : () -> {kind}'), kind

    def unary(self, name, x):
        return self.add(f"tosa.{name} {x} : ({self.kind}) -> {self.kind}")

    def binary(self, name, x, y):
        """`y` is a tensor or a number."""
        kind = self.kind
        if not isinstance(y, str):
            y, kind = self.constant(y)
        shift, of_shift = "", ""
        if name == "mul":
            shift = ", " + self.add('"tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>')
            of_shift = ", tensor<1xi8>"
        return self.add(f"tosa.{name} {x}, {y}{shift} : ({self.kind}, {kind}{of_shift}) -> {self.kind}")

    def reshape(self, x):
        before, self.kind = self.kind, MOVED
        sizes = MOVED[7:-1].split("x")[:-1]
        shape = self.add(f"tosa.const_shape {{values = dense<[{', '.join(sizes)}]> : tensor<{len(sizes)}xindex>}} : () -> !tosa.shape<{len(sizes)}>")
        return self.add(f"tosa.reshape {x}, {shape} : ({before}, !tosa.shape<{len(sizes)}>) -> {MOVED}")


def power(b, x):
    return b.binary("add", b.binary("mul", x, x), 1e-3)


# Name: the operations, the same in numpy, and the values of x.
CHAINS = {
    "rsqrt": (lambda b, x: b.unary("rsqrt", b.binary("add", x, 1e-2)), lambda x: 1 / np.sqrt(x + 1e-2), (0, 3)),
    "log": (lambda b, x: b.unary("log", b.binary("add", b.binary("mul", x, 5.0), 0.25)), lambda x: np.log(x * 5 + 0.25), (0, 3)),
    "power": (lambda b, x: b.binary("pow", b.binary("add", x, 0.5), 2.5), lambda x: (x + 0.5) ** 2.5, (0, 2)),
    "square": (lambda b, x: b.binary("add", b.binary("mul", x, x), 1.5), lambda x: x * x + 1.5, (-2, 3)),
    "silu": (lambda b, x: b.binary("mul", x, b.unary("sigmoid", x)), lambda x: x / (1 + np.exp(-x)), (-6, 6)),
    "decibel": (lambda b, x: b.binary("mul", b.unary("log", power(b, x)), 4.5), lambda x: 4.5 * np.log(x * x + 1e-3), (-2, 2)),
    "moved": (lambda b, x: b.binary("mul", b.unary("log", b.reshape(power(b, x))), 3.0), lambda x: 3 * np.log(x * x + 1e-3), (-2, 2)),
}


def make(folder):
    for seed, (name, (build, _, (low, high))) in enumerate(CHAINS.items()):
        body = Body()
        result = build(body, "%x")
        text = "\n".join(body.lines)
        (folder / f"{name}.mlir").write_text(
            f'func.func @main(%x: {KIND} {{ptq.name = "x"}}) -> ({body.kind} {{ptq.name = "y"}}) {{\n{text}\n  return {result} : {body.kind}\n}}\n')
        x = np.random.default_rng(seed).uniform(low, high, (8, ROWS, COLUMNS))
        np.savez(folder / f"{name}.npz", x=x.astype("f4"))


def check(folder, steps):
    for name, (_, function, _) in CHAINS.items():
        manifest = json.loads((folder / f"{name}.json").read_text())
        (x,), (y,) = manifest["inputs"], manifest["outputs"]
        codes = np.load(folder / f"{name}.in.npz")["x"].astype("f8")
        given = np.load(folder / f"{name}.out.npz")["y"].astype("f8")
        with np.errstate(all="ignore"):
            exact = function((codes - x["zero_point"]) * x["scale"]).reshape(given.shape) / y["scale"] + y["zero_point"]
        limits = np.iinfo(y["type"])
        exact = np.nan_to_num(np.clip(exact, limits.min, limits.max), nan=y["zero_point"])
        worst = abs(given - exact).max()
        print(f"{name}: {worst:.3f} steps")
        if not worst <= steps:
            sys.exit(f"{name}: {worst} steps from the function, at most {steps} are one rounding")


def codes(folder, kind):
    """Inputs of integers: those of int8 are all there are."""
    for name in CHAINS:
        limits = np.iinfo(kind)
        values = np.linspace(limits.min, limits.max, ROWS * COLUMNS).round().astype(kind)
        np.savez(folder / f"{name}.in.npz", x=values.reshape(1, ROWS, COLUMNS))


if __name__ == "__main__":
    command, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "make":
        make(folder)
    elif command == "codes":
        codes(folder, sys.argv[3])
    else:
        check(folder, float(sys.argv[3]))
