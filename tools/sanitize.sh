#!/bin/bash
# Builds a part of the tests with sanitizers and runs it: address and undefined behaviour for the graph, the passes,
# the files and the kernels, threads for what may be called from several. LLVM's own library is not
# instrumented, so accesses inside it are not seen.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test

run() {
  local preset=$1 subjects=$2 targets=()
  for subject in ${subjects//|/ }; do targets+=("${subject}_test"); done
  cmake --preset "$preset" -D WENGERT_TESTS=ON
  cmake --build --preset "$preset" --target "${targets[@]}"
  ctest --preset "$preset" -R "^($subjects)\$"
}

export ASAN_OPTIONS=detect_container_overflow=0  # vectors that LLVM's uninstrumented code grows
export UBSAN_OPTIONS=print_stacktrace=1
run asan 'text|derivatives|hard_points|passes|io|kernels'
run tsan 'threads'
