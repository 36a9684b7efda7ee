#!/usr/bin/env python3
"""Input and output data of tests.

  npz.py make FILE KEY=EXPRESSION...  write a .npz (or, with one key, .npy) file; expressions
                                      are Python with numpy as np and a seeded generator rng
  npz.py print FILE                   keys, types, shapes and values
  npz.py compare A B TOLERANCE        fail unless both hold the same arrays within TOLERANCE
"""
import sys

import numpy as np


def make(path, *assignments):
    rng = np.random.default_rng(0)
    arrays = {}
    for assignment in assignments:
        key, expression = assignment.split("=", 1)
        arrays[key] = np.asarray(eval(expression, {"np": np, "rng": rng, **arrays}))
    if path.endswith(".npy"):
        np.save(path, *arrays.values())
    else:
        np.savez(path, **arrays)


def show(path):
    np.set_printoptions(precision=4, suppress=True, linewidth=120)
    for key, array in sorted(np.load(path).items()):
        print(key, array.dtype, list(array.shape), array.flatten())


def compare(left, right, tolerance):
    a, b = np.load(left), np.load(right)
    if set(a) != set(b):
        sys.exit(f"keys differ: {sorted(a)} and {sorted(b)}")
    for key in a:
        if a[key].dtype != b[key].dtype or a[key].shape != b[key].shape:
            sys.exit(f"{key}: {a[key].dtype}{a[key].shape}, {b[key].dtype}{b[key].shape}")
        difference = np.abs(a[key].astype("f8") - b[key].astype("f8")).max(initial=0)
        if not difference <= float(tolerance):
            sys.exit(f"{key}: differs by {difference}")


if __name__ == "__main__":
    {"make": make, "print": show, "compare": compare}[sys.argv[1]](*sys.argv[2:])
