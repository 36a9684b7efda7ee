"""Small models with recurrent operators, right ones and wrong ones, for models.py."""
import numpy as np
from onnx import TensorProto, helper

from model_parts import model, value

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def recurrent(op="LSTM", x=(3, 1, 2), hidden=2, rows=None, outputs=("y", "h"), bias=None, lengths=None, inputs=(), nodes=(),
              initial=None, peepholes=None, weights=None, computed_bias=False, **attrs):
    """A layer of two units; `rows` is the number of rows of its weights."""
    directions = 2 if attrs.get("direction") == "bidirectional" else 1
    rows = GATES[op] * hidden if rows is None else rows
    constants = {"w": np.full((directions, rows, 2) if weights is None else weights, 0.25, "f4"),
                 "r": np.full((directions, rows, hidden), 0.25, "f4")}
    for name, shape in (("b", bias), ("i", initial), ("p", peepholes)):
        if shape is not None:
            constants[name] = np.full(shape, 0.5, "f4")
    if lengths is not None and not isinstance(lengths, str):
        constants["l"] = np.array(lengths, "i4")
    names = ["x", "w", "r", "b" if bias is not None or computed_bias else "", "l" if lengths is not None else "",
             "i" if initial is not None else ""]
    if op == "LSTM":
        names += ["", "p" if peepholes is not None else ""]
    while not names[-1]:
        names.pop()
    attrs = {"hidden_size": hidden, **attrs}
    return model([*nodes, (op, names, list(outputs), {k: v for k, v in attrs.items() if v is not None})],
                 [value("x", x), *inputs], [name for name in outputs if name], constants, opset=14)


def network(steps=20, size=3, filters=8, hidden=16, classes=4):
    """As PyTorch exports it: a convolution over time, an LSTM, a bidirectional GRU, and a dense layer on the last step."""
    rng = np.random.default_rng(5)
    w = lambda *shape: (rng.normal(size=shape) / np.sqrt(shape[-1])).astype("f4")
    nodes = [
        ("Conv", ["window", "cw", "cb"], ["conv"], {}), ("Relu", ["conv"], ["relu"], {}),
        ("Transpose", ["relu"], ["t"], {"perm": [0, 2, 3, 1]}), ("Reshape", ["t", "flat"], ["steps"], {}),
        ("Transpose", ["steps"], ["first"], {"perm": [1, 0, 2]}),
        ("Shape", ["first"], ["shape"], {}), ("Gather", ["shape", "n"], ["batch"], {}), ("Unsqueeze", ["batch", "axis0"], ["batches"], {}),
        ("Concat", ["one", "batches", "hidden"], ["states"], {"axis": 0}), ("Expand", ["zero", "states"], ["h0"], {}),
        ("LSTM", ["first", "lw", "lr", "lb", "", "h0", "h0"], ["lstm", "", ""], {"hidden_size": hidden}),
        ("Squeeze", ["lstm", "axis1"], ["squeezed"], {}),
        ("GRU", ["squeezed", "gw", "gr", "gb"], ["gru", ""], {"hidden_size": hidden, "direction": "bidirectional", "linear_before_reset": 1}),
        ("Transpose", ["gru"], ["units"], {"perm": [0, 2, 1, 3]}), ("Reshape", ["units", "flat"], ["both"], {}),
        ("Transpose", ["both"], ["sequence"], {"perm": [1, 0, 2]}), ("Gather", ["sequence", "last"], ["end"], {"axis": 1}),
        ("Gemm", ["end", "dw", "db"], ["logits"], {"transB": 1}), ("Softmax", ["logits"], ["probabilities"], {"axis": 1})]
    constants = {
        "cw": w(filters, 1, 5, 1), "cb": w(filters), "lw": w(1, 4 * hidden, filters * size), "lr": w(1, 4 * hidden, hidden),
        "lb": w(1, 8 * hidden), "gw": w(2, 3 * hidden, hidden), "gr": w(2, 3 * hidden, hidden), "gb": w(2, 6 * hidden),
        "dw": 4 * w(classes, 2 * hidden), "db": w(classes), "flat": np.array([0, 0, -1], "i8"), "n": np.array(1, "i8"),
        "axis0": np.array([0], "i8"), "axis1": np.array([1], "i8"), "one": np.array([1], "i8"), "hidden": np.array([hidden], "i8"),
        "zero": np.zeros(1, "f4"), "last": np.array(-1, "i8")}
    return model(nodes, [value("window", [1, 1, steps, size])], ["probabilities"], constants)


def cell(loop):
    """An RNN as a Loop, or as a Scan."""
    body = [helper.make_node("MatMul", ["row", "w"], ["a"]), helper.make_node("MatMul", ["h", "r"], ["b"]),
            helper.make_node("Add", ["a", "b"], ["s"]), helper.make_node("Tanh", ["s"], ["next"])]
    constants = {"w": np.ones((2, 2), "f4"), "r": np.ones((2, 2), "f4"), "start": np.zeros((1, 2), "f4"), "steps": np.array(3, "i8")}
    if not loop:
        graph = helper.make_graph(body, "body", [value("h", [1, 2]), value("row", [1, 2])], [value("next", [1, 2])])
        node = ("Scan", ["start", "x"], ["y"], {"body": graph, "num_scan_inputs": 1})
    else:
        body = [helper.make_node("Gather", ["x", "step"], ["row"], axis=0), *body, helper.make_node("Identity", ["go"], ["on"])]
        graph = helper.make_graph(body, "body", [value("step", [], TensorProto.INT64), value("go", [], TensorProto.BOOL), value("h", [1, 2])],
                                  [value("on", [], TensorProto.BOOL), value("next", [1, 2])])
        node = ("Loop", ["steps", "", "start"], ["y"], {"body": graph})
    return model([node], [value("x", [3, 1, 2])], ["y"], constants, opset=14)


def dynamic(scales=1, kind="i1", zeros=None):
    """DynamicQuantizeLSTM."""
    constants = {"w": np.ones((1, 2, 8), kind), "r": np.ones((1, 2, 8), kind), "s": np.full(scales, 0.01, "f4"), "z": np.zeros(zeros or scales, kind)}
    return model([("DynamicQuantizeLSTM", ["x", "w", "r", "", "", "", "", "", "s", "z", "s", "z"], ["y"], {"hidden_size": 2, "domain": "com.microsoft"})],
                 [value("x", [3, 1, 2])], ["y"], constants, opset=14, domains=["com.microsoft"])


RECURRENT_MODELS = {
    "dynamic-lstm-layer": dynamic,
    "recurrent-loop": lambda: cell(loop=True),
    "recurrent-scan": lambda: cell(loop=False),
    "dynamic-lstm-scales": lambda: dynamic(scales=3),
    "dynamic-lstm-zeros": lambda: dynamic(scales=8, zeros=1),
    "dynamic-lstm-floats": lambda: dynamic(kind="f4"),
    "dynamic-lstm-order": lambda: model(
        [("DynamicQuantizeLSTM", ["x", "w", "r", "", "", "", "", "", "s", "", "s", ""], ["y"], {"hidden_size": 2, "domain": "com.microsoft"})],
        [value("x", [3, 1, 2])], ["y"], {"w": np.ones((1, 8, 2), "i1"), "r": np.ones((1, 8, 2), "i1"), "s": np.ones(1, "f4")}, opset=14, domains=["com.microsoft"]),
    "reverse-lengths": lambda: model([("ReverseSequence", ["x", "l"], ["y"], {"time_axis": 0, "batch_axis": 1})], [value("x", [3, 2, 2])], ["y"],
                                     {"l": np.array([3, 2], "i8")}),
    "recurrent-network": network,
    "lstm-layer": lambda: recurrent(outputs=("y", "h", "c"), bias=(1, 16), initial=(1, 1, 2), peepholes=(1, 6), clip=2.0),
    "gru-layer": lambda: recurrent("GRU", bias=(2, 12), direction="bidirectional", linear_before_reset=1),
    "rnn-layer": lambda: recurrent("RNN", x=(1, 3, 2), layout=1, direction="reverse", activations=["Relu"], lengths=[3]),
    "recurrent-gates": lambda: recurrent(rows=6),
    "recurrent-columns": lambda: recurrent(weights=(1, 8, 3)),
    "recurrent-hidden": lambda: recurrent("GRU", hidden_size=3),
    "recurrent-negative": lambda: recurrent("RNN", hidden_size=-1),
    "recurrent-rank": lambda: recurrent(x=(3, 2)),
    "recurrent-direction": lambda: recurrent(direction="sideways"),
    "recurrent-layout": lambda: recurrent(layout=2),
    "recurrent-one-direction": lambda: model(
        [("RNN", ["x", "w", "r"], ["y"], {"hidden_size": 2, "direction": "bidirectional"})], [value("x", [3, 1, 2])], ["y"],
        {"w": np.ones((1, 2, 2), "f4"), "r": np.ones((1, 2, 2), "f4")}),
    "recurrent-bias": lambda: recurrent(bias=(1, 8)),
    "recurrent-computed-bias": lambda: recurrent(computed_bias=True, inputs=[value("b", [1, 16])]),
    "recurrent-initial": lambda: recurrent(initial=(1, 2, 2)),
    "recurrent-peepholes": lambda: recurrent(peepholes=(1, 8)),
    "recurrent-activation": lambda: recurrent("RNN", activations=["Softplus"]),
    "recurrent-activations": lambda: recurrent("GRU", activations=["Sigmoid"]),
    "recurrent-hard-sigmoid": lambda: recurrent("RNN", activations=["HardSigmoid"], activation_alpha=[0.25]),
    "recurrent-clip": lambda: recurrent(clip=-1.0),
    "recurrent-short": lambda: recurrent(lengths=[2]),
    "recurrent-long": lambda: recurrent(lengths=[4]),
    "recurrent-lengths": lambda: recurrent(lengths=[3, 3]),
    "recurrent-dynamic": lambda: recurrent(lengths="l", inputs=[value("l", [1], TensorProto.INT32)]),
    "recurrent-open": lambda: recurrent(x=(1, "time", 2), layout=1),
    "recurrent-no-steps": lambda: recurrent(x=(0, 1, 2)),
}
