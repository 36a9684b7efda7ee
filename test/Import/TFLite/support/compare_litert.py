"""Compares quantc with LiteRT on every case of the groups, several samples each.

usage: compare_litert.py GROUP... WORKDIR [--only SUBSTRING]      quantc and flatc are in PATH

LiteRT runs each case that it is known to run as a network of its own, quantc all cases of a group as one. LiteRT is
found by QUANTC_LITERT_DIR. Reals agree within the case's tolerance. Integers are equal, but for
operators whose results XNNPACK scales in float32: a few of these are one step off where the
exact result lies in the middle between two steps. XNNPACK has no kernels of int16: these are equal. REFUSED names the cases that LiteRT does
not run.
"""
import argparse
import pathlib
import subprocess
import sys

import numpy as np

import litert
from network import Network
from run_cases import GROUPS

SAMPLES = 6
# The share of a case's results that may be a step off, for operators that XNNPACK scales in float32.
SCALED_IN_FLOAT = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "MUL", "MEAN", "SUM", "PRELU",
                   "BATCH_MATMUL"}
SHARE = 0.3
# What LiteRT does not run or gets wrong, and why.
NO_BIAS = "it wants a bias"
NO_OPTIONS = "it wants options that say what the operands say already"
AUXILIARY_SIZE = "it takes the auxiliary input to be of the size of the input"
SPARSE = "it reads sparse weights of this format as if they were dense"
REFUSED = {
    "convolutions/conv_valid": NO_BIAS,
    "convolutions/conv_cut": NO_BIAS,
    "convolutions/depthwise_one": NO_BIAS,
    "convolutions/conv3d_dilated": "it has no kernel of volumes with dilation",
    "int8/conv_no_bias": NO_BIAS,
    "int8/depthwise_one": NO_BIAS,
    "pooling/argmax": NO_OPTIONS,
    "pooling/argmax64": NO_OPTIONS,
    "pooling/argmin": NO_OPTIONS,
    "int8/argmax": NO_OPTIONS,
    "shapes/shape": NO_OPTIONS,
    "shapes/unpack": NO_OPTIONS,
    "shapes/pack": NO_OPTIONS,
    "shapes/split": NO_OPTIONS,
    "shapes/split_v": NO_OPTIONS,
    "shapes/strided_plain_1_1": "64-bit borders",
    "shapes/concat": "it leaves out the fused activation",
    "binary/mul_tanh": "it leaves out the fused activation",
    "int8/concat": "operands of different scales",
    "int8/conv_unread": "it checks the quantized dimension of a bias, which TensorFlow Lite Micro does not",
    "partly/transpose": "XNNPACK wants equal parameters",
    "uint8/depthwise": NO_BIAS,
    "int16/conv_no_bias": NO_BIAS,
    "narrow/dense_zeros": "it quantizes activations at run time",
    "narrow/dense_blocks": "it quantizes activations at run time",
    "sparse/sparse_conv": NO_BIAS,
    "sparse/sparse_conv_blocks": NO_BIAS,
    "sparse/sparse_dense": SPARSE,
    "int8/sparse_dense": SPARSE,
    "recurrent/lstm_none": "it does not copy the cell where there is no function",
    "recurrent/bilstm_batch": "its results of merged directions behind the batch vary from run to run",
    "recurrent/bilstm_auxiliary_size": AUXILIARY_SIZE,
    "recurrent/bilstm_second_size": AUXILIARY_SIZE,
    "recurrent/birnn_auxiliary_size": AUXILIARY_SIZE,
    "recurrent/birnn_second_size": AUXILIARY_SIZE,
    "recurrent_hybrid/hybrid_birnn": "it runs a sequence as often as it has steps, and keeps the states",
    "recurrent_hybrid/hybrid_auxiliary": "it wants weights of one type",
}


def sample_inputs(case, rng):
    """SAMPLES arrays for each input, by name; the first sample is the case's own."""
    inputs = {}
    for index, operand in enumerate(case.operands):
        if not operand or not operand.is_input:
            continue
        array = operand.array
        more = [array]
        for _ in range(SAMPLES - 1):
            if array.dtype.kind in "iu" and operand.params:
                info = np.iinfo(array.dtype)
                more.append(rng.integers(info.min, info.max + 1, array.shape).astype(array.dtype))
            else:
                # Rows of integers may be positions, which have to stay together.
                more.append(rng.permutation(array) if array.dtype.kind in "iu" and array.ndim
                            else rng.permutation(array.ravel()).reshape(array.shape))
        inputs[f"{case.name}.{index}"] = np.stack(more)
    return inputs


def compare(case, got, want):
    """What is wrong with the outputs `got` by name, LiteRT's being `want` by position."""
    for index, expected in enumerate(want):
        name = f"{case.name}:{index}"
        result = got[name].reshape(expected.shape)
        error = np.abs(result.astype(np.float64) - expected)
        if expected.dtype.kind == "f":
            allowed = case.tolerance * max(1.0, np.abs(expected).max(initial=0))
            if not np.all((error <= allowed) | (result == expected) | (np.isnan(result) & np.isnan(expected))):
                yield f"{name}: off by {np.nanmax(error)}, {allowed} is allowed"
            continue
        different = np.count_nonzero(error)
        scaled = case.out and case.code in SCALED_IN_FLOAT and case.out_type != np.int16
        if different and not (scaled and error.max() <= 1 and different <= SHARE * error.size):
            yield f"{name}: {different} of {error.size} integers differ, by {error.max():g} at most"


def run_group(group, workdir, only):
    rng = np.random.default_rng(3)
    together, inputs, jobs = Network(), {}, []
    cases = [case for case in GROUPS[group] if only in case.name and f"{group}/{case.name}" not in REFUSED and
             any(operand and operand.is_input for operand in case.operands)]
    for case in cases:
        case.add_to(together)
        own = sample_inputs(case, rng)
        inputs.update(own)
        alone = Network()
        case.add_to(alone)
        jobs.append((alone.write(workdir / f"{group}-{case.name}.tflite"), list(own.values())))
    path = together.write(workdir / f"{group}.tflite")
    np.savez(workdir / "in.npz", **inputs)
    if subprocess.run(["quantc", "run", path, workdir / "in.npz", "-o", workdir / "out.npz"]).returncode:
        sys.exit(f"{group}: quantc run failed")
    got = dict(np.load(workdir / "out.npz"))
    wrong = []
    for case, want in zip(cases, litert.run_all(jobs, workdir)):
        if isinstance(want, str):
            wrong.append(f"{group}/{case.name}: LiteRT refuses it: {want[:300]}")
        else:
            wrong += [f"{group}/{message}" for message in compare(case, got, want)]
    print("\n".join(wrong + [f"{group}: {len(cases)} cases, {len(wrong)} wrong"]))
    return bool(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("groups", nargs="+", choices=sorted(GROUPS), metavar="GROUP")
    parser.add_argument("workdir", type=pathlib.Path)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    args.workdir.mkdir(parents=True, exist_ok=True)
    return max([run_group(group, args.workdir, args.only) for group in args.groups])


if __name__ == "__main__":
    sys.exit(main())
