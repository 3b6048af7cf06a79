#!/bin/bash
# Installs what Wengert needs from the distribution's packages: `tools/setup.sh build` for the compiler and its
# examples, `test` for the tests as well, `format` and `tidy` for tools/lint.sh. Does nothing where all of it is there;
# without root or on a system it does not know it says what to install and stops. WENGERT_SETUP=off skips the step.
set -euo pipefail
[ "${WENGERT_SETUP:-on}" = off ] && exit 0

llvm=19
build=(g++ cmake ninja-build llvm-$llvm-dev libfmt-dev nlohmann-json3-dev libcli11-dev)
test=(doctest-dev libmpfr-dev python3 python3-numpy)
# The kernels of another processor, run here.
[ "$(uname -m)" = x86_64 ] && test+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)

case "${1:-build}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  format) wanted=(clang-format-$llvm) ;;
  tidy) wanted=("${build[@]}" "${test[@]}" clang-tidy-$llvm) ;;
  *) echo "usage: tools/setup.sh [build|test|format|tidy]" >&2; exit 2 ;;
esac

advice() {
  cat >&2 <<END
$1
Needed for this, by the names of Debian 12 and 13: ${wanted[*]}
Wengert builds with a C++20 compiler (GCC 12 or Clang 16 up), CMake 3.25 up, ninja, LLVM 19 (20 to 22 do as well) with its
headers and CMake files, {fmt} 9 up, nlohmann/json, CLI11; for the tests doctest, MPFR with GMP, Python 3 and NumPy.
Install them, then run this command again; where they are installed under other names, WENGERT_SETUP=off skips
this step, and CMAKE_PREFIX_PATH or LLVM_DIR say where they are.
END
  exit 1
}

command -v dpkg-query >/dev/null || advice "This system has no Debian packages, so nothing was installed."
missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || advice "Not root, no sudo, and missing: ${missing[*]}"
  root=(sudo)
fi
echo "installing ${missing[*]}"
"${root[@]}" apt-get -q update
for package in "${missing[@]}"; do
  [ -n "$(apt-cache madison "$package" 2>/dev/null)" ] || advice "This system's packages have no $package."
done
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" </dev/null
