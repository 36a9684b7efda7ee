"""Networks as exporters write them around recurrent layers, compared with their definition in NumPy.

usage: check_recurrent_exporters.py <quantc> <workdir>
"""
import pathlib, re, shutil, subprocess, sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_recurrent  # noqa: E402

STEPS, SIZE, HIDDEN = 5, 3, 4
rng = np.random.default_rng(0)


def w(*shape):
    return (rng.normal(size=shape) * 0.3).astype("f4")


def ints(*values):
    return np.array(values, "i8")


def layer(gates, directions=1, size=SIZE, suffix=""):
    rows = gates * HIDDEN
    return {"W" + suffix: w(directions, rows, size), "R" + suffix: w(directions, rows, HIDDEN), "B" + suffix: w(directions, 2 * rows)}


AXES = {"axis0": ints(0), "axis1": ints(1), "zero": np.array(0, "i8"), "hidden": ints(HIDDEN), "0": ints(0), "1": ints(1), "2": ints(2), "4": ints(4)}
BOTH = {"hidden_size": HIDDEN, "direction": "bidirectional"}
ONE = {"hidden_size": HIDDEN}
QUANTIZED = {"W": (w(2, SIZE, 4 * HIDDEN) * 200).astype("i1"), "R": (w(2, HIDDEN, 4 * HIDDEN) * 200).astype("i1"), "B": w(2, 8 * HIDDEN)}

# name: (nodes, shape of x, outputs, constants, operator set)
NETWORKS = {
    # Two bidirectional layers of PyTorch, states in slices of one tensor of zeros, all last states joined.
    "torch-stacked": ([
        ("Transpose", ["x"], ["t"], {"perm": [1, 0, 2]}),
        ("Shape", ["x"], ["shape"], {}), ("Gather", ["shape", "zero"], ["batch"], {"axis": 0}), ("Unsqueeze", ["batch", "axis0"], ["batches"], {}),
        ("Concat", ["4", "batches", "hidden"], ["sizes"], {"axis": 0}), ("ConstantOfShape", ["sizes"], ["zeros"], {}),
        ("Slice", ["zeros", "0", "2", "axis0"], ["h0"], {}), ("Slice", ["zeros", "2", "4", "axis0"], ["h1"], {}),
        ("LSTM", ["t", "W", "R", "B", "", "h0", "h0"], ["y", "yh", "yc"], BOTH),
        ("Transpose", ["y"], ["y1"], {"perm": [0, 2, 1, 3]}), ("Reshape", ["y1", "flat"], ["y2"], {}),
        ("LSTM", ["y2", "W2", "R2", "B2", "", "h1", "h1"], ["z", "zh", "zc"], BOTH),
        ("Transpose", ["z"], ["z1"], {"perm": [0, 2, 1, 3]}), ("Reshape", ["z1", "flat"], ["z2"], {}), ("Transpose", ["z2"], ["out"], {"perm": [1, 0, 2]}),
        ("Concat", ["yh", "zh"], ["hn"], {"axis": 0}), ("Concat", ["yc", "zc"], ["cn"], {"axis": 0})],
        [1, STEPS, SIZE], ["out", "hn", "cn"], {**layer(4, 2), **layer(4, 2, 2 * HIDDEN, "2"), "flat": ints(0, 0, -1)}, 14),
    # The last states of both directions side by side.
    "torch-last": ([
        ("Transpose", ["x"], ["t"], {"perm": [1, 0, 2]}), ("GRU", ["t", "W", "R", "B"], ["y", "yh"], {**BOTH, "linear_before_reset": 1}),
        ("Gather", ["yh", "m2"], ["f"], {"axis": 0}), ("Gather", ["yh", "m1"], ["r"], {"axis": 0}), ("Concat", ["f", "r"], ["out"], {"axis": 1})],
        [2, STEPS, SIZE], ["out"], {**layer(3, 2), "m1": np.array(-1, "i8"), "m2": np.array(-2, "i8")}, 14),
    # Weights that are joined when the network runs, states expanded from a number, and x[:, -1].
    "torch-dynamo": ([
        ("Transpose", ["x"], ["t"], {"perm": [1, 0, 2]}),
        ("Slice", ["w", "0", "hidden", "axis0"], ["wi"], {}), ("Slice", ["w", "hidden", "end", "axis0"], ["wr"], {}),
        ("Concat", ["wr", "wi"], ["wj"], {"axis": 0}), ("Unsqueeze", ["wj", "axis0"], ["W"], {}), ("Unsqueeze", ["r", "axis0"], ["R"], {}),
        ("Concat", ["bi", "bh"], ["b"], {"axis": 0}), ("Unsqueeze", ["b", "axis0"], ["B"], {}), ("Expand", ["nothing", "sizes"], ["h0"], {}),
        ("LSTM", ["t", "W", "R", "B", "", "h0", "h0"], ["y", "", ""], ONE), ("Squeeze", ["y", "axis1"], ["s"], {}),
        ("Transpose", ["s"], ["yt"], {"perm": [1, 0, 2]}), ("Slice", ["yt", "m1", "end", "axis1"], ["out"], {})],
        [2, STEPS, SIZE], ["out"], {"w": w(4 * HIDDEN, SIZE), "r": w(4 * HIDDEN, HIDDEN), "bi": w(4 * HIDDEN), "bh": w(4 * HIDDEN),
                                    "end": ints(2**62), "m1": ints(-1), "nothing": np.array(0, "f4"), "sizes": ints(1, 2, HIDDEN)}, 14),
    # The lengths of all sequences and the states computed from the shape, as tf2onnx does.
    "tf2onnx": ([
        ("Transpose", ["x"], ["t"], {"perm": [1, 0, 2]}), ("Shape", ["x"], ["shape64"], {}), ("Cast", ["shape64"], ["shape"], {"to": TensorProto.INT32}),
        ("Slice", ["shape", "0", "1", "axis0"], ["batch32"], {}), ("Cast", ["batch32"], ["batch"], {"to": TensorProto.INT64}),
        ("Slice", ["shape", "1", "2", "axis0"], ["time"], {}), ("Tile", ["time", "batch"], ["lengths"], {}),
        ("Concat", ["batch", "hidden"], ["sizes"], {"axis": 0}), ("ConstantOfShape", ["sizes"], ["zeros"], {}), ("Unsqueeze", ["zeros", "axis0"], ["h0"], {}),
        ("LSTM", ["t", "W", "R", "B", "lengths", "h0", "h0"], ["y", "yh", "yc"], ONE), ("Squeeze", ["y", "axis1"], ["s"], {}),
        ("Transpose", ["s"], ["out"], {"perm": [1, 0, 2]}), ("Squeeze", ["yh", "axis0"], ["hn"], {})],
        [2, STEPS, SIZE], ["out", "hn"], layer(4), 14),
    # Keras' go_backwards, as tf2onnx writes it.
    "keras-backwards": ([
        ("Transpose", ["x"], ["t"], {"perm": [1, 0, 2]}), ("ReverseSequence", ["t", "lengths"], ["back"], {"time_axis": 0, "batch_axis": 1}),
        ("GRU", ["back", "W", "R", "B"], ["y", ""], ONE), ("Squeeze", ["y", "axis1"], ["s"], {}),
        ("ReverseSequence", ["s", "lengths"], ["forth"], {"time_axis": 0, "batch_axis": 1}), ("Transpose", ["forth"], ["out"], {"perm": [1, 0, 2]})],
        [2, STEPS, SIZE], ["out"], {**layer(3), "lengths": ints(STEPS, STEPS)}, 14),
    # The axes of Squeeze as an attribute.
    "old": ([("RNN", ["x", "W", "R", "B"], ["y", ""], ONE), ("Squeeze", ["y"], ["out"], {"axes": [1]})],
            [STEPS, 1, SIZE], ["out"], layer(1), 11),
    # What ONNX Runtime's quantize_dynamic makes of an LSTM: a scale for each direction, or for each row.
    "dynamic": ([("DynamicQuantizeLSTM", ["x", "W", "R", "B", "", "", "", "", "ws", "z", "rs", "z"], ["y", "yh", "yc"], BOTH, "com.microsoft")],
                [STEPS, 1, SIZE], ["y", "yh"], {**QUANTIZED, "ws": np.array([0.006, 0.004], "f4"), "rs": np.array([0.005, 0.007], "f4"), "z": np.zeros(2, "i1")}, 14),
    "dynamic-rows": ([("DynamicQuantizeLSTM", ["x", "W", "R", "B", "", "", "", "", "ws", "z", "rs", "z"], ["y", "yh", "yc"], BOTH, "com.microsoft")],
                     [STEPS, 1, SIZE], ["y", "yh"], {**QUANTIZED, "ws": rng.uniform(0.003, 0.007, size=(2, 4 * HIDDEN)).astype("f4"),
                                                     "rs": rng.uniform(0.003, 0.007, size=(2, 4 * HIDDEN)).astype("f4"), "z": np.zeros((2, 4 * HIDDEN), "i1")}, 14),
}


def reverse(x, lengths, time_axis, batch_axis):
    assert set(lengths.tolist()) == {x.shape[time_axis]}
    return np.flip(x, time_axis)


def take(x, begin, end, axis):
    return x[(slice(None),) * int(axis[0]) + (slice(int(begin[0]), int(end[0])),)]


MOVES = {
    "Cast": lambda x, to: x, "Concat": lambda *parts, axis: np.concatenate(parts, axis), "ConstantOfShape": lambda shape: np.zeros(shape, "f4"),
    "Expand": lambda x, shape: np.broadcast_to(x, shape), "Gather": lambda x, index, axis: np.take(x, index, axis),
    "Reshape": lambda x, shape: x.reshape([x.shape[d] if size == 0 else size for d, size in enumerate(shape)]),
    "ReverseSequence": reverse, "Shape": lambda x: np.array(x.shape, "i8"), "Slice": take,
    "Squeeze": lambda x, axis=None, axes=None: x.squeeze(tuple(axes or axis)), "Tile": lambda x, repeats: np.tile(x, repeats),
    "Transpose": lambda x, perm: x.transpose(perm), "Unsqueeze": lambda x, axis: np.expand_dims(x, tuple(axis))}


def evaluate(model, x):
    arrays = {"x": x, **{i.name: numpy_helper.to_array(i) for i in model.graph.initializer}}
    for node in model.graph.node:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type in MOVES:
            arrays[node.output[0]] = MOVES[node.op_type](*(arrays[name] for name in node.input), **attributes)
        elif node.domain:
            arrays.update(zip(node.output, dynamic_lstm(*(arrays.get(name) for name in node.input))))
        else:
            arrays.update(check_recurrent.define(node, arrays))
    return arrays


def round_dynamically(x):
    """x in steps of 1/255 of its range, which has 0 in it."""
    least, most = min(x.min(), 0), max(x.max(), 0)
    scale = (most - least) / 255 or 1
    zero = np.round(-least / scale)
    return (np.clip(np.round(x / scale) + zero, 0, 255) - zero) * scale


def dynamic_lstm(x, weights, recurrence, bias, *rest):
    scales, _, hidden_scales, _ = rest[-4:]
    of = lambda codes, scale: codes.astype("f8") * scale.reshape(2, 1, -1)
    weights, recurrence = of(weights, scales), of(recurrence, hidden_scales)
    x, sequences, last = round_dynamically(x.astype("f8")), [], []
    sigmoid = lambda v: 1 / (1 + np.exp(-v))
    for d in range(2):
        h, c, rows = np.zeros((1, HIDDEN)), np.zeros((1, HIDDEN)), []
        for row in x[::-1] if d else x:
            sums = row @ weights[d] + round_dynamically(h) @ recurrence[d] + bias[d, :4 * HIDDEN] + bias[d, 4 * HIDDEN:]
            i, o, f, g = np.split(sums, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            rows.append(h)
        sequences.append(np.stack(rows[::-1] if d else rows))
        last.append(h)
    return np.stack(sequences, axis=1), np.stack(last)


def build(nodes, shape, outputs, constants, opset):
    made = [helper.make_node(*node[:3], domain=node[4] if len(node) > 4 else "", **node[3]) for node in nodes]
    graph = helper.make_graph(made, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
                              [numpy_helper.from_array(value, name) for name, value in {**AXES, **constants}.items()])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)])


def main():
    quantc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, network in NETWORKS.items():
        model = build(*network)
        path = folder / f"{name}.onnx"
        path.write_bytes(model.SerializeToString())
        x = rng.normal(size=network[1]).astype("f4")
        np.savez(folder / "x.npz", x=x[None])
        subprocess.run([quantc, "run", str(path), str(folder / "x.npz"), "-o", str(folder / "y.npz")], check=True)
        found = np.load(folder / "y.npz")
        expected = evaluate(model, x)
        for output in network[2]:
            error = np.abs(found[output].reshape(expected[output].shape) - expected[output]).max()
            assert error < 2e-6, (name, output, error)
        text = subprocess.run([quantc, "compile", str(path), "--scheme=float32", "--stop-after=simplify", "-o", "-"],
                              check=True, capture_output=True, text=True).stdout
        # Nothing that exporters write around a layer is left to compute: only moves, and the layers themselves.
        left = set(re.findall(r"= (?:\"?)(\w+\.\w+)", text)) - {"tosa.const", "tosa.const_shape"}
        known = {"tosa.reshape", "tosa.transpose", "tosa.concat", "tosa.reverse", "ptq.lstm", "ptq.gru", "ptq.rnn", "ptq.fake_quant"}
        assert left <= known, (name, left - known)
        print(f"{name}: {sorted(left)}")


main()
