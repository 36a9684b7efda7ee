# The GoogleTest binaries of unittests/; every test case is one lit test.
import os

import lit.formats

config.name = "quantc-unit"
config.suffixes = []
config.test_source_root = os.path.join(config.quantc_obj_root, "unittests")
config.test_exec_root = config.test_source_root
config.test_format = lit.formats.GoogleTest(".", "Tests")
for variable in ("HOME", "TMP", "TEMP", "TMPDIR"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]
