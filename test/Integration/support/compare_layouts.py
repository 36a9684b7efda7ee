"""Random networks in scrambled layouts: ptq-move-transposes finds the way back.

Every operation that allows it computes in a layout drawn at random, between transposes.
Upstream's lowering runs the network as it stands and after the pass: every bit of every
output is the same, and no transpose is left.
"""
import argparse
import pathlib
import re
import sys
import tempfile

import judge
import numpy as np
import random_networks
import tosa
from toolchain import Failure, execute

AXIS = re.compile(r"axis = (\d+)")


class ScrambledNetwork(tosa.Network):
    """A network whose elementwise operations, concatenations and reductions are wrapped
    in transposes."""

    MOVABLE = {"add", "sub", "mul", "clamp", "sigmoid", "tanh", "exp", "reciprocal", "concat", "reduce_sum",
               "reduce_max", "reverse"}

    def op(self, mnemonic, operands, shape, attributes="", element="f32"):
        rank = len(shape)
        if mnemonic not in self.MOVABLE or rank < 2:
            return super().op(mnemonic, operands, shape, attributes, element)
        perms = [int(p) for p in self.random.permutation(rank)]
        moved = [self.transpose(o, *perms) if len(o.shape) == rank else o for o in operands]
        attributes = AXIS.sub(lambda m: f"axis = {perms.index(int(m.group(1)))}", attributes)
        result = super().op(mnemonic, moved, [shape[p] for p in perms], attributes, element)
        return self.transpose(result, *np.argsort(perms).tolist())


def compare(args, workdir, io_library, seed):
    """Raises Failure unless both forms of the network of `seed` agree."""
    network = ScrambledNetwork(seed)
    random_networks.grow(network, seed)
    before, after = workdir / "before.mlir", workdir / "after.mlir"
    before.write_text(network.text())
    after.write_text(execute([args.quant_opt, before, "--ptq-move-transposes"]))
    count = before.read_text().count("tosa.transpose"), after.read_text().count("tosa.transpose")
    if count[1]:
        raise Failure(f"seed {seed}: {count[1]} of {count[0]} transposes are left")
    samples = list(network.samples(3).values())
    inputs = [[array[i] for array in samples] for i in range(3)]
    results = [judge.run(args.llvm, module, inputs, workdir, io_library) for module in (before, after)]
    for expected, actual in zip(*results):
        for a, b in zip(expected, actual):
            if a.tobytes() != b.tobytes():
                raise Failure(f"seed {seed}: results differ by up to {np.abs(a - b).max()}")
    print(f"seed {seed}: {count[0]} transposes gone, bit-equal")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--quant-opt", required=True)
    parser.add_argument("--llvm", required=True, help="directory of the distribution's tools")
    parser.add_argument("--cc", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        workdir = pathlib.Path(directory)
        io_library = judge.build_io(pathlib.Path(__file__).parent, workdir, args.cc)
        try:
            for seed in args.seeds:
                compare(args, workdir, io_library, seed)
        except Failure as failure:
            sys.exit(f"FAILED {failure}")


main()
