"""CasADi: symbolic graphs, generated C compiled with -O3 -march=native, called through the raw C function."""
import ctypes
import os
import shutil
import subprocess
import tempfile
import types

import casadi as ca
import numpy as np

from problems import GRADIENTS, HESSIANS, HVPS, problems

COMPILER = shutil.which("clang-19") or shutil.which("clang") or "cc"
FUNCTIONS = problems(types.SimpleNamespace(exp=ca.exp, log=ca.log, log1p=ca.log1p, sqrt=ca.sqrt, erf=ca.erf, dot=ca.dot,
                                           sum=ca.sum1, mean=lambda x: ca.sum1(x) / x.shape[0]))


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
    name, names, *count = {**GRADIENTS, **HVPS, **HESSIANS}.get(row, ("", ""))
    if name not in FUNCTIONS:
        return {}
    f, inputs = FUNCTIONS[name], [ca.MX.sym(name, *np.shape(data[name])) for name in names.split()]
    if row in GRADIENTS:
        value = f(*inputs)
        outputs = [value, *[ca.gradient(value, x) for x in inputs[:count[0]]]]
    elif row in HVPS:
        x, v, *rest = inputs
        outputs = [ca.jtimes(ca.gradient(f(x, *rest), x), x, v)]
    else:
        outputs = [ca.hessian(f(*inputs), inputs[0])[0]]
    function = ca.Function("f", inputs, [ca.densify(output) for output in outputs])
    return {"CasADi, C": compiled(function, [data[name] for name in names.split()])}
