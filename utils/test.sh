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

# ONNX Runtime judges the ONNX reader; where npm cannot get it, lit skips those tests.
if [ -z "${QUANTC_ONNXRUNTIME_DIR-}" ] && [ ! -d build/onnxruntime/node_modules/onnxruntime-node ]; then
  if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "test: no npm and node here: comparisons with ONNX Runtime are skipped"
  elif ! ONNXRUNTIME_NODE_INSTALL_CUDA=skip npm install --silent --no-audit --no-fund \
    --prefix build/onnxruntime onnxruntime-node@1.30.0 >build/onnxruntime.log 2>&1; then
    rm -rf build/onnxruntime
    echo "test: npm could not install onnxruntime-node (build/onnxruntime.log): comparisons with it are skipped"
  fi
fi

# LiteRT judges the TFLite reader in the same way.
if [ -z "${QUANTC_LITERT_DIR-}" ] && [ ! -d build/litert/node_modules/@litertjs/core ]; then
  if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "test: no npm and node here: comparisons with LiteRT are skipped"
  elif ! npm install --silent --no-audit --no-fund --prefix build/litert @litertjs/core@2.5.3 \
    >build/litert.log 2>&1; then
    rm -rf build/litert
    echo "test: npm could not install @litertjs/core (build/litert.log): comparisons with it are skipped"
  fi
fi

if [ -z "${QUANTC_MODELS_DIR-}" ]; then
  echo "test: QUANTC_MODELS_DIR is not set: tests on trained networks are skipped;" \
    "benchmarks/accuracy/networks.py says which networks these are and where they come from"
fi

if ! command -v chromium-headless-shell >/dev/null && ! command -v chromium >/dev/null; then
  echo "test: no chromium here: the report of quantc debug is not opened in a browser"
fi

/usr/bin/python3 test/Integration/support/toolchain.py | sed 's/^/test: objects do not run here for /'

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
