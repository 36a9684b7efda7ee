"""Runs groups of cases: one network per group holds every operator of the group.

usage: run_cases.py GROUP WORKDIR [OPTION...]      options of quantc run, which is in PATH as flatc is
"""
import pathlib
import subprocess
import sys

import numpy as np

import float_cases
import partly_cases
import quantized_cases
import recurrent_cases
from network import Network

GROUPS = {**float_cases.GROUPS, **quantized_cases.GROUPS, **recurrent_cases.GROUPS, "partly": partly_cases.PARTLY}


def main():
    group, workdir, options = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    workdir.mkdir(parents=True, exist_ok=True)
    network, inputs, cases = Network(), {}, GROUPS[group]
    for case in cases:
        case.add_to(network)
        for index, operand in enumerate(case.operands):
            if operand and operand.is_input:
                inputs[f"{case.name}.{index}"] = operand.array[np.newaxis]
    path = network.write(workdir / f"{group}.tflite")
    np.savez(workdir / "in.npz", **inputs)
    if subprocess.run(["quantc", "run", path, workdir / "in.npz", "-o", workdir / "out.npz", *options]).returncode:
        sys.exit(f"{group}: quantc run failed")
    outputs = dict(np.load(workdir / "out.npz"))
    wrong = [message for case in cases for message in case.check(outputs)]
    print("\n".join(wrong + [f"{group}: {len(cases)} cases, {len(wrong)} wrong results"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
