"""A network with uint8 inputs and outputs against the same one with int8: the same numbers,
so every byte differs in its highest bit and in nothing else. Both are run by upstream's
lowering; with float inputs and outputs the results stand for the same numbers, too.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import judge
import numpy as np

PIPELINE = "builtin.module(func.func(ptq-quantize-ops,ptq-convert-io{inputs=%s outputs=%s},ptq-lower-quantized))"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path, help="one float input and output")
    parser.add_argument("--llvm", required=True, help="directory of the distribution's tools")
    parser.add_argument("--cc", required=True)
    parser.add_argument("--scale", type=float, nargs=2, required=True, help="of input and output")
    parser.add_argument("--zero-point", type=int, nargs=2, required=True, help="of int8 input and output")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        workdir = pathlib.Path(directory)
        io_library = judge.build_io(pathlib.Path(__file__).parent, workdir, args.cc)

        def run(kind, array):
            module = workdir / f"{kind}.mlir"
            subprocess.run(["quant-opt", args.file, f"--pass-pipeline={PIPELINE % (kind, kind)}", "-o", module], check=True)
            return judge.run(args.llvm, module, [[array]], workdir, io_library)[0][0]

        codes = np.arange(-128, 128).astype(np.int8)
        flip = np.uint8(0x80)
        integer = run("int8", codes)
        unsigned = (run("uint8", (codes.view(np.uint8) ^ flip).view(np.int8)).view(np.uint8) ^ flip).view(np.int8)
        real = run("float", ((codes.astype(np.float32) - args.zero_point[0]) * np.float32(args.scale[0])))
        expected = (integer.astype(np.float32) - args.zero_point[1]) * np.float32(args.scale[1])
    if integer.min() == integer.max():
        sys.exit("the network is constant: the case shows nothing")
    if not np.array_equal(integer, unsigned):
        sys.exit(f"int8 gives\n{integer}\nuint8 gives\n{unsigned}")
    if not np.array_equal(real, expected):
        sys.exit(f"int8 stands for\n{expected}\nfloat gives\n{real}")


main()
