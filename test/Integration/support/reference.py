"""TFLite's reference kernels in numpy, operator by operator: what contract=tflm promises.

Written from docs/Numerics.md (N36 to N46) and independent of the compiler: exact integers
in int64, one small function per rule. A tensor's parameters are a pair (scale, zero point);
scales are float32 values.
"""
import math

import numpy as np

INT8 = (-128, 127)


# Building blocks.


def multiplier(real):
    """(multiplier, exponent): real = multiplier / 2^31 * 2^exponent, ties away from zero."""
    if real == 0:
        return 0, 0
    fraction, exponent = math.frexp(real)
    value = math.floor(fraction * 2**31 + 0.5)
    if value == 2**31:
        value, exponent = 2**30, exponent + 1
    return (value, exponent) if exponent >= -31 else (0, 0)


def high_product(a, b):
    """a * b / 2^31 to nearest, ties towards plus infinity."""
    return (np.asarray(a, np.int64) * np.asarray(b, np.int64) + 2**30) >> 31


def shift_right(x, count):
    """x / 2^count to nearest, ties away from zero."""
    x, count = np.asarray(x, np.int64), np.asarray(count, np.int64)
    half = np.where(count > 0, np.int64(1) << np.maximum(count - 1, 0), 0)
    return np.sign(x) * ((np.abs(x) + half) >> count)


def scale_by(x, value, exponent):
    """x times a multiplier, with two roundings."""
    x = np.asarray(x, np.int64) * (np.int64(1) << max(exponent, 0))
    return shift_right(high_product(x, value), max(-exponent, 0))


def requantize(x, ratio, zero_point, limits=INT8):
    return np.clip(scale_by(x, *multiplier(ratio)) + zero_point, *limits).astype(np.int8)


def clamp_limits(low, high, scale, zero_point):
    """The codes of an activation function's limits; None is no limit."""
    def code(limit):
        quotient = np.float32(limit) / np.float32(scale)
        return zero_point + int(math.copysign(math.floor(abs(float(quotient)) + 0.5), quotient))
    return (max(INT8[0], code(low)) if low is not None else INT8[0],
            min(INT8[1], code(high)) if high is not None else INT8[1])


def codes(x, parameters):
    return x.astype(np.int64) - parameters[1]


# Fixed-point functions: a value has 31 - i fractional bits for i integer bits.


def exp_of_negative(a, integer_bits):
    """exp(a) with no integer bits, a <= 0."""
    a = np.asarray(a, np.int64)
    fractional = 31 - integer_bits
    quarter = np.int64(1) << (fractional - 2)
    reduced = (a & (quarter - 1)) - quarter
    x = (reduced << integer_bits) + (1 << 28)  # around -1/8
    square = high_product(x, x)
    cube, fourth = high_product(square, x), high_product(square, square)
    tail = shift_right(high_product(shift_right(fourth, 2) + cube, round(2**31 / 3)) + square, 1)
    eighth = round(math.exp(-0.125) * 2**31)
    result = eighth + high_product(eighth, x + tail)
    for power in range(-2, 5):
        if integer_bits > power:
            factor = round(math.exp(-2.0**power) * 2**31)
            taken = (reduced - a) & (np.int64(1) << (fractional + power)) != 0
            result = np.where(taken, high_product(result, factor), result)
    return np.where(a == 0, 2**31 - 1, result)


def newton(a):
    """2 / (1 + a) with 2 integer bits, a in [0, 1) with none."""
    a = np.asarray(a, np.int64)
    half = (a + 2**31) >> 1  # (a + (2^31 - 1)) / 2 to nearest, ties up
    x = round(48 / 17 * 2**29) + high_product(half, round(-32 / 17 * 2**29))
    for _ in range(3):
        x = x + (high_product(x, (1 << 29) - high_product(half, x)) << 2)
    return x


def saturate(x):
    return np.clip(x, -2**31, 2**31 - 1)


def reciprocal(a):
    """1 / (1 + a), no integer bits."""
    return saturate(newton(a) << 1)


def logistic_q0(a, integer_bits):
    positive = reciprocal(exp_of_negative(-np.abs(a), integer_bits))
    return np.where(a == 0, 2**30, np.where(a > 0, positive, 2**31 - 1 - positive))


def tanh_q0(a, integer_bits):
    e = exp_of_negative(-np.abs(a), integer_bits + 1)  # of 2a
    t = saturate((newton(e) - (1 << 29)) << 2)
    return np.where(a == 0, 0, np.where(a > 0, t, -t))


def function(x, inner, output_bits, zero_point, parameters):
    """LOGISTIC and TANH: the input with four integer bits."""
    value, exponent = multiplier(parameters[0] * 2.0**27)
    radius = math.floor(15 * 2.0**27 / 2.0**exponent)
    d = codes(x, parameters)
    inside = np.abs(d) < radius
    q = scale_by(np.where(inside, d, 0), value, exponent)
    y = np.clip(shift_right(inner(q, 4), 31 - output_bits) + zero_point, *INT8)
    return np.where(inside, y, np.where(d > 0, INT8[1], INT8[0])).astype(np.int8)


# Operators.


def logistic(x, parameters):
    return function(x, logistic_q0, 8, -128, parameters)


def tanh(x, parameters):
    return function(x, tanh_q0, 7, 0, parameters)


def softmax(x, scale, axis=-1, beta=1.0):
    value, exponent = multiplier(min(beta * scale * 2.0**26, 2.0**31 - 1))
    least = -math.floor(31 * 2.0**26 / 2.0**exponent)
    d = x.astype(np.int64) - x.astype(np.int64).max(axis, keepdims=True)
    counts = d >= least
    e = exp_of_negative(high_product(np.where(counts, d, 0) << exponent, value), 5)
    total = np.where(counts, shift_right(e, 12), 0).sum(axis, keepdims=True)
    zeros = 32 - np.vectorize(int.bit_length)(total.astype(object)).astype(np.int64)
    r = reciprocal((total << zeros) - 2**31)
    y = shift_right(high_product(r, e), 12 - zeros + 31 - 8) - 128
    return np.where(counts, np.clip(y, *INT8), -128).astype(np.int8)


def add(x, px, y, py, po, limits=INT8, sign=1):
    top = 2 * max(px[0], py[0])
    a = scale_by(codes(x, px) << 20, *multiplier(px[0] / top))
    b = scale_by(codes(y, py) << 20, *multiplier(py[0] / top))
    return requantize(a + sign * b, top / (2**20 * po[0]), po[1], limits)


def mul(x, px, y, py, po, limits=INT8):
    return requantize(codes(x, px) * codes(y, py), px[0] * py[0] / po[0], po[1], limits)


def mean(x, px, po, axes):
    total = codes(x, px).sum(axes, keepdims=True)
    count = math.prod(x.shape[axis] for axis in axes)
    value, exponent = multiplier(px[0] / po[0])
    extra = min(count.bit_length() - 1, 32, 31 + exponent)
    return np.clip(scale_by(total, (value << extra) // count, exponent - extra) + po[1], *INT8).astype(np.int8)


def windows(x, kernel, stride, pad, fill):
    """(batch, rows, columns, kernel rows, kernel columns, channels)."""
    x = np.pad(x.astype(np.int64), ((0, 0), pad[:2], pad[2:], (0, 0)), constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(x, kernel, (1, 2))
    return np.moveaxis(view[:, ::stride[0], ::stride[1]], 3, 5)


def average_pool(x, kernel, stride, pad=(0, 0, 0, 0)):
    total = windows(x, kernel, stride, pad, 0).sum((3, 4))
    count = windows(np.ones_like(x), kernel, stride, pad, 0).sum((3, 4))
    return (np.sign(total) * ((np.abs(total) + count // 2) // count)).astype(np.int8)


def conv(x, px, weights, scales, bias, po, stride=(1, 1), pad=(0, 0, 0, 0), limits=INT8):
    """Weights (out, rows, columns, in), one scale per output channel."""
    view = windows(codes(x, px), weights.shape[1:3], stride, pad, 0)
    return rescale(np.einsum("nyxhwc,ohwc->nyxo", view, weights.astype(np.int64)) + bias, px, scales, po, limits)


def depthwise(x, px, weights, scales, bias, po, stride=(1, 1), pad=(0, 0, 0, 0), limits=INT8):
    """Weights (rows, columns, channels)."""
    view = windows(codes(x, px), weights.shape[:2], stride, pad, 0)
    return rescale(np.einsum("nyxhwc,hwc->nyxc", view, weights.astype(np.int64)) + bias, px, scales, po, limits)


def rescale(accumulator, px, scales, po, limits):
    channels = [requantize(accumulator[..., c], px[0] * float(scale) / po[0], po[1], limits)
                for c, scale in enumerate(scales)]
    return np.stack(channels, -1)


def fully_connected(x, px, weights, scale, bias, po, limits=INT8):
    """Weights (out, in) with one scale: the product of scales is rounded to float32 first."""
    accumulator = codes(x, px) @ weights.astype(np.int64).T + bias
    return requantize(accumulator, float(np.float32(px[0]) * np.float32(scale)) / po[0], po[1], limits)


def quantize(x, scale, zero_point):
    """From float32: float32 division, ties away from zero."""
    with np.errstate(over="ignore"):
        quotient = (np.float32(x) / np.float32(scale)).astype(np.float64)
    return np.clip(np.sign(quotient) * np.floor(np.abs(quotient) + 0.5) + zero_point, *INT8).astype(np.int8)


def table(x, parameters, output, value):
    """`value` of every code without its zero point."""
    results = np.array([value(int(d)) for d in np.arange(-128, 128) - parameters[1]])
    return np.clip(results + output[1], *INT8).astype(np.int8)[x.astype(np.int64) + 128]


def absolute(x, px, po):
    return table(x, px, po, lambda d: scale_by(abs(d), *multiplier(px[0] / po[0])))


def leaky_relu(x, px, po, alpha):
    """The ratios are float32."""
    identity = float(np.float32(px[0]) / np.float32(po[0]))
    slope = float(np.float32(px[0]) * np.float32(alpha) / np.float32(po[0]))
    return table(x, px, po, lambda d: scale_by(d, *multiplier(identity if d >= 0 else slope)))


def elu(x, px, po):
    """In float32 throughout."""
    def value(d):
        real = np.float32(px[0]) * np.float32(d)
        y = np.float32(np.exp(np.float32(real))) - np.float32(1) if real < 0 else real
        y = float(y * (np.float32(1) / np.float32(po[0])))
        return int(math.copysign(math.floor(abs(y) + 0.5), y))

    return table(x, px, po, value)


def hard_swish(x, px, po):
    """In 16 bits."""
    def short(ratio):
        value, exponent = multiplier(float(ratio))
        return min((value + 2**15) >> 16, 2**15 - 1), exponent

    def product(a, b):
        return (a * b + 2**14) >> 15

    def saturated(a):
        return max(-2**15, min(2**15 - 1, a))

    fine = np.float32(px[0]) / np.float32(128)
    output, down = short(fine / np.float32(po[0]))
    third, exponent = short(fine / (np.float32(3) / np.float32(32768)))

    def value(d):
        gate = product(saturated(d * 128 << max(exponent - 1, 0)), third)
        gate = saturated(gate * 2) if exponent > 0 else int(shift_right(gate, -exponent))
        gate = (gate + 2**15) >> 1
        scaled = gate * product(d * 128, output)
        return shift_right(int(math.copysign(abs(scaled) >> 15, scaled)), -down)

    return table(x, px, po, value)
