"""The independent judge: upstream's own lowering of a TOSA module to loops, run by
mlir-runner from the distribution. Nothing of quantc takes part.
"""
import re

import numpy as np

from toolchain import execute

PIPELINE = (
    "builtin.module(func.func(tosa-optional-decompositions,tosa-to-scf,tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith{include-apply-rescale},"
    "tosa-to-tensor,convert-elementwise-to-linalg),"
    "one-shot-bufferize{allow-return-allocs-from-loops bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map},"
    "func.func(convert-linalg-to-loops),convert-scf-to-cf,expand-strided-metadata,lower-affine,"
    "func.func(arith-expand),convert-math-to-llvm,convert-math-to-libm,convert-arith-to-llvm,"
    "finalize-memref-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,reconcile-unrealized-casts)")
TYPES = {"i8": np.int8, "i16": np.int16, "i32": np.int32, "f32": np.float32}
TENSOR = re.compile(r"tensor<((?:\d+x)*)(i8|i16|i32|f32)>")


class Tensor:
    """The type of an argument or a result."""

    def __init__(self, match):
        self.type, self.element = match.group(0), match.group(2)
        self.shape = tuple(int(size) for size in match.group(1).split("x")[:-1])
        self.memref = self.type.replace("tensor", "memref")
        self.dtype = TYPES[self.element]


def signature(text):
    """(name, arguments, results) of the public function of printed IR."""
    line = next(line for line in text.splitlines()
                if re.match(r"\s*func\.func (?!private)", line))
    name = re.search(r"@([\w$.-]+)", line).group(1)
    # Attributes of arguments and results hold no tensor types.
    arguments, _, results = line.partition("->")
    return name, [Tensor(m) for m in TENSOR.finditer(arguments)], [Tensor(m) for m in TENSOR.finditer(results)]


def _main(name, arguments, results, samples):
    """A function that reads every input, calls the network and writes every output,
    for each sample."""
    lines, count = [], 0
    for sample in range(samples):
        for i, argument in enumerate(arguments):
            index = sample * len(arguments) + i
            lines += [f"%i{index} = arith.constant {index} : i64",
                      f"%m{index} = memref.alloc() : {argument.memref}",
                      f"%u{index} = memref.cast %m{index} : {argument.memref} to memref<*x{argument.element}>",
                      f"call @judge_read_{argument.element}(%i{index}, %u{index}) : (i64, memref<*x{argument.element}>) -> ()",
                      f"%t{index} = bufferization.to_tensor %m{index} restrict : {argument.memref} to {argument.type}"]
        operands = ", ".join(f"%t{sample * len(arguments) + i}" for i in range(len(arguments)))
        types = ", ".join(argument.type for argument in arguments), ", ".join(result.type for result in results)
        lines.append(f"%r{sample}:{len(results)} = call @{name}({operands}) : ({types[0]}) -> ({types[1]})")
        for i, result in enumerate(results):
            lines += [f"%o{count} = arith.constant {count} : i64",
                      f"%b{count} = bufferization.to_buffer %r{sample}#{i} : {result.type} to {result.memref}",
                      f"%v{count} = memref.cast %b{count} : {result.memref} to memref<*x{result.element}>",
                      f"call @judge_write_{result.element}(%o{count}, %v{count}) : (i64, memref<*x{result.element}>) -> ()"]
            count += 1
    declarations = [f"func.func private @judge_{verb}_{element}(i64, memref<*x{element}>) attributes {{llvm.emit_c_interface}}"
                    for verb in ("read", "write") for element in TYPES]
    return "\n".join(declarations + ["func.func @main() {"] + lines + ["return", "}"])


def build_io(support, workdir, cc):
    """Compiles judge_io.c; returns the library."""
    library = workdir / "libjudge_io.so"
    execute([cc, "-O1", "-shared", "-fPIC", support / "judge_io.c", "-o", library])
    return library


def run(llvm, module, inputs, workdir, io_library):
    """Runs the network of file `module` on `inputs` (one list of arrays per
    sample); returns one list of arrays per sample. `llvm` holds the distribution's tools.
    """
    # Printed by upstream's mlir-opt: one operation per line, no aliases to quantc.
    text = execute([f"{llvm}/mlir-opt", "--allow-unregistered-dialect", module])
    name, arguments, results = signature(text)
    index = text.rindex("}")
    text = text[:index] + _main(name, arguments, results, len(inputs)) + "\n}\n"
    (workdir / "judge.mlir").write_text(text)
    for i, array in enumerate(array for sample in inputs for array in sample):
        (workdir / f"input_{i}.bin").write_bytes(array.tobytes())
    execute([f"{llvm}/mlir-opt", "--allow-unregistered-dialect", f"--pass-pipeline={PIPELINE}", "judge.mlir",
             "-o", "judge.ll.mlir"], cwd=workdir)
    execute([f"{llvm}/mlir-runner", "-e", "main", "--entry-point-result=void",
             f"--shared-libs={io_library},{llvm}/../lib/libmlir_c_runner_utils.so", "judge.ll.mlir"], cwd=workdir)
    outputs = [[np.fromfile(workdir / f"judged_{sample * len(results) + i}.bin", result.dtype).reshape(result.shape)
                for i, result in enumerate(results)] for sample in range(len(inputs))]
    return outputs
