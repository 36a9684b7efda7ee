/*===- npy.h - Reading NumPy arrays in C ------------------------------------===
 *
 * Part of quantc, under the Apache License v2.0 with LLVM
 * Exceptions.
 * See LICENSE for license information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*/

#ifndef QUANTC_EXAMPLES_QUICKSTART_NPY_H
#define QUANTC_EXAMPLES_QUICKSTART_NPY_H

#include <stddef.h>

/** An array of a .npy file: row-major, little-endian. */
struct npy_array {
  /** The first dimension, and the number of elements in each entry of it. */
  size_t count, entry_size;
  /** The elements; the caller frees them. */
  void *data;
};

/** Reads the file, which must hold elements of the given type. On failure
 * prints what is wrong and returns 0. */
int npy_read(const char *path, const char *type, struct npy_array *array);

#endif /* QUANTC_EXAMPLES_QUICKSTART_NPY_H */
