#!/usr/bin/env python3
"""Imports single operations from ONNX, runs them, and compares with ONNX Runtime.

usage: compare_onnxruntime.py QUANTC GROUP... WORKDIR [--only SUBSTRING]

The cases of a group that use the same operator set become one model. If it fails, every
case is run alone, so that the message names the one at fault. ONNX Runtime is found by
QUANTC_ONNXRUNTIME_DIR. Its products of integers are wrong on some CPUs, so integer_products.py
computes them; where they are right, ONNX Runtime is compared with that.
"""
import argparse
import itertools
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import integer_products
import onnx_cases
import onnx_function_cases  # noqa: F401, these cases join the groups
import onnx_newer_cases  # noqa: F401
import onnx_position_cases  # noqa: F401
import onnx_recurrent_cases  # noqa: F401
import onnxruntime

# Later operator sets gave the operators of these cases more types, and nothing else: their
# models are judged as ones of this set.
JUDGED_OPSET = 23

# Of the largest value, with --calibrate: a few roundings to 8 bits.
CALIBRATED_TOLERANCE = 0.05

TOLERANCE = 2e-5  # of the largest value: float32 sums and polynomials


def rename_branches(node, rename):
    """Names in the graphs that are attributes of a node."""
    for attribute in node.attribute:
        for named in (*attribute.g.initializer, *attribute.g.output):
            named.name = rename(named.name)
        for inner in attribute.g.node:
            inner.input[:] = map(rename, inner.input)
            inner.output[:] = map(rename, inner.output)
            rename_branches(inner, rename)


def build(cases):
    """One model of all cases, its inputs and tolerances by output."""
    nodes, constants, inputs, outputs, feeds, tolerances = [], [], [], [], {}, {}
    rng = np.random.default_rng(7)
    for number, case in enumerate(cases):
        names = {}

        def rename(name):
            return name and names.setdefault(name, f"c{number}_{name}")

        for name, value in case.inputs.items():
            if isinstance(value, onnx_cases.Input):
                array = value.sample(rng)
                feeds[rename(name)] = array
                inputs.append(helper.make_tensor_value_info(
                    rename(name), helper.np_dtype_to_tensor_dtype(array.dtype)
                    if hasattr(helper, "np_dtype_to_tensor_dtype")
                    else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype], array.shape))
            elif isinstance(value, TensorProto):
                constants.append(TensorProto())
                constants[-1].CopyFrom(value)
                constants[-1].name = rename(name)
            else:
                constants.append(numpy_helper.from_array(value, rename(name)))
        for place, node in enumerate(case.nodes):
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.ClearField("input")
            copy.ClearField("output")
            copy.input.extend(rename(name) for name in node.input)
            copy.output.extend(rename(name) for name in node.output)
            rename_branches(copy, rename)
            copy.name = f"c{number}_{node.op_type}{place}"
            nodes.append(copy)
        for name in case.outputs:
            outputs.append(onnx.ValueInfoProto(name=rename(name)))
            tolerances[rename(name)] = case.tolerance
    graph = helper.make_graph(nodes, "cases", inputs, outputs, constants)
    functions = {function.SerializeToString(): function for case in cases for function in case.functions}
    model = helper.make_model(graph, ir_version=10 if functions else 8, functions=functions.values(), opset_imports=[
        helper.make_opsetid("", cases[0].opset), helper.make_opsetid("com.microsoft", 1),
        helper.make_opsetid("local", 1)])
    return model, feeds, tolerances


def narrow(array):
    """What a network has instead of 64 bits."""
    return array.astype("i4") if array.dtype == np.int64 else array


def difference(found, expected, tolerances):
    """A message about the first output that differs, else an empty string."""
    for name, tolerance in tolerances.items():
        if name not in found:
            return f"no output {name}: {sorted(found)}"
        e, f = expected[name].astype("f8"), found[name].astype("f8")
        if e.shape != f.shape:
            return f"{name}: shape {list(f.shape)}, expected {list(e.shape)}"
        bound = tolerance * max(1.0, np.abs(e[np.isfinite(e)]).max(initial=0))
        if not np.allclose(f, e, rtol=0, atol=bound, equal_nan=True):
            return (f"{name}: differs by {np.nanmax(np.abs(f - e)):g}; "
                    f"{f.ravel()[:6]}, expected {e.ravel()[:6]}")
    return ""


def reference(model, path, feeds, tolerances, asks_for_products, workdir):
    """The outputs by name that are right."""
    if not integer_products.has_products(model.graph.node):
        return onnxruntime.run(path, feeds, workdir)
    expected = integer_products.run(model, feeds, workdir)
    if asks_for_products:
        message = difference(onnxruntime.run(path, feeds, workdir), expected, tolerances)
        if message:
            raise RuntimeError(f"not what integer_products.py computes: {message}")
    return expected


def check(args, cases, asks_for_products, workdir):
    """A message if the cases' model fails, else an empty string."""
    shutil.rmtree(workdir, ignore_errors=True)
    workdir.mkdir(parents=True)
    model, feeds, tolerances = build(cases)
    path, judged = workdir / "model.onnx", workdir / "judged.onnx"
    path.write_bytes(model.SerializeToString())
    model.opset_import[0].version = min(model.opset_import[0].version, JUDGED_OPSET)
    judged.write_bytes(model.SerializeToString())
    try:
        expected = reference(model, judged, feeds, tolerances, asks_for_products, workdir)
    except RuntimeError as error:
        return f"ONNX Runtime: {error}"
    np.savez(workdir / "in.npz", **{name: narrow(array)[None] for name, array in feeds.items()})
    options = []
    if args.calibrate:
        options = ["--calibrate", str(workdir / "in.npz"), "--strict-integer"]
        tolerances = dict.fromkeys(tolerances, CALIBRATED_TOLERANCE)
    done = subprocess.run([args.quantc, "run", str(path), str(workdir / "in.npz"), "-o",
                           str(workdir / "out.npz"), *options], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip() or f"exit code {done.returncode}"
    found = np.load(workdir / "out.npz")
    return difference({name: found[name][0] for name in found}, expected, tolerances)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("quantc")
    parser.add_argument("groups", nargs="+", choices=sorted(onnx_cases.GROUPS), metavar="GROUP")
    parser.add_argument("workdir", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--calibrate", action="store_true", help="to int8, by the inputs of the comparison")
    args = parser.parse_args()
    failures, asks_for_products = 0, False
    if any(integer_products.has_products(case.nodes) for group in args.groups for case in onnx_cases.GROUPS[group]):
        asks_for_products, verdict = integer_products.probe(args.workdir / "probe")
        print(verdict)
    for group in args.groups:
        cases = [case for case in onnx_cases.GROUPS[group] if args.only in case.name]
        cases.sort(key=lambda case: case.opset)
        for opset, some in itertools.groupby(cases, key=lambda case: case.opset):
            some = list(some)
            workdir = args.workdir / f"{group}-{opset}"
            if not check(args, some, asks_for_products, workdir):
                print(f"{group}, operator set {opset}: {len(some)} cases agree")
                continue
            for case in some:
                message = check(args, [case], asks_for_products, workdir / "alone")
                if message:
                    failures += 1
                    print(f"{group}/{case.name}, operator set {opset}: {message}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
