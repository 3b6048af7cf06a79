"""erf around 16 centres, as ir/math/erf_table.h: erf(i w + d) = t[i] + d p[i](d), |d| <= w/2, each coefficient a table of 16
for the reason that small_tables.py gives."""
from mpmath import erf, mpf, sqrt

from fit import fit, mp

DEGREE = 12


def rounding(value):
    """What rounding to double loses, in ulp."""
    d = mpf(float(value))
    return abs(value - d) / mpf(2) ** (mp.floor(mp.log(value, 2)) - 52)


# The width of few bits near 6/15.5 for which the first values, where an ulp of t counts most, lose least in rounding.
width = min((mpf(k) / 4096 for k in range(1586, 1620)), key=lambda w: max(rounding(erf(w)), rounding(erf(2 * w)) / 2))
half = width / 2 * (1 + mpf(2) ** -20)


def row(i):
    centre = i * width
    value = mpf(float(erf(centre))) if i < 15 else mpf(1)  # so that erf(6) is 1

    def slope(d):
        if abs(d) < mpf(2) ** -60:
            return 2 / sqrt(mp.pi) * mp.exp(-centre * centre)
        return (erf(centre + d) - erf(centre)) / d

    c = fit(slope, -half, half, DEGREE)
    if i == 0:
        c = [v if k % 2 == 0 else mpf(0) for k, v in enumerate(c)]
    return [float(v) for v in [value] + c]


rows = [row(i) for i in range(16)]


def listed(values):
    return ",\n".join("     " + ", ".join(v.hex() for v in values[i : i + 4]) for i in range(0, 16, 4)).strip()


print(f"""// Written by tools/coefficients/erf_table.py: erf(i w + d) = t[i] + d (p[0][i] + p[1][i] d + ...), |d| <= w/2.
#pragma once

namespace wengert::math {{

inline constexpr double erf_width = {float(width).hex()};
inline constexpr double erf_value[16] = {{
    {listed([r[0] for r in rows])}}};
inline constexpr double erf_slope[{DEGREE + 1}][16] = {{""")
for k in range(DEGREE + 1):
    print("    {" + listed([r[k + 1] for r in rows]) + "},")
print("""};

}  // namespace wengert::math""")
