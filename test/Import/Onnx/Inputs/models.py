#!/usr/bin/env python3
"""Small ONNX models for tests.

usage: models.py NAME FILE      writes the model NAME
       models.py --all DIR      writes all small ones, as the fuzzer's corpus
"""
import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from function_models import FUNCTION_MODELS, LARGE
from model_parts import FLOAT, model, relu, value
from position_models import POSITION_MODELS
from recurrent_models import RECURRENT_MODELS


def tensor(**fields):
    proto = TensorProto(name="w", data_type=FLOAT, dims=[2])
    for name, content in fields.items():
        field = getattr(proto, name)
        field.extend(content) if isinstance(content, list) else setattr(proto, name, content)
    return proto


def add_constant(proto):
    return model([("Add", ["x", "w"], ["y"], {})], [value("x", [1, 2])], ["y"], {"w": proto})


def external(location, offset=None, length=None):
    proto = TensorProto(name="w", data_type=FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    for key, content in (("location", location), ("offset", offset), ("length", length)):
        if content is not None:
            entry = proto.external_data.add()
            entry.key, entry.value = key, str(content)
    return add_constant(proto)


def reshape(shape, **attrs):
    return model([("Reshape", ["x", "s"], ["y"], attrs)], [value("x", [2, 3])], ["y"], {"s": np.array(shape, "i8")})


def conv(weights=(4, 3, 3, 3), **attrs):
    return model([("Conv", ["x", "w"], ["y"], attrs)], [value("x", [1, 3, 8, 8])], ["y"],
                 {"w": np.ones(weights, "f4")})


def quantize(scale, zero=np.array(0, "i1"), x=(1, 2)):
    return model([("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["y"], {})],
                 [value("x", x)], ["y"], {"s": np.array(scale, "f4"), "z": zero})


def names():
    """A graph with names that are not UTF-8, repeated, and out of order."""
    proto = model([("Tanh", ["r"], ["y"], {}), ("Relu", ["x"], ["r"], {})], [value("x", ["N", 2])], ["y", "r"])
    return proto


def nibbles(name, dims, raw, kind=22):
    """Integers of 4 bits, which the package may not know: signed ones have number 22."""
    return TensorProto(name=name, data_type=kind, dims=dims, raw_data=raw)


def blocks(scale, weights=(4, 2), inputs=(), **attrs):
    """Weights with a scale for each two rows."""
    constants = {"w": np.ones(weights, "i1"), "s": np.array(scale, "f4")}
    return model([("DequantizeLinear", ["w", "s"], ["d"], {"axis": 0, "block_size": 2, **attrs}),
                  ("MatMul", ["x", "d"], ["y"], {})], [value("x", [1, 4]), *inputs], ["y"],
                 {name: array for name, array in constants.items() if name not in {i.name for i in inputs}}, opset=21)


def n_bits(k=32, n=2, scales=(0.5, 0.25, 1, -2), zeros=(0xF5, 0x88), weights=None, groups=None, **attrs):
    """MatMulNBits with blocks of 16."""
    constants = {"w": np.zeros((n, 2, 8), "u1") if weights is None else weights, "s": np.array(scales, "f4"),
                 "z": np.array(zeros, "u1")}
    if groups is not None:
        constants["g"] = np.array(groups, "i4")
    return model([("MatMulNBits", ["x", "w", "s", "z"] + ["g"] * (groups is not None), ["y"], {
        "K": k, "N": n, "bits": 4, "block_size": 16, "domain": "com.microsoft", **attrs})], [value("x", [1, 32])], ["y"],
        constants, domains=["com.microsoft"])


def pool(op="AveragePool", opset=19, **attrs):
    return model([(op, ["x"], ["y"], attrs)], [value("x", [1, 1, 8, 8])], ["y"], opset=opset)


def resize(sizes, opset=19, **attrs):
    return model([("Resize", ["x", "", "", "s"], ["y"], attrs)], [value("x", [1, 1, 4, 4])], ["y"],
                 {"s": np.array(sizes, "i8")}, opset=opset)


MODELS = {
    **FUNCTION_MODELS,
    **POSITION_MODELS,
    **RECURRENT_MODELS,
    "relu": relu,
    "names": names,
    "types": lambda: model(
        [("Add", ["x", "half"], ["a"], {}), ("Add", ["a", "double"], ["b"], {}), ("Add", ["b", "brain"], ["y"], {})],
        [value("x", [1, 2])], ["y"],
        {"half": np.array([1.5, -2], "f2"), "double": np.array([0.25, 4], "f8"),
         "brain": TensorProto(name="brain", data_type=TensorProto.BFLOAT16, dims=[2], int32_data=[0x3f80, 0xc000])}),
    "conv": conv,
    "qdq": lambda: model(
        [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["d"], {}),
         ("DequantizeLinear", ["w", "ws", "wz"], ["wd"], {"axis": 0}),
         ("DequantizeLinear", ["b", "bs"], ["bd"], {"axis": 0}),
         ("Conv", ["d", "wd", "bd"], ["c"], {}), ("QuantizeLinear", ["c", "s", "z"], ["y"], {})],
        [value("x", [1, 2, 4, 4])], ["y"],
        {"s": np.array(0.5, "f4"), "z": np.array(128, "u1"), "w": np.ones((3, 2, 1, 1), "i1"),
         "ws": np.array([0.25, 0.5, 1], "f4"), "wz": np.zeros(3, "i1"), "b": np.array([1, 2, 3], "i4"),
         "bs": np.array([0.125, 0.25, 0.5], "f4")}),
    "uint8-input": lambda: model(
        [("DequantizeLinear", ["x", "s", "z"], ["d"], {}), ("Relu", ["d"], ["r"], {}),
         ("QuantizeLinear", ["r", "s", "z"], ["y"], {})],
        [value("x", [1, 4], TensorProto.UINT8)], ["y"], {"s": np.array(0.5, "f4"), "z": np.array(3, "u1")}),
    "uint8-input-of-nodes": lambda: model(
        [("Constant", [], ["s"], {"value": numpy_helper.from_array(np.array(0.5, "f4"))}),
         ("Constant", [], ["z"], {"value": numpy_helper.from_array(np.array(3, "u1"))}),
         ("DequantizeLinear", ["x", "s", "z"], ["d"], {}), ("Relu", ["d"], ["r"], {}),
         ("QuantizeLinear", ["r", "s", "z"], ["y"], {})],
        [value("x", [1, 4], TensorProto.UINT8)], ["y"]),
    "unknown": lambda: model(
        [("Scan", ["x"], ["h"], {"num_scan_inputs": 1}), ("Relu", ["h"], ["a"], {}), ("Frob", ["a"], ["b"], {}),
         ("Loop", ["b"], ["c"], {"body": helper.make_graph([], "t", [], [])}),
         ("Frob", ["c"], ["y"], {"domain": "my.domain"}), ("Frob", ["c"], ["dead"], {})],
        [value("x", [1, 1, 1])], ["y"], domains=["my.domain"]),
    "cycle": lambda: model([("Add", ["x", "b"], ["a"], {}), ("Relu", ["a"], ["b"], {})], [value("x", [1, 2])], ["b"]),
    "missing-initializer": lambda: model([("Add", ["x", "w"], ["y"], {})], [value("x", [1, 2])], ["y"]),
    "missing-output": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", [1, 2])], ["z"]),
    "twice": lambda: model([("Relu", ["x"], ["y"], {}), ("Tanh", ["x"], ["y"], {})], [value("x", [1, 2])], ["y"]),
    "no-opset": lambda: relu(opset=1),
    "new-opset": lambda: relu(opset=99),
    "symbol": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", ["N", 3, "height", 4])], ["y"]),
    "no-rank": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", None)], ["y"]),
    "negative": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", [1, -3])], ["y"]),
    "absurd": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", [1 << 40, 1 << 40])], ["y"]),
    "text": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", [2], TensorProto.STRING)], ["y"]),
    "short-raw": lambda: add_constant(tensor(raw_data=b"1234")),
    "short-field": lambda: add_constant(tensor(float_data=[1.0])),
    "absurd-constant": lambda: add_constant(TensorProto(name="w", data_type=FLOAT, dims=[1 << 62, 1 << 62])),
    "negative-constant": lambda: add_constant(TensorProto(name="w", data_type=FLOAT, dims=[-2])),
    "unknown-type": lambda: add_constant(TensorProto(name="w", data_type=77, dims=[2])),
    "complex": lambda: add_constant(TensorProto(name="w", data_type=TensorProto.COMPLEX64, dims=[2])),
    "external": lambda: external("weights.bin", 4, 8),
    "external-parent": lambda: external("../weights.bin"),
    "external-absolute": lambda: external("/etc/passwd"),
    "external-link": lambda: external("link.bin", 0, 8),
    "external-missing": lambda: external("nothing.bin"),
    "external-beyond": lambda: external("weights.bin", 8, 8),
    "external-huge": lambda: external("weights.bin", 2**63, 2**63),
    "external-zero-byte": lambda: external("weights.bin\0.old"),
    "external-pipe": lambda: external("pipe.bin", 0, 0),
    "negative-perm": lambda: model([("Transpose", ["x"], ["y"], {"perm": [0, -1]})], [value("x", [1, 2])], ["y"]),
    "external-number": lambda: external("weights.bin", "four"),
    "big-integer": lambda: model([("Add", ["x", "w"], ["y"], {})], [value("x", [2], TensorProto.INT64)], ["y"],
                                 {"w": np.array([1, 1 << 40], "i8")}),
    "attribute-type": lambda: model([("Softmax", ["x"], ["y"], {"axis": 1.5})], [value("x", [1, 2])], ["y"]),
    "reshape": lambda: reshape([4, 2]),
    "reshape-open": lambda: reshape([-1, -1]),
    "reshape-computed": lambda: model([("Reshape", ["x", "s"], ["y"], {})], [value("x", [2, 3]),
                                      value("s", [2], TensorProto.INT64)], ["y"]),
    "lacks-input": lambda: model([("Add", ["x", ""], ["y"], {})], [value("x", [2, 3])], ["y"]),
    "fill": lambda: model([("ConstantOfShape", ["s"], ["c"], {}), ("Add", ["x", "c"], ["y"], {})],
                          [value("x", [1, 1])], ["y"], {"s": np.array([1 << 31, 1 << 31], "i8")}),
    "range": lambda: model([("Range", ["a", "b", "c"], ["r"], {}), ("Add", ["x", "r"], ["y"], {})], [value("x", [1])],
                           ["y"], {"a": np.array(0.0, "f4"), "b": np.array(1e30, "f4"), "c": np.array(1.0, "f4")}),
    "division": lambda: model([("Div", ["a", "b"], ["y"], {})], [value("x", [1])], ["y"],
                              {"a": np.array([1], "i8"), "b": np.array([0], "i8")}),
    "axis": lambda: model([("Concat", ["x", "x"], ["y"], {"axis": 7})], [value("x", [1, 2])], ["y"]),
    "conv-rank": lambda: conv((4, 3, 3)),
    "conv-pads": lambda: conv(pads=[1, 1]),
    "conv-channels": lambda: conv((4, 5, 3, 3)),
    "conv-group": lambda: conv(group=0),
    "auto-pad": lambda: conv(auto_pad="OFTEN"),
    "mask": lambda: model([("MaxPool", ["x"], ["a", "mask"], {"kernel_shape": [1]}), ("Not", ["mask"], ["y"], {})],
                          [value("x", [1, 1, 2])], ["y"]),
    "zero-scale": lambda: quantize(0.0),
    "scale-shape": lambda: quantize([[0.5]]),
    "scale-count": lambda: quantize([0.5, 0.5], np.zeros(3, "i1")),
    "integer-relu": lambda: model([("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("Sigmoid", ["q"], ["y"], {})],
                                  [value("x", [1, 2])], ["y"], {"s": np.array(1, "f4"), "z": np.array(0, "i1")}),
    "zero-count": lambda: model([("DequantizeLinear", ["x", "s", "z"], ["y"], {"axis": 1})], [value("x", [1, 2])], ["y"],
                                {"s": np.array([0.5, 0.5, 0.5], "f4"), "z": np.ones(3, "i1")}),
    "tile-rank": lambda: model([("Tile", ["x", "r"], ["y"], {})], [value("x", [1, 2, 3, 4])], ["y"],
                               {"r": np.ones(7, "i8")}),
    "large-argmin": lambda: model([("ArgMin", ["x"], ["y"], {"axis": 0})],
                                  [value("x", [(1 << 31) - 1], TensorProto.INT32)], ["y"]),
    "empty-absurd": lambda: model(
        [("Pow", ["a", "b"], ["y"], {})], [value("x", [1])], ["y"],
        {"a": TensorProto(name="a", data_type=FLOAT, dims=[0, (1 << 63) - 1, 2]), "b": np.array(2.0, "f4")}),
    "dynamic": lambda: model([("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], {}), ("Sigmoid", ["q"], ["y"], {})],
                             [value("x", [1, 2])], ["y"]),
    "short-output": lambda: model([("QuantizeLinear", ["x", "s", "z"], ["y"], {})], [value("x", [2])], ["y"],
                                  {"s": np.array(0.5, "f4"), "z": np.array(0, "u2")}, opset=21),
    "channels-output": lambda: model([("QuantizeLinear", ["x", "s", "z"], ["y"], {})], [value("x", [1, 2])], ["y"],
                                     {"s": np.array([0.5, 1], "f4"), "z": np.zeros(2, "i1")}),
    "channels-clip": lambda: model([("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("Relu", ["q"], ["y"], {})],
                                   [value("x", [1, 2])], ["y"], {"s": np.array([0.5, 1], "f4"), "z": np.zeros(2, "i1")}),
    "linear-integers": lambda: model(
        [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("Resize", ["q", "", "f"], ["y"], {"mode": "linear"})],
        [value("x", [1, 1, 2, 2])], ["y"],
        {"s": np.array(0.5, "f4"), "z": np.array(0, "i1"), "f": np.array([1, 1, 2, 2], "f4")}),
    "empty-output": lambda: model([("Split", ["x", "s"], ["y", "z"], {"axis": 1})], [value("x", [1, 2])], ["y", "z"],
                                  {"s": np.array([2, 0], "i8")}),
    "minus-one": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", [-1, 3])], ["y"]),
    "minus-one-inside": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", [-1, -1])], ["y"]),
    "nibbles": lambda: model([("DequantizeLinear", ["w", "s"], ["d"], {}), ("Add", ["x", "d"], ["y"], {})],
                             [value("x", [3])], ["y"],
                             {"w": nibbles("w", [3], b"\x21\x0f"), "s": np.array(0.5, "f4")}, opset=21),
    "nibbles-input": lambda: model([("Relu", ["x"], ["y"], {})], [value("x", [2], 22)], ["y"], opset=21),
    "nibbles-short": lambda: add_constant(nibbles("w", [3], b"\x21")),
    "nibbles-field": lambda: add_constant(TensorProto(name="w", data_type=21, dims=[3], int32_data=[1])),
    "nibbles-computed": lambda: quantize(0.5, nibbles("z", [], b"\0")),
    "float8": lambda: add_constant(TensorProto(name="w", data_type=17, dims=[2], raw_data=b"12")),
    "output-dtype": lambda: model([("QuantizeLinear", ["x", "s"], ["q"], {"output_dtype": 17}),
                                   ("DequantizeLinear", ["q", "s"], ["y"], {})], [value("x", [2])], ["y"],
                                  {"s": np.array(0.5, "f4")}, opset=21),
    "blocks": lambda: blocks([[1, 2], [3, 4]]),
    "block-weights": n_bits,
    "dynamic-product": lambda: model([
        ("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], {}), ("MatMulInteger", ["q", "w", "z"], ["p"], {}),
        ("Cast", ["p"], ["f"], {"to": 1}), ("Mul", ["s", "k"], ["m"], {}), ("Mul", ["f", "m"], ["y"], {})],
        [value("x", [2, 64])], ["y"], {"w": np.ones((64, 32), "i1"), "k": np.array(0.5, "f4")}),
    "n-bits-moved": lambda: n_bits(groups=[1] * 16 + [0] * 16),
    "n-bits-width": lambda: n_bits(bits=2),
    "n-bits-block": lambda: n_bits(block_size=24),
    "n-bits-scales": lambda: n_bits(scales=(1, 2, 3)),
    "n-bits-short": lambda: n_bits(weights=np.zeros((2, 2, 7), "u1")),
    "n-bits-zeros": lambda: n_bits(zeros=(0, 0, 0)),
    "n-bits-input": lambda: n_bits(k=48, block_size=32, weights=np.zeros((2, 2, 16), "u1")),
    "n-bits-infinite": lambda: n_bits(scales=(1, 2, np.inf, 3)),
    "blocks-shape": lambda: blocks([[1, 2], [3, 4], [5, 6]]),
    "blocks-axis": lambda: blocks([[1, 2], [3, 4]], axis=5),
    "blocks-negative": lambda: blocks([[1, 2], [3, 4]], block_size=-1),
    "blocks-computed": lambda: blocks([[1, 2], [3, 4]], inputs=[value("w", [4, 2], TensorProto.INT8)]),
    "dilated-kernel": lambda: pool(kernel_shape=[99, 99], dilations=[2, 2], pads=[98] * 4),
    "dilated-pads": lambda: pool(kernel_shape=[2, 2], dilations=[2**30, 1], pads=[2**30, 0, 2**30, 0]),
    "wrap": lambda: model([("Pad", ["x", "p"], ["y"], {"mode": "wrap"})], [value("x", [2, 3])], ["y"],
                          {"p": np.array([0, 4, 0, 0], "i8")}, opset=19),
    "aspect": lambda: resize([1, 1, 1 << 62, 1 << 62], keep_aspect_ratio_policy="not_smaller"),
    "cubic-huge": lambda: resize([1, 1, 1 << 21, 1], mode="cubic"),
    "cubic-coefficient": lambda: resize([1, 1, 3, 3], mode="cubic", cubic_coeff_a=float("nan")),
    "cubic-mode": lambda: resize([1, 1, 3, 3], mode="quartic"),
    "exclude-outside": lambda: resize([1, 1, 3, 3], mode="linear", exclude_outside=1),
    "mod-reals": lambda: model([("Mod", ["x", "x"], ["y"], {})], [value("x", [1, 2])], ["y"]),
    "mod-zero": lambda: model([("Mod", ["a", "b"], ["y"], {"fmod": 1})], [value("x", [1])], ["y"],
                              {"a": np.array([1], "i8"), "b": np.array([0], "i8")}),
    "volume-kernel": lambda: model([("MaxPool", ["x"], ["y"], {"kernel_shape": [2, 2]})], [value("x", [1, 1, 4, 4, 4])],
                                   ["y"]),
    "volume-weights": lambda: model([("Conv", ["x", "w"], ["y"], {})], [value("x", [1, 1, 4, 4, 4])], ["y"],
                                    {"w": np.ones((1, 1, 3, 3), "f4")}),
    "volume-transposed": lambda: model([("ConvTranspose", ["x", "w"], ["y"], {})], [value("x", [1, 1, 4, 4, 4])], ["y"],
                                       {"w": np.ones((1, 1, 3, 3, 3), "f4")}),
    "four-dimensions": lambda: model([("Conv", ["x", "w"], ["y"], {})], [value("x", [1, 1, 4, 4, 4, 4])], ["y"],
                                     {"w": np.ones((1, 1, 3, 3, 3, 3), "f4")}),
    "aspect-policy": lambda: resize([1, 1, 2, 2], keep_aspect_ratio_policy="often"),
}

def main():
    name, path = sys.argv[1], pathlib.Path(sys.argv[2])
    if name != "--all":
        path.write_bytes(MODELS[name]().SerializeToString())
        return
    path.mkdir(parents=True, exist_ok=True)
    for name, make in MODELS.items():
        if name in LARGE:
            continue
        (path / f"{name}.onnx").write_bytes(make().SerializeToString())


if __name__ == "__main__":
    main()
