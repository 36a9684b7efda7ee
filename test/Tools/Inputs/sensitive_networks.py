"""Small networks of the kinds that int8 alone does not carry, with samples."""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])
rng = np.random.default_rng(1)


class Network:
    def __init__(self, shape):
        self.nodes, self.constants, self.shape = [], [], shape

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def __call__(self, op, *inputs, **attributes):
        inputs = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        self.nodes.append(helper.make_node(op, inputs, [f"t{len(self.nodes)}"], **attributes))
        return f"t{len(self.nodes) - 1}"

    def dense(self, x, rows, columns, gain=1.0):
        w = rng.normal(size=(rows, columns)) * gain / np.sqrt(rows)
        return self("Add", self("MatMul", x, w.astype("f4")), (rng.normal(size=columns) * 0.1).astype("f4"))

    def save(self, name, output, shape, samples):
        self.nodes[-1].output[0] = output = "y"
        graph = helper.make_graph(self.nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
                                  [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)], self.constants)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / f"{name}.onnx")
        np.savez(folder / f"{name}.npz", x=samples.astype("f4"))


def f4(x):
    return np.array(x, "f4")


ROWS, D = 8, 16


def layer_norm(n, x):
    mean = n("ReduceMean", x, axes=[-1])
    centred = n("Sub", x, mean)
    variance = n("ReduceMean", n("Mul", centred, centred), axes=[-1])
    return n("Div", centred, n("Sqrt", n("Add", variance, f4(1e-5))))


def gelu(n, x):
    return n("Mul", n("Mul", x, f4(0.5)), n("Add", n("Erf", n("Mul", x, f4(0.70710678))), f4(1)))


def rms_norm(n, x):
    return n("Div", x, n("Sqrt", n("Add", n("ReduceMean", n("Mul", x, x), axes=[-1]), f4(1e-5))))


def l2_norm(n, x):
    return n("Div", x, n("Sqrt", n("Add", n("ReduceSum", n("Mul", x, x), np.array([-1], "i8"), keepdims=1), f4(1e-6))))


def loud_and_quiet(*shape):
    """Rows whose sizes differ, as those of a real network do."""
    return rng.normal(size=(48, *shape)) * 10 ** rng.uniform(-1.5, 0.5, size=(48, *shape[:-1], 1))


def blocks(name, norm, count):
    n = Network([1, ROWS, D])
    x = "x"
    for _ in range(count):
        x = norm(n, x)
        x = n("Add", x, n.dense(gelu(n, n.dense(x, D, 2 * D)), 2 * D, D))
    n.dense(norm(n, x), D, 6)
    n.save(name, "y", [1, ROWS, 6], loud_and_quiet(ROWS, D))


def attention():
    n = Network([1, ROWS, D])
    x = "x"
    for _ in range(2):
        y = layer_norm(n, x)
        q, k, v = n.dense(y, D, D, 2), n.dense(y, D, D, 2), n.dense(y, D, D)
        scores = n("Mul", n("MatMul", q, n("Transpose", k, perm=[0, 2, 1])), f4(D ** -0.5))
        x = n("Add", x, n.dense(n("MatMul", n("Softmax", scores, axis=-1), v), D, D))
        x = n("Add", x, n.dense(gelu(n, n.dense(layer_norm(n, x), D, 2 * D)), 2 * D, D))
    n.dense(layer_norm(n, x), D, 6)
    n.save("attention", "y", [1, ROWS, 6], loud_and_quiet(ROWS, D))


def spectrogram():
    """Power, mel sums and a logarithm in front of a small convolutional network."""
    frames, size, mels = 12, 32, 8
    n = Network([1, frames, size])
    angle = 2 * np.pi * np.outer(np.arange(size), np.arange(size // 2 + 1)) / size
    real, imaginary = n("MatMul", "x", f4(np.cos(angle))), n("MatMul", "x", f4(np.sin(angle)))
    power = n("Add", n("Mul", real, real), n("Mul", imaginary, imaginary))
    bank = np.maximum(0, 1 - abs(np.arange(size // 2 + 1)[:, None] / 2 - np.arange(mels)[None]))
    log = n("Log", n("Max", n("MatMul", power, f4(bank)), f4(1e-6)))
    image = n("Reshape", log, np.array([1, 1, frames, mels], "i8"))
    y = n("Relu", n("Conv", image, f4(rng.normal(size=(8, 1, 3, 3)) / 3), pads=[1, 1, 1, 1]))
    y = n("Conv", y, f4(rng.normal(size=(6, 8, 3, 3)) / 8), pads=[1, 1, 1, 1])
    n("Reshape", n("GlobalAveragePool", y), np.array([1, 6], "i8"))
    t = np.arange(size)
    samples = np.zeros((48, frames, size))
    for sample in samples:
        pitch = rng.uniform(1, 14)
        for frame in sample:
            frame[:] = 10 ** rng.uniform(-2, 0) * np.sin(2 * np.pi * pitch * t / size + rng.uniform(0, 6)) + rng.normal(size=size) * 1e-3
    n.save("spectrogram", "y", [1, 6], samples)


blocks("layer-norm", layer_norm, 2)
blocks("rms-norm", rms_norm, 2)
blocks("l2-norm", l2_norm, 2)
attention()
spectrogram()
