"""Runs NAME_step of emitted objects in C programs, natively or under qemu.

Each program runs two streams in turn, with a block of states each: the one under test, and the same from its end to its
beginning. So a step that keeps anything outside of its block fails.
"""
import json

import numpy as np

from toolchain import DTYPES, Tools, execute

SOURCE = r"""
#include "net.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t input_bytes[] = {%(input_bytes)s 0}, output_bytes[] = {%(output_bytes)s 0};
enum { INPUTS = NET_STEP_INPUT_COUNT, OUTPUTS = NET_STEP_OUTPUT_COUNT, STEPS = %(steps)d, GUARD = 64, PATTERN = 0x5A };

static unsigned char *place(size_t size) {
  size_t all = (size + 2 * GUARD + 63) / 64 * 64;
  return (unsigned char *)memset(aligned_alloc(64, all), PATTERN, all) + GUARD;
}

static void check(const unsigned char *data, size_t size, const char *what) {
  for (int i = 1; i <= GUARD; ++i)
    if (data[-i] != PATTERN || data[size + i - 1] != PATTERN) {
      fprintf(stderr, "memory around %%s was written\n", what);
      exit(2);
    }
}

static void expect(int got, int want) {
  if (got != want) {
    fprintf(stderr, "returned %%d instead of %%d\n", got, want);
    exit(3);
  }
}

int main(int argc, char **argv) {
  size_t frame = 0;
  for (int i = 0; i < INPUTS; ++i)
    frame += input_bytes[i];
  unsigned char *samples = malloc(frame * STEPS), *arena = place(NET_STEP_ARENA_BYTES);
  unsigned char *state = place(NET_STATE_BYTES), *other = place(NET_STATE_BYTES);
  FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
  if (argc != 3 || !in || !out || fread(samples, 1, frame * STEPS, in) != frame * STEPS)
    return 1;
  void *outputs[OUTPUTS + 1] = {0};
  for (int i = 0; i < OUTPUTS; ++i)
    outputs[i] = place(output_bytes[i]);
  const void *none[INPUTS + 1] = {0};
  expect(net_reset(0), NET_ERROR_NULL_ARGUMENT);
  expect(net_reset(state), NET_OK);
  expect(net_reset(other), NET_OK);
  if (NET_STATE_ALIGNMENT > 1)
    expect(net_reset(state + 1), NET_ERROR_MISALIGNED);
  expect(net_step(none, outputs, 0, arena), NET_ERROR_NULL_ARGUMENT);
  expect(net_step(none, outputs, state, 0), NET_ERROR_NULL_ARGUMENT);
  expect(net_step(none, outputs, state, arena), NET_ERROR_NULL_TENSOR);
  for (int step = 0; step < STEPS; ++step)
    for (int stream = 1; stream >= 0; --stream) {
      const unsigned char *sample = samples + frame * (stream ? STEPS - 1 - step : step);
      const void *inputs[INPUTS + 1];
      for (int i = 0; i < INPUTS; sample += input_bytes[i++])
        inputs[i] = memcpy(place(input_bytes[i]), sample, input_bytes[i]);
      expect(net_step(inputs, outputs, stream ? other : state, arena), NET_OK);
      for (int i = 0; i < INPUTS; ++i)
        free((unsigned char *)inputs[i] - GUARD);
      for (int i = 0; i < OUTPUTS && !stream; ++i) {
        check(outputs[i], output_bytes[i], "an output");
        fwrite(outputs[i], 1, output_bytes[i], out);
      }
      check(state, NET_STATE_BYTES, "the states");
      check(arena, NET_STEP_ARENA_BYTES, "the arena");
    }
  return 0;
}
"""


def describe(entry):
    dtype = np.dtype(DTYPES[entry["type"]])
    return entry["name"], dtype, tuple(entry["shape"]), dtype.itemsize * int(np.prod(entry["shape"]))


def check_object(tools, obj):
    """The promises of every object hold for one with steps, too."""
    for line in execute([f"{tools.llvm}/llvm-nm", obj]).splitlines():
        if line.split()[-2] in "UbBdD":
            raise SystemExit(f"{obj} has the symbol {line}")


def stream(tools, workdir, network, samples, *options, every=True, host=False):
    """{target: {name: array}}: the outputs of the steps, which are stacked like the samples {name: array}. Without
    `every`, the first and the last of the targets are enough, and with `host` the first."""
    results, targets = {}, tools.targets()[0]
    for target in targets[:1] if host else targets if every else [targets[0], targets[-1]]:
        place = workdir / target.name
        place.mkdir(parents=True, exist_ok=True)
        obj = place / "net.o"
        tools.run("compile", network, "--name=net", *options, *target.flags, "-o", obj)
        check_object(tools, obj)
        step = json.loads((place / "net.json").read_text())["step"]
        inputs, outputs = ([describe(entry) for entry in step[key]] for key in ("inputs", "outputs"))
        steps = len(next(iter(samples.values())))
        arrays = [samples[name].astype(dtype).reshape(steps, -1) for name, dtype, _, _ in inputs]
        (place / "in.bin").write_bytes(b"".join(array[t].tobytes() for t in range(steps) for array in arrays))
        (place / "main.c").write_text(SOURCE % dict(
            steps=steps, **{f"{kind}_bytes": "".join(f"{tensor[3]}, " for tensor in tensors)
                            for kind, tensors in (("input", inputs), ("output", outputs))}))
        execute([*target.compiler, "-std=c11", "-O1", "-Wall", "-Werror", "-I", place, place / "main.c", obj, "-o", place / "main"])
        for name, prefix in target.machines:
            execute([*prefix, place / "main", place / "in.bin", place / "out.bin"])
            data, result = (place / "out.bin").read_bytes(), {}
            frame = sum(tensor[3] for tensor in outputs)
            start = 0
            for tensor, dtype, shape, size in outputs:
                result[tensor] = np.stack([np.frombuffer(data, dtype, size // dtype.itemsize, t * frame + start).reshape(shape)
                                           for t in range(steps)])
                start += size
            results[f"{target.name} on {name}"] = result
    return results


def get_step(workdir):
    """What the manifest of one of the objects says of steps."""
    return json.loads(next(workdir.glob("*/net.json")).read_text())["step"]


def make_tools(arguments):
    """The tools of a test: its arguments are those of a lit substitution, --bin=..., --llvm=..., --cc=...."""
    found = dict(argument[2:].split("=", 1) for argument in arguments if argument.startswith("--"))
    return Tools(found["bin"], found["llvm"], found["cc"])
