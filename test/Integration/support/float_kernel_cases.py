"""Products of floats, and products scaled to floats, that the kernels treat differently: groups of cases, each a name
and a function that adds operations to a module.

Inputs are small whole numbers, and so are weights, or multiples of a power of two: sums are exact in any order. What is
rounded (the product of a weight and its scale, what follows a sum) is rounded once in every order.
"""
import numpy as np

from run_kernels import Module, ints, tensor

BITS = {"i8": 8, "i4": 4}
SAME = (1, 1, 1, 1)


class FloatModule(Module):
    """Constants of every type, and operations of f32."""

    def dense(self, array, element):
        """A constant: its bytes in hexadecimal, or numbers where those of numpy have none of this size."""
        name, type = self.name(), tensor(array.shape, element)
        values = array.astype(np.int64).tolist() if element == "i4" else f'"0x{array.tobytes().hex()}"'
        self.body.append(f'{name} = "tosa.const"() {{values = dense<{values}> : {type}}} : () -> {type}')
        return name, type

    def floats(self, array):
        return self.dense(np.asarray(array, np.float32), "f32")

    def result(self, op, operands, attributes, shape, element="f32"):
        return self.op(f"tosa.{op}", operands, attributes, tensor(shape, element))

    def multiply(self, value, factor, shape):
        return self.result("mul", [value, factor, self.constant([0])], "", shape)

    def reshape(self, value, shape):
        name = self.name()
        self.body.append(f"{name} = tosa.const_shape {{values = dense<{[*map(int, shape)]}> : tensor<{len(shape)}xindex>}} : () -> !tosa.shape<{len(shape)}>")
        return self.result("reshape", [value, (name, f"!tosa.shape<{len(shape)}>")], "", shape)


def half_floats(m, shape):
    """Multiples of 1/16."""
    return (m.random.integers(-64, 65, shape) / 16).astype(np.float16)


def tiny_half_floats(m, shape):
    return (m.random.integers(-1023, 1024, shape) * 2.0**-24).astype(np.float16)


def infinite_half_floats(m, shape):
    values = half_floats(m, shape)
    values[0], values[-1] = np.inf, np.nan
    return values


def narrow(m, shape, element, blocks=None, axis=0, values=None):
    """Weights of `element`, widened. `blocks`: the size of blocks along the reduction that have a scale each, which
    follows the output channel, dimension `axis`; 0: one a channel."""
    count = int(np.prod(shape))
    if element == "f16":
        stored = (values or half_floats)(m, shape)
        return m.result("cast", [m.dense(stored, "f16")], "", shape)
    limit = (1 << BITS[element] - 1) - 1
    if blocks is None:
        stored = m.random.integers(-limit - 1, limit + 1, shape).astype(np.int8)
        return m.result("cast", [m.dense(stored, element)], "", shape)
    if axis == 0:
        blocked = [shape[0], count // shape[0] // blocks, blocks] if blocks else [shape[0], 1, count // shape[0]]
        scaled = [*blocked[:2], 1]
    else:  # the right side of a matrix product
        blocked = [shape[1] // blocks, blocks, shape[2]] if blocks else [1, *shape[1:]]
        scaled = [blocked[0], 1, blocked[2]]
    stored = m.random.integers(-limit - 1, limit + 1, blocked).astype(np.int8)
    scales = m.random.integers(1, 64, scaled) / 64
    if values == "rounded":
        # One weight a channel that is not zero: its product with any scale is rounded.
        alone = np.zeros(blocked, np.int8)
        for channel in range(shape[0]):
            position = m.random.integers(0, count // shape[0])
            alone.reshape(shape[0], -1)[channel, position] = -limit
        stored, scales = alone, m.random.uniform(0.01, 1, scaled)
    if values == "tiny":
        scales = scales * 2.0**-115
    wide = m.result("cast", [m.dense(stored, element)], "", blocked)
    return m.reshape(m.multiply(wide, m.floats(scales), blocked), shape)


def zero(m):
    return m.floats([0])


def conv(shape, channels, kernel, pad=(0, 0, 0, 0), stride=(1, 1), dilation=(1, 1), depthwise=False, clamp=None, bias=100, **weights):
    def build(m):
        reach = [(kernel[i] - 1) * dilation[i] for i in (0, 1)]
        out = [shape[0], *((shape[1 + i] - 1 + pad[2 * i] + pad[2 * i + 1] - reach[i]) // stride[i] + 1 for i in (0, 1)), channels]
        dims = [*kernel, shape[3], channels // shape[3]] if depthwise else [channels, *kernel, shape[3]]
        start = m.floats(m.random.integers(-bias, bias + 1, [channels]))
        operands = [m.argument(shape, "f32"), narrow(m, dims, **weights), start, zero(m), zero(m)]
        attributes = f"acc_type = f32, pad = {ints(pad)}, stride = {ints(stride)}, dilation = {ints(dilation)}"
        sums = m.result("depthwise_conv2d" if depthwise else "conv2d", operands, attributes, out)
        m.finish(sums, out, epilogue=False, clamp=clamp)
    return build


def depthwise(shape, channels, kernel, **options):
    return conv(shape, channels, kernel, depthwise=True, **options)


def scaled_depthwise(shape, kernel, element):
    """One scale a channel, as the last dimension but one."""
    def build(m):
        dims = [*kernel, shape[3], 1]
        limit = (1 << BITS[element] - 1) - 1
        stored = m.random.integers(-limit, limit + 1, dims).astype(np.int8)
        wide = m.result("cast", [m.dense(stored, element)], "", dims)
        weights = m.multiply(wide, m.floats(m.random.integers(1, 64, [1, 1, shape[3], 1]) / 64), dims)
        out = [shape[0], shape[1] - kernel[0] + 1, shape[2] - kernel[1] + 1, shape[3]]
        operands = [m.argument(shape, "f32"), weights, m.floats(np.zeros(shape[3])), zero(m), zero(m)]
        m.results.append(m.result("depthwise_conv2d", operands, "acc_type = f32, pad = array<i64: 0, 0, 0, 0>, "
                                  "stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>", out))
    return build


def product(rows, depth, columns, **weights):
    def build(m):
        a, b = m.argument([1, rows, depth], "f32"), narrow(m, [1, depth, columns], axis=2, **weights)
        m.results.append(m.result("matmul", [a, b, zero(m), zero(m)], "", [1, rows, columns]))
    return build


def volume(shape, channels, kernel, **weights):
    def build(m):
        out = [shape[0], *(shape[1 + i] - kernel[i] + 1 for i in range(3)), channels]
        operands = [m.argument(shape, "f32"), narrow(m, [channels, *kernel, shape[4]], **weights),
                    m.floats(np.zeros(channels)), zero(m), zero(m)]
        m.results.append(m.result("conv3d", operands, "acc_type = f32, pad = array<i64: 0, 0, 0, 0, 0, 0>, "
                                  "stride = array<i64: 1, 1, 1>, dilation = array<i64: 1, 1, 1>", out))
    return build


def transposed(shape, channels, kernel, stride, **weights):
    def build(m):
        out = [shape[0], *((shape[1 + i] - 1) * stride[i] + kernel[i] for i in (0, 1)), channels]
        operands = [m.argument(shape, "f32"), narrow(m, [channels, *kernel, shape[3]], **weights),
                    m.floats(m.random.integers(-100, 100, [channels])), zero(m), zero(m)]
        m.results.append(m.result("transpose_conv2d", operands, "acc_type = f32, out_pad = array<i64: 0, 0, 0, 0>, "
                                  f"stride = {ints(stride)}", out))
    return build


def scale(m, sums, out, factor="computed", per_channel=True, addend=True, clamp=None, factor_first=False):
    """sums * factor + addend, clamped; the factor is a constant, or computed when the network runs: one a channel, or
    one for all, or (`per_channel` is None) one a row."""
    ones = [1] * (len(out) - 1)
    shape = [*ones, out[-1] if per_channel else 1] if per_channel is not None else [*out[:-1], 1]
    numbers = m.floats(m.random.uniform(0.001, 0.01, shape))
    if factor == "computed":
        numbers = m.multiply(m.argument(shape, "f32"), numbers, shape)
    value = m.multiply(*((numbers, sums) if factor_first else (sums, numbers)), out)
    if addend:
        value = m.result("add", [value, m.floats(m.random.uniform(-1, 1, [*ones, out[-1]]))], "", out)
    m.finish(value, out, epilogue=False, clamp=clamp)


def integer_sums(m, op, x, weights, out, zero_points, attributes="", correction=None):
    """int8 products as floats. `correction`: i32 by channel that the network computes and adds or subtracts."""
    zeros = [m.constant([zero]) for zero in zero_points]
    bias = [] if op == "matmul" else [m.constant(m.random.integers(-1000, 1000, out[-1:]), np.int32)]
    sums = m.op(f"tosa.{op}", [x, weights, *bias, *zeros], attributes, tensor(out, "i32"))
    if correction:
        shape = [1] * (len(out) - 1) + [out[-1]]
        sums = m.result(correction, [sums, m.argument(shape, "i32")], "", out, "i32")
    return m.result("cast", [sums], "", out)


def dynamic_conv(shape, channels, kernel, pad=(0, 0, 0, 0), depthwise=False, zero_points=(-5, 0), correction=None, **options):
    def build(m):
        out = [shape[0], *(shape[1 + i] + pad[2 * i] + pad[2 * i + 1] - kernel[i] + 1 for i in (0, 1)), channels]
        dims = [*kernel, shape[3], channels // shape[3]] if depthwise else [channels, *kernel, shape[3]]
        attributes = f"acc_type = i32, pad = {ints(pad)}, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>"
        sums = integer_sums(m, "depthwise_conv2d" if depthwise else "conv2d", m.argument(shape, "i8"),
                            m.integers(-127, 127, dims), out, zero_points, attributes, correction)
        scale(m, sums, out, **options)
    return build


def dynamic_transposed(shape, channels, kernel, stride, **options):
    def build(m):
        out = [shape[0], *((shape[1 + i] - 1) * stride[i] + kernel[i] for i in (0, 1)), channels]
        attributes = f"acc_type = i32, out_pad = array<i64: 0, 0, 0, 0>, stride = {ints(stride)}"
        sums = integer_sums(m, "transpose_conv2d", m.argument(shape, "i8"), m.integers(-127, 127, [channels, *kernel, shape[3]]),
                            out, (3, 0), attributes)
        scale(m, sums, out, **options)
    return build


def dynamic_product(rows, depth, columns, correction=None, **options):
    def build(m):
        out = [1, rows, columns]
        sums = integer_sums(m, "matmul", m.argument([1, rows, depth], "i8"), m.integers(-127, 127, [1, depth, columns]), out,
                            (7, 0), correction=correction)
        scale(m, sums, out, **options)
    return build


def scaled_conv(shape, channels, kernel, depthwise=False, **options):
    """A float convolution whose sums are scaled."""
    def build(m):
        out = [shape[0], *(shape[1 + i] - kernel[i] + 1 for i in (0, 1)), channels]
        dims = [*kernel, shape[3], channels // shape[3]] if depthwise else [channels, *kernel, shape[3]]
        operands = [m.argument(shape, "f32"), narrow(m, dims, "i8"), m.floats(np.zeros(channels)), zero(m), zero(m)]
        attributes = "acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>"
        sums = m.result("depthwise_conv2d" if depthwise else "conv2d", operands, attributes, out)
        scale(m, sums, out, **options)
    return build


def for_each(elements, name, build, *arguments, **options):
    return [(f"{name}, {element}", build(*arguments, element=element, **options)) for element in elements]


INTEGERS = ("i8", "i4")
ALL = (*INTEGERS, "f16")
GROUPS = {
    "narrow": [
        *for_each(ALL, "several tiles and blocks of channels", conv, [1, 9, 9, 16], 40, (3, 3), SAME, clamp=(-50.0, 50.0)),
        *for_each(ALL, "odd sizes, batch, stride", conv, [2, 7, 9, 5], 17, (3, 3), SAME, stride=(2, 2)),
        *for_each(ALL, "three channels in, one out", conv, [1, 9, 9, 3], 1, (3, 3), SAME),
        *for_each(ALL, "one channel in", conv, [1, 8, 8, 1], 5, (5, 5), (2, 2, 2, 2)),
        *for_each(ALL, "dilation", conv, [1, 10, 10, 10], 33, (3, 3), (2, 2, 2, 2), dilation=(2, 2)),
        *for_each(ALL, "a column", conv, [1, 29, 1, 8], 6, (5, 1), (2, 2, 0, 0), stride=(2, 1)),
        *for_each(ALL, "one pixel, many vectors", conv, [1, 1, 1, 100], 130, (1, 1)),
        *for_each(ALL, "depthwise", depthwise, [1, 9, 9, 17], 17, (3, 3), pad=SAME, stride=(2, 2)),
        *for_each(ALL, "depthwise, multiplier of 3", depthwise, [1, 7, 7, 5], 15, (3, 3), pad=SAME),
        *for_each(ALL, "depthwise, a loop over rows", depthwise, [1, 12, 12, 6], 6, (7, 7)),
        *for_each(ALL, "depthwise of one channel", depthwise, [1, 10, 10, 1], 8, (3, 3)),
        *for_each(ALL, "product", product, 5, 33, 17),
        *for_each(ALL, "product of one row", product, 1, 64, 10),
        *for_each(ALL, "volume", volume, [1, 4, 5, 5, 3], 10, (2, 3, 3)),
        *for_each(ALL, "transposed", transposed, [1, 5, 5, 4], 8, (3, 3), (1, 1)),
        ("subnormal numbers", conv([1, 4, 4, 8], 9, (1, 1), bias=0, element="f16", values=tiny_half_floats)),
        ("infinities and NaN", conv([1, 4, 4, 8], 9, (1, 1), element="f16", values=infinite_half_floats)),
    ],
    "blocks": [
        *for_each(INTEGERS, "blocks of 32, one pixel", conv, [1, 1, 1, 96], 33, (1, 1), blocks=32),
        *for_each(INTEGERS, "blocks of 64, a channel and tiles of pixels", conv, [1, 5, 5, 128], 1, (1, 1), blocks=64),
        *for_each(INTEGERS, "blocks of 32 in three rows of a window", conv, [1, 6, 6, 64], 17, (3, 3), SAME, blocks=32),
        *for_each(INTEGERS, "blocks of 8 and dilation", conv, [1, 6, 6, 16], 5, (3, 3), SAME, dilation=(2, 2), blocks=8),
        *for_each(INTEGERS, "one scale a channel", conv, [1, 7, 6, 5], 17, (3, 3), SAME, stride=(2, 1), blocks=0),
        *for_each(INTEGERS, "product, blocks of 32", product, 3, 64, 40, blocks=32),
        *for_each(INTEGERS, "product of one row, one scale a column", product, 1, 33, 17, blocks=0),
        *for_each(INTEGERS, "one weight a channel, scales of many digits", conv, [1, 2, 2, 64], 40, (1, 1), bias=0, blocks=32,
                  values="rounded"),
        *for_each(INTEGERS, "one weight a channel of a window", conv, [1, 5, 5, 7], 20, (3, 3), bias=0, blocks=0, values="rounded"),
        *for_each(INTEGERS, "volume", volume, [1, 4, 5, 5, 3], 10, (2, 3, 3), blocks=0),
        *for_each(INTEGERS, "transposed", transposed, [1, 5, 5, 4], 8, (3, 3), (1, 1), blocks=0),
        *[(f"depthwise, {element}", scaled_depthwise([1, 8, 8, 17], (3, 3), element)) for element in INTEGERS],
        *for_each(INTEGERS, "scales close to subnormal numbers", conv, [1, 3, 3, 32], 9, (1, 1), bias=0, blocks=32, values="tiny"),
        *for_each(INTEGERS, "blocks of 6, which no kernel has", conv, [1, 4, 4, 12], 9, (1, 1), blocks=6),
    ],
    "scaled": [
        ("a constant factor", scaled_conv([1, 8, 8, 16], 33, (3, 3), factor="constant", clamp=(-1.5, 6.0))),
        ("a constant factor, the left operand", scaled_conv([1, 5, 5, 3], 5, (1, 1), factor="constant", factor_first=True)),
        ("a computed factor", scaled_conv([2, 5, 5, 3], 17, (3, 3), clamp=(0.0, 6.0))),
        ("no addend", scaled_conv([1, 5, 5, 3], 1, (3, 3), addend=False, per_channel=False)),
        ("depthwise", scaled_conv([1, 8, 8, 5], 15, (3, 3), depthwise=True, factor="constant")),
        ("int8", dynamic_conv([1, 8, 8, 16], 33, (3, 3), SAME, clamp=(-0.5, 6.0))),
        ("int8, one factor, no addend", dynamic_conv([2, 5, 7, 3], 17, (3, 3), per_channel=False, addend=False)),
        ("int8, a constant factor", dynamic_conv([1, 5, 5, 3], 5, (1, 1), factor="constant")),
        ("int8, subtracted at run time", dynamic_conv([1, 8, 8, 5], 10, (3, 3), zero_points=(0, 0), correction="sub")),
        ("int8, added at run time, weight zero point", dynamic_conv([1, 8, 8, 5], 1, (3, 3), zero_points=(0, 3), correction="add")),
        ("int8, one factor a row", dynamic_conv([1, 4, 4, 5], 10, (1, 1), per_channel=None)),
        ("int8, depthwise", dynamic_conv([1, 8, 8, 17], 17, (3, 3), SAME, depthwise=True, correction="sub")),
        ("int8, depthwise, multiplier", dynamic_conv([1, 8, 8, 5], 15, (3, 3), depthwise=True, per_channel=False)),
        ("int8, product", dynamic_product(5, 33, 17, correction="sub", clamp=(0.0, 6.0))),
        ("int8, product of one row", dynamic_product(1, 64, 10, per_channel=False)),
        ("int8, product, one factor a row", dynamic_product(5, 64, 10, per_channel=None)),
        ("int8, transposed", dynamic_transposed([1, 5, 5, 4], 6, (3, 3), (1, 1), clamp=(-1.0, 6.0))),
        ("int8, transposed, constant factor", dynamic_transposed([1, 5, 5, 4], 6, (2, 2), (1, 1), factor="constant")),
    ],
}
