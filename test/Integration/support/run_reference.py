#!/usr/bin/env python3
"""contract=tflm against TFLite's rules in numpy (reference.py, reference_int16.py), bit for bit.

usage: run_reference.py WORKDIR --bin DIR --llvm DIR --cc COMPILER

All operators over several scales are one network that comes quantized. Its integer form runs
by the judge (upstream's lowering), in the JIT and as objects for every target.
"""
import argparse
import pathlib
import shutil
import sys

import numpy as np

import reference
import reference_int16
from run_cases import Run
from toolchain import Failure, Tools, execute

PIPELINE = "builtin.module(func.func(ptq-quantize-ops{contract=tflm},ptq-check-strict-integer,ptq-lower-quantized))"
TARGET = "profiles=%s extensions=int16,int4,doubleround level=8k"


def f32(value):
    return float(np.float32(value))


def quant(parameters, storage=None):
    storage = storage or ("i16" if isinstance(parameters, Wide) else "i8")
    return f"!quant.uniform<{storage}:f32, {parameters[0]!r}:{parameters[1]}>"


def tensor(shape, element):
    return "tensor<" + "".join(f"{size}x" for size in shape) + element + ">"


class Wide(tuple):
    """Parameters of int16."""

    def __new__(cls, scale):
        return super().__new__(cls, (f32(scale), 0))


class Network:
    """Text of a network on quantized tensors; `expect` holds a numpy model per result."""

    def __init__(self):
        self.random = np.random.default_rng(3)
        self.arguments, self.lines, self.results, self.expect, self.names = [], [], [], [], []
        self.count = 0
        self.steps = []  # of float inputs

    def line(self, text):
        self.count += 1
        self.lines.append(f"%v{self.count} = {text}")
        return f"%v{self.count}"

    def input(self, shape, parameters):
        """(value, index): a float tensor behind a quantized argument."""
        index = len(self.arguments)
        quantized = tensor(shape, quant(parameters))
        self.arguments.append(f"%a{index}: {quantized}")
        return self.line(f"quant.dcast %a{index} : {quantized} to {tensor(shape, 'f32')}"), index

    def const(self, values, element="f32"):
        values = np.asarray(values)
        text = ", ".join(str(v) for v in values.ravel()) if values.size > 1 else str(values.ravel()[0])
        kind = tensor(values.shape, element)
        data = f"dense<{text}>" if values.size == 1 else f"dense<{np.array2string(values, separator=',', threshold=10**7).replace(chr(10), '')}>"
        return self.line(f'"tosa.const"() {{values = {data} : {kind}}} : () -> {kind}')

    def coded(self, codes, storage, element):
        """A float tensor behind integer codes."""
        shape, quantized = codes.shape, tensor(codes.shape, element)
        scast = self.line(f"quant.scast {self.const(codes, storage)} : {tensor(shape, storage)} to {quantized}")
        return self.line(f"quant.dcast {scast} : {quantized} to {tensor(shape, 'f32')}")

    def output(self, name, value, shape, parameters, model):
        quantized = tensor(shape, quant(parameters))
        self.results.append((self.line(f"quant.qcast {value} : {tensor(shape, 'f32')} to {quantized}"), quantized))
        self.names.append(name)
        self.expect.append(model)

    def text(self):
        types = ", ".join(kind for _, kind in self.results)
        values = ", ".join(value for value, _ in self.results)
        body = "\n  ".join(self.lines)
        return f"func.func @network({', '.join(self.arguments)}) -> ({types}) {{\n  {body}\n  return {values} : {types}\n}}\n"


def unary(net, name, shape, px, po, line, model):
    x, i = net.input(shape, px)
    net.output(name, line(net, x, tensor(shape, "f32")), shape, po, lambda a: model(a[i]))


def tosa_unary(mnemonic):
    return lambda net, x, kind: net.line(f"tosa.{mnemonic} {x} : ({kind}) -> {kind}")


def add_functions(net):
    shape = (2, 128)
    for scale, zero in ((0.05, -3), (0.2, 17), (0.001, 0), (0.0312, -128), (1.3, 127)):
        px = (f32(scale), zero)
        unary(net, f"sigmoid {px}", shape, px, (1 / 256, -128), tosa_unary("sigmoid"), lambda x, px=px: reference.logistic(x, px))
        unary(net, f"tanh {px}", shape, px, (1 / 128, 0), tosa_unary("tanh"), lambda x, px=px: reference.tanh(x, px))
        po = (f32(scale * 0.9), -60)
        unary(net, f"abs {px}", shape, px, po, tosa_unary("abs"), lambda x, px=px, po=po: reference.absolute(x, px, po))

        def leaky(net, x, kind):
            shift = net.const(np.int8([0]), "i8")
            slope = net.line(f"tosa.mul {x}, {net.const(np.full((1, 1), f32(0.1)))}, {shift} : ({kind}, tensor<1x1xf32>, tensor<1xi8>) -> {kind}")
            return net.line(f"tosa.maximum {x}, {slope} : ({kind}, {kind}) -> {kind}")

        unary(net, f"leaky_relu {px}", shape, px, po, pointwise(leaky), lambda x, px=px, po=po: reference.leaky_relu(x, px, po, 0.1))

        def hard_swish(net, x, kind):
            shift = net.const(np.int8([0]), "i8")
            moved = net.line(f"tosa.add {x}, {net.const(np.full((1, 1), 3.0))} : ({kind}, tensor<1x1xf32>) -> {kind}")
            gate = net.line(f"tosa.clamp {moved} {{min_val = 0.0 : f32, max_val = 6.0 : f32}} : ({kind}) -> {kind}")
            y = net.line(f"tosa.mul {x}, {gate}, {shift} : ({kind}, {kind}, tensor<1xi8>) -> {kind}")
            return net.line(f"tosa.mul {y}, {net.const(np.full((1, 1), f32(1 / 6)))}, {shift} : ({kind}, tensor<1x1xf32>, tensor<1xi8>) -> {kind}")

        unary(net, f"hard_swish {px}", shape, px, po, pointwise(hard_swish), lambda x, px=px, po=po: reference.hard_swish(x, px, po))

        def elu(net, x, kind):
            flags = kind.replace("f32", "i1")
            below = net.line(f"tosa.sub {net.line(f'tosa.exp {x} : ({kind}) -> {kind}')}, {net.const(np.full((1, 1), 1.0))} : ({kind}, tensor<1x1xf32>) -> {kind}")
            test = net.line(f"tosa.greater_equal {x}, {net.const(np.full((1, 1), 0.0))} : ({kind}, tensor<1x1xf32>) -> {flags}")
            return net.line(f"tosa.select {test}, {x}, {below} : ({flags}, {kind}, {kind}) -> {kind}")

        unary(net, f"elu {px}", shape, px, po, pointwise(elu), lambda x, px=px, po=po: reference.elu(x, px, po))


def pointwise(body):
    """`body` inside ptq.pointwise."""
    def build(net, x, kind):
        net.count += 1
        result, argument = f"%v{net.count}", f"%b{net.count}"
        start = len(net.lines)
        y = body(net, argument, kind)
        inner = "\n    ".join(net.lines[start:])
        del net.lines[start:]
        net.lines.append(f"{result} = ptq.pointwise {x} : {kind} -> {kind} {{\n  ^bb0({argument}: {kind}):\n    {inner}\n"
                         f"    ptq.yield {y} : {kind}\n  }}")
        return result

    return build


def add_arithmetic(net):
    shape, kind = (4, 64), tensor((4, 64), "f32")
    for px, py, po in (((0.05, -10), (0.031, 5), (0.07, -3)), ((0.02, 0), (0.02, 0), (0.04, 0)),
                       ((0.9, 100), (0.003, -128), (0.5, -128)), ((0.0078, 1), (0.0391, -2), (0.011, 30))):
        px, py, po = ((f32(p[0]), p[1]) for p in (px, py, po))
        for name, sign in (("add", 1), ("sub", -1)):
            x, i = net.input(shape, px)
            y, j = net.input(shape, py)
            value = net.line(f"tosa.{name} {x}, {y} : ({kind}, {kind}) -> {kind}")
            net.output(f"{name} {px} {py} {po}", value, shape, po,
                       lambda a, i=i, j=j, px=px, py=py, po=po, sign=sign: reference.add(a[i], px, a[j], py, po, sign=sign))
        x, i = net.input(shape, px)
        y, j = net.input(shape, py)
        value = net.line(f"tosa.add {x}, {y} : ({kind}, {kind}) -> {kind}")
        value = net.line(f"tosa.clamp {value} {{min_val = 0.0 : f32, max_val = 6.0 : f32}} : ({kind}) -> {kind}")
        net.output(f"add, relu6 {px} {py} {po}", value, shape, po,
                   lambda a, i=i, j=j, px=px, py=py, po=po: reference.add(a[i], px, a[j], py, po, reference.clamp_limits(0, 6, *po)))
        x, i = net.input(shape, px)
        y, j = net.input(shape, py)
        po = (f32(po[0] * 3), po[1])
        value = net.line(f"tosa.mul {x}, {y}, {net.const(np.int8([0]), 'i8')} : ({kind}, {kind}, tensor<1xi8>) -> {kind}")
        net.output(f"mul {px} {py} {po}", value, shape, po,
                   lambda a, i=i, j=j, px=px, py=py, po=po: reference.mul(a[i], px, a[j], py, po))


def add_averages(net):
    for px, po in (((0.05, -10), (0.03, 4)), ((0.7, 60), (0.7, 60)), ((0.0123, -128), (0.0061, -128))):
        px, po = (f32(px[0]), px[1]), (f32(po[0]), po[1])
        for shape, axes in (((1, 7, 7, 9), (1, 2)), ((1, 5, 3, 10), (3,)), ((2, 8, 8, 3), (1, 2)), ((3, 1, 1, 5), (1, 2))):
            x, i = net.input(shape, px)
            result = tuple(1 if d in axes else size for d, size in enumerate(shape))
            value = net.line(f"ptq.mean {x} {{axes = array<i32: {', '.join(map(str, axes))}>}} : {tensor(shape, 'f32')} -> {tensor(result, 'f32')}")
            net.output(f"mean {shape} {px} {po}", value, result, po, lambda a, i=i, px=px, po=po, axes=axes: reference.mean(a[i], px, po, axes))
        for size, kernel, stride, pad in ((7, 7, 1, 0), (6, 2, 2, 0), (5, 3, 1, 1), (5, 3, 2, 1)):
            shape, out = (1, size, size, 5), (size + 2 * pad - kernel) // stride + 1
            x, i = net.input(shape, px)
            zero, result = net.const(np.float32([0.0])), (1, out, out, 5)
            value = net.line(f"tosa.avg_pool2d {x}, {zero}, {zero} {{acc_type = f32, kernel = array<i64: {kernel}, {kernel}>, "
                             f"stride = array<i64: {stride}, {stride}>, pad = array<i64: {pad}, {pad}, {pad}, {pad}>}} : "
                             f"({tensor(shape, 'f32')}, tensor<1xf32>, tensor<1xf32>) -> {tensor(result, 'f32')}")
            net.output(f"avg_pool {kernel} {pad} {px}", value, result, px,
                       lambda a, i=i, k=kernel, s=stride, p=pad: reference.average_pool(a[i], (k, k), (s, s), (p,) * 4))


def add_softmax(net):
    for scale in (0.1, 0.01, 0.5, 1.7, 12.0, 40.0, 0.171853513):
        for shape, axis in (((4, 10), 1), ((2, 300, 2), 1), ((1, 1), 1), ((3, 2), 1)):
            x, i = net.input(shape, (f32(scale), 3))
            value = net.line(f"ptq.softmax {x} {{axis = {axis} : i32}} : {tensor(shape, 'f32')}")
            net.output(f"softmax {scale} {shape}", value, shape, (1 / 256, -128), lambda a, i=i, s=scale, axis=axis: reference.softmax(a[i], f32(s), axis))


def add_convolutions(net):
    random = net.random
    px, po = (f32(0.037), -5), (f32(0.11), 9)
    for name, limits in (("conv", (None, None)), ("conv, relu", (0, None)), ("conv, relu6", (0, 6))):
        shape, weights = (1, 6, 6, 5), random.integers(-127, 128, (7, 3, 3, 5)).astype(np.int8)
        scales = [f32(s) for s in random.uniform(0.001, 0.02, 7)]
        bias = random.integers(-3000, 3000, 7).astype(np.int32)
        x, i = net.input(shape, px)
        kind = ", ".join(repr(s) for s in scales)
        w = net.coded(weights, "i8", f"!quant.uniform<i8<-127:127>:f32:0, {{{kind}}}>")
        kind = ", ".join(repr(px[0] * s) for s in scales)
        b = net.coded(bias, "i32", f"!quant.uniform<i32:f32:0, {{{kind}}}>")
        zero, result = net.const(np.float32([0.0])), (1, 6, 6, 7)
        value = net.line(f"tosa.conv2d {x}, {w}, {b}, {zero}, {zero} {{acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, "
                         f"stride = array<i64: 1, 1>}} : ({tensor(shape, 'f32')}, {tensor(weights.shape, 'f32')}, tensor<7xf32>, tensor<1xf32>, tensor<1xf32>) -> {tensor(result, 'f32')}")
        if limits[0] is not None:
            value = net.line(f"tosa.clamp {value} {{min_val = 0.0 : f32, max_val = {'6.0' if limits[1] else '3.4e38'} : f32}} : ({tensor(result, 'f32')}) -> {tensor(result, 'f32')}")
        net.output(name, value, result, po, lambda a, i=i, w=weights, s=scales, b=bias, limits=limits: reference.conv(
            a[i], px, w, s, b, po, pad=(1, 1, 1, 1), limits=reference.clamp_limits(*limits, *po)))
    # Per-tensor weights of a fully connected layer: the bias has the product in float32.
    for scale in (0.0123, 0.00317, 0.0291):
        shape, weights = (3, 33), random.integers(-127, 128, (9, 33)).astype(np.int8)
        bias, scale = random.integers(-3000, 3000, 9).astype(np.int32), f32(scale)
        product = float(np.float32(px[0]) * np.float32(scale))
        x, i = net.input((1, 1, 3, 33), px)
        w = net.coded(weights.reshape(9, 1, 1, 33), "i8", f"!quant.uniform<i8<-127:127>:f32, {scale!r}>")
        b = net.coded(bias, "i32", f"!quant.uniform<i32:f32, {product!r}>")
        zero, result = net.const(np.float32([0.0])), (1, 1, 3, 9)
        value = net.line(f"tosa.conv2d {x}, {w}, {b}, {zero}, {zero} {{acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, "
                         f"stride = array<i64: 1, 1>}} : (tensor<1x1x3x33xf32>, tensor<9x1x1x33xf32>, tensor<9xf32>, tensor<1xf32>, tensor<1xf32>) -> {tensor(result, 'f32')}")
        net.output(f"fully_connected {scale}", value, result, po, lambda a, i=i, w=weights, s=scale, b=bias: reference.fully_connected(
            a[i].reshape(3, 33), px, w, s, b, po).reshape(1, 1, 3, 9))


def add_float_inputs(net):
    shape = (3, 200)
    for scale, zero in ((0.5, 3), (0.1, 0), (1.0, -128), (0.0039215689, -128), (0.3, 127), (0.0371, -5)):
        p, index = (f32(scale), zero), len(net.arguments)
        net.arguments.append(f"%a{index}: {tensor(shape, 'f32')}")
        quantized = tensor(shape, quant(p))
        net.steps.append(p[0])
        net.results.append((net.line(f"quant.qcast %a{index} : {tensor(shape, 'f32')} to {quantized}"), quantized))
        net.names.append(f"quantize {p}")
        net.expect.append(lambda a, i=index, p=p: reference.quantize(a[i], *p))


def leaky_relu(net, x, kind):
    slope = net.line(f"tosa.mul {x}, {net.const(np.full((1, 1), f32(0.1)))}, {net.const(np.int8([0]), 'i8')} : "
                     f"({kind}, tensor<1x1xf32>, tensor<1xi8>) -> {kind}")
    return net.line(f"tosa.maximum {x}, {slope} : ({kind}, {kind}) -> {kind}")


def add_int16(net):
    shape, kind = (4, 64), tensor((4, 64), "f32")
    step = Wide(2**-15)
    for scale in (2**-12, 2**-11, 0.0003, 0.002, 0.7, 2e-6):
        px, po = Wide(scale), Wide(0.0007)
        unary(net, f"sigmoid of int16 {scale}", shape, px, step, tosa_unary("sigmoid"), lambda x, s=px[0]: reference_int16.logistic(x, s))
        unary(net, f"tanh of int16 {scale}", shape, px, step, tosa_unary("tanh"), lambda x, s=px[0]: reference_int16.tanh(x, s))
        unary(net, f"leaky_relu of int16 {scale}", shape, px, po, pointwise(leaky_relu),
              lambda x, s=px[0], o=po[0]: reference_int16.leaky_relu(x, s, o, 0.1))
        for size, axis in (((4, 10), 1), ((2, 300, 2), 1), ((1, 1), 1)):
            x, i = net.input(size, px)
            value = net.line(f"ptq.softmax {x} {{axis = {axis} : i32}} : {tensor(size, 'f32')}")
            net.output(f"softmax of int16 {scale} {size}", value, size, step,
                       lambda a, i=i, s=px[0], axis=axis: reference_int16.softmax(a[i], s, axis))
    for sx, sy, so in ((0.0005, 0.0003, 0.0006), (0.001, 0.001, 0.002), (0.002, 1e-7, 0.001), (0.25, 0.5, 1.0)):
        px, py, po = Wide(sx), Wide(sy), Wide(so)
        for name, sign in (("add", 1), ("sub", -1)):
            x, i = net.input(shape, px)
            y, j = net.input(shape, py)
            value = net.line(f"tosa.{name} {x}, {y} : ({kind}, {kind}) -> {kind}")
            net.output(f"{name} of int16 {sx} {sy}", value, shape, po,
                       lambda a, i=i, j=j, s=(px[0], py[0], po[0]), sign=sign: reference_int16.add(a[i], s[0], a[j], s[1], s[2], sign))
        x, i = net.input(shape, px)
        y, j = net.input(shape, py)
        pm = Wide(px[0] * py[0] * 30000)
        value = net.line(f"tosa.mul {x}, {y}, {net.const(np.int8([0]), 'i8')} : ({kind}, {kind}, tensor<1xi8>) -> {kind}")
        net.output(f"mul of int16 {sx} {sy}", value, shape, pm, lambda a, i=i, j=j, r=px[0] * py[0] / pm[0]: reference_int16.requantize(
            a[i].astype(np.int64) * a[j], r))
        image = (1, 6, 6, 5)
        for output in (po, px):
            x, i = net.input(image, px)
            value = net.line(f"ptq.mean {x} {{axes = array<i32: 1, 2>}} : {tensor(image, 'f32')} -> tensor<1x1x1x5xf32>")
            net.output(f"mean of int16 {output[0]}", value, (1, 1, 1, 5), output,
                       lambda a, i=i, s=px[0], o=output[0]: reference_int16.mean(a[i], s, o, (1, 2)))
        for kernel in (2, 3, 6):
            x, i = net.input(image, px)
            zero, result = net.const(np.float32([0.0])), (1, 6 // kernel, 6 // kernel, 5)
            value = net.line(f"tosa.avg_pool2d {x}, {zero}, {zero} {{acc_type = f32, kernel = array<i64: {kernel}, {kernel}>, "
                             f"stride = array<i64: {kernel}, {kernel}>, pad = array<i64: 0, 0, 0, 0>}} : "
                             f"({tensor(image, 'f32')}, tensor<1xf32>, tensor<1xf32>) -> {tensor(result, 'f32')}")
            net.output(f"avg_pool of int16 {kernel}", value, result, px, lambda a, i=i, k=kernel: reference_int16.average_pool(a[i], k))
    for scale in (0.001, 2**-3 * (1 - 2**-17)):  # The second ratio is just below a power of two.
        px, po = Wide(2**-10), Wide(2**-10)
        weights, bias = net.random.integers(-127, 128, (7, 1, 1, 33)).astype(np.int8), net.random.integers(-30000, 30000, 7).astype(np.int32)
        x, i = net.input((1, 1, 3, 33), px)
        w = net.coded(weights, "i8", f"!quant.uniform<i8<-127:127>:f32, {f32(scale)!r}>")
        b = net.coded(bias, "i32", f"!quant.uniform<i32:f32, {px[0] * f32(scale)!r}>")
        zero = net.const(np.float32([0.0]))
        value = net.line(f"tosa.conv2d {x}, {w}, {b}, {zero}, {zero} {{acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, "
                         f"stride = array<i64: 1, 1>}} : (tensor<1x1x3x33xf32>, tensor<7x1x1x33xf32>, tensor<7xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x3x7xf32>")
        net.output(f"conv of int16 {scale}", value, (1, 1, 3, 7), po, lambda a, i=i, w=weights, b=bias, s=f32(scale): reference_int16.sums(
            np.einsum("nhwi,oi->nhwo", a[i].astype(np.int64), w.reshape(7, 33).astype(np.int64)) + b, [s] * 7))


class ReferenceRun(Run):
    """A network of this file on the roads of run_cases.py."""

    def __init__(self, tools, workdir, group, net, profiles):
        self.tools, self.workdir, self.group, self.io = tools, workdir, group, "int8"
        self.profiles = profiles
        self.net, self.owners, self.chosen = net, net.names, net.names

    def prepare(self):
        self.path("net.mlir").write_text(self.net.text())
        execute([f"{self.tools.bin}/quant-opt", self.path("net.mlir"), f"--pass-pipeline={PIPELINE}", "-o", self.path("integer.mlir")])
        execute([f"{self.tools.llvm}/mlir-opt", "--allow-unregistered-dialect", self.path("integer.mlir"), f"--tosa-attach-target={TARGET % self.profiles}",
                 "--tosa-validate=strict-op-spec-alignment", "-o", "/dev/null"])

    def make_inputs(self):
        """Float inputs are halves of their steps, where rounding ties, and what stands beside them in float32."""
        super().make_inputs()
        for sample in self.inputs:
            for i, step in enumerate(self.net.steps):
                values = np.float32(self.net.random.integers(-520, 521, sample[i].shape) / 2) * np.float32(step)
                beside = np.float32(self.net.random.choice([-np.inf, 0, np.inf], sample[i].shape))
                sample[i] = np.where(beside == 0, values, np.nextafter(values, beside)).astype(np.float32)
                sample[i].ravel()[:4] = [np.inf, -np.inf, 3e38, -1e-40]

    def run(self):
        self.prepare()
        options = ["--float"] if self.net.steps else []
        self.run_targets(self.path("integer.mlir"), *options)
        self.compare("the JIT", self.run_jit(self.path("integer.mlir"), [], self.inputs, "jit.npz", self.arguments))
        judged, self.expected = self.expected, [[model(sample) for model in self.net.expect] for sample in self.inputs]
        self.compare("upstream's lowering (not TFLite's rule)", judged)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("workdir", type=pathlib.Path)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--cc", required=True)
    args = parser.parse_args()
    shutil.rmtree(args.workdir, ignore_errors=True)
    tools = Tools(args.bin, args.llvm, args.cc)
    tools.bin = args.bin
    groups = {"integer": ("pro_int", (add_functions, add_arithmetic, add_averages, add_softmax, add_convolutions)),
              "int16": ("pro_int", (add_int16,)),
              "float": ("pro_int,pro_fp", (add_float_inputs,))}
    try:
        for group, (profiles, adders) in groups.items():
            net = Network()
            for add in adders:
                add(net)
            (args.workdir / group).mkdir(parents=True)
            ReferenceRun(tools, args.workdir / group, group, net, profiles).run()
    except Failure as failure:
        print(f"FAILED {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
