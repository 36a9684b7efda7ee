"""Models in numpy of the rules N51 to N55 of docs/Numerics.md, which define what TOSA leaves open. They
are written from the rules, with exact integers, and independent of the compiler.
"""
import numpy as np


def shift(kind, x, amount):
    """N52: exact numbers; an amount that is negative is a large one."""
    bits = x.dtype.itemsize * 8
    x, amount = np.broadcast_arrays(x, amount)

    def one(value, count):
        value, count = int(value), int(count)
        count = count if 0 <= count < bits else 2 * bits
        if kind == "left":
            value = value << count & (1 << bits) - 1
            return value - (1 << bits) if value >> bits - 1 else value
        if kind == "logical":
            return (value & (1 << bits) - 1) >> count if count else value
        return value + (1 << count - 1) >> count if kind == "rounding" and count else value >> count

    return np.array([one(*pair) for pair in zip(x.ravel(), amount.ravel())], x.dtype).reshape(x.shape)


def divide(x, divisor):
    """N53: towards zero; x / 0 = 0; the lowest number divided by -1 wraps around."""
    x, divisor = np.broadcast_arrays(x.astype(object), divisor.astype(object))

    def one(a, b):
        quotient = 0 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return (quotient + 2**31) % 2**32 - 2**31

    return np.array([one(*pair) for pair in zip(x.ravel(), divisor.ravel())], np.int32).reshape(x.shape)


def cast(x, dtype):
    """N54: nearest, ties to even, saturated; NaN is 0."""
    limits = np.iinfo(dtype)
    return np.clip(np.rint(np.nan_to_num(x.astype(np.float64), nan=0.0, posinf=2.0**70, neginf=-2.0**70)), limits.min,
                   limits.max).astype(dtype)


def gather(table, indices):
    """N51: clamped."""
    return np.take_along_axis(table, np.clip(indices, 0, table.shape[1] - 1)[..., None], 1)


def scatter(table, indices, rows):
    """N51: clamped; of several rows for one index, the last stays."""
    result = table.copy()
    for n, row in enumerate(np.clip(indices, 0, table.shape[1] - 1)):
        for w, k in enumerate(row):
            result[n, k] = rows[n, w]
    return result


def extreme(x, axis, sign, ignore):
    """N55: of infinities alone an infinity."""
    with np.errstate(invalid="ignore"):
        values = np.where(np.isnan(x), -np.inf, sign * x) if ignore else sign * x
    result = sign * np.max(values, axis, keepdims=True)
    return np.where(np.all(np.isnan(x), axis, keepdims=True), np.nan, result).astype(np.float32)


def max_pool(x, ignore):
    x = np.where(np.isnan(x), -np.inf, x) if ignore else x
    x = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=-np.inf)
    view = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2))[:, ::2, ::2]
    return np.max(view, (4, 5)).astype(np.float32)
