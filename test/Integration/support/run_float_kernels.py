#!/usr/bin/env python3
"""Runs products of floats, and products scaled to floats, that the kernels treat differently.

usage: run_float_kernels.py GROUP WORKDIR --bin DIR --llvm DIR --cc COMPILER

The cases of a group are one TOSA module. The judge (upstream's lowering of it) and the objects for every
target give the same bits.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

import numpy as np

import run_cases
from float_kernel_cases import GROUPS, FloatModule
from toolchain import Failure, Tools, execute


class FloatKernelRun(run_cases.Run):
    """The roads of run_cases.py, from a module of TOSA."""

    def __init__(self, tools, workdir, group):
        self.tools, self.workdir, self.group = tools, workdir, group
        self.module, self.owners = FloatModule(), []
        for name, build in GROUPS[group]:
            build(self.module)
            self.owners += [name] * (len(self.module.results) - len(self.owners))

    def compile(self, source, name, *options):
        """quantc reads half floats as f32, because they come from a pass: the pipeline is given them."""
        obj = super().compile(source, name, *options)
        llvm, text = self.tools.llvm, source.read_text()
        if "f16" not in text:
            return obj
        target = dict(option.lstrip("-").split("=", 1) for option in options if "=" in option)
        pipeline = " ".join(f"{key}={target[key]}" for key in ("target", "cpu", "features") if key in target)
        execute([f"{pathlib.Path(self.tools.quantc).parent}/quant-opt", source, "-o", self.path("llvm.mlir"),
                 f"--pass-pipeline=builtin.module(quantc-codegen-pipeline{{name={name} {pipeline}}})"])
        execute([f"{llvm}/mlir-translate", "--mlir-to-llvmir", self.path("llvm.mlir"), "-o", self.path("net.ll")])
        flags = {"target": "mtriple", "cpu": "mcpu", "features": "mattr"}
        machine = [f"-{flags[key]}={value}" for key, value in target.items() if key in flags]
        execute([f"{llvm}/opt", "-O3", *machine, self.path("net.ll"), "-o", self.path("net.bc")])
        execute([f"{llvm}/llc", "-O3", "-filetype=obj", "-relocation-model=pic", *machine, self.path("net.bc"), "-o", obj])
        return obj

    def make_inputs(self):
        random = np.random.default_rng(run_cases.SEED)
        limits = {np.dtype(np.int8): 128, np.dtype(np.int32): 1000}

        def values(argument):
            dtype = np.dtype(argument.dtype)
            limit = limits.get(dtype, 8)
            return random.integers(-limit, limit, argument.shape).astype(dtype)
        self.inputs = [[values(argument) for argument in self.arguments] for _ in range(run_cases.SAMPLES)]

    def compare(self, road, actual):
        """NaN equals NaN."""
        def mark(samples):
            return [[np.where(np.isnan(array), np.float32(12345678), array) if array.dtype == np.float32 else array
                     for array in sample] for sample in samples]
        self.expected = mark(self.expected)
        super().compare(road, mark(actual))

    def run(self):
        source = self.path("float.mlir")
        source.write_text(self.module.text())
        self.run_targets(source, "--float")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("group", choices=sorted(GROUPS))
    parser.add_argument("workdir", type=pathlib.Path)
    for option in ("--bin", "--llvm", "--cc"):
        parser.add_argument(option, required=True)
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    args.workdir.mkdir(parents=True)
    try:
        FloatKernelRun(Tools(args.bin, args.llvm, args.cc), args.workdir, args.group).run()
    except (Failure, subprocess.CalledProcessError) as failure:
        print(f"FAILED {args.group}: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
