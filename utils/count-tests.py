#!/usr/bin/env python3
"""Adds up lit's results: count-tests.py RESULTS.json LIT_EXIT_STATUS

Prints "N passed, N failed[, N skipped]" and fails if a test failed, if none
ran, or if lit itself failed. Each GoogleTest test case counts as one test.
"""
import json
import sys

PASSED = {"PASS", "FLAKYPASS", "XFAIL"}
SKIPPED = {"UNSUPPORTED", "SKIPPED"}


def main():
    with open(sys.argv[1]) as file:
        codes = [test["code"] for test in json.load(file)["tests"]]
    codes = [code for code in codes if code != "EXCLUDED"]
    passed = sum(code in PASSED for code in codes)
    skipped = sum(code in SKIPPED for code in codes)
    failed = len(codes) - passed - skipped
    if int(sys.argv[2]) != 0 and failed == 0:
        failed = 1  # lit failed outside of any test
    line = f"{passed} passed, {failed} failed"
    print(line + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
