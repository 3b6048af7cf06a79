"""wengert run --grad --jvp --hvp --jacobian --hessian: worked values and the shape of the answer."""
import unittest

from command import POLYNOMIAL, CommandTest


class Derivatives(CommandTest):
    def test_all_of_a_polynomial(self):
        self.write("f.wg", POLYNOMIAL)
        out = self.json("run", "f.wg", "--arg", "x=3", "--arg", "y=4", "--grad", "x,y", "--jvp", "x=1", "--jvp", "y=2",
                        "--hvp", "x=1", "--hvp", "y=2", "--jacobian", "x", "--hessian", "x,y")
        self.assertEqual(out, {"value": 42, "grad": {"x": 24, "y": 10}, "jvp": 44, "hvp": {"x": 8 + 12, "y": 6},
                               "jacobian": {"x": 24}, "hessian": {"x": 8, "y": 0}})
        self.assertEqual(list(out), ["value", "grad", "jvp", "hvp", "jacobian", "hessian"])

    def test_hessian_of_a_vector(self):
        self.write("f.wg", "fn f(v: f64[2]) -> f64 { v[0]**2 * v[1] + v[1] + 2 }")
        out = self.json("run", "f.wg", "--arg", "v=[3,4]", "--grad", "v", "--hessian", "v", "--hvp", "v=[1,0]")
        self.assertEqual(out["grad"], {"v": [24, 10]})
        self.assertEqual(out["hessian"], {"v": [[8, 6], [6, 0]]})
        self.assertEqual(out["hvp"], {"v": [8, 6]})

    def test_jacobian_of_a_vector(self):
        self.write("f.wg", "fn f(x: f64[N], A: f64[M, N]) -> f64[M] { A @ x }")
        out = self.json("run", "f.wg", "--arg", "x=[1,2]", "--arg", "A=[[1,2],[3,4],[5,6]]", "--jacobian", "x")
        self.assertEqual(out, {"value": [5, 11, 17], "jacobian": {"x": [[1, 2], [3, 4], [5, 6]]}})

    def test_the_differentiated_result_is_chosen(self):
        self.write("f.wg", "fn f(x: f64) -> (a: f64, b: f64) { (x * 2, x * x) }")
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=3", "--grad", "x")["grad"], {"x": 2})
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=3", "--grad", "x", "--of", "b")["grad"], {"x": 6})
        self.refused("run", "f.wg", "--arg", "x=3", "--grad", "x", "--of", "c", says="has no output 'c'")

    def test_directions_may_come_from_files(self):
        self.write("f.wg", "fn f(x: f64[N]) -> f64 { sum(x * x) }")
        self.write("v.csv", "1\n2\n")
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=[5,6]", "--hvp", "x=v.csv")["hvp"], {"x": [2, 4]})

    def test_a_wrong_direction_is_named(self):
        self.write("f.wg", "fn f(x: f64[N]) -> f64 { sum(x * x) }")
        self.refused("run", "f.wg", "--arg", "x=[5,6]", "--hvp", "x=[1,2,3]", says=["v_x", "N"])
        self.refused("run", "f.wg", "--arg", "x=[5,6]", "--jvp", "q=[1,2]", says="f has no input 'q'")
        self.refused("run", "f.wg", "--arg", "x=[5,6]", "--hvp", "x", says="'x' is no argument: write NAME=VALUE")


if __name__ == "__main__":
    unittest.main()
