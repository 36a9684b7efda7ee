#!/usr/bin/env python3
"""Runs the float networks of case groups on every target.

usage: run_float.py GROUP... WORKDIR --bin DIR --llvm DIR --cc COMPILER

Nothing is quantized: the float kernels and functions are compared with upstream's
lowering of the same network. Sums are taken in another order and functions are
polynomials here, so results differ in the last digits.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

import numpy as np

import cases
import run_cases
from toolchain import Failure, Tools

# Relative to the largest value of a tensor: float32 sums of some hundred terms.
TOLERANCE = 2e-5


class FloatRun(run_cases.Run):
    """The roads of run_cases.py that need no quantization."""

    def compare(self, road, actual):
        for sample, (expected, found) in enumerate(zip(self.expected, actual)):
            for owner, e, f in zip(self.owners, expected, found):
                if e.dtype != np.float32:
                    close = np.array_equal(e, f)
                else:
                    close = np.array_equal(np.isnan(e), np.isnan(f)) and np.allclose(
                        f, e, rtol=TOLERANCE, atol=TOLERANCE * np.max(np.abs(e), initial=0, where=np.isfinite(e)), equal_nan=True)
                if not close:
                    raise Failure(f"{self.group}/{owner}: {road} differs from upstream's by up to "
                                  f"{np.nanmax(np.abs(f - e))} in sample {sample}")

    def run(self):
        source = self.path("net.mlir")
        source.write_text(self.network.text())
        self.run_targets(source, "--float", verdict=f"equal to {TOLERANCE:g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("groups", nargs="+", choices=sorted(cases.GROUPS), metavar="GROUP")
    parser.add_argument("workdir", type=pathlib.Path)
    for option in ("--bin", "--llvm", "--cc"):
        parser.add_argument(option, required=True)
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    tools, failures = Tools(args.bin, args.llvm, args.cc), 0
    for group in args.groups:
        workdir = args.workdir / group
        workdir.mkdir(parents=True)
        try:
            FloatRun(tools, workdir, group, cases.GROUPS[group], "float").run()
        except (Failure, subprocess.CalledProcessError) as failure:
            print(f"FAILED {group}: {failure}")
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
