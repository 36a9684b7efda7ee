/*===- main.c - A float and an integer network side by side -----------------===
 *
 * Part of quantc, under the Apache License v2.0 with LLVM
 * Exceptions.
 * See LICENSE for license information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===
 *
 * Links two objects that quantc made of the same network, float_model.o in
 * float and model.o in int8, runs both on a labelled test set, prints one table
 * and writes it as JSON. All that a user's program needs is in int8_predict():
 * an arena, a call, no run-time library.
 */

/* clock_gettime */
#define _POSIX_C_SOURCE 199309L

#include "float_model.h"
#include "model.h"
#include "npy.h"

#include <math.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
  IMAGE_SIZE = MODEL_INPUT_0_ELEMENTS,
  CLASSES = MODEL_OUTPUT_0_ELEMENTS,
  /* The latency is the least of this many runs of the whole test set. */
  REPETITIONS = 5,
};

/** All the memory either network ever touches besides its arguments. */
static alignas(MODEL_ARENA_ALIGNMENT) uint8_t int8_arena[MODEL_ARENA_BYTES];
static alignas(FLOAT_MODEL_ARENA_ALIGNMENT) uint8_t
    float_arena[FLOAT_MODEL_ARENA_BYTES];

/** The result for one image, and how long the network took for it. */
struct prediction {
  int label;
  double microseconds;
};

/** What is measured over the whole test set. */
struct report {
  size_t images, float_right, int8_right, agreeing;
  double float_latency_us, int8_latency_us;
  long float_weight_bytes, object_bytes;
};

static double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

/** The networks refuse nothing but null and misaligned pointers. */
static void check(int ok) {
  if (!ok) {
    fputs("error: a network rejected its arguments\n", stderr);
    exit(1);
  }
}

/** The integer network: the caller turns reals into bytes, or has bytes
 * already. */
static struct prediction int8_predict(const float *image) {
  int8_t input[IMAGE_SIZE], output[CLASSES];
  for (int i = 0; i < IMAGE_SIZE; ++i) {
    double value =
        rint(image[i] / MODEL_INPUT_0_SCALE) + MODEL_INPUT_0_ZERO_POINT;
    input[i] = (int8_t)fmin(fmax(value, -128), 127);
  }
  const void *inputs[] = {input};
  void *outputs[] = {output};

  double begin = now_us();
  check(model_run(inputs, outputs, int8_arena) == MODEL_OK);
  struct prediction result = {0, now_us() - begin};

  for (int i = 1; i < CLASSES; ++i)
    if (output[i] > output[result.label])
      result.label = i;
  return result;
}

static struct prediction float_predict(const float *image) {
  float output[CLASSES];
  const void *inputs[] = {image};
  void *outputs[] = {output};

  double begin = now_us();
  check(float_model_run(inputs, outputs, float_arena) == FLOAT_MODEL_OK);
  struct prediction result = {0, now_us() - begin};

  for (int i = 1; i < CLASSES; ++i)
    if (output[i] > output[result.label])
      result.label = i;
  return result;
}

static void measure(const struct npy_array *images,
                    const struct npy_array *labels, struct report *report) {
  const float *image = images->data;
  const int64_t *label = labels->data;
  report->images = images->count;
  for (size_t i = 0; i < images->count; ++i, image += IMAGE_SIZE) {
    int in_float = float_predict(image).label;
    int in_int8 = int8_predict(image).label;
    report->float_right += in_float == label[i];
    report->int8_right += in_int8 == label[i];
    report->agreeing += in_float == in_int8;
  }
}

/** The least time of one network over all images and repetitions: what it takes
 * when nothing else disturbs it. */
static double latency_us(struct prediction (*predict)(const float *),
                         const struct npy_array *images) {
  double least = INFINITY;
  for (int repetition = 0; repetition < REPETITIONS; ++repetition) {
    const float *image = images->data;
    for (size_t i = 0; i < images->count; ++i, image += IMAGE_SIZE)
      least = fmin(least, predict(image).microseconds);
  }
  return least;
}

static double percent(size_t part, size_t whole) {
  return 100.0 * (double)part / (double)whole;
}

static void print_table(const struct report *r) {
  printf("\n%zu test images           float         int8\n", r->images);
  printf("  accuracy            %8.2f %%   %8.2f %%\n",
         percent(r->float_right, r->images), percent(r->int8_right, r->images));
  printf("  same answer as float           %8.2f %%\n",
         percent(r->agreeing, r->images));
  printf("  weights / object    %8ld B   %8ld B   (%.2f x smaller)\n",
         r->float_weight_bytes, r->object_bytes,
         (double)r->float_weight_bytes / (double)r->object_bytes);
  printf("  arena               %8ld B   %8ld B\n",
         (long)FLOAT_MODEL_ARENA_BYTES, (long)MODEL_ARENA_BYTES);
  printf("  latency             %8.1f us  %8.1f us  (%.2f x faster)\n\n",
         r->float_latency_us, r->int8_latency_us,
         r->float_latency_us / r->int8_latency_us);
}

static int write_json(const char *path, const struct report *r) {
  FILE *file = fopen(path, "w");
  if (!file) {
    fprintf(stderr, "error: %s: cannot be written\n", path);
    return 0;
  }
  fprintf(file,
          "{\n"
          "  \"float_accuracy\": %.4f,\n  \"int8_accuracy\": %.4f,\n"
          "  \"agreement\": %.4f,\n"
          "  \"float_weight_bytes\": %ld,\n  \"object_bytes\": %ld,\n"
          "  \"arena_bytes\": %ld,\n"
          "  \"float_latency_us\": %.3f,\n  \"int8_latency_us\": %.3f\n}\n",
          percent(r->float_right, r->images), percent(r->int8_right, r->images),
          percent(r->agreeing, r->images), r->float_weight_bytes,
          r->object_bytes, (long)MODEL_ARENA_BYTES, r->float_latency_us,
          r->int8_latency_us);
  return fclose(file) == 0;
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr,
            "usage: %s x.npy y.npy FLOAT_WEIGHT_BYTES OBJECT_BYTES "
            "report.json\n",
            argv[0]);
    return 2;
  }
  struct npy_array images, labels;
  if (!npy_read(argv[1], "<f4", &images) || !npy_read(argv[2], "<i8", &labels))
    return 1;
  if (images.entry_size != IMAGE_SIZE || images.count == 0 ||
      labels.count != images.count) {
    fprintf(stderr,
            "error: %s and %s are not images of this network with "
            "their labels\n",
            argv[1], argv[2]);
    return 1;
  }
  struct report report = {0};
  report.float_weight_bytes = atol(argv[3]);
  report.object_bytes = atol(argv[4]);
  measure(&images, &labels, &report);
  report.float_latency_us = latency_us(float_predict, &images);
  report.int8_latency_us = latency_us(int8_predict, &images);
  free(images.data);
  free(labels.data);
  print_table(&report);
  return write_json(argv[5], &report) ? 0 : 1;
}
