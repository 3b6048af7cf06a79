"""wengert check: the table, and the exit code."""
import unittest

from command import LOSS, CommandTest


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

    def test_tolerance(self):
        self.write("f.wg", "fn f(x: f64) -> f64 { exp(x) }")
        self.wengert("check", "f.wg", "--arg", "x=1", "--tolerance", "1e-7")
        self.refused("check", "f.wg", "--arg", "x=1", "--tolerance", "-1", says="--tolerance")

    def test_nothing_to_check(self):
        self.write("f.wg", "fn f(k: i64) -> i64 { k * 2 }")
        self.refused("check", "f.wg", "--arg", "k=1", says="there is nothing to differentiate")


if __name__ == "__main__":
    unittest.main()
