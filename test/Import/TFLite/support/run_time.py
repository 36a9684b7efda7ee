"""What is left of activations next to integer weights, which are quantized at run time (N61 and N62)."""
import numpy as np

LEAST = np.float32(2.0**-100)


def rows(x, axes):
    """With a range and a zero point for what lies along `axes`."""
    x = x.astype(np.float32)
    low = np.minimum(x.min(axes, keepdims=True), np.float32(0))
    span = np.maximum(np.maximum(x.max(axes, keepdims=True), np.float32(0)) - low, LEAST)
    steps = np.float32(255)
    scale, inverse = span * (1 / steps), 1 / span * steps
    zero = np.rint(-128 - low * inverse)
    return (np.clip(np.rint(x * inverse) + zero, -128, 127) - zero) * scale.astype(np.float64)


def images(x):
    return rows(x, (1, 2, 3))


def vectors(x):
    return rows(x, (-1,))


def symmetric_vectors(x):
    x = x.astype(np.float32)
    span, steps = np.maximum(np.abs(x).max(-1, keepdims=True), LEAST), np.float32(127)
    scale, inverse = span * (1 / steps), 1 / span * steps
    return np.clip(np.rint(x * inverse), -127, 127) * scale.astype(np.float64)
