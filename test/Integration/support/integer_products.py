"""Integer products of ONNX, exact on every CPU.

ONNX Runtime multiplies uint8 by int8 with an instruction whose sums of pairs saturate at 16 bits
if the CPU has AVX2 and no VNNI: 64 products of 255 and 127 give 1,048,544 instead of 2,072,640.
Here such products are sums of int64 in numpy, and ONNX Runtime computes only what stands between
them. `probe` finds out what ONNX Runtime does on this CPU.
"""
import numpy as np
import onnx
from onnx import helper, numpy_helper

import onnxruntime


def matmul(a, b, a_zero, b_zero):
    """`a_zero` is one number or one per row, `b_zero` one number or one per column."""
    a_zero = np.asarray(a_zero).astype("i8")
    a_zero = a_zero[..., None] if a_zero.ndim == 1 and a_zero.size > 1 else a_zero
    return np.matmul(a.astype("i8") - a_zero, b.astype("i8") - np.asarray(b_zero).astype("i8"))


def pads_of(sizes, window, strides, attributes):
    """Elements in front of and behind each dimension."""
    mode = attributes.get("auto_pad", b"NOTSET").decode()
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        pads = attributes.get("pads", [0] * 2 * len(sizes)) if mode == "NOTSET" else [0] * 2 * len(sizes)
        return list(zip(pads[:len(sizes)], pads[len(sizes):]))
    both = [max(0, (-(-size // stride) - 1) * stride + reach - size)
            for size, stride, reach in zip(sizes, strides, window)]
    return [(total // 2, total - total // 2) if mode == "SAME_UPPER" else (total - total // 2, total // 2) for total in both]


def conv(x, w, x_zero, w_zero, attributes):
    """Sums of a convolution (N, C, spatial); padding is the zero point."""
    axes, groups = x.ndim - 2, attributes.get("group", 1)
    strides = attributes.get("strides", [1] * axes)
    dilations = attributes.get("dilations", [1] * axes)
    w_zero = np.asarray(w_zero).astype("i8")
    x = x.astype("i8") - np.asarray(x_zero).astype("i8")
    w = w.astype("i8") - w_zero.reshape([-1] + [1] * (axes + 1))
    reach = [(size - 1) * step + 1 for size, step in zip(w.shape[2:], dilations)]
    x = np.pad(x, [(0, 0), (0, 0), *pads_of(x.shape[2:], reach, strides, attributes)])
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, axis=tuple(range(2, x.ndim)))
    steps = (*strides, *dilations)
    windows = windows[(slice(None), slice(None), *(slice(None, None, step) for step in steps))]
    result = []
    for part, weights in zip(np.split(windows, groups, 1), np.split(w, groups, 0)):
        taps = list(range(2 + axes, 2 + 2 * axes))
        sums = np.tensordot(part, weights, ([1, *taps], list(range(1, 2 + axes))))
        result.append(np.moveaxis(sums, -1, 1))
    return np.concatenate(result, 1)


def requantize(sums, factor, zero_point):
    """`factor` is one number or one per channel, broadcast already."""
    limits = np.iinfo(zero_point.dtype)
    return np.clip(np.rint(sums * factor) + zero_point.astype("f8"), limits.min, limits.max).astype(zero_point.dtype)


def matmul_integer(attributes, a, b, a_zero=0, b_zero=0):
    return matmul(a, b, a_zero, b_zero).astype("i4")


def conv_integer(attributes, x, w, x_zero=0, w_zero=0):
    return conv(x, w, x_zero, w_zero, attributes).astype("i4")


def qlinear_matmul(attributes, a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero):
    a_scale = a_scale[..., None] if a_scale.ndim == 1 and a_scale.size > 1 else a_scale
    return requantize(matmul(a, b, a_zero, b_zero), a_scale.astype("f8") * b_scale / y_scale, y_zero)


def qlinear_conv(attributes, x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias=None):
    channels = [1, -1] + [1] * (x.ndim - 2)
    sums = conv(x, w, x_zero, w_zero, attributes)
    sums = sums if bias is None else sums + bias.astype("i8").reshape(channels)
    return requantize(sums, (x_scale.astype("f8") * w_scale / y_scale).reshape(channels), y_zero)


PRODUCTS = {"MatMulInteger": matmul_integer, "ConvInteger": conv_integer, "QLinearMatMul": qlinear_matmul,
            "QLinearConv": qlinear_conv}


def has_products(nodes):
    return any(node.op_type in PRODUCTS for node in nodes)


def describe(name, value):
    return helper.make_tensor_value_info(name, onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[value.dtype], value.shape)


def part(model, outputs, values):
    """What computes `outputs`; tensors of `values` are inputs."""
    makers = {name: node for node in model.graph.node for name in node.output}
    needed, pending = set(), list(outputs)
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending += makers[name].input if name in makers and name not in values else []
    result = onnx.ModelProto()
    result.CopyFrom(model)
    for field in ("node", "input", "output", "initializer"):
        result.graph.ClearField(field)
    result.graph.node.extend(node for node in model.graph.node
                             if any(name in needed and name not in values for name in node.output))
    result.graph.input.extend(describe(name, value) for name, value in values.items() if name in needed)
    result.graph.output.extend(onnx.ValueInfoProto(name=name) for name in outputs)
    result.graph.initializer.extend(tensor for tensor in model.graph.initializer if tensor.name in needed)
    return result


def evaluate(model, names, values, workdir):
    """Tensors by name: ONNX Runtime computes them from `values` and from constants."""
    known = {tensor.name: tensor for tensor in model.graph.initializer if tensor.name in names}
    found = {name: numpy_helper.to_array(tensor) for name, tensor in known.items()}
    found.update((name, values[name]) for name in names if name in values)
    rest = [name for name in names if name not in found]
    if rest:
        cut = part(model, rest, values)
        path = workdir / "part.onnx"
        path.write_bytes(cut.SerializeToString())
        found.update(onnxruntime.run(path, {i.name: values[i.name] for i in cut.graph.input}, workdir))
    return found


def run(model, feeds, workdir):
    """The outputs by name, with exact products."""
    if any(has_products(function.node) for function in model.functions):
        raise RuntimeError("integer products inside of functions are not computed here")
    values, pending = dict(feeds), [node for node in model.graph.node if node.op_type in PRODUCTS]
    makers = {name: node for node in model.graph.node for name in node.output}

    def waits(name, seen):
        """Whether a product that is not computed yet stands in front of a tensor."""
        if name in values or name not in makers or name in seen:
            return False
        seen.add(name)
        return makers[name].op_type in PRODUCTS or any(waits(each, seen) for each in makers[name].input)

    while pending:
        ready = [node for node in pending if not any(waits(name, set()) for name in node.input)]
        pending = [node for node in pending if node not in ready]
        operands = evaluate(model, sorted({name for node in ready for name in node.input if name}), values, workdir)
        for node in ready:
            attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
            arguments = [operands[name] if name else 0 for name in node.input]
            values[node.output[0]] = PRODUCTS[node.op_type](attributes, *arguments)
    return evaluate(model, [output.name for output in model.graph.output], values, workdir)


def probe(workdir):
    """Whether ONNX Runtime multiplies integers exactly on this CPU, and a sentence about it."""
    nodes, feeds, constants = [], {}, []
    products = (("MatMulInteger", (3, 64), (64, 4), {}), ("ConvInteger", (1, 64, 3, 3), (4, 64, 3, 3), {}),
                ("ConvInteger", (1, 4, 5, 5), (4, 1, 3, 3), {"group": 4}))
    for op, shape, weights, attributes in products:
        for kind, activation in (("u1", 255), ("i1", 127), ("i1", -128)):
            for weight in (127, -127):
                name = str(len(nodes))
                feeds[f"x{name}"] = np.full(shape, activation, kind)
                constants.append(numpy_helper.from_array(np.full(weights, weight, "i1"), f"w{name}"))
                nodes.append(helper.make_node(op, [f"x{name}", f"w{name}"], [f"y{name}"], **attributes))
    inputs = [describe(name, value) for name, value in feeds.items()]
    outputs = [onnx.ValueInfoProto(name=node.output[0]) for node in nodes]
    model = helper.make_model(helper.make_graph(nodes, "probe", inputs, outputs, constants), ir_version=8,
                              opset_imports=[helper.make_opsetid("", 13)])
    workdir.mkdir(parents=True, exist_ok=True)
    path = workdir / "probe.onnx"
    path.write_bytes(model.SerializeToString())
    found = onnxruntime.run(path, feeds, workdir)
    for name, expected in run(model, feeds, workdir).items():
        if not np.array_equal(expected, found[name]):
            wrong = np.argwhere(expected != found[name])[0]
            return False, (f"ONNX Runtime multiplies integers wrongly on this CPU ({found[name][tuple(wrong)]} instead of "
                           f"{expected[tuple(wrong)]}): they are computed in numpy")
    return True, "ONNX Runtime multiplies integers exactly on this CPU: it is compared, too"
