"""Constants stored sparsely, as numpy sees it: an array is cut into blocks, its axes are put into the order of the
traversal, and level by level each prefix of an index that leads to anything but zeros is kept."""
import numpy as np

DENSE, SPARSE = "DENSE", "SPARSE_CSR"


class Sparse:
    """`formats` are those of the dimensions in their `order`: first those of the shape, then those of `blocks`, pairs
    (dimension, size), which are numbered behind them and are dense. `integers` is the type of the vectors."""

    def __init__(self, formats, order=None, blocks=(), integers="Int32Vector", densify=False):
        self.order = list(order if order is not None else range(len(formats) + len(blocks)))
        self.formats = list(formats) + [DENSE] * len(blocks)
        self.blocks, self.integers, self.densify = blocks, integers, densify

    def _arrange(self, array):
        sizes = dict(self.blocks)
        split = []
        for dim, size in enumerate(array.shape):
            split += [size // sizes.get(dim, 1), sizes.get(dim, 1)]
        parts = array.reshape(split)
        axes = [2 * dim for dim in range(array.ndim)] + [2 * dim + 1 for dim, _ in self.blocks]
        rest = [axis for axis in range(parts.ndim) if axis not in axes]  # of size 1
        parts = parts.transpose(axes + rest).reshape([parts.shape[axis] for axis in axes])
        return parts.transpose(self.order)

    def _vector(self, what, values):
        return {f"{what}_type": self.integers, what: dict(values=[int(value) for value in values])}

    def encode(self, array):
        """The metadata as JSON, and the elements that are stored."""
        parts = self._arrange(np.asarray(array))
        prefixes, levels = [()], []
        for size, form in zip(parts.shape, self.formats):
            if form == DENSE:
                levels.append(dict(format=form, dense_size=size))
                prefixes = [prefix + (i,) for prefix in prefixes for i in range(size)]
                continue
            kept = [[i for i in range(size) if parts[prefix + (i,)].any()] for prefix in prefixes]
            levels.append(dict(format=form, **self._vector("array_segments", np.cumsum([0] + [len(k) for k in kept])),
                               **self._vector("array_indices", [i for k in kept for i in k])))
            prefixes = [prefix + (i,) for prefix, k in zip(prefixes, kept) for i in k]
        metadata = dict(traversal_order=self.order, dim_metadata=levels)
        if self.blocks:
            metadata["block_map"] = [dim for dim, _ in self.blocks]
        return metadata, np.array([parts[prefix] for prefix in prefixes], array.dtype)
