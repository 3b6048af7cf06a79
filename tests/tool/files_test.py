"""What cannot be written leaves everything as it was."""
import os
import unittest

from command import POLYNOMIAL, CommandTest


class Files(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("f.wg", POLYNOMIAL)
        self.run = ["run", "f.wg", "--arg", "x=3", "--arg", "y=4", "--grad", "x"]

    def test_unwritable_output(self):
        self.write("taken", "a file")
        self.refused(*self.run, "--out", "taken", says="cannot make the folder 'taken'")
        self.refused(*self.run, "--out", "taken/deep", says="cannot make the folder 'taken/deep'")
        self.refused("print", "f.wg", "-o", "none/f.wir", says="cannot write 'none/f.wir': No such file or directory")
        self.refused("graph", "f.wg", "-o", ".", says="Is a directory")
        self.assertEqual(self.read("taken"), b"a file")

    def test_all_results_or_none(self):
        os.makedirs(self.path("out/df_dx.npy"))
        self.write("out/f.npy", "old")
        self.refused(*self.run, "--out", "out", says="df_dx.npy': Is a directory")
        self.assertEqual(self.read("out/f.npy"), b"old")
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["df_dx.npy", "f.npy"])

    def test_a_failed_run_writes_nothing(self):
        self.write("out.wir", "old")
        self.write("bad.wg", "fn f(x: f64) -> f64 { x + }")
        self.refused("print", "bad.wg", "-o", "out.wir", says="bad.wg:1:")
        self.assertEqual(self.read("out.wir"), b"old")
        self.refused("run", "f.wg", "--arg", "x=1", "--out", "results", says="missing")
        self.assertFalse(os.path.exists(self.path("results")))

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full here")
    def test_a_full_standard_output_is_an_error(self):
        import subprocess
        from command import WENGERT
        with open("/dev/full", "w") as full:
            done = subprocess.run([WENGERT, "ops"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("error", done.stderr)


if __name__ == "__main__":
    unittest.main()
