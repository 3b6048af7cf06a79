"""Prints ir/math/small_tables.h, the tables of 16 entries behind exp and log: python small_tables.py (needs mpmath). 16
doubles fill two registers of AVX-512, which one instruction permutes by a vector of indices."""
import struct

from mpmath import mp, mpf, exp, log

mp.dps = 60


def double(value):
    return float(value)


def bits(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def number(pattern):
    return struct.unpack("<d", struct.pack("<Q", pattern))[0]


# The interval around 1 reaches from 1 - 1/48 to 1 + 1/48; below 1 the others are 1/32 wide, above it 1/16.
STEP = 1 << 48
OFFSET = bits(1.0) - 10 * STEP - (2 * STEP) // 3


def row(i):
    """A reciprocal c of the i-th interval's middle, chosen so that -log(c) is a multiple of 2^-42 to 2^-71, and that."""
    low, high = number(OFFSET + i * STEP), number(OFFSET + (i + 1) * STEP)
    if low < 1 < high:
        return 1.0, 0.0
    middle = 2 / (mpf(low) + mpf(high))
    first = int(mp.nint(-log(middle) * 2**42))
    for k in range(1 << 21):
        t = mpf(first + (k // 2 if k % 2 else -(k // 2))) / mpf(2) ** 42
        exact = exp(-t)
        c = double(exact)
        if abs(mpf(c) / exact - 1) < mpf(2) ** -71:
            return c, double(t)
    raise SystemExit(f"no reciprocal for interval {i}")


def row_of_numbers(values):
    return ",\n".join("    " + ", ".join(v.hex() for v in values[i : i + 4]) for i in range(0, len(values), 4))


log_rows = [row(i) for i in range(16)]
powers = [mpf(2) ** (mpf(j) / 16) for j in range(16)]
lost = [double((p - mpf(double(p))) / p) for p in powers]
patterns = [(bits(double(p)) - (j << 48)) & (2**64 - 1) for j, p in enumerate(powers)]
print(f"""// Written by tools/coefficients/small_tables.py. Sixteen entries, because that many are found in registers.
#pragma once
#include <cstdint>

namespace wengert::math {{

/// The significand z of log's argument is at least this, in bits; bits 48 to 51 of the difference are the interval.
inline constexpr uint64_t log_offset = {OFFSET:#018x};
/// For each interval a reciprocal c of its middle, |z c - 1| < 0.0298, and -log(c), a multiple of 2^-42 to 2^-71.
inline constexpr double log_reciprocal[16] = {{
{row_of_numbers([c for c, t in log_rows])}}};
inline constexpr double log_of_reciprocal[16] = {{
{row_of_numbers([t for c, t in log_rows])}}};

/// 2^(j/16) less j in the exponent's last four bits, in bits: adding n shifted by 48 gives 2^(n/16) where n = j mod 16.
inline constexpr uint64_t exp_power[16] = {{
{",".join(f"{chr(10) if i % 4 == 0 else ' '}    {p:#018x}" if i % 4 == 0 else f" {p:#018x}" for i, p in enumerate(patterns))}}};
/// What rounding 2^(j/16) lost, relative to it.
inline constexpr double exp_power_lost[16] = {{
{row_of_numbers(lost)}}};

}}  // namespace wengert::math""")
