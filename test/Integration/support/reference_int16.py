"""TFLite's kernels of int16 in numpy, operator by operator, written from docs/Numerics.md (N74 to N79)."""
import numpy as np

from reference import multiplier, scale_by, shift_right

INT16 = (-32768, 32767)


def sat(x):
    return np.clip(x, *INT16).astype(np.int16)


def wide(x):
    return x.astype(np.int64)


def requantize(x, ratio):
    return sat(scale_by(wide(x), *multiplier(ratio)))


def reduced(ratio):
    """(multiplier of 15 bits, shift): N74."""
    value, exponent = multiplier(ratio)
    return min((value + 2**15) >> 16, 2**15 - 1), 15 - exponent


def sums(accumulator, ratios):
    """Sums of the last dimension's channels under their ratios."""
    pairs = [reduced(ratio) for ratio in ratios]
    m, n = (np.array(values, np.int64) for values in zip(*pairs))
    return sat((wide(accumulator) * m + (np.int64(1) << (n - 1))) >> n)


def add(x, sx, y, sy, so, sign=1):
    largest = 2 * max(sx, sy)
    a, b = (scale_by(wide(q) << 15, *multiplier(s / largest)) for q, s in ((x, sx), (y, sy)))
    return requantize(a + sign * b, largest / (2**15 * so))


def mean(x, sx, so, axes):
    count = int(np.prod([x.shape[axis] for axis in axes]))
    value, exponent = multiplier(sx / so)
    up = min(count.bit_length() - 1, 31 + exponent)
    return sat(scale_by(wide(x).sum(axis=axes, keepdims=True), (value << up) // count, exponent - up))


def average_pool(x, kernel):
    """Without padding and overlap."""
    n, h, w, c = x.shape
    total = wide(x).reshape(n, h // kernel, kernel, w // kernel, kernel, c).sum(axis=(2, 4))
    count = kernel * kernel
    return sat(np.sign(total) * ((2 * np.abs(total) + count) // (2 * count)))


def leaky_relu(x, sx, so, alpha):
    f = np.float32
    ratios = f(sx) / f(so), f(sx) * f(alpha) / f(so)
    return np.where(x >= 0, *(requantize(x, float(ratio)) for ratio in ratios))


def _sigmoid_table():
    def g(i):
        return 1 / (1 + np.exp(-i / 24))

    i = np.arange(256.0)
    table = np.floor(2**16 * (g(i) + (g(i + 0.5) - (g(i) + g(i + 1)) / 2) / 2) + 0.5).astype(np.int64)
    table[255] = 2**16 - 1
    return table


def _sigmoid(x, scale, bits, powers, last):
    """(argument, y) of N77."""
    if scale in powers:
        m, n = 3 * powers[scale], 0
    else:
        n = 0
        while 12288 * scale * 2**n <= 32767 / 2:
            n += 1
        m = int(12288 * scale * 2**n)
    x = (wide(x) * m + (2**n >> 1)) >> n
    table, size = _sigmoid_table(), np.abs(x)
    i = np.minimum(size >> bits, 254)
    y = (table[i] << bits) + (size & (2**bits - 1)) * (table[i + 1] - table[i])
    return x, np.where(size >> bits >= 255, last, y)


def logistic(x, scale):
    x, y = _sigmoid(x, scale, 9, {2.0**-12: 1}, (2**15 - 1) << 10)
    return sat((np.where(x < 0, 2**25 - 1 - y, y) + 2**9) >> 10)


def tanh(x, scale):
    x, y = _sigmoid(x, scale, 8, {2.0**-12: 1, 2.0**-11: 2}, (2**16 - 1) << 8)
    return sat((np.where(x < 0, 2**23 - 1 - y, y - 2**23) + 2**7) >> 8)


def _nearest(x):
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


def _table(function, low, high):
    x, d = np.linspace(low, high, 513), (high - low) / 512
    entries = _nearest(2**15 * function(x))
    lacking = _nearest((2**15 * function(x[:-1] + d) + entries[:-1]) / 2) - _nearest(2**15 * function(x[:-1] + d / 2))
    entries[:-1] -= _nearest(lacking / 2)
    return sat(entries)


def _look(table, q):
    q = np.clip(q, *INT16)
    i = 256 + (q >> 7)
    table = wide(table)
    return (table[i] * 128 + (q & 127) * (table[i + 1] - table[i]) + 64) >> 7


def softmax(x, scale, axis):
    distance = scale_by(wide(x) - wide(x).max(axis=axis, keepdims=True), *multiplier(scale / (10 / 65535)))
    e = _look(_table(np.exp, -10, 0), distance + 32767)
    total = e.sum(axis=axis, keepdims=True)
    zeros = 31 - np.floor(np.log2(total)).astype(np.int64)
    r = _look(_table(lambda x: 1 / (1 + x), 0, 1), (((total << (zeros - 1)) + 2**13) >> 14) - 2**15 - 2**16)
    return np.clip((e * r + (1 << (30 - zeros))) >> (31 - zeros), 0, 32767).astype(np.int16)
