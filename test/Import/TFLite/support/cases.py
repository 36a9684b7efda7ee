"""What a case is: one operator, its operands, and what numpy says of the result."""
import numpy as np

from network import Params


class Operand:
    """An input of the network, a constant of it, perhaps behind DEQUANTIZE, or a variable tensor."""

    def __init__(self, array, params=None, constant=False, name=None, sparse=None, dequantized=False, int4=False,
                 block=None, block_zeros=None, variable=False):
        self.array, self.params, self.constant, self.name = np.asarray(array), params, constant, name
        self.sparse, self.dequantized, self.int4, self.block = sparse, dequantized, int4, block
        self.block_zeros, self.variable = block_zeros, variable

    @property
    def is_input(self):
        return not self.constant and not self.variable

    @property
    def reals(self):
        if self.block:
            zeros = 0 if self.block_zeros is None else np.repeat(self.block_zeros, self.block, axis=-1)
            return (self.array - zeros).astype(np.float32) * np.repeat(self.params, self.block, axis=-1)
        if self.params:
            return self.params.dequantize(self.array)
        return self.array.astype(np.float32) if self.dequantized else self.array


def X(*shape, low=-2.0, high=2.0, seed=1):
    """A float input."""
    return Operand(np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32))


def C(*shape, low=-2.0, high=2.0, seed=2):
    """A float constant."""
    return Operand(X(*shape, low=low, high=high, seed=seed).array, constant=True)


def I(values, dtype=np.int32):
    """A constant of integers: a shape, axes, indices."""
    return Operand(np.asarray(values, dtype), constant=True)


def Q(*shape, scale=0.05, zero=3, dtype=np.int8, seed=1, constant=False, axis=0):
    """A quantized input (or constant) of random codes."""
    info = np.iinfo(dtype)
    low = info.min + 1 if constant and info.min < 0 else info.min
    codes = np.random.default_rng(seed).integers(low, info.max + 1, shape).astype(dtype)
    return Operand(codes, Params(scale, zero, axis), constant)


def W(*shape, scale=0.01, zero=0, dtype=np.int8, seed=2, axis=0):
    """Quantized weights."""
    return Q(*shape, scale=scale, zero=zero, dtype=dtype, seed=seed, constant=True, axis=axis)


def H(*shape, seed=2):
    """Weights of float16 behind DEQUANTIZE."""
    return Operand(C(*shape, seed=seed).array.astype(np.float16), constant=True, dequantized=True)


def D(*shape, **more):
    """Quantized weights behind DEQUANTIZE."""
    weights = W(*shape, **more)
    weights.dequantized = True
    return weights


def B(count, scale, seed=3, spread=2000):
    """An int32 bias."""
    codes = np.random.default_rng(seed).integers(-spread, spread, count).astype(np.int32)
    return Operand(codes, Params(scale), constant=True)


def pruned(operand, sparse, share=0.7, block=(), seed=7):
    """The constant `operand` with most elements (or blocks of elements) zero, stored sparsely."""
    shape = operand.array.shape
    block = tuple(block) or (1,) * len(shape)
    kept = np.random.default_rng(seed).random([s // b for s, b in zip(shape, block)]) >= share
    for axis, size in enumerate(block):
        kept = kept.repeat(size, axis)
    return Operand(np.where(kept, operand.array, 0).astype(operand.array.dtype), operand.params, True, sparse=sparse)


class Case:
    """`expect` takes the operands' reals (None for one that is not there) and gives the
    result or a tuple of results. `out` are the parameters of quantized results, of
    integers `out_type`; their codes may be `steps` off, because ties and the order of
    float sums differ."""

    def __init__(self, name, code, operands, expect, options=None, out=None, out_type=np.int8, version=1, tolerance=2e-6, steps=1):
        self.name, self.code, self.operands, self.expect = name, code, operands, expect
        self.options_type, self.options = options or (None, None)
        self.out, self.out_type, self.version = out, out_type, version
        self.tolerance, self.steps = tolerance, steps

    def results(self):
        """The expected reals as a list."""
        results = self.expect(*[o.reals if o else None for o in self.operands])
        return list(results) if isinstance(results, (tuple, list)) else [results]

    def add_to(self, network):
        """Adds the operator with its own inputs, constants and outputs."""
        inputs = []
        for index, operand in enumerate(self.operands):
            if operand is None:
                inputs.append(-1)
                continue
            name = f"{self.name}.{index}"
            if operand.sparse:
                inputs.append(network.sparse_constant(name, operand.array, operand.sparse, operand.params))
                if operand.sparse.densify:
                    dense = network.tensor(f"{name}.dense", operand.array.shape, operand.array.dtype, operand.params)
                    network.op("DENSIFY", [inputs.pop()], [dense])
                    inputs.append(dense)
            elif operand.int4:
                inputs.append(network.int4_constant(name, operand.array, operand.params, operand.block, operand.block_zeros))
            elif operand.constant:
                inputs.append(network.constant(name, operand.array, operand.params))
                if operand.dequantized:
                    reals = network.tensor(f"{name}.reals", operand.array.shape)
                    network.op("DEQUANTIZE", [inputs.pop()], [reals])
                    inputs.append(reals)
            elif operand.variable:
                inputs.append(network.tensor(name, operand.array.shape, is_variable=True))
            else:
                inputs.append(network.tensor(name, operand.array.shape, operand.array.dtype, operand.params))
                network.inputs.append(inputs[-1])
        outputs = []
        for index, result in enumerate(self.results()):
            dtype = self.out_type if self.out else np.asarray(result).dtype
            dtype = np.float32 if dtype == np.float64 else dtype
            outputs.append(network.tensor(f"{self.name}:{index}", np.shape(result), dtype, self.out))
        network.op(self.code, inputs, outputs, self.options_type, self.options, self.version)
        network.outputs += outputs

    def check(self, outputs):
        """Yields what is wrong with the outputs of a run, a dictionary by name."""
        for index, result in enumerate(self.results()):
            name = f"{self.name}:{index}"
            got = outputs[name]
            if self.out:
                got, want = got.astype(int), self.out.quantize(result, self.out_type).astype(int)
                allowed = self.steps
            else:
                want = np.asarray(result, np.float64)
                allowed = self.tolerance * max(1.0, np.abs(want).max(initial=0))
            if got.size != want.size:
                yield f"{name}: shape {got.shape} instead of {want.shape}"
                continue
            error = np.abs(got.reshape(want.shape).astype(np.float64) - want).max(initial=0)
            if not error <= allowed:
                yield f"{name}: off by {error}, {allowed} is allowed"
