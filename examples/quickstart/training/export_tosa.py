# Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a trained GlyphNet as textual float TOSA 1.0.

Batch norms stay what they are when a training framework exports them: a
per-channel multiply and add behind the convolution. Every value carries a
`loc("layer/part")`, from which the compiler takes the tensor's name.
"""

import numpy as np

from .glyphs import SIZE
from .model import FEATURES, LAYERS, POOL

# The largest float: TOSA spells ReLU as a clamp to [0, max].
MAX = "0x7F7FFFFF"


class TosaWriter:
    """Collects operations; SSA values are numbered in order."""

    def __init__(self):
        self.lines = []
        self.count = 0

    def op(self, name, operands, shape, location, attributes="", element="f32"):
        """Appends one operation; `operands` and the result are (value, type)
        pairs."""
        result = (f"%{self.count}", tensor_type(shape, element))
        self.count += 1
        values = ", ".join(value for value, _ in operands)
        types = ", ".join(type_ for _, type_ in operands)
        properties = f" <{{{attributes}}}>" if attributes else ""
        self.lines.append(
            f'    {result[0]} = "tosa.{name}"({values}){properties} : '
            f'({types}) -> {result[1]} loc("{location}")'
        )
        return result

    def const(self, array, location):
        element = {"float32": "f32", "int8": "i8"}[array.dtype.name]
        data = np.ascontiguousarray(array).tobytes().hex().upper()
        if array.size == 1:
            data = ", ".join(str(value) for value in array.ravel().tolist())
        else:
            data = f'"0x{data}"'
        type_ = tensor_type(array.shape, element)
        return self.op(
            "const", [], array.shape, location,
            f"values = dense<{data}> : {type_}", element,
        )


def tensor_type(shape, element="f32"):
    return f"tensor<{''.join(f'{dim}x' for dim in shape)}{element}>"


def weights_of(layer, conv):
    """TOSA's weight layouts: [OC, KH, KW, IC], depthwise [KH, KW, C, 1]."""
    weight = conv.weight.detach().numpy()
    return weight.transpose((2, 3, 0, 1) if layer.depthwise else (0, 2, 3, 1))


def scale_and_shift(norm):
    """The multiply and add which a batch norm is in inference."""
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    shift = norm.bias - norm.running_mean * scale
    return (scale.detach().numpy(), shift.detach().numpy())


def padding(layer, size):
    """[top, bottom, left, right]: PyTorch's symmetric padding without the rows
    and columns that a stride never reaches, which TOSA does not allow."""
    before = layer.kernel // 2
    unused = (size + 2 * before - layer.kernel) % layer.stride
    return (before, before - unused) * 2


def export(net, classes):
    """Returns the module's text: one function `glyphs`, [1, 24, 24, 1] image to
    [1, classes] probabilities."""
    writer = TosaWriter()
    shift = writer.const(np.zeros(1, np.int8), "mul_shift")
    zero = writer.const(np.zeros(1, np.float32), "zero_point")
    image = ("%image", tensor_type((1, SIZE, SIZE, 1)))
    values, size = [image], SIZE
    for layer, conv, norm in zip(LAYERS, net.convs, net.norms):
        pad = padding(layer, size)
        size = (size - 1) // layer.stride + 1
        y = _convolution(writer, layer, conv, values[-1], zero, pad, size)
        y = _batch_norm(writer, layer, norm, y, shift, size)
        shape = (1, size, size, layer.outputs)
        if layer.residual:
            other = values[-layer.residual]
            y = writer.op("add", [y, other], shape, f"{layer.name}/residual")
        values.append(_activation(writer, layer, y, shape))
    logits = _classifier(writer, net.fc, values[-1], zero, classes)
    result = _softmax(writer, logits, shift, classes)
    body = "\n".join(writer.lines)
    return (
        "module {\n"
        f'  func.func @glyphs({image[0]}: {image[1]} loc("image")) -> '
        f"{result[1]} {{\n{body}\n"
        f'    return {result[0]} : {result[1]} loc("glyphs")\n'
        '  } loc("glyphs")\n'
        '} loc("glyphs")\n'
    )


def _convolution(writer, layer, conv, x, zero, pad, size):
    name = layer.name
    weights = writer.const(weights_of(layer, conv), f"{name}/weights")
    bias = writer.const(
        np.zeros(layer.outputs, np.float32), f"{name}/bias")
    attributes = (
        "acc_type = f32, dilation = array<i64: 1, 1>, "
        f"pad = array<i64: {', '.join(map(str, pad))}>, "
        f"stride = array<i64: {layer.stride}, {layer.stride}>"
    )
    return writer.op(
        "depthwise_conv2d" if layer.depthwise else "conv2d",
        [x, weights, bias, zero, zero],
        (1, size, size, layer.outputs), f"{name}/conv", attributes,
    )


def _batch_norm(writer, layer, norm, x, shift, size):
    shape = (1, size, size, layer.outputs)
    scale, offset = (
        writer.const(part.reshape(1, 1, 1, -1), f"{layer.name}/norm/{kind}")
        for part, kind in zip(scale_and_shift(norm), ("scale", "offset"))
    )
    y = writer.op("mul", [x, scale, shift], shape, f"{layer.name}/norm/mul")
    return writer.op("add", [y, offset], shape, f"{layer.name}/norm")


def _activation(writer, layer, x, shape):
    upper = {"relu": MAX, "relu6": "6.0"}.get(layer.activation)
    if upper is None:
        return x
    return writer.op(
        "clamp", [x], shape, f"{layer.name}/{layer.activation}",
        f"min_val = 0.0 : f32, max_val = {upper} : f32",
    )


def _reshape(writer, x, shape, location):
    dims = f"dense<[{', '.join(map(str, shape))}]> : tensor<{len(shape)}xindex>"
    target = (f"%{writer.count}", f"!tosa.shape<{len(shape)}>")
    writer.count += 1
    writer.lines.append(
        f'    {target[0]} = "tosa.const_shape"() <{{values = {dims}}}> : '
        f'() -> {target[1]} loc("{location}/shape")'
    )
    return writer.op("reshape", [x, target], shape, location)


def _classifier(writer, fc, x, zero, classes):
    """Average pooling and the fully connected layer, as a matmul."""
    x = writer.op(
        "avg_pool2d", [x, zero, zero], (1, 1, 1, FEATURES), "pool",
        f"kernel = array<i64: {POOL}, {POOL}>, stride = array<i64: 1, 1>, "
        "pad = array<i64: 0, 0, 0, 0>, acc_type = f32",
    )
    x = _reshape(writer, x, (1, 1, FEATURES), "pool/flat")
    weights = writer.const(fc.weight.detach().numpy().T[None], "fc/weights")
    bias = writer.const(fc.bias.detach().numpy()[None, None], "fc/bias")
    shape = (1, 1, classes)
    x = writer.op("matmul", [x, weights, zero, zero], shape, "fc/matmul")
    x = writer.op("add", [x, bias], shape, "fc")
    return _reshape(writer, x, (1, classes), "logits")


def _softmax(writer, x, shift, classes):
    """exp(x - max) / sum, step by step: TOSA has no softmax."""
    full, reduced, axis = (1, classes), (1, 1), "axis = 1 : i32"
    peak = writer.op("reduce_max", [x], reduced, "softmax/max", axis)
    centred = writer.op("sub", [x, peak], full, "softmax/sub")
    powers = writer.op("exp", [centred], full, "softmax/exp")
    total = writer.op("reduce_sum", [powers], reduced, "softmax/sum", axis)
    inverse = writer.op("reciprocal", [total], reduced, "softmax/reciprocal")
    return writer.op("mul", [powers, inverse, shift], full, "probabilities")
