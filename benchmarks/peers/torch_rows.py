"""PyTorch on the processor: eager, and torch.compile of the function. One thread."""
import numpy as np
import torch

from problems import GRADIENTS, HESSIANS, HVPS, problems

torch.set_num_threads(1)


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


FUNCTIONS = dict(problems(torch), mlp=mlp, gmm=gmm)


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
        name, names, count = GRADIENTS[row]
        f, arguments = FUNCTIONS[name], tensors(names)
        if row == "mlp":
            arguments[-1] = arguments[-1].long()
        return {"PyTorch": value_and_gradient(f, arguments, count),
                "PyTorch, compiled": value_and_gradient(torch.compile(f), arguments, count)}
    if row in HVPS:
        name, names = HVPS[row]
        f = FUNCTIONS[name]
        x, v, *rest = tensors(names)
        x.requires_grad_()

        def call():
            gradient, = torch.autograd.grad(f(x, *rest), x, create_graph=True)
            return torch.autograd.grad(gradient, x, v)[0]
        return {"PyTorch": (call, plain)}
    if row in HESSIANS:
        name, names = HESSIANS[row]
        arguments, hessian = tensors(names), torch.func.hessian(FUNCTIONS[name])
        return {"PyTorch": (lambda: hessian(*arguments), plain)}
    return {}
