/*===- npy.c - Reading NumPy arrays in C ------------------------------------===
 *
 * Part of quantc, under the Apache License v2.0 with LLVM
 * Exceptions.
 * See LICENSE for license information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===
 *
 * A .npy file is "\x93NUMPY", two version bytes, the length of a header (two or
 * four bytes), the header, which is a Python dictionary in ASCII, and the
 * elements. Assumes a little-endian machine.
 */

#include "npy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *path, const char *problem) {
  fprintf(stderr, "error: %s: %s\n", path, problem);
  return 0;
}

/** The text behind `'key':`, or NULL. */
static const char *find(const char *header, const char *key) {
  const char *at = strstr(header, key);
  if (!at)
    return NULL;
  at += strlen(key);
  return at + strspn(at, "': ");
}

/** Checks type and order, reads the shape. */
static int parse_header(const char *path, const char *header,
                        const char *wanted, struct npy_array *array) {
  const char *type = find(header, "'descr'");
  const char *order = find(header, "'fortran_order'");
  const char *shape = find(header, "'shape'");
  if (!type || !order || !shape || *shape++ != '(')
    return fail(path, "not the header of a .npy file");
  if (strncmp(order, "False", 5) != 0)
    return fail(path, "the elements are not in C order");
  if (strncmp(type, wanted, strlen(wanted)) != 0)
    return fail(path, "the elements have another type than expected");
  array->count = 0;
  array->entry_size = 1;
  for (int dimension = 0; *shape && *shape != ')'; ++dimension) {
    char *end;
    size_t size = strtoull(shape, &end, 10);
    if (end == shape)
      return fail(path, "not a shape");
    if (dimension == 0)
      array->count = size;
    else
      array->entry_size *= size;
    shape = end + strspn(end, ", ");
  }
  return 1;
}

/** Reads `size` bytes and a terminating zero into new memory, or returns NULL.
 */
static void *read_bytes(FILE *file, size_t size) {
  char *bytes = malloc(size + 1);
  if (!bytes || fread(bytes, 1, size, file) != size) {
    free(bytes);
    return NULL;
  }
  bytes[size] = 0;
  return bytes;
}

static int read_array(FILE *file, const char *path, const char *type,
                      struct npy_array *array) {
  uint8_t start[8], length[4] = {0};
  if (fread(start, 1, 8, file) != 8 || memcmp(start, "\x93NUMPY", 6) != 0)
    return fail(path, "not a .npy file");
  size_t digits = start[6] == 1 ? 2 : 4;
  if (fread(length, 1, digits, file) != digits)
    return fail(path, "the file is truncated");
  char *header =
      read_bytes(file, length[0] | (size_t)length[1] << 8 |
                           (size_t)length[2] << 16 | (size_t)length[3] << 24);
  if (!header)
    return fail(path, "the file is truncated");
  int ok = parse_header(path, header, type, array);
  free(header);
  if (!ok)
    return 0;
  size_t element = (size_t)(type[2] - '0');
  array->data = read_bytes(file, array->count * array->entry_size * element);
  return array->data ? 1 : fail(path, "the file is truncated");
}

int npy_read(const char *path, const char *type, struct npy_array *array) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return fail(path, "cannot be opened");
  int ok = read_array(file, path, type, array);
  fclose(file);
  return ok;
}
