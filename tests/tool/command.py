"""Calls the command in a folder of the test's own. WENGERT names the binary."""
import json
import os
import struct
import subprocess
import tempfile
import unittest

WENGERT = os.environ["WENGERT"]

LOSS = """\
# L2-regularised logistic loss
fn loss(w: f64[D], X: f64[N, D], y: f64[N], lambda: f64) -> f64 {
  let margin = y * (X @ w)
  mean(softplus(-margin)) + lambda * dot(w, w)
}
"""
POLYNOMIAL = "fn f(x: f64, y: f64) -> f64 { x**2 * y + y + 2 }\n"


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def wengert(self, *arguments, code=0):
        """Runs the command; returns its standard output, or with code != 0 its standard error."""
        done = subprocess.run([WENGERT, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=250)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def refused(self, *arguments, says, code=2):
        """The command fails with these words on stderr, and prints no result."""
        message = self.wengert(*arguments, code=code)
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, message)
        return message

    def json(self, *arguments):
        return json.loads(self.wengert(*arguments, "--json"))


def npy(shape, values, code="<f8", fortran=False, version=1):
    """The bytes of a .npy file."""
    header = "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }" % (
        code, fortran, "".join(f"{extent}," for extent in shape))
    prefix = 10 if version == 1 else 12
    header += " " * (63 - (prefix + len(header)) % 64) + "\n"
    letters = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "b1": "?", "f2": "e", "u1": "B"}
    body = struct.pack(("<" if code[0] != ">" else ">") + f"{len(values)}{letters[code[1:]]}", *values)
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + body
