"""PyTorch on the processor: eager, and torch.compile of the function. One thread."""
import math

import numpy as np
import torch

torch.set_num_threads(1)


def logreg(w, X, y):
    return torch.mean(torch.log1p(torch.exp(-y * (X @ w)))) + 0.01 * torch.dot(w, w)


def mlp(W0, b0, W1, b1, W2, b2, x, labels):
    h = torch.relu(x @ W0 + b0)
    h = torch.relu(h @ W1 + b1)
    return torch.nn.functional.cross_entropy(h @ W2 + b2, labels)


def gmm(alphas, means, icf, x, gamma, m, constant):
    K, D = means.shape
    columns = np.repeat(np.arange(D), D - 1 - np.arange(D))
    rows = np.concatenate([np.arange(i + 1, D) for i in range(D)]).astype(int)
    logs, lower = icf[:, :D], icf[:, D:]
    diagonal = torch.exp(logs)
    place = (torch.arange(K)[:, None], torch.from_numpy(rows)[None], torch.from_numpy(columns)[None])
    root = torch.diag_embed(diagonal).index_put(place, lower)
    z = torch.matmul(x[None] - means[:, None], root.transpose(1, 2))
    scale = torch.sum(logs, dim=1)
    terms = (alphas + scale)[:, None] - 0.5 * torch.sum(z * z, dim=2)
    prior = 0.5 * gamma ** 2 * (torch.sum(diagonal ** 2) + torch.sum(lower ** 2)) - m * torch.sum(scale)
    return constant + torch.sum(torch.logsumexp(terms, 0)) - len(x) * torch.logsumexp(alphas, 0) + prior


def rosenbrock(x):
    return torch.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def black_scholes(S, K, T, r, sigma):
    cumulative = lambda u: 0.5 + 0.5 * torch.erf(u * math.sqrt(0.5))
    spread = sigma * torch.sqrt(T)
    d1 = (torch.log(S / K) + (r + 0.5 * sigma * sigma) * T) / spread
    return torch.sum(S * cumulative(d1) - K * torch.exp(-r * T) * cumulative(d1 - spread))


def tiny(x1, x2):
    t = x1 + 2 * x2
    return torch.log(t) * (t + x1)


def quad(x, A, B):
    return 0.5 * torch.dot(x, A @ x) + torch.sum(torch.log(1 + torch.exp(B @ x)))


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


def value_and_gradient(f, arguments, count):
    wanted = [argument.requires_grad_() for argument in arguments[:count]]

    def call():
        value = f(*arguments)
        return [value, *torch.autograd.grad(value, wanted)]
    return call, lambda out: [one.detach().numpy() for one in out]


def make(row, data):
    tensors = lambda names: [torch.from_numpy(data[name]) for name in names.split()]
    plain = lambda out: [out.detach().numpy()]
    if row in GRADIENTS:
        f, names, count = GRADIENTS[row]
        arguments = tensors(names)
        if row == "mlp":
            arguments[-1] = arguments[-1].long()
        return {"PyTorch": value_and_gradient(f, arguments, count),
                "PyTorch, compiled": value_and_gradient(torch.compile(f), arguments, count)}
    if row in ("rosenbrock-hvp", "quad-hvp"):
        f, names = (rosenbrock, "x v_x") if row == "rosenbrock-hvp" else (quad, "x v_x A B")
        x, v, *rest = tensors(names)
        x.requires_grad_()

        def call():
            gradient, = torch.autograd.grad(f(x, *rest), x, create_graph=True)
            return torch.autograd.grad(gradient, x, v)[0]
        return {"PyTorch": (call, plain)}
    if row == "quad-hessian":
        arguments = tensors("x A B")
        hessian = torch.func.hessian(quad)
        return {"PyTorch": (lambda: hessian(*arguments), plain)}
    return {}
