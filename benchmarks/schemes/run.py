#!/usr/bin/env python3
"""Every scheme on real networks: accuracy, sizes, structure, and time beside float32.

    benchmarks/schemes/run.py --quantc build/bin/quantc --models DIR [--json FILE] [--check] [NETWORK...]

DIR (default: the environment variable QUANTC_MODELS_DIR) holds the networks and data that ../accuracy/networks.py
describes. Without it only the network of examples/quickstart is measured. --check fails if a bar of accuracy or
size is missed; bars of time are printed and never fail, because a machine may be busy.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "accuracy")]
from measure import Compiled, cell, cpu_name, evaluate, make_row, run, weight_bytes
from networks import NETWORKS, Network

QUICKSTART = HERE.parents[1] / "examples/quickstart"
BUNDLED = Network("quickstart", str(QUICKSTART), "network.mlirbc", [],
                  lambda *_: (QUICKSTART / "calibration.npz", QUICKSTART / "test.npz", []))
FLOAT = "float32"
MIXED = "mixed: int16x8 first and last"
SCHEMES = {
    FLOAT: ["--scheme=float32"],
    "int8": ["--scheme=int8"],
    "int16x8": ["--scheme=int16x8"],
    "dynamic-range": ["--scheme=dynamic-range"],
    "weight-only int8": ["--scheme=weight-only"],
    "weight-only int4, blocks of 32": ["--scheme=weight-only:int4,block=32"],
    "float16": ["--scheme=float16"],
    MIXED: [f"--policy={HERE / 'mixed.yaml'}"],
}
NO_DATA = {FLOAT, "dynamic-range", "weight-only int8", "weight-only int4, blocks of 32", "float16"}
TYPES = {"i8": "int8", "i16": "int16", "i32": "int32", "i48": "int48", "f16": "float16", "f32": "float32"}
RESULT = re.compile(r"tensor<(?:\d+x)*([a-z]+\d+)>\s*$")

# What `networks` (None: all) are held to: the least number of answers like float, the most points below float, the
# least factor between the weights of float32 and these.
BARS = [
    ("dynamic-range", {"ResNet8", "ResNet20"}, dict(agreeing=980, loss=0.5)),
    ("dynamic-range", {"keywords"}, dict(agreeing=890, loss=0.5)),
    ("int16x8", {"ResNet8"}, dict(agreeing=985)),
    ("float16", {"ResNet8", "ResNet20"}, dict(agreeing=999)),
    ("float16", None, dict(smaller=1.9)),  # Biases stay float32.
    ("weight-only int4, blocks of 32", {"anomaly"}, dict(smaller=6)),
]
# int16x8 loses what the rounding of weights alone does, in dB.
INT16_LOSS = 0.5
# The least speed beside float32, and the most time of int16x8 beside int8.
CONNECTED, SPEED_CONNECTED, SPEED_CONVOLUTIONS, INT16_TIME = {"anomaly"}, 2.0, 1.5, 2.5


def tensor_types(quantc, network, *options):
    """How many results of operations there are of each type in the network that is compiled, constants apart."""
    counts = collections.Counter()
    for line in run(quantc, "compile", network, *options, "--emit=mlir", "-o", "-").splitlines():
        found = RESULT.search(line.split(" loc(")[0])
        if found and " = " in line and "tosa.const" not in line and found[1] in TYPES:
            counts[TYPES[found[1]]] += 1
    return dict(counts)


def integer_share(quantc, network, *options):
    found = re.search(r"(\d+) integer and (\d+) float operations", run(quantc, "inspect", network, *options))
    integers, floats = int(found[1]), int(found[2])
    return 100 * integers / max(integers + floats, 1)


def add_times(rows, compiled, seconds):
    """The least time of every scheme, all of which take turns, beside that of float32."""
    best, end = dict.fromkeys(compiled, np.inf), time.perf_counter() + seconds * len(compiled)
    while time.perf_counter() < end:
        for what, network in compiled.items():
            best[what] = min(best[what], network.seconds())
    for row in rows:
        row["speed"] = best[FLOAT] / best[row["what"]]


def measure(network, quantc, models, workdir, seconds):
    reference = models / network.folder / network.reference
    calibration, test, preprocessing = network.data(models, workdir)
    profile = workdir / "network.profile"
    run(quantc, "calibrate", reference, calibration, *preprocessing, "-o", profile)
    rows, compiled = [], {}
    for number, (what, options) in enumerate(SCHEMES.items()):
        given = [] if what in NO_DATA else ["--profile", profile]
        options = [*given, *options]
        transform = preprocessing if what in NO_DATA else []  # A profile knows it.
        report = evaluate(quantc, reference, test, workdir, *options, *transform, "--against", reference)
        row = make_row(network, what, report, reference)
        compiled[what] = Compiled(quantc, reference, workdir / f"{number}.so", *options)
        run(quantc, "compile", reference, *options, "-o", workdir / "network.o")
        row |= {"weight_bytes": weight_bytes(quantc, reference, *options), "object_bytes": (workdir / "network.o").stat().st_size,
                "arena_bytes": compiled[what].arena_bytes, "tensors": tensor_types(quantc, reference, *options),
                "integer_share": integer_share(quantc, reference, *options)}
        rows.append(row)
    if seconds:
        add_times(rows, compiled, seconds)
    return rows


def find_misses(network, rows):
    """What stays below a bar, in words: (accuracy and size, time)."""
    by_name = {row["what"]: row for row in rows}
    floating, misses, slow = by_name[FLOAT], [], []
    for what, networks, bars in BARS:
        if networks is not None and network.name not in networks:
            continue
        row = by_name[what]
        if row.get("agreeing", 0) < bars.get("agreeing", 0):
            misses.append(f"{what}: {row['agreeing']} answers like float, not {bars['agreeing']}")
        if "loss" in bars and floating["top1"] - row["top1"] > bars["loss"]:
            misses.append(f"{what}: {floating['top1'] - row['top1']:.2f} points below float")
        if floating["weight_bytes"] < bars.get("smaller", 0) * row["weight_bytes"]:
            misses.append(f"{what}: weights {floating['weight_bytes'] / row['weight_bytes']:.2f} times smaller, not {bars['smaller']}")
    lost = by_name["weight-only int8"]["sqnr_db"] - by_name["int16x8"]["sqnr_db"]
    if lost > INT16_LOSS:
        misses.append(f"int16x8: {lost:.2f} dB below weight-only int8")
    if "speed" in floating:
        wanted = SPEED_CONNECTED if network.name in CONNECTED else SPEED_CONVOLUTIONS
        if by_name["dynamic-range"]["speed"] < wanted:
            slow.append(f"dynamic-range: {by_name['dynamic-range']['speed']:.2f} times the speed of float32, not {wanted}")
        if by_name["int8"]["speed"] > INT16_TIME * by_name["int16x8"]["speed"]:
            slow.append(f"int16x8: more than {INT16_TIME} times the time of int8")
    return [f"{network.name}: {miss}" for miss in misses], [f"{network.name}: {miss}" for miss in slow]


def print_table(network, rows):
    print(f"\n{network.name}, {rows[0]['samples']} samples\n")
    heads = ["scheme", "top-1 %", "like float", "SQNR dB", "weight bytes", "object bytes", "arena", "speed", "integer ops %",
             *TYPES.values()]
    print("|", " | ".join(heads), "|")
    print("|" + "---|" * len(heads))
    for row in rows:
        cells = [row["what"], cell(row, "top1", ".2f"), cell(row, "agreeing"), cell(row, "sqnr_db", ".2f"),
                 *(cell(row, key, ",") for key in ("weight_bytes", "object_bytes", "arena_bytes")), cell(row, "speed", ".2f"),
                 cell(row, "integer_share", ".0f"), *(str(row["tensors"].get(kind, 0)) for kind in TYPES.values())]
        print("|", " | ".join(cells), "|")


def main():
    networks = [BUNDLED, *NETWORKS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quantc", default="build/bin/quantc")
    parser.add_argument("--models", default=os.environ.get("QUANTC_MODELS_DIR"))
    parser.add_argument("--json")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seconds", type=float, default=1.0, help="of measuring for each scheme; 0 leaves times out")
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="of " + ", ".join(n.name for n in networks))
    arguments = parser.parse_args()
    if not arguments.models:
        networks = [BUNDLED]
    rows, misses = [], []
    print(f"{cpu_name()}; speed is that of float32 times this")
    for network in networks:
        if arguments.networks and network.name not in arguments.networks:
            continue
        with tempfile.TemporaryDirectory() as workdir:
            found = measure(network, arguments.quantc, pathlib.Path(arguments.models or "."), pathlib.Path(workdir), arguments.seconds)
        print_table(network, found)
        missed, slow = find_misses(network, found)
        for miss in missed:
            print(f"below the bar: {miss}")
        for miss in slow:
            print(f"slower than the bar: {miss}")
        misses += missed
        rows += found
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps({"cpu": cpu_name(), "rows": rows, "misses": misses}, indent=2) + "\n")
    if arguments.check and misses:
        sys.exit(1)


if __name__ == "__main__":
    main()
