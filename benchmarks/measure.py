"""What the benchmarks of networks share: they run quantc and read its reports."""
import ctypes
import json
import pathlib
import platform
import re
import subprocess
import sys
import time

import numpy as np

CONSTANT = re.compile(r'"?tosa\.const"?.*tensor<((?:\d+x)*)([a-z]+)(\d+)>\s*$')


def run(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(str(word) for word in command)}\n{result.stderr}")
    return result.stdout


def weight_bytes(quantc, network, *options):
    """Bytes of the constants of the network that is compiled; splats and shapes apart."""
    total = 0
    for line in run(quantc, "compile", network, *options, "--emit=mlir", "-o", "-").splitlines():
        found = CONSTANT.search(line.split(" loc(")[0])
        if found:
            count = 1
            for size in found[1].split("x")[:-1]:
                count *= int(size)
            total += count * int(found[3]) // 8 if count > 1 else 0
    return total


def evaluate(quantc, network, data, workdir, *options):
    run(quantc, "eval", network, data, *options, "--json", workdir / "report.json", "-o", workdir / "report.txt")
    return json.loads((workdir / "report.json").read_text())


def make_row(network, what, report, against):
    """One line of the table: `report` of a network beside the float network called `against`."""
    measured = report["networks"][0]
    row = {"network": network.name, "what": what, "samples": report["samples"]}
    for key in ("correct", "top1", "f1", "kappa"):
        if key in measured:
            row[key] = measured[key]
    for comparison in report["comparisons"]:
        if comparison["with"] == str(against):
            if network.classifies:
                row["agreeing"] = comparison["agreeing"]
            row["sqnr_db"] = comparison["outputs"][0].get("sqnr_db")
    return row


def cell(row, key, form=""):
    """A number of a table, or a dash where there is none."""
    return format(row[key], form) if row.get(key) is not None else "-"


def cpu_name():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    found = re.search(r"model name\s*: (.*)", text)
    return found[1] if found else platform.processor() or platform.machine()


class Compiled:
    """A shared library with buffers for one run."""

    def __init__(self, quantc, network, path, *options):
        run(quantc, "compile", network, *options, "--emit=shared-lib", "--name=net", "-o", path)
        manifest = json.loads(path.with_suffix(".json").read_text())
        self.arena_bytes = manifest["arena"]["bytes"]
        self.library = ctypes.CDLL(str(path))
        random = np.random.default_rng(1)
        types = {"f32": np.float32, "float32": np.float32}
        self.arrays = [[random.random(tensor["shape"]).astype(types.get(tensor["type"], tensor["type"])) for tensor in manifest[key]]
                       for key in ("inputs", "outputs")]
        arena = np.zeros(self.arena_bytes + 64, np.uint8)
        self.arrays.append([arena])
        self.arguments = [(ctypes.c_void_p * max(len(arrays), 1))(*(a.ctypes.data for a in arrays)) for arrays in self.arrays[:2]]
        self.arguments.append(ctypes.c_void_p((arena.ctypes.data + 63) // 64 * 64))

    def seconds(self):
        start = time.perf_counter()
        if self.library.net_run(*self.arguments) != 0:
            sys.exit("a compiled network failed")
        return time.perf_counter() - start
