#!/usr/bin/env python3
"""Products in schemes with float activations: objects for targets = JIT = upstream's lowering = numpy.

usage: run_schemes.py EXECUTION WORKDIR --bin DIR --llvm DIR --cc COMPILER

EXECUTION chooses the schemes: all whose names begin with it.

The products of scheme_cases.py are one network. In dynamic-range schemes all roads agree bit for bit, NaN aside,
whose bits no rule gives: every float operation is rounded once, in the order of N61 to N63. In weight-only
schemes products are sums of floats, which kernels take in another order.
"""
import argparse
import pathlib
import shutil
import sys

import numpy as np

import judge
import scheme_cases
from run_cases import SEED, Run
from run_float import TOLERANCE
from toolchain import Failure, Tools, manifest


# What every input of a sample holds. Each has a case in which N61 says something of its own.
def fill(value):
    return lambda random, shape: np.full(shape, value)


def sprinkle(*values):
    """Random values, and `values` here and there, in the first row at least."""
    def make(random, shape):
        x = random.uniform(-4, 4, shape)
        x.ravel()[:len(values)] = values[:x.size]
        return x

    return make


SAMPLES = {
    "random": lambda random, shape: random.uniform(-4, 4, shape),
    "negative": lambda random, shape: random.uniform(-4, -1, shape),
    "positive": lambda random, shape: random.uniform(1, 4, shape),
    "zeros": fill(0.0),
    "negative zeros": fill(-0.0),
    "one value": fill(1.7),
    "one negative value": fill(-0.3),
    "an outlier": sprinkle(1000.0),
    "ties": lambda random, shape: random.integers(-255, 256, shape) / 2,
    "huge": lambda random, shape: random.uniform(-1e38, 1e38, shape),
    "the largest": lambda random, shape: random.choice([-3.4028234e38, 3.4028234e38], shape),
    "tiny": lambda random, shape: random.uniform(-1e-30, 1e-30, shape),
    "denormal": lambda random, shape: random.uniform(-1e-39, 1e-39, shape),
    "NaN": sprinkle(np.nan),
    "infinity": sprinkle(np.inf),
    "negative infinity": sprinkle(-np.inf),
    "both infinities": sprinkle(np.inf, -np.inf, 0.0),
    "infinity and NaN": sprinkle(np.inf, np.nan),
}
# Products of floats round alike for all values; upstream pads weights with zeros, whose products with NaN are NaN.
FLOAT_SAMPLES = ["random", "zeros", "one value", "tiny", "denormal"]
# The others differ from these in what is computed, not in the kinds of kernels: their objects run on the last target.
EVERYWHERE = {"dynamic-range", "dynamic-range:row,symmetric", "weight-only", "weight-only:int4,block=32", "float16"}


def same_bits(a, b):
    return (a.view(np.int32) == b.view(np.int32)) | (np.isnan(a) & np.isnan(b))


def is_close(a, b):
    largest = np.max(np.abs(b), initial=0, where=np.isfinite(b))
    return np.isclose(a, b, rtol=TOLERANCE, atol=TOLERANCE * largest, equal_nan=True)


class SchemeRun(Run):
    """The cases in one scheme. The roads are those of run_cases.py."""

    def __init__(self, tools, workdir, scheme, samples, model, equal):
        super().__init__(tools, workdir, scheme, [], "float")
        self.samples, self.model, self.equal = samples, model, equal
        self.network = scheme_cases.Recorder(SEED)
        self.products = [scheme_cases.build(self.network, case) for case in scheme_cases.CASES]
        self.owners = [case.name for case in scheme_cases.CASES]

    def make_inputs(self):
        random = np.random.default_rng(SEED)
        self.inputs = [[SAMPLES[name](random, tensor.shape).astype(np.float32) for tensor in self.arguments]
                       for name in self.samples]

    def compare(self, road, actual):
        for name, expected, found in zip(self.samples, self.expected, actual):
            for owner, e, f in zip(self.owners, expected, found):
                equal = self.equal(f, e)
                if e.dtype != f.dtype or not equal.all():
                    first = tuple(np.argwhere(~equal)[0])
                    raise Failure(f"{self.group}/{owner}: {road} differs from numpy in {np.sum(~equal)} of {e.size} elements of the "
                                  f"sample '{name}'; first at {list(map(int, first))}: {f[first]!r} instead of {e[first]!r}")

    def run(self):
        source = self.path("net.mlir")
        source.write_text(self.network.text())
        options = [f"--scheme={self.group}", "--min-weight-elements=0"]
        lowered = self.path("lowered.mlir")
        self.tools.run("compile", source, *options, "--stop-after=lower", "-o", lowered)
        targets, skipped = self.tools.targets()
        if self.group not in EVERYWHERE:
            targets, skipped = targets[-1:], []
        objects = [(target, self.compile(source, target.name.replace("-", "_"), *options, *target.flags)) for target in targets]
        self.arguments, self.results = manifest(objects[0][1])
        self.make_inputs()
        self.expected = [[self.model(product, x).astype(np.float32) for product, x in zip(self.products, sample)]
                         for sample in self.inputs]
        io = judge.build_io(pathlib.Path(__file__).parent, self.workdir, self.tools.cc)
        self.compare("upstream's lowering", judge.run(self.tools.llvm, lowered, self.inputs, self.workdir, io))
        self.compare("the JIT", self.run_jit(source, options, self.inputs, "jit.npz", self.arguments))
        for target, obj in objects:
            self.run_object(obj, obj.stem, f"the object for {target.name}", target.compiler, target.machines)
        print(f"{self.group}: {len(self.products)} products, {len(self.samples)} samples, {len(targets)} targets equal numpy")
        for reason in skipped:
            print(f"skipped {reason}")


def make_runs():
    """Scheme -> arguments of SchemeRun."""
    runs = {}
    for words in ("", "symmetric", "row", "row,symmetric", "per-tensor"):
        def model(product, x, words=words):
            return scheme_cases.dynamic(product, x, "row" in words, "symmetric" in words, "per-tensor" in words)

        runs["dynamic-range" + (":" + words if words else "")] = (list(SAMPLES), model, same_bits)
    for name, steps, block, per_tensor in (("weight-only", 127, 0, False), ("weight-only:per-tensor", 127, 0, True),
                                           ("weight-only:block=32", 127, 32, False), ("weight-only:int4", 7, 0, False),
                                           ("weight-only:int4,block=32", 7, 32, False), ("float16", None, 0, False)):
        def model(product, x, steps=steps, block=block, per_tensor=per_tensor):
            return scheme_cases.weight_only(product, x, steps, block, per_tensor)

        runs[name] = (FLOAT_SAMPLES, model, is_close)
    return runs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    runs = make_runs()
    parser.add_argument("execution")
    parser.add_argument("workdir", type=pathlib.Path)
    for option in ("--bin", "--llvm", "--cc"):
        parser.add_argument(option, required=True)
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    tools, failures = Tools(args.bin, args.llvm, args.cc), 0
    for scheme in (name for name in runs if name.startswith(args.execution)):
        workdir = args.workdir / scheme.replace(":", "-").replace(",", "-").replace("=", "-")
        workdir.mkdir(parents=True)
        try:
            SchemeRun(tools, workdir, scheme, *runs[scheme]).run()
        except Failure as failure:
            print(f"FAILED {failure}")
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
