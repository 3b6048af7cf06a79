"""The problems that every system writes alike, and which row is which. `m` has the system's exp, log, log1p, sqrt, erf,
sum, mean and dot."""
import math


def problems(m):
    def logreg(w, X, y):
        return m.mean(m.log1p(m.exp(-y * (X @ w)))) + 0.01 * m.dot(w, w)

    def rosenbrock(x):
        return m.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    def black_scholes(S, K, T, r, sigma):
        cumulative = lambda u: 0.5 + 0.5 * m.erf(u * math.sqrt(0.5))
        spread = sigma * m.sqrt(T)
        d1 = (m.log(S / K) + (r + 0.5 * sigma * sigma) * T) / spread
        return m.sum(S * cumulative(d1) - K * m.exp(-r * T) * cumulative(d1 - spread))

    def tiny(x1, x2):
        t = x1 + 2 * x2
        return m.log(t) * (t + x1)

    def quad(x, A, B):
        return 0.5 * m.dot(x, A @ x) + m.sum(m.log(1 + m.exp(B @ x)))

    return {one.__name__: one for one in (logreg, rosenbrock, black_scholes, tiny, quad)}


# row: (function, its inputs, how many of them it is differentiated by)
GRADIENTS = {
    "logreg": ("logreg", "w X y", 1),
    "mlp": ("mlp", "W0 b0 W1 b1 W2 b2 x labels", 6),
    "gmm-d10k25": ("gmm", "alphas means icf x gamma m constant", 3),
    "gmm-d64k5": ("gmm", "alphas means icf x gamma m constant", 3),
    "rosenbrock": ("rosenbrock", "x", 1),
    "black-scholes": ("black_scholes", "S K T r sigma", 5),
    "tiny": ("tiny", "x1 x2", 2),
    "quad": ("quad", "x A B", 1),
}
# row: (function, the input whose Hessian, the direction and the other inputs)
HVPS = {"rosenbrock-hvp": ("rosenbrock", "x v_x"), "quad-hvp": ("quad", "x v_x A B")}
HESSIANS = {"quad-hessian": ("quad", "x A B")}
# row: (function, its inputs)
VALUES = {"line": ("line", "x a b"), "chain": ("chain", "x a b")}
