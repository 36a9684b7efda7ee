"""Writes float TOSA networks as text.

A Network is one public function. Inputs are declared with `input`, results with
`output`; everything between returns a Value. Constants come from the network's
random generator unless an array is given, so the same seed gives the same text.
"""
import numpy as np


class Value:
    """An SSA value of element type "f32", "i32" or "i1"."""

    def __init__(self, name, shape, element="f32"):
        self.name, self.shape, self.element = name, tuple(shape), element

    @property
    def type(self):
        return tensor_type(self.shape, self.element)


def tensor_type(shape, element):
    return "tensor<" + "".join(f"{size}x" for size in shape) + element + ">"


def array(values, width=64):
    return f"array<i{width}: " + ", ".join(str(value) for value in values) + ">"


class Network:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.inputs, self.outputs, self.lines, self.count = [], [], [], 0
        self.ranges = []

    # Values and plain operations.

    def input(self, *shape, low=-4.0, high=4.0):
        """A float input; calibration draws its values from [low, high]."""
        value = Value(f"%arg{len(self.inputs)}", shape)
        self.inputs.append(value)
        self.ranges.append((low, high))
        return value

    def output(self, value):
        self.outputs.append(value)

    def fresh(self, shape, element="f32"):
        self.count += 1
        return Value(f"%{self.count - 1}", shape, element)

    def op(self, mnemonic, operands, shape, attributes="", element="f32"):
        result = self.fresh(shape, element)
        types = ", ".join(operand.type for operand in operands)
        names = ", ".join(operand.name for operand in operands)
        attributes = f" {{{attributes}}}" if attributes else ""
        self.lines.append(f"{result.name} = tosa.{mnemonic} {names}{attributes} : ({types}) -> {result.type}")
        return result

    def const(self, values, element="f32"):
        kind = {"f32": np.float32, "i32": np.int32, "i8": np.int8, "i1": np.bool_}[element]
        values = np.asarray(values, kind)
        result = self.fresh(values.shape, element)
        if values.size == 1 or element == "i1":
            text = str(values.tolist()).lower()
        else:
            text = f'"0x{values.tobytes().hex().upper()}"'
        self.lines.append(f'{result.name} = "tosa.const"() <{{values = dense<{text}> : {result.type}}}> : () -> {result.type}')
        return result

    def shape(self, sizes):
        result = self.fresh(())
        result.element = f"!tosa.shape<{len(sizes)}>"
        self.lines.append(f"{result.name} = tosa.const_shape {{values = dense<{list(sizes)}> : tensor<{len(sizes)}xindex>}} : () -> {result.element}")
        return _Shape(result)

    def weights(self, *shape, spread=2.0):
        """Constants whose channels (the first dimension) differ in magnitude."""
        scale = spread ** self.random.uniform(-2, 2, (shape[0],) + (1,) * (len(shape) - 1))
        fan_in = max(1, int(np.prod(shape[1:])))
        return self.const(self.random.normal(size=shape) * scale / np.sqrt(fan_in))

    # Convolutions and products. Padding is (top, bottom, left, right). With `given`, weights and bias are inputs.

    def conv2d(self, x, channels, kernel=(3, 3), stride=(1, 1), pad=(1, 1, 1, 1), dilation=(1, 1), given=False):
        batch, height, width, depth = x.shape
        w = self.input(channels, *kernel, depth) if given else self.weights(channels, *kernel, depth)
        shape = (batch, *_window(height, width, kernel, stride, pad, dilation), channels)
        attributes = (f"acc_type = f32, pad = {array(pad)}, stride = {array(stride)}, dilation = {array(dilation)}")
        return self.op("conv2d", [x, w, self.bias(channels, given), *self.zeros(2)], shape, attributes)

    def conv3d(self, x, channels, kernel=(3, 3, 3), stride=(1, 1, 1), pad=(1, 1, 1, 1, 1, 1), dilation=(1, 1, 1), given=False):
        depth = x.shape[4]
        w = self.input(channels, *kernel, depth) if given else self.weights(channels, *kernel, depth)
        shape = (x.shape[0], *_windows(x.shape[1:4], kernel, stride, pad, dilation), channels)
        attributes = (f"acc_type = f32, pad = {array(pad)}, stride = {array(stride)}, dilation = {array(dilation)}")
        return self.op("conv3d", [x, w, self.bias(channels, given), *self.zeros(2)], shape, attributes)

    def depthwise(self, x, multiplier=1, kernel=(3, 3), stride=(1, 1), pad=(1, 1, 1, 1), dilation=(1, 1), given=False):
        batch, height, width, depth = x.shape
        channels = depth * multiplier
        scale = 2.0 ** self.random.uniform(-2, 2, (depth, multiplier))
        sizes = (*kernel, depth, multiplier)
        w = self.input(*sizes) if given else self.const(self.random.normal(size=sizes) * scale / 3)
        shape = (batch, *_window(height, width, kernel, stride, pad, dilation), channels)
        attributes = (f"acc_type = f32, pad = {array(pad)}, stride = {array(stride)}, dilation = {array(dilation)}")
        return self.op("depthwise_conv2d", [x, w, self.bias(channels, given), *self.zeros(2)], shape, attributes)

    def transpose_conv2d(self, x, channels, kernel=(3, 3), stride=(2, 2), out_pad=(0, 0, 0, 0), given=False):
        batch, height, width, depth = x.shape
        w = self.input(channels, *kernel, depth) if given else self.weights(channels, *kernel, depth)
        shape = (batch, (height - 1) * stride[0] + out_pad[0] + out_pad[1] + kernel[0],
                 (width - 1) * stride[1] + out_pad[2] + out_pad[3] + kernel[1], channels)
        attributes = f"acc_type = f32, out_pad = {array(out_pad)}, stride = {array(stride)}"
        return self.op("transpose_conv2d", [x, w, self.bias(channels, given), *self.zeros(2)], shape, attributes)

    def matmul(self, a, b):
        """Of rank 3; `b` is a value, or the number of columns of a constant."""
        if isinstance(b, int):
            columns = 2.0 ** self.random.uniform(-2, 2, (1, 1, b))
            b = self.const(self.random.normal(size=(a.shape[0], a.shape[2], b)) * columns / np.sqrt(a.shape[2]))
        return self.op("matmul", [a, b, *self.zeros(2)], (a.shape[0], a.shape[1], b.shape[2]))

    def bias(self, channels, given=False):
        return self.input(channels) if given else self.const(self.random.normal(size=channels) * 0.5)

    def zeros(self, count):
        return [self.const([0.0]) for _ in range(count)]

    # Windows, reductions and movement.

    def avg_pool2d(self, x, kernel, stride, pad=(0, 0, 0, 0)):
        shape = (x.shape[0], *_window(x.shape[1], x.shape[2], kernel, stride, pad), x.shape[3])
        attributes = f"acc_type = f32, kernel = {array(kernel)}, pad = {array(pad)}, stride = {array(stride)}"
        return self.op("avg_pool2d", [x, *self.zeros(2)], shape, attributes)

    def max_pool2d(self, x, kernel, stride, pad=(0, 0, 0, 0)):
        shape = (x.shape[0], *_window(x.shape[1], x.shape[2], kernel, stride, pad), x.shape[3])
        attributes = f"kernel = {array(kernel)}, pad = {array(pad)}, stride = {array(stride)}"
        return self.op("max_pool2d", [x], shape, attributes)

    def reduce(self, kind, x, axis):
        shape = tuple(1 if i == axis else size for i, size in enumerate(x.shape))
        return self.op(f"reduce_{kind}", [x], shape, f"axis = {axis} : i32")

    def mean(self, x, axes):
        count = int(np.prod([x.shape[axis] for axis in axes]))
        for axis in axes:
            x = self.reduce("sum", x, axis)
        return self.mul(x, self.splat(x, 1.0 / count))

    def argmax(self, x, axis):
        shape = x.shape[:axis] + x.shape[axis + 1:]
        return self.op("argmax", [x], shape, f"axis = {axis} : i32", "i32")

    def concat(self, values, axis):
        shape = list(values[0].shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        return self.op("concat", values, shape, f"axis = {axis} : i32")

    def reshape(self, x, *shape):
        return self.op("reshape", [x, self.shape(shape)], shape)

    def transpose(self, x, *perms):
        return self.op("transpose", [x], [x.shape[p] for p in perms], f"perms = {array(perms, 32)}")

    def slice(self, x, start, size):
        return self.op("slice", [x, self.shape(start), self.shape(size)], size)

    def tile(self, x, *multiples):
        return self.op("tile", [x, self.shape(multiples)], [a * b for a, b in zip(x.shape, multiples)])

    def pad(self, x, *amounts, value=0.0):
        shape = [size + amounts[2 * i] + amounts[2 * i + 1] for i, size in enumerate(x.shape)]
        return self.op("pad", [x, self.shape(amounts), self.const([value])], shape)

    def gather(self, x, indices):
        indices = np.asarray(indices)
        return self.op("gather", [x, self.const(indices, "i32")], (x.shape[0], indices.shape[1], x.shape[2]))

    def scatter(self, x, indices, updates):
        return self.op("scatter", [x, self.const(np.asarray(indices), "i32"), updates], x.shape)

    def reverse(self, x, axis):
        return self.op("reverse", [x], x.shape, f"axis = {axis} : i32")

    def resize(self, x, size, mode, scale, offset=(0, 0), border=None):
        """`scale` is (yn, yd, xn, xd); the border follows from the output's size."""
        yn, yd, xn, xd = scale
        if border is None:
            border = ((size[0] - 1) * yd - (x.shape[1] - 1) * yn + offset[0],
                      (size[1] - 1) * xd - (x.shape[2] - 1) * xn + offset[1])
        shape = (x.shape[0], *size, x.shape[3])
        operands = [x, self.shape(scale), self.shape(offset), self.shape(border)]
        return self.op("resize", operands, shape, f"mode = {mode}")

    # Elementwise.

    def splat(self, like, value):
        return self.const(np.full((1,) * len(like.shape), value))

    def unary(self, mnemonic, x):
        operands = [x, *self.zeros(2)] if mnemonic == "negate" else [x]
        return self.op(mnemonic, operands, x.shape)

    def binary(self, mnemonic, a, b, element="f32"):
        shape = [max(p, q) for p, q in zip(a.shape, b.shape)]
        return self.op(mnemonic, [a, b], shape, element=element)

    def add(self, a, b):
        return self.binary("add", a, b)

    def mul(self, a, b):
        shape = [max(p, q) for p, q in zip(a.shape, b.shape)]
        return self.op("mul", [a, b, self.const([0], "i8")], shape)

    def scale(self, x, factor):
        return self.mul(x, self.splat(x, factor))

    def shift(self, x, amount):
        return self.add(x, self.splat(x, amount))

    def clamp(self, x, low, high):
        return self.op("clamp", [x], x.shape, f"min_val = {low:e} : f32, max_val = {high:e} : f32")

    def relu(self, x):
        return self.clamp(x, 0.0, 3.4e38)

    def relu6(self, x):
        return self.clamp(x, 0.0, 6.0)

    def select(self, condition, a, b):
        return self.op("select", [condition, a, b], a.shape)

    def softmax(self, x, axis):
        shifted = self.binary("sub", x, self.reduce("max", x, axis))
        powers = self.unary("exp", shifted)
        return self.mul(powers, self.unary("reciprocal", self.reduce("sum", powers, axis)))

    # The result.

    def text(self):
        arguments = ", ".join(f'{v.name}: {v.type} {{ptq.name = "{input_name(i)}"}}' for i, v in enumerate(self.inputs))
        types = ", ".join(value.type for value in self.outputs)
        body = "\n  ".join(self.lines)
        names = ", ".join(value.name for value in self.outputs)
        return f"func.func @network({arguments}) -> ({types}) {{\n  {body}\n  return {names} : {types}\n}}\n"

    def samples(self, count):
        """`count` random samples: input name -> array with a leading sample dimension."""
        return {input_name(i): self.random.uniform(*self.ranges[i], size=(count, *value.shape)).astype(np.float32)
                for i, value in enumerate(self.inputs)}


class _Shape(Value):
    """A shape operand; its type is no tensor."""

    def __init__(self, value):
        super().__init__(value.name, (), value.element)

    @property
    def type(self):
        return self.element


def input_name(index):
    return f"x{index}"


def _window(height, width, kernel, stride, pad, dilation=(1, 1)):
    return _windows((height, width), kernel, stride, pad, dilation)


def _windows(extents, kernel, stride, pad, dilation):
    sizes = []
    for size, k, s, d, before, after in zip(extents, kernel, stride, dilation, pad[::2], pad[1::2]):
        span = size + before + after - d * (k - 1) - 1
        assert span >= 0 and span % s == 0, f"window does not fit: {size}, {k}, {s}, {d}, {before}, {after}"
        sizes.append(span // s + 1)
    return sizes
