"""The programs under test and the machines that their output runs on.

Run as a program, it prints which targets cannot run here, and why.
"""
import json
import pathlib
import platform
import shutil
import subprocess

import numpy as np

DTYPES = {"int8": np.int8, "uint8": np.uint8, "int16": np.int16, "int32": np.int32, "float32": np.float32, "bool": np.bool_}


class Failure(Exception):
    """A test failed; the message says which and how."""


def execute(command, **options):
    """Runs a command and returns what it prints; a failure carries its diagnostics."""
    command = [str(part) for part in command]
    run = subprocess.run(command, capture_output=True, text=True, **options)
    if run.returncode:
        raise Failure(f"{' '.join(command)}\nexit code {run.returncode}\n{run.stderr[:1500]}")
    return run.stdout


THIS = "this machine"


class Target:
    """A CPU to compile for, and the machines that its objects are linked for and run on here: what
    they are called, and the command in front of the program's."""

    def __init__(self, name, flags, compiler, machines=((THIS, ()),)):
        self.name, self.flags, self.compiler, self.machines = name, flags, compiler, machines


class Tensor:
    """An input or output, as the manifest describes it."""

    def __init__(self, entry):
        self.name, self.shape, self.dtype = entry["name"], tuple(entry["shape"]), DTYPES[entry["type"]]
        self.scale, self.zero_point = entry.get("scale"), entry.get("zero_point", 0)
        self.bytes = int(np.prod(self.shape)) * self.dtype().itemsize

    def real(self, array):
        """The numbers that quantized values stand for."""
        return ((array.astype(np.float64) - self.zero_point) * self.scale).astype(np.float32)


# Name, flag of /proc/cpuinfo, options: CPUs that multiply differently, and one that looks up bytes
# differently. The last is a CPU of qemu-x86_64 that has these instructions and as few others as there is: others are
# illegal there, and a machine that lacks them runs the objects all the same. qemu has no AVX512.
X86 = [("x86-64", "sse2", ["--cpu=x86-64"], "Opteron_G1,-sse3"), ("x86-64-v3", "avx2", ["--cpu=x86-64-v3"], "Haswell"),
       ("avx512vnni", "avx512_vnni", ["--cpu=cascadelake"], None)]
X86_LOOKUPS = [("avx512vbmi", "avx512vbmi", ["--cpu=icelake-server"], None)]
# Name, CPU of qemu-aarch64, options. The first CPU has no dot product.
AARCH64 = [("neon", "cortex-a53", []), ("neon-dotprod", "cortex-a76", ["--features=+dotprod"])]


class Tools:
    """`bin` holds quantc, `llvm` the distribution's tools, `cc` is the host's compiler, `x86` the CPUs to run on."""

    def __init__(self, bin, llvm, cc, x86=X86):
        self.quantc, self.llvm, self.cc, self.x86 = f"{bin}/quantc", llvm, cc, x86

    def run(self, *arguments):
        return execute([self.quantc, *arguments])

    def compiler(self, architecture):
        """The C compiler for Linux there, or None. Emulators find no libraries of another architecture."""
        if platform.machine() == architecture:
            return [self.cc]
        cross = shutil.which(f"{architecture}-linux-gnu-gcc")
        return cross and [cross, "-static"]

    def targets(self):
        """(targets that can run here, what cannot run here and why)."""
        found, skipped = [], []
        is_x86, qemu, compiler = platform.machine() == "x86_64", shutil.which("qemu-x86_64"), self.compiler("x86_64")
        has = pathlib.Path("/proc/cpuinfo").read_text().split() if is_x86 else []
        for name, needed, options, model in self.x86:
            machines = [(THIS, [])] if needed in has else []
            if qemu and model:
                machines.append((f"qemu's {model.split(',')[0]}", [qemu, "-cpu", model]))
            elif model:
                skipped.append(f"{name} on a CPU without more: no qemu-x86_64")
            if not compiler:
                skipped.append(f"{name}: no x86_64-linux-gnu-gcc")
            elif machines:
                found.append(Target(name, ["--target=x86_64-linux-gnu", *options], compiler, machines))
            else:
                skipped.append(f"{name}: this machine has no {needed}" + ("" if model else ", nor has qemu"))
        is_arm, qemu, compiler = platform.machine() == "aarch64", shutil.which("qemu-aarch64"), self.compiler("aarch64")
        if not compiler or not (qemu or is_arm):
            return found, [*skipped, "aarch64: no qemu-aarch64 or aarch64-linux-gnu-gcc"]
        for name, model, options in AARCH64:
            machines = [(THIS, [])] if is_arm else [(f"qemu's {model}", [qemu, "-cpu", model])]
            found.append(Target(name, ["--target=aarch64-linux-gnu", "--cpu=generic", *options], compiler, machines))
        return found, skipped


def manifest(obj):
    """(inputs, outputs) of the object's manifest."""
    contents = json.loads(obj.with_suffix(".json").read_text())
    return [Tensor(t) for t in contents["inputs"]], [Tensor(t) for t in contents["outputs"]]


if __name__ == "__main__":
    for reason in Tools("", "", "cc", [*X86, *X86_LOOKUPS]).targets()[1]:
        print(reason)
