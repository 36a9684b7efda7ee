#!/usr/bin/env python3
"""Our weights, weight scales and biases against those of a .tflite file that TensorFlow quantized.

    compare_weights.py QUANTC FLOAT.tflite INT8.tflite CALIBRATION.npz [OPTION...]

Biases follow from the scales of activations, which follow from calibration: of any profile of the float network the
ranges are replaced by ranges [min, max] of float32 numbers that give the int8 file's scales and zero points, as the
official calibration recorded them. What `quantc compile --profile` makes of these is compared with the file value for
value. The file is read here, from the format's field numbers.
"""
import json
import math
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import numpy as np


class Table:
    """A flatbuffer table: fields by number."""

    def __init__(self, data, at):
        self.data, self.at = data, at

    def offset(self, field):
        vtable = self.at - struct.unpack_from("<i", self.data, self.at)[0]
        size = struct.unpack_from("<H", self.data, vtable)[0]
        place = 4 + 2 * field
        return struct.unpack_from("<H", self.data, vtable + place)[0] if place < size else 0

    def scalar(self, field, form, default=0):
        offset = self.offset(field)
        return struct.unpack_from(form, self.data, self.at + offset)[0] if offset else default

    def target(self, field):
        offset = self.offset(field)
        if not offset:
            return None
        return self.at + offset + struct.unpack_from("<I", self.data, self.at + offset)[0]

    def table(self, field):
        target = self.target(field)
        return Table(self.data, target) if target else None

    def vector(self, field, element):
        target = self.target(field)
        if not target:
            return np.array([], element)
        return np.frombuffer(self.data, element, struct.unpack_from("<I", self.data, target)[0], target + 4)

    def tables(self, field):
        target = self.target(field)
        offsets = self.vector(field, "<u4")
        return [Table(self.data, target + 4 + 4 * i + int(offset)) for i, offset in enumerate(offsets)]


def read_tflite(path):
    """Tensors of the first subgraph, and of each operator its inputs and outputs."""
    data = open(path, "rb").read()
    model = Table(data, struct.unpack_from("<I", data)[0])
    buffers = [buffer.vector(0, np.uint8) for buffer in model.tables(4)]
    graph = model.tables(2)[0]
    tensors = []
    for tensor in graph.tables(0):
        parameters = tensor.table(4)
        tensors.append({
            "name": tensor.vector(3, np.uint8).tobytes().decode(),
            "scales": parameters.vector(2, "<f4") if parameters else np.array([], "<f4"),
            "zero": parameters.vector(3, "<i8") if parameters else [],
            "data": buffers[tensor.scalar(2, "<I")],
        })
    operators = [(list(op.vector(1, "<i4")), list(op.vector(2, "<i4"))) for op in graph.tables(3)]
    return tensors, operators


CONSTANT = re.compile(r'(%\w+) = "tosa.const"\(\) <\{values = dense<(.*)> : tensor<(?:[\dx]*x)?i(8|32)>\}> '
                      r'\{.*ptq\.name = "(.*?)"')
SCALES = re.compile(r"quant\.scast (%\w+) : .*!quant\.uniform<i\d+(?:<[^>]*>)?:f32(?::\d+)?, (\{[^}]*\}|[^>]*)>")


def read_quantized(text):
    """By name: codes and scales of the integer constants of a module after the stage quantize."""
    found, names = {}, {}
    for line in text.splitlines():
        if match := CONSTANT.search(line):
            value, values, width, name = match.groups()
            if values.startswith('"0x'):
                codes = np.frombuffer(bytes.fromhex(values[3:-1]), "<i1" if width == "8" else "<i4")
            else:
                codes = np.array(re.findall(r"-?\d+", values), np.int64)
            names[value] = (name, width)
            found[name, width] = [codes.astype(np.int64), None]
        elif (match := SCALES.search(line)) and match[1] in names:
            numbers = [number.split(":")[0] for number in match[2].strip("{}").split(",")]
            found[names[match[1]]][1] = np.array(numbers, np.float64)
    return found


def find_ranges(scale, zero):
    """Ranges of float32 numbers, 0 among them, that have this scale (a float32) and zero point in int8. The larger
    end varies: the other one is the nearest to what the zero point says."""
    steps = (-128 - int(zero), 127 - int(zero))
    ends = [np.float32(count * float(scale)) for count in steps]
    large = int(steps[1] > -steps[0])
    found = []
    for near in np.arange(-8, 9) + ends[large].view(np.int32):
        ends[large] = np.int32(near).view(np.float32)
        low, high = map(float, ends)
        if np.float32((high - low) / 255) == scale and round(-128 - low / float(scale)) == zero:
            found.append((low, high))
    return found


def describe_range(ends):
    """A tensor of a profile (docs/Profile.md) that has been seen once, with the values `ends`."""
    exponent = max(math.frexp(end)[1] for end in ends)

    def sum_of(value):
        mantissa, power = math.frexp(value)
        return [[power - 24, int(mantissa * 2**24)]] if value else []

    bins = sorted(8192 + math.floor(math.ldexp(end, 13 - exponent)) for end in ends)
    return {"samples": 1, "values": 2, "nonFinite": 0, "zeros": ends.count(0), "min": ends[0], "max": ends[1],
            "exponent": exponent, "sumMin": sum_of(ends[0]), "sumMax": sum_of(ends[1]), "bins": [[bin, 1] for bin in bins]}


def replace_ranges(profile, quantized, graph_input):
    """Gives the profile's tensors the ranges of the file's. Returns how many ranges each of those could have. A tensor
    that the file does not have is a part of one that it has, `name/part`, or keeps its range."""
    by_name = {tensor["name"]: tensor for tensor in quantized if len(tensor["scales"]) == 1 and not tensor["data"].size}
    by_name[graph_input["name"].removesuffix("_int8")] = graph_input
    profile.pop("inputs", None)
    choices = {}
    for name in profile["tensors"]:
        tensor = by_name.get(name, by_name.get(name.rpartition("/")[0]))
        if tensor:
            ranges = find_ranges(tensor["scales"][0], tensor["zero"][0])
            profile["tensors"][name] = describe_range(ranges[0])
            choices[tensor["name"]] = len(ranges)
    return list(choices.values())


def compare(quantc, reference, official, calibration, options, workdir):
    """Counts [equal, all] of weights, scales and biases, and how many ranges each activation could have."""
    quantized, operators = read_tflite(official)
    profile = pathlib.Path(workdir, "ranges.profile")

    def run(command, *more):
        return subprocess.run([quantc, command, reference, *more], check=True, capture_output=True, text=True).stdout

    run("calibrate", calibration, "-o", profile, "--samples=1", "--scale=1")
    statistics = json.loads(profile.read_text())
    choices = replace_ranges(statistics, quantized, quantized[operators[0][0][0]])
    profile.write_text(json.dumps(statistics))
    ours = read_quantized(run("compile", "--profile", profile, "--estimator=min-max", *options, "--stop-after=quantize"))
    counts = {"weights": [0, 0], "scales": [0, 0], "biases": [0, 0]}

    def count(what, left, right):
        counts[what][0] += int((left == right).sum()) if left.shape == right.shape else 0
        counts[what][1] += right.size

    nothing = [np.array([]), np.array([])]
    for inputs, _ in operators:
        if len(inputs) < 3 or not quantized[inputs[1]]["scales"].size:
            continue
        weight, bias = quantized[inputs[1]], quantized[inputs[2]]
        codes, scales = ours.get((weight["name"], "8"), nothing)
        count("weights", codes, weight["data"].view("<i1").astype(np.int64))
        count("scales", scales, weight["scales"].astype(np.float64))
        count("biases", ours.get((bias["name"], "32"), nothing)[0], bias["data"].view("<i4").astype(np.int64))
    return counts, choices


def main():
    quantc, reference, official, calibration, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as workdir:
        counts, choices = compare(quantc, reference, official, calibration, options, workdir)
    print(f"{len(choices)} ranges ({choices.count(1)} with one choice, at most {max(choices)}):",
          ", ".join(f"{same} of {total} {what} equal" for what, (same, total) in counts.items()))


if __name__ == "__main__":
    main()
