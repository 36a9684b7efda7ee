"""TFLite's operators on images in numpy, written from their definitions, in float64."""
import numpy as np


def _padding(size, kernel, stride, dilation, mode):
    """Output size, and padding before."""
    extent = (kernel - 1) * dilation + 1
    if mode == "VALID":
        return (size - extent) // stride + 1, 0
    out = -(-size // stride)
    return out, max((out - 1) * stride + extent - size, 0) // 2


def _windows(x, kernel, stride, dilation, mode, fill):
    """[N, OH, OW, KH, KW, C]: what each output position sees; `fill` outside."""
    (oh, top), (ow, left) = [_padding(x.shape[d + 1], kernel[d], stride[d], dilation[d], mode) for d in (0, 1)]
    result = np.full((x.shape[0], oh, ow, *kernel, x.shape[3]), fill, np.float64)
    for i, j, k, l in np.ndindex(oh, ow, *kernel):
        row, column = i * stride[0] + k * dilation[0] - top, j * stride[1] + l * dilation[1] - left
        if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
            result[:, i, j, k, l] = x[:, row, column]
    return result


def conv2d(x, weights, bias=None, stride=(1, 1), dilation=(1, 1), mode="SAME"):
    """weights [O, KH, KW, I]; fewer input channels than x has make groups."""
    groups = x.shape[3] // weights.shape[3]
    seen = _windows(x, weights.shape[1:3], stride, dilation, mode, 0.0)
    parts = [np.einsum("nijklc,oklc->nijo", s, w)
             for s, w in zip(np.split(seen, groups, axis=5), np.split(weights.astype(np.float64), groups))]
    return np.concatenate(parts, axis=3) + (0 if bias is None else bias)


def conv3d(x, weights, bias=None, stride=(1, 1, 1), dilation=(1, 1, 1), mode="SAME"):
    """x [N, D, H, W, C], weights [KD, KH, KW, C / groups, O]."""
    groups = x.shape[4] // weights.shape[3]
    sizes, before = zip(*(_padding(x.shape[d + 1], weights.shape[d], stride[d], dilation[d], mode) for d in range(3)))
    x = np.pad(x.astype(np.float64), [(0, 0), *((b, weights.shape[d] * dilation[d] + stride[d]) for d, b in enumerate(before)), (0, 0)])
    result = 0
    for offset in np.ndindex(*weights.shape[:3]):
        spots = [slice(o * d, o * d + (n - 1) * s + 1, s) for o, d, n, s in zip(offset, dilation, sizes, stride)]
        seen = np.split(x[:, spots[0], spots[1], spots[2]], groups, axis=4)
        result = result + np.concatenate([part @ w for part, w in zip(seen, np.split(weights[offset].astype(np.float64), groups, axis=1))], axis=4)
    return result + (0 if bias is None else bias)


def depthwise(x, weights, bias=None, stride=(1, 1), dilation=(1, 1), mode="SAME"):
    """weights [1, KH, KW, C * M]: output channel c * M + m reads channel c."""
    multiplier = weights.shape[3] // x.shape[3]
    seen = _windows(x, weights.shape[1:3], stride, dilation, mode, 0.0).repeat(multiplier, axis=5)
    return np.einsum("nijklc,klc->nijc", seen, weights[0].astype(np.float64)) + (0 if bias is None else bias)


def transpose_conv(x, weights, out, bias=None, stride=(1, 1), mode="SAME"):
    """weights [O, KH, KW, I]: what conv2d from `out` to x does, transposed."""
    result = np.zeros((x.shape[0], *out, weights.shape[0]))
    before = [_padding(out[d], weights.shape[d + 1], stride[d], 1, mode)[1] for d in (0, 1)]
    for i, j, k, l in np.ndindex(*x.shape[1:3], *weights.shape[1:3]):
        row, column = i * stride[0] + k - before[0], j * stride[1] + l - before[1]
        if 0 <= row < out[0] and 0 <= column < out[1]:
            result[:, row, column] += x[:, i, j] @ weights[:, k, l].T.astype(np.float64)
    return result + (0 if bias is None else bias)


def average_pool(x, kernel, stride, mode):
    """Positions outside of the image do not count."""
    return np.nanmean(_windows(x, kernel, stride, (1, 1), mode, np.nan), axis=(3, 4))


def max_pool(x, kernel, stride, mode):
    return _windows(x, kernel, stride, (1, 1), mode, -np.inf).max(axis=(3, 4))


def _source(out, size, align, half):
    """Where output positions lie in the input."""
    positions = np.arange(out, dtype=np.float64)
    if align:
        return positions * (size - 1) / max(out - 1, 1)
    return (positions + 0.5) * size / out - 0.5 if half else positions * size / out


def resize_nearest(x, out, align=False, half=False):
    for axis, size in ((1, out[0]), (2, out[1])):
        old = x.shape[axis]
        if align:
            index = np.floor(_source(size, old, True, False) + 0.5)
        else:
            index = np.floor((np.arange(size) + (0.5 if half else 0.0)) * old / size)
        x = x.take(np.clip(index, 0, old - 1).astype(int), axis=axis)
    return x


def resize_bilinear(x, out, align=False, half=False):
    for axis, size in ((1, out[0]), (2, out[1])):
        old = x.shape[axis]
        source = np.clip(_source(size, old, align, half), 0, old - 1)
        low = np.floor(source).astype(int)
        part = (source - low).reshape([-1 if d == axis else 1 for d in range(4)])
        x = x.take(low, axis=axis) * (1 - part) + x.take(np.minimum(low + 1, old - 1), axis=axis) * part
    return x


def depth_to_space(x, block):
    n, h, w, c = x.shape
    return x.reshape(n, h, w, block, block, c // block**2).transpose(0, 1, 3, 2, 4, 5).reshape(n, h * block, w * block, -1)


def space_to_depth(x, block):
    n, h, w, c = x.shape
    return x.reshape(n, h // block, block, w // block, block, c).transpose(0, 1, 3, 2, 4, 5).reshape(n, h // block, w // block, -1)


def softmax(x, beta=1.0):
    e = np.exp(beta * (x - x.max(axis=-1, keepdims=True)))
    return e / e.sum(axis=-1, keepdims=True)


def space_to_batch(x, block, paddings):
    """Every block[0] x block[1]-th pixel of the padded image is an image of its own."""
    x = np.pad(x, [(0, 0), *paddings, (0, 0)])
    n, h, w, c = x.shape
    x = x.reshape(n, h // block[0], block[0], w // block[1], block[1], c).transpose(2, 4, 0, 1, 3, 5)
    return x.reshape(-1, h // block[0], w // block[1], c)


def batch_to_space(x, block, crops):
    n, h, w, c = x.shape
    x = x.reshape(block[0], block[1], -1, h, w, c).transpose(2, 3, 0, 4, 1, 5).reshape(-1, h * block[0], w * block[1], c)
    return x[:, crops[0][0]:x.shape[1] - crops[0][1], crops[1][0]:x.shape[2] - crops[1][1]]
