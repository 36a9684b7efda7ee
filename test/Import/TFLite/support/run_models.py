"""Runs networks of QUANTC_MODELS_DIR on the inputs of their golden files.

usage: run_models.py float|int8 WORKDIR NETWORK... [OPTION...]      options of quantc run, which is in PATH

Float outputs are within 2e-5 of the golden ones, relative to the network's largest:
the golden ones themselves, plain sums in float32, are that far from the exact result
of a deep fully connected network. Integers are equal.
"""
import os
import pathlib
import subprocess
import sys

import numpy as np

TOLERANCE = 2e-5


def main():
    kind, workdir, *networks = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    models, workdir = pathlib.Path(os.environ["QUANTC_MODELS_DIR"]), pathlib.Path(workdir)
    workdir.mkdir(parents=True, exist_ok=True)
    failed = False
    for network in networks:
        golden = np.load(models / "golden" / f"{network}-{kind}.npz")
        np.savez(workdir / "in.npz", x=golden["input"])
        subprocess.run(["quantc", "run", models / network / f"{kind}.tflite", workdir / "in.npz", "-o", workdir / "out.npz", *options],
                       check=True)
        (got,) = np.load(workdir / "out.npz").values()
        want = golden["output"].astype(np.float64)
        error = np.abs(got.reshape(want.shape) - want).max() / np.abs(want).max()
        different = np.count_nonzero(got.reshape(want.shape) != want)
        print(f"{network}: {different} of {want.size} values differ, off by {error:.3g} at most")
        failed |= different > 0 if kind == "int8" else not error <= TOLERANCE
    return failed


if __name__ == "__main__":
    sys.exit(main())
