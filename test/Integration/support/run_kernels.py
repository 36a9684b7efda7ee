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
from toolchain import X86, X86_LOOKUPS, Failure, Tools

ELEMENTS = {np.int8: "i8", np.int16: "i16", np.int32: "i32"}


class Module:
    """Text of one function with an argument and a result for each case."""

    def __init__(self):
        self.random = np.random.default_rng(7)
        self.arguments, self.body, self.results, self.count = [], [], [], 0

    def name(self):
        self.count += 1
        return f"%v{self.count}"

    def argument(self, shape, element="i8"):
        self.arguments.append(tensor(shape, element))
        return f"%a{len(self.arguments) - 1}", self.arguments[-1]

    def constant(self, values, dtype=np.int8):
        array = np.asarray(values).astype(dtype)
        name, type = self.name(), tensor(array.shape, ELEMENTS[dtype])
        self.body.append(f'{name} = "tosa.const"() {{values = dense<"0x{array.tobytes().hex()}"> : {type}}} : () -> {type}')
        return name, type

    def listed(self, values, element):
        """A constant of a type that numpy lacks."""
        array, name = np.asarray(values), self.name()
        type = tensor(array.shape, element)
        self.body.append(f'{name} = "tosa.const"() {{values = dense<{array.tolist()}> : {type}}} : () -> {type}')
        return name, type

    def integers(self, low, high, shape, dtype=np.int8):
        return self.constant(self.random.integers(low, high + 1, shape), dtype)

    def op(self, op, operands, attributes, result):
        name = self.name()
        values, types = ", ".join(v for v, _ in operands), ", ".join(t for _, t in operands)
        self.body.append(f"{name} = {op} {values} {{{attributes}}} : ({types}) -> {result}")
        return name, result

    def rescale48(self, value, shape, per_channel=True, shifts=(24, 30), to=np.int16):
        """Sums of 48 bits take multipliers of 16."""
        count = shape[-1] if per_channel else 1
        operands = [value, self.integers(1 << 14, (1 << 15) - 1, [count], np.int16), self.integers(*shifts, [count]),
                    self.listed([0], "i48"), self.constant([0], to)]
        return self.op("tosa.rescale", operands, f"scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = "
                       f"{str(per_channel).lower()}, input_unsigned = false, output_unsigned = false", tensor(shape, ELEMENTS[to]))

    def rescale(self, value, shape, per_channel=True, rounding="SINGLE_ROUND", shifts=(36, 41), zero_point=3):
        count = shape[-1] if per_channel else 1
        operands = [value, self.integers(1 << 30, (1 << 31) - 1, [count], np.int32), self.integers(*shifts, [count]),
                    self.constant([0], np.int32), self.constant([zero_point])]
        return self.op("tosa.rescale", operands, f"scale32 = true, rounding_mode = {rounding}, per_channel = "
                       f"{str(per_channel).lower()}, input_unsigned = false, output_unsigned = false", tensor(shape, "i8"))

    def finish(self, value, shape, epilogue=True, clamp=None, wide=False, twice=False, **options):
        if wide:
            sums, value = value, self.rescale48(value, shape, **options)
            if twice:  # 48-bit sums that have to be stored
                self.results.append(self.rescale48(sums, shape, to=np.int8))
        elif epilogue:
            value = self.rescale(value, shape, **options)
        if clamp:
            element = value[1][:-1].split("x")[-1]
            limits = f"min_val = {clamp[0]} : {element}, max_val = {clamp[1]} : {element}"
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


def convolve(m, op, shape, weights, out, attributes, zero_point, weight_zero_point, given=(), wide=False, int4=False, **options):
    """Weights and bias are constants unless they are `given` as inputs. Activations are int16 if sums are `wide`,
    weights are `int4` if so."""
    channels, element = out[-1:], "i48" if wide else "i32"
    x = m.argument(shape, "i16" if wide else "i8")
    if int4:
        w, weight_zero = m.listed(m.random.integers(-7, 8, weights), "i4"), m.listed([0], "i4")
    else:
        w = m.argument(weights) if "weights" in given else m.integers(-127, 127, weights)
        weight_zero = m.constant([weight_zero_point])
    if "bias" in given:
        bias = m.argument(channels, "i32")
    else:
        limit = 1 << 40 if wide else 20000
        values = m.random.integers(-limit, limit + 1, channels)
        bias = m.listed(values, "i48") if wide else m.constant(values, np.int32)
    zero = m.constant([0], np.int16) if wide else m.constant([zero_point])
    sums = m.op(f"tosa.{op}", [x, w, bias, zero, weight_zero], f"acc_type = {element}, {attributes}", tensor(out, element))
    m.finish(sums, out, wide=wide, **options)


def conv(shape, channels, kernel, pad=None, stride=None, dilation=None, zero_point=-5, weight_zero_point=0, depthwise=False, **options):
    """Of images, or of volumes if the kernel has three sizes."""
    axes = range(len(kernel))
    pads, strides, dilations = pad or [0] * (2 * len(kernel)), stride or [1] * len(kernel), dilation or [1] * len(kernel)

    def build(m):
        reach = [(kernel[i] - 1) * dilations[i] for i in axes]
        out = [shape[0], *((shape[1 + i] - 1 + pads[2 * i] + pads[2 * i + 1] - reach[i]) // strides[i] + 1 for i in axes), channels]
        weights = [*kernel, shape[-1], channels // shape[-1]] if depthwise else [channels, *kernel, shape[-1]]
        convolve(m, "depthwise_conv2d" if depthwise else f"conv{len(kernel)}d", shape, weights, out,
                 f"dilation = {ints(dilations)}, pad = {ints(pads)}, stride = {ints(strides)}", zero_point, weight_zero_point,
                 **options)
    return build


def transpose_conv(shape, channels, kernel, out_pad=(0, 0, 0, 0), stride=(1, 1), zero_point=-5, weight_zero_point=0, **options):
    def build(m):
        out = [shape[0], *((shape[1 + i] - 1) * stride[i] + out_pad[2 * i] + out_pad[2 * i + 1] + kernel[i] for i in range(2)), channels]
        convolve(m, "transpose_conv2d", shape, [channels, *kernel, shape[3]], out,
                 f"out_pad = {ints(out_pad)}, stride = {ints(stride)}", zero_point, weight_zero_point, **options)
    return build


def product(batch, rows, depth, columns, constant=False, zero_points=(4, 0), wide=False, **options):
    def build(m):
        element, dtype = ("i16", np.int16) if wide else ("i8", np.int8)
        limit = np.iinfo(dtype).max
        a = m.argument([batch, rows, depth], element)
        shape = [batch, depth, columns]
        b = m.integers(-limit, limit, shape, dtype) if constant else m.argument(shape, element)
        out = [batch, rows, columns]
        zeros = [m.constant([0 if wide else zero], dtype) for zero in zero_points]
        sums = m.op("tosa.matmul", [a, b, *zeros], "", tensor(out, "i48" if wide else "i32"))
        m.finish(sums, out, per_channel=False, wide=wide, **options)
    return build


def lookup(shape, channel=None):
    """A random table, of every `channel`-th element of the last dimension only if that is given."""
    def build(m):
        x = m.argument(shape)
        if channel is not None:
            starts, sizes = ([*map(int, v)] for v in ([0] * (len(shape) - 1) + [channel], [*shape[:-1], 1]))
            shapes = []
            for values in (starts, sizes):
                name = m.name()
                m.body.append(f"{name} = tosa.const_shape {{values = dense<{values}> : tensor<{len(values)}xindex>}} : () -> !tosa.shape<{len(values)}>")
                shapes.append((name, f"!tosa.shape<{len(values)}>"))
            x = m.op("tosa.slice", [x, *shapes], "", tensor(sizes, "i8"))
        m.results.append(m.op("tosa.table", [x, m.integers(-128, 127, [256])], "", x[1]))
    return build


def several(*builds):
    def build(m):
        for each in builds:
            each(m)
    return build


SAME = (1, 1, 1, 1)
AROUND = (1, 1, 1, 1, 1, 1)
WEIGHTS, BIAS, BOTH = ["weights"], ["bias"], ["weights", "bias"]  # computed by the network
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
        ("weight zero point", transpose_conv([1, 5, 5, 4], 8, (3, 3), stride=(2, 2), weight_zero_point=-9)),
    ],
    "given": [
        ("weights", conv([1, 14, 14, 16], 33, (3, 3), SAME, given=WEIGHTS)),
        ("weights and bias; rows of the window that are no whole groups", conv([2, 7, 9, 5], 10, (3, 3), SAME, given=BOTH)),
        ("bias; constant weights with their zero point", conv([1, 6, 6, 4], 18, (3, 3), SAME, weight_zero_point=3, given=BIAS)),
        ("bias; four-way products", conv([1, 6, 6, 8], 16, (3, 3), SAME, given=BIAS)),
        ("extreme zero points", conv([1, 6, 6, 4], 16, (3, 3), SAME, zero_point=127, weight_zero_point=-128, given=BOTH)),
        ("dilation with a group across pixels", conv([1, 10, 10, 3], 20, (3, 3), (2, 2, 2, 2), dilation=(2, 2), given=BOTH)),
        ("a column", conv([1, 29, 1, 8], 6, (5, 1), (2, 2, 0, 0), stride=(2, 1), given=BOTH)),
        ("rows joined, one channel out", conv([3, 5, 5, 24], 1, (1, 1), given=BOTH, clamp=(-128, 100))),
        ("larger than a cache, accumulators", conv([1, 3, 3, 256], 128, (3, 3), SAME, given=BOTH, epilogue=False)),
        ("depthwise", conv([1, 9, 9, 17], 17, (3, 3), SAME, stride=(2, 2), given=BOTH, depthwise=True)),
        ("depthwise, multiplier and zero point", conv([1, 7, 7, 5], 15, (3, 3), SAME, weight_zero_point=5, given=BOTH, depthwise=True)),
        ("depthwise, a loop over rows", conv([1, 12, 12, 6], 6, (7, 7), (3, 3, 3, 3), given=BOTH, depthwise=True)),
        ("depthwise of one channel", conv([1, 10, 10, 1], 8, (3, 3), SAME, given=BOTH, depthwise=True)),
        ("transposed", transpose_conv([1, 5, 5, 4], 8, (3, 3), (0, -1, 0, -1), stride=(2, 2), weight_zero_point=-9, given=BOTH)),
        ("transposed, window of one stride", transpose_conv([1, 6, 4, 3], 5, (2, 2), stride=(2, 2), given=BOTH)),
        ("volume", conv([1, 5, 6, 7, 3], 10, (3, 3, 2), AROUND, stride=(2, 1, 1), given=BOTH)),
        ("int4 weights", conv([1, 6, 6, 4], 16, (3, 3), SAME, int4=True)),
        ("int4 weights, depthwise, transposed, volume", several(
            conv([1, 6, 6, 8], 8, (3, 3), SAME, int4=True, depthwise=True),
            transpose_conv([1, 4, 4, 4], 8, (3, 3), int4=True),  # the judge cannot do strides here
            conv([1, 4, 4, 4, 3], 10, (2, 2, 2), int4=True))),
    ],
    "lookup": [
        ("every code several times", lookup([1, 16, 16, 16])),
        ("one vector and less", several(*(lookup([size]) for size in (15, 16, 31, 32, 33, 63, 64)))),
        ("several vectors and a rest", several(*(lookup([size]) for size in (65, 127, 129, 1000)))),
        ("many dimensions", lookup([2, 3, 1, 5, 7])),
        ("one channel of three", lookup([1, 9, 9, 3], channel=1)),
    ],
    "volume": [
        ("padded on every side, with the zero point", conv([1, 5, 6, 7, 8], 16, (3, 3, 3), AROUND, zero_point=17)),
        ("stride and dilation of the depth, batch", conv([2, 9, 6, 7, 3], 5, (3, 3, 3), AROUND, stride=(2, 1, 2), dilation=(2, 1, 1))),
        ("no depth", conv([2, 4, 5, 5, 6], 7, (1, 3, 3))),
        ("whole depth, double rounding", conv([1, 3, 5, 5, 6], 20, (3, 1, 1), rounding="DOUBLE_ROUND")),
        ("weight zero point, accumulators", conv([1, 4, 4, 4, 4], 8, (2, 2, 2), weight_zero_point=-6, epilogue=False)),
    ],
    "wide": [
        ("three rows of a window", conv([1, 8, 8, 16], 33, (3, 3), SAME, wide=True)),
        ("more products than 32 bits hold", conv([1, 5, 5, 200], 20, (3, 3), SAME, wide=True, per_channel=False)),
        ("more products in a row, one pixel", conv([1, 1, 1, 1500], 10, (1, 1), wide=True)),
        ("dilation, batch, clamp", conv([2, 7, 9, 5], 10, (3, 3), (2, 2, 2, 2), dilation=(2, 2), wide=True, clamp=(-500, 400))),
        ("weight zero point", conv([1, 6, 6, 60], 16, (3, 3), SAME, weight_zero_point=-128, wide=True)),
        ("sums with two users", conv([1, 6, 6, 4], 16, (3, 3), SAME, wide=True, twice=True)),
        ("given weights", conv([1, 6, 6, 70], 16, (3, 3), SAME, given=WEIGHTS, wide=True)),
        ("large and small shifts", conv([1, 6, 6, 4], 16, (3, 3), SAME, wide=True, shifts=(12, 48))),
        ("depthwise", conv([1, 9, 9, 17], 17, (3, 3), SAME, stride=(2, 2), depthwise=True, wide=True)),
        ("depthwise, given weights", conv([1, 9, 9, 8], 8, (7, 7), (3, 3, 3, 3), depthwise=True, wide=True, given=WEIGHTS)),
        ("depthwise, more products than 32 bits hold",
         conv([1, 1, 520, 4], 4, (1, 513), depthwise=True, wide=True, weight_zero_point=127)),
        ("transposed", transpose_conv([1, 5, 5, 4], 8, (3, 3), wide=True)),  # the judge cannot do strides here
        ("volume", conv([1, 4, 4, 4, 5], 8, (2, 2, 2), AROUND, wide=True)),
        ("product", product(2, 7, 12, 9, wide=True)),
        ("product of a constant", product(1, 5, 33, 17, constant=True, wide=True)),
        ("product of one row", product(1, 1, 700, 10, wide=True)),
    ],
}


class KernelRun(run_cases.Run):
    """The roads of run_cases.py, from a module that is integer already."""

    def __init__(self, tools, workdir, group):
        self.tools, self.workdir, self.group = tools, workdir, group
        self.module, self.owners = Module(), []
        for name, build in GROUPS[group]:
            build(self.module)
            self.owners += [name] * (len(self.module.results) - len(self.owners))

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
        x86 = [*X86, *X86_LOOKUPS] if args.group == "lookup" else X86
        KernelRun(Tools(args.bin, args.llvm, args.cc, x86), args.workdir, args.group).run()
    except (Failure, subprocess.CalledProcessError) as failure:
        print(f"FAILED {args.group}: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
