"""Integer forms of operations against their simulation.

A test file holds one function on quantized tensors whose body is float between
quant.dcast and quant.qcast. Lowered as it stands it computes in float and rounds at the
borders: that is the simulation. With ptq-quantize-ops in front it is integer TOSA. Both
are run by upstream's lowering on the same random int8 inputs, and no result may differ by
more than one step. The integer form must pass TOSA's strict validation.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import judge
import numpy as np

SIMULATE = "builtin.module(func.func(ptq-expand-composites,ptq-lower-quantized))"
QUANTIZE = "builtin.module(func.func(ptq-quantize-ops{contract=%s},ptq-lower-quantized,ptq-check-strict-integer))"


def run(command, output):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nexit code {done.returncode}\n{done.stderr[-3000:]}")
    output.write_text(done.stdout)


def random_inputs(arguments, samples):
    """Uniform int8; the first two samples are the extremes."""
    rng = np.random.default_rng(0)
    for sample in range(samples):
        low, high = [(-128, -127), (127, 128)][sample] if sample < 2 else (-128, 128)
        yield [rng.integers(low, high, a.shape).astype(a.dtype) for a in arguments]


def compare(integer, simulated, limit):
    """The largest difference of each result; complains about those above `limit`."""
    failed = False
    for i in range(len(integer[0])):
        steps = np.stack([np.abs(a[i].astype(int) - b[i].astype(int)) for a, b in zip(integer, simulated)])
        spread = np.stack([a[i] for a in integer])
        print(f"result {i}: {steps.max()} steps at most, {100 * (steps > 0).mean():.2f} % differ, "
              f"values {spread.min()} to {spread.max()}")
        if steps.max() > limit:
            failed = True
            print(f"error: result {i} differs by {steps.max()} steps")
        if spread.min() == spread.max():
            failed = True
            print(f"error: result {i} is always {spread.min()}: the case shows nothing")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--llvm", required=True, help="directory of the distribution's tools")
    parser.add_argument("--cc", required=True)
    parser.add_argument("--contract", default="exact")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--limit", type=int, default=1)
    args = parser.parse_args()
    support = pathlib.Path(__file__).parent
    with tempfile.TemporaryDirectory() as directory:
        workdir = pathlib.Path(directory)
        integer, simulated = workdir / "integer.mlir", workdir / "simulated.mlir"
        run(["quant-opt", args.file, f"--pass-pipeline={QUANTIZE % args.contract}"], integer)
        run(["quant-opt", args.file, f"--pass-pipeline={SIMULATE}"], simulated)
        extensions = "int16,int4" + (",doubleround" if args.contract == "tflm" else "")
        run([f"{args.llvm}/mlir-opt", integer, f"--tosa-attach-target=profiles=pro_int extensions={extensions} level=8k",
             "--tosa-validate=strict-op-spec-alignment"], workdir / "validated.mlir")
        io_library = judge.build_io(support, workdir, args.cc)
        _, arguments, _ = judge.signature(integer.read_text())
        inputs = list(random_inputs(arguments, args.samples))
        results = [judge.run(args.llvm, module, inputs, workdir, io_library) for module in (integer, simulated)]
    sys.exit(compare(*results, args.limit))


main()
