"""CasADi: symbolic graphs, generated C compiled with -O3 -march=native, called through the raw C function."""
import ctypes
import math
import os
import shutil
import subprocess
import tempfile

import casadi as ca
import numpy as np

COMPILER = shutil.which("clang-19") or shutil.which("clang") or "cc"


def logreg(w, X, y):
    return ca.sum1(ca.log1p(ca.exp(-y * ca.mtimes(X, w)))) / X.shape[0] + 0.01 * ca.dot(w, w)


def rosenbrock(x):
    step, rest = x[1:] - x[:-1] ** 2, 1 - x[:-1]
    return 100 * ca.dot(step, step) + ca.dot(rest, rest)


def black_scholes(S, K, T, r, sigma):
    cumulative = lambda u: 0.5 + 0.5 * ca.erf(u * math.sqrt(0.5))
    spread = sigma * ca.sqrt(T)
    d1 = (ca.log(S / K) + (r + 0.5 * sigma * sigma) * T) / spread
    return ca.sum1(S * cumulative(d1) - K * ca.exp(-r * T) * cumulative(d1 - spread))


def tiny(x1, x2):
    t = x1 + 2 * x2
    return ca.log(t) * (t + x1)


def quad(x, A, B):
    return 0.5 * ca.dot(x, ca.mtimes(A, x)) + ca.sum1(ca.log(1 + ca.exp(ca.mtimes(B, x))))


# row: (function, its inputs, how many of them it is differentiated by)
GRADIENTS = {
    "logreg": (logreg, "w X y", 1),
    "rosenbrock": (rosenbrock, "x", 1),
    "black-scholes": (black_scholes, "S K T r sigma", 5),
    "tiny": (tiny, "x1 x2", 2),
    "quad": (quad, "x A B", 1),
}


def compiled(function, arguments):
    """A call of generated C, with its results in arrays of NumPy's order."""
    folder = tempfile.mkdtemp(prefix="casadi-")
    try:
        generator = ca.CodeGenerator("f.c", {"casadi_int": "long long"})
        generator.add(function)
        generator.generate(folder + os.sep)
        library = os.path.join(folder, "f.so")
        subprocess.run([COMPILER, "-O3", "-march=native", "-fPIC", "-shared", "-w", os.path.join(folder, "f.c"), "-o",
                        library, "-lm"], check=True)
        code = ctypes.CDLL(library)
    finally:
        shutil.rmtree(folder)
    inputs = [np.asfortranarray(a, dtype=np.float64).ravel(order="F") for a in arguments]
    outputs = [np.zeros(function.numel_out(i)) for i in range(function.n_out())]
    pointers = lambda arrays, size: (ctypes.c_void_p * max(size, 1))(*[a.ctypes.data for a in arrays])
    arg, res = pointers(inputs, function.sz_arg()), pointers(outputs, function.sz_res())
    numbers, work = np.zeros(function.sz_iw() + 1, np.int64), np.zeros(function.sz_w() + 1)
    code.f.argtypes = [ctypes.c_void_p] * 4 + [ctypes.c_int]
    places = (numbers.ctypes.data, work.ctypes.data)

    def call():
        code.f(arg, res, *places, 0)
        return inputs, outputs, numbers, work  # kept alive
    shapes = [function.size_out(i) for i in range(function.n_out())]
    return call, lambda out: [a.reshape(shape, order="F") for a, shape in zip(out[1], shapes)]


def make(row, data):
    symbols = lambda names: [ca.MX.sym(name, *np.shape(data[name])) for name in names.split()]
    if row in GRADIENTS:
        f, names, count = GRADIENTS[row]
        inputs = symbols(names)
        value = f(*inputs)
        outputs = [value, *[ca.gradient(value, x) for x in inputs[:count]]]
    elif row in ("rosenbrock-hvp", "quad-hvp"):
        f, names = (rosenbrock, "x v_x") if row == "rosenbrock-hvp" else (quad, "x v_x A B")
        x, v, *rest = inputs = symbols(names)
        outputs = [ca.jtimes(ca.gradient(f(x, *rest), x), x, v)]
    elif row == "quad-hessian":
        names = "x A B"
        inputs = symbols(names)
        outputs = [ca.hessian(quad(*inputs), inputs[0])[0]]
    else:
        return {}
    function = ca.Function("f", inputs, [ca.densify(output) for output in outputs])
    return {"CasADi, C": compiled(function, [data[name] for name in names.split()])}
