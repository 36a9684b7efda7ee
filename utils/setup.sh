#!/bin/sh
# Installs what a fresh Debian or Ubuntu machine lacks for building, testing and
# running quantc. Needs root or sudo only if something is missing; does and
# prints nothing otherwise.
#
# usage: utils/setup.sh [--list]      --list prints the missing packages and stops
set -eu

# The compiler's own dependencies, those of the report of quantc debug, the scripts', then the
# tests' (libgmock-dev brings GoogleTest). No package that another one depends on is listed.
packages="
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools clang-22 libclang-rt-22-dev lld-22
  cmake ninja-build ccache pkg-config libzip-dev
  libonnx-dev libprotobuf-dev libflatbuffers-dev flatbuffers-compiler
  libjs-chart.js node-dagre-layout
  python3 python3-numpy python3-onnx
  libgmock-dev
  qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
# Only a test needs it, which is skipped without. It is installed with others that are missing,
# if the archive has it.
optional=chromium-headless-shell

die() {
  echo "setup: error: $*" >&2
  exit 1
}

command -v dpkg-query >/dev/null ||
  die "this is not a Debian or Ubuntu system; install the equivalents of:" $packages

# A package that is known but removed has a status other than "installed".
# pkgconf provides pkg-config on newer releases.
is_installed() {
  dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed && return 0
  [ "$1" = pkg-config ] && command -v pkg-config >/dev/null
}

is_known() {
  apt-cache show "$1" >/dev/null 2>&1
}

missing=
for package in $packages; do
  is_installed "$package" || missing="$missing $package"
done
if [ "${1-}" = --list ]; then
  for package in $missing; do echo "$package"; done
  exit 0
fi
[ -n "$missing" ] || exit 0

root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null ||
    die "run this as root (there is no sudo); it would install:$missing"
  root=sudo
fi

echo "setup: installing with apt-get:$missing"
$root env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
  die "'apt-get update' failed; check the network and the package sources"
for package in $missing; do
  is_known "$package" && continue
  case $package in
  *-22*) die "this distribution's archive has no package $package;" \
    "add a package source that has LLVM 22.1 (the LLVM project keeps one) and run this again" ;;
  *) die "this distribution's archive has no package $package" ;;
  esac
done
for package in $optional; do
  is_installed "$package" || ! is_known "$package" || missing="$missing $package"
done
$root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -qq --yes --no-install-recommends $missing ||
  die "'apt-get install' failed"
echo "setup: done"
