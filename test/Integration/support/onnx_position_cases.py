"""Models for compare_onnxruntime.py whose results depend on where elements are: sums along a
dimension, triangles, one-hot vectors, Einstein's sums, sampled images; and branches."""
import numpy as np
from onnx import TensorProto, helper

from onnx_cases import GROUPS, Case, Input, add, f32, graph, ints, w, x
from onnx_function_cases import function, make_node


def _sums():
    g = "position"
    for exclusive in (0, 1):
        for reverse in (0, 1):
            attrs = {"exclusive": exclusive, "reverse": reverse}
            add(g, "CumSum", x(2, 9, 3), np.array(1, "i4"), **attrs)
            add(g, "CumSum", x(7, low=-9, high=9, dtype="int32"), np.array(0, "i8"), opset=11, **attrs)
            add(g, "CumSum", x(2, 1), ints(-1), **attrs)
            # Too long for a product with a matrix.
            add(g, "CumSum", x(600, 2), np.array(-2, "i8"), tolerance=1e-4, **attrs)
    for k in (None, 0, 1, -2, 7, -9, 2**40):
        for upper in (0, 1):
            add(g, "Trilu", x(2, 4, 5), *([] if k is None else [np.array(k, "i8")]), upper=upper, opset=14)
    add(g, "Trilu", x(5, 3, low=-9, high=9, dtype="int32"), np.array(-1, "i8"), opset=14)
    # A causal mask, computed when the file is read.
    graph(g, "mask", [("Shape", ["x"], ["s"], {}), ("ConstantOfShape", ["s"], ["o"], {
        "value": helper.make_tensor("v", TensorProto.FLOAT, [1], [1.0])}), ("Trilu", ["o"], ["t"], {"upper": 0}),
        ("Cast", ["t"], ["c"], {"to": 9}), ("Where", ["c", "x", "z"], ["y"], {})],
        {"x": x(2, 4, 4), "z": f32(-3.0)}, ["y"], opset=14)
    for axis in (-1, 0, 1):
        add(g, "OneHot", x(3, 4, low=-7, high=7, dtype="int64"), np.array(5, "i8"), f32([-1, 2]), axis=axis, opset=11)
    add(g, "OneHot", x(6, low=0, high=4, dtype="int64"), ints(4), ints(0, 1), opset=9)
    graph(g, "one-hot-floats", [("Floor", ["x"], ["f"], {}), ("OneHot", ["f", "d", "v"], ["y"], {})],
          {"x": x(6, low=0, high=4), "d": f32(4), "v": x(2)}, ["y"])


def _products():
    g = "position"
    for equation, *shapes in (
            ("ij,jk->ik", (3, 4), (4, 5)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)), ("ij,jk", (3, 4), (4, 5)),
            ("ij->ji", (3, 4)), ("ij->", (3, 4)), ("ij->i", (3, 4)), ("ii->i", (4, 4)), ("ii", (4, 4)),
            ("iij->ij", (3, 3, 4)), ("iji->j", (3, 4, 3)), ("...ii->...i", (2, 3, 3)), ("i,i", (5,), (5,)),
            ("i,j->ij", (3,), (4,)), ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)),
            ("bqhd,bkhd->bhqk", (2, 4, 3, 5), (2, 6, 3, 5)), ("...ij,...jk->...ik", (2, 3, 4), (2, 4, 5)),
            ("...ij,...jk", (2, 1, 3, 4), (2, 6, 4, 5)), ("bij,ij->b", (2, 3, 4), (3, 4)), ("ij,ij->ij", (3, 4), (3, 4)),
            ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)), ("ab,bc,cd->ad", (2, 3), (3, 4), (4, 2)),
            ("bi,oij,bj->bo", (2, 3), (4, 3, 5), (2, 5)), ("i j , j k -> k i", (3, 4), (4, 5)),
            ("bhwc,hkc->bhwk", (1, 3, 4, 5), (3, 2, 5)), ("b...,b...->b...", (2, 3, 4), (2, 3, 4))):
        add(g, "Einsum", *[x(*shape) for shape in shapes], equation=equation, name=f"Einsum {equation} ", opset=12)
    add(g, "Einsum", x(3, 4), w(4, 5), equation="ij,jk->ik", opset=12)
    add(g, "Einsum", x(2, 3, 4), w(5, 4), equation="bij,oj->bio", opset=12)
    for equation in ("ij,jk->ik", "ij,jk->ki", "ij,jk->i"):
        add(g, "Einsum", x(3, 4, low=-9, high=9, dtype="int32"), x(4, 5, low=-9, high=9, dtype="int32"),
            equation=equation, opset=12)


def _samples():
    g = "sample"
    for opset, modes in ((16, ("bilinear", "nearest", "bicubic")), (20, ("linear", "nearest", "cubic"))):
        for mode in modes:
            for padding in ("zeros", "border", "reflection"):
                for align in (0, 1):
                    add(g, "GridSample", x(2, 3, 4, 5), Input((2, 6, 7, 2), -1.6, 1.6), mode=mode, padding_mode=padding,
                        align_corners=align, opset=opset, name=f"{mode}-{padding}-{align} ", tolerance=1e-4)
    for mode in ("linear", "nearest"):
        for padding in ("zeros", "border", "reflection"):
            add(g, "GridSample", x(1, 2, 3, 4, 5), Input((1, 2, 3, 4, 3), -1.6, 1.6), mode=mode, padding_mode=padding,
                opset=20, name=f"volume-{mode}-{padding} ", tolerance=1e-4)
    add(g, "GridSample", x(1, 2, 4, 5), Input((1, 3, 3, 2), -9, 9), padding_mode="reflection", opset=16, tolerance=1e-4)
    add(g, "GridSample", x(1, 2, 1, 5), Input((1, 3, 3, 2), -2, 2), padding_mode="reflection", align_corners=1, opset=16,
        tolerance=1e-4)


def _branches():
    g = "branch"

    def branch(name, nodes, outputs, initializers=()):
        return helper.make_graph([helper.make_node(op, i, o, **attrs) for op, i, o, attrs in nodes], name, [],
                                 [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs],
                                 [helper.make_tensor(n, TensorProto.FLOAT, [], [v]) for n, v in initializers])

    def choice(first, second):
        # Both have names of their own, some the same, and read names around them.
        return {"then_branch": branch("then", [("Add", ["x", "c"], ["t"], {}), ("Relu", ["t"], ["u"], {})], ["u"],
                                      [("c", first)]),
                "else_branch": branch("else", [("Mul", ["x", "c"], ["t"], {}), ("Tanh", ["t"], ["u2"], {})], ["u2"],
                                      [("c", second)])}

    for value in (True, False):
        graph(g, f"constant-{value}", [("If", ["b"], ["y"], choice(0.5, 2.0))],
              {"x": x(2, 3), "b": np.array(value)}, ["y"])
        graph(g, f"vector-{value}", [("If", ["b"], ["y"], choice(0.5, 2.0))],
              {"x": x(2, 3), "b": np.array([value])}, ["y"])
    for size in (3, 4):
        graph(g, f"shape-{size}", [
            ("Shape", ["x"], ["s"], {}), ("Gather", ["s", "i"], ["n"], {}), ("Equal", ["n", "k"], ["b"], {}),
            ("If", ["b"], ["z"], choice(0.5, 2.0)), ("Not", ["b"], ["nb"], {}), ("If", ["nb"], ["v"], choice(-1.0, 3.0)),
            ("Add", ["z", "v"], ["y"], {})], {"x": x(2, size), "i": np.array(1, "i8"), "k": np.array(3, "i8")}, ["y"])
    # Squeeze if the dimension is 1, as PyTorch exports squeeze(x, 1): branches of other shapes.
    graph(g, "squeeze", [
        ("Shape", ["x"], ["s"], {}), ("Gather", ["s", "i"], ["n"], {}), ("Equal", ["n", "i"], ["b"], {}),
        ("If", ["b"], ["y"], {"then_branch": branch("then", [("Squeeze", ["x", "axes"], ["t"], {})], ["t"]),
                              "else_branch": branch("else", [("Identity", ["x"], ["t2"], {})], ["t2"])})],
        {"x": x(2, 1, 3), "i": np.array(1, "i8"), "axes": ints(1)}, ["y"])
    # The branch that is not taken holds what quantc does not read.
    graph(g, "unknown", [("If", ["b"], ["y"], {
        "then_branch": branch("then", [("Hardmax", ["x"], ["h"], {})], ["h"]),
        "else_branch": branch("else", [("Neg", ["x"], ["m"], {})], ["m"])})], {"x": x(2, 3), "b": np.array(False)}, ["y"])
    inner = {"then_branch": branch("inner then", [("If", ["b"], ["p"], choice(1.0, 2.0)), ("Neg", ["p"], ["q"], {})], ["q"]),
             "else_branch": branch("inner else", [("Neg", ["x"], ["q2"], {})], ["q2"])}
    graph(g, "nested", [("If", ["b"], ["y"], inner)], {"x": x(2, 3), "b": np.array(True)}, ["y"])
    # What a branch reads is computed behind it in the file, and nothing else needs it.
    graph(g, "captured", [("Neg", ["x"], ["m"], {}), ("If", ["b"], ["y"], {
        "then_branch": branch("then", [("Exp", ["m"], ["e"], {})], ["e"]),
        "else_branch": branch("else", [("Identity", ["m"], ["e2"], {})], ["e2"])})],
        {"x": x(2, 3), "b": np.array(False)}, ["y"])


def _functions():
    """Branches in functions: what they read is the call's, and so are attributes that they refer to."""
    leaky = helper.make_node("LeakyRelu", ["t"], ["l"])
    reference = leaky.attribute.add()
    reference.name, reference.ref_attr_name, reference.type = "alpha", "slope", 1
    branches = {name: helper.make_graph(nodes, name, [], [helper.make_tensor_value_info(nodes[-1].output[0], 1, None)])
                for name, nodes in (("then_branch", [helper.make_node("Neg", ["x"], ["t"]), leaky]),
                                    ("else_branch", [helper.make_node("Tanh", ["x"], ["e"])]))}
    choose = function("Choose", ["x", "b"], ["y"], [("If", ["b"], ["y"], branches, None, "")], ["slope"])
    nodes = [make_node("Choose", ["x", "b"], ["t"], {"slope": 0.25}), make_node("Choose", ["t", "c"], ["u"], {"slope": 0.5}),
             make_node("Choose", ["u", "b"], ["y"], {"slope": 0.125})]
    GROUPS["branch"].append(Case("function", nodes, {"x": x(2, 5), "b": np.array(True), "c": np.array(False)},
                                 ["t", "u", "y"], functions=[choose]))


def _calibrated():
    """What has an int8 form."""
    g = "calibrated"
    rows = np.array([[3], [0], [-1]], "i8")
    add(g, "GatherND", x(4, 3, 5), rows)
    add(g, "GatherND", x(4, 3, 5), x(3, 1, low=-4, high=4, dtype="int64"))
    add(g, "GatherElements", x(4, 5), np.array([[0, 1, 2, 3, 3], [1, 1, 0, 2, -1]], "i8"), axis=0)
    for reduction in ("none", "add", "min", "max"):
        add(g, "ScatterND", x(4, 3), rows, x(3, 3), reduction=reduction, opset=18)
        add(g, "ScatterElements", x(2, 6), np.array([[0, 4], [5, 1]], "i8"), x(2, 2), axis=1, reduction=reduction, opset=18)
    add(g, "ScatterND", x(4, 3), x(1, 1, low=-4, high=4, dtype="int64"), x(1, 3))
    for k in (3, 20):
        graph(g, f"TopK{k}", [("TopK", ["x", "k"], ["y", "i"], {})], {"x": x(2, 24), "k": ints(k)}, ["y"])
    add(g, "Trilu", x(2, 4, 5), np.array(1, "i8"), opset=14)
    add(g, "CumSum", x(3, 16), np.array(1, "i8"))
    add(g, "Einsum", x(2, 3, 4), w(5, 4), equation="bij,oj->bio", opset=12)
    add(g, "Einsum", x(2, 4, 3, 5), x(2, 6, 3, 5), equation="bqhd,bkhd->bhqk", opset=12)
    graph(g, "If", [("If", ["b"], ["y"], {
        name: helper.make_graph([helper.make_node("Relu", ["x"], [name])], name, [],
                                [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)])
        for name in ("then_branch", "else_branch")})], {"x": x(2, 3), "b": np.array(True)}, ["y"])


_sums()
_products()
_samples()
_branches()
_functions()
_calibrated()
