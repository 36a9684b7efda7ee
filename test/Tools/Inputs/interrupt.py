#!/usr/bin/env python3
"""interrupt.py COMMAND...: interrupts the command when it shows progress on its terminal."""
import os
import pty
import signal
import subprocess
import sys

terminal, inside = pty.openpty()
process = subprocess.Popen(sys.argv[1:], stderr=inside)
os.close(inside)
shown, interrupted = b"", False
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:  # the command has closed its end
        break
    if not piece:
        break
    shown += piece
    if not interrupted and b"left" in shown:
        process.send_signal(signal.SIGINT)
        interrupted = True
sys.stdout.write(shown.replace(b"\r", b"\n").replace(b"\033[K", b"").decode())
print("exit code", process.wait())
