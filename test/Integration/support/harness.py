"""Runs emitted objects in a C program of their own: natively, or under qemu.

The program gives every input and output memory of exactly its size between guard
bytes, at an address that is no more aligned than its elements need, and fails if a guard,
or an input, was overwritten.
"""
import numpy as np

from toolchain import execute

SOURCE = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
%(include)s

enum { GUARD = 64, PATTERN = 0x5A };

/* `size` bytes aligned to `align` and not to 2 * align. */
static unsigned char *place(size_t size, size_t align) {
  unsigned char *block = aligned_alloc(64, (size + 4 * GUARD) / 64 * 64);
  memset(block, PATTERN, (size + 4 * GUARD) / 64 * 64);
  return block + GUARD + align;
}

static void check(const unsigned char *data, size_t size, const char *what) {
  for (int i = 1; i <= GUARD / 2; ++i)
    if (data[-i] != PATTERN || data[size + i - 1] != PATTERN) {
      fprintf(stderr, "memory around %%s was written\n", what);
      exit(2);
    }
}

static const size_t input_bytes[] = {%(input_bytes)s}, output_bytes[] = {%(output_bytes)s};
static const size_t input_align[] = {%(input_align)s}, output_align[] = {%(output_align)s};
enum { INPUTS = %(inputs)d, OUTPUTS = %(outputs)d, SAMPLES = %(samples)d };

int main(int argc, char **argv) {
  const void *inputs[INPUTS];
  void *outputs[OUTPUTS];
  FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
  if (!in || !out)
    return 1;
  for (int i = 0; i < INPUTS; ++i)
    inputs[i] = place(input_bytes[i], input_align[i]);
  for (int i = 0; i < OUTPUTS; ++i)
    outputs[i] = place(output_bytes[i], output_align[i]);
  size_t arena_size = (%(prefix)s_ARENA_BYTES + 63) / 64 * 64;
  unsigned char *arena_block = aligned_alloc(64, arena_size + 2 * GUARD);
  memset(arena_block, PATTERN, arena_size + 2 * GUARD);
  for (int sample = 0; sample < SAMPLES; ++sample) {
    unsigned char *copies[INPUTS];
    for (int i = 0; i < INPUTS; ++i) {
      if (fread((void *)inputs[i], 1, input_bytes[i], in) != input_bytes[i])
        return 1;
      copies[i] = memcpy(malloc(input_bytes[i]), inputs[i], input_bytes[i]);
    }
    int status = %(name)s_run(inputs, outputs, arena_block + GUARD);
    if (status) {
      fprintf(stderr, "%(name)s_run returned %%d\n", status);
      return 3;
    }
    check(arena_block + GUARD, arena_size, "the arena");
    for (int i = 0; i < INPUTS; ++i) {
      check(inputs[i], input_bytes[i], "an input");
      if (memcmp(copies[i], inputs[i], input_bytes[i])) {
        fprintf(stderr, "input %%d was changed\n", i);
        return 4;
      }
      free(copies[i]);
    }
    for (int i = 0; i < OUTPUTS; ++i) {
      check(outputs[i], output_bytes[i], "an output");
      fwrite(outputs[i], 1, output_bytes[i], out);
    }
  }
  return 0;
}
"""


def _join(values):
    return ", ".join(str(value) for value in values)


def build(compiler, obj, name, arguments, results, samples, workdir):
    """Links the program for `obj`, whose header stands beside it; returns its path."""
    source = workdir / f"{obj.stem}_main.c"
    source.write_text(SOURCE % dict(
        include=f'#include "{obj.with_suffix(".h").name}"', name=name, prefix=name.upper(),
        input_bytes=_join(a.bytes for a in arguments), output_bytes=_join(r.bytes for r in results),
        input_align=_join(a.dtype().itemsize for a in arguments), output_align=_join(r.dtype().itemsize for r in results),
        inputs=len(arguments), outputs=len(results), samples=samples))
    program = obj.with_suffix(".exe")
    execute([*compiler, "-O1", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", source, obj, "-o", program])
    return program


def run(launcher, program, arguments, results, inputs, workdir):
    """Runs `program` on `inputs` (a list of arrays per sample); returns the outputs."""
    source, target = workdir / f"{program.stem}.in", workdir / f"{program.stem}.out"
    source.write_bytes(b"".join(np.ascontiguousarray(array).tobytes() for sample in inputs for array in sample))
    execute([*launcher, program, source, target])
    data, outputs, offset = target.read_bytes(), [], 0
    for _ in inputs:
        outputs.append([])
        for result in results:
            part = np.frombuffer(data, result.dtype, result.bytes // result.dtype().itemsize, offset)
            outputs[-1].append(part.reshape(result.shape))
            offset += result.bytes
    return outputs
