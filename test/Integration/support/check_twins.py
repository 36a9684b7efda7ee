"""Accuracy of two recurrent networks in every scheme, beside float (see Inputs/twins/train.py).

usage: check_twins.py <quantc> <workdir>
"""
import json, pathlib, shutil, subprocess, sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

TWINS = pathlib.Path(__file__).resolve().parents[1] / "Inputs/twins"
sys.path.insert(0, str(TWINS))
import signals  # noqa: E402

# The most points that are lost, and the least share of answers like float, in percent.
BARS = {"int8": (0.3, 99.2), "int16x8": (0.1, 99.8), "dynamic-range": (0.2, 99.2)}


def build(kind):
    """As PyTorch exports it."""
    p = dict(np.load(TWINS / f"{kind}.npz"))
    filters, kernel = p["c1"].shape[1], p["c1"].shape[0]
    hidden = (p["gr"] if kind == "gru" else p["fr"]).shape[1]
    constants = {
        # [5, F] and [5 * F, F], the step before the filter, to [out, in, step, 1].
        "c1": p["c1"].T.reshape(filters, 1, kernel, 1), "c1b": p["c1b"],
        "c2": p["c2"].reshape(kernel, filters, filters).transpose(2, 1, 0)[..., None], "c2b": p["c2b"],
        "flat": np.array([0, 0, -1], "i8"), "d": p["d"], "db": p["db"]}
    nodes = [("Conv", ["x", "c1", "c1b"], ["conv1"], {}), ("Relu", ["conv1"], ["relu1"], {}),
             ("Conv", ["relu1", "c2", "c2b"], ["conv2"], {}), ("Relu", ["conv2"], ["relu2"], {}),
             ("Transpose", ["relu2"], ["steps"], {"perm": [0, 2, 3, 1]}), ("Reshape", ["steps", "flat"], ["rows"], {}),
             ("Transpose", ["rows"], ["first"], {"perm": [1, 0, 2]})]
    if kind == "gru":
        bias = np.concatenate([p["gb"], np.zeros(2 * hidden, "f4"), p["ghb"]])
        constants.update(W=p["gw"][None], R=p["gr"][None], B=bias[None], last=np.array(-1, "i8"))
        nodes += [("GRU", ["first", "W", "R", "B"], ["y", ""], {"hidden_size": hidden, "linear_before_reset": 1}),
                  ("Squeeze", ["y", "axis1"], ["squeezed"], {}), ("Transpose", ["squeezed"], ["batch"], {"perm": [1, 0, 2]}),
                  ("Gather", ["batch", "last"], ["end"], {"axis": 1})]
        constants["axis1"] = np.array([1], "i8")
    else:
        bias = np.stack([np.concatenate([p[name], np.zeros_like(p[name])]) for name in ("fb", "bb")])
        constants.update(W=np.stack([p["fw"], p["bw"]]), R=np.stack([p["fr"], p["br"]]), B=bias, both=np.array([0, -1], "i8"))
        nodes += [("LSTM", ["first", "W", "R", "B"], ["", "h", ""], {"hidden_size": hidden, "direction": "bidirectional"}),
                  ("Transpose", ["h"], ["side"], {"perm": [1, 0, 2]}), ("Reshape", ["side", "both"], ["end"], {})]
    nodes += [("Gemm", ["end", "d", "db"], ["logits"], {"transB": 1}), ("Softmax", ["logits"], ["probabilities"], {"axis": 1})]
    graph = helper.make_graph(
        [helper.make_node(*node[:3], **node[3]) for node in nodes], kind,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, signals.STEPS, signals.CHANNELS])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, signals.CLASSES])],
        [numpy_helper.from_array(np.array(value, order="C"), name) for name, value in constants.items()])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 14)])


def main():
    quantc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, seed, count in (("calibration", 2, 200), ("test", 5, 2000)):
        x, y = signals.draw(seed, count)
        np.savez(folder / f"{name}.npz", x=x[:, None], y=y)
    misses = []
    for kind in ("gru", "bidirectional"):
        path = folder / f"{kind}.onnx"
        path.write_bytes(build(kind).SerializeToString())
        for scheme, (most, least) in BARS.items():
            report = folder / f"{kind}-{scheme}.json"
            done = subprocess.run([quantc, "eval", path, folder / "test.npz", f"--scheme={scheme}", "--calibrate", folder / "calibration.npz",
                                   "--min-weight-elements=0", "--json", report, "-o", folder / "report.txt"], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            result = json.loads(report.read_text())
            quantized, floating = result["networks"]
            lost = 100 * (floating["correct"] - quantized["correct"]) / result["samples"]
            comparison = result["comparisons"][0]
            alike = 100 * comparison["agreeing"] / result["samples"]
            line = (f"{kind} in {scheme}: {quantized['correct']} of {result['samples']} right, {lost:.2f} points below float, "
                    f"{alike:.2f} % alike, {comparison['outputs'][0]['sqnr_db']:.1f} dB")
            print(line)
            if floating["correct"] < 0.85 * result["samples"] or lost > most or alike < least:
                misses.append(line)
    sys.exit("\n".join(misses) or 0)


main()
