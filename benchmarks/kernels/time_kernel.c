// Times one compiled network of one output and one input, or two: activations
// and weights. Compiled with -DRUN=name_run -DARENA_BYTES=... -DINPUT_BYTES=...
// -DWEIGHT_BYTES=... (0: no such input) -DOUTPUT_BYTES=...
// Prints the best time in seconds.
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int RUN(const void *const *inputs, void *const *outputs, void *arena);

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *allocate(size_t bytes) {
  return aligned_alloc(64, (bytes + 64) / 64 * 64);
}

static char *allocate_input(size_t bytes) {
  char *input = allocate(bytes);
  for (size_t i = 0; i < bytes; ++i)
    input[i] =
        (char)(i * 37 % 64); // small as a float, too: no denormals of note
  return input;
}

int main(void) {
  const void *inputs[] = {allocate_input(INPUT_BYTES),
                          allocate_input(WEIGHT_BYTES)};
  void *outputs[] = {allocate(OUTPUT_BYTES)};
  void *arena = allocate(ARENA_BYTES);
  double best = 1e9, end = seconds() + 1.0;
  do {
    double start = seconds();
    if (RUN(inputs, outputs, arena) != 0)
      return 1;
    double time = seconds() - start;
    best = time < best ? time : best;
  } while (seconds() < end);
  printf("%.9f\n", best);
  return 0;
}
