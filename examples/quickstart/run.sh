#!/bin/sh
# Calibrates, quantizes and compiles the network of this folder, and once more in
# float, links both objects into main.c and runs that on the test set.
#
# usage: examples/quickstart/run.sh BIN OUT
#   BIN  folder with the tool quantc
#   OUT  folder for the results: model.o model.h model.json report.json
set -eu
quantc=$1/quantc
out=$2
here=$(dirname "$0")
cc=${CC:-clang-22}
mkdir -p "$out"

say() {
  printf '\n== %s\n' "$*"
}

say "Calibrating on 256 unlabelled images"
"$quantc" calibrate "$here/network.mlirbc" "$here/calibration.npz" -o "$out/profile.json"

say "Compiling to int8"
"$quantc" compile "$here/network.mlirbc" --profile="$out/profile.json" \
  --io=int8 --strict-integer --name=model -o "$out/model.o"

say "Compiling to float, for comparison"
"$quantc" compile "$here/network.mlirbc" --float --name=float_model \
  -o "$out/float_model.o"

say "Running both on the test set"
# An .npz is a zip archive of .npy files, which the C program reads.
python3 -m zipfile -e "$here/test.npz" "$out"
"$cc" -std=c11 -O2 -Wall -Wextra -I"$out" "$here/main.c" "$here/npy.c" \
  "$out/model.o" "$out/float_model.o" -lm -o "$out/quickstart"
weights=$(sed -n 's/.*"float_weight_bytes": *\([0-9]*\).*/\1/p' "$out/model.json")
object=$(wc -c <"$out/model.o")
# One CPU for all measurements, if this machine lets a process choose one.
pin=
if command -v taskset >/dev/null && cpus=$(taskset -cp $$ 2>/dev/null); then
  pin="taskset -c $(echo "$cpus" | sed 's/.*: *//; s/[-,].*//')"
fi
$pin "$out/quickstart" "$out/x.npy" "$out/y.npy" "$weights" "$object" \
  "$out/report.json"
rm -f "$out/x.npy" "$out/y.npy"
echo "The object, header, manifest and this table (report.json) are in $out"
