#!/usr/bin/env python3
"""Runs the ONNX networks of a models directory on its data, and compares with ONNX Runtime.

usage: compare_networks.py QUANTC MODELS WORKDIR FORM...

FORM is float or qdq. Outputs of float networks agree within 1e-4 of the largest value; of
quantized ones, 99.5 % of the classes.
"""
import pathlib
import subprocess
import sys

import numpy as np

import onnxruntime

SAMPLES = {"float": 20, "qdq": 200}


def read_images(data):
    mean, deviation = np.array((0.485, 0.456, 0.406), "f4"), np.array((0.229, 0.224, 0.225), "f4")
    return (data["x"].astype("f4") / np.float32(255) - mean) / deviation


def read_codes(data):
    return (data["x"].astype("f4") - data["input_zero_point"].astype("f4")) * data["input_scale"].astype("f4")


# Network, its data, and how samples become inputs (channels-last).
NETWORKS = (("resnet20", "cifar10_test.npz", read_images), ("kws", "kws_test.npz", read_codes))


def run(quantc, path, samples, workdir):
    """Outputs of quantc and of ONNX Runtime, one row per sample."""
    workdir.mkdir(parents=True, exist_ok=True)
    np.savez(workdir / "in.npz", x=samples)
    subprocess.run([quantc, "run", str(path), str(workdir / "in.npz"), "-o", str(workdir / "out.npz")], check=True)
    (found,) = np.load(workdir / "out.npz").values()
    expected = [output for (output,) in (results.values() for results in onnxruntime.run_all(
        path, [{"input": sample[None]} for sample in samples], workdir))]
    return found.reshape(len(samples), -1), np.stack(expected).reshape(len(samples), -1)


def main():
    quantc, models, workdir = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    failures = 0
    for form in sys.argv[4:]:
        for name, data, prepare in NETWORKS:
            samples = prepare(np.load(models / "data" / data))[:SAMPLES[form]].astype("f4").transpose(0, 3, 1, 2)
            found, expected = run(quantc, models / name / f"{form}.onnx", np.ascontiguousarray(samples),
                                  workdir / f"{name}-{form}")
            same = np.mean(found.argmax(1) == expected.argmax(1))
            difference = np.abs(found - expected).max() / np.abs(expected).max()
            print(f"{name}/{form}.onnx: {same:.1%} of classes agree, largest difference {difference:.2g}")
            failures += same < 0.995 or (form == "float" and not difference <= 1e-4)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
