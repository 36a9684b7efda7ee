#!/usr/bin/env python3
"""limit_file_size.py BYTES COMMAND...: runs a command that must fail since no file may be larger."""
import resource
import subprocess
import sys

limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
code = subprocess.run(sys.argv[2:]).returncode
sys.exit(f"exit code {code}, not 1" if code != 1 else 0)
