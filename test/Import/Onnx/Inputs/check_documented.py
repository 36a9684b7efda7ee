#!/usr/bin/env python3
"""Compares the table of operators in docs/Onnx.md with what the importer registers.

usage: check_documented.py SOURCE_DIRECTORY
"""
import pathlib
import re
import sys


def read_documented(path):
    names = set()
    for line in path.read_text().splitlines():
        row = re.fullmatch(r"\| [a-z, ]+ \| (.*) \|", line)
        if not row or row[1] == "operators":
            continue
        # What a parenthesis says about one operator is no operator, unless it is of another domain.
        cell = re.sub(r"\(com\.microsoft: ([^)]*)\)", lambda m: ", " + ", ".join(
            "com.microsoft." + name for name in m[1].split(", ")), row[1])
        cell = re.sub(r" \([^)]*\)", "", cell)
        domain = ""
        for part in cell.split("; "):
            if part.startswith("com.microsoft: "):
                domain, part = "com.microsoft.", part.removeprefix("com.microsoft: ")
            names |= {domain + name.strip() for name in part.split(":")[0].split(",")}
    return names


def read_registered(directory):
    names = set()
    for source in directory.glob("*.cpp"):
        text = source.read_text()
        names |= set(re.findall(r'handlers\["([\w.]+)"\]', text))
        names |= {"com.microsoft." + name for name in re.findall(r'\badd\("(\w+)"', text)}
    return names


def main():
    root = pathlib.Path(sys.argv[1])
    documented = read_documented(root / "docs" / "Onnx.md")
    registered = read_registered(root / "lib" / "Import" / "Onnx")
    for name in sorted(registered - documented):
        print(f"docs/Onnx.md lacks {name}")
    for name in sorted(documented - registered):
        print(f"docs/Onnx.md names {name}, which the importer does not know")
    print(f"{len(registered)} operators")
    return 1 if documented != registered or not registered else 0


if __name__ == "__main__":
    sys.exit(main())
