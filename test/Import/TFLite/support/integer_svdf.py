"""An int8 SVDF with an int16 state, bit by bit as TFLite's kernel computes it."""
import numpy as np

from integer_lstm import multiply, saturate
from network import Params


class Svdf:
    """A file of one operator with random integers, which computes one step of `steps`."""

    def __init__(self, name, steps=6, batch=2, size=5, units=3, rank=2, memory=4, bias=True, seed=0, x=Params(0.03, -7),
                 state=Params(0.0005), out=Params(0.05, -128), scale=0.01):
        rng = np.random.default_rng(seed)
        self.name, self.x, self.state, self.out, self.rank, self.bias = name, x, state, out, rank, bias
        self.batch, self.memory, self.filters = batch, memory, units * rank
        self.features = rng.integers(-127, 128, (self.filters, size)).astype(np.int8)
        self.time = rng.integers(-3000, 3001, (self.filters, memory)).astype(np.int16)
        self.biases = rng.integers(-2000000, 2000001, units).astype(np.int32)
        self.scales = np.float32(scale), np.float32(0.0002)
        self.data = rng.integers(-128, 128, (steps, batch, size)).astype(np.int8)

    def add_to(self, n):
        x = n.tensor("x", self.data.shape[1:], np.int8, self.x)
        y = n.tensor("y", (self.batch, self.filters // self.rank), np.int8, self.out)
        bias = n.constant("biases", self.biases, Params(self.state.scales[0] * self.scales[1])) if self.bias else -1
        n.op("SVDF", [x, n.constant("features", self.features, Params(self.scales[0])), n.constant("time", self.time, Params(self.scales[1])),
                      bias, n.tensor("state", (self.batch, self.filters * self.memory), np.int16, self.state, is_variable=True)], [y],
             "SVDF", dict(rank=self.rank, activation="RELU"), version=3)
        n.inputs.append(x)
        n.outputs.append(y)

    def expect(self, x, state):
        """The output of one step, and the state behind it."""
        state_scale = np.float32(self.state.scales[0])
        feature = (x.astype(np.int64) - int(self.x.zeros[0])) @ self.features.T.astype(np.int64)
        feature = saturate(multiply(feature, float(np.float32(self.x.scales[0]) * self.scales[0] / state_scale)))
        state = state.astype(np.int64).reshape(self.batch, self.filters, self.memory)
        state = np.concatenate([state[:, :, 1:], feature[:, :, None]], 2)
        sums = (state * self.time).sum(2).reshape(self.batch, -1, self.rank).sum(2)
        sums = sums + self.biases if self.bias else sums
        y = multiply(sums, float(state_scale * self.scales[1] / np.float32(self.out.scales[0]))) + int(self.out.zeros[0])
        return saturate(y, 8).astype(np.int8), state.reshape(self.batch, -1).astype(np.int16)
