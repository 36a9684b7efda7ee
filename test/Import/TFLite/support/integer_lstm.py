"""An int8 LSTM layer with an int16 cell, bit by bit as TensorFlow Lite Micro's kernel computes it."""
import math

import numpy as np

from network import Params

# What logistic is at multiples of 1/24, so that a straight line between two of them is as good as can be.
POINTS = [1 / (1 + math.exp(-i / 48)) for i in range(513)]
TABLE = np.array([math.floor(2**16 * (POINTS[2 * i] + (POINTS[2 * i + 1] - (POINTS[2 * i] + POINTS[2 * i + 2]) / 2) / 2) + 0.5)
                  for i in range(255)] + [2**16 - 1], np.int64)


def multiply(values, ratio):
    """value * ratio, rounded twice."""
    fraction, exponent = math.frexp(ratio)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    left, right = max(exponent, 0), max(-exponent, 0)
    product = (np.asarray(values, np.int64) << left) * multiplier
    high = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    high = np.abs(high) // 2**31 * np.sign(high)
    rest = high & ((1 << right) - 1)
    return (high >> right) + (rest > ((1 << right) - 1) // 2 + (high < 0))


def saturate(values, bits=16):
    return np.clip(values, -2**(bits - 1), 2**(bits - 1) - 1)


def look_up(x, bits, last):
    size = np.abs(x)
    i = np.minimum(size >> bits, 254)
    return np.where(size >> bits >= 255, last, (TABLE[i] << bits) + (size & ((1 << bits) - 1)) * (TABLE[i + 1] - TABLE[i]))


def logistic(q):
    y = look_up(3 * q, 9, (2**15 - 1) << 10)
    return (np.where(q < 0, 2**25 - 1 - y, y) + 2**9) >> 10


def tanh(q, exponent):
    """Of steps of 2^exponent."""
    shift = -12 - exponent
    x = (3 * q + (1 << shift >> 1)) >> shift if shift > 0 else 3 * q << -shift
    y = look_up(x, 8, (2**16 - 1) << 8)
    return (np.where(x < 0, 2**23 - 1 - y, y - 2**23) + 2**7) >> 8


class Layer:
    """A file of one layer with random integers. Gates are in the order of the file: i, f, g, o."""

    def __init__(self, name, steps=7, batch=2, size=5, units=6, seed=0, x=Params(0.03, -7), hidden=Params(1 / 128, 3), exponent=-12,
                 clip=0.0, scale=0.01, time_major=True):
        rng = np.random.default_rng(seed)
        self.name, self.x, self.hidden, self.exponent, self.clip, self.time_major = name, x, hidden, exponent, clip, time_major
        self.steps, self.batch, self.size, self.units = steps, batch, size, units
        self.weights = [rng.integers(-127, 128, (units, size)).astype(np.int8) for _ in range(4)]
        self.recurrence = [rng.integers(-127, 128, (units, units)).astype(np.int8) for _ in range(4)]
        self.biases = [rng.integers(-4000, 4001, units).astype(np.int32) for _ in range(4)]
        self.weight_scales, self.recurrence_scales = rng.uniform(scale / 2, scale, (2, 4)).astype(np.float32)
        self.data = rng.integers(-128, 128, (steps, batch, size)).astype(np.int8)

    def turn(self, array):
        return array if self.time_major else array.transpose(1, 0, 2)

    def add_to(self, n):
        x = n.tensor("x", self.turn(self.data).shape, np.int8, self.x)
        inputs = [x]
        for what, arrays, scales in (("w", self.weights, self.weight_scales), ("r", self.recurrence, self.recurrence_scales)):
            inputs += [n.constant(f"{what}{gate}", array, Params(scale)) for gate, (array, scale) in enumerate(zip(arrays, scales))]
        inputs += [-1, -1, -1]
        inputs += [n.constant(f"b{gate}", array, Params(self.x.scales[0] * scale))
                   for gate, (array, scale) in enumerate(zip(self.biases, self.weight_scales))]
        inputs += [-1, -1]
        inputs.append(n.tensor("hidden", (self.batch, self.units), np.int8, self.hidden, is_variable=True))
        inputs.append(n.tensor("cell", (self.batch, self.units), np.int16, Params(2.0**self.exponent), is_variable=True))
        y = n.tensor("y", self.turn(np.zeros((self.steps, self.batch, self.units))).shape, np.int8, self.hidden)
        n.op("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs + [-1] * 4, [y], "UnidirectionalSequenceLSTM",
             dict(activation="TANH", cell_clip=self.clip, time_major=self.time_major), version=3)
        n.inputs.append(x)
        n.outputs.append(y)

    def expect(self, data, hidden=None, cell=None):
        """The sequence, the hidden state and the cell."""
        zero, scale = int(self.hidden.zeros[0]), np.float32(self.hidden.scales[0])
        h = np.full((self.batch, self.units), zero, np.int64) if hidden is None else hidden.astype(np.int64)
        c = np.zeros((self.batch, self.units), np.int64) if cell is None else cell.astype(np.int64)
        limit = min(int(np.float32(self.clip) / 2.0**self.exponent), 2**15 - 1) if self.clip > 0 else None
        sequence = []
        for x in data.astype(np.int64) - int(self.x.zeros[0]):
            sums = []
            for gate in range(4):
                own = multiply(x @ self.weights[gate].T.astype(np.int64) + self.biases[gate],
                               float(np.float32(self.x.scales[0]) * self.weight_scales[gate]) * 2**12)
                recurrent = multiply((h - zero) @ self.recurrence[gate].T.astype(np.int64),
                                     float(scale * self.recurrence_scales[gate]) * 2**12)
                sums.append(saturate(saturate(own) + saturate(recurrent)))
            i, f, g, o = logistic(sums[0]), logistic(sums[1]), tanh(sums[2], -12), logistic(sums[3])
            c = saturate(saturate(multiply(f * c, 2.0**-15)) + saturate(multiply(i * g, 2.0**(-30 - self.exponent))))
            c = c if limit is None else np.clip(c, -limit, limit)
            h = saturate(multiply(tanh(c, self.exponent) * o, 2.0**-30 / float(scale)) + zero, 8)
            sequence.append(h)
        return np.stack(sequence).astype(np.int8), h.astype(np.int8), c.astype(np.int16)
