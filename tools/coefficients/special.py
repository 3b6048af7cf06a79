"""Prints the coefficients of erfc, lgamma, digamma and trigamma: python special.py (needs mpmath)."""
from fit import *

mp.dps = 70


def erfc_tail(t):
    """(1 + 2x) e^(x^2) erfc(x) with x = K (1 + t) / (1 - t) (M. Shepherd and J. Laframboise, 1981)."""
    x = K * (1 + t) / (1 - t)
    return (1 + 2 * x) * exp(x * x) * erfc(x)


K = 4
low, high = (1 - mpf(K)) / (1 + K), (28 - mpf(K)) / (28 + K)
middle = erfc_tail(mpf(0))
report("erfc tail", lambda t: (erfc_tail(t) - middle) / t, low, high, 21)
print("erfc tail constant", hexadecimal(middle), hexadecimal(middle - mpf(float(middle))))

# lgamma(x) = (x - 1)(x - 2) p(x - middle)
one, two = mpf("1.125"), mpf(2)


def factored(u, middle):
    x = middle + u
    if abs(x - 1) < mpf(10) ** -20:
        return -psi(0, 1)
    if abs(x - 2) < mpf(10) ** -20:
        return psi(0, 2)
    return loggamma(x) / ((x - 1) * (x - 2))


report("lgamma [0.75, 1.5]", lambda u: factored(u, one), -0.375, 0.375, 20)
report("lgamma [1.5, 2.5]", lambda u: factored(u, two), -0.5, 0.5, 18)


# lgamma(x) = (x - 1/2) log x - x + log(2 pi)/2 + p(1/x^2)/x, and the like for its derivatives
def stirling(w):
    x = 1 / sqrt(w)
    return (loggamma(x) - (x - 0.5) * log(x) + x - log(2 * pi) / 2) * x


def digamma_tail(w):
    x = 1 / sqrt(w)
    return (psi(0, x) - log(x) + 1 / (2 * x)) * x * x


def trigamma_tail(w):
    x = 1 / sqrt(w)
    return (psi(1, x) - 1 / x - 1 / (2 * x * x)) * x**3


report("stirling from 2.5", stirling, 1e-9, 0.16, 14)
report("digamma from 3", digamma_tail, 1e-9, mpf(1) / 9, 14)
report("trigamma from 3", trigamma_tail, 1e-9, mpf(1) / 9, 14)

root = findroot(lambda x: psi(0, x), 1.46)
high = mpf(float(root))
print("digamma root", float(root).hex(), float(root - high).hex())


def rooted(u, middle):
    x = middle + u
    return psi(0, x) / (x - root) if abs(x - root) > mpf(10) ** -20 else psi(1, root)


one, two = mpf("1.375"), mpf("2.375")
report("digamma [1, 1.75]", lambda u: rooted(u, one), -0.375, 0.375, 18)
report("digamma [1.75, 3]", lambda u: rooted(u, two), -0.625, 0.625, 18)
report("trigamma [1, 1.75]", lambda u: psi(1, one + u), -0.375, 0.375, 22)
report("trigamma [1.75, 3]", lambda u: psi(1, two + u), -0.625, 0.625, 21)
