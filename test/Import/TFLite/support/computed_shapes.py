"""Networks that compute shapes from the size of an open batch, as Keras' Flatten and Reshape do, for batches of 1 and 3.

usage: computed_shapes.py WORKDIR      quantc and flatc are in PATH
"""
import pathlib
import subprocess
import sys

import numpy as np

import reference as ref
from network import Network


class Builder:
    """A network whose tensors may have any batch; results of shape arithmetic are named by a counter."""

    def __init__(self, *shape):
        self.n, self.shape = Network(), shape
        self.x = self.n.tensor("x", (1, *shape), shape_signature=[-1, *shape])
        self.n.inputs.append(self.x)

    def floats(self, name, shape):
        return self.n.tensor(name, shape, shape_signature=[-1] * len(shape))

    def integers(self, values, dtype=np.int32):
        return self.n.constant(f"c{len(self.n.tensors)}", np.asarray(values, dtype))

    def op(self, code, inputs, shape, options=None, dtype=np.int32):
        result = self.n.tensor(f"t{len(self.n.tensors)}", shape, dtype)
        self.n.op(code, inputs, [result], *(options or ()))
        return result

    def sizes(self, begin, end, keep=True, **masks):
        """Elements of the shape of x: numbers if not `keep`."""
        shape = self.op("SHAPE", [self.x], [len(self.shape) + 1])
        return self.op("STRIDED_SLICE", [shape, self.integers([begin]), self.integers([end]), self.integers([1])],
                       [end - begin] if keep else [], ("StridedSlice", dict(shrink_axis_mask=0 if keep else 1, **masks)))

    def finish(self, code, inputs, rank, options=None):
        result = self.floats("y", [1] * rank)
        self.n.op(code, inputs, [result], *(options or ()))
        self.n.outputs.append(result)
        return self.n


def flatten():
    """x.reshape(batch, -1) by PACK."""
    b = Builder(2, 3)
    shape = b.op("PACK", [b.sizes(0, 1, keep=False), b.integers(-1)], [2], ("Pack", {}))
    return b, b.finish("RESHAPE", [b.x, shape], 2), lambda x: x.reshape(len(x), 6)


def product():
    """x.reshape(batch, 2 * 3) by REDUCE_PROD and CONCATENATION, in 64 bits."""
    b = Builder(2, 3)
    rest = b.op("REDUCE_PROD", [b.sizes(1, 3), b.integers([0])], [1], ("Reducer", dict(keep_dims=True)))
    shape = b.op("CONCATENATION", [b.sizes(0, 1), rest], [2], ("Concatenation", {}))
    wide = b.op("CAST", [shape], [2], dtype=np.int64)
    return b, b.finish("RESHAPE", [b.x, wide], 2), lambda x: x.reshape(len(x), 6)


def empty():
    """The product of no sizes is 1: an empty slice, and an empty part of a concatenation."""
    b = Builder(2, 3)
    none = b.sizes(3, 3)
    last = b.op("REDUCE_PROD", [none, b.integers([0])], [1], ("Reducer", dict(keep_dims=True)))
    shape = b.op("CONCATENATION", [b.sizes(0, 3), none, last], [4], ("Concatenation", {}))
    return b, b.finish("RESHAPE", [b.x, shape], 4), lambda x: x[..., None]


def quotient():
    """Arithmetic: batch * 2 rows."""
    b = Builder(4, 3)
    rows = b.op("MUL", [b.sizes(0, 1, keep=False), b.integers(2)], [], ("Mul", {}))
    columns = b.op("FLOOR_DIV", [b.op("SUB", [b.integers(13), b.sizes(0, 1, keep=False)], [], ("Sub", {})),
                                 b.op("SUB", [b.integers(13), b.sizes(0, 1, keep=False)], [], ("Sub", {}))], [])
    rest = b.op("ADD", [columns, b.integers(5)], [], ("Add", {}))
    shape = b.op("PACK", [rows, rest], [2], ("Pack", {}))
    return b, b.finish("RESHAPE", [b.x, shape], 2), lambda x: x.reshape(-1, 6)


def resized():
    """Twice the size of the image, computed in floats."""
    b = Builder(2, 3, 1)
    real = b.op("CAST", [b.sizes(1, 3)], [2], dtype=np.float32)
    double = b.op("MUL", [real, b.n.constant("two", np.float32(2))], [2], ("Mul", {}), np.float32)
    size = b.op("CAST", [b.op("FLOOR", [double], [2], dtype=np.float32)], [2])
    return (b, b.finish("RESIZE_NEAREST_NEIGHBOR", [b.x, size], 4, ("ResizeNearestNeighbor", {})),
            lambda x: ref.resize_nearest(x, (4, 6), False, False))


def filled():
    """Zeros of the shape of x beside it, and a range as long as one of its sizes as indices."""
    b = Builder(2, 3)
    shape = b.op("BROADCAST_ARGS", [b.sizes(0, 3), b.integers([1, 1])], [3])
    ones = b.floats("ones", (1, 2, 3))
    b.n.op("FILL", [shape, b.n.constant("one", np.float32(1))], [ones])
    both = b.floats("both", (1, 2, 6))
    b.n.op("CONCATENATION", [b.x, ones], [both], "Concatenation", dict(axis=2))
    size = b.op("GATHER", [b.op("SHAPE", [b.x], [3]), b.integers(2)], [], ("Gather", {}))
    indices = b.op("RANGE", [b.integers(1), b.op("ADD", [size, b.integers(1)], [], ("Add", {})), b.integers(1)], [3])
    return (b, b.finish("GATHER", [both, indices], 3, ("Gather", dict(axis=2))),
            lambda x: np.concatenate([x, np.ones_like(x)], 2)[:, :, 1:4])


def main():
    workdir = pathlib.Path(sys.argv[1])
    workdir.mkdir(parents=True, exist_ok=True)
    wrong = 0
    for make in (flatten, product, empty, quotient, resized, filled):
        b, network, expect = make()
        path = network.write(workdir / f"{make.__name__}.tflite")
        for batch in (1, 3):
            x = np.random.default_rng(batch).normal(size=(batch, *b.shape)).astype(np.float32)
            np.savez(workdir / "in.npz", x=x[None])
            done = subprocess.run(["quantc", "run", path, workdir / "in.npz", "-o", workdir / "out.npz", f"--batch={batch}"])
            got = None if done.returncode else np.load(workdir / "out.npz")["y"][0]
            if got is None or not np.array_equal(got, expect(x)):
                print(f"{make.__name__} for a batch of {batch}: wrong, or refused")
                wrong += 1
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
