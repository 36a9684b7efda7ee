#!/usr/bin/env python3
"""Runs the node tests of the ONNX backend suite and compares every result's status.

usage: run_backend.py QUANTC EXPECTED WORKDIR [--only SUBSTRING] [--update] [--jobs N]

The cases are those that the package onnx generates: a model of one node (or of the node's
function body), inputs, and outputs as its reference implementation computes them. A case is

    passed     quantc runs the model, and every output is right
    frozen     the same after inputs have become constants, because quantc reads them when it
               compiles: shapes, axes, k; as few as are needed, from the last one
    refused    every operator is known, but quantc refuses how it is used
    unclaimed  quantc does not know an operator, or the file holds what no network has
               (sequences, text, optional values)
    wrong      quantc gives other values, another shape, or crashes

EXPECTED holds one line "<name> <status>" per case. Any difference, and every wrong case, is
an error; --update writes the file anew.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper

UNCLAIMED = re.compile("has no import of these operations")
# float32 sums and polynomials, relative to the largest value; what the suite itself allows
# comes on top.
TOLERANCE = 2e-5
# bfloat16 becomes float32, so values are not rounded to its 8 bits.
BFLOAT16_TOLERANCE = 2.0**-7
OLDEST_OPSET = 7


def collect():
    """All node cases, the same in every run."""
    warnings.simplefilter("ignore")
    # The package's generators were written for a numpy that still had these names.
    for name, kind in (("bool", bool), ("float", float), ("int", int), ("object", object), ("str", str)):
        if name not in np.__dict__:
            setattr(np, name, kind)
    from onnx.backend.test.case import node
    np.random.seed(0)
    cases = {}
    for case in node.collect_testcases(None):
        cases.setdefault(case.name, case)
    return sorted(cases.values(), key=lambda case: case.name)


def narrow(array):
    """What a network has instead of 64 and of 16 bits."""
    kinds = {"int64": "i4", "uint64": "i4", "uint32": "i4", "float64": "f4", "float16": "f4", "uint16": "i4"}
    return array.astype(kinds.get(array.dtype.name, array.dtype))


def decode(value, declared):
    """The numbers of a tensor: the suite gives bfloat16 as the upper halves of float32."""
    if declared.type.tensor_type.elem_type != onnx.TensorProto.BFLOAT16:
        return value
    return (np.asarray(value).astype("u4") << 16).view("f4")


def raise_opset(model):
    """Models of operators that did not change for long name a set older than any in use."""
    for opset in model.opset_import:
        if opset.domain == "":
            opset.version = max(opset.version, OLDEST_OPSET)


def is_tensor(value):
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fiub"


def freeze(model, arrays, count):
    """The model with its last `count` inputs as constants, and the inputs that are left."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    names = [value.name for value in model.graph.input]
    kept = len(names) - count
    del result.graph.input[kept:]
    result.graph.initializer.extend(
        numpy_helper.from_array(array, name) for name, array in list(zip(names, arrays))[kept:])
    return result, dict(zip(names[:kept], arrays[:kept]))


def compare(case, model, expected, path):
    """A message if an output is wrong, else an empty string."""
    with np.load(path) as found:
        for output, array in zip(model.graph.output, expected):
            name = output.name
            if name not in found:
                return f"no output {name}"
            # Outputs have a dimension for samples if inputs do.
            f = found[name][0] if model.graph.input else found[name]
            e, f = np.asarray(decode(array, output)).astype("f8"), f.astype("f8")
            if e.shape != f.shape:
                return f"{name}: shape {list(f.shape)}, expected {list(e.shape)}"
            scale = np.abs(e[np.isfinite(e)]).max(initial=1)
            half = output.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16
            close = np.isclose(f, e, rtol=BFLOAT16_TOLERANCE if half else case.rtol,
                               atol=case.atol + TOLERANCE * scale, equal_nan=True)
            if not close.all():
                return f"{name}: {f[~close][:4]}, expected {e[~close][:4]}"
    return ""


def run_once(quantc, case, inputs, expected, count, workdir):
    """A status and a message, with the last `count` inputs as constants."""
    arrays = [decode(array, declared) for array, declared in zip(inputs, case.model.graph.input)]
    model, feeds = freeze(case.model, arrays, count)
    (workdir / "model.onnx").write_bytes(model.SerializeToString())
    np.savez(workdir / "in.npz", **{name: narrow(array)[None] for name, array in feeds.items()})
    done = subprocess.run([quantc, "run", workdir / "model.onnx", workdir / "in.npz", "-o", workdir / "out.npz"],
                          capture_output=True, text=True, errors="replace")
    message = done.stderr.strip()
    if done.returncode == 0:
        wrong = compare(case, model, expected, workdir / "out.npz")
        return ("wrong", wrong) if wrong else ("frozen" if count else "passed", "")
    if done.returncode != 1 or not message:
        return "wrong", f"exit code {done.returncode}: {message}"
    return ("unclaimed" if UNCLAIMED.search(message) else "refused"), message


def run_case(quantc, case, workdir):
    workdir.mkdir(parents=True, exist_ok=True)
    first = ("unclaimed", "inputs or outputs that are no tensors of numbers")
    for inputs, outputs in case.data_sets:
        if not all(map(is_tensor, [*inputs, *outputs])):
            return first
    raise_opset(case.model)
    for count in range(len(case.model.graph.input) + 1):
        results = [run_once(quantc, case, inputs, outputs, count, workdir) for inputs, outputs in case.data_sets]
        status = max(results, key=lambda result: ("passed", "frozen", "refused", "unclaimed", "wrong").index(result[0]))
        if status[0] != "refused":
            return status
        first = status if count == 0 else first
    return first


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("quantc")
    parser.add_argument("expected", type=pathlib.Path)
    parser.add_argument("workdir", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="print why cases are refused")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    cases = [case for case in collect() if args.only in case.name]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(lambda case: run_case(args.quantc, case, args.workdir / case.name), cases))
    found = {case.name: result for case, result in zip(cases, results)}
    counts = collections.Counter(status for status, _ in results)
    print(", ".join(f"{counts[s]} {s}" for s in ("passed", "frozen", "refused", "unclaimed", "wrong")))
    if args.update:
        args.expected.write_text("".join(f"{name} {status}\n" for name, (status, _) in found.items()))
    expected = dict(line.split() for line in args.expected.read_text().splitlines())
    failures = 0
    for name, (status, message) in found.items():
        if status == "wrong" or expected.get(name) != status:
            failures += 1
            print(f"{name}: {status}, expected {expected.get(name, 'no such case')}: {message}")
        elif args.verbose and message:
            print(f"{name}: {status}: {message}")
    for name in expected:
        if args.only in name and name not in found:
            failures += 1
            print(f"{name}: the suite has no such case any more")
    if failures:
        print(f"{failures} cases are not as expected; if the new results are right, run this with --update")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
