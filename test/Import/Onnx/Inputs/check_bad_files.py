#!/usr/bin/env python3
"""Imports files that are wrong in one way each.

usage: check_bad_files.py QUANTC WORKDIR

`quantc import` has to fail with the message, in time and with little memory.
"""
import os
import pathlib
import resource
import shutil
import subprocess
import sys

import models

# Model of models.py: what the message says, beginning with the node's or tensor's name.
MESSAGES = {
    "unknown": "error: quantc has no import of these operations: 1 x Frob (version 13), 1 x Loop (version 13), "
               "1 x Scan (version 13), 1 x my.domain.Frob (version 1);",
    "cycle": "the graph has a cycle: 'Add' reads the tensor 'b'",
    "missing-initializer": "'n0': 'Add' reads the tensor 'w', which is no input, no initializer and no node's output",
    "missing-output": "no node writes the output 'z'",
    "twice": "'n1': writes the tensor 'y', which exists already",
    "no-opset": "operator set 1; quantc reads 7 to",
    "new-opset": "operator set 99; quantc reads 7 to",
    "symbol": "dimension 2 of the input 'x' is the symbol 'height'",
    "no-rank": "the input 'x' is no tensor of a known rank",
    "negative": "'x': a tensor of shape [1, -3]",
    "absurd": "'x': a tensor of shape [1099511627776, 1099511627776]",
    "text": "the input 'x': elements of type STRING",
    "short-raw": "the initializer 'w': holds 4 bytes, but its shape needs 8",
    "short-field": "the initializer 'w': holds 1 values, but its shape needs 2",
    "absurd-constant": "the initializer 'w': has an absurd shape",
    "negative-constant": "the initializer 'w': has an absurd shape",
    "unknown-type": "the initializer 'w': elements of type of number 77",
    "complex": "the initializer 'w': elements of type COMPLEX64",
    "external-parent": "'../weights.bin' is not below the model's directory",
    "external-absolute": "'/etc/passwd' is not below the model's directory",
    "external-link": "'link.bin' is not below the model's directory",
    "external-missing": "No such file",
    "external-beyond": "8 bytes at offset 8, reaches beyond the end of 'weights.bin' (12 bytes)",
    "external-huge": "reaches beyond the end of 'weights.bin'",
    "external-zero-byte": "the name of its external data contains a zero byte",
    "external-pipe": "a device or a pipe is not read",
    "negative-perm": "'n0': 'Transpose' has a negative axis in 'perm'",
    "external-number": "the offset 'four', which is not a number",
    "big-integer": "the constant 'w' holds 1099511627776",
    "attribute-type": "'n0': 'Softmax' has an attribute 'axis' of type FLOAT, but it is INT",
    "reshape": "'n0': 'Reshape' cannot arrange 6 elements",
    "reshape-open": "leaves two sizes open",
    "reshape-computed": "'Reshape' computes its shape ('s') at run time",
    "lacks-input": "'n0': 'Add' lacks its input 1",
    "fill": "'ConstantOfShape' makes a constant of more than",
    "range": "'Range' makes a constant of more than",
    "division": "'Div' divides a constant by zero",
    "axis": "'n0': axis 7",
    "conv-rank": "has weights of 3 dimensions and an input of 4",
    "conv-pads": "'n0': 'Conv' has 2 pads, but needs 4",
    "conv-channels": "'n0': a convolution of 3 channels",
    "conv-group": "'n0': a convolution",
    "auto-pad": "has the unknown auto_pad 'OFTEN'",
    "mask": "'n1': 'Not' reads 'mask', an optional result",
    "zero-scale": "'n0': a quantization scale of",
    "scale-shape": "has a scale of 2 dimensions",
    "scale-count": "has 2 scales, but 3 zero points",
    "zero-count": "'n0': shapes [1, 2] and [1, 3] do not broadcast",
    "tile-rank": "has more than 6 dimensions",
    "large-argmin": "'n0': searches among 2147483647 integers; no more than 1048576 are supported",
    "empty-absurd": "the initializer 'a': has an absurd shape",
    "integer-relu": "'n1': 'Sigmoid' computes with the integers of the quantized tensor 'q'",
    "dynamic": "'n1': 'Sigmoid' computes with the integers of the quantized tensor 'q'",
    "short-output": "'y': the output 'y' holds unsigned integers of 16 bits with a scale; quantized outputs have 8 bits, or 16 with a sign",
    "channels-output": "'y': the output 'y' holds integers with a scale per channel",
    "channels-clip": "'n1': 'Relu' reads the integers of 'q', which has a scale per channel",
    "linear-integers": "'n1': 'Resize' computes means of integers; put a DequantizeLinear before it",
    "empty-output": "'z': a tensor of shape [1, 0] is empty",
    "minus-one-inside": "dimension 1 of the input 'x' has no size; only the first one may be open",
    "nibbles-input": "the input 'x': elements of type INT4 are not supported",
    "nibbles-short": "the initializer 'w': holds 1 bytes, but its shape needs 2",
    "nibbles-field": "the initializer 'w': holds 1 bytes, but its shape needs 2",
    "nibbles-computed": "'n0': 'QuantizeLinear' quantizes to integers of 4 bits what the network computes",
    "float8": "the initializer 'w': elements of type FLOAT8 are not supported",
    "output-dtype": "'QuantizeLinear' output_dtype: elements of type FLOAT8",
    "blocks-shape": "'n0': 'DequantizeLinear' has scales or zero points that are not one for each block of 2",
    "blocks-axis": "has axis 5, but its tensor has 2 dimensions",
    "blocks-negative": "not one for each block of -1 elements",
    "blocks-computed": "computes its elements, with a scale per block, ('w') at run time",
    "n-bits-moved": "'n0': 'MatMulNBits' has a g_idx that moves columns between blocks; export the weights with blocks",
    "n-bits-width": "'n0': 'MatMulNBits' has weights of 2 bits; quantc reads 4 and 8",
    "n-bits-block": "has K = 32, N = 2 and block_size = 24; K and N are positive, and blocks a power of 2 from 16",
    "n-bits-scales": "has 3 scales where K, N, bits and block_size need 4",
    "n-bits-short": "has 28 bytes of weights where K, N, bits and block_size need 32",
    "n-bits-zeros": "has 3 bytes of zero points where K, N, bits and block_size need 2",
    "n-bits-input": "'MatMulNBits' reads 'tensor<1x32xf32>' with K = 48",
    "n-bits-infinite": "'n0': has a scale of INF and the zero point 8 for a block of integers of 4 bits",
    "dilated-kernel": "windows of more than 256 elements",
    "dilated-pads": "'n0': ",
    "wrap": "'n0': padding of 4 of its own elements for a dimension of size 3",
    "aspect": "'n0': 'Resize' scales dimension 0 of size 1 by",
    "cubic-huge": "up to 65536 rows and columns are supported",
    "cubic-coefficient": "'n0': cubic resizing with weights that are not finite",
    "cubic-mode": "has the mode 'quartic'; quantc knows nearest, linear and cubic",
    "exclude-outside": "(exclude_outside), which belongs to the mode cubic",
    "mod-reals": "'n0': 'Mod' divides real numbers without fmod=1",
    "mod-zero": "'Mod' divides a constant by zero",
    "volume-kernel": "has a kernel_shape of 2 sizes, but its input has 3 spatial dimensions",
    "volume-weights": "has weights of 4 dimensions and an input of 5",
    "volume-transposed": "quantc has transposed convolutions of 3 and 4 dimensions",
    "four-dimensions": "'n0': 'Conv' works on a tensor of 6 dimensions; quantc has windows over one to three of them",
    "function-itself": "'n0/y/y': 'F' is a function that calls itself",
    "function-doubling": "'n0': 'F0' calls functions that bring what functions make together beyond 134217728 bytes",
    "function-chain": "'F64' calls functions in functions, more than 64 deep",
    "function-wide": "calls functions that bring what functions make together beyond 134217728 bytes",
    "function-names": "calls functions that bring what functions make together beyond 134217728 bytes",
    "function-missing": "no import of these operations: 1 x Frob (version 13)",
    "function-inputs": "'n0': 'F' calls a function of 1 inputs and 1 results with 2 and 1",
    "function-results": "'n0': 'F' calls a function of 1 inputs and 1 results with 1 and 2",
    "function-same-inputs": "'n0': 'F' is a function with two inputs called 'x'",
    "function-no-result": "no node writes the output 'y'",
    "function-undefined": "'n0/y': 'Add' reads the tensor 'n0/z', which is no input",
    "function-outer": "'n0/y': 'Add' reads the tensor 'n0/x', which is no input",
    "function-absent": "'n0/y': 'Add' lacks its input 1",
    "function-writes-input": "'n0/x': writes the tensor 'x', which exists already",
    "function-opset": "'n0': 'F' is a function of ONNX operator set 99",
    "function-twin": "two functions are called 'F'",
    "function-attribute": "'n0': 'Relu' has an attribute 'a' that is one of a function, outside of any function",
    "if-computed": "'n0': 'If' computes its condition ('b') at run time; quantc needs it as a constant, or as a function of",
    "if-vector": "'n0': 'If' has a condition of 2 elements, but needs one",
    "if-absent": "'n0': 'If' has no else_branch",
    "if-type": "'n0': 'If' has an attribute 'else_branch' of type INT, but it is GRAPH",
    "if-results": "'n0': 'If' has 2 results, but its then_branch has 1",
    "if-unknown": "no import of these operations: 1 x Frob (version 13)",
    "if-twice": "a branch writes the tensor 't', which exists already",
    "if-outer": "a branch writes the tensor 'x', which exists already",
    "if-undefined": "'n0': 'If' reads the tensor 'nowhere', which is no input, no initializer and no node's output",
    "if-no-output": "'n0': 'If' reads the tensor 'nowhere', which is no input",
    "if-cycle": "'n0': the graph has a cycle: 'If' reads the tensor 'y'",
    "top-k-many": "'n0': the first 4 elements of a dimension of size 3",
    "top-k-two": "'n0': 'TopK' has 2 values of k, but needs one",
    "gather-nd-outside": "'n0': index 3 of a dimension of size 3",
    "gather-nd-batches": "'n0': indices of type 'tensor<1x2xi32>' with 1 batch dimensions",
    "scatter-reduction": "'n0': 'ScatterND' has the reduction 'xor'; quantc knows none, add, mul, min and max",
    "scatter-updates": "'n0': updates of type 'tensor<1x2xf32>' instead of 'tensor<1x3xf32>'",
    "scatter-outside": "'n0': index 7 of a dimension of size 3",
    "one-hot-depth": "'n0': needs the positions of 2147483647 elements",
    "one-hot-values": "'n0': 'OneHot' has values of type 'tensor<3xf32>', but needs two: off and on",
    "einsum": "other than letters, commas, an arrow and ellipses",
    "einsum-operands": "'n0': the equation 'ij,jk->ik' has 2 operands, but 1 are given",
    "trilu-vector": "which is no matrix",
    "cumsum-real-axis": "'n0': 'CumSum' has axis that are no integers",
    "cumsum-axis": "'n0': axis 2 of a tensor with 2 dimensions",
    "grid-mode": "'n0': 'GridSample' has the mode 'quintic' and the padding mode 'zeros'",
    "grid-shape": "'n0': a grid of type 'tensor<1x2x2x3xf32>'",
    "aspect-policy": "has the keep_aspect_ratio_policy 'often'",
    "recurrent-gates": "'n0': 'LSTM' has weights W of shape [1, 6, 2] instead of [directions, 4 * hidden_size, input size] = [1, 8, 2]; "
                       "export it again, or correct hidden_size, direction and layout",
    "recurrent-columns": "'n0': 'LSTM' has weights W of shape [1, 8, 3] instead of",
    "recurrent-hidden": "'n0': 'GRU' has weights W of shape [1, 6, 2] instead of [directions, 3 * hidden_size, input size] = [1, 9, 2]",
    "recurrent-negative": "'n0': 'RNN' has hidden_size -1; it has to be at least 1",
    "recurrent-rank": "'n0': 'LSTM' reads an input of 2 dimensions; it has 3: time, batch and size",
    "recurrent-direction": "'n0': 'LSTM' has the direction 'sideways'; it is forward, reverse or bidirectional",
    "recurrent-layout": "'n0': 'LSTM' has layout 2; it is 0 (time first) or 1 (batch first)",
    "recurrent-one-direction": "'n0': 'RNN' has weights W of shape [1, 2, 2] instead of [directions, 1 * hidden_size, input size] = [2, 2, 2]",
    "recurrent-bias": "'n0': 'LSTM' has biases B of shape [1, 8] instead of [directions, 8 * hidden_size] = [1, 16]",
    "recurrent-computed-bias": "'n0': 'LSTM' computes its biases ('b') at run time",
    "recurrent-initial": "'n0': 'LSTM' has initial_h of shape [1, 2, 2] instead of [directions, batch, hidden_size] = [1, 1, 2]",
    "recurrent-peepholes": "'n0': 'LSTM' has peepholes P of shape [1, 8] instead of [directions, 3 * hidden_size] = [1, 6]",
    "recurrent-activation": "'n0': 'RNN' has the activation 'Softplus'; quantc has Sigmoid, Tanh, Relu and HardSigmoid in recurrent layers: "
                            "train the network with one of these",
    "recurrent-activations": "'n0': 'GRU' has 1 activations, but needs 2",
    "recurrent-hard-sigmoid": "'n0': 'RNN' has a HardSigmoid with alpha = 2.500000e-01 and beta = 5.000000e-01; quantc has the one with 0.2 and 0.5",
    "recurrent-clip": "'n0': 'LSTM' has clip = -1.000000e+00; it has to be above 0 and finite",
    "recurrent-short": "'n0': 'LSTM' has a sequence of 2 steps in sequence_lens, but the time axis has 3; quantc computes all steps: "
                       "give the network an input of 2 steps, or export it without sequence_lens",
    "recurrent-long": "'n0': 'LSTM' has a sequence of 4 steps in sequence_lens, beyond the time axis of 3; export it without",
    "recurrent-lengths": "'n0': 'LSTM' has sequence_lens of shape [2] instead of [batch] = [1]",
    "recurrent-dynamic": "'n0': 'LSTM' computes its sequence lengths ('l') at run time",
    "recurrent-open": "dimension 1 of the input 'x' is the symbol 'time'; only the first one may be open, give the others a size",
    "recurrent-loop": "quantc has no import of these operations: 1 x Loop (version 14); end the network before them, or export it without them. "
                      "A loop over time that is a recurrent layer is read as LSTM, GRU or RNN: export the layer as one of these, or unroll its steps",
    "recurrent-scan": "1 x Scan (version 14); end the network before them, or export it without them. A loop over time that is a recurrent layer",
    "dynamic-lstm-scales": "'n0': 'DynamicQuantizeLSTM' has 3 scales of weights; it has 1 or 8, one for each direction or for each row",
    "dynamic-lstm-zeros": "'n0': 'DynamicQuantizeLSTM' has 8 scales and 1 zero points of weights",
    "dynamic-lstm-floats": "'n0': 'DynamicQuantizeLSTM' has weights that are neither int8 nor uint8",
    "dynamic-lstm-order": "'n0': 'DynamicQuantizeLSTM' has weights W of shape [1, 8, 2] instead of [directions, input size, 4 * hidden_size] = [1, 2, 8]; ",
    "reverse-lengths": "'n0': 'ReverseSequence' reverses 2 of the 3 steps of a sequence; quantc reverses whole sequences: give all of them the length of the time axis",
    "recurrent-no-steps": "'x': a tensor of shape [0, 1, 2] is empty",
}
MEMORY = 2 << 30


def limit():
    # The stacks of threads count towards the limit, and on a machine with many cores there would be many.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def run(quantc, path):
    done = subprocess.run([quantc, "import", str(path), "-o", str(path.with_suffix(".mlirbc"))],
                          capture_output=True, text=True, timeout=300, preexec_fn=limit)
    return done.returncode, done.stderr


def main():
    quantc, workdir = sys.argv[1], pathlib.Path(sys.argv[2])
    shutil.rmtree(workdir, ignore_errors=True)
    (workdir / "models").mkdir(parents=True)
    (workdir / "weights.bin").write_bytes(bytes(8))
    (workdir / "models" / "weights.bin").write_bytes(bytes(12))
    (workdir / "models" / "link.bin").symlink_to("../weights.bin")
    os.mkfifo(workdir / "models" / "pipe.bin")
    wrong = []

    def expect(name, data, message):
        path = workdir / "models" / f"{name}.onnx"
        path.write_bytes(data)
        code, messages = run(quantc, path)
        if (code == 0) != (message is None) or (message and message not in messages) or code < 0:
            wrong.append(f"{name}: exit code {code}, expected '{message}', got: {messages.strip()}")

    for name, message in MESSAGES.items():
        expect(name, models.MODELS[name]().SerializeToString(), message)
    for name in ("external", "nibbles", "blocks", "functions", "function-nested"):
        expect(name, models.MODELS[name]().SerializeToString(), None)
    whole = models.MODELS["qdq"]().SerializeToString()
    for size in range(2, len(whole) - 1, 37):
        path = workdir / "models" / f"cut-{size}.onnx"
        path.write_bytes(whole[:size])
        code, messages = run(quantc, path)
        if code <= 0 or "error: " not in messages:
            wrong.append(f"first {size} bytes: exit code {code}: {messages.strip()}")
    # Attributes in attributes in attributes.
    nested = b""
    for _ in range(2000):
        nested = b"\x32" + varint(len(nested)) + nested  # AttributeProto.g or GraphProto field by turns
    expect("deep", b"\x08\x07\x3a" + varint(len(nested)) + nested, "error: ")
    path = workdir / "models" / "large.onnx"
    path.write_bytes(whole)
    os.truncate(path, 3 << 30)
    code, messages = run(quantc, path)
    if code != 1 or "the file has 3221225472 bytes, but a protocol buffer at most 2147483647" not in messages:
        wrong.append(f"large: exit code {code}: {messages.strip()}")
    path.unlink()
    print("\n".join(wrong) or f"{len(MESSAGES)} files, all refused")
    return 1 if wrong else 0


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


if __name__ == "__main__":
    sys.exit(main())
