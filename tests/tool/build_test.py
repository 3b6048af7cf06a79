"""wengert build: the files, the entries, a C caller, and that nothing is lost on failure."""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from command import LOSS, POLYNOMIAL, WENGERT, CommandTest

CALLER = """\
#include <stdio.h>
#include "f.h"
int main(void) {
  double value, dx, dy, hx;
  if (f(3, 4, &value, NULL)) return 1;
  printf("%g", value);
  if (f_grad(3, 4, &value, &dx, &dy, NULL)) return 2;
  printf(" %g %g %g", value, dx, dy);
  if (f_hvp(3, 4, 1, &hx, NULL)) return 3;
  printf(" %g\\n", hx);
  return 0;
}
"""

# Calls a kernel on threads and without, and counts the workers.
THREADED_CALLER = """\
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "g.h"
LOOP
static int64_t most;
static void counting(void *context, int64_t count, void (*body)(void *, int64_t), void *data) {
  if (count > most) most = count;
  pthread_for(context, count, body, data);
}
int main(void) {
  const int64_t n = 1000000;
  const size_t bytes = n * sizeof(double);
  double *x = malloc(bytes), *a = malloc(bytes), *b = malloc(bytes), y = 0, z = 1;
  void *workspace = malloc(g_grad_workspace(n));
  if (!x || !a || !b || !workspace) return 1;
  for (int64_t i = 0; i < n; i++) x[i] = (double)(i % 1000) / 1000;
  if (g_grad(x, n, &y, a, workspace, counting, NULL)) return 2;
  if (g_grad(x, n, &z, b, workspace, NULL, NULL)) return 3;
  if (y != z || memcmp(a, b, bytes)) return 4;
  printf("%d workers at most\\n", (int)most);
  return 0;
}
"""


class Build(CommandTest):
    def test_files_and_entries(self):
        self.write("loss.wg", LOSS)
        out = self.wengert("build", "loss.wg", "--value", "--grad", "w", "--hvp", "w", "--emit",
                           "obj,header,json,ll,asm,bc", "-o", "kernels")
        names = ["loss.o", "loss.h", "loss.json", "loss.ll", "loss.s", "loss.bc"]
        self.assertEqual(out.split(), ["kernels/" + name for name in names])
        self.assertEqual(sorted(os.listdir(self.path("kernels"))), sorted(names))
        header = self.read("kernels/loss.h").decode()
        for entry in ["loss(", "loss_grad(", "loss_hvp(", "loss_workspace(", "dloss_dw", "hvp_w"]:
            self.assertIn(entry, header)
        self.assertEqual(json.loads(self.read("kernels/loss.json"))["abi"], 1)
        self.assertEqual(self.read("kernels/loss.o")[:4], b"\x7fELF")

    def test_explanation(self):
        self.write("loss.wg", LOSS)
        out = self.wengert("build", "loss.wg", "--grad", "w", "--explain", "-o", "kernels")
        for words in ["loss_grad\nkernel 1: tree of 3 loops", "operations, ", " bytes", "loss.wg:4", "stays in the block",
                      "needs all of", "workspace: "]:
            self.assertIn(words, out)

    def test_several_functions(self):
        self.write("two.wg", POLYNOMIAL + LOSS)
        self.wengert("build", "two.wg", "--fn", "f", "--fn", "loss", "--name", "both")
        header = self.read("both.h").decode()
        self.assertIn("int f(", header.replace("\n", " "))
        self.assertIn("loss(", header)

    def test_the_file_is_read_once(self):
        read, write = os.pipe()
        os.write(write, (POLYNOMIAL + LOSS).encode())
        os.close(write)
        try:
            done = subprocess.run([WENGERT, "build", "/dev/stdin", "--fn", "f", "--value", "--grad", "x", "--emit",
                                   "header"], stdin=read, cwd=self.folder, capture_output=True, text=True)
        finally:
            os.close(read)
        self.assertEqual(done.returncode, 0, done.stderr)
        header = self.read("f.h").decode()
        for entry in ["int f(", "int f_grad("]:
            self.assertIn(entry, header.replace("\n", " "))

    @unittest.skipUnless(shutil.which("cc"), "there is no C compiler")
    def test_a_c_caller(self):
        self.write("f.wg", POLYNOMIAL)
        self.write("main.c", CALLER)
        self.wengert("build", "f.wg", "--value", "--grad", "x,y", "--hvp", "x")
        subprocess.run(["cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "main.c", "f.o", "-o", "main"],
                       cwd=self.folder, check=True)
        out = subprocess.run([self.path("main")], capture_output=True, text=True, check=True).stdout
        self.assertEqual(out, "42 42 24 10 8\n")

    @unittest.skipUnless(shutil.which("cc"), "there is no C compiler")
    def test_threads(self):
        """The loop of pthreads that the header shows gives the bits of no threads at all."""
        self.write("g.wg", "fn g(x: f64[N]) -> f64 { sum(exp(x)) }\n")
        self.wengert("build", "g.wg", "--grad", "x", "--threads", "3")
        entry = json.loads(self.read("g.json"))["entries"][0]
        self.assertEqual(entry["threads"], 3)
        self.assertEqual([a["role"] for a in entry["arguments"]][-3:], ["workspace", "parallel_for", "context"])
        header = self.read("g.h").decode()
        loop = header[header.index("struct one"):header.index("} */") + 1]
        self.write("main.c", THREADED_CALLER.replace("LOOP", loop))
        subprocess.run(["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-D_POSIX_C_SOURCE=200809L", "main.c", "g.o", "-o", "main",
                        "-pthread"], cwd=self.folder, check=True)
        done = subprocess.run(["./main"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, "3 workers at most\n"))

    def test_donated_inputs(self):
        self.write("f.wg", "fn f(w: f64[N], m: f64[N], g: f64[N], A: f64[N, N]) -> (w_new: f64[N], m_new: f64[N], B: f64[N, N]) {\n"
                           "  let m_new = 0.9 * m + g\n  (w_new = w - 0.1 * m_new, m_new = m_new, B = A @ A)\n}\n")
        out = self.wengert("build", "f.wg", "--donate", "w:w_new,m:m_new", "--donate", "A:B", "--explain")
        for words in ["w becomes w_new in place\n", "m becomes m_new in place\n",
                      "A becomes B by a copy at the end: %"]:
            self.assertIn(words, out)
        header = self.read("f.h").decode()
        self.assertRegex(header, r"int f\(double \*w,\s+double \*m,\s+const double \*g,\s+double \*A,\s+int64_t N,\s+"
                                 r"void \*workspace\);")
        roles = [(a["name"], a["role"], a.get("output")) for a in json.loads(self.read("f.json"))["entries"][0]["arguments"]]
        self.assertEqual(roles[:4], [("w", "inout", "w_new"), ("m", "inout", "m_new"), ("g", "input", None), ("A", "inout", "B")])
        self.refused("build", "f.wg", "--donate", "w", says="--donate wants INPUT:OUTPUT, such as w:w_new, and not 'w'")
        self.refused("build", "f.wg", "--donate", "w:w_mew", says="there is no output 'w_mew'; did you mean 'w_new'?")
        self.write("g.wg", "fn g(w: f64[N]) -> (w_: f64[N], x: f64[N]) { (w_ = w * 2, x = w) }\n")
        self.refused("build", "g.wg", "--donate", "w:w", says="there is no output 'w'; did you mean 'w_'?")
        self.refused("build", "f.wg", "--donate", "W:w_new", says="there is no input 'W'; inputs: w, m, g, A")
        self.refused("build", "f.wg", "--donate", "A:w_new",
                     says=["f.wg:3:", "A is f64[N, N] and w_new is f64[N]; one element type and one shape are wanted "
                           "(inputs that fit: w, m, g)"])

    def test_a_limit_of_the_workspace(self):
        self.write("f.wg", "fn f(x: f64[N]) -> f64[N] {\n  let a = exp(x) + 1\n  let b = a * x + 3 / a\n  (a - sum(b)) * b\n}\n")
        self.refused("build", "f.wg", "--workspace-limit", "1KiB",
                     says=["a limit of the workspace wants sizes that are known: f needs", "bind N to numbers (build: --bind N=...)"])
        bound = ["build", "f.wg", "--bind", "N=100000", "--explain"]
        self.assertRegex(self.wengert(*bound), r"workspace: [0-9]{6,} bytes")
        for limit in "16384", "16KiB", "16384B":
            out = self.wengert(*bound, "--workspace-limit", limit)
            self.assertIn("recomputed where it is read, for a workspace of 16384 bytes at most:\n    %", out)
            self.assertIn("from f.wg:", out)
            self.assertRegex(out, r"workspace: [0-9]{1,5} bytes")
            self.assertRegex(self.read("f.h").decode(), r"workspace: [0-9]{1,5} bytes")
        self.write("g.wg", "fn g(A: f64[40, 40]) -> f64[40, 40] { (A @ A) @ A }\n")
        self.refused("build", "g.wg", "--workspace-limit", "100",
                     says=["the workspace of g could not be brought below 1", "bytes, and 100 are the limit", "dot_general f64[40, 40] (g.wg:1) of 12800 bytes"])
        self.refused("build", "g.wg", "--workspace-limit", "", says="--workspace-limit wants bytes, such as 65536, 64KiB or 2MiB, and not ''")
        # One number, in the explanation and in the header.
        told = re.findall("workspace: (.*) bytes", self.wengert("build", "g.wg", "--explain") + self.read("g.h").decode())
        self.assertEqual(len(set(told)), 1, told)
        for wrong in "1kb", "-1", "1.5MiB", "MiB", "9999999999GiB":
            self.refused("build", "f.wg", "--workspace-limit=" + wrong, says=f"--workspace-limit wants bytes, such as 65536, 64KiB or 2MiB, and not '{wrong}'")

    def test_help_is_text(self):
        self.assertEqual([c for c in self.wengert("build", "--help") if not c.isprintable() and c != "\n"], [])

    def test_times_of_passes(self):
        self.write("loss.wg", LOSS)
        given = ["--arg", "w=[1,2]", "--arg", "X=[[1,2],[3,4]]", "--arg", "y=[1,-1]", "--arg", "lambda=0.5"]
        common = ["frontend", "  reading the program", "  derivatives", "graph passes", "  simplify", "plan", "code",
                  "  emission of LLVM IR", "LLVM passes", "  InstCombinePass", "LLVM code generation"]
        for command, own in (["build", "--emit", "obj"], ["  descriptions"]), (["run", *given], ["  loading the kernel", "run"]):
            done = subprocess.run([WENGERT, command[0], "loss.wg", "--grad", "w", "--time-passes", *command[1:]],
                                  cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = [re.fullmatch(r" *([0-9.]+) +([0-9.]+) %  (.*)", line).groups()
                    for line in done.stderr.splitlines()[1:]]
            names = [name for _, _, name in rows]
            for name in common + own:
                self.assertIn(name, names)
            self.assertGreater(len([name for name in names[names.index("LLVM code generation"):] if name[0] == " "]), 10)
            parts = sum(float(time) for time, _, name in rows[:-1] if name[0] != " ")
            self.assertEqual(rows[-1][2], "all")
            self.assertAlmostEqual(parts, float(rows[-1][0]), delta=0.01)

    def test_bad_requests(self):
        self.write("f.wg", POLYNOMIAL)
        self.refused("build", "f.wg", "--emit", "obj,exe", says="exe")
        self.refused("build", "f.wg", "--target", "vax-dec-vms", says="vax")
        self.refused("build", "f.wg", "--cpu", "pentium9", says="pentium9")
        self.refused("build", "f.wg", "--name", "2f", says="2f")
        self.refused("build", "f.wg", "--grad", "q", says="f has no input 'q'")
        self.refused("build", "f.wg", "--fn", "g", says="has no function 'g'")
        self.assertEqual(os.listdir(self.folder), ["f.wg"])

    @unittest.skipUnless(shutil.which("cc"), "there is no C compiler")
    def test_names_of_the_c_library(self):
        self.write("f.wg", "fn f(SIZE_MAX: f64[INT64_MAX], WENGERT_OK: f64, exp: f64) { max(SIZE_MAX) * WENGERT_OK * exp }")
        self.wengert("build", "f.wg")
        self.assertIn("0 where max", self.read("f.h").decode())
        self.write("main.c", '#include "f.h"\nint main(void) { double x[1], y = 7; char space[8192];\n'
                             "  if (f_workspace(0) > sizeof space && f_workspace(0) != SIZE_MAX) return 1;\n"
                             "  return f(x, 1, 1, 0, &y, space) == WENGERT_BAD_EXTENT && y == 7 ? 0 : 2; }\n")
        subprocess.run(["cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "main.c", "f.o", "-o", "main"],
                       cwd=self.folder, check=True)
        subprocess.run([self.path("main")], check=True)
        for name in ["main", "abs", "exp", "sinf", "malloc", "SIZE_MAX"]:
            self.refused("build", "f.wg", "--name", name, says=f"a kernel cannot be called '{name}'")

    def test_all_files_or_none(self):
        self.write("f.wg", POLYNOMIAL)
        self.write("f.o", "old object")
        os.mkdir(self.path("f.json"))
        self.refused("build", "f.wg", says="cannot write 'f.json': Is a directory")
        self.assertEqual(self.read("f.o"), b"old object")
        self.assertEqual(sorted(os.listdir(self.folder)), ["f.json", "f.o", "f.wg"])

    @unittest.skipUnless(shutil.which("cc"), "there is no C compiler")
    def test_python_integers_that_do_not_fit(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("NumPy is not installed: the .py file is not run")
        self.write("f.wg", "fn f(k: i32[N]) -> i32[N] { k + 1 }")
        self.wengert("build", "f.wg", "--emit", "py")
        script = ("import f\n"
                  "print(f.f([1, 2**31 - 2]).tolist())\n"
                  "try: f.f([1, 2**40])\n"
                  "except OverflowError as e: print(e)\n")
        done = subprocess.run([sys.executable, "-c", script], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.stdout, "[2, 2147483647]\nf: k has the number 1099511627776, which does not fit i32\n",
                         done.stderr)

    def test_python_symbols_of_several_arguments(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("NumPy is not installed: the .py file is not run")
        self.write("f.wg", "fn f(x: f64[N], y: f64[N + M], z: f64[2*K + N*M]) -> (a: i64, b: i64, c: i64)"
                           " { (a = N, b = M, c = K) }\n"
                           "fn g(y: f64[N + M], x: f64[N*L], k: i64[L + 1]) -> (a: i64, b: i64) { (a = N, b = M) }\n")
        self.wengert("build", "f.wg", "--fn", "f,g", "--name", "kernels", "--emit", "py")
        script = ("from kernels import f, g\n"
                  "def refusal(*values, **sizes):\n"
                  "    try: print(f(*values, **sizes))\n"
                  "    except ValueError as e: print(e)\n"
                  "print(*f([1] * 2, [1] * 5, [1] * 14))\n"
                  "print(*f([], [], [1, 2]))\n"
                  "print(*g([1] * 5, [1] * 8, [0] * 5), *g([1] * 5, [], [0], N=3))\n"
                  "refusal([1] * 2, [1] * 5, [1] * 13)\n"
                  "refusal([1] * 2, [1] * 5, [1] * 13, K=3)\n"
                  "refusal([1] * 2, [], [])\n"
                  "try: g([1] * 5, [], [0])\n"
                  "except ValueError as e: print(e)\n")
        done = subprocess.run([sys.executable, "-c", script], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.stdout.splitlines(), [
            "2 3 4", "0 0 1", "2 3 3 2",
            "f: z has shape (13,), wanted [M*N + 2*K] with N=2, M=3, which no whole K gives",
            "f: z has shape (13,), wanted [M*N + 2*K] with N=2, M=3, K=3",
            "f: a size is negative with N=2, M=-2, K=2",
            "g: the inputs do not tell M; pass M=...",
        ], done.stderr)

    def test_kernels_called_like_functions_of_python(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("NumPy is not installed: the .py file is not run")
        for name in ("dict", "eval", "getattr", "isinstance", "len", "tuple", "zip", "ValueError"):
            self.write("f.wg", f"fn {name}(x: f64[N], k: i64[N]) -> (total: f64, twice: f64[N]) {{ (total = sum(x), twice = x * 2) }}")
            self.wengert("build", "f.wg", "--name", name, "--emit", "py")
            script = (f"import {name} as kernels\n"
                      f"print(*kernels.{name}([1, 2], [3, 4]))\n"
                      f"try: kernels.{name}([1, 2], [3])\n"
                      "except ValueError as e: print(e)\n")
            done = subprocess.run([sys.executable, "-c", script], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(done.stdout, f"3.0 [2. 4.]\n{name}: k has shape (1,), wanted [N] with N=2\n", done.stderr)

    def test_python(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("NumPy is not installed: the .py file is not run")
        self.write("loss.wg", LOSS)
        self.wengert("build", "loss.wg", "--grad", "w", "--emit", "py")
        self.assertEqual(sorted(os.listdir(self.folder)), ["libloss.so", "loss.py", "loss.wg"])
        script = ("import loss, numpy as np\n"
                  "out = loss.loss_grad(np.array([.5, 1]), np.array([[1., 2], [3, 4], [5, 6]]), np.array([1., -1, 1]), .1)\n"
                  "print(repr(float(out[0])), [repr(float(x)) for x in out[1]])\n")
        got = subprocess.run([sys.executable, "-B", "-c", script], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(got.returncode, 0, got.stderr)
        run = self.json("run", "loss.wg", "--arg", "w=[0.5,1]", "--arg", "X=[[1,2],[3,4],[5,6]]", "--arg", "y=[1,-1,1]",
                        "--arg", "lambda=0.1", "--grad", "w")
        self.assertEqual(got.stdout, f"{run['value']!r} {[repr(x) for x in run['grad']['w']]}\n")


if __name__ == "__main__":
    unittest.main()
