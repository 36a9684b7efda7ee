"""Runs 10,000 steps through an LSTM and a GRU on top of it, in integers and in float, and looks whether their distance grows.

usage: run_drift.py --bin=DIR --llvm=DIR --cc=COMPILER WORKDIR [FILE.svg]      the file gets a plot
"""
import pathlib
import shutil
import sys

import numpy as np

import streaming
from run_streaming import Network

STEPS, WINDOW, SIZE = 10_000, 100, 6
# The error in no thousand of steps may exceed so many times that of the first hundred. (That of a hundred varies with the signal.)
PART, LIMIT = 1000, 2
FORMS = dict(int8=["--scheme=int8", "--calibrate=DATA"], int16=["--scheme=int16x8", "--calibrate=DATA"], float=["--float"])
COLORS = dict(int8="#c0392b", int16="#2471a3")


def make_network():
    """Weights of a norm below 1, so that what a state held fades."""
    net = Network(5)
    x = net.input(64, 1, SIZE)
    y = net.layer("gru", net.layer("lstm", x, 24), 16)
    net.output(y)
    return net.text()


def make_signal(random, steps):
    """Noise that changes slowly, as sensors do. It is as strong at the beginning as later."""
    x = np.zeros((steps + 64, 1, SIZE), np.float32)
    for t in range(1, steps + 64):
        x[t] = 0.9 * x[t - 1] + 0.5 * random.normal(size=(1, SIZE))
    return x[64:]


def plot(path, errors, scale):
    """Errors of windows as lines, in an SVG."""
    width, height, left, top = 720, 260, 64, 16
    most = 1.1 * max(max(values) for values in errors.values())
    count = STEPS // WINDOW
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + left + 16} {height + top + 52}" font-family="sans-serif" font-size="13">',
             f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="white" stroke="#888"/>']
    for i in range(5):
        y, x = top + height * (1 - i / 4), left + width * i / 4
        lines.append(f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{100 * most * i / 4 / scale:.2f} %</text>')
        lines.append(f'<text x="{x:.0f}" y="{top + height + 18}" text-anchor="middle">{STEPS * i // 4}</text>')
    for i, (form, values) in enumerate(errors.items()):
        points = " ".join(f"{left + width * (t + 0.5) / count:.1f},{top + height * (1 - value / most):.1f}" for t, value in enumerate(values))
        lines.append(f'<polyline points="{points}" fill="none" stroke="{COLORS[form]}" stroke-width="1.5"/>')
        lines.append(f'<text x="{left + 12 + 70 * i}" y="{top + 20}" fill="{COLORS[form]}">{form}</text>')
    lines.append(f'<text x="{left + width / 2}" y="{top + height + 40}" text-anchor="middle">time step; error of {WINDOW} steps, '
                 "of the standard deviation of the output</text></svg>")
    pathlib.Path(path).write_text("\n".join(lines) + "\n")


def main():
    workdir, *more = [pathlib.Path(argument) for argument in sys.argv[1:] if not argument.startswith("--")]
    tools, random = streaming.make_tools(sys.argv[1:]), np.random.default_rng(17)
    shutil.rmtree(workdir, ignore_errors=True)
    workdir.mkdir(parents=True)
    source, data = workdir / "net.mlir", workdir / "x.npz"
    source.write_text(make_network())
    # Calibration sees sequences of the network's own length.
    np.savez(data, x0=np.stack([make_signal(random, 64) for _ in range(32)]))
    frames, outputs = make_signal(random, STEPS)[:, None], {}
    for form, options in FORMS.items():
        options = [option.replace("DATA", str(data)) for option in options]
        outputs[form] = next(iter(streaming.stream(tools, workdir / form, source, {"x0": frames}, *options, "--stream-axis=0",
                                                   host=True).values()))
        outputs[form] = next(iter(outputs[form].values())).reshape(STEPS, -1)
    real, errors, failed = outputs.pop("float"), {}, False
    for form, steps in outputs.items():
        squares = ((steps - real) ** 2).mean(1)
        errors[form] = np.sqrt(squares.reshape(-1, WINDOW).mean(1))
        worst = np.sqrt(squares.reshape(-1, PART).mean(1).max()) / errors[form][0]
        print(f"{form}: error {errors[form][0]:.5f} in the first {WINDOW} steps, at most {worst:.2f} times that in {PART} of {STEPS}, "
              f"{errors[form].max() / errors[form][0]:.2f} times in {WINDOW}")
        failed |= worst > LIMIT
    if more:
        plot(more[0], errors, real.std())
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
