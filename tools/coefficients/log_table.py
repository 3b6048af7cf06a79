"""The table behind log_pair, as ir/math/log_table.h: for each 128th of [0.6875, 1.375) a reciprocal of few bits
(so that significand * reciprocal - 1 is exact) and minus its logarithm in two parts."""
from fit import *


def rows():
    for i in range(128):
        low = mpf(0x160 + 2 * i) / 512 if i < 80 else mpf(128 + (i - 80)) / 128
        width = mpf(1) / 256 if i < 80 else mpf(1) / 128
        unit = 128 if low < 1 else 256
        inverse = mp.nint(unit / (low + width / 2)) / unit
        if low == 1 or low + width == 1:
            inverse = mpf(1)
        yield low, width, inverse


worst = mpf(0)
lines = []
for low, width, inverse in rows():
    worst = max(worst, abs(low * inverse - 1), abs((low + width) * inverse - 1))
    value = -log(inverse)
    high = mp.nint(value * 2**42) / mpf(2) ** 42
    lines.append([hexadecimal(v) for v in (inverse, high, value - high)])
print(f"""// Written by tools/coefficients/log_table.py: for the i-th 128th of [0.6875, 1.375), a reciprocal c and -log(c) as
// a multiple of 2^-42 and the rest. |x c - 1| < {mp.nstr(worst, 4)}.
#pragma once

namespace wengert::math {{
""")
for name, column in (("log_table_reciprocal", 0), ("log_table_high", 1), ("log_table_low", 2)):
    print(f"inline constexpr double {name}[128] = {{")
    for i in range(0, 128, 4):
        print("    " + ", ".join(line[column] for line in lines[i : i + 4]) + ",")
    print("};")
series = [hexadecimal(v) for v in fit(lambda r: sum((-r) ** k / (k + 3) for k in range(40)), -worst, worst, 6)]
print(f"// log(1 + r) = r - r^2/2 + r^3 p(r)\ninline constexpr double log_table_polynomial[] = {{{', '.join(series)}}};")
print("\n}  // namespace wengert::math")
