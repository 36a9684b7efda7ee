/* Two threads run the network at the same time, each with an arena and outputs of its
 * own, and get what one thread gets alone. */
#include "model.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 2, RUNS = 40 };

typedef struct {
  _Alignas(64) unsigned char arena[MODEL_ARENA_BYTES + 1];
  int8_t input[MODEL_INPUT_0_ELEMENTS];
  int8_t output[MODEL_OUTPUT_0_ELEMENTS], expected[MODEL_OUTPUT_0_ELEMENTS];
  int failures;
} Job;

static Job jobs[THREADS];

static int run_once(Job *job) {
  const void *inputs[] = {job->input};
  void *outputs[] = {job->output};
  return model_run(inputs, outputs, job->arena);
}

static void *run_often(void *argument) {
  Job *job = argument;
  for (int i = 0; i < RUNS; ++i) {
    memset(job->output, i, sizeof job->output);
    if (run_once(job) != MODEL_OK ||
        memcmp(job->output, job->expected, sizeof job->output))
      ++job->failures;
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  for (int t = 0; t < THREADS; ++t) {
    for (int i = 0; i < MODEL_INPUT_0_ELEMENTS; ++i)
      jobs[t].input[i] = (int8_t)(i * (7 + 6 * t) + t);
    if (run_once(&jobs[t]) != MODEL_OK)
      return 1;
    memcpy(jobs[t].expected, jobs[t].output, sizeof jobs[t].output);
  }
  if (!memcmp(jobs[0].expected, jobs[1].expected, sizeof jobs[0].expected)) {
    puts("the two inputs give the same output: nothing would be noticed");
    return 1;
  }
  for (int t = 0; t < THREADS; ++t)
    pthread_create(&threads[t], NULL, run_often, &jobs[t]);
  int failures = 0;
  for (int t = 0; t < THREADS; ++t) {
    pthread_join(threads[t], NULL);
    failures += jobs[t].failures;
  }
  printf("%d of %d runs differ\n", failures, THREADS * RUNS);
  return failures != 0;
}
