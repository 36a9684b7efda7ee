#!/usr/bin/env python3
"""Writes the corpus of the fuzzer of .mlir files: each function of the tests as a file of its own.

usage: make_corpus.py TESTS WORKDIR [STEP]      only one of STEP functions
"""
import pathlib
import re
import sys


def split(text):
    """The modules of a test, or its functions with the aliases above them; without comments."""
    for part in re.split(r"^// -----.*$", text, flags=re.MULTILINE):
        part = re.sub(r"^\s*//.*\n", "", part, flags=re.MULTILINE)
        functions = re.findall(r"^func\.func .*?^}\n", part, flags=re.MULTILINE | re.DOTALL)
        aliases = "".join(re.findall(r"^[#!].*\n", part, flags=re.MULTILINE))
        if len(functions) > 1:
            yield from (aliases + function for function in functions)
        elif part.strip():
            yield part.lstrip()


def main():
    tests, workdir = map(pathlib.Path, sys.argv[1:3])
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    count = 0
    workdir.mkdir(parents=True, exist_ok=True)
    for test in sorted(tests.rglob("*.mlir")):
        for i, text in enumerate(split(test.read_text(errors="replace"))):
            count += 1
            if count % step:
                continue
            name = "-".join(test.relative_to(tests).with_suffix("").parts)
            (workdir / f"{name}-{i}.mlir").write_text(text)


if __name__ == "__main__":
    main()
