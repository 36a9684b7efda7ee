#!/usr/bin/env python3
"""Runs integer convolutions and matrix products that the kernels treat differently.

usage: run_kernels.py GROUP WORKDIR --bin DIR --llvm DIR --cc COMPILER

The cases of a group are one integer TOSA module. The judge (upstream's lowering of it), the JIT and
the objects for every target give the same bytes. Unlike the networks that quantc
makes, the modules have weight zero points, both roundings, shifts of any size, and accumulators as results.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

import numpy as np

import run_cases
from toolchain import Failure, Tools

ELEMENTS = {np.int8: "i8", np.int32: "i32"}


class Module:
    """Text of one function with an argument and a result for each case."""

    def __init__(self):
        self.random = np.random.default_rng(7)
        self.arguments, self.body, self.results, self.count = [], [], [], 0

    def name(self):
        self.count += 1
        return f"%v{self.count}"

    def argument(self, shape):
        self.arguments.append(tensor(shape, "i8"))
        return f"%a{len(self.arguments) - 1}", self.arguments[-1]

    def constant(self, values, dtype=np.int8):
        array = np.asarray(values).astype(dtype)
        name, type = self.name(), tensor(array.shape, ELEMENTS[dtype])
        self.body.append(f'{name} = "tosa.const"() {{values = dense<"0x{array.tobytes().hex()}"> : {type}}} : () -> {type}')
        return name, type

    def integers(self, low, high, shape, dtype=np.int8):
        return self.constant(self.random.integers(low, high + 1, shape), dtype)

    def op(self, op, operands, attributes, result):
        name = self.name()
        values, types = ", ".join(v for v, _ in operands), ", ".join(t for _, t in operands)
        self.body.append(f"{name} = {op} {values} {{{attributes}}} : ({types}) -> {result}")
        return name, result

    def rescale(self, value, shape, per_channel=True, rounding="SINGLE_ROUND", shifts=(36, 41), zero_point=3):
        count = shape[-1] if per_channel else 1
        operands = [value, self.integers(1 << 30, (1 << 31) - 1, [count], np.int32), self.integers(*shifts, [count]),
                    self.constant([0], np.int32), self.constant([zero_point])]
        return self.op("tosa.rescale", operands, f"scale32 = true, rounding_mode = {rounding}, per_channel = "
                       f"{str(per_channel).lower()}, input_unsigned = false, output_unsigned = false", tensor(shape, "i8"))

    def finish(self, value, shape, epilogue=True, clamp=None, **options):
        if epilogue:
            value = self.rescale(value, shape, **options)
        if clamp:
            limits = f"min_val = {clamp[0]} : i8, max_val = {clamp[1]} : i8"
            value = self.op("tosa.clamp", [value], limits, value[1])
        self.results.append(value)

    def text(self):
        arguments = ", ".join(f"%a{i}: {type}" for i, type in enumerate(self.arguments))
        types = ", ".join(type for _, type in self.results)
        values = ", ".join(value for value, _ in self.results)
        return f"func.func @network({arguments}) -> ({types}) {{\n" + "\n".join(self.body) + f"\nreturn {values} : {types}\n}}\n"


def tensor(shape, element):
    return "tensor<" + "".join(f"{size}x" for size in shape) + element + ">"


def ints(values):
    return "array<i64: " + ", ".join(map(str, values)) + ">"


def conv(shape, channels, kernel, pad=(0, 0, 0, 0), stride=(1, 1), dilation=(1, 1), zero_point=-5, weight_zero_point=0,
         depthwise=False, **options):
    def build(m):
        reach = [(kernel[i] - 1) * dilation[i] for i in range(2)]
        out = [shape[0], *((shape[1 + i] - 1 + pad[2 * i] + pad[2 * i + 1] - reach[i]) // stride[i] + 1 for i in range(2)), channels]
        weights = [*kernel, shape[3], channels // shape[3]] if depthwise else [channels, *kernel, shape[3]]
        operands = [m.argument(shape), m.integers(-127, 127, weights), m.integers(-20000, 20000, [channels], np.int32),
                    m.constant([zero_point]), m.constant([weight_zero_point])]
        sums = m.op("tosa.depthwise_conv2d" if depthwise else "tosa.conv2d", operands,
                    f"acc_type = i32, dilation = {ints(dilation)}, pad = {ints(pad)}, stride = {ints(stride)}", tensor(out, "i32"))
        m.finish(sums, out, **options)
    return build


def transpose_conv(shape, channels, kernel, out_pad=(0, 0, 0, 0), stride=(1, 1), zero_point=-5, **options):
    def build(m):
        out = [shape[0], *((shape[1 + i] - 1) * stride[i] + out_pad[2 * i] + out_pad[2 * i + 1] + kernel[i] for i in range(2)), channels]
        operands = [m.argument(shape), m.integers(-127, 127, [channels, *kernel, shape[3]]),
                    m.integers(-20000, 20000, [channels], np.int32), m.constant([zero_point]), m.constant([0])]
        sums = m.op("tosa.transpose_conv2d", operands, f"acc_type = i32, out_pad = {ints(out_pad)}, stride = {ints(stride)}",
                    tensor(out, "i32"))
        m.finish(sums, out, **options)
    return build


def product(batch, rows, depth, columns, constant=False, zero_points=(4, 0), **options):
    def build(m):
        a = m.argument([batch, rows, depth])
        b = m.integers(-127, 127, [batch, depth, columns]) if constant else m.argument([batch, depth, columns])
        out = [batch, rows, columns]
        sums = m.op("tosa.matmul", [a, b, m.constant([zero_points[0]]), m.constant([zero_points[1]])], "", tensor(out, "i32"))
        m.finish(sums, out, per_channel=False, **options)
    return build


SAME = (1, 1, 1, 1)
LOW_SHIFTS = (30, 36)  # on both sides of 31 and 33, where rounding and the kernels change
GROUPS = {
    "convolution": [
        ("several tiles and blocks of channels", conv([1, 14, 14, 64], 64, (3, 3), SAME)),
        ("batch; odd sizes; a tail of channels", conv([2, 7, 9, 5], 10, (3, 3), SAME, zero_point=17)),
        ("three channels, stride 2", conv([1, 9, 9, 3], 17, (3, 3), SAME, stride=(2, 2))),
        ("one channel in", conv([1, 11, 11, 1], 8, (5, 5), (2, 2, 2, 2))),
        ("one channel out", conv([1, 15, 15, 8], 1, (3, 3), SAME)),
        ("dilation with a group across pixels", conv([1, 10, 10, 10], 33, (3, 3), (2, 2, 2, 2), dilation=(2, 2))),
        ("one pixel", conv([1, 1, 1, 64], 10, (1, 1))),
        ("one pixel, many vectors", conv([1, 1, 1, 100], 1000, (1, 1))),
        ("rows joined to one of 75 pixels", conv([3, 5, 5, 64], 64, (1, 1), clamp=(-128, 100))),
        ("rows joined, a prime number of pixels", conv([1, 1, 13, 24], 48, (1, 1))),
        ("1x1 of stride 2", conv([1, 13, 13, 24], 48, (1, 1), stride=(2, 2))),
        ("a column", conv([1, 29, 1, 8], 6, (5, 1), (2, 2, 0, 0), stride=(2, 1), zero_point=9)),
        ("padding after only", conv([1, 6, 6, 4], 16, (3, 3), (0, 2, 0, 2))),
        ("padding before only", conv([1, 6, 6, 4], 16, (3, 3), (2, 0, 2, 0))),
        ("accumulators as result", conv([1, 6, 6, 4], 16, (3, 3), SAME, epilogue=False)),
        ("weight zero point", conv([1, 6, 6, 4], 16, (3, 3), SAME, weight_zero_point=3)),
        ("one scale for all channels", conv([1, 6, 6, 4], 16, (3, 3), SAME, per_channel=False)),
        ("double rounding", conv([1, 6, 6, 4], 20, (3, 3), SAME, rounding="DOUBLE_ROUND")),
        ("small shifts", conv([1, 6, 6, 4], 20, (3, 3), SAME, shifts=LOW_SHIFTS)),
        ("small shifts, double rounding", conv([1, 6, 6, 4], 20, (3, 3), SAME, shifts=LOW_SHIFTS, rounding="DOUBLE_ROUND")),
        ("weights larger than a cache", conv([1, 4, 4, 256], 128, (3, 3), SAME)),
    ],
    "depthwise": [
        ("one block", conv([1, 8, 8, 16], 16, (3, 3), SAME, depthwise=True)),
        ("a tail of channels, stride 2", conv([1, 9, 9, 17], 17, (3, 3), SAME, stride=(2, 2), zero_point=100, depthwise=True)),
        ("batch, clamp", conv([2, 7, 5, 64], 64, (3, 3), SAME, depthwise=True, clamp=(-20, 30))),
        ("multiplier of 3", conv([1, 10, 10, 5], 15, (3, 3), SAME, depthwise=True)),
        ("one channel in: a convolution", conv([1, 10, 10, 1], 8, (3, 3), SAME, depthwise=True)),
        ("25 taps", conv([1, 12, 12, 35], 35, (5, 5), (2, 2, 2, 2), depthwise=True)),
        ("49 taps: a loop over rows", conv([1, 12, 12, 6], 6, (7, 7), (3, 3, 3, 3), depthwise=True)),
        ("dilation", conv([1, 9, 9, 8], 8, (3, 3), (2, 2, 2, 2), dilation=(2, 2), depthwise=True)),
        ("accumulators as result", conv([1, 6, 6, 8], 8, (2, 2), depthwise=True, epilogue=False)),
        ("weight zero point", conv([1, 6, 6, 8], 8, (3, 3), SAME, depthwise=True, weight_zero_point=-7)),
    ],
    "product": [
        ("one row", product(1, 1, 64, 10, constant=True)),
        ("odd sizes", product(1, 5, 33, 17, constant=True, zero_points=(-128, 0), clamp=(0, 127))),
        ("two activations", product(2, 7, 12, 9, zero_points=(4, 3))),
        ("two activations, extreme zero points", product(3, 16, 5, 40, zero_points=(127, -128))),
        ("one element", product(1, 1, 1, 1)),
        ("accumulators as result", product(2, 9, 16, 16, epilogue=False, zero_points=(-128, 127))),
        ("constants for each image", product(2, 6, 8, 24, constant=True, zero_points=(4, 5))),
    ],
    "transposed": [
        ("stride 1", transpose_conv([1, 5, 5, 8], 8, (3, 3))),
        ("a window that strides do not divide", transpose_conv([1, 5, 5, 4], 8, (3, 3), (0, -1, 0, -1), stride=(2, 2))),
        ("a window of one stride", transpose_conv([1, 6, 4, 3], 5, (2, 2), stride=(2, 2), zero_point=20)),
        ("cut on every side, batch", transpose_conv([2, 4, 4, 4], 3, (4, 4), (-1, -1, -1, -1), stride=(2, 2))),
        ("padded result, accumulators", transpose_conv([1, 5, 5, 4], 8, (3, 3), (1, 0, 0, 2), stride=(3, 2), epilogue=False)),
        ("strides larger than the window", transpose_conv([1, 3, 3, 4], 8, (2, 2), stride=(3, 3))),
    ],
}


class KernelRun(run_cases.Run):
    """The roads of run_cases.py, from a module that is integer already."""

    def __init__(self, tools, workdir, group):
        self.tools, self.workdir, self.group = tools, workdir, group
        self.module, self.owners = Module(), []
        for name, build in GROUPS[group]:
            build(self.module)
            self.owners.append(name)

    def run(self):
        source = self.path("integer.mlir")
        source.write_text(self.module.text())
        self.run_targets(source)


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
        KernelRun(Tools(args.bin, args.llvm, args.cc), args.workdir, args.group).run()
    except (Failure, subprocess.CalledProcessError) as failure:
        print(f"FAILED {args.group}: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
