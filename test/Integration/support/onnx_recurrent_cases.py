"""Recurrent operators for compare_onnxruntime.py and check_recurrent.py."""
import numpy as np

from onnx_cases import GROUPS, add, graph, ints, w, x

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
GROUP = "recurrent"
# ONNX Runtime has no layout 1.
BATCH_FIRST = "recurrent-batch-first"
TOLERANCE = 1e-5


def layer(op, steps=5, batch=1, size=3, hidden=4, *, direction="forward", layout=0, bias=True, lengths=None, states=False,
          peepholes=False, fixed_states=None, outputs=None, opset=14, scale=0.5, **attrs):
    """One node. The sizes are no multiples of vectors unless a case says so."""
    directions = 2 if direction == "bidirectional" else 1
    rows = GATES[op] * hidden
    state = (batch, directions, hidden) if layout else (directions, batch, hidden)
    inputs = [x(batch, steps, size) if layout else x(steps, batch, size), w(directions, rows, size, scale=scale),
              w(directions, rows, hidden, scale=scale), w(directions, 2 * rows, scale=scale) if bias else None, lengths]
    for _ in range(2 if op == "LSTM" else 1):
        fixed = None if fixed_states is None else np.full(state, fixed_states, "f4")
        inputs.append(x(*state) if states else fixed)
    if peepholes:
        inputs.append(w(directions, 3 * hidden, scale=scale))
    while inputs[-1] is None:
        inputs.pop()
    if layout:
        attrs["layout"] = layout
    if direction != "forward":
        attrs["direction"] = direction
    outputs = outputs or (3 if op == "LSTM" else 2)
    add(BATCH_FIRST if layout else GROUP, op, *inputs, opset=opset, outputs=outputs, tolerance=TOLERANCE, hidden_size=hidden, **attrs)


def _common():
    for op in GATES:
        for direction in ("forward", "reverse", "bidirectional"):
            layer(op, direction=direction)
            layer(op, direction=direction, batch=3, states=True)
        layer(op, opset=7)
        layer(op, bias=False)
        # One step, one unit, one element.
        layer(op, steps=1, size=1, hidden=1)
        # Rows of whole vectors, and more than one tile of channels.
        layer(op, steps=7, size=32, hidden=48, scale=0.2)
        layer(op, steps=3, batch=2, size=19, hidden=33, scale=0.2, direction="bidirectional")
        # Constant states that are 0, as exporters write them, and others.
        layer(op, fixed_states=0.0)
        layer(op, fixed_states=0.5)
        # All lengths are that of the time axis.
        layer(op, batch=2, lengths=np.array([5, 5], "i4"))
        layer(op, clip=0.6, batch=2)
        layer(op, outputs=1)
        layer(op, batch=2, layout=1, states=True)
        layer(op, batch=2, layout=1, direction="bidirectional", states=True)
        layer(op, layout=1, direction="reverse")


def _activations():
    layer("RNN", activations=["Relu"], scale=0.3)
    layer("RNN", activations=["Sigmoid"])
    layer("RNN", activations=["Relu", "Tanh"], direction="bidirectional", scale=0.3)
    layer("GRU", activations=["HardSigmoid", "Relu"], activation_alpha=[0.2], activation_beta=[0.5])
    layer("GRU", activations=["HardSigmoid", "Tanh"])
    layer("LSTM", activations=["HardSigmoid", "Tanh", "Tanh"], activation_alpha=[0.2], activation_beta=[0.5])
    layer("LSTM", activations=["Sigmoid", "Relu", "Sigmoid", "Tanh", "Tanh", "Relu"], direction="bidirectional", scale=0.3)
    # Names are spelled in any way.
    layer("LSTM", activations=["sigmoid", "TANH", "tanh"])


def _options():
    layer("LSTM", peepholes=True, batch=2, states=True)
    layer("LSTM", peepholes=True, direction="bidirectional", clip=0.7)
    layer("LSTM", input_forget=1)
    layer("LSTM", input_forget=1, peepholes=True)
    layer("GRU", linear_before_reset=1)
    layer("GRU", linear_before_reset=1, bias=False, batch=2)
    layer("GRU", linear_before_reset=1, direction="bidirectional", states=True, clip=0.7)


def _exported():
    """What PyTorch writes: states made of shapes, a squeeze behind a layer, batch_first."""
    g = GROUP
    weights = {"w": w(1, 16, 3, scale=0.5), "r": w(1, 16, 4, scale=0.5), "b": w(1, 32, scale=0.5),
               "w2": w(2, 16, 4, scale=0.5), "r2": w(2, 16, 4, scale=0.5), "b2": w(2, 32, scale=0.5)}
    shapes = {"zero": np.zeros((1,), "f4"), "one": ints(1), "two": ints(2), "size": ints(4), "axis1": ints(1), "first": np.array(1, "i8"),
              "last": np.array(-1, "i8"), "flat": ints(0, 0, -1), "axis0": ints(0)}
    graph(g, "pytorch_lstm", [
        ("Transpose", ["x"], ["xt"], {"perm": [1, 0, 2]}),
        ("Shape", ["xt"], ["xs"], {}), ("Gather", ["xs", "first"], ["n"], {}), ("Unsqueeze", ["n", "axis0"], ["nu"], {}),
        ("Concat", ["one", "nu", "size"], ["hs"], {"axis": 0}), ("Expand", ["zero", "hs"], ["h0"], {}),
        ("LSTM", ["xt", "w", "r", "b", "", "h0", "h0"], ["y", "yh", "yc"], {"hidden_size": 4}),
        ("Squeeze", ["y", "axis1"], ["ys"], {}),
        ("Concat", ["two", "nu", "size"], ["hs2"], {"axis": 0}), ("ConstantOfShape", ["hs2"], ["h2"], {}),
        ("LSTM", ["ys", "w2", "r2", "b2", "", "h2", "h2"], ["z", "zh", "zc"], {"hidden_size": 4, "direction": "bidirectional"}),
        ("Transpose", ["z"], ["zt"], {"perm": [0, 2, 1, 3]}), ("Reshape", ["zt", "flat"], ["zr"], {}),
        ("Transpose", ["zr"], ["zb"], {"perm": [1, 0, 2]}), ("Gather", ["zb", "last"], ["out"], {"axis": 1}),
    ], {"x": x(2, 6, 3), **weights, **shapes}, ["out", "zh", "zc", "yh"], tolerance=TOLERANCE)
    # What Keras writes: a squeeze and a transpose of a layer that keeps sequences.
    graph(g, "keras_gru", [
        ("Transpose", ["x"], ["xt"], {"perm": [1, 0, 2]}),
        ("GRU", ["xt", "w", "r", "b"], ["y", "yh"], {"hidden_size": 4, "linear_before_reset": 1}),
        ("Squeeze", ["y", "axis1"], ["ys"], {}), ("Transpose", ["ys"], ["all"], {"perm": [1, 0, 2]}),
        ("Squeeze", ["yh", "axis0"], ["last"], {}),
    ], {"x": x(1, 6, 3), "w": w(1, 12, 3, scale=0.5), "r": w(1, 12, 4, scale=0.5), "b": w(1, 24, scale=0.5), "axis1": ints(1),
        "axis0": ints(0)}, ["all", "last"], tolerance=TOLERANCE)


_common()
_activations()
_options()
_exported()
assert GROUPS[GROUP]
