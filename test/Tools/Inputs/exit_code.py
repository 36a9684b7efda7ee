#!/usr/bin/env python3
"""exit_code.py CODE COMMAND...: fails unless the command exits with CODE."""
import subprocess
import sys

code = subprocess.run(sys.argv[2:]).returncode
sys.exit(f"exit code {code}, not {sys.argv[1]}" if code != int(sys.argv[1]) else 0)
