#!/usr/bin/env python3
"""Quantizes a network file and runs its objects for every target.

usage: run_network.py NETWORK CALIBRATION TEST WORKDIR --bin DIR --llvm DIR --cc COMPILER [--input-type TYPE] [--promoted]

TEST is an .npz file whose array `x` holds inputs of the network's one argument. On the
first of them the objects give the bytes of the judge, upstream's lowering, and so does the JIT. With --promoted, the
search has to find operations that int8 is not enough for. If it makes some of them float, which no two targets round
alike, --float-parts says by how many steps results may differ.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys

import numpy as np

import run_cases
from toolchain import Failure, Tools, execute

EXPAND = "builtin.module(func.func(ptq-expand-composites,ptq-lower-quantized))"


class NetworkRun(run_cases.Run):
    """The roads of run_cases.py, from a file."""

    def __init__(self, tools, workdir, network, calibration, test, input_type="int8", promoted=False, float_parts=None):
        self.tools, self.workdir, self.group = tools, workdir, network.stem
        self.network, self.calibration, self.test = network, calibration, test
        self.input_type, self.promoted, self.steps = input_type, promoted, float_parts
        self.owners = ["result"]

    def make_inputs(self):
        (tensor,) = self.arguments
        with np.load(self.test) as data:
            reals = data["x"][:run_cases.SAMPLES]
        limits = np.iinfo(tensor.dtype)
        codes = np.clip(np.rint(reals / tensor.scale) + tensor.zero_point, limits.min, limits.max).astype(tensor.dtype)
        self.inputs = [[sample.reshape(tensor.shape)] for sample in codes]

    def run(self):
        profile = self.path("profile.json")
        self.tools.run("calibrate", self.network, self.calibration, "-o", profile)
        source = self.path("integer.mlir")
        options = [f"--profile={profile}", f"--input-type={self.input_type}", "--output-type=int8"]
        if self.steps is None:
            options.append("--strict-integer")
        if self.promoted:
            # Chosen once, with the float network at hand; the manifest repeats it.
            chosen = self.compile(self.network, "chosen", *options)
            self.check_choice(json.loads(chosen.with_suffix(".json").read_text()))
            options.append(f"--policy={chosen.with_suffix('.json')}")
        self.tools.run("compile", self.network, *options, "--stop-after=lower", "-o", source)
        # The judge has a function `main` of its own, and knows TOSA alone.
        source.write_text(source.read_text().replace("@main(", "@network("))
        if self.steps is not None:
            source.write_text(execute([pathlib.Path(self.tools.quantc).with_name("quant-opt"), source, f"--pass-pipeline={EXPAND}"]))
        as_is = [] if self.steps is None else ["--float"]
        verdict = "bit-equal" if self.steps is None else f"at most {self.steps} apart"
        self.run_targets(source, *as_is, verdict=verdict)
        self.compare("the JIT", self.run_jit(source, [], self.inputs, "jit.npz", self.arguments))
        if self.promoted:
            self.run_object(chosen, "chosen", "the object of the search", [self.tools.cc])

    def check_choice(self, manifest):
        wide, floats = ({rule["tensor"] for rule in manifest["policy"]["rules"] if rule["scheme"] == scheme}
                        for scheme in ("int16x8", "float32"))
        if not wide or bool(floats) != (self.steps is not None):
            raise Failure(f"int16 for {wide or 'nothing'}, float for {floats or 'nothing'}")
        print(f"{len(wide)} operations in int16, {len(floats)} in float")

    def compare(self, road, actual):
        if self.steps is None:
            return super().compare(road, actual)
        for expected, found in zip(self.expected, actual):
            for e, f in zip(expected, found):
                if (worst := np.abs(e.astype(np.int64) - f).max()) > self.steps:
                    raise Failure(f"{self.group}: {road} is {worst} steps from the judge")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for argument in ("network", "calibration", "test", "workdir"):
        parser.add_argument(argument, type=pathlib.Path)
    for option in ("--bin", "--llvm", "--cc"):
        parser.add_argument(option, required=True)
    parser.add_argument("--input-type", default="int8", choices=["int8", "int16"])
    parser.add_argument("--promoted", action="store_true")
    parser.add_argument("--float-parts", type=int, metavar="STEPS")
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    args.workdir.mkdir(parents=True)
    try:
        NetworkRun(Tools(args.bin, args.llvm, args.cc), args.workdir, args.network, args.calibration, args.test,
                   args.input_type, args.promoted, args.float_parts).run()
    except (Failure, subprocess.CalledProcessError) as failure:
        print(f"FAILED {args.network.stem}: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
