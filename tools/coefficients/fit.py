"""Near-minimax coefficients of functions Sollya does not know, by Chebyshev interpolation in mpmath: what special.py and
erf_table.py fit with."""
from mpmath import mp, mpf, cos, pi, exp, erfc, loggamma, log, psi, findroot, sqrt

mp.dps = 60


def fit(f, low, high, degree):
    """Coefficients c of sum c[k] x^k with nearly the least relative error on [low, high]."""
    low, high = mpf(low), mpf(high)
    middle, half = (low + high) / 2, (high - low) / 2
    n = degree + 1
    nodes = [middle + half * cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    values = [f(x) for x in nodes]
    # Newton's divided differences, expanded to powers.
    table = values[:]
    for j in range(1, n):
        for i in range(n - 1, j - 1, -1):
            table[i] = (table[i] - table[i - 1]) / (nodes[i] - nodes[i - j])
    c = [mpf(0)]
    for i in range(n - 1, -1, -1):
        c = [mpf(0)] + c
        for k in range(len(c) - 1):
            c[k] -= nodes[i] * c[k + 1]
        c[0] += table[i]
    return c[:n]


def hexadecimal(value):
    digits, power = float(value).hex().split("p")
    return f"{digits.rstrip('0').rstrip('.')}p{int(power)}"


def report(label, f, low, high, degree):
    """Prints the log2 of the largest relative error and the coefficients, lowest power first."""
    c = [float(v) for v in fit(f, low, high, degree)]
    worst = mpf(0)
    for k in range(201):
        x = mpf(low) + (mpf(high) - mpf(low)) * k / 200
        p = mpf(0)
        for v in reversed(c):
            p = p * x + mpf(v)
        worst = max(worst, abs(p / f(x) - 1))
    error = mp.nstr(mp.log(worst, 2), 4) if worst else "-inf"
    print(f"{label}: 2^{error} {{{', '.join(hexadecimal(v) for v in c)}}}")
