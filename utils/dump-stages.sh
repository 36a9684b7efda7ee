#!/bin/sh
# Writes the IR of every stage of compiling a network: 1-import.mlir ... 7-codegen.mlir.
#
# usage: utils/dump-stages.sh NETWORK OUTPUT_DIRECTORY [options of 'quantc compile']
#        utils/dump-stages.sh net.mlir stages --profile=profile.json --io=int8
#
# QUANTC is the driver to run; default: build/bin/quantc of this tree.
set -eu
if [ $# -lt 2 ]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
network=$1
out=$2
shift 2
quantc=${QUANTC:-$(dirname "$0")/../build/bin/quantc}

mkdir -p "$out"
number=0
for stage in import simplify observe annotate quantize lower codegen; do
  number=$((number + 1))
  file=$out/$number-$stage.mlir
  "$quantc" compile "$network" "$@" --stop-after="$stage" -o "$file"
  echo "$file"
done
