"""The programs under test and the machines that their output runs on."""
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


class Target:
    """A CPU to compile for, and how its objects are linked and run here."""

    def __init__(self, name, flags, compiler, launcher=()):
        self.name, self.flags, self.compiler, self.launcher = name, flags, compiler, list(launcher)


class Tensor:
    """An input or output, as the manifest describes it."""

    def __init__(self, entry):
        self.name, self.shape, self.dtype = entry["name"], tuple(entry["shape"]), DTYPES[entry["type"]]
        self.scale, self.zero_point = entry.get("scale"), entry.get("zero_point", 0)
        self.bytes = int(np.prod(self.shape)) * self.dtype().itemsize

    def real(self, array):
        """The numbers that quantized values stand for."""
        return ((array.astype(np.float64) - self.zero_point) * self.scale).astype(np.float32)


# Name, flag of /proc/cpuinfo, options: CPUs that multiply differently, and one that looks up bytes differently.
X86 = [("x86-64", "sse2", ["--cpu=x86-64"]), ("x86-64-v3", "avx2", ["--cpu=x86-64-v3"]),
       ("avx512vnni", "avx512_vnni", ["--cpu=cascadelake"])]
X86_LOOKUPS = [("avx512vbmi", "avx512vbmi", ["--cpu=icelake-server"])]


class Tools:
    """`bin` holds quantc, `llvm` the distribution's tools, `cc` is the host's compiler, `x86` the CPUs to run on."""

    def __init__(self, bin, llvm, cc, x86=X86):
        self.quantc, self.llvm, self.cc, self.x86 = f"{bin}/quantc", llvm, cc, x86

    def run(self, *arguments):
        return execute([self.quantc, *arguments])

    def targets(self):
        """(targets that can run here, reasons for those that cannot)."""
        host, skipped = platform.machine(), []
        flags = pathlib.Path("/proc/cpuinfo").read_text() if host == "x86_64" else ""
        found = []
        for name, needed, options in self.x86:
            if needed not in flags.split():
                skipped.append(f"{name}: this machine has no {needed}")
                continue
            found.append(Target(name, ["--target=x86_64-linux-gnu", *options], [self.cc]))
        cross = shutil.which("aarch64-linux-gnu-gcc")
        qemu = shutil.which("qemu-aarch64")
        if host == "aarch64":
            cross, qemu = self.cc, ""
        if not cross or qemu is None:
            skipped.append("aarch64: no qemu-aarch64 or aarch64-linux-gnu-gcc")
            return found, skipped
        # The first CPU has no dot product: using one would be an illegal instruction.
        for name, cpu, features in (("neon", "cortex-a53", []), ("neon-dotprod", "cortex-a76", ["--features=+dotprod"])):
            launcher = [qemu, "-cpu", cpu] if qemu else []
            found.append(Target(name, ["--target=aarch64-linux-gnu", "--cpu=generic", *features],
                                [cross, "-static"] if qemu else [cross], launcher))
        return found, skipped


def manifest(obj):
    """(inputs, outputs) of the object's manifest."""
    contents = json.loads(obj.with_suffix(".json").read_text())
    return [Tensor(t) for t in contents["inputs"]], [Tensor(t) for t in contents["outputs"]]
