"""JAX on the processor: jit of value_and_grad and the like."""
import types

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf, logsumexp

from problems import GRADIENTS, HESSIANS, HVPS, VALUES, problems

jax.config.update("jax_enable_x64", True)


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


def line(x, a, b):
    return a * x + b


def chain(x, a, b):
    t = a * x + b
    t = t * x - a
    t = t * t + b
    t = t * 0.5 - x
    return t * x + 0.25


FUNCTIONS = dict(problems(types.SimpleNamespace(erf=erf, **{
    name: getattr(jnp, name) for name in ("exp", "log", "log1p", "sqrt", "sum", "mean", "dot")})),
    mlp=mlp, gmm=gmm, line=line, chain=chain)


def hvp(f):
    return lambda x, v, *rest: jax.jvp(lambda u: jax.grad(f)(u, *rest), (x,), (v,))[1]


def make(row, data):
    results = lambda out: [out]
    if row in GRADIENTS:
        name, names, count = GRADIENTS[row]
        f, results = jax.value_and_grad(FUNCTIONS[name], tuple(range(count))), lambda out: [out[0], *out[1]]
    elif row in HVPS:
        name, names = HVPS[row]
        f = hvp(FUNCTIONS[name])
    elif row in HESSIANS:
        name, names = HESSIANS[row]
        f = jax.hessian(FUNCTIONS[name])
    elif row in VALUES:
        name, names = VALUES[row]
        f = FUNCTIONS[name]
    else:
        return {}
    compiled = jax.jit(f)
    arguments = [jnp.asarray(data[name]) for name in names.split()]
    return {"JAX": (lambda: jax.block_until_ready(compiled(*arguments)), results)}
