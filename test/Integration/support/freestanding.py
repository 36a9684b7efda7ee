"""Runs emitted objects on 32-bit Arm without a C library: qemu-arm, and a program of system calls.

The machine that tests run on needs no headers or libraries of that CPU, only clang, lld and qemu-arm.
"""
import shutil
import subprocess

import numpy as np

from toolchain import Failure, execute

TRIPLE = "armv7-linux-gnueabihf"
SOURCE = r"""
#include <stddef.h>
#include <stdint.h>
#include "%(header)s"

static long call(long number, long a, long b, long c) {
  register long r7 __asm__("r7") = number;
  register long r0 __asm__("r0") = a;
  register long r1 __asm__("r1") = b;
  register long r2 __asm__("r2") = c;
  __asm__ volatile("svc 0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2) : "memory");
  return r0;
}
enum { EXIT = 1, READ = 3, WRITE = 4 };

static void transfer(long number, long file, char *data, long size) {
  while (size > 0) {
    long done = call(number, file, (long)data, size);
    if (done <= 0)
      call(EXIT, 1, 0, 0);
    data += done;
    size -= done;
  }
}

%(buffers)s
static char arena[%(prefix)s_ARENA_BYTES + 64] __attribute__((aligned(64)));

void _start(void) {
  static const void *inputs[] = {%(inputs)s};
  static void *outputs[] = {%(outputs)s};
  for (int sample = 0; sample < %(samples)d; ++sample) {
%(reads)s
    if (%(name)s_run(inputs, outputs, arena))
      call(EXIT, 2, 0, 0);
%(writes)s
  }
  call(EXIT, 0, 0, 0);
}
"""


def find():
    """The emulator, or None."""
    return shutil.which("qemu-arm")


def run(tools, obj, name, arguments, results, inputs, workdir):
    """Runs `obj`, compiled for TRIPLE, on `inputs` (a list of arrays per sample); returns the outputs."""
    tensors = [(f"i{k}", a.bytes) for k, a in enumerate(arguments)] + [(f"o{k}", r.bytes) for k, r in enumerate(results)]
    read, write = tensors[:len(arguments)], tensors[len(arguments):]
    source, program = workdir / f"{obj.stem}_main.c", obj.with_suffix(".exe")
    source.write_text(SOURCE % dict(
        header=obj.with_suffix(".h").name, name=name, prefix=name.upper(), samples=len(inputs),
        buffers="\n".join(f"static char {n}[{size}] __attribute__((aligned(64)));" for n, size in tensors),
        inputs=", ".join(n for n, _ in read), outputs=", ".join(n for n, _ in write),
        reads="\n".join(f"    transfer(READ, 0, {n}, {size});" for n, size in read),
        writes="\n".join(f"    transfer(WRITE, 1, {n}, {size});" for n, size in write)))
    linker = f"--ld-path={tools.llvm}/ld.lld"
    execute([tools.cc, f"--target={TRIPLE}", "-march=armv7-a", "-O1", "-ffreestanding", "-nostdlib", "-static", linker,
             source, obj, "-o", program])
    data = b"".join(np.ascontiguousarray(array).tobytes() for sample in inputs for array in sample)
    done = subprocess.run([find(), str(program)], input=data, capture_output=True)
    if done.returncode:
        raise Failure(f"{program} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    outputs, offset = [], 0
    for _ in inputs:
        outputs.append([])
        for result in results:
            part = np.frombuffer(done.stdout, result.dtype, result.bytes // result.dtype().itemsize, offset)
            outputs[-1].append(part.reshape(result.shape))
            offset += result.bytes
    return outputs
