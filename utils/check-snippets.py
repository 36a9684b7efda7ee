#!/usr/bin/env python3
"""Checks that every ```mlir block of the documents parses and verifies.

usage: check-snippets.py QUANT_OPT FILE.md...

A block is a module, or operations as they would stand in one: values that the
block uses but does not define are given the type they are used with. If a block shows
several versions of the same code, each starts with a comment in the first column
("// before"). A block that is no IR has another info string than "mlir".
"""
import re
import subprocess
import sys

BLOCK = re.compile(r"^```mlir *\n(.*?)^``` *$", re.M | re.S)
UNDECLARED = re.compile(r"use of undeclared SSA value name")
USED_TYPE = re.compile(r"previously used here with type '(.*)'")
VALUE = re.compile(r"%[\w$.-]+")
PROBE = '%s = "builtin.unrealized_conversion_cast"() : () -> %s'


def parse(quant_opt, text):
    """The diagnostics of parsing `text`, or None if there is nothing wrong."""
    run = subprocess.run([quant_opt, "-"], input=text, capture_output=True, text=True)
    return None if run.returncode == 0 else run.stderr


def complete(quant_opt, text):
    """Defines the undefined values of `text`; returns (diagnostics, text)."""
    error = parse(quant_opt, text)
    for _ in range(len(set(VALUE.findall(text)))):
        if error is None or not UNDECLARED.search(error):
            break
        line, column = map(int, re.search(r":(\d+):(\d+): error", error).groups())
        name = VALUE.match(text.split("\n")[line - 1][column - 1:]).group()
        # Defined with a type that it cannot have, the value's use tells its type.
        wrong = parse(quant_opt, text + "\n" + PROBE % (name, "!quant.any<i2:f16>"))
        text += "\n" + PROBE % (name, USED_TYPE.search(wrong).group(1))
        error = parse(quant_opt, text)
    return error, text


def versions(block):
    """`block` split at comments in the first column."""
    parts = re.split(r"^(?=//)", block, flags=re.M)
    return [part for part in parts if re.search(r"^(?!//)\s*\S", part, re.M)]


def check(quant_opt, block):
    """The diagnostics of `block`, or None."""
    error, _ = complete(quant_opt, block)
    if error is None:
        return None
    parts = versions(block)
    if len(parts) < 2:
        return error
    errors = [complete(quant_opt, part)[0] for part in parts]
    return next((part for part in errors if part), None)


def main():
    quant_opt, files = sys.argv[1], sys.argv[2:]
    count = failures = 0
    for path in files:
        with open(path) as file:
            text = file.read()
        for match in BLOCK.finditer(text):
            count += 1
            error = check(quant_opt, match.group(1))
            if error:
                failures += 1
                line = text.count("\n", 0, match.start()) + 1
                print(f"{path}:{line}: error: this block does not parse\n{error}")
    print(f"{count} blocks, {failures} failures")
    return 1 if failures or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
