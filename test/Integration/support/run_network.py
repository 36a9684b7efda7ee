#!/usr/bin/env python3
"""Quantizes a network file and runs its objects for every target.

usage: run_network.py NETWORK CALIBRATION TEST WORKDIR --bin DIR --llvm DIR --cc COMPILER

TEST is an .npz file whose array `x` holds inputs of the network's one argument. On the
first of them the objects give the bytes of the judge, upstream's lowering.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

import numpy as np

import run_cases
from toolchain import Failure, Tools


class NetworkRun(run_cases.Run):
    """The roads of run_cases.py, from a file."""

    def __init__(self, tools, workdir, network, calibration, test):
        self.tools, self.workdir, self.group = tools, workdir, network.stem
        self.network, self.calibration, self.test = network, calibration, test
        self.owners = ["result"]

    def make_inputs(self):
        (tensor,) = self.arguments
        with np.load(self.test) as data:
            reals = data["x"][:run_cases.SAMPLES]
        codes = np.clip(np.rint(reals / tensor.scale) + tensor.zero_point, -128, 127).astype(tensor.dtype)
        self.inputs = [[sample.reshape(tensor.shape)] for sample in codes]

    def run(self):
        profile = self.path("profile.json")
        self.tools.run("calibrate", self.network, self.calibration, "-o", profile)
        source = self.path("integer.mlir")
        self.tools.run("compile", self.network, f"--profile={profile}", "--io=int8", "--strict-integer",
                       "--stop-after=lower", "-o", source)
        self.run_targets(source)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for argument in ("network", "calibration", "test", "workdir"):
        parser.add_argument(argument, type=pathlib.Path)
    for option in ("--bin", "--llvm", "--cc"):
        parser.add_argument(option, required=True)
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    args.workdir.mkdir(parents=True)
    try:
        NetworkRun(Tools(args.bin, args.llvm, args.cc), args.workdir, args.network, args.calibration, args.test).run()
    except (Failure, subprocess.CalledProcessError) as failure:
        print(f"FAILED {args.network.stem}: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
