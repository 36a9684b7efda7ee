"""The operations that have an int8 form, over shapes that are each there for a reason.

GROUPS maps a group to its cases; a case is (name, reason, build), and build(net)
declares the case's inputs and outputs in a Network. The kernels work on tiles of up to
14 pixels by 32 channels and take input channels four at a time, so sizes stand around these.
"""
GROUPS = {}


def case(group, name, reason, build):
    GROUPS.setdefault(group, []).append((name, reason, build))


# Convolutions.


def conv(name, reason, shape, channels, after=None, **options):
    def build(net):
        y = net.conv2d(net.input(*shape), channels, **options)
        net.output(after(net, y) if after else y)

    case("conv", name, reason, build)


POINT = dict(kernel=(1, 1), pad=(0, 0, 0, 0))
conv("one", "one pixel, one channel: every remainder at once", (1, 1, 1, 1), 1, **POINT)
conv("image", "three input channels, as in a first layer: not a multiple of four", (1, 9, 9, 3), 16)
conv("odd", "five channels to seventeen: one more than a vector of sixteen", (1, 7, 7, 5), 17)
conv("below_tile", "thirteen pixels, thirty-one channels: one less than a tile", (1, 2, 13, 8), 31, **POINT)
conv("tile", "fourteen pixels, thirty-two channels: exactly a tile", (1, 2, 14, 8), 32, **POINT)
conv("above_tile", "fifteen pixels, thirty-three channels: one more than a tile", (1, 2, 15, 8), 33, **POINT)
conv("stride", "stride two skips input pixels", (1, 9, 9, 8), 16, stride=(2, 2))
conv("stride_point", "a pointwise convolution with stride: no pixel is reused", (1, 7, 7, 8), 8, stride=(2, 2), **POINT)
conv("uneven_pad", "TensorFlow's padding for an even input and stride two", (1, 8, 8, 4), 8, stride=(2, 2), pad=(0, 1, 0, 1))
conv("dilation", "dilation spreads the taps over the border", (1, 9, 9, 4), 8, pad=(2, 2, 2, 2), dilation=(2, 2))
conv("uneven", "height and width differ in kernel, stride and padding", (1, 6, 11, 4), 6, kernel=(1, 5), stride=(1, 2), pad=(0, 0, 2, 2))
conv("wide_kernel", "a kernel larger than the image: padding reaches everywhere", (1, 3, 3, 4), 5, kernel=(5, 5), pad=(2, 2, 2, 2))
conv("batch", "two images: the batch dimension moves all offsets", (2, 5, 5, 4), 8)
conv("large", "many tiles in both directions, and a long reduction", (1, 12, 16, 64), 64)
conv("relu", "a fused clamp at the zero point", (1, 6, 6, 4), 8, lambda net, y: net.relu(y))
conv("relu6", "a fused clamp with an upper bound", (1, 6, 6, 4), 8, lambda net, y: net.relu6(y))


def batch_norm(net, y):
    """y * scale + offset per channel, as a trained batch normalization leaves it."""
    scale = net.const(net.random.uniform(0.2, 3.0, (1, 1, 1, y.shape[3])))
    offset = net.const(net.random.normal(size=(1, 1, 1, y.shape[3])))
    return net.relu(net.add(net.mul(y, scale), offset))


conv("batch_norm", "multiply and add fold into weights and bias", (1, 6, 6, 4), 8, batch_norm)


def depthwise(name, reason, shape, **options):
    case("depthwise", name, reason, lambda net: net.output(net.depthwise(net.input(*shape), **options)))


depthwise("one", "one channel", (1, 4, 4, 1))
depthwise("below_vector", "fifteen channels: one less than a vector", (1, 5, 5, 15))
depthwise("vector", "sixteen channels: exactly a vector", (1, 5, 5, 16))
depthwise("above_vector", "thirty-three channels: one more than two vectors", (1, 6, 6, 33))
depthwise("stride", "stride two", (1, 9, 9, 8), stride=(2, 2))
depthwise("uneven_pad", "padding on one side only", (1, 8, 8, 8), stride=(2, 2), pad=(0, 1, 0, 1))
depthwise("multiplier", "two results per channel", (1, 5, 5, 3), multiplier=2)
depthwise("multiplier_vector", "a multiplier that fills vectors by itself", (1, 4, 4, 2), multiplier=16)
depthwise("dilation", "dilated taps", (1, 7, 7, 4), pad=(2, 2, 2, 2), dilation=(2, 2))
depthwise("five", "a kernel of five by five", (1, 8, 8, 20), kernel=(5, 5), pad=(2, 2, 2, 2))
depthwise("batch", "two images", (2, 4, 4, 5))


def transpose_conv(name, reason, shape, channels, **options):
    case("product", name, reason, lambda net: net.output(net.transpose_conv2d(net.input(*shape), channels, **options)))


transpose_conv("up", "doubles the image, as decoders do", (1, 4, 4, 8), 5, kernel=(2, 2))
transpose_conv("overlap", "a kernel larger than the stride: results overlap", (1, 5, 5, 3), 4)
transpose_conv("flat", "stride one, odd channels", (1, 4, 5, 5), 17, stride=(1, 1))
transpose_conv("out_pad", "padding of the result", (1, 3, 3, 4), 4, out_pad=(0, 1, 0, 1))


def volume(name, reason, shape, channels, **options):
    case("volume", name, reason, lambda net: net.output(net.conv3d(net.input(*shape), channels, **options)))


volume("cube", "padding on every side of a volume", (1, 5, 6, 7, 8), 17)
volume("stride", "strides and dilation of the depth", (2, 9, 7, 7, 3), 5, stride=(2, 2, 1), dilation=(2, 1, 1))
volume("flat", "a window without depth", (1, 4, 5, 5, 4), 6, kernel=(1, 3, 3), pad=(0, 0, 1, 1, 1, 1))


def given(name, reason, method, *arguments, **options):
    """Weights that the network computes stay float: run_float.py only."""
    case("given", name, reason, lambda net: net.output(getattr(net, method)(net.input(*arguments[0]), *arguments[1:], given=True, **options)))


given("conv", "more channels than a tile, and a bias that is no whole number of vectors", "conv2d", (1, 9, 9, 5), 33)
given("dilation", "a segment for each tap", "conv2d", (1, 9, 9, 4), 8, pad=(2, 2, 2, 2), dilation=(2, 2))
given("column", "a column of pixels becomes a row", "conv2d", (1, 13, 1, 4), 6, kernel=(5, 1), pad=(2, 2, 0, 0))
given("depthwise", "taps of one segment", "depthwise", (1, 6, 6, 35))
given("depthwise_rows", "49 taps: a segment for each row", "depthwise", (1, 8, 8, 6), kernel=(7, 7), pad=(3, 3, 3, 3))
given("transposed", "phases are made when the network runs", "transpose_conv2d", (1, 5, 5, 3), 4)
given("volume", "the depth of the window moves to the channels", "conv3d", (1, 4, 5, 5, 3), 6)


def product(name, reason, a, b):
    def build(net):
        left = net.input(*a)
        net.output(net.matmul(left, b if isinstance(b, int) else net.input(*b)))

    case("product", name, reason, build)


product("dense_one", "a scalar product", (1, 1, 1), 1)
product("dense_odd", "a reduction that is no multiple of four", (1, 3, 17), 5)
product("dense_vector", "a fully connected layer: one row, thirty-two columns", (1, 1, 64), 32)
product("dense_above", "one more than a tile in every dimension", (1, 15, 33), 33)
product("pair", "two activations, as in attention: zero points on both sides", (1, 7, 9), (1, 9, 5))
product("pair_batch", "a batch of products", (3, 4, 8), (3, 8, 6))


def pool(name, reason, shape, kind, *window):
    case("window", name, reason, lambda net: net.output(getattr(net, kind)(net.input(*shape), *window)))


pool("avg", "average of four", (1, 6, 6, 5), "avg_pool2d", (2, 2), (2, 2))
pool("avg_pad", "the count of averaged values differs at the border", (1, 5, 5, 4), "avg_pool2d", (3, 3), (1, 1), (1, 1, 1, 1))
pool("avg_global", "global average: one window", (1, 7, 7, 9), "avg_pool2d", (7, 7), (1, 1))
pool("avg_odd", "a divisor that is no power of two, and stride", (1, 7, 5, 16), "avg_pool2d", (3, 1), (2, 2))
pool("max", "maximum of four", (1, 6, 6, 5), "max_pool2d", (2, 2), (2, 2))
pool("max_pad", "padding never wins a maximum", (1, 5, 5, 17), "max_pool2d", (3, 3), (2, 2), (1, 1, 1, 1))


def reduction(name, reason, shape, build):
    case("window", name, reason, lambda net: net.output(build(net, net.input(*shape))))


reduction("sum", "a sum over channels", (1, 3, 4, 8), lambda net, x: net.reduce("sum", x, 3))
reduction("sum_long", "a sum longer than a vector", (2, 70), lambda net, x: net.reduce("sum", x, 1))
reduction("reduce_max", "a maximum over rows", (1, 5, 6), lambda net, x: net.reduce("max", x, 1))
reduction("reduce_min", "a minimum over columns", (1, 5, 6), lambda net, x: net.reduce("min", x, 2))
reduction("mean", "a mean over the image", (1, 5, 7, 6), lambda net, x: net.mean(x, (1, 2)))
reduction("mean_one_axis", "a mean over channels", (1, 3, 3, 10), lambda net, x: net.mean(x, (3,)))
reduction("argmax", "an index, not a quantized value", (2, 11), lambda net, x: net.argmax(x, 1))
reduction("argmax_inner", "an index over a middle dimension", (1, 5, 4), lambda net, x: net.argmax(x, 1))
