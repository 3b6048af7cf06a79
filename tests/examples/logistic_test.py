"""Runs examples/logistic/run.sh with the command that was built, and reads what it prints."""
import os
import re
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/logistic/run.sh")
# The least loss for lambda = 1e-3 by SciPy 1.17 (trust-ncg: 0.068082823139119092) and scikit-learn 1.9 (newton-cholesky:
# 0.068082823139119106), with the gradient below 2e-14 in both.
LEAST_LOSS = 0.0680828231391191


class Logistic(unittest.TestCase):
    def test_fit(self):
        with tempfile.TemporaryDirectory(prefix="wengert-logistic-") as folder:
            done = subprocess.run([SCRIPT, folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)
            print(done.stdout)
            rows = re.findall(r"^ +(\d+)  (\S+) +(\S+) +(\d+) +\S+$", done.stdout, re.MULTILINE)
            losses = [float(row[1]) for row in rows]
            self.assertGreater(len(rows), 3)
            self.assertLess(len(rows), 15)
            self.assertEqual(losses[0], 0.6931471805599447)
            self.assertEqual(losses, sorted(losses, reverse=True))
            self.assertAlmostEqual(losses[-1], LEAST_LOSS, delta=1e-15)
            self.assertLess(float(rows[-1][2]), 1e-10)
            self.assertTrue(all(0 < int(row[3]) < 100 for row in rows[1:]))
            self.assertIn("98.77 %", done.stdout)  # 562 of 569, as scikit-learn
            self.assertNotIn("warning", done.stdout)
            for name in ("loss_grad.svg", "loss_hvp.svg"):
                with open(os.path.join(folder, name)) as picture:
                    self.assertTrue(picture.read().startswith("<svg"))

    def test_paths_from_the_folder_it_is_called_in(self):
        with tempfile.TemporaryDirectory(prefix="wengert-logistic-") as folder:
            os.mkdir(os.path.join(folder, "bin"))
            os.symlink(os.environ["WENGERT"], os.path.join(folder, "bin", "wengert"))
            for command in ("bin/wengert", "wengert"):
                path = {"PATH": os.path.join(folder, "bin") + ":" + os.environ["PATH"]} if command == "wengert" else {}
                done = subprocess.run([SCRIPT, command[:3]], cwd=folder, env={**os.environ, **path, "WENGERT": command},
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertTrue(os.path.exists(os.path.join(folder, command[:3], "fit")))

    def test_data_that_is_wrong(self):
        with tempfile.TemporaryDirectory(prefix="wengert-logistic-") as folder:
            subprocess.run([SCRIPT, folder], stdout=subprocess.DEVNULL, check=True)
            for text, message in (("1,30,a,b\n1,2\n", "a feature is not a number"), ("x\n", "the first line"),
                                  ("99999,30,a,b\n", "at most 1000 rows"), ("1,30,a,b\n" + "1," * 30 + "2\n", "a class is neither 0 nor 1")):
                path = os.path.join(folder, "bad.csv")
                with open(path, "w") as file:
                    file.write(text)
                done = subprocess.run([os.path.join(folder, "fit"), path], stderr=subprocess.PIPE, text=True)
                self.assertEqual(done.returncode, 1)
                self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
