"""Cases without sums of products: elementwise operations, tables, movement of data."""
import numpy as np

from cases import case


def binary(name, reason, mnemonic, a, b=None):
    def build(net):
        x = net.input(*a, low=-3.0, high=5.0)
        y = net.const(net.random.normal(size=a)) if b is None else net.input(*b, low=-0.5, high=1.5)
        net.output(net.mul(x, y) if mnemonic == "mul" else net.binary(mnemonic, x, y))

    case("binary", name, reason, build)


for mnemonic in ("add", "sub", "mul", "minimum", "maximum"):
    binary(mnemonic, "two inputs of different ranges", mnemonic, (1, 3, 3, 7), (1, 3, 3, 7))
    binary(f"{mnemonic}_channel", "one operand per channel", mnemonic, (1, 4, 4, 5), (1, 1, 1, 5))
    binary(f"{mnemonic}_const", "a constant operand", mnemonic, (1, 35))
binary("add_one", "a single element", "add", (1, 1), (1, 1))
binary("add_vector", "more than one vector of bytes, with remainder", "add", (1, 131), (1, 131))
binary("mul_both_ways", "each operand is repeated along another dimension", "mul", (1, 4, 1), (1, 1, 6))


def on_one(name, reason, build, shape=(2, 9), group="binary", **limits):
    case(group, name, reason, lambda net: net.output(build(net, net.input(*shape, **limits))))


on_one("clamp", "clamp alone", lambda net, x: net.clamp(x, -1.0, 2.0))
on_one("relu", "the lower bound is the zero point", lambda net, x: net.relu(x))
on_one("negate", "the range is mirrored", lambda net, x: net.unary("negate", x), low=-1.0)
on_one("abs", "negative values fold over", lambda net, x: net.unary("abs", x))
on_one("identity", "nothing happens to the value", lambda net, x: net.clamp(net.unary("identity", x), -1.0, 2.0))
on_one("same_twice", "both operands are one value", lambda net, x: net.add(x, x))


def select(name, reason, mnemonic, other):
    def build(net):
        x = net.input(2, 9)
        y = net.splat(x, 0.5) if other == "const" else net.input(2, 9, low=-2.0, high=3.0)
        condition = net.binary(mnemonic, x, y, "i1")
        net.output(net.select(condition, x, net.input(2, 9, low=-1.0, high=1.0)))

    case("binary", name, reason, build)




def cast(name, reason, build):
    """Integers that become numbers."""
    on_one(name, reason, lambda net, x: net.unary("cast", build(net, x)), (3, 5, 11))


cast("cast_positions", "positions are integers of 32 bits", lambda net, x: net.argmax(x, 2))
cast("cast_booleans", "a comparison is 0 or 1", lambda net, x: net.binary("greater", x, net.splat(x, 0.5), "i1"))

select("greater", "a comparison of two inputs chooses", "greater", "input")
select("greater_equal", "a comparison with a constant chooses", "greater_equal", "const")
select("equal", "values that were equal as reals are equal as integers", "equal", "input")

# Functions of one value: tables of 256 entries. The elements run over a whole range.


def table(name, reason, build, **limits):
    on_one(name, reason, build, (1, 64), "table", **limits)


for mnemonic in ("sigmoid", "tanh", "erf", "exp", "sin", "cos", "ceil", "floor"):
    table(mnemonic, "a function of one value", lambda net, x, m=mnemonic: net.unary(m, x))
for mnemonic in ("log", "rsqrt", "reciprocal"):
    table(mnemonic, "a function with a pole at zero", lambda net, x, m=mnemonic: net.unary(m, x), low=0.25, high=6.0)
table("pow_const", "a power with a constant exponent", lambda net, x: net.binary("pow", x, net.splat(x, 1.5)), low=0.0)
table("silu", "x * sigmoid(x): the input is used twice", lambda net, x: net.mul(x, net.unary("sigmoid", x)))
table("gelu", "0.5 * x * (1 + erf(x / sqrt(2)))",
      lambda net, x: net.mul(net.scale(x, 0.5), net.shift(net.unary("erf", net.scale(x, 2**-0.5)), 1.0)))
table("gelu_tanh", "the approximation of GELU by tanh", lambda net, x: net.mul(net.scale(x, 0.5), net.shift(
    net.unary("tanh", net.scale(net.add(x, net.scale(net.mul(x, net.mul(x, x)), 0.044715)), (2 / np.pi)**0.5)), 1.0)))
table("hard_swish", "x * clamp(x + 3, 0, 6) / 6", lambda net, x: net.scale(net.mul(x, net.clamp(net.shift(x, 3.0), 0.0, 6.0)), 1 / 6))
table("leaky_relu", "a comparison inside of the function",
      lambda net, x: net.select(net.binary("greater", x, net.splat(x, 0.0), "i1"), x, net.scale(x, 0.1)))

on_one("softmax", "ten classes", lambda net, x: net.softmax(x, 1), (3, 10), "softmax")
on_one("softmax_two", "the smallest softmax", lambda net, x: net.softmax(x, 1), (2, 2), "softmax")
on_one("softmax_long", "a sum that is longer than a vector", lambda net, x: net.softmax(x, 1), (2, 67), "softmax", high=8.0)
on_one("softmax_middle", "an axis that is not the last", lambda net, x: net.softmax(x, 1), (1, 5, 4), "softmax")

# Movement: the values do not change, so the range of the input is the range of the result.


def move(name, reason, shape, build):
    on_one(name, reason, build, shape, "movement")


move("reshape", "flattening before a dense layer", (1, 2, 3, 4), lambda net, x: net.reshape(x, 1, 24))
move("transpose", "NHWC to NCHW", (1, 3, 4, 5), lambda net, x: net.transpose(x, 0, 3, 1, 2))
move("slice", "a window in every dimension", (1, 5, 6, 7), lambda net, x: net.slice(x, (0, 1, 2, 3), (1, 3, 3, 4)))
move("tile", "repetition along two dimensions", (1, 3, 4), lambda net, x: net.tile(x, 1, 2, 3))
move("pad", "zeros around an image: the zero point as an integer", (1, 3, 3, 4), lambda net, x: net.pad(x, 0, 0, 1, 2, 2, 1, 0, 0))
move("pad_value", "padding by another number", (1, 3), lambda net, x: net.pad(x, 0, 0, 1, 1, value=1.5))
move("gather", "rows by constant indices, one of them twice", (1, 6, 5), lambda net, x: net.gather(x, [[5, 0, 2, 2]]))
move("reverse", "back to front", (1, 4, 3), lambda net, x: net.reverse(x, 1))
move("nearest", "a nearest-neighbour resize by two", (1, 3, 4, 5),
     lambda net, x: net.resize(x, (6, 8), "NEAREST_NEIGHBOR", (4, 2, 4, 2), (-1, -1), (1, 1)))
move("bilinear", "a bilinear resize by two with aligned corners", (1, 3, 4, 5), lambda net, x: net.resize(x, (5, 7), "BILINEAR", (2, 1, 2, 1)))
move("bilinear_half", "a bilinear resize by two with half-pixel centres", (1, 3, 3, 4),
     lambda net, x: net.resize(x, (6, 6), "BILINEAR", (4, 2, 4, 2), (-1, -1), (1, 1)))


def concat(name, reason, shapes, axis):
    def build(net):
        limits = [(-1.0, 1.0), (-4.0, 6.0), (0.0, 2.0)]
        inputs = [net.input(*shape, low=low, high=high) for shape, (low, high) in zip(shapes, limits)]
        net.output(net.concat(inputs, axis))

    case("movement", name, reason, build)


concat("concat", "inputs of different ranges share the result's parameters", [(1, 3, 4), (1, 3, 2)], 2)
concat("concat_three", "three inputs along a middle dimension", [(1, 1, 5), (1, 2, 5), (1, 3, 5)], 1)


def concat_many(name, reason, shapes, axis):
    def build(net):
        x, y = net.input(*shapes[0], low=-1.0, high=1.0), net.input(*shapes[1], low=-4.0, high=6.0)
        net.output(net.concat([y] + 9 * [x] + 5 * [y, x] + 8 * [y], axis))

    case("movement", name, reason, build)


concat_many("concat_many_rows", "operands repeated in a row and in turns", [(1, 3, 4), (2, 3, 4)], 0)
concat_many("concat_many_middle", "the same along a middle dimension", [(2, 2, 5), (2, 1, 5)], 1)
concat_many("concat_many_last", "the same along the last dimension", [(2, 3, 1), (2, 3, 3)], 2)


def scatter(name, reason, shape, indices):
    def build(net):
        x = net.input(*shape)
        updates = net.input(shape[0], len(indices[0]), shape[2], low=-1.0, high=6.0)
        net.output(net.scatter(x, indices, updates))

    case("movement", name, reason, build)


scatter("scatter", "rows are replaced by those of an input with another range", (1, 6, 5), [[5, 0, 2]])
scatter("scatter_batch", "each of two tables has its own rows", (2, 4, 17), [[1, 3], [0, 2]])
