#!/bin/sh
# Builds quantc, turns the bundled float network into an int8 object file and
# prints how the two compare. Installs missing packages first. What it makes is
# kept in build/quickstart: model.o, model.h, model.json, and the table as
# report.json.
#
# usage: utils/quickstart.sh
set -eu
cd "$(dirname "$0")/.."

./utils/setup.sh
cmake --preset release
cmake --build --preset release --target quantc quant-opt QuantcPlugin
exec examples/quickstart/run.sh build/bin build/quickstart
