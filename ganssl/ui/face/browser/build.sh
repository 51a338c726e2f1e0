#!/bin/sh
# Compiles engine.c to engine.wasm and engine_relaxed.wasm; needs clang and lld, 18 or later: CLANG=clang-19 build.sh
set -eu
cd "$(dirname "$0")"
build() {
  ${CLANG:-clang} --target=wasm32 -O3 -msimd128 -ffp-contract=off -nostdlib -fno-builtin -Wall -Wextra -Werror \
    -Wl,--no-entry -Wl,--strip-all "$@" engine.c
}
build -o engine.wasm
build -mrelaxed-simd -DRELAXED -o engine_relaxed.wasm
