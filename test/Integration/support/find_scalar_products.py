#!/usr/bin/env python3
"""Looks for scalar multiplications in the innermost loops of compiled convolutions and matrix products.

usage: find_scalar_products.py WORKDIR --bin DIR

Every product of TOSA in every combination of types that compiles, with constant and with given weights, is compiled to
assembly for every target. Nothing runs, so no target needs a machine. That the search finds what it looks for
is shown by a product of floats in a row, which cannot be vectorized.
"""
import argparse
import pathlib
import re
import shutil
import sys

import cases
from run_kernels import AROUND, BOTH, SAME, WEIGHTS, Module, conv, product, transpose_conv
from toolchain import Failure, Tools
from tosa import Network

TARGETS = {
    "x86-64": ["--target=x86_64-linux-gnu", "--cpu=x86-64"],
    "x86-64-v3": ["--target=x86_64-linux-gnu", "--cpu=x86-64-v3"],
    "avx512vnni": ["--target=x86_64-linux-gnu", "--cpu=cascadelake"],
    "neon": ["--target=aarch64-linux-gnu", "--cpu=generic"],
    "neon-dotprod": ["--target=aarch64-linux-gnu", "--cpu=generic", "--features=+dotprod"],
}
IMAGE, VOLUME = [1, 8, 8, 16], [1, 5, 6, 6, 16]
FLOAT = ["conv", "depthwise", "volume", "given", "product"]
# Their last channel is alone in a vector: one lane of a short sum is as good as a scalar, and LLVM makes it one.
SKIPPED = [("conv", "above_tile"), ("depthwise", "above_vector"), ("depthwise", "batch")]

LABEL = re.compile(r"^([\w.$]+):")
JUMP = re.compile(r"\t(?:j\w+|b|b\.\w+|cbn?z|tbn?z)\t(?:.*,\s*)?([\w.$]+)$")
# x86: mulss, vfmadd231ss, imul; AArch64: mul, madd, fmul, fmadd, whose vectors are written v0.4s.
SCALAR = re.compile(r"\t(?:v?mul[sd][sdh]|vfn?m(?:add|sub)\d+s[sdh]|i?mul[bwlq]?|mulx[lq]?|f?n?m(?:ul|add|sub)|[su]m(?:ull|addl|subl))\t(?!v\d)")
# Of indices, where sums have 32 bits.
INDEX = re.compile(r"\t(?:i?mulq|mulxq|mul\tx|m(?:add|sub)\tx)")


def convolutions(**options):
    """With the types and operands that select other kernels."""
    return [conv(IMAGE, 16, (3, 3), SAME, **options), conv(IMAGE, 16, (3, 3), SAME, depthwise=True, **options),
            conv(VOLUME, 16, (3, 3, 3), AROUND, **options), transpose_conv(IMAGE, 16, (3, 3), stride=(2, 2), **options)]


INT8 = [*convolutions(), *convolutions(weight_zero_point=3), *convolutions(given=BOTH), *convolutions(int4=True),
        product(1, 9, 64, 24, constant=True), product(1, 1, 64, 24, constant=True), product(2, 9, 64, 24)]
INT16 = [*convolutions(wide=True), product(2, 9, 64, 24, wide=True), product(1, 9, 64, 24, wide=True, constant=True)]
INT16_GIVEN = convolutions(wide=True, given=WEIGHTS)


def innermost_loops(lines):
    """Ranges of lines from a label to a jump back to it that hold no other such range."""
    labels, loops = {}, []
    for i, line in enumerate(lines):
        if label := LABEL.match(line):
            labels[label[1]] = i
        elif (jump := JUMP.match(line)) and jump[1] in labels:
            begin = labels[jump[1]]
            if not any(begin <= inner for inner, _ in loops):
                loops.append((begin, i))
    return loops


def scalar_products(assembly):
    lines = assembly.read_text().splitlines()
    return [line.strip() for begin, end in innermost_loops(lines) for line in lines[begin:end] if SCALAR.match(line)]


def integer_module(builds):
    module = Module()
    for build in builds:
        build(module)
    return module.text()


def float_module(groups):
    network = Network(1)
    for group in groups:
        for name, _, build in cases.GROUPS[group]:
            if (group, name) not in SKIPPED:
                build(network)
    return network.text()


def control_module():
    network = Network(1)
    network.output(network.reduce("product", network.input(1, 1000), 1))
    return network.text()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("workdir", type=pathlib.Path)
    parser.add_argument("--bin", required=True)
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    args.workdir.mkdir(parents=True)
    tools, failures = Tools(args.bin, None, None), 0
    modules = {"int8": integer_module(INT8), "int16": integer_module(INT16), "int16-given": integer_module(INT16_GIVEN),
               "float": float_module(FLOAT), "control": control_module()}
    for name, text in modules.items():
        source = args.workdir / f"{name}.mlir"
        source.write_text(text)
        for target, flags in TARGETS.items():
            assembly = args.workdir / f"{name}-{target}.s"
            tools.run("compile", source, "--float", "--emit=asm", *flags, "-o", assembly)
            found = scalar_products(assembly)
            if not name.startswith("int16"):
                found = [line for line in found if not INDEX.match("\t" + line)]
            if bool(found) != (name == "control"):
                print(f"FAILED {name} for {target}: {found[:5] or 'the control was not found'}")
                failures += 1
    print(f"{len(modules) * len(TARGETS)} files searched, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(str(failure))
