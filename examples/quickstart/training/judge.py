# Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a TOSA network with the packaged MLIR tools alone.

The network's module gets a `main` which holds the images as a constant, calls
the network for each and prints all results; upstream's own lowering and
`mlir-runner-22` do the rest. Nothing of this project takes part.
"""

import re
import subprocess

import numpy as np

LIBRARIES = "/usr/lib/llvm-22/lib"
PIPELINE = (
    "builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg,"
    "tosa-to-arith{include-apply-rescale},tosa-to-tensor,"
    "convert-elementwise-to-linalg),"
    "one-shot-bufferize{bufferize-function-boundaries},"
    "convert-linalg-to-loops,convert-scf-to-cf,expand-strided-metadata,"
    "lower-affine,convert-math-to-libm,convert-arith-to-llvm,"
    "finalize-memref-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,"
    "reconcile-unrealized-casts)"
)
MAIN = """
func.func private @printMemrefF32(tensor<*xf32>)
func.func @main() {{
  %images = arith.constant dense<"0x{data}"> : tensor<{count}x{image}xf32>
  %first = arith.constant 0 : index
  %count = arith.constant {count} : index
  %step = arith.constant 1 : index
  %none = tensor.empty() : tensor<{count}x{classes}xf32>
  %all = scf.for %i = %first to %count step %step
      iter_args(%acc = %none) -> tensor<{count}x{classes}xf32> {{
    %image = tensor.extract_slice %images[%i, 0, 0, 0] [1, {sizes}]
        [1, 1, 1, 1] : tensor<{count}x{image}xf32> to tensor<1x{image}xf32>
    %result = func.call @glyphs(%image)
        : (tensor<1x{image}xf32>) -> tensor<1x{classes}xf32>
    %next = tensor.insert_slice %result into %acc[%i, 0] [1, {classes}] [1, 1]
        : tensor<1x{classes}xf32> into tensor<{count}x{classes}xf32>
    scf.yield %next : tensor<{count}x{classes}xf32>
  }}
  %cast = tensor.cast %all : tensor<{count}x{classes}xf32> to tensor<*xf32>
  func.call @printMemrefF32(%cast) : (tensor<*xf32>) -> ()
  return
}}
"""


def tool(arguments, text=None):
    return subprocess.run(
        arguments, input=text, text=True, check=True, stdout=subprocess.PIPE
    ).stdout


def run_tosa(network, images, classes):
    """Returns the outputs [N, classes] for images [N, H, W, C] (float32)."""
    shape = images.shape[1:]
    main = MAIN.format(
        data=np.ascontiguousarray(images).tobytes().hex().upper(),
        count=len(images),
        classes=classes,
        image="x".join(map(str, shape)),
        sizes=", ".join(map(str, shape)),
    )
    module = tool(["mlir-opt-22", network]).rstrip()
    assert module.endswith("}")
    lowered = tool(
        ["mlir-opt-22", f"--pass-pipeline={PIPELINE}"], module[:-1] + main + "}"
    )
    printed = tool(
        [
            "mlir-runner-22", "-O3", "-e", "main", "--entry-point-result=void",
            f"--shared-libs={LIBRARIES}/libmlir_runner_utils.so,"
            f"{LIBRARIES}/libmlir_c_runner_utils.so",
        ],
        lowered,
    )
    numbers = re.findall(r"-?\d[\d.e+-]*", printed.split("data =")[1])
    return np.array(numbers, np.float32).reshape(len(images), classes)
