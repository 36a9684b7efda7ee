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
MESSAGE = re.compile(r"^<stdin>:(\d+):(\d+): (error|note): (.*)$")
USED_TYPE = re.compile(r"previously used here with type '(.*)'")
VALUE = re.compile(r"%[\w$.-]+")
PROBE = '%s = "builtin.unrealized_conversion_cast"() : () -> %s\n'
SEPARATOR = "\n// -----\n"


class Snippet:
    """Text that has to parse; `error` is its first diagnostic, or None."""

    def __init__(self, text):
        self.text, self.probed, self.error = text.rstrip() + "\n", None, None

    def candidate(self):
        """The text to parse next. A value that is defined with a type it cannot
        have makes the parser tell the type that its use has."""
        return self.text + (PROBE % (self.probed, "!quant.any<i2:f16>") if self.probed else "")

    def learn(self, messages):
        """Takes the diagnostics of candidate(): (line, column, text). Returns True if
        there is something new to parse."""
        self.error = "\n".join(f"line {line}: {text}" for line, _, text in messages) or None
        if self.probed:
            types = [USED_TYPE.search(text) for _, _, text in messages]
            found = next((match.group(1) for match in types if match), None)
            name, self.probed = self.probed, None
            if found is None:
                return False
            self.text += PROBE % (name, found)
            return True
        if messages and "use of undeclared SSA value name" in messages[0][2]:
            line, column, _ = messages[0]
            self.probed = VALUE.match(self.text.split("\n")[line - 1][column - 1:]).group()
        return self.probed is not None


def parse(quant_opt, snippets):
    """Parses all snippets in one process; yields (snippet, diagnostics)."""
    texts = [snippet.candidate() for snippet in snippets]
    run = subprocess.run([quant_opt, "--split-input-file", "-"], input=SEPARATOR.join(texts), capture_output=True, text=True)
    messages = [[] for _ in snippets]
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + (text + SEPARATOR).count("\n"))
    for match in filter(None, map(MESSAGE.match, run.stderr.splitlines())):
        line = int(match.group(1)) - 1
        index = max(i for i in range(len(snippets)) if starts[i] <= line)
        messages[index].append((line - starts[index] + 1, int(match.group(2)), match.group(4)))
    if run.returncode and not any(messages):
        sys.exit(f"check-snippets: {quant_opt} failed:\n{run.stderr}")
    return zip(snippets, messages)


def resolve(quant_opt, snippets):
    """Parses the snippets until nothing new is learned of any of them."""
    while snippets:
        snippets = [snippet for snippet, messages in parse(quant_opt, snippets) if snippet.learn(messages)]


def versions(block):
    """`block` split at comments in the first column."""
    parts = re.split(r"^(?=//)", block, flags=re.M)
    return [part for part in parts if re.search(r"^(?!//)\s*\S", part, re.M)]


def main():
    quant_opt, blocks = sys.argv[1], []
    for path in sys.argv[2:]:
        with open(path) as file:
            text = file.read()
        blocks += [(path, text.count("\n", 0, match.start()) + 1, match.group(1)) for match in BLOCK.finditer(text)]

    whole = [Snippet(block) for _, _, block in blocks]
    resolve(quant_opt, whole)
    parts = [[Snippet(part) for part in versions(block)] if snippet.error else []
             for snippet, (_, _, block) in zip(whole, blocks)]
    resolve(quant_opt, [part for group in parts if len(group) > 1 for part in group])

    failures = 0
    for snippet, group, (path, line, _) in zip(whole, parts, blocks):
        errors = [part.error for part in group if part.error] if len(group) > 1 else [snippet.error]
        if any(errors):
            failures += 1
            print(f"{path}:{line}: error: this block does not parse\n{errors[0]}")
    print(f"{len(blocks)} blocks, {failures} failures")
    return 1 if failures or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())
