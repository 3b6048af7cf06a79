#!/bin/bash
# Installs what is missing, builds everything in build/release and runs all tests. Arguments go to ctest
# (`tools/test.sh -R language`).
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
cmake --preset release -DWENGERT_TESTS=ON -DWENGERT_BENCHMARKS=ON
cmake --build --preset release
exec ctest --preset release "$@"
