#!/usr/bin/env python3
"""nested_mlir.py FILE KIND: writes MLIR text that nests deep, or looks as if it did."""
import sys

N = 100_000
TANH = """func.func @a(%x: tensor<4xf32> {ptq.name = "((([[[{{{<<<"}) -> tensor<4xf32> {
  // ((([[[{{{<<<
  %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
"""
KINDS = {
    "modules": lambda: "module {" * N,
    "attributes": lambda: "module attributes {a = " + "[" * N + "]" * N + "} {}",
    "types": lambda: "func.func @a(%x: " + "tuple<" * N + "i32" + ">" * N + ") { return }",
    "affine": lambda: "#m = affine_map<(d0) -> (" + "(" * N + "d0" + ")" * N + ")>",
    "signs": lambda: "#m = affine_map<(d0) -> (" + "-" * N + "d0)>",
    "sums": lambda: "#m = affine_map<(d0) -> (d0" + " + (d0 mod 3) floordiv 5" * N + ")>",
    "locations": lambda: "module {} loc(" + "fused[" * N + '"a"' + "]" * N + ")",
    "type-aliases": lambda: "!t0 = i32\n" + "".join(f"!t{i + 1} // <\n = tuple<!t{i}>\n" for i in range(N)),
    "one-line-aliases": lambda: "!t0=i32" + "".join(f" !t{i + 1}=tuple<!t{i}>" for i in range(N)),
    "attribute-aliases": lambda: "#a0 = 1\n" + "".join(f"#a{i + 1} = [#a{i}]\n" for i in range(N)),
    "location-aliases": lambda: '#l0 = loc("a")\n' + "".join(f"#l{i + 1} = loc(fused[#l{i}])\n" for i in range(N)),
    "flat": lambda: "".join(f"#l{i} = loc(fused[\"(<[{{\", \"\\\"(\"])\n#m{i} = affine_map<(d0) -> (d0 - {i})>\n"
                            for i in range(N // 50)) + "#s = affine_set<(d0) : (d0 - 1 >= 0)>\n" + TANH,
    "allowed-modules": lambda: "module {" * 500 + "}" * 500,
    "allowed-types": lambda: "func.func @a(%x: " + "tuple<" * 500 + "i32" + ">" * 500 + ") { return }",
}
open(sys.argv[1], "w").write(KINDS[sys.argv[2]]())
