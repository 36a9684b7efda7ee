#!/usr/bin/env python3
"""Trains the networks gru.npz and bidirectional.npz on signals.py, in NumPy alone: three minutes on one core.

Both are smaller twins of DeepConvLSTM: two convolutions over time, a recurrent layer, and a dense layer on its last states.
"""
import pathlib
import sys

import numpy as np

import signals

HERE = pathlib.Path(__file__).resolve().parent
FILTERS, KERNEL, BATCH, ROUNDS = 12, 5, 64, 500
SIZE = FILTERS * signals.CHANNELS
HIDDEN = {"gru": 32, "bidirectional": 20}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def windows(x):
    """[N, T, C, F] -> [N, T - 4, C, 5 * F]."""
    steps = x.shape[1] - KERNEL + 1
    return np.concatenate([x[:, k:k + steps] for k in range(KERNEL)], axis=3)


class Convolutions:
    def forward(self, p, x):
        self.first = windows(x)
        self.one = np.maximum(self.first @ p["c1"] + p["c1b"], 0)
        self.second = windows(self.one)
        self.two = np.maximum(self.second @ p["c2"] + p["c2b"], 0)
        return self.two.reshape(*self.two.shape[:2], -1)

    def backward(self, p, d, grads):
        d = d.reshape(self.two.shape) * (self.two > 0)
        grads["c2"], grads["c2b"] = np.einsum("ntck,ntcf->kf", self.second, d, optimize=True), d.sum((0, 1, 2))
        spread, steps = d @ p["c2"].T, d.shape[1]
        d = np.zeros_like(self.one)
        for k in range(KERNEL):
            d[:, k:k + steps] += spread[..., k * FILTERS:(k + 1) * FILTERS]
        d *= self.one > 0
        grads["c1"], grads["c1b"] = np.einsum("ntck,ntcf->kf", self.first, d, optimize=True), d.sum((0, 1, 2))


class Layer:
    """One direction; its parameters have a name in front."""

    def __init__(self, name, hidden, reverse=False):
        self.name, self.hidden, self.reverse = name, hidden, reverse

    def forward(self, p, x):
        self.x = x[:, ::-1] if self.reverse else x
        products = self.x @ p[self.name + "w"].T + p[self.name + "b"]
        self.saved, self.states = [], [np.zeros((len(x), self.hidden))]
        self.start()
        for t in range(x.shape[1]):
            self.states.append(self.step(p, products[:, t], self.states[-1]))
        return self.states[-1]

    def backward(self, p, d, grads):
        """`d` belongs to the last state; gives that of x."""
        gates, recurrent = [], np.zeros_like(p[self.name + "r"])
        self.start_back(p)
        for t in reversed(range(len(self.saved))):
            dg, dh, drec = self.step_back(p, d, self.saved[t], self.states[t])
            recurrent += drec.T @ self.states[t]
            gates.append(dg)
            d = dh
        gates = np.stack(gates[::-1], axis=1)
        grads[self.name + "r"] = recurrent
        grads[self.name + "w"] = np.einsum("ntg,nti->gi", gates, self.x, optimize=True)
        grads[self.name + "b"] = gates.sum((0, 1))
        dx = gates @ p[self.name + "w"]
        return dx[:, ::-1] if self.reverse else dx


class GRU(Layer):
    """Gates z, r, n; the reset gate acts behind the product, which has a bias of its own."""

    def start(self):
        pass

    def step(self, p, row, h):
        size = self.hidden
        product = h @ p[self.name + "r"].T
        zr = sigmoid(row[:, :2 * size] + product[:, :2 * size])
        z, r = zr[:, :size], zr[:, size:]
        inner = product[:, 2 * size:] + p[self.name + "hb"]
        n = np.tanh(row[:, 2 * size:] + r * inner)
        self.saved.append((z, r, n, inner))
        return (1 - z) * n + z * h

    def start_back(self, p):
        self.inner = np.zeros(self.hidden)

    def step_back(self, p, d, saved, h):
        z, r, n, inner = saved
        dn = d * (1 - z) * (1 - n * n)
        dz, dr = d * (h - n) * z * (1 - z), dn * inner * r * (1 - r)
        self.inner += (dn * r).sum(0)
        recurrent = np.hstack([dz, dr, dn * r])
        return np.hstack([dz, dr, dn]), d * z + recurrent @ p[self.name + "r"], recurrent


class LSTM(Layer):
    """Gates i, o, f, g."""

    def start(self):
        self.cell = 0

    def step(self, p, row, h):
        i, o, f, g = np.split(row + h @ p[self.name + "r"].T, 4, axis=1)
        i, o, f, g, before = sigmoid(i), sigmoid(o), sigmoid(f), np.tanh(g), self.cell
        self.cell = f * before + i * g
        squashed = np.tanh(self.cell)
        self.saved.append((i, o, f, g, before, squashed))
        return o * squashed

    def start_back(self, p):
        self.dcell = 0

    def step_back(self, p, d, saved, h):
        i, o, f, g, before, squashed = saved
        dcell = self.dcell + d * o * (1 - squashed ** 2)
        self.dcell = dcell * f
        gates = np.hstack([dcell * g * i * (1 - i), d * squashed * o * (1 - o), dcell * before * f * (1 - f), dcell * i * (1 - g * g)])
        return gates, gates @ p[self.name + "r"], gates


def create(kind, rng):
    hidden, gates = HIDDEN[kind], 3 if kind == "gru" else 4
    w = lambda *shape: rng.normal(size=shape) / np.sqrt(shape[-1])
    p = {"c1": rng.normal(size=(KERNEL, FILTERS)) / 2, "c1b": np.zeros(FILTERS),
         "c2": rng.normal(size=(KERNEL * FILTERS, FILTERS)) / 6, "c2b": np.zeros(FILTERS)}
    names = ["g"] if kind == "gru" else ["f", "b"]
    for name in names:
        p.update({name + "w": w(gates * hidden, SIZE), name + "r": w(gates * hidden, hidden), name + "b": np.zeros(gates * hidden)})
    if kind == "gru":
        p["ghb"] = np.zeros(hidden)
    p.update(d=w(signals.CLASSES, len(names) * hidden), db=np.zeros(signals.CLASSES))
    layers = [GRU("g", hidden)] if kind == "gru" else [LSTM("f", hidden), LSTM("b", hidden, reverse=True)]
    return p, layers


def train(kind):
    rng = np.random.default_rng(3)
    p, layers = create(kind, rng)
    convolutions = Convolutions()
    x, y = signals.draw(1, 4000)
    x = x.transpose(0, 2, 3, 1).astype("f8")
    first, second = ({key: np.zeros_like(value) for key, value in p.items()} for _ in range(2))
    for step in range(1, ROUNDS + 1):
        chosen = rng.integers(0, len(x), BATCH)
        features = convolutions.forward(p, x[chosen])
        last = np.hstack([layer.forward(p, features) for layer in layers])
        logits = last @ p["d"].T + p["db"]
        odds = np.exp(logits - logits.max(1, keepdims=True))
        odds /= odds.sum(1, keepdims=True)
        loss = -np.log(odds[np.arange(BATCH), y[chosen]]).mean()
        odds[np.arange(BATCH), y[chosen]] -= 1
        odds /= BATCH
        grads = {"d": odds.T @ last, "db": odds.sum(0)}
        parts = np.split(odds @ p["d"], len(layers), axis=1)
        convolutions.backward(p, sum(layer.backward(p, part, grads) for layer, part in zip(layers, parts)), grads)
        if kind == "gru":
            grads["ghb"] = layers[0].inner
        norm = np.sqrt(sum((value ** 2).sum() for value in grads.values()))
        rate = 0.004 * min(1, 2 * (1 - (step - 1) / ROUNDS))
        for key, value in grads.items():
            value = value * min(1, 1 / norm)
            first[key] = 0.9 * first[key] + 0.1 * value
            second[key] = 0.99 * second[key] + 0.01 * value ** 2
            p[key] -= rate * (first[key] / (1 - 0.9 ** step)) / (np.sqrt(second[key] / (1 - 0.99 ** step)) + 1e-8)
        if step % 100 == 0:
            print(f"{kind}: {step} steps, loss {loss:.3f}", flush=True)
    np.savez_compressed(HERE / f"{kind}.npz", **{key: value.astype("f4") for key, value in p.items()})


for kind in sys.argv[1:] or HIDDEN:
    train(kind)
