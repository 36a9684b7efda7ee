#!/bin/sh
# Builds quantc and runs every test: lit (which includes the documents, the layering,
# the plugin and a consumer of the installed package), unit tests, and the
# end-to-end suite. Installs missing packages first. The last line printed is
# "N passed, N failed", with ", N skipped" if this machine lacks something.
#
# usage: utils/test.sh [lit options, e.g. --filter=Numerics]
set -eu
cd "$(dirname "$0")/.."

./utils/setup.sh
cmake --preset release
cmake --build --preset release

results=build/test/results.json
rm -f "$results"
lit=$(sed -n 's/^LLVM_EXTERNAL_LIT:[A-Z]*=//p' build/CMakeCache.txt)
status=0
"$lit" --succinct --verbose --show-unsupported --output "$results" "$@" \
  build/test build/test/Unit || status=$?
[ -s "$results" ] || {
  echo "test: error: lit stopped before it ran any test" >&2
  echo "0 passed, 1 failed"
  exit 1
}
exec /usr/bin/python3 utils/count-tests.py "$results" "$status"
