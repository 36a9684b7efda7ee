"""Writes network.mlir, a small network over a sequence of 48 samples of a sensor with three axes, and calibration.npz.

A convolution over five samples finds local patterns, a GRU remembers, and a product gives four scores for each time step. The weights are
random, as those of a network before its training are.

usage: make_network.py FOLDER      needs numpy
"""
import pathlib
import sys

import numpy as np

STEPS, AXES, FILTERS, UNITS, SCORES, WINDOW = 48, 3, 8, 12, 4, 5
RANDOM = np.random.default_rng(3)


def constant(name, *shape):
    values = (RANDOM.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)
    kind = "x".join(map(str, shape)) + "xf32"
    return f'  %{name} = "tosa.const"() <{{values = dense<"0x{values.tobytes().hex().upper()}"> : tensor<{kind}>}}> : () -> tensor<{kind}>\n'


def convolution(result, operand, weights, bias, types):
    return (f"  %{result} = tosa.conv2d %{operand}, %{weights}, %{bias}, %zero, %zero {{acc_type = f32, pad = array<i64: 0, 0, 0, 0>, "
            f"stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}} : ({types[0]}, {types[1]}, {types[2]}, tensor<1xf32>, tensor<1xf32>) -> {types[3]}\n")


def shape(name, *sizes):
    return f"  %{name} = tosa.const_shape {{values = dense<{list(sizes)}> : tensor<{len(sizes)}xindex>}} : () -> !tosa.shape<{len(sizes)}>\n"


def network():
    rows = STEPS - WINDOW + 1
    text = f'func.func @network(%x: tensor<1x{STEPS}x1x{AXES}xf32> {{ptq.name = "samples"}}) -> (tensor<1x{rows}x1x{SCORES}xf32> {{ptq.name = "scores"}}) {{\n'
    text += '  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>\n'
    text += constant("cw", FILTERS, WINDOW, 1, AXES) + constant("cb", FILTERS)
    text += convolution("c", "x", "cw", "cb", (f"tensor<1x{STEPS}x1x{AXES}xf32>", f"tensor<{FILTERS}x{WINDOW}x1x{AXES}xf32>", f"tensor<{FILTERS}xf32>",
                                               f"tensor<1x{rows}x1x{FILTERS}xf32>"))
    text += f"  %p = tosa.clamp %c {{min_val = 0.0 : f32, max_val = 0x7F800000 : f32}} : (tensor<1x{rows}x1x{FILTERS}xf32>) -> tensor<1x{rows}x1x{FILTERS}xf32>\n"
    text += shape("s", rows, 1, FILTERS)
    text += f"  %r = tosa.reshape %p, %s : (tensor<1x{rows}x1x{FILTERS}xf32>, !tosa.shape<3>) -> tensor<{rows}x1x{FILTERS}xf32>\n"
    text += constant("w", 3 * UNITS, FILTERS) + constant("u", 3 * UNITS, UNITS) + constant("b", 3 * UNITS)
    text += (f"  %h, %last = ptq.gru %r weights(%w, %u) bias(%b) : (tensor<{rows}x1x{FILTERS}xf32>, tensor<{3 * UNITS}x{FILTERS}xf32>, "
             f"tensor<{3 * UNITS}x{UNITS}xf32>, tensor<{3 * UNITS}xf32>) -> (tensor<{rows}x1x{UNITS}xf32>, tensor<1x{UNITS}xf32>)\n")
    text += shape("t", 1, rows, 1, UNITS)
    text += f"  %q = tosa.reshape %h, %t : (tensor<{rows}x1x{UNITS}xf32>, !tosa.shape<4>) -> tensor<1x{rows}x1x{UNITS}xf32>\n"
    text += constant("dw", SCORES, 1, 1, UNITS) + constant("db", SCORES)
    text += convolution("y", "q", "dw", "db", (f"tensor<1x{rows}x1x{UNITS}xf32>", f"tensor<{SCORES}x1x1x{UNITS}xf32>", f"tensor<{SCORES}xf32>",
                                               f"tensor<1x{rows}x1x{SCORES}xf32>"))
    return text + f"  return %y : tensor<1x{rows}x1x{SCORES}xf32>\n}}\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "network.mlir").write_text(network())
    # Movements: sums of random impulses that fade.
    impulses, samples = RANDOM.normal(size=(16, STEPS, 1, AXES)), np.zeros((16, STEPS, 1, AXES), np.float32)
    for t in range(STEPS):
        samples[:, t] = 0.8 * samples[:, t - 1] * (t > 0) + 0.5 * impulses[:, t]
    np.savez_compressed(folder / "calibration.npz", samples=samples)


if __name__ == "__main__":
    main()
