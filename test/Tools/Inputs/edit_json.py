#!/usr/bin/env python3
"""edit_json.py IN OUT STATEMENT: runs STATEMENT on the profile in IN."""
import json
import sys

profile = json.load(open(sys.argv[1]))
exec(sys.argv[3])
json.dump(profile, open(sys.argv[2], "w"))
