"""Models with functions of their own, for compare_onnxruntime.py."""
from onnx import FunctionProto, helper

from onnx_cases import GROUPS, Case, f32, w, x

# Fields of newer protocol buffers than the package has.
DEFAULTS, FUNCTION_OVERLOAD, NODE_OVERLOAD = 11, 13, 8


def _field(number, content):
    """A field of bytes; shorter than 128."""
    return bytes([number << 3 | 2, len(content)]) + content


def function(name, inputs, outputs, nodes, attributes=(), defaults=None, opset=13, domain="local", overload=""):
    protos = [make_node(*node) for node in nodes]
    proto = helper.make_function(domain, name, inputs, outputs, protos,
                                 [helper.make_opsetid("", opset), helper.make_opsetid("local", 1)], attributes)
    extra = b"".join(_field(DEFAULTS, helper.make_attribute(key, value).SerializeToString())
                     for key, value in (defaults or {}).items())
    if overload:
        extra += _field(FUNCTION_OVERLOAD, overload.encode())
    return FunctionProto.FromString(proto.SerializeToString() + extra)


def make_node(op, inputs, outputs, attrs=None, refs=None, domain=None, overload=""):
    """`refs` are attributes that refer to the function's: name, (name there, type)."""
    known = {"Relu", "Add", "Mul", "LeakyRelu", "Clip", "Constant", "Concat", "Reshape",
             "Tanh", "Neg", "Unsqueeze"}
    node = helper.make_node(op, inputs, outputs, domain=("" if op in known else "local") if domain is None else domain,
                            **(attrs or {}))
    for name, (reference, kind) in (refs or {}).items():
        attribute = node.attribute.add()
        attribute.name, attribute.ref_attr_name, attribute.type = name, reference, kind
    return type(node).FromString(node.SerializeToString() + (_field(NODE_OVERLOAD, overload.encode()) if overload else b""))


def add(name, functions, nodes, inputs, outputs, opset=13, tolerance=2e-5):
    protos = []
    for place, node in enumerate(nodes):
        protos.append(make_node(*node))
        protos[-1].name = f"n{place}"
    GROUPS.setdefault("function", []).append(Case(name, protos, inputs, outputs, opset, tolerance, functions))


FLOAT, INTS = 1, 7


def _functions():
    # Tensors of the function are called as those of the graph are.
    twice = function("Twice", ["x"], ["y"], [("Relu", ["x"], ["t"]), ("Add", ["t", "x"], ["y"])])
    add("twice", [twice], [("Tanh", ["x"], ["t"]), ("Twice", ["t"], ["a"]), ("Twice", ["a"], ["b"]),
                           ("Add", ["b", "t"], ["y"])], {"x": x(2, 3)}, ["y"])
    leaky = function("Leaky", ["x"], ["y"], [("LeakyRelu", ["x"], ["y"], None, {"alpha": ("slope", FLOAT)})], ["slope"])
    add("attribute", [leaky], [("Leaky", ["x"], ["y"], {"slope": 0.25})], {"x": x(2, 9)}, ["y"])
    add("attribute-absent", [leaky], [("Leaky", ["x"], ["y"])], {"x": x(2, 9)}, ["y"])
    default = function("Default", ["x"], ["y"],
                       [("LeakyRelu", ["x"], ["y"], None, {"alpha": ("slope", FLOAT)})], [], {"slope": 0.5})
    add("attribute-default", [default], [("Default", ["x"], ["a"]), ("Default", ["a"], ["y"], {"slope": 0.125})],
        {"x": x(2, 9)}, ["a", "y"])
    outer = function("Outer", ["x", "k"], ["y", "t"], [
        ("Inner", ["x"], ["t"], None, {"slope": ("steep", FLOAT)}), ("Inner", ["t"], ["x_2"], {"slope": 0.75}),
        ("Mul", ["x_2", "k"], ["y"])], ["steep"])
    inner = function("Inner", ["x"], ["y"], [("Neg", ["x"], ["t"]), ("LeakyRelu", ["t"], ["y"], None,
                                                                      {"alpha": ("slope", FLOAT)})], ["slope"])
    add("nested", [outer, inner], [("Outer", ["x", "k"], ["y", "z"], {"steep": 0.125})],
        {"x": x(2, 9), "k": w(9)}, ["y", "z"])
    clip = function("Limit", ["x", "low", "high"], ["y"], [("Clip", ["x", "low", "high"], ["y"])])
    add("optional", [clip], [("Limit", ["x", "", "high"], ["a"]), ("Limit", ["x", "low"], ["b"]),
                             ("Limit", ["x"], ["c"]), ("Add", ["b", "c"], ["d"])],
        {"x": x(2, 9), "low": f32(-0.5), "high": f32(0.5)}, ["a", "d"])
    shape = function("Arrange", ["x"], ["y"], [
        ("Constant", [], ["n"], None, {"value_ints": ("sizes", INTS)}), ("Constant", [], ["o"], {"value_ints": [-1]}),
        ("Concat", ["n", "o"], ["s"], {"axis": 0}), ("Reshape", ["x", "s"], ["y"])], ["sizes"])
    add("shape", [shape], [("Arrange", ["x"], ["y"], {"sizes": [3, 2]})], {"x": x(2, 3, 4)}, ["y"])
    # Functions of one name.
    first = function("Many", ["x"], ["y"], [("Relu", ["x"], ["y"])], overload="relu")
    second = function("Many", ["x"], ["y"], [("Neg", ["x"], ["y"])], overload="neg")
    add("overload", [first, second], [("Many", ["x"], ["a"], None, None, None, "relu"),
                                      ("Many", ["x"], ["b"], None, None, None, "neg")], {"x": x(2, 9)}, ["a", "b"])
    weights = function("Linear", ["x", "w", "b"], ["y"], [
        ("Unsqueeze", ["x", "axes"], ["u"]), ("Mul", ["u", "w"], ["m"]), ("Add", ["m", "b"], ["y"]),
        ("Constant", [], ["axes"], {"value_ints": [0]})])
    # Out of order, and with constants of the graph.
    weights.node.insert(0, weights.node.pop())
    add("constants", [weights], [("Linear", ["x", "w", "b"], ["y"])], {"x": x(2, 3), "w": w(3), "b": w(1)}, ["y"])


_functions()
