#!/bin/bash
# Checks the layout of every source (.clang-format), and with `tidy` the sources of the layers for mistakes
# (.clang-tidy), which takes minutes. `tools/lint.sh fix` lays the sources out.
set -euo pipefail
cd "$(dirname "$0")/.."
folders=(frontend ir passes codegen runtime tests tools benchmarks examples)
mapfile -t sources < <(find "${folders[@]}" -name '*.cpp' -o -name '*.h' -o -name '*.c')
case "${1:-check}" in
  fix)
    tools/setup.sh format
    clang-format-19 -i "${sources[@]}" ;;
  check)
    tools/setup.sh format
    clang-format-19 --dry-run --Werror "${sources[@]}"
    echo "${#sources[@]} sources are laid out as .clang-format says" ;;
  tidy)
    tools/setup.sh tidy
    cmake --preset release -D CMAKE_EXPORT_COMPILE_COMMANDS=ON
    find ir passes codegen runtime frontend tools -name '*.cpp' |
      xargs -P "$(nproc)" -n 4 clang-tidy-19 -p build/release --quiet ;;
  *) echo "usage: tools/lint.sh [check|fix|tidy]" >&2; exit 2 ;;
esac
