#!/usr/bin/env python3
"""Speed of recurrent networks on one core, beside ONNX Runtime in the same run.

    benchmarks/recurrent/run.py --quantc build/bin/quantc [--models DIR] [--check]

Measures an LSTM layer of 128 inputs and 128 units over 112 steps, and DeepConvLSTM if DIR (default: the environment
variable QUANTC_MODELS_DIR) has it. onnxruntime-node is installed once with npm, into --cache. All that is timed takes
turns, the least time of each counts, and outputs are compared before anything is timed. --check fails if a ratio is
below its bar.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measure import Compiled, cpu_name, run

PACKAGE = "onnxruntime-node@1.30.0"
STEPS, SIZE, HIDDEN = 112, 128, 128
ORT, DYNAMIC = "ONNX Runtime float", "ONNX Runtime dynamic int8"
# The least speed of a network, beside another one.
BARS = {"LSTM 128 -> 128": [("int8", ORT, 3.0), ("int8", DYNAMIC, 2.0), ("float32", ORT, 1.0)],
        "DeepConvLSTM": [("int8", ORT, 2.5)]}
# The largest difference of an output from that of ONNX Runtime in float.
TOLERANCES = {"float32": 1e-4, "int8": 0.1, "int16x8": 0.05, "dynamic-range": 0.1, DYNAMIC: 0.1}


class Runtime:
    """ONNX Runtime in a process of its own."""

    def __init__(self, cache):
        if not (cache / "node_modules/onnxruntime-node").is_dir():
            cache.mkdir(parents=True, exist_ok=True)
            run("env", "ONNXRUNTIME_NODE_INSTALL_CUDA=skip", "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", cache, PACKAGE)
        self.process = subprocess.Popen(["node", str(HERE / "time_onnxruntime.js"), str(cache)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, model, name, x, runs):
        job = {"model": str(model), "input": {"name": name, "dims": list(x.shape), "values": x.ravel().tolist()}, "runs": runs}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            sys.exit(f"{model}: {answer['error']}")
        return answer["seconds"], np.array(answer["values"])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def write_layer(folder):
    """The layer in float, what quantize_dynamic makes of it with one scale and with one per row, and inputs."""
    from onnx import TensorProto, helper, numpy_helper
    rng = np.random.default_rng(7)
    weights = {"W": rng.normal(size=(1, 4 * HIDDEN, SIZE)) / SIZE ** 0.5, "R": rng.normal(size=(1, 4 * HIDDEN, HIDDEN)) / HIDDEN ** 0.5,
               "B": rng.normal(size=(1, 8 * HIDDEN)) * 0.1}
    weights = {key: value.astype("f4") for key, value in weights.items()}

    def save(name, op, inputs, constants, domain=""):
        node = helper.make_node(op, inputs, ["y"], hidden_size=HIDDEN, domain=domain)
        graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [STEPS, 1, SIZE])],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, [STEPS, 1, 1, HIDDEN])],
                                  [numpy_helper.from_array(value, key) for key, value in constants.items()])
        opsets = [helper.make_opsetid("", 14), helper.make_opsetid("com.microsoft", 1)]
        (folder / name).write_bytes(helper.make_model(graph, ir_version=8, opset_imports=opsets).SerializeToString())
        return folder / name

    def quantize(per_row):
        constants = {"B": weights["B"]}
        for key in "WR":
            turned = weights[key].transpose(0, 2, 1)
            scale = np.abs(turned).max(axis=(1,) if per_row else (1, 2), keepdims=True) / 127
            constants[key] = np.round(turned / scale).astype("i1")
            constants[key + "s"] = scale.reshape(1, -1).astype("f4") if per_row else scale.ravel().astype("f4")
            constants[key + "z"] = np.zeros(constants[key + "s"].shape, "i1")
        return save(f"dynamic{per_row}.onnx", "DynamicQuantizeLSTM",
                    ["x", "W", "R", "B", "", "", "", "", "Ws", "Wz", "Rs", "Rz"], constants, "com.microsoft")

    np.savez(folder / "layer.npz", x=rng.normal(size=(32, STEPS, 1, SIZE)).astype("f4"))
    return save("layer.onnx", "LSTM", ["x", "W", "R", "B"], weights), [quantize(False), quantize(True)], folder / "layer.npz"


def measure(name, quantc, runtime, folder, network, dynamic, samples, seconds):
    x = np.load(samples)["x"][0]
    compiled = {}
    for scheme in ("float32", "int8", "int16x8", "dynamic-range"):
        path = folder / f"{network.stem}-{scheme}.so"
        options = [] if scheme in ("float32", "dynamic-range") else ["--calibrate", samples]
        compiled[scheme] = Compiled(quantc, network, path, f"--scheme={scheme}", "--cpu=native", *options)
        compiled[scheme].arrays[0][0][...] = x.reshape(compiled[scheme].arrays[0][0].shape)
    x = x.reshape(compiled["float32"].arrays[0][0].shape)
    models = {ORT: [network], DYNAMIC: dynamic}
    source = json.loads((folder / f"{network.stem}-float32.json").read_text())["inputs"][0]["name"]

    # The same answers first.
    _, wanted = runtime.ask(network, source, x, 1)
    found = {DYNAMIC: [runtime.ask(model, source, x, 1)[1] for model in dynamic]}
    for scheme, net in compiled.items():
        net.seconds()
        found[scheme] = [net.arrays[1][0].ravel()]
    for what, values in found.items():
        for value in values:
            error = np.abs(value - wanted).max()
            if not error <= TOLERANCES[what]:
                sys.exit(f"{name}, {what}: an output differs by {error:.3g} from ONNX Runtime in float")

    best = dict.fromkeys([*compiled, *(what for what, of in models.items() if of)], np.inf)
    for _ in range(max(int(seconds * 10), 1)):
        for what, net in compiled.items():
            best[what] = min(best[what], *(net.seconds() for _ in range(20)))
        for what, files in models.items():
            for model in files:
                best[what] = min(best[what], runtime.ask(model, source, x, 20)[0])
    print(f"\n{name}")
    for what, time in best.items():
        ratios = ", ".join(f"{best[other] / time:.2f} times the speed of {other}" for other in (ORT, DYNAMIC) if other in best and other != what)
        print(f"  {what:26} {1000 * time:8.3f} ms  {ratios}")
    misses = [f"{name}: {what} has {best[other] / best[what]:.2f} times the speed of {other}, not {bar}"
              for what, other, bar in BARS[name] if best[other] / best[what] < bar]
    for miss in misses:
        print(f"  below the bar: {miss}")
    return misses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quantc", default="build/bin/quantc")
    parser.add_argument("--models", type=pathlib.Path, default=os.environ.get("QUANTC_MODELS_DIR"))
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("build/onnxruntime"), help="where onnxruntime-node is, or is installed")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long, roughly, each network is measured")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"{cpu_name()}, one core; {PACKAGE}")
    runtime, misses = Runtime(args.cache), []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        misses += measure("LSTM 128 -> 128", args.quantc, runtime, folder, *write_layer(folder), args.seconds)
        if args.models and (args.models / "deepconvlstm/float.onnx").exists():
            misses += measure("DeepConvLSTM", args.quantc, runtime, folder, args.models / "deepconvlstm/float.onnx", [],
                              args.models / "data/har_calib.npz", args.seconds)
    runtime.close()
    sys.exit(1 if args.check and misses else 0)


if __name__ == "__main__":
    main()
