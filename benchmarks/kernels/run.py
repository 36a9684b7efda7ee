#!/usr/bin/env python3
"""Speed of single kernels against the peak of this core, measured in the same run.

Writes a TOSA network of one layer for each shape, compiles it with quantc for this machine, and
prints GMAC/s beside the rate that peak.c reaches with the same instruction in registers.

    benchmarks/kernels/run.py --quantc build/bin/quantc [--cpu native] [--cc clang]
"""
import argparse
import json
import pathlib
import random
import struct
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent

# name, height, width, input channels, output channels, kernel, stride, form
SHAPES = [
    ("conv 3x3 56x56x64->64", 56, 56, 64, 64, 3, 1, "conv"),
    ("conv 3x3 28x28x128->128", 28, 28, 128, 128, 3, 1, "conv"),
    ("conv 3x3 7x7x512->512", 7, 7, 512, 512, 3, 1, "conv"),
    ("conv 3x3/2 224x224x3->32", 224, 224, 3, 32, 3, 2, "conv"),
    ("conv 1x1 56x56x64->128", 56, 56, 64, 128, 1, 1, "conv"),
    ("conv 1x1 14x14x512->512", 14, 14, 512, 512, 1, 1, "conv"),
    ("fully connected 1024->1000", 1, 1, 1024, 1000, 1, 1, "conv"),
    ("depthwise 3x3 56x56x128", 56, 56, 128, 128, 3, 1, "depthwise"),
    ("depthwise 3x3 14x14x512", 14, 14, 512, 512, 3, 1, "depthwise"),
    ("given weights 3x3 56x56x64->64", 56, 56, 64, 64, 3, 1, "given"),
    ("volume 3x3x3 16x28x28x64->64", 28, 28, 64, 64, 3, 1, "volume"),
]


def constant(name, shape, element, data):
    tensor = "tensor<" + "".join(f"{d}x" for d in shape) + element + ">"
    return f'  %{name} = "tosa.const"() {{values = dense<"0x{data.hex()}"> : {tensor}}} : () -> {tensor}\n', tensor


DEPTH = 16  # of a volume


def network(shape, is_float):
    """A convolution with its requantization (int8) or alone (float); and its multiply-accumulates."""
    _, height, width, ins, outs, kernel, stride, form = shape
    depthwise, axes = form == "depthwise", 3 if form == "volume" else 2
    rng = random.Random(1)
    before = kernel // 2
    out_height, out_width = -(-height // stride), -(-width // stride)
    after = [(o - 1) * stride + kernel - size - before for o, size in ((out_height, height), (out_width, width))]
    weight_shape = [kernel, kernel, ins, 1] if depthwise else [outs, *[kernel] * axes, ins]
    count = kernel ** axes * ins * (1 if depthwise else outs)
    element, accumulator = ("f32", "f32") if is_float else ("i8", "i32")
    integers = [rng.randint(-127, 127) for _ in range(count)]
    if is_float:
        weights = struct.pack(f"<{count}f", *(i / 127 for i in integers))
        zero = bytes(4)
    else:
        weights = struct.pack(f"<{count}b", *integers)
        zero = bytes(1)
    body, types = "", {}
    constants = [("w", weight_shape, element, weights), ("b", [outs], accumulator, bytes(4 * outs)),
                 ("z", [1], element, zero)]
    if not is_float:
        constants += [("m", [outs], "i32", struct.pack(f"<{outs}i", *(rng.randint(1 << 30, (1 << 31) - 1) for _ in range(outs)))),
                      ("s", [outs], "i8", bytes([40]) * outs), ("z32", [1], "i32", bytes(4))]
    for name, dims, kind, data in constants:
        line, types[name] = constant(name, dims, kind, data)
        body += "" if form == "given" and name == "w" else line
    depth = f"{DEPTH}x" if axes == 3 else ""
    source = f"tensor<1x{depth}{height}x{width}x{ins}x{element}>"
    sums = f"tensor<1x{depth}{out_height}x{out_width}x{outs}x{accumulator}>"
    result = f"tensor<1x{depth}{out_height}x{out_width}x{outs}x{element}>"
    op = {"depthwise": "depthwise_conv2d", "volume": "conv3d"}.get(form, "conv2d")
    pads = [before, kernel - 1 - before] * (axes - 2) + [before, after[0], before, after[1]]
    strides = [1] * (axes - 2) + [stride] * 2
    body += (f"  %0 = tosa.{op} %x, %w, %b, %z, %z {{acc_type = {accumulator}, dilation = array<i64: {', '.join(['1'] * axes)}>, "
             f"pad = array<i64: {', '.join(map(str, pads))}>, stride = array<i64: {', '.join(map(str, strides))}>}} : "
             f"({source}, {types['w']}, {types['b']}, {types['z']}, {types['z']}) -> {sums}\n")
    if not is_float:
        body += ("  %1 = tosa.rescale %0, %m, %s, %z32, %z {scale32 = true, rounding_mode = SINGLE_ROUND, "
                 "per_channel = true, input_unsigned = false, output_unsigned = false} : "
                 f"({sums}, {types['m']}, {types['s']}, {types['z32']}, {types['z']}) -> {result}\n")
    arguments = f"%x: {source}" + (f", %w: {types['w']}" if form == "given" else "")
    text = f"func.func @main({arguments}) -> {result} {{\n{body}  return %{0 if is_float else 1} : {result}\n}}\n"
    size = 4 if is_float else 1
    images = DEPTH if axes == 3 else 1
    inputs = [images * height * width * ins * size] + ([count * size] if form == "given" else [])
    return text, images * out_height * out_width * count, inputs, images * out_height * out_width * outs * size


def run(command):
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(shape, is_float, args, folder):
    text, macs, inputs, out_bytes = network(shape, is_float)
    (folder / "layer.mlir").write_text(text)
    kind = ["--float"] if is_float else []
    run([args.quantc, "compile", folder / "layer.mlir", *kind, "-o", folder / "layer.o", "--name=layer", f"--cpu={args.cpu}"])
    arena = json.loads((folder / "layer.json").read_text())["arena"]["bytes"]
    run([args.cc, "-O2", HERE / "time_kernel.c", folder / "layer.o", "-o", folder / "time", "-DRUN=layer_run",
         f"-DARENA_BYTES={arena}", f"-DINPUT_BYTES={inputs[0]}", f"-DWEIGHT_BYTES={inputs[1] if len(inputs) > 1 else 0}", f"-DOUTPUT_BYTES={out_bytes}"])
    return macs / float(run([folder / "time"])) * 1e-9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quantc", required=True)
    parser.add_argument("--cpu", default="native")
    parser.add_argument("--cc", default="cc")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run([args.cc, "-O2", f"-march={args.cpu}", HERE / "peak.c", "-o", folder / "peak"])
        peak = [float(rate) for rate in run([folder / "peak"]).split()]
        print(f"peak of this core: int8 {peak[0]:.1f} GMAC/s, float {peak[1]:.1f} GMAC/s")
        print(f"{'layer':<30}{'int8':>10}{'of peak':>9}{'float':>10}{'of peak':>9}")
        for shape in SHAPES:
            rates = [measure(shape, is_float, args, folder) for is_float in (False, True)]
            print(f"{shape[0]:<30}" + "".join(f"{rate:>10.1f}{rate / limit:>9.0%}" for rate, limit in zip(rates, peak)))


if __name__ == "__main__":
    main()
