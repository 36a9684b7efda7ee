#!/usr/bin/env python3
"""Runs cases of one group through every road and compares the results.

usage: run_cases.py GROUP WORKDIR --bin DIR --llvm DIR --cc COMPILER [--case NAME]

The cases of a group are one network with many inputs and outputs. It is calibrated and
quantized with int8 (or int16) inputs and outputs, then run
  * by the judge: upstream's lowering of the integer TOSA module,
  * in the JIT,
  * as an object compiled from the float network, for this machine, and
  * as objects compiled from the integer TOSA module, for every target.
All outputs are equal, bit for bit. Rounding every tensor of the float network to
quantized values instead (simulation) differs by at most one step per operation.
If a group fails to compile, its cases are tried one by one, to name those that fail.
"""
import argparse
import pathlib
import shutil
import sys

import numpy as np

import cases
import elementwise_cases  # noqa: F401  (registers its cases)
import harness
import judge
import random_networks  # noqa: F401
from toolchain import THIS, Failure, Tools, execute, manifest
from tosa import Network

SAMPLES = 3
SEED = 20
# Level 8k limits ranks to 6 and counts the eight numbers that pad an image as a rank.
LEVELS = {"movement": "none"}


def validation(group, contract):
    """Options of mlir-opt that check the integer contract."""
    extensions = "int16,int4" + (",doubleround" if contract == "tflm" else "")
    return [f"--tosa-attach-target=profiles=pro_int extensions={extensions} level={LEVELS.get(group, '8k')}",
            "--tosa-validate=strict-op-spec-alignment"]


class Run:
    """One network on its way through the roads."""

    def __init__(self, tools, workdir, group, chosen, io, contract="exact", scheme="int8"):
        self.tools, self.workdir, self.group, self.chosen, self.io = tools, workdir, group, chosen, io
        self.contract, self.scheme = contract, scheme
        self.network = Network(SEED)
        self.owners = []  # the case of each output
        for name, _, build in chosen:
            build(self.network)
            self.owners += [name] * (len(self.network.outputs) - len(self.owners))

    def path(self, name):
        return self.workdir / name

    def quantize(self):
        """Writes the float network, its profile and its integer form."""
        self.path("net.mlir").write_text(self.network.text())
        np.savez(self.path("calibration.npz"), **self.network.samples(8))
        self.tools.run("calibrate", self.path("net.mlir"), self.path("calibration.npz"), "-o", self.path("profile.json"))
        self.options = [f"--profile={self.path('profile.json')}", "--estimator=min-max", f"--io={self.io}",
                        f"--contract={self.contract}", f"--scheme={self.scheme}"]
        strict = ["--strict-integer"] if self.io != "float" else []
        self.tools.run("compile", self.path("net.mlir"), *self.options, *strict, "--stop-after=lower",
                       "-o", self.path("integer.mlir"))
        if self.io == "float":
            return
        execute([f"{self.tools.llvm}/mlir-opt", "--allow-unregistered-dialect", *validation(self.group, self.contract),
                 self.path("integer.mlir"), "-o", "/dev/null"])

    def compile(self, source, name, *options):
        obj = self.path(f"{name}.o")
        self.tools.run("compile", source, f"--name={name}", *options, "-o", obj)
        return obj

    def make_inputs(self):
        """Every int8 value, the extremes first, or only the extremes of int16; then random ones. Float inputs
        leave the calibrated range now and then."""
        random = np.random.default_rng(SEED)

        def values(tensor, sample):
            if tensor.dtype == np.float32:
                return random.uniform(-6, 6, tensor.shape).astype(np.float32)
            if tensor.dtype == np.int32:  # a bias
                return random.integers(-20000, 20001, tensor.shape, np.int32)
            if tensor.dtype == np.int16:
                extremes = np.arange(int(np.prod(tensor.shape))).reshape(tensor.shape) % 7 == 3
                return np.where(extremes, 32767, -32768).astype(np.int16) if sample == 0 else random.integers(
                    -32768, 32768, tensor.shape, np.int16)
            if sample == 0:
                return ((np.arange(int(np.prod(tensor.shape))) * 37 + 255) % 256 - 128).astype(np.int8).reshape(tensor.shape)
            return random.integers(-128, 128, tensor.shape, np.int8)

        self.inputs = [[values(tensor, sample) for tensor in self.arguments] for sample in range(SAMPLES)]

    def run_jit(self, source, options, inputs, output, arguments):
        arrays = {tensor.name: np.stack([sample[i] for sample in inputs]) for i, tensor in enumerate(arguments)}
        np.savez(self.path("inputs.npz"), **arrays)
        self.tools.run("run", source, self.path("inputs.npz"), *options, "-o", self.path(output))
        with np.load(self.path(output)) as results:
            return [[results[tensor.name][i].reshape(tensor.shape) for tensor in self.results] for i in range(len(inputs))]

    def compare(self, road, actual):
        for sample, (expected, found) in enumerate(zip(self.expected, actual)):
            for owner, e, f in zip(self.owners, expected, found):
                if e.dtype != f.dtype or not np.array_equal(e, f):
                    where = np.argwhere(e != f)
                    first = tuple(where[0])
                    raise Failure(f"{self.group}/{owner}: {road} differs from the judge in {len(where)} of {e.size} elements"
                                  f" of sample {sample}; first at {list(map(int, first))}: {f[first]} instead of {e[first]}")

    def simulate(self):
        """Fake quantization in float against integers: at most one step apart."""
        reals = [[tensor.real(array) for tensor, array in zip(self.arguments, sample)] for sample in self.inputs]
        simulated = self.run_jit(self.path("net.mlir"), [*self.options, "--simulate"], reals, "simulated.npz", self.arguments)
        for expected, found in zip(self.expected, simulated):
            for owner, tensor, e, f in zip(self.owners, self.results, expected, found):
                if tensor.scale is None:
                    steps = 2 * (e != f)  # an index is right or wrong
                else:
                    steps = np.abs(np.rint(f / tensor.scale) + tensor.zero_point - e)
                if np.max(steps) > 1:
                    raise Failure(f"{self.group}/{owner}: simulated and integer results are {np.max(steps)} steps apart")

    def run(self):
        self.quantize()
        host = self.compile(self.path("net.mlir"), "host", *self.options)
        self.arguments, self.results = manifest(host)
        self.make_inputs()
        io = judge.build_io(pathlib.Path(__file__).parent, self.workdir, self.tools.cc)
        self.expected = judge.run(self.tools.llvm, self.path("integer.mlir"), self.inputs, self.workdir, io)
        self.run_object(host, "host", "the object from the float network", [self.tools.cc])
        self.compare("the JIT", self.run_jit(self.path("integer.mlir"), [], self.inputs, "jit.npz", self.arguments))
        targets, skipped = self.tools.targets()
        for target in targets:
            name = target.name.replace("-", "_")
            as_is = [] if self.io != "float" else ["--float"]
            obj = self.compile(self.path("integer.mlir"), name, *target.flags, *as_is)
            self.run_object(obj, name, f"the object for {target.name}", target.compiler, target.machines)
        # One operation at a time; other contracts have rules of their own, which are not the nearest.
        if not self.group.startswith("random") and self.io != "float" and self.contract == "exact":
            self.simulate()
        print(f"{self.group}: {len(self.chosen)} cases, {len(targets)} targets, bit-equal")
        for reason in skipped:
            print(f"skipped {reason}")

    def run_targets(self, source, *options, verdict="bit-equal"):
        """The judge and the objects for every target, from a module that is compiled with `options`."""
        targets, skipped = self.tools.targets()
        objects = [(target, self.compile(source, target.name.replace("-", "_"), *options, *target.flags)) for target in targets]
        self.arguments, self.results = manifest(objects[0][1])
        self.make_inputs()
        io = judge.build_io(pathlib.Path(__file__).parent, self.workdir, self.tools.cc)
        self.expected = judge.run(self.tools.llvm, source, self.inputs, self.workdir, io)
        for target, obj in objects:
            self.run_object(obj, obj.stem, f"the object for {target.name}", target.compiler, target.machines)
        print(f"{self.group}: {len(set(self.owners))} cases, {len(targets)} targets, {verdict}")
        for reason in skipped:
            print(f"skipped {reason}")

    def run_object(self, obj, name, road, compiler, machines=((THIS, ()),)):
        undefined = execute([f"{self.tools.llvm}/llvm-nm", "--undefined-only", obj])
        if undefined:
            raise Failure(f"{self.group}: {road} has undefined symbols:\n{undefined}")
        program = harness.build(compiler, obj, name, self.arguments, self.results, len(self.inputs), self.workdir)
        for machine, launcher in machines:
            results = harness.run(launcher, program, self.arguments, self.results, self.inputs, self.workdir)
            self.compare(f"{road} on {machine}", results)


def run_group(tools, workdir, group, chosen, *options):
    try:
        Run(tools, workdir, group, chosen, *options).run()
        return 0
    except Failure as failure:
        if len(chosen) == 1:
            lines = str(failure).splitlines()
            reason = next((line for line in lines if "error:" in line), ", ".join(lines[:2]))
            print(f"FAILED {group}/{chosen[0][0]} ({chosen[0][1]}): {reason}")
            return 1
        print(f"FAILED {group}: {failure}\none by one:")
    return 1 + sum(run_group(tools, workdir, group, [single], *options) for single in chosen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("group", choices=sorted(cases.GROUPS))
    parser.add_argument("workdir", type=pathlib.Path)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--cc", required=True)
    parser.add_argument("--case", help="only this case")
    parser.add_argument("--io", default="int8", choices=["int8", "int16", "float"], help="inputs and outputs")
    parser.add_argument("--scheme", default="int8", choices=["int8", "int16x8"])
    parser.add_argument("--contract", default="exact", choices=["exact", "litert", "tflm"])
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    args.workdir.mkdir(parents=True)
    chosen = [c for c in cases.GROUPS[args.group] if args.case in (None, c[0])]
    return 1 if run_group(Tools(args.bin, args.llvm, args.cc), args.workdir, args.group, chosen, args.io,
                          args.contract, args.scheme) else 0


if __name__ == "__main__":
    sys.exit(main())
