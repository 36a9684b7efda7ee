"""Models with functions, good and bad."""
from onnx import helper

from model_parts import model, relu, value


def functions(definitions, nodes, outputs=("y",), opset=13):
    """`definitions`: name -> (inputs, outputs, nodes, operator set); calls are to the domain "f"."""
    proto = model([(op, i, o, {"domain": "f"} if op in definitions else {}) for op, i, o in nodes],
                  [value("x", [2, 3, 4])], list(outputs), opset=opset, domains=["f"])
    for name, (inputs, results, body, *own) in definitions.items():
        inner = [helper.make_node(op, i, o, domain="f" if op in definitions else "") for op, i, o in body]
        proto.functions.append(helper.make_function("f", name, inputs, results, inner, [
            helper.make_opsetid("", *(own or [13]))]))
    return proto


def doubling(levels, name="F"):
    """Functions of two calls of the next one each: 2^levels nodes."""
    bodies = {f"{name}{k}": (["x"], ["y"], [(f"{name}{k + 1}", ["x"], ["t"]), (f"{name}{k + 1}", ["t"], ["y"])])
              for k in range(levels)}
    bodies[f"{name}{levels}"] = (["x"], ["y"], [("Relu", ["x"], ["y"])])
    return bodies


def chain(levels):
    bodies = {f"F{k}": (["x"], ["y"], [(f"F{k + 1}", ["x"], ["y"])]) for k in range(levels)}
    bodies[f"F{levels}"] = (["x"], ["y"], [("Relu", ["x"], ["y"])])
    return bodies


def attribute_outside():
    proto = relu()
    attribute = proto.graph.node[0].attribute.add()
    attribute.name, attribute.ref_attr_name, attribute.type = "a", "b", 1
    return proto


def twin_functions():
    proto = functions({"F": (["x"], ["y"], [("Relu", ["x"], ["y"])])}, [("F", ["x"], ["y"])])
    proto.functions.append(proto.functions[0])
    return proto


RELU = [("Relu", ["x"], ["y"])]
CALL = [("F", ["x"], ["y"])]

FUNCTION_MODELS = {
    "functions": lambda: functions(
        {"F": (["x", "k"], ["x", "t", "t", "u"], [("Relu", ["x"], ["t"]), ("Softmax", ["t"], ["u"])], 11)},
        [("F", ["x"], ["a", "b", "c", "d"]), ("F", ["d"], ["", "e"])], ["a", "b", "c", "d", "e"]),
    "function-nested": lambda: functions(doubling(3), [("F0", ["x"], ["y"])]),
    "function-itself": lambda: functions({"F": (["x"], ["y"], [("G", ["x"], ["y"])]),
                                          "G": (["x"], ["y"], [("F", ["x"], ["y"])])}, CALL),
    "function-doubling": lambda: functions(doubling(60), [("F0", ["x"], ["y"])]),
    "function-chain": lambda: functions(chain(100), [("F0", ["x"], ["y"])]),
    "function-wide": lambda: functions({**doubling(16), "F16": ([f"i{k}" for k in range(5000)], ["y"], [
        ("Relu", ["i0"], ["y"])])}, [("F0", ["x"], ["y"])]),
    "function-names": lambda: functions({**doubling(12), "F12": (["x"], ["y"], [
        ("Relu", ["x"], ["t" * 100000]), ("Relu", ["t" * 100000], ["y"])])}, [("F0", ["x"], ["y"])]),
    "function-missing": lambda: functions({"F": (["x"], ["y"], [("Relu", ["x"], ["y"])])}, [
        ("F", ["x"], ["t"]), ("Frob", ["t"], ["y"])]),
    "function-inputs": lambda: functions({"F": (["x"], ["y"], RELU)}, [("F", ["x", "x"], ["y"])]),
    "function-results": lambda: functions({"F": (["x"], ["y"], RELU)}, [("F", ["x"], ["y", "z"])]),
    "function-same-inputs": lambda: functions({"F": (["x", "x"], ["y"], RELU)}, CALL),
    "function-no-result": lambda: functions({"F": (["x"], ["z"], RELU)}, CALL),
    "function-undefined": lambda: functions({"F": (["x"], ["y"], [("Add", ["x", "z"], ["y"])])}, CALL),
    "function-outer": lambda: functions({"F": (["a"], ["y"], [("Add", ["a", "x"], ["y"])])}, CALL),
    "function-absent": lambda: functions({"F": (["x", "z"], ["y"], [("Add", ["x", "z"], ["y"])])}, CALL),
    "function-writes-input": lambda: functions({"F": (["x"], ["y"], [("Relu", ["x"], ["x"]), *RELU])}, CALL),
    "function-opset": lambda: functions({"F": (["x"], ["y"], RELU, 99)}, CALL),
    "function-twin": twin_functions,
    "function-attribute": attribute_outside,
}

# These describe as much as is refused, which takes a fuzzer's time.
LARGE = {"function-doubling", "function-wide", "function-names"}
