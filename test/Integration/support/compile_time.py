#!/usr/bin/env python3
"""Compile time grows with the size of the network, not with its square.

Compiles chains, sums and concatenations of n and of 4 n operations, and compares the processor's time
(which does not depend on what else the machine does). Growth with the square would be a factor of 16.
"""
import argparse
import pathlib
import resource
import subprocess
import sys

LIMIT = 8  # 4 is linear.


def chain(op, count):
    tensor = "tensor<1x4xf32>"
    lines = [f"  %{i + 1} = tosa.{op} %{i} : ({tensor}) -> {tensor}" for i in range(count)]
    return network(tensor, lines, f"%{count}", tensor)


def sums(count):
    tensor = "tensor<1x4xf32>"
    lines = [f"  %{i + 1} = tosa.add %{i}, %0 : ({tensor}, {tensor}) -> {tensor}" for i in range(count)]
    return network(tensor, lines, f"%{count}", tensor)


def layers(count):
    """Each with a reduction, which ends a fused loop."""
    tensor, one = "tensor<1x4xf32>", "tensor<1x1xf32>"
    lines = []
    for i in range(count):
        lines.append(f"  %r{i} = tosa.reduce_sum %{i} {{axis = 1 : i32}} : ({tensor}) -> {one}")
        lines.append(f"  %{i + 1} = tosa.sub %{i}, %r{i} : ({tensor}, {one}) -> {tensor}")
    return network(tensor, lines, f"%{count}", tensor)


def network(source, lines, result, kind):
    return "\n".join([f"func.func @main(%0: {source}) -> {kind} {{", *lines, f"  return {result} : {kind}", "}"]) + "\n"


CASES = [
    ("tanh", lambda n: chain("tanh", n), 1000),
    ("sum", sums, 2500),
    ("reductions", layers, 250),
]


def compile_seconds(quantc, folder, name, text):
    source = folder / f"{name}.mlir"
    source.write_text(text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([quantc, "compile", source, "--float", "--name=m", "-o", folder / "m.o"], check=True,
                   stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quantc", required=True)
    parser.add_argument("folder", type=pathlib.Path)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    failed = False
    for name, make, count in CASES:
        few = compile_seconds(args.quantc, args.folder, name, make(count))
        many = compile_seconds(args.quantc, args.folder, name, make(4 * count))
        ratio = many / few
        failed |= ratio > LIMIT
        print(f"{name}: {count} in {few:.2f} s, {4 * count} in {many:.2f} s, {ratio:.1f} times as long")
    sys.exit(failed)


if __name__ == "__main__":
    main()
