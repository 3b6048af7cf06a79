"""wengert check: the table, and the exit code."""
import subprocess
import unittest

from command import LOSS, WENGERT, CommandTest


class Check(CommandTest):
    def test_right_derivatives(self):
        self.write("loss.wg", LOSS)
        table = self.wengert("check", "loss.wg", "--arg", "w=[0.5,1]", "--arg", "X=[[1,2],[3,4],[5,6]]", "--arg",
                             "y=[1,-1,1]", "--arg", "lambda=0.1")
        for row in ["gradient in w", "hvp in X", "jvp against vjp in y", "both hvps in lambda", "16 checks, 0 failed"]:
            self.assertIn(row, table)
        self.assertNotIn("WRONG", table)

    def test_a_kink_fails(self):
        self.write("f.wg", "fn f(x: f64) -> f64 { abs(x) * 3 }")
        self.wengert("check", "f.wg", "--arg", "x=1")
        self.wengert("check", "f.wg", "--arg", "x=1e-9", code=1)

    def failed(self, *arguments):
        """The table of a check that fails."""
        done = subprocess.run([WENGERT, "check", "f.wg", *arguments], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (1, ""), done.stdout)
        return done.stdout

    def test_a_kink_is_told(self):
        self.write("f.wg", "fn f(x: f64) -> f64 { relu(x) }")
        table = self.failed("--arg", "x=0")
        self.assertIn("a kink? 0; the slope is 0 to the left and 1 to the right", table)
        self.assertIn("UNSETTLED: there is no derivative here to compare with", table)
        self.assertNotIn("WRONG", table)
        self.write("f.wg", "fn f(x: f64) -> f64 { x * stop_gradient(x) }")
        self.assertIn("stop_gradient, which derivatives leave out", self.failed("--arg", "x=2"))

    def test_nothing_finite_is_right(self):
        for body, x in [("sqrt(x)", 0), ("log(x)", 0), ("1 / x", 0), ("exp(1000 * x)", 1),
                        ("x + stop_gradient(log(x))", 0)]:
            self.write("f.wg", f"fn f(x: f64) -> f64 {{ {body} }}")
            table = self.failed("--arg", f"x={x}")
            self.assertIn("not finite here", table)
            self.assertNotIn("-nan", table)
            if "stop_gradient" not in body:  # the derivatives of that one are finite
                self.assertNotIn("  right", table, body)

    def test_tolerance(self):
        self.write("f.wg", "fn f(x: f64) -> f64 { exp(x) }")
        self.wengert("check", "f.wg", "--arg", "x=1", "--tolerance", "1e-7")
        self.refused("check", "f.wg", "--arg", "x=1", "--tolerance", "-1", says="--tolerance")

    def test_nothing_to_check(self):
        self.write("f.wg", "fn f(k: i64) -> i64 { k * 2 }")
        self.refused("check", "f.wg", "--arg", "k=1", says="there is nothing to differentiate")


if __name__ == "__main__":
    unittest.main()
