"""How a script of cases runs: SCRIPT QUANTC FOLDER [PART OF A NAME]."""
import pathlib
import shutil
import sys


def run_cases(cases, check, what):
    """Calls `check(quantc, folder, *parts)` for each case, which returns what is wrong, and counts."""
    quantc, workdir = sys.argv[1], pathlib.Path(sys.argv[2])
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    shutil.rmtree(workdir, ignore_errors=True)
    workdir.mkdir(parents=True)
    chosen = {name: parts for name, parts in cases.items() if only in name}
    failures = 0
    for name, parts in chosen.items():
        if message := check(quantc, workdir, *parts):
            failures += 1
            print(f"FAILED {name}: {message}")
    print(f"{len(chosen) - failures} of {len(chosen)} {what}")
    sys.exit(1 if failures else 0)
