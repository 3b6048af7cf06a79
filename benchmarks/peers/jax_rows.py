"""JAX on the processor: jit of value_and_grad and the like."""
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf, logsumexp

jax.config.update("jax_enable_x64", True)


def logreg(w, X, y):
    return jnp.mean(jnp.log1p(jnp.exp(-y * (X @ w)))) + 0.01 * jnp.dot(w, w)


def mlp(W0, b0, W1, b1, W2, b2, x, labels):
    h = jax.nn.relu(x @ W0 + b0)
    h = jax.nn.relu(h @ W1 + b1)
    scores = jax.nn.log_softmax(h @ W2 + b2)
    return -jnp.mean(scores[jnp.arange(len(labels)), labels])


def gmm(alphas, means, icf, x, gamma, m, constant):
    K, D = means.shape
    columns = np.repeat(np.arange(D), D - 1 - np.arange(D))
    rows = np.concatenate([np.arange(i + 1, D) for i in range(D)]).astype(int)
    logs, lower = icf[:, :D], icf[:, D:]
    diagonal = jnp.exp(logs)
    root = jnp.zeros((K, D, D)).at[:, rows, columns].set(lower).at[:, np.arange(D), np.arange(D)].set(diagonal)
    z = jnp.einsum("kij,knj->kni", root, x[None] - means[:, None])
    scale = jnp.sum(logs, axis=1)
    terms = (alphas + scale)[:, None] - 0.5 * jnp.sum(z * z, axis=2)
    prior = 0.5 * gamma ** 2 * (jnp.sum(diagonal ** 2) + jnp.sum(lower ** 2)) - m * jnp.sum(scale)
    return constant + jnp.sum(logsumexp(terms, axis=0)) - len(x) * logsumexp(alphas) + prior


def rosenbrock(x):
    return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def black_scholes(S, K, T, r, sigma):
    cumulative = lambda u: 0.5 + 0.5 * erf(u * math.sqrt(0.5))
    spread = sigma * jnp.sqrt(T)
    d1 = (jnp.log(S / K) + (r + 0.5 * sigma * sigma) * T) / spread
    return jnp.sum(S * cumulative(d1) - K * jnp.exp(-r * T) * cumulative(d1 - spread))


def tiny(x1, x2):
    t = x1 + 2 * x2
    return jnp.log(t) * (t + x1)


def quad(x, A, B):
    return 0.5 * jnp.dot(x, A @ x) + jnp.sum(jnp.log(1 + jnp.exp(B @ x)))


def line(x, a, b):
    return a * x + b


def chain(x, a, b):
    t = a * x + b
    t = t * x - a
    t = t * t + b
    t = t * 0.5 - x
    return t * x + 0.25


# row: (function, its inputs, how many of them it is differentiated by)
GRADIENTS = {
    "logreg": (logreg, "w X y", 1),
    "mlp": (mlp, "W0 b0 W1 b1 W2 b2 x labels", 6),
    "gmm-d10k25": (gmm, "alphas means icf x gamma m constant", 3),
    "gmm-d64k5": (gmm, "alphas means icf x gamma m constant", 3),
    "rosenbrock": (rosenbrock, "x", 1),
    "black-scholes": (black_scholes, "S K T r sigma", 5),
    "tiny": (tiny, "x1 x2", 2),
    "quad": (quad, "x A B", 1),
}


def hvp(f):
    return lambda x, v, *rest: jax.jvp(lambda u: jax.grad(f)(u, *rest), (x,), (v,))[1]


def make(row, data):
    if row in GRADIENTS:
        f, names, count = GRADIENTS[row]
        f, results = jax.value_and_grad(f, tuple(range(count))), lambda out: [out[0], *out[1]]
    elif row in ("rosenbrock-hvp", "quad-hvp"):
        f, names = (hvp(rosenbrock), "x v_x") if row == "rosenbrock-hvp" else (hvp(quad), "x v_x A B")
        results = lambda out: [out]
    elif row == "quad-hessian":
        f, names, results = jax.hessian(quad), "x A B", lambda out: [out]
    elif row in ("line", "chain"):
        f, names, results = (line if row == "line" else chain), "x a b", lambda out: [out]
    else:
        return {}
    compiled = jax.jit(f)
    arguments = [jnp.asarray(data[name]) for name in names.split()]
    return {"JAX": (lambda: jax.block_until_ready(compiled(*arguments)), results)}
