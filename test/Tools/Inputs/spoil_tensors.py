"""Tensors as another program might have recorded them, one value of one of them wrong.

usage: spoil_tensors.py TENSORS INPUTS OUTPUT
"""
import sys

import numpy as np

tensors = np.load(sys.argv[1])
wrong = tensors["concat"].copy()
value = wrong.flat[10]
wrong.flat[10] = value + 5 if value < 100 else value - 5
np.savez(sys.argv[3], input=np.load(sys.argv[2])["x"], t3=tensors["relu6"], t7=wrong)
