#!/usr/bin/env python3
"""Adds a pass to a library: its definition, its source, its test, its reference.

usage: new-pass.py LIBRARY FLAG SUMMARY [--root DIR]

LIBRARY has a Passes.td, e.g. Dialect/PTQ/Transforms. FLAG is the pass's name on the command
line, verb first: ptq-merge-scales. SUMMARY is one line. What is written compiles and
passes its test; the pass changes nothing yet.
"""
import argparse
import pathlib
import re
import subprocess
import sys

LICENSE = """//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
"""

DEFINITION = """def {name} : Pass<"{flag}", "::mlir::func::FuncOp"> {{
  let summary = "{summary}";
  let description = [{{
    {summary}.

    Example:

    ```mlir
    %0 = tosa.abs %x : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }}];
}}

"""

SOURCE = """//===- {name}.cpp - {summary} -*- C++ -*-===//
{license}
#include "quantc/{library}/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace {namespace} {{
#define GEN_PASS_DEF_{upper}
#include "quantc/{library}/Passes.h.inc"
}} // namespace {namespace}

using namespace mlir;

namespace {{
struct {name} final : public {namespace}::impl::{name}Base<{name}> {{
  using Base::Base;

  void runOnOperation() override {{ markAllAnalysesPreserved(); }}
}};
}} // namespace
"""

TEST = """// RUN: quant-opt --pass-pipeline='builtin.module(func.func({flag}))' %s | FileCheck %s

// CHECK-LABEL: func.func @f
// CHECK: tosa.abs
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {{
  %0 = tosa.abs %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}}
"""


def camel(flag):
    """ptq-merge-scales -> PTQMergeScales; a leading quantc is left out."""
    words = flag.split("-")
    words = words[1:] if words[0] == "quantc" else words
    return "".join("PTQ" if word == "ptq" else word.capitalize() for word in words)


def write_new(path, text):
    if path.exists():
        sys.exit(f"new-pass: error: {path} exists")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f"wrote {path}")


def edit(path, pattern, replacement):
    text, count = re.subn(pattern, replacement, path.read_text(), count=1, flags=re.M)
    if not count:
        sys.exit(f"new-pass: error: {path} has no place for the pass (looked for {pattern!r})")
    path.write_text(text)
    print(f"edited {path}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("flag")
    parser.add_argument("summary")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", args.flag):
        sys.exit(f"new-pass: error: '{args.flag}' is not of the form ptq-verb-object")
    headers = args.root / "include/quantc" / args.library
    if not (headers / "Passes.td").exists():
        sys.exit(f"new-pass: error: there is no {headers / 'Passes.td'}")

    name = camel(args.flag)
    namespace = re.search(r"^namespace ([\w:]+)", (headers / "Passes.h").read_text(), re.M).group(1)
    fields = dict(name=name, flag=args.flag, summary=args.summary.rstrip("."), library=args.library,
                  namespace=namespace, upper=name.upper(), license=LICENSE)
    file = name.removeprefix("PTQ")
    write_new(args.root / "lib" / args.library / f"{file}.cpp", SOURCE.format(**fields))
    write_new(args.root / "test" / args.library / f"{args.flag}.mlir", TEST.format(**fields))
    edit(headers / "Passes.td", r"(?=^#endif)", lambda _: DEFINITION.format(**fields))
    edit(args.root / "lib" / args.library / "CMakeLists.txt", r"(?<=[\n ])(?=\w+\.cpp)", rf"{file}.cpp\n  ")
    if (args.root / "utils/update-docs.sh").exists():
        subprocess.run([args.root / "utils/update-docs.sh"], check=True)
        print("updated docs; next: describe the pass in Passes.td, write it, extend its test")


if __name__ == "__main__":
    main()
