#!/usr/bin/env python3
"""Accuracy of int8 on real networks: float, the official int8 file, and quantc's with each estimator and each
way of rounding weights.

    benchmarks/accuracy/run.py --quantc build/bin/quantc --models DIR [--json FILE] [--check] [NETWORK...]

Official .tflite files are run by the rules of TensorFlow Lite's reference kernels (--contract=tflm).

DIR (default: the environment variable QUANTC_MODELS_DIR) holds the networks and data that networks.py
describes. Every number comes from `quantc eval`, that is, from compiled code. --check fails if a bar is
missed.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile

from networks import NETWORKS

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measure import cell, evaluate, make_row, run, weight_bytes

ESTIMATORS = ["min-max", "moving-average", "percentile", "entropy", "mse", "auto"]
# What int8 is compared with; all with the estimator auto. The default is the scheme auto.
RECOVERIES = {
    "default": [],
    "default, nearest": ["--weight-rounding=nearest"],
    "nearest": ["--scheme=int8", "--weight-rounding=nearest"],
    "nearest, bias correction": ["--scheme=int8", "--weight-rounding=nearest", "--bias-correction"],
    "int16x8": ["--scheme=int16x8"],
    "int16x8, nearest": ["--scheme=int16x8", "--weight-rounding=nearest"],
}
AUTO_TOLERANCE = 3  # decisions that auto may be behind the best estimator, if the network has no other bar


def measure(network, quantc, models, workdir, estimators):
    """Rows of float, of the official files, and of ours by each estimator and recovery."""
    folder = models / network.folder
    reference = folder / network.reference
    calibration, test, preprocessing = network.data(models, workdir)
    profile = workdir / f"{network.folder}.profile"
    run(quantc, "calibrate", reference, calibration, *preprocessing, "-o", profile)
    rows = []
    ways = {estimator: ["--scheme=int8", f"--estimator={estimator}"] for estimator in estimators} | RECOVERIES
    for what, options in ways.items():
        report = evaluate(quantc, reference, test, workdir, "--profile", profile, *options)
        rows.append(make_row(network, what, report, "float"))
        rows[-1]["weight_bytes"] = weight_bytes(quantc, reference, "--profile", profile, *options)
    measured, baseline = report["networks"]
    plain = make_row(network, "float", {**report, "networks": [baseline], "comparisons": []}, None)
    plain["weight_bytes"] = weight_bytes(quantc, reference, "--float")
    official = []
    for name in network.official:
        contract = "tflm" if name.endswith(".tflite") else "exact"
        options = [*preprocessing, f"--contract={contract}", "--against", reference]
        report = evaluate(quantc, folder / name, test, workdir, *options)
        official.append(make_row(network, name, report, reference))
        official[-1]["weight_bytes"] = weight_bytes(quantc, folder / name)
    return [plain, *official, *rows]


def find_misses(network, rows):
    """What stays below a bar, in words."""
    by_name = {row["what"]: row for row in rows}
    auto = by_name["auto"]
    misses = []
    if "agreeing" in network.bars and auto["agreeing"] < network.bars["agreeing"]:
        misses.append(f"decides like float {auto['agreeing']} times, not {network.bars['agreeing']}")
    if by_name["default"].get("agreeing", 0) < network.bars.get("default", 0):
        misses.append(f"the default decides like float {by_name['default']['agreeing']} times, not "
                      f"{network.bars['default']}")
    if "loss" in network.bars and by_name["float"]["top1"] - auto["top1"] > network.bars["loss"]:
        misses.append(f"loses {by_name['float']['top1'] - auto['top1']:.2f} points")
    if "gain" in network.bars:
        bar = max(by_name[name]["sqnr_db"] for name in network.official) + network.bars["gain"]
        if auto["sqnr_db"] < bar:
            misses.append(f"SQNR {auto['sqnr_db']:.2f} dB, not {bar:.2f}")
    best = max((row["agreeing"] for row in rows if row["what"] in ESTIMATORS and "agreeing" in row), default=0)
    if "agreeing" in auto and auto["agreeing"] < best - network.bars.get("behind", AUTO_TOLERANCE):
        misses.append(f"auto decides like float {auto['agreeing']} times, another estimator {best}")
    return [f"{network.name}: {miss}" for miss in misses]


def print_table(rows):
    print("| network | | correct | top-1 % | F1 % | kappa | like float | SQNR dB | weight bytes |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        correct = f"{row['correct']} / {row['samples']}" if "correct" in row else "-"
        like = f"{row['agreeing']} / {row['samples']}" if "agreeing" in row else "-"
        cells = [row["network"], row["what"], correct, cell(row, "top1", ".2f"), cell(row, "f1", ".2f"),
                 cell(row, "kappa", ".4f"), like, cell(row, "sqnr_db", ".2f"), cell(row, "weight_bytes", ",")]
        print("|", " | ".join(cells), "|")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quantc", default="build/bin/quantc")
    parser.add_argument("--models", default=os.environ.get("QUANTC_MODELS_DIR"))
    parser.add_argument("--json")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--estimators", default=",".join(ESTIMATORS), help="which of them; auto is always wanted")
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="of " + ", ".join(n.name for n in NETWORKS))
    arguments = parser.parse_args()
    if not arguments.models:
        sys.exit("no networks: give --models or set QUANTC_MODELS_DIR; networks.py says what the folder holds")
    rows, misses = [], []
    with tempfile.TemporaryDirectory() as workdir:
        for network in NETWORKS:
            if arguments.networks and network.name not in arguments.networks:
                continue
            found = measure(network, arguments.quantc, pathlib.Path(arguments.models), pathlib.Path(workdir),
                            arguments.estimators.split(","))
            misses += find_misses(network, found)
            rows += found
    print_table(rows)
    for miss in misses:
        print(f"below the bar: {miss}")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps({"rows": rows, "misses": misses}, indent=2) + "\n")
    if arguments.check and misses:
        sys.exit(1)


if __name__ == "__main__":
    main()
