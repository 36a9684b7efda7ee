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


def concat(operands):
    """Of two inputs in turns, or of one input only: operands that are the same in a row are one copy."""
    def make(count):
        names = [operands[i % len(operands)] for i in range(count)]
        source, result = "tensor<2x4xf32>", f"tensor<{2 * count}x4xf32>"
        line = f"  %r = tosa.concat {', '.join(names)} {{axis = 0 : i32}} : ({', '.join([source] * count)}) -> {result}"
        return network(f"{source}, %1: {source}", [line], "%r", result)

    return make


def parts(count):
    """The rows of an input in another order: operands that share memory."""
    source, row = f"tensor<{count}x4xf32>", "tensor<1x4xf32>"
    lines = ["  %size = tosa.const_shape {values = dense<[1, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>"]
    for i in range(count):
        start = f"dense<[{count - 1 - i}, 0]>"
        lines.append(f"  %b{i} = tosa.const_shape {{values = {start} : tensor<2xindex>}} : () -> !tosa.shape<2>")
        lines.append(f"  %s{i} = tosa.slice %0, %b{i}, %size : ({source}, !tosa.shape<2>, !tosa.shape<2>) -> {row}")
    names, types = ", ".join(f"%s{i}" for i in range(count)), ", ".join([row] * count)
    lines.append(f"  %r = tosa.concat {names} {{axis = 0 : i32}} : ({types}) -> {source}")
    return network(source, lines, "%r", source)


def network(source, lines, result, kind):
    return "\n".join([f"func.func @main(%0: {source}) -> {kind} {{", *lines, f"  return {result} : {kind}", "}"]) + "\n"


CASES = [
    ("tanh", lambda n: chain("tanh", n), 1000),
    ("sum", sums, 2500),
    ("reductions", layers, 250),
    ("concat of two", concat(["%0", "%1"]), 100),
    ("concat of one", concat(["%0"]), 5000),
    ("concat of rows", parts, 100),
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
