"""A C program linked against an emitted object, its header in C and C++, its symbols, and the .py beside it on NumPy.
Environment: GENERATE is the program that writes the kernels and the calls."""
import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
CC = os.environ.get("CC", "cc").split()
CXX = os.environ.get("CXX", "c++").split()
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]

PYTHON = r"""
import json, warnings
import numpy
import kernels

calls = json.load(open("calls.json"))

def array(given):
    return numpy.frombuffer(bytes.fromhex(given["hex"]), dtype(given)).reshape(given["shape"])

def dtype(given):
    return {"bool": "?", "i32": "<i4", "i64": "<i8", "f32": "<f4", "f64": "<f8"}[given["dtype"]]

for call in calls:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        results = getattr(kernels, call["function"])(*map(array, call["arguments"]), **(call.get("sizes") or {}))
    assert bool(seen) == bool(call["flags"]), (call["function"], seen)
    if len(call["results"]) == 1:
        results = [results]
    for got, given in zip(results, call["results"], strict=True):
        wanted = array(given)
        got = numpy.asarray(got)
        assert got.dtype == wanted.dtype and got.shape == wanted.shape, (call["function"], got, wanted)
        assert numpy.array_equal(got, wanted, equal_nan=got.dtype.kind == "f"), (call["function"], got, wanted)

w, g = numpy.array([3.0, 4.0]), numpy.array([1.0, -1.0])
result = kernels.descend(w, g, 0.5)
assert result.w_new is w and w.tolist() == [2.5, 4.5] and result.length == 5, result
assert "w is written: it becomes w_new" in kernels.descend.__doc__
kernels.descend(w, w, 0.5)  # what only is read may be the same array
assert w.tolist() == [1.25, 2.25], w

def refused(error, words, *values):
    try:
        kernels.descend(*values)
    except error as e:
        assert words in str(e), e
    else:
        raise AssertionError(words)

frozen = numpy.zeros(2)
frozen.flags.writeable = False
refused(TypeError, "w is list; it is written, so a NumPy array of f64 is wanted", [3.0, 4.0], g, 0.5)
masked = numpy.ma.masked_array([1.0, 2.0], mask=[True, False])
refused(TypeError, "w is MaskedArray; it is written, so a plain NumPy array is wanted", masked, g, 0.5)
assert masked.data.tolist() == [1, 2], masked
refused(TypeError, "w is float32; it is written, so f64 itself is wanted", w.astype("f4"), g, 0.5)
refused(ValueError, "w is written, so it must be writeable", frozen, g, 0.5)
refused(ValueError, "w is written, so it must be C-contiguous", numpy.zeros(4)[::2], g, 0.5)
refused(ValueError, "w has shape (2, 1), wanted [D]", numpy.zeros((2, 1)), g, 0.5)
refused(ValueError, "g has shape (3,), wanted [D] with D=2", w, numpy.zeros(3), 0.5)
assert w.tolist() == [1.25, 2.25], w
print(len(calls), "calls from Python")
"""


class Embedded(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="wengert-embed-")
        subprocess.run([os.environ["GENERATE"], os.path.join(HERE, "kernels.wg"), cls.folder], check=True)
        shutil.copy(os.path.join(HERE, "program.c"), cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_here(self, *command):
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, " ".join(command) + "\n" + done.stdout)
        return done.stdout

    def test_object_needs_nothing(self):
        self.assertEqual(self.run_here("nm", "-u", "kernels.o").strip(), "")

    def test_program(self):
        self.run_here(*CC, "-std=c99", *STRICT, "-O1", "program.c", "kernels.o", "-o", "program")
        self.assertIn(", 0 failures", self.run_here("./program"))

    def test_program_under_sanitizers(self):
        flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
        probe = subprocess.run([*CC, *flags, "-x", "c", "-", "-o", os.path.join(self.folder, "probe")],
                               input="int main(void) { return 0; }", text=True, stderr=subprocess.DEVNULL)
        if probe.returncode != 0:
            self.skipTest("the compiler has no sanitizers")
        self.run_here(*CC, "-std=c99", *STRICT, *flags, "program.c", "kernels.o", "-o", "checked")
        self.assertIn(", 0 failures", self.run_here("./checked"))

    def test_header_alone(self):
        for name, compiler in ("header.c", [*CC, "-std=c99"]), ("header.cpp", [*CXX, "-std=c++11"]):
            with open(os.path.join(self.folder, name), "w") as file:
                file.write('#include "kernels.h"\n#include "kernels.h"\nint main() { return size_workspace(0, 0) != 0; }\n')
            self.run_here(*compiler, *[flag for flag in STRICT], name, "kernels.o", "-o", "header")
            self.run_here("./header")

    def test_numpy(self):
        python = os.environ.get("WENGERT_TEST_PYTHON", "python3")
        if subprocess.run([python, "-c", "import numpy"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no NumPy here")
        self.assertIn("calls from Python", self.run_here(python, "-c", PYTHON))


if __name__ == "__main__":
    unittest.main(verbosity=2)
