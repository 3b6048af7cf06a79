#!/bin/bash
# Builds wengert_bench and runs the benchmarks: benchmarks/run.sh [options of run.py] [ROW or GROUP ...]
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh build
cmake -S . -B build/benchmarks -G Ninja -DCMAKE_BUILD_TYPE=Release -DWENGERT_BENCHMARKS=ON -DWENGERT_TESTS=OFF
cmake --build build/benchmarks --target wengert_bench
exec python3 -B benchmarks/run.py --bench build/benchmarks/benchmarks/wengert_bench "$@"
