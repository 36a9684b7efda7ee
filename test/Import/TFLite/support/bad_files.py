"""Files that are wrong in one place each: `quantc import` has to say what is wrong, write
nothing, and neither crash nor hang.

usage: bad_files.py WORKDIR      quantc and flatc are in PATH
"""
import os
import pathlib
import random
import resource
import struct
import subprocess
import sys
import tempfile

import numpy as np

import bad_recurrent
from network import Network, Params
from sparse import DENSE, SPARSE, Sparse


def good():
    """A convolution, an addition of a constant, a reshape."""
    n = Network()
    x = n.tensor("in", (1, 4, 4, 2))
    n.inputs.append(x)
    w = n.constant("weights", np.ones((3, 1, 1, 2), np.float32))
    y = n.tensor("conv", (1, 4, 4, 3))
    n.op("CONV_2D", [x, w, -1], [y], "Conv2D", dict(stride_h=1, stride_w=1))
    z = n.tensor("sum", (1, 4, 4, 3))
    n.op("ADD", [y, n.constant("addend", np.ones(3, np.float32))], [z])
    r = n.tensor("flat", (1, 48))
    n.op("RESHAPE", [z, n.constant("shape", np.array([1, 48], np.int32))], [r])
    n.outputs.append(r)
    return n


# Tensors and operators of good().
IN, WEIGHTS, CONV, ADDEND, SUM, SHAPE, FLAT = 0, 1, 2, 4, 3, 6, 5


def tensor(index, **fields):
    return lambda n: n.tensors[index].update(fields)


def op(index, **fields):
    return lambda n: n.operators[index].update(fields)


def code(index, **fields):
    return lambda n: n.codes[index].update(fields)


def options(index, **fields):
    return lambda n: n.operators[index]["options"].update(fields)


def quantized(index, scale, zero=0, type="INT8", **fields):
    params = dict(scale=scale, zero_point=[zero] * len(scale), **fields)
    return tensor(index, type=type, quantization=params)


def sparse(level=None, segments=None, indices=None, data=None, **fields):
    """The weights stored sparsely, with something wrong in the traversal or in one of its levels."""
    def edit(n):
        metadata, _ = Sparse([DENSE, DENSE, DENSE, SPARSE]).encode(np.ones((3, 1, 1, 2), np.float32))
        part = metadata if level is None else metadata["dim_metadata"][level]
        part.update(fields)
        for name, values in (("array_segments", segments), ("array_indices", indices)):
            if values is not None:
                part[name] = dict(values=values)
        if fields.get("array_indices_type") == "NONE":
            del part["array_indices"]
        n.tensors[WEIGHTS]["sparsity"] = metadata
        if data is not None:
            del n.buffers[n.tensors[WEIGHTS]["buffer"]]["data"][data:]
    return edit


def blocks(sizes, map=None, order=None, **fields):
    """The weights in blocks, with something wrong in the last level."""
    def edit(n):
        metadata, _ = Sparse([DENSE] * 4, blocks=sizes).encode(np.ones((3, 1, 1, 2), np.float32))
        if map:
            metadata["block_map"] = map
        metadata["traversal_order"] = order or metadata["traversal_order"]
        if "size" in fields:
            fields["dense_size"] = fields.pop("size")
        metadata["dim_metadata"][-1].update(fields)
        n.tensors[WEIGHTS]["sparsity"] = metadata
    return edit


def cycle(n):
    n.operators[0]["inputs"][0] = SUM


def pack(n):
    """Any number of operands, one of which is not there."""
    n.op("PACK", [IN, -1], [n.tensor("pack", (2, 1, 4, 4, 2))])


def tile(n):
    n.op("TILE", [IN, n.constant("repeats", np.ones(7, np.int32))], [n.tensor("tiled", [1] * 7)])


def misaligned():
    """A zero point that stands where no int64 may, four bytes off: it is added to a file again, at its end."""
    n = good()
    n.tensors[SUM].update(type="INT8", quantization=dict(scale=[0.5], zero_point=[1000]))
    with tempfile.TemporaryDirectory() as workdir:
        data = bytearray(n.write(pathlib.Path(workdir, "aligned.tflite")).read_bytes())

    def follow(at):
        return at + struct.unpack_from("<I", data, at)[0]

    def field(table, number):
        vtable = table - struct.unpack_from("<i", data, table)[0]
        return table + struct.unpack_from("<H", data, vtable + 4 + 2 * number)[0]

    graph = follow(follow(field(follow(0), 2)) + 4)
    tensor = follow(follow(field(graph, 0)) + 4 + 4 * SUM)
    zero_points = field(follow(field(tensor, 4)), 3)
    data += bytes(-len(data) % 8)
    struct.pack_into("<I", data, zero_points, len(data) - zero_points)
    return bytes(data) + struct.pack("<Iq", 1, 1000)


def unsupported(n):
    """Three kinds of operators, one of them twice."""
    for name, code, version in (("a", "RFFT2D", 2), ("b", "CUMSUM", 1), ("c", "CUMSUM", 1)):
        n.op(code, [IN], [n.tensor(name, (1,))], version=version)
    n.op("CUSTOM", [IN], [n.tensor("d", (1,))])
    n.codes[-1]["custom_code"] = "Mine"
    n.op("ADD", [IN, IN], [n.tensor("e", (1, 4, 4, 2))], version=99)


EDITS = [
    ("version", lambda n: None, dict(version=4), "version 4 of the TFLite format; only version 3"),
    ("no-graph", lambda n: None, dict(subgraphs=[]), "it holds no subgraph"),
    ("tensor-index", op(1, inputs=[99, ADDEND]), {}, "an input of operator 1 is tensor 99, but there are 7"),
    ("negative-index", op(1, inputs=[-2, ADDEND]), {}, "an input of operator 1 is tensor -2"),
    ("missing-input", op(1, inputs=[-1, ADDEND]), {}, "ADD has no input 0"),
    ("output-index", op(1, outputs=[7]), {}, "an output of operator 1 is tensor 7"),
    ("graph-output", lambda n: n.outputs.append(7), {}, "an output of the network is tensor 7"),
    ("no-output", lambda n: n.outputs.clear(), {}, "the network has no output"),
    ("code-index", op(1, opcode_index=3), {}, "operator 1 has code 3, but there are 3"),
    ("code", code(1, code=140000), {}, "1 x operator 140000 version 1"),
    ("buffer-index", tensor(WEIGHTS, buffer=9), {}, "tensor 'weights' has its values in buffer 9, but the file has 4"),
    ("buffer-size", tensor(WEIGHTS, shape=[3, 1, 1, 3]), {}, "tensor 'weights' has 24 bytes of values, but 9 elements of type FLOAT32"),
    ("huge", tensor(WEIGHTS, shape=[2147483647] * 4), {}, "tensor 'weights' would have more than 2 GiB"),
    ("huge-output", tensor(FLAT, shape=[65536, 65536]), {}, "tensor 'flat' would have more than 2 GiB"),
    ("negative", tensor(CONV, shape=[1, 4, -4, 3]), {}, "tensor 'conv' has size -4 in dimension 2"),
    ("rank", tensor(CONV, shape=[1] * 9), {}, "tensor 'conv' has 9 dimensions"),
    ("shape", tensor(CONV, shape=[1, 4, 4, 4]), {}, "CONV_2D makes a tensor of shape [1, 4, 4, 3], but the file says [1, 4, 4, 4] of 'conv'"),
    ("open-size", tensor(IN, shape_signature=[-1, -1, 4, 2]), {}, "dimension 1 of input 'in' is open"),
    ("empty-input", tensor(IN, shape=[1, 0, 4, 2]), {}, "input 'in' is a constant"),
    ("input-type", tensor(IN, type="STRING"), {}, "input 'in' is of type STRING"),
    ("unknown-type", tensor(IN, type=99), {}, "input 'in' is of type type 99"),
    ("constant-type", tensor(ADDEND, type="UINT16", shape=[6]), {}, "constant 'addend' is of type UINT16, which is not read"),
    ("types", tensor(SUM, type="INT32"), {}, "does not become 'sum' of type INT32"),
    ("int4", tensor(WEIGHTS, type="INT4"), {}, "has 24 bytes of values, but 6 elements of type INT4"),
    ("blocks", tensor(WEIGHTS, quantization=dict(details_type="BlockwiseQuantization", details=dict(scales=99, block_size=1))), {},
     "has a scale for every 1 elements, which is read of constants of INT4 and INT8"),
    ("blocks-scales", lambda n: n.tensors[WEIGHTS].update(type="INT4", shape=[48], quantization=dict(
        details_type="BlockwiseQuantization", details=dict(scales=99, block_size=8))), {},
     "has the scales of its blocks in tensor 99, which holds no 6 constants of FLOAT16 or FLOAT32"),
    ("blocks-size", lambda n: n.tensors[WEIGHTS].update(type="INT4", shape=[48], quantization=dict(
        details_type="BlockwiseQuantization", details=dict(scales=WEIGHTS, block_size=7))), {}, "has a scale for every 7 elements"),
    ("sparse", tensor(WEIGHTS, sparsity={}), {}, "tensor 'weights' orders 0 dimensions and describes 0, but has 4"),
    ("sparse-twice", sparse(traversal_order=[0, 0, 2, 3]), {}, "tensor 'weights' has dimension 0 at place 1 of its traversal"),
    ("sparse-order", sparse(traversal_order=[0, -1, 2, 3]), {}, "tensor 'weights' has dimension -1 at place 1"),
    ("sparse-format", sparse(0, format=7), {}, "has a dimension of unknown format 7"),
    ("sparse-size", sparse(0, dense_size=2), {}, "has a dense dimension of size 2 instead of 3"),
    ("sparse-index", sparse(3, indices=[0, 1, 0, 2, 0, 1]), {}, "has index 2 after 0 in a sparse dimension of size 2"),
    ("sparse-negative", sparse(3, indices=[-1, 1, 0, 1, 0, 1]), {}, "has index -1 after -1 in a sparse dimension"),
    ("sparse-descending", sparse(3, indices=[0, 1, 1, 0, 0, 1]), {}, "has index 0 after 1"),
    ("sparse-repeated", sparse(3, indices=[0, 1, 1, 1, 0, 1]), {}, "has index 1 after 1"),
    ("sparse-few-indices", sparse(3, indices=[0, 1, 0, 1, 0]), {}, "has 4 segment borders and 5 indices for the 3 rows"),
    ("sparse-segments", sparse(3, segments=[0, 2, 6]), {}, "has 3 segment borders and 6 indices for the 3 rows"),
    ("sparse-no-segments", sparse(3, segments=[]), {}, "has 0 segment borders and 6 indices for the 3 rows"),
    ("sparse-first", sparse(3, segments=[1, 2, 4, 6]), {}, "has 4 segment borders and 6 indices"),
    ("sparse-down", sparse(3, segments=[0, 5, 2, 6]), {}, "has index 0 after 1"),
    ("sparse-backwards", sparse(3, segments=[0, 2, 1, 6]), {}, "has a segment from 2 to 1"),
    ("sparse-beyond", sparse(3, segments=[0, 2, 99, 6]), {}, "has a segment from 2 to 99"),
    ("sparse-kind", sparse(3, array_indices_type="NONE"), {}, "without segments and indices"),
    ("sparse-values", sparse(data=4 * 5), {}, "stores 20 bytes, but 6 elements of type FLOAT32"),
    ("sparse-type", lambda n: (sparse()(n), n.tensors[WEIGHTS].update(type="STRING")), {}, "sparsely, with elements of type STRING"),
    ("sparse-huge", lambda n: (sparse()(n), n.tensors[WEIGHTS].update(shape=[65536, 1, 1, 1024])), {}, "would have more than 128 MiB"),
    ("sparse-blocks", blocks([(3, 2)], map=[4]), {}, "has blocks along dimension 4"),
    ("sparse-block-twice", blocks([(3, 2), (0, 3)], map=[0, 0]), {}, "has blocks of size 2 along dimension 0, which has 3"),
    ("sparse-block-size", blocks([(3, 2)], size=0), {}, "has blocks of size 0 along dimension 3, which has 2"),
    ("sparse-block-order", blocks([(3, 2)], order=[0, 1, 2, 4, 3]), {}, "has dimension 4 at place 3"),
    ("sparse-block-format", blocks([(3, 2)], format="SPARSE_CSR"), {}, "has sparse blocks"),
    ("sparse-many-blocks", blocks([], map=[0, 1, 2, 3, 0]), {}, "has blocks of more dimensions than its shape"),
    ("state-type", lambda n: n.tensors[SUM].update(is_variable=True, type="UINT16") or n.operators[1]["inputs"].__setitem__(0, SUM), {},
     "the state 'sum' is of type UINT16, which is not supported"),
    ("cycle", cycle, {}, "tensor 'sum' is read before any operator has written it"),
    ("twice", op(1, outputs=[CONV]), {}, "ADD writes 'conv', which is a constant, an input, or was written before"),
    ("write-constant", op(1, outputs=[ADDEND]), {}, "ADD writes 'addend'"),
    ("input-twice", lambda n: n.inputs.append(IN), {}, "input 'in' is a constant, or an input twice"),
    ("missing-operand", pack, {}, "PACK has no input 1"),
    ("tile-rank", tile, {}, "has more than 6 dimensions"),
    ("operands", op(1, inputs=[CONV]), {}, "ADD has 1 inputs"),
    ("results", op(1, outputs=[SUM, FLAT]), {}, "ADD has 2 outputs"),
    ("options", lambda n: [n.operators[0].pop(k) for k in ("options", "options_type")], {}, "CONV_2D has no options"),
    ("stride", options(0, stride_h=0), {}, "stride"),
    ("negative-stride", options(0, stride_w=-1), {}, "stride"),
    ("padding", options(0, padding=7), {}, "CONV_2D has the unknown padding 7"),
    ("activation", options(0, activation="SIGN_BIT"), {}, "CONV_2D has the fused activation 5"),
    ("channels", tensor(WEIGHTS, shape=[2, 1, 1, 3]), {}, "has 2 input channels, but weights for 3"),
    ("weights-rank", tensor(WEIGHTS, shape=[3, 2]), {}, "has an input 1 with 2 dimensions instead of 4"),
    ("run-time-shape", lambda n: (n.tensors[SHAPE].update(buffer=0), n.inputs.append(SHAPE)), {}, "computes its shape ('shape') at run time"),
    ("scale", quantized(SUM, [0.0]), {}, "has the scale 0"),
    ("scale-nan", quantized(SUM, ["nan"]), {}, "which is not a positive number"),
    ("scales", quantized(SUM, [0.5, 0.5]), {}, "tensor 'sum' has 2 scales for 1 elements of dimension 0"),
    ("axis", quantized(SUM, [0.5] * 3, quantized_dimension=4), {}, "one scale for each element of dimension 4, which does not exist"),
    ("zero-point", quantized(SUM, [0.5], 128), {}, "has the zero point 128, which is not a value of type INT8"),
    ("custom-params", quantized(SUM, [0.5], details_type="CustomQuantization", details={}), {}, "quantization parameters of a custom kind"),
    ("unsupported", unsupported, {},
     "operators that quantc does not support: 1 x ADD version 99, 2 x CUMSUM version 1, 1 x CUSTOM 'Mine' version 1, "
     "1 x RFFT2D version 2; replace them"),
    *bad_recurrent.EDITS,
]


def edited(edit, model):
    network = good()
    edit(network)
    json = network.json()
    network.json = lambda: {**json, **model}
    return network


def limit():
    # The stacks of threads count towards the limit, and on a machine with many cores there would be many.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))


def run(path, out):
    """The exit code and the messages."""
    done = subprocess.run(["quantc", "import", path, "-o", out], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=300, preexec_fn=limit)
    return done.returncode, done.stderr.decode(errors="replace")


def main():
    workdir = pathlib.Path(sys.argv[1])
    workdir.mkdir(parents=True, exist_ok=True)
    out = workdir / "out.mlir"
    out.unlink(missing_ok=True)
    wrong = []

    def expect(name, data, message):
        path = workdir / f"{name}.tflite"
        if data is not None:
            path.write_bytes(data)
        code, messages = run(path, out)
        if code != 1 or message not in messages:
            wrong.append(f"{name}: exit code {code}, expected '{message}', got: {messages.strip()}")

    for name, edit, model, message in EDITS:
        edited(edit, model).write(workdir / f"{name}.tflite")
        expect(name, None, message)
    expect("misaligned", misaligned(), "has the zero point 1000")
    data = good().write(workdir / "good.tflite").read_bytes()
    for size in (8, 9, 100, len(data) // 2, len(data) - 1):
        expect(f"truncated-{size}", data[:size], "the file is damaged or not a TFLite network")
    path = workdir / "large.tflite"
    path.write_bytes(data)
    os.truncate(path, 3 << 30)
    expect("large", None, "has 3221225472 bytes; networks of more than 2 GiB are not read")
    path.unlink()
    if out.exists():
        wrong.append("a file was written")

    # Whatever the bytes are, there is an answer.
    rng = random.Random(0)
    for index in range(30):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(8, len(data))] = rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)))
        path = workdir / "damaged.tflite"
        path.write_bytes(damaged)
        code, messages = run(path, out)
        if code not in (0, 1) or (code == 1 and "error:" not in messages):
            wrong.append(f"damaged {index}: exit code {code}: {messages.strip()[:200]}")
            (workdir / f"damaged-{index}.tflite").write_bytes(damaged)
    print("\n".join(wrong + [f"{len(EDITS)} edits, {len(wrong)} wrong answers"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
