"""Files of several subgraphs: composites, branches, loops, variables and signatures.

usage: subgraphs.py WORKDIR      quantc and flatc are in PATH
"""
import pathlib
import subprocess
import sys

import numpy as np

from network import Network, Params

WORKDIR = pathlib.Path(sys.argv[1])


def run(network, name, *options, **inputs):
    """The outputs of one sample, and the messages."""
    path = network.write(WORKDIR / f"{name}.tflite")
    np.savez(WORKDIR / "in.npz", **{key: value[None] for key, value in inputs.items()})
    done = subprocess.run(["quantc", "run", path, WORKDIR / "in.npz", "-o", WORKDIR / "out.npz", *options],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{name}: {done.stderr}")
    return {key: value[0] for key, value in np.load(WORKDIR / "out.npz").items()}, done.stderr


def expect_equal(name, got, want):
    if not np.array_equal(got, want):
        sys.exit(f"{name}: {got} instead of {want}")


def expect(name, condition, what):
    if not condition:
        sys.exit(f"{name}: {what}")


def refuse(network, name, message, *options):
    path = network.write(WORKDIR / f"{name}.tflite")
    done = subprocess.run(["quantc", "import", path, "-o", "-", *options], capture_output=True, text=True)
    expect(name, done.returncode == 1 and done.stderr.count("error:") == 1 and message in done.stderr,
           f"expected '{message}', got: {done.stderr}")


def floats(n, name, *shape, **fields):
    return n.tensor(name, shape, **fields)


def scaled(first, factor, count=3):
    """A subgraph that multiplies by `factor`."""
    n = Network(first)
    x, y = floats(n, f"sx{n.number}", count), floats(n, f"sy{n.number}", count)
    n.op("MUL", [x, n.constant(f"f{n.number}", np.float32(factor))], [y])
    n.inputs, n.outputs = [x], [y]
    return n.number


X = np.array([1, -2, 3], np.float32)


def composite():
    """A composite whose decomposition has another one, and passes a constant on as weights."""
    n = Network()
    x, y = floats(n, "x", 1, 3), floats(n, "y", 1, 2)
    inner, outer = Network(n), Network(n)
    a, w, p = (floats(inner, "a", 1, 3), floats(inner, "w", 2, 3), floats(inner, "p", 1, 2))
    inner.op("FULLY_CONNECTED", [a, w, -1], [p], "FullyConnected")
    inner.inputs, inner.outputs = [a, w], [p]
    b, v, q, r = (floats(outer, "b", 1, 3), floats(outer, "v", 2, 3), floats(outer, "q", 1, 2), floats(outer, "r", 1, 2))
    outer.op("STABLEHLO_COMPOSITE", [b, v], [q], "Composite", dict(name="test.dense", subgraph=inner.number))
    outer.op("NEG", [q], [r])
    outer.inputs, outer.outputs = [b, v], [r]
    weights = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    n.op("STABLEHLO_COMPOSITE", [x, n.constant("weights", weights)], [y], "Composite", dict(name="test.outer", subgraph=outer.number))
    n.inputs, n.outputs = [x], [y]
    got, messages = run(n, "composite", x=X[None])
    expect_equal("composite", got["y"], -X[None] @ weights.T)
    expect("composite", not messages, messages)
    outer.operators[0]["options2"]["subgraph"] = outer.number
    refuse(n, "recursion", "STABLEHLO_COMPOSITE calls subgraph 2 inside of 16 others; no more are followed")
    outer.operators[0]["options2"]["subgraph"] = 7
    refuse(n, "no_subgraph", "STABLEHLO_COMPOSITE calls subgraph 7, but there are 3")


def branches():
    """The size of the batch decides."""
    n = Network()
    x, y = n.tensor("x", (1, 3), shape_signature=[-1, 3]), n.tensor("y", (1, 3), shape_signature=[-1, 3])
    shape, size, more = n.tensor("shape", (2,), np.int32), n.tensor("size", (), np.int32), n.tensor("more", (), bool)
    n.op("SHAPE", [x], [shape])
    n.op("GATHER", [shape, n.constant("zero", np.int32(0))], [size], "Gather")
    n.op("GREATER", [size, n.constant("two", np.int32(2))], [more])
    then, other = scaled(n, 2), scaled(n, 5)
    for g in n.subgraphs[1:]:
        for t in (0, 1):
            g.tensors[t].update(shape=[1, 3], shape_signature=[-1, 3])
    n.op("IF", [more, x], [y], "If", dict(then_subgraph=then, else_subgraph=other))
    n.inputs, n.outputs = [x], [y]
    for batch, factor in ((1, 5), (3, 2)):
        data = np.tile(X, (batch, 1))
        got, _ = run(n, "if", f"--batch={batch}", x=data)
        expect_equal(f"if {batch}", got["y"], data * factor)
    flag = n.tensor("flag", (), bool)
    n.inputs.append(flag)
    n.operators[-1]["inputs"][0] = flag
    refuse(n, "if_input", "IF has a condition that is computed at run time")


def loop():
    """Three rounds of x -> 2x + counter."""
    n = Network()
    x, y, i = floats(n, "x", 3), floats(n, "y", 3), n.tensor("i", (), np.int32)
    condition, body = Network(n), Network(n)
    ci, cx, less = condition.tensor("ci", (), np.int32), floats(condition, "cx", 3), condition.tensor("less", (), bool)
    condition.op("LESS", [ci, condition.constant("limit", np.int32(3))], [less])
    condition.inputs, condition.outputs = [ci, cx], [less]
    bi, bx, ni, twice, real, nx = (body.tensor("bi", (), np.int32), floats(body, "bx", 3), body.tensor("ni", (), np.int32),
                                   floats(body, "twice", 3), floats(body, "real"), floats(body, "nx", 3))
    body.op("ADD", [bi, body.constant("one", np.int32(1))], [ni])
    body.op("CAST", [bi], [real])
    body.op("ADD", [bx, bx], [twice])
    body.op("ADD", [twice, real], [nx])
    body.inputs, body.outputs = [bi, bx], [ni, nx]
    n.op("WHILE", [n.constant("start", np.int32(0)), x], [i, y], "While",
         dict(condition_subgraph=condition.number, body_subgraph=body.number))
    n.inputs, n.outputs = [x], [y, i]
    got, messages = run(n, "while", x=X)
    want = X
    for counter in range(3):
        want = 2 * want + counter
    expect_equal("while", got["y"], want)
    expect_equal("while counter", got["i"], 3)
    expect("while", not messages, messages)
    body.outputs[0] = bi
    refuse(n, "endless", "WHILE goes on for more than 10000 rounds; no more are followed")
    body.outputs, body.operators = [bi, bx], []
    refuse(n, "empty_loop", "WHILE goes on for more than 10000 rounds")


def variable(first, graph, name):
    handle = graph.tensor(f"handle_{name}{len(graph.tensors)}", (), "RESOURCE")
    graph.op("VAR_HANDLE", [], [handle], "VarHandle", dict(container="", shared_name=name))
    return handle


def accumulator(params=None, initial=(4, 5, -6)):
    """y = x + total, and total becomes y. int8 if there are parameters."""
    dtype = np.int8 if params else np.float32
    n, init = Network(), None
    init = Network(n)
    x, total, y = (n.tensor(name, (3,), dtype, params) for name in ("x", "total", "y"))
    n.op("CALL_ONCE", [], [], "CallOnce", dict(subgraph=init.number))
    handle = variable(n, n, "memory")
    n.op("READ_VARIABLE", [handle], [total])
    n.op("ADD", [x, total], [y], "Add")
    n.op("ASSIGN_VARIABLE", [handle, y], [])
    init.op("ASSIGN_VARIABLE", [variable(n, init, "memory"), init.constant("begin", np.array(initial, dtype), params)], [])
    init.operators.reverse()
    init.operators.sort(key=lambda op: bool(op["inputs"]))
    n.inputs, n.outputs = [x], [y]
    n.signature("stream", dict(audio=x), dict(sum=y))
    return n


def header(name, *options):
    subprocess.run(["quantc", "compile", WORKDIR / f"{name}.tflite", "-o", WORKDIR / f"{name}.o", "--name=net", *options], check=True)
    return (WORKDIR / f"{name}.h").read_text()


def variables():
    n, total = accumulator(), np.array([4, 5, -6], np.float32)
    state = {}
    for step in range(3):
        got, _ = run(n, "variable", x=X * (step + 1), **state)
        total = total + X * (step + 1)
        expect_equal(f"variable, step {step}", got["y"], total)
        expect_equal(f"variable, state {step}", got["memory_next"], total)
        state = dict(memory=got["memory_next"])
    got, _ = run(n, "variable", audio=X)
    expect_equal("variable by the signature's name", got["y"], X + [4, 5, -6])
    text = header("variable", "--float")
    for line in ('#define NET_INPUT_0_NAME "x"', '#define NET_INPUT_0_ALIAS "audio"', '#define NET_INPUT_1_NAME "memory"',
                 "#define NET_INPUT_1_STATE_OUTPUT 1", "#define NET_INPUT_1_INITIAL_VALUES {4.00000000f, 5.00000000f, -6.00000000f}",
                 '#define NET_OUTPUT_0_ALIAS "sum"', '#define NET_OUTPUT_1_NAME "memory_next"'):
        expect("header", line in text, f"no line {line} in {text}")
    done = subprocess.run(["cc", "-x", "c", "-fsyntax-only", "-Wall", "-Werror", "-std=c99", "-"], text=True,
                          input=f'#include "{WORKDIR}/variable.h"\nfloat initial[] = NET_INPUT_1_INITIAL_VALUES;\n')
    expect("header", done.returncode == 0, "does not compile")


def quantized_variables():
    """The state keeps its integers and parameters; 8 bits of it go out and in unchanged."""
    params = Params(0.5, -3)
    n = accumulator(params, (-3, -3, -3))
    codes, state = params.quantize(X, np.int8), {}
    total = np.zeros(3, np.float32)
    for step in range(3):
        got, _ = run(n, "int8_variable", x=codes, **state)
        total = total + X
        expect_equal(f"int8 variable, step {step}", got["y"], params.quantize(total, np.int8))
        expect_equal(f"int8 variable, state {step}", got["memory_next"], got["y"])
        state = dict(memory=got["memory_next"])
    text = header("int8_variable", "--strict-integer")
    for line in ("#define NET_INPUT_1_INITIAL_VALUE (-3)", "#define NET_INPUT_1_TYPE int8_t", "#define NET_INPUT_1_ZERO_POINT (-3)"):
        expect("int8 header", line in text, f"no line {line} in {text}")
    subprocess.run(["quantc", "compile", WORKDIR / "int8_variable.tflite", "--emit=shared-lib", "-o", WORKDIR / "int8_variable.so"], check=True)
    np.savez(WORKDIR / "in.npz", x=codes[None])
    subprocess.run(["quantc", "run", WORKDIR / "int8_variable.so", WORKDIR / "in.npz", "-o", WORKDIR / "out.npz"], check=True)
    expect_equal("library", np.load(WORKDIR / "out.npz")["y"][0], params.quantize(X, np.int8))
    n.tensors[1]["quantization"]["scale"] = [0.25]
    refuse(n, "variable_params", "'y' is assigned to 'total', but they have different scales or zero points")


def constant_variable():
    """Nothing assigns it, so it is a constant."""
    n = accumulator()
    n.operators.pop()
    got, _ = run(n, "constant_variable", x=X)
    expect_equal("constant variable", got["y"], X + [4, 5, -6])
    expect("constant variable", list(got) == ["y"], f"outputs {list(got)}")


def variable_tensor():
    n = Network()
    x, memory, y = floats(n, "x", 3), floats(n, "memory", 3, is_variable=True), floats(n, "y", 3)
    n.op("ADD", [x, memory], [y], "Add")
    n.op("ADD", [y, x], [memory], "Add")
    n.inputs, n.outputs = [x], [y]
    got, _ = run(n, "variable_tensor", x=X)
    expect_equal("variable tensor", got["y"], X)
    expect_equal("variable tensor, next", got["memory_next"], 2 * X)
    got, _ = run(n, "variable_tensor", x=X, memory=got["memory_next"])
    expect_equal("variable tensor, second", got["y"], 3 * X)


def signatures():
    n = Network()
    x, y = floats(n, "x:0", 3), floats(n, "y:0", 3)
    n.op("NEG", [x], [y])
    n.inputs, n.outputs = [x], [y]
    other = scaled(n, 3)
    n.signature("negate", dict(data=x), dict(result=y))
    n.signature("triple", dict(values=0), dict(tripled=1), other)
    got, messages = run(n, "signatures", data=X)
    expect_equal("first signature", got["y:0"], -X)
    expect("signatures", "has the signatures 'negate', 'triple'; 'negate' is read, --signature=<name> reads another" in messages, messages)
    got, messages = run(n, "signatures", "--signature=triple", values=X)
    expect_equal("second signature", got["sy1"], 3 * X)
    expect("signatures", not messages, messages)
    refuse(n, "no_signature", "has no signature 'none'; it has 'negate', 'triple'", "--signature=none")
    n.signatures.clear()
    refuse(n, "without", "it has none, and is read without --signature", "--signature=none")
    n.signature("far", {}, {}, 9)
    refuse(n, "far", "signature 'far' is of subgraph 9, but there are 2")


def main():
    WORKDIR.mkdir(parents=True, exist_ok=True)
    for test in (composite, branches, loop, variables, quantized_variables, constant_variable, variable_tensor, signatures):
        test()


if __name__ == "__main__":
    main()
