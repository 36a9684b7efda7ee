#!/usr/bin/env python3
"""Checks that each library includes only what its layer may use.

usage: check-layering.py [ROOT]      ROOT holds include/, lib/ and tools/

USES is the architecture: a library may use those listed, and what they use.
Libraries in PURE know nothing of MLIR. A directory of include/quantc or lib that
belongs to no library is an error, so that a new library has to take its place here.
"""
import pathlib
import re
import sys

USES = {
    "Support": [],
    "Numerics": ["Support"],
    "Calibration": ["Numerics"],
    "Target": ["Support"],
    "Dialect/PTQ/IR": ["Numerics"],
    "Dialect/PTQ/Tosa": ["Dialect/PTQ/IR", "Calibration"],
    "Dialect/PTQ/Transforms": ["Dialect/PTQ/IR", "Calibration"],
    "Conversion": ["Dialect/PTQ/IR", "Numerics"],
    "Import": ["Dialect/PTQ/IR", "Import/Host"],
    "Import/Host": ["Support"],
    "Import/Onnx": ["Import"],
    "Import/TFLite": ["Import"],
    "Codegen/Kernel": ["Target"],
    "Codegen/Transforms": ["Codegen/Kernel", "Target", "Numerics"],
    "Emit": ["Target"],
    "Execution": ["Codegen/Transforms", "Emit"],
    "Report": ["Execution", "Calibration"],
    "Pipelines": ["Dialect/PTQ/Tosa", "Dialect/PTQ/Transforms", "Conversion", "Execution"],
    "Driver": ["Pipelines", "Report", "Import/Onnx", "Import/TFLite"],
    "tools": ["Driver"],
}
PURE = {"Support", "Numerics", "Calibration", "Target", "Import/Host"}
INCLUDE = re.compile(r'^\s*(?:#\s*)?include\s+["<]((?:quantc|mlir)/[^">]+)[">]')


def closure(library):
    """The libraries that `library` may use, itself included."""
    seen, todo = set(), [library]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo += USES[current]
    return seen


def library_of(path):
    """The library of a path relative to include/quantc or lib, or None."""
    if "/" not in path:
        return "Pipelines"  # InitAllDialects.h and the like
    fitting = [name for name in USES if path.startswith(name + "/")]
    return max(fitting, key=len, default=None)


def sources(root):
    """Yields (file, library) for every C++ and TableGen file below `root`."""
    for top, prefix in (("include/quantc", ""), ("lib", ""), ("tools", "tools/")):
        for file in sorted((root / top).rglob("*")):
            if file.suffix in (".h", ".cpp", ".td"):
                yield file, library_of(prefix + file.relative_to(root / top).as_posix())


def check(file, library):
    """Yields one message for each include of `file` that its layer forbids."""
    allowed = closure(library)
    for number, line in enumerate(file.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = match.group(1)
        if included.startswith("mlir/"):
            if library in PURE:
                yield f"{file}:{number}: error: {library} is pure C++ and may not include {included}"
            continue
        used = library_of(included.removeprefix("quantc/"))
        if used not in allowed:
            yield (f"{file}:{number}: error: {library} may not use {used} ({included});"
                   f" it may use {', '.join(sorted(allowed - {library})) or 'no library'}")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    errors, count = [], 0
    for file, library in sources(root):
        count += 1
        if library is None:
            errors.append(f"{file}: error: no library of this name in {sys.argv[0]}")
        else:
            errors += check(file, library)
    print("\n".join(errors + [f"{count} files, {len(errors)} violations"]))
    return 1 if errors or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
