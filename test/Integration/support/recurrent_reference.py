"""Quantized recurrent layers in numpy: N90 to N97 of docs/Numerics.md.

Written from the rules and independent of the compiler: exact integers in int64, one small function per rule.
A layer is a dictionary with the keys of run_recurrent.py.
"""
import math

import numpy as np

INT16 = (-32768, 32767)
SUMMAND = 2**28


def limits(bits):
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1


def multiplier(real):
    """(multiplier, shift) of N10."""
    fraction, exponent = math.frexp(real)
    value = math.floor(fraction * 2**31 + 0.5)
    if value == 2**31:
        value, exponent = 2**30, exponent + 1
    return (value, 31 - exponent) if 31 - exponent <= 62 else (0, 2)


def rescale(x, ratios, bits):
    """x times ratios, rounded to nearest, ties up, saturated; a ratio for all elements or for each of the last axis."""
    pairs = [multiplier(float(r)) for r in np.atleast_1d(ratios)]
    value, shift = (np.array([pair[i] for pair in pairs], np.int64) for i in (0, 1))
    limit = np.minimum((np.int64(1) << (shift - 1)) - 1, 2**31 - 1)
    x = np.clip(np.asarray(x, np.int64), -limit, limit)
    return np.clip((x * value + (np.int64(1) << (shift - 1))) >> shift, *limits(bits))


def rescale_wide(x, ratios):
    """The same for sums of 48 bits, whose multipliers have 16 bits (N67), as int32."""
    def derive(real):
        fraction, exponent = math.frexp(real)
        value = math.floor(fraction * 2**15 + 0.5)
        if value == 2**15:
            value, exponent = 2**14, exponent + 1
        return (value, 15 - exponent) if 15 - exponent <= 62 else (0, 2)

    value, shift = (np.array([derive(float(r))[i] for r in np.atleast_1d(ratios)], np.int64) for i in (0, 1))
    return (x * value + (np.int64(1) << (shift - 1))) >> shift


def shift_right(x, count):
    return (x + (1 << (count - 1)) >> count) if count else x


FUNCTIONS = {
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), 11),
    "tanh": (math.tanh, 12),
    "hard_sigmoid": (lambda x: min(max(x / 5 + 0.5, 0), 1), 11),
}


def look_up(name, q):
    """N92: a function of steps of 2^-exponent in steps of 2^-15."""
    function, exponent = FUNCTIONS[name]
    table = np.clip([round(function((i - 256) * 128 / 2**exponent) * 2**15) for i in range(513)], *INT16)
    index = (q >> 7) + 256
    return shift_right(table[index] * 128 + (table[index + 1] - table[index]) * (q & 127), 7)


def codes(values, scales):
    return np.clip(np.rint(np.asarray(values, np.float64) / scales), *limits(32)).astype(np.int64)


def widen(weights, scales, step, most):
    """N91: weights, and the scales of their sums, where rows to which `most` is added have larger ones if need be."""
    sums = scales * step
    ratios = np.maximum(sums, most / SUMMAND) / sums
    widened = ratios != 1
    weights = np.where(widened[:, None], np.rint(weights / ratios[:, None]), weights).astype(np.int64)
    return weights, np.where(widened, (scales * ratios).astype(np.float32), scales) * step


class Layer:
    def __init__(self, layer, gates):
        self.__dict__.update(layer)
        self.scale, self.projected = self.hidden_scale, layer.get("projection") is not None
        self.most = 2**(self.bits - 1) - 1
        step = self.scale * 2.0**(self.bits - 8)  # N97
        recurrence_scales = np.array(layer["recurrence_scales"], np.float64)
        peepholes = layer.get("peepholes")
        # N91: what a row adds, and the scale at which it is at most 2^28.
        farthest = max(self.most - self.zero_point, self.most + 1 + self.zero_point)
        most = np.array(self.weight_scales) * self.input_scale * farthest * np.abs(self.weights.astype(np.int64)).sum(1)
        bias = np.zeros(len(most)) if layer.get("bias") is None else layer["bias"].astype(np.float64)
        hidden_bias = layer.get("hidden_bias")
        most = np.maximum(most, np.abs(bias))
        size = len(most) // gates
        if hidden_bias is not None:
            most[-size:] = np.maximum(most[-size:], np.abs(hidden_bias))
        if peepholes is not None:
            most[:3 * size] = np.maximum(most[:3 * size], np.abs(peepholes).astype(np.float64).ravel() * 2.0**15 * self.cell_scale)
        self.recurrence, self.sums = widen(self.recurrence, recurrence_scales, step, most)
        self.size = size
        self.bias = codes(bias, self.sums)
        self.hidden_bias = codes(np.zeros(size) if hidden_bias is None else hidden_bias, self.sums[-size:])
        if peepholes is not None:
            self.peephole_scale = float(np.float32(np.abs(peepholes).max() / 32767))
            self.peepholes = codes(peepholes, self.peephole_scale)
        if self.projected:
            bias = np.zeros(len(self.projection)) if layer.get("projection_bias") is None else layer["projection_bias"].astype(np.float64)
            self.projection, self.projection_sums = widen(self.projection, np.array(layer["projection_scales"]), 2.0**-7, np.abs(bias))
            self.projection_bias = codes(bias, self.projection_sums)

    def inputs(self, x):
        """The products of the inputs of all steps in the steps of sums."""
        products = (x.astype(np.int64) - self.zero_point) @ self.weights.T.astype(np.int64)
        ratios = np.array(self.weight_scales) * self.input_scale / self.sums
        return rescale(products, ratios, 32) if self.bits == 8 else rescale_wide(products, ratios)

    def multiply(self, hidden, rows, bias):
        """The sums of the products of the hidden state and `rows` of its weights, with a bias."""
        if self.bits == 8:
            return hidden @ self.recurrence[rows].T + bias
        return shift_right(hidden @ self.recurrence[rows].T + bias * 256, 8)

    def rows(self, gate):
        return slice(gate * self.size, (gate + 1) * self.size)

    def activate(self, name, total, gate):
        exponent = FUNCTIONS[name][1]
        q = rescale(total, self.sums[self.rows(gate)] * 2.0**exponent, 16)
        if self.clip:
            limit = min(round(self.clip * 2**exponent), 32767)
            q = np.clip(q, -limit, limit)
        return look_up(name, q)

    def to_hidden(self, value, exponent):
        return rescale(value, 2.0**-exponent / self.scale, self.bits)

    def project(self, value):
        """N99: the hidden state that the projection of a value in steps of 2^-15 is."""
        sums = shift_right(value @ self.projection.T + self.projection_bias * 256, 8)
        hidden = rescale(sums, self.projection_sums / self.scale, self.bits)
        most = min(round(self.projection_clip / self.scale), self.most) if self.projection_clip else self.most
        return np.clip(hidden, -most if self.projection_clip else -self.most - 1, most)

    def codes(self, state):
        return state.astype(f"i{self.bits // 8}")

    def blend(self, kept, state, gate, value, exponent):
        """N93"""
        return np.clip(shift_right(kept * state + shift_right(gate * value, 15 - exponent), 15), *INT16)

    def steps(self, count):
        return reversed(range(count)) if self.reverse else range(count)


def from_one(x):
    return np.minimum(32768 - x, 32767)


def start(state, like):
    return np.zeros(like, np.int64) if state is None else state.astype(np.int64)


def lstm(layer, x, hidden, cell):
    """(sequence, hidden, cell) of integers: N94, N99."""
    l = Layer(layer, 4)
    exponent = -int(math.log2(l.cell_scale))
    products = l.inputs(x)
    outputs = len(l.projection) if l.projected else l.size
    hidden, cell = (start(state, (x.shape[1], size)) for state, size in ((hidden, outputs), (cell, l.size)))
    sequence = np.zeros((*x.shape[:2], outputs), np.int64)
    most = min(round(l.cell_clip * 2**exponent), 32767) if l.cell_clip else 32768
    for t in l.steps(len(x)):
        total = products[t] + l.multiply(hidden, slice(None), l.bias)

        def gate(name, index, peeped):
            value = total[:, l.rows(index)]
            if layer.get("peepholes") is not None and peeped is not None:
                value = value + rescale(peeped * l.peepholes[index], l.peephole_scale * l.cell_scale / l.sums[l.rows(index)], 32)
            return l.activate(name, value, index)

        i = None if l.input_coupled else gate(l.functions[0], 0, cell)
        f = from_one(i) if l.coupled else gate(l.functions[0], 2, cell)
        if l.input_coupled:
            i = from_one(f)
        cell = np.clip(l.blend(f, cell, i, gate(l.functions[1], 3, None), exponent), -most, most)
        o = gate(l.functions[0], 1, cell)
        bits = FUNCTIONS[l.functions[2]][1] - exponent
        argument = cell * (1 << min(bits, 15)) if bits > 0 else shift_right(cell, -bits)
        hidden = o * look_up(l.functions[2], np.clip(argument, *INT16))
        hidden = l.project(shift_right(hidden, 15)) if l.projected else l.to_hidden(hidden, 30)
        sequence[t] = hidden
    return l.codes(sequence), l.codes(hidden), cell.astype(np.int16)


def gru(layer, x, hidden, _):
    """(sequence, hidden): N95."""
    l = Layer(layer, 3)
    exponent = 15 - max(0, math.ceil(math.log2(l.most * l.scale * (1 - 2.0**-20))))
    products = l.inputs(x)
    hidden = start(hidden, (x.shape[1], l.size))
    wide = rescale(hidden, l.scale * 2.0**exponent, 16)
    sequence = np.zeros((*x.shape[:2], l.size), np.int64)
    n_rows = l.rows(2)
    for t in l.steps(len(x)):
        z, r = (l.activate(l.functions[0], products[t][:, rows] + l.multiply(hidden, rows, l.bias[rows]), g)
                for g in (0, 1) for rows in [l.rows(g)])
        if l.reset_after:
            total = shift_right(l.multiply(hidden, n_rows, l.hidden_bias) * r, 15) + l.bias[n_rows]
        else:
            total = l.multiply(l.to_hidden(r * wide, 15 + exponent), n_rows, l.bias[n_rows])
        n = l.activate(l.functions[1], products[t][:, n_rows] + total, 2)
        wide = l.blend(z, wide, from_one(z), n, exponent)
        hidden = sequence[t] = l.to_hidden(wide, exponent)
    return l.codes(sequence), l.codes(hidden)


def rnn(layer, x, hidden, _):
    """(sequence, hidden): N96."""
    l = Layer(layer, 1)
    products = l.inputs(x)
    hidden = start(hidden, (x.shape[1], l.size))
    sequence = np.zeros((*x.shape[:2], l.size), np.int64)
    for t in l.steps(len(x)):
        total = products[t] + l.multiply(hidden, slice(None), l.bias)
        if l.functions[0] == "relu":
            most = min(round(l.clip / l.scale), l.most) if l.clip else l.most
            hidden = np.clip(rescale(total, l.sums / l.scale, l.bits), 0, most)
        else:
            hidden = l.to_hidden(l.activate(l.functions[0], total, 0), 15)
        sequence[t] = hidden
    return l.codes(sequence), l.codes(hidden)
