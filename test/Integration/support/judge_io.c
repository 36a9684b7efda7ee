/* Moves arrays between files and the memrefs of a program that mlir-runner runs.
 * Array <index> of a memref<*xT> is the file <kind>_<index>.bin in the working
 * directory. Memrefs are dense and in row-major order. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  int64_t rank;
  struct {
    void *allocated, *aligned;
    int64_t offset, sizes_and_strides[];
  } *memref;
} Unranked;

static size_t elements(const Unranked *array) {
  size_t count = 1;
  for (int64_t i = 0; i < array->rank; ++i)
    count *= array->memref->sizes_and_strides[i];
  return count;
}

static FILE *open_array(const char *kind, int64_t index, const char *mode) {
  char name[64];
  snprintf(name, sizeof name, "%s_%d.bin", kind, (int)index);
  FILE *file = fopen(name, mode);
  if (!file) {
    perror(name);
    exit(1);
  }
  return file;
}

static void read_array(int64_t index, size_t size, Unranked *array) {
  FILE *file = open_array("input", index, "rb");
  if (fread(array->memref->aligned, size, elements(array), file) !=
      elements(array))
    exit(1);
  fclose(file);
}

static void write_array(int64_t index, size_t size, Unranked *array) {
  FILE *file = open_array("judged", index, "wb");
  fwrite(array->memref->aligned, size, elements(array), file);
  fclose(file);
}

#define JUDGE_IO(type, size)                                                   \
  void _mlir_ciface_judge_read_##type(int64_t index, Unranked *array) {        \
    read_array(index, size, array);                                            \
  }                                                                            \
  void _mlir_ciface_judge_write_##type(int64_t index, Unranked *array) {       \
    write_array(index, size, array);                                           \
  }

JUDGE_IO(i8, 1)
JUDGE_IO(i16, 2)
JUDGE_IO(i32, 4)
JUDGE_IO(f32, 4)
