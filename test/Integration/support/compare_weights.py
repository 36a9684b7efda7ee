#!/usr/bin/env python3
"""Our weights, weight scales and biases against those of a .tflite file that TensorFlow quantized.

    compare_weights.py QUANTC FLOAT.tflite INT8.tflite CALIBRATION.npz [OPTION...]

Biases follow from the scales of activations, which follow from calibration: here they are those of the int8 file.
The float network is annotated (with any calibration and the options), the activations' parameters are
replaced by the file's, and what `quantc` quantizes then is compared with the file value for value. The file is read
here, from the format's field numbers.

TensorFlow widened channels (docs/Numerics.md, N9) by the input's scale as a double, which the file holds as a
float32: for the networks that have such channels the double is searched among those that round to it.
"""
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


DEFINITION = re.compile(r'^\s*(%\w+)(?::\d+)? = .*ptq\.name = "(.*?)"')
ARGUMENT = re.compile(r'(%arg\d+): [^{]*\{ptq\.name = "(.*?)"\}')
FAKE_QUANT = re.compile(r"ptq\.fake_quant (%\w+) as (!quant\.uniform<i8:f32, [^>]*>)")


def replace_parameters(text, parameters, inputs):
    """The annotated module with the activations' types of `parameters`, by name. Names that the file does not have
    are tensors that share their neighbour's type."""
    names, types = dict(ARGUMENT.findall(text)), {}
    for line in text.splitlines():
        if match := DEFINITION.match(line):
            names[match[1]] = match[2]
    for number, value in enumerate(sorted(value for value in names if value.startswith("%arg"))):
        names[value] = inputs[number]

    def wanted(value, old):
        # A fully connected layer ends in a reshape, which moved before the clamp.
        name = names.get(value, "").removesuffix("/reshape_1")
        return parameters.get(name, types.get(old))

    for value, old in FAKE_QUANT.findall(text):
        if wanted(value, old):
            types[old] = wanted(value, old)
    return FAKE_QUANT.sub(lambda match: f"ptq.fake_quant {match[1]} as {wanted(match[1], match[2]) or match[2]}", text)


def search_scale(scale, bias, magnitudes, widened):
    """A double that rounds to the float32 `scale` and explains most of the widened scales, by rule N9."""
    wide = widened != (magnitudes.astype(np.float64) / 127).astype(np.float32)
    best, found = 0, float(scale)
    for candidate in [float(scale), *np.linspace(float(scale) * (1 - 6e-8), float(scale) * (1 + 6e-8), 2001)]:
        if np.float32(candidate) != scale:
            continue
        ranges = (np.abs(bias[wide]).astype(np.float64) / candidate / 2**30 * 127).astype(np.float32)
        count = int(((ranges / 127.0).astype(np.float32) == widened[wide]).sum())
        if count > best:
            best, found = count, candidate
    return found


def find_parameters(reference, quantized, operators, exact):
    """Types of the int8 file's activations, by name."""
    by_name = {tensor["name"]: tensor for tensor in reference}
    parameters = {}
    for tensor in quantized:
        if len(tensor["scales"]) == 1 and not tensor["data"].size:
            parameters[tensor["name"]] = [tensor["scales"][0], int(tensor["zero"][0])]
    for inputs, _ in operators:
        if not exact or len(inputs) < 3 or len(quantized[inputs[1]]["scales"]) < 2:
            continue
        source, weight, bias = (quantized[index] for index in inputs[:3])
        floats = by_name[weight["name"]]["data"].view("<f4")
        # Channels are last in depthwise weights [1, h, w, c] and first in others.
        channels = len(weight["scales"])
        last, first = np.abs(floats).reshape(-1, channels).max(0), np.abs(floats).reshape(channels, -1).max(1)
        usual = [(part.astype(np.float64) / 127).astype(np.float32) == weight["scales"] for part in (last, first)]
        magnitudes = last if usual[0].sum() > usual[1].sum() else first
        parameters[source["name"]][0] = search_scale(source["scales"][0], by_name[bias["name"]]["data"].view("<f4"),
                                                     magnitudes, weight["scales"])
    return {name: f"!quant.uniform<i8:f32, {float(scale)!r}:{zero}>" for name, (scale, zero) in parameters.items()}


def compare(quantc, reference, official, calibration, options, exact):
    """Counts [equal, all] of weights, scales and biases."""
    floats, _ = read_tflite(reference)
    quantized, operators = read_tflite(official)
    graph_input = quantized[operators[0][0][0]]["name"]
    parameters = find_parameters(floats, quantized, operators, exact)

    def run(network, stage, *more):
        return subprocess.run([quantc, "compile", network, *more, f"--stop-after={stage}"], check=True,
                              capture_output=True, text=True).stdout

    annotated = run(reference, "annotate", "--calibrate", calibration, *options)
    with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
        file.write(replace_parameters(annotated, parameters, [graph_input]))
        file.flush()
        ours = read_quantized(run(file.name, "quantize"))
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
    return counts


def main():
    quantc, reference, official, calibration, *options = sys.argv[1:]
    for exact in (False, True):
        counts = compare(quantc, reference, official, calibration, options, exact)
        print("unrounded:" if exact else "float32:  ",
              ", ".join(f"{same} of {total} {what} equal" for what, (same, total) in counts.items()))


if __name__ == "__main__":
    main()
