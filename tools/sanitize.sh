#!/bin/bash
# Builds a part of the tests with sanitizers and runs it: address and undefined behaviour for the graph, the passes,
# the files and the kernels, threads for what may be called from several. LLVM's own library is not
# instrumented, so accesses inside it are not seen.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test

# run PRESET TEST…: the binaries are named TEST_test, but for kernel_fuzz.
run() {
  local preset=$1 tests=("${@:2}") targets=()
  for test in "${tests[@]}"; do
    [ "$test" = kernel_fuzz ] && targets+=("$test") || targets+=("${test}_test")
  done
  cmake --preset "$preset" -D WENGERT_TESTS=ON
  cmake --build --preset "$preset" --target "${targets[@]}"
  ctest --preset "$preset" -R "^($(IFS='|'; echo "${tests[*]}"))\$"
}

export ASAN_OPTIONS=detect_container_overflow=0  # vectors that LLVM's uninstrumented code grows
export UBSAN_OPTIONS=print_stacktrace=1
run asan text language io ops hard_points derivatives passes derivatives_fuzz kernels kernel_fuzz
run tsan threads
