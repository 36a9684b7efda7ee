"""Products of an input with constant weights, and what each scheme makes of them in numpy.

CASES hold (name, reason, shape, positive, method, arguments, options): how run_schemes.py builds the product
with the methods of tosa.Network. A Recorder knows the weights that it has written, so `expect` can compute a product
by the rules N61 to N63 of docs/Numerics.md, or in double precision with the weights that a scheme stores.
"""
import dataclasses
import itertools

import numpy as np

from tosa import Network

F = np.float32
LARGEST, SMALLEST = F(2.0**126), F(2.0**-100)


@dataclasses.dataclass
class Case:
    name: str
    reason: str
    shape: tuple
    method: str
    arguments: tuple = ()
    options: dict = dataclasses.field(default_factory=dict)
    positive: bool = False  # behind a clamp, so that no value is negative


POINT = dict(kernel=(1, 1), pad=(0, 0, 0, 0))
CASES = [
    Case("conv_one", "one pixel, one channel", (1, 1, 1, 1), "conv2d", (1,), POINT),
    Case("conv_image", "padding, three channels to seventeen, two images", (2, 6, 6, 3), "conv2d", (17,)),
    Case("conv_positive", "a zero point that is known", (2, 6, 6, 3), "conv2d", (17,), {}, True),
    Case("conv_uneven", "stride two, padding on one side", (1, 8, 8, 4), "conv2d", (8,), dict(stride=(2, 2), pad=(0, 1, 0, 1))),
    Case("conv_dilated", "dilation", (1, 9, 9, 4), "conv2d", (3,), dict(pad=(2, 2, 2, 2), dilation=(2, 2))),
    Case("conv_tiles", "more pixels and channels than a tile", (1, 4, 8, 32), "conv2d", (33,), POINT),
    Case("conv_long", "the order of a long sum does not matter", (1, 3, 3, 64), "conv2d", (3,)),
    Case("depthwise", "seventeen channels", (2, 5, 5, 17), "depthwise"),
    Case("depthwise_positive", "a zero point that is known", (1, 9, 9, 8), "depthwise", (), dict(stride=(2, 2)), True),
    Case("depthwise_multiplier", "three results per channel, which share a scale", (1, 5, 5, 3), "depthwise", (3,)),
    Case("depthwise_one", "one channel, a scale for each of its results", (1, 5, 5, 1), "depthwise", (5,)),
    Case("volume", "padding in three directions", (1, 4, 5, 6, 3), "conv3d", (5,)),
    Case("volume_positive", "strides, and a zero point that is known", (2, 5, 5, 5, 2), "conv3d", (3,), dict(stride=(2, 2, 1)), True),
    Case("transposed", "overlapping results; where the zero point counts depends on the position", (2, 4, 5, 3), "transpose_conv2d", (4,)),
    Case("transposed_positive", "a zero point that is known", (1, 4, 4, 8), "transpose_conv2d", (5,), dict(out_pad=(0, 1, 0, 1)), True),
    Case("connected", "a fully connected layer as importers write it", (3, 1, 1, 64), "conv2d", (10,), POINT),
    Case("matmul", "rows of a matrix", (1, 5, 33), "matmul", (17,)),
    Case("matmul_positive", "a zero point that is known", (1, 3, 17), "matmul", (3,), {}, True),
    Case("matmul_batch", "one scale for the weights of a batch", (2, 3, 8), "matmul", (5,)),
]


class Recorder(Network):
    """A network that remembers the values of its constants, the attributes and the operands of its operations."""

    def const(self, values, element="f32"):
        result = super().const(values, element)
        result.values = np.asarray(values, F if element == "f32" else None)
        return result

    def op(self, mnemonic, operands, shape, attributes="", element="f32"):
        result = super().op(mnemonic, operands, shape, attributes, element)
        result.operands = operands
        return result


@dataclasses.dataclass
class Product:
    """A case in a network: its constants, and the loops between input, weight and result."""

    case: Case
    weight: np.ndarray
    bias: np.ndarray
    shape: tuple

    @property
    def scale_axis(self):
        """Of the weight's scales; None if it has one."""
        sizes = self.weight.shape
        return {"depthwise": 3 if sizes[-2] == 1 else 2, "matmul": 2 if sizes[0] == 1 else None}.get(self.case.method, 0)

    @property
    def block_axis(self):
        """The input channels of the weight; None if blocks of them are not supported."""
        return {"depthwise": None, "matmul": 1}.get(self.case.method, self.weight.ndim - 1)

    def spread(self, scales):
        """Scales of the weight, of any shape that broadcasts to it, as scales of the result's channels."""
        scales = np.broadcast_to(scales, [1 if size == 1 else n for size, n in zip(np.shape(scales), self.weight.shape)])
        if self.case.method == "depthwise":
            return np.broadcast_to(scales, (1, 1, *self.weight.shape[2:])).ravel()
        return np.broadcast_to(scales.ravel(), (self.shape[-1],))

    def multiply(self, x, w):
        """The sums of products, in the type of the operands. Around the image are zeros."""
        if self.case.method == "matmul":
            return x @ w
        if self.case.method == "transpose_conv2d":
            return self.scatter(x, w)
        options = self.case.options
        axes = x.ndim - 2
        pad = options.get("pad", (1,) * 2 * axes)
        stride, dilation = options.get("stride", (1,) * axes), options.get("dilation", (1,) * axes)
        x = np.pad(x, [(0, 0), *zip(pad[::2], pad[1::2]), (0, 0)])
        depthwise = self.case.method == "depthwise"
        kernel = w.shape[:2] if depthwise else w.shape[1:-1]
        result = np.zeros(self.shape, np.result_type(x, w))
        for tap in itertools.product(*map(range, kernel)):
            window = x[(slice(None), *(slice(t * d, t * d + (n - 1) * s + 1, s)
                                       for t, d, s, n in zip(tap, dilation, stride, self.shape[1:-1])))]
            if depthwise:
                result += (window[..., None] * w[tap]).reshape(self.shape)
            else:
                result += window @ w[(slice(None), *tap)].T
        return result

    def scatter(self, x, w):
        top, _, left, _ = self.case.options.get("out_pad", (0, 0, 0, 0))
        result = np.zeros(self.shape, np.result_type(x, w))
        for i, j in itertools.product(range(x.shape[1]), range(x.shape[2])):
            for k, l in itertools.product(range(w.shape[1]), range(w.shape[2])):
                result[:, 2 * i + k + top, 2 * j + l + left] += x[:, i, j] @ w[:, k, l].T
        return result


def build(network, case):
    """Declares input and result of `case`; returns the Product."""
    x = network.input(*case.shape)
    product = getattr(network, case.method)(network.relu(x) if case.positive else x, *case.arguments, **case.options)
    network.output(product)
    bias = None if case.method == "matmul" else product.operands[2].values
    return Product(case, product.operands[1].values, bias, product.shape)


def round_weights(weight, steps, axes):
    """(integers, scales) with `steps` to each side; a scale for all elements that differ in `axes` only: N3, N7."""
    largest = np.max(np.abs(weight.astype(np.float64)), axis=axes, keepdims=True)
    quotient = np.asarray(weight / np.where(largest > 0, largest / steps, 1), F).astype(np.float64)
    return np.trunc(quotient + np.copysign(0.5, quotient)).astype(np.int64), np.where(largest > 0, largest / steps, 1).astype(F)


def other_axes(weight, axis):
    return tuple(i for i in range(weight.ndim) if i != axis)


def quantize_at_run_time(x, axes, symmetric):
    """(integers without zero point, scale) of float32 `x`; NaN in `scale` stands for results of NaN: N61, N62."""
    with np.errstate(all="ignore"):
        limit = lambda values: np.where(np.isnan(values), F(np.nan), np.clip(values, -LARGEST, LARGEST)).astype(F)
        low = F(0)
        if symmetric:
            extent = limit(np.max(np.abs(x), axis=axes, keepdims=True))
        else:
            low = np.minimum(limit(np.min(x, axis=axes, keepdims=True)), F(0))
            extent = np.maximum(limit(np.max(x, axis=axes, keepdims=True)), F(0)) - low
        extent, steps = np.maximum(extent, SMALLEST), F(127 if symmetric else 255)
        scale, inverse = extent * (F(1) / steps), (F(1) / extent) * steps
        zero = 0 * extent if symmetric else np.rint(F(-128) - low * inverse)
        first, last = (-127, 127) if symmetric else (-128, 127)
        codes = np.clip(np.rint(x * inverse).astype(np.float64) + zero, first, last) - zero
    assert scale.dtype == inverse.dtype == F
    return np.nan_to_num(codes).astype(np.int64), scale


def dynamic(product, x, row, symmetric, per_tensor):
    """The result of `product` by N61 to N63, every operation rounded to float32."""
    if product.case.positive:
        x = np.maximum(x, F(0))
    axes = tuple(range(x.ndim))
    if row:
        axes = (2,) if product.case.method == "matmul" else axes[1:]
    codes, scale = quantize_at_run_time(x, axes, symmetric)
    axis = None if per_tensor else product.scale_axis
    weight, weight_scales = round_weights(product.weight, 127, other_axes(product.weight, axis))
    with np.errstate(all="ignore"):
        result = product.multiply(codes, weight).astype(F) * (scale * product.spread(weight_scales))
        return result if product.bias is None else result + product.bias


def weight_only(product, x, steps, block, per_tensor):
    """The result in double precision with the weights that a weight-only scheme stores; `steps` of None: float16."""
    weight, axis = product.weight, product.block_axis
    if steps is None:
        stored = weight.astype(np.float16)
    elif block and axis is not None and weight.shape[axis] % block == 0:
        split = weight.reshape(*weight.shape[:axis], -1, block, *weight.shape[axis + 1:])
        codes, scales = round_weights(split, steps, axis + 1)
        stored = (codes * scales).reshape(weight.shape)
    else:
        codes, scales = round_weights(weight, steps, other_axes(weight, None if per_tensor else product.scale_axis))
        stored = codes * scales
    with np.errstate(all="ignore"):
        result = product.multiply((np.maximum(x, F(0)) if product.case.positive else x).astype(np.float64), stored.astype(np.float64))
        return result if product.bias is None else result + product.bias
