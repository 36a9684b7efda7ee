"""Networks of several operators, some of which the file keeps in float, and operators that copy
integers whatever their parameters say."""
import numpy as np

import reference as ref
from cases import C, Case, I, Operand, Q, X
from network import Params

IN = Params(0.05, 3)
OTHER = Params(0.1, -5)
FINE = Params(0.0043, 3)


class Chain(Case):
    """Operators one behind the other, the first of which reads operand 0. Each of `links` is (code, options, constants,
    shape, params): operands of its own besides the tensor before it, and its result, which is float without `params`.
    `expect` takes the reals of operand 0."""

    def __init__(self, name, operand, links, expect, out=None, **more):
        super().__init__(name, links[-1][0], [operand], expect, out=out, **more)
        self.links = links

    def add_to(self, network):
        (operand,) = self.operands
        value = network.tensor(f"{self.name}.0", operand.array.shape, operand.array.dtype, operand.params)
        network.inputs.append(value)
        for index, (code, options, constants, shape, params) in enumerate(self.links):
            last = index + 1 == len(self.links)
            own = [network.constant(f"{self.name}.{index}.{number}", constant.array, constant.params)
                   for number, constant in enumerate(constants)]
            result = network.tensor(f"{self.name}:0" if last else f"{self.name}-{index}", shape,
                                    self.out_type if params else np.float32, params)
            network.op(code, [value, *own], [result], *(options or ()))
            value = result
        network.outputs.append(value)


def pool(size):
    return ("Pool2D", dict(stride_h=size, stride_w=size, filter_height=size, filter_width=size, padding="VALID"))


def average(x):
    return ref.average_pool(x, (2, 2), (2, 2), "VALID")


WEIGHTS, BIAS = C(3, 32), C(3)
DENSE = ("FullyConnected", {})
SOFTMAX = ("Softmax", dict(beta=1.0))

# Values saturate at 0.5 if they are quantized before they are averaged.
FLOAT = [
    Chain("pool", X(1, 4, 4, 2), [("AVERAGE_POOL_2D", pool(2), [], (1, 2, 2, 2), None), ("QUANTIZE", None, [], (1, 2, 2, 2), FINE)],
          average, FINE, steps=0),
    Chain("pool_between", Q(1, 4, 4, 2),
          [("DEQUANTIZE", None, [], (1, 4, 4, 2), None), ("AVERAGE_POOL_2D", pool(2), [], (1, 2, 2, 2), None),
           ("QUANTIZE", None, [], (1, 2, 2, 2), FINE)], average, FINE, steps=0),
    Chain("pool_moved", X(1, 4, 4, 2),
          [("AVERAGE_POOL_2D", pool(2), [], (1, 2, 2, 2), None), ("RESHAPE", None, [I([2, 4])], (2, 4), None),
           ("QUANTIZE", None, [], (2, 4), FINE)], lambda x: average(x).reshape(2, 4), FINE, steps=0),
    Chain("dense", Q(1, 32),
          [("DEQUANTIZE", None, [], (1, 32), None), ("FULLY_CONNECTED", DENSE, [WEIGHTS, BIAS], (1, 3), None),
           ("QUANTIZE", None, [], (1, 3), OTHER)], lambda x: x @ WEIGHTS.array.T + BIAS.array, OTHER, steps=0),
    Chain("softmax", Q(2, 50), [("DEQUANTIZE", None, [], (2, 50), None), ("SOFTMAX", SOFTMAX, [], (2, 50), None)], ref.softmax),
    Chain("softmax_again", Q(2, 50),
          [("DEQUANTIZE", None, [], (2, 50), None), ("SOFTMAX", SOFTMAX, [], (2, 50), None),
           ("QUANTIZE", None, [], (2, 50), Params(1 / 512, -128))], ref.softmax, Params(1 / 512, -128), steps=0),
]


def _copied(name, code, operand, move, options=None, constants=(), out=OTHER, out_type=np.int8):
    """An operator that `move` does to integers; the result's parameters are `out`."""
    def expect(reals, *_):
        codes = operand.params.quantize(reals, operand.array.dtype) if operand.params else reals
        return out.dequantize(move(codes))
    return Case(name, code, [operand, *constants], expect, options, out=out, out_type=out_type, steps=0)


BYTES = Operand(np.random.default_rng(9).integers(0, 256, (1, 4, 6, 3)).astype(np.uint8))
RAW = Operand(np.random.default_rng(10).integers(-128, 128, (1, 4, 6, 3)).astype(np.int8))
EDGES = I([[0, 0], [1, 0], [0, 2], [0, 0]])


def round_away(x):
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


COPIED = [
    _copied("max_pool", "MAX_POOL_2D", RAW, lambda q: ref.max_pool(q, (2, 2), (2, 2), "VALID"), pool(2)),
    _copied("average_pool", "AVERAGE_POOL_2D", RAW,
            lambda q: round_away(ref.average_pool(q.astype(np.float64), (2, 2), (2, 2), "VALID")), pool(2)),
    _copied("pad", "PAD", RAW, lambda q: np.pad(q, EDGES.array), constants=[EDGES]),
    _copied("padv2", "PADV2", RAW, lambda q: np.pad(q, EDGES.array, constant_values=9),
            constants=[EDGES, Operand(np.int8(9), OTHER, constant=True)]),
    _copied("maximum", "MAXIMUM", RAW, lambda q: np.maximum(q, 9), constants=[Operand(np.int8([9]), constant=True)]),
    _copied("space_to_depth", "SPACE_TO_DEPTH", BYTES, lambda q: ref.space_to_depth(q, 2), ("SpaceToDepth", dict(block_size=2)),
            out=Params(0.02, 100), out_type=np.uint8),
    _copied("reshape", "RESHAPE", Q(2, 6), lambda q: q.reshape(3, 4), constants=[I([3, 4])]),
    _copied("transpose", "TRANSPOSE", Q(2, 6), lambda q: q.T, constants=[I([1, 0])]),
    _copied("slice", "SLICE", Q(4, 5), lambda q: q[1:3], constants=[I([1, 0]), I([2, -1])]),
    _copied("gather", "GATHER", Q(4, 6), lambda q: q[[2, 0]], ("Gather", {}), constants=[I([2, 0])]),
]

PARTLY = FLOAT + COPIED
