#!/usr/bin/env python3
"""interrupt.py COMMAND...: interrupts the command after a second of work."""
import signal
import subprocess
import sys
import time

process = subprocess.Popen(sys.argv[1:])
time.sleep(1)
process.send_signal(signal.SIGINT)
print("exit code", process.wait(), flush=True)
