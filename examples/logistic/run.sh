#!/bin/bash
# From a clone to a fitted model: installs what is missing (tools/setup.sh says what), builds the command wengert,
# turns loss.wg into loss.o and loss.h, compiles fit.c against them with nothing but libc and libm, and runs it. What
# is made lies in build/logistic. WENGERT names a command that is built already.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac }
out=$(absolute "${1:-$root/build/logistic}")
case ${WENGERT:-} in */*) WENGERT=$(absolute "$WENGERT") ;; esac  # else it is found in PATH
cd "$root"/examples/logistic

if [ -z "${WENGERT:-}" ]; then
  "$root"/tools/setup.sh build
  # A tree that was configured before keeps its settings. What a configuration that failed leaves has no build.ninja.
  [ -f "$root"/build/release/build.ninja ] || (cd "$root" && cmake --preset release -DWENGERT_TESTS=OFF)
  cmake --build "$root"/build/release --target wengert_command
  WENGERT=$root/build/release/wengert
fi

mkdir -p "$out"
functions=(standardise loss loss_grad loss_hvp accuracy)
echo "== kernels: $out/loss.o, loss.h"
"$WENGERT" build loss.wg "${functions[@]/#/--fn=}" --name loss -o "$out"
undefined=$(nm -u "$out"/loss.o)
[ -z "$undefined" ] || { echo "loss.o needs $undefined" >&2; exit 1; }
echo "nm -u loss.o lists nothing"

echo "== pictures: the gradient and the Hessian-vector product, before and after the passes"
for function in loss_grad loss_hvp; do
  "$WENGERT" graph loss.wg --fn "$function" --both -o "$out/$function.svg"
  echo "$out/$function.svg"
done

echo "== nodes before and after the passes"
for function in loss loss_grad loss_hvp; do
  "$WENGERT" print loss.wg --fn "$function" -o "$out/$function.wir"
  "$WENGERT" opt "$out/$function.wir" --pipeline --report 2>&1 >/dev/null |
    awk -v name="$function" 'NR == 2 { before = $2 } { after = $3 } END { printf "%-10s %4d -> %3d\n", name, before, after }'
done

echo "== Newton's method with conjugate gradients, in C"
${CC:-cc} -std=c99 -Wall -Wextra -pedantic -O2 -I "$out" fit.c "$out"/loss.o -lm -o "$out"/fit
"$out"/fit breast_cancer.csv
