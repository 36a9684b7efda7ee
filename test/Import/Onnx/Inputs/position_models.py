"""Models with branches, or with elements by index, that are wrong in one way each."""
import numpy as np
from onnx import helper

from model_parts import model, value

RELU = [("Relu", ["x"], ["t"])]


def branch(nodes, outputs=("t",)):
    return helper.make_graph([helper.make_node(op, i, o) for op, i, o in nodes], "branch", [],
                             [value(name, None) for name in outputs])


def branches(then_branch, condition=True, inputs=(), results=("y",), before=(), **attributes):
    """One If; `condition` is a constant, or None for an input."""
    constants = {} if condition is None else {"b": np.array(condition)}
    return model([*before, ("If", ["b"], list(results), {"then_branch": branch(*then_branch), **attributes})],
                 [value("x", [2, 3]), *inputs], ["y"], constants)


def one(op, *constants, shape=(2, 3), opset=18, **attributes):
    names = [f"c{i}" for i in range(len(constants))]
    return model([(op, ["x", *names], ["y"], attributes)], [value("x", list(shape))], ["y"], dict(zip(names, constants)),
                 opset=opset)


def integers(*values):
    return np.array(values, "i8")


POSITION_MODELS = {
    "if-computed": lambda: branches((RELU,), None, [value("b", [], 9)]),
    "if-vector": lambda: branches((RELU,), [True, True]),
    "if-absent": lambda: branches((RELU,), False),
    "if-type": lambda: branches((RELU,), False, else_branch=1),
    "if-results": lambda: branches((RELU,), results=("y", "z")),
    "if-unknown": lambda: branches(([("Frob", ["x"], ["t"])],)),
    "if-twice": lambda: branches(([("Relu", ["x"], ["t"]), ("Tanh", ["x"], ["t"])],)),
    "if-outer": lambda: branches(([("Relu", ["x"], ["x"])], ("x",))),
    "if-undefined": lambda: branches(([("Relu", ["nowhere"], ["t"])],)),
    "if-no-output": lambda: branches((RELU, ("nowhere",))),
    # A branch reads what only its own node makes.
    "if-cycle": lambda: branches(([("Relu", ["y"], ["t"])],)),
    "top-k-many": lambda: one("TopK", integers(4)),
    "top-k-two": lambda: one("TopK", integers(1, 2)),
    "gather-nd-outside": lambda: one("GatherND", integers([0, 3])),
    "gather-nd-batches": lambda: one("GatherND", integers([0, 2]), batch_dims=1),
    "scatter-reduction": lambda: one("ScatterND", integers([0]), np.ones((1, 3), "f4"), reduction="xor"),
    "scatter-updates": lambda: one("ScatterND", integers([0]), np.ones((1, 2), "f4")),
    "scatter-outside": lambda: one("ScatterElements", integers([0, 7]), np.ones((1, 2), "f4"), axis=1),
    "one-hot-depth": lambda: model([("OneHot", ["i", "d", "x"], ["y"], {})], [value("x", [2])], ["y"],
                                   {"i": integers(0, 1), "d": np.array(2**31 - 1, "i8")}),
    "one-hot-values": lambda: model([("OneHot", ["i", "d", "x"], ["y"], {})], [value("x", [3])], ["y"],
                                    {"i": integers(0, 1), "d": np.array(2, "i8")}),
    "einsum": lambda: one("Einsum", equation="ij\x1b->i"),
    "einsum-operands": lambda: one("Einsum", equation="ij,jk->ik"),
    "trilu-vector": lambda: one("Trilu", shape=(3,)),
    "cumsum-real-axis": lambda: one("CumSum", np.array(-1.7e38, "f4")),
    "cumsum-axis": lambda: one("CumSum", np.array(2, "i8")),
    "grid-mode": lambda: one("GridSample", np.zeros((1, 2, 2, 2), "f4"), shape=(1, 1, 2, 2), mode="quintic"),
    "grid-shape": lambda: one("GridSample", np.zeros((1, 2, 2, 3), "f4"), shape=(1, 1, 2, 2)),
}
