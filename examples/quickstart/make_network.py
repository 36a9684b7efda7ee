#!/usr/bin/python3
# Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes everything in this folder that is not source: trains the network and
writes network.mlirbc, calibration.npz and test.npz.

    ./make_network.py              train and write the files
    ./make_network.py --verify     check the committed files instead: the data
                                   are drawn again and compared, and the float
                                   network's TOSA, run through the packaged
                                   MLIR tools, is compared with its expected
                                   accuracy

Needs Debian's python3-torch, python3-numpy, python3-pil, fonts-dejavu-core and
mlir-22-tools; quickstart itself needs none of the Python packages. Training
takes about four minutes of one core. The seed and the single thread make the
result reproducible on one machine; another CPU rounds differently, so its
weights are close but not the same bytes.
"""

import argparse
import pathlib
import subprocess
import sys

import numpy as np

from training.glyphs import CLASSES, GlyphSource

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = {"train": 1, "calibration": 2, "test": 3}
CALIBRATION_INPUTS = 256
TEST_INPUTS = 2000


def draw(name, count):
    return GlyphSource(SEEDS[name]).batch(count)


def write_data():
    x, _ = draw("calibration", CALIBRATION_INPUTS)
    np.savez_compressed(HERE / "calibration.npz", x=x)
    x, y = draw("test", TEST_INPUTS)
    np.savez_compressed(HERE / "test.npz", x=x, y=y)
    return x, y


def train_network():
    """Returns the trained network."""
    import torch
    from training.model import GlyphNet, train

    torch.set_num_threads(1)
    torch.manual_seed(SEEDS["train"])
    net = GlyphNet(len(CLASSES))
    count = sum(parameter.numel() for parameter in net.parameters())
    print(f"{count} parameters")
    train(net, GlyphSource(SEEDS["train"]), epochs=16,
          samples_per_epoch=16384, batch_size=64,
          log=lambda line: print(line, flush=True))
    return net


def write_network(net):
    from training.export_tosa import export

    subprocess.run(
        ["mlir-opt-22", "--emit-bytecode", "-o", HERE / "network.mlirbc"],
        input=export(net, len(CLASSES)), text=True, check=True)


def report_channel_spread(net):
    """Prints how far apart the channels' largest weights are once batch norms
    are folded: the reason for per-channel weight scales."""
    from training.export_tosa import scale_and_shift
    from training.model import LAYERS

    for layer, conv, norm in zip(LAYERS, net.convs, net.norms):
        scale, _ = scale_and_shift(norm)
        peaks = conv.weight.detach().abs().flatten(1).amax(1).numpy()
        peaks = peaks * np.abs(scale)
        print(f"{layer.name}: largest folded weight per channel "
              f"{peaks.min():.4f} to {peaks.max():.4f}")


def make():
    from training.model import probabilities

    x, y = write_data()
    net = train_network()
    write_network(net)
    report_channel_spread(net)
    expected = probabilities(net, x)
    accuracy = (expected.argmax(1) == y).mean() * 100
    print(f"float accuracy {accuracy:.2f} % of {len(y)} test images")
    from training.judge import run_tosa
    count = 16
    actual = run_tosa(HERE / "network.mlirbc", x[:count], len(CLASSES))
    error = np.abs(actual - expected[:count]).max()
    print(f"TOSA against PyTorch, {count} images: largest difference {error}")
    return 0 if error < 1e-5 else 1


def verify():
    from training.judge import run_tosa

    failures = []
    for name, count in (("calibration", CALIBRATION_INPUTS),
                        ("test", TEST_INPUTS)):
        stored = np.load(HERE / f"{name}.npz")
        x, y = draw(name, count)
        if not np.array_equal(stored["x"], x):
            failures.append(f"{name}.npz: images differ from the ones drawn")
        if "y" in stored and not np.array_equal(stored["y"], y):
            failures.append(f"{name}.npz: labels differ from the ones drawn")
    stored = np.load(HERE / "test.npz")
    count = 200
    actual = run_tosa(HERE / "network.mlirbc", stored["x"][:count],
                      len(CLASSES))
    accuracy = (actual.argmax(1) == stored["y"][:count]).mean() * 100
    print(f"float accuracy {accuracy:.2f} % of the first {count} test images")
    if not 85 <= accuracy <= 99:
        failures.append("network.mlirbc: accuracy outside 85 to 99 %")
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(
        description="Makes or verifies the bundled network and its data.")
    parser.add_argument("--verify", action="store_true",
                        help="check the committed files, write nothing")
    return verify() if parser.parse_args().verify else make()


if __name__ == "__main__":
    sys.exit(main())
