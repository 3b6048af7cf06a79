"""wengert bench: times of calls and of their kernels, on arguments that are given or made."""
import re
import unittest

from command import LOSS, POLYNOMIAL, CommandTest

STEPS = """\
fn steps(x: f64[N]) -> f64[N] {
  let largest = max(exp(x))
  x / largest
}
"""


class Bench(CommandTest):
    def bench(self, *arguments):
        return self.json("bench", *arguments, "--seconds", "0.02")

    def test_kernels_are_those_of_the_plan(self):
        self.write("loss.wg", LOSS)
        entry, = self.bench("loss.wg", "--grad", "w", "--size", "N=2000,D=30")
        self.assertEqual((entry["symbol"], entry["sizes"], entry["random"]),
                         ("loss_grad", {"N": 2000, "D": 30}, ["w", "X", "y", "lambda"]))
        explained = self.wengert("build", "loss.wg", "--grad", "w", "--cpu", "native", "--explain", "-o", "kernels")
        *kernels, rest = entry["kernels"]
        self.assertEqual([f"kernel {i + 1}: {kernel['loops']}" for i, kernel in enumerate(kernels)],
                         re.findall("^kernel .*$", explained, re.M))
        counted = re.findall("^ +([^ ].*) operations, (.*) bytes$", explained, re.M)
        self.assertEqual([[kernel["operations"], kernel["bytes"]] for kernel in kernels],
                         [[eval(extent, {"N": 2000, "D": 30}) for extent in one] for one in counted])
        self.assertEqual(rest["loops"], "scalars and copies")
        for kernel in kernels:
            self.assertTrue(kernel["sources"] and kernel["results"])
            self.assertTrue(all(place.startswith("loss.wg:") for place in kernel["sources"]))
        self.assertGreater(entry["operations"], 2000 * 30 * 4)

    def test_times_of_kernels_make_up_the_call(self):
        self.write("steps.wg", STEPS)
        entry, = self.bench("steps.wg", "--size", "N=300000")
        self.assertEqual(len(entry["kernels"]), 3)
        self.assertGreaterEqual(entry["median"], entry["least"])
        for kernel in entry["kernels"]:
            self.assertGreaterEqual(kernel["median"], kernel["least"])
        # Each of the two loops takes a good part of the call, what is outside of them nearly nothing.
        loops = [kernel["median"] for kernel in entry["kernels"][:2]]
        self.assertGreater(min(loops), 0.05 * entry["median"])
        self.assertLess(sum(loops), 5 * entry["median"])
        self.assertGreater(5 * sum(loops), entry["median"])
        self.assertLess(entry["kernels"][2]["least"], 0.05 * entry["least"])

    def test_text(self):
        self.write("steps.wg", STEPS)
        out = self.wengert("bench", "steps.wg", "--size", "N=1000", "--seconds", "0")
        for words in ["steps, N = 1000\na call takes ", "random: x\n", "GFLOP/s", " 1: loop over [N]", "from steps.wg:2",
                      " 2: loop over [N]", "from steps.wg:3", "begins here because %"]:
            self.assertIn(words, out)

    def test_entries(self):
        self.write("f.wg", POLYNOMIAL)
        all = self.bench("f.wg", "--value", "--grad", "x,y", "--hvp", "x", "--arg", "x=3", "--arg", "v_x=1")
        self.assertEqual([(entry["symbol"], entry["random"]) for entry in all],
                         [("f", ["y"]), ("f_grad", ["y"]), ("f_hvp", ["y"])])
        for entry in all:
            scalars, = entry["kernels"]
            self.assertGreater(scalars["operations"], 0)
            self.assertLess(entry["least"], 1e-6)
        self.assertEqual(self.bench("f.wg")[0]["symbol"], "f")

    def test_arguments_tell_sizes(self):
        self.write("f.wg", "fn f(x: f64[2*N], k: i64[M]) -> f64[M] { take(x, k, axis=0) }")
        entry, = self.bench("f.wg", "--arg", "x=[1,2,3,4]", "--size", "M=500")
        self.assertEqual((entry["sizes"], entry["random"]), ({"N": 2, "M": 500}, ["k"]))
        warned = self.wengert("bench", "f.wg", "--arg", "k=[9]", "--size", "N=2", "--seconds", "0")
        self.assertIn("f, M = 1, N = 2", warned)

    def test_threads(self):
        self.write("f.wg", "fn f(x: f64[N]) -> f64[N] { exp(x) * sin(x) }")
        entry, = self.bench("f.wg", "--size", "N=1000000", "--threads", "2")
        self.assertEqual(entry["threads"], 2)
        self.assertGreater(entry["kernels"][0]["median"], 0.2 * entry["median"])

    def test_bad_requests(self):
        self.write("loss.wg", LOSS)
        bench = ("bench", "loss.wg", "--seconds", "0")
        self.refused(*bench, says="how large is D, N of loss? Say --size D=1000")
        self.refused(*bench, "--size", "N=3,D=2,K=1", says="there is no symbol 'K'; there are D, N")
        self.refused(*bench, "--size", "N=3,D=2", "--arg", "z=1", says="there is no input 'z' in loss")
        self.refused(*bench, "--size", "N=3,D=2", "--arg", "w=[1,2,3]", says="axis 0 must be D = 2")
        self.refused(*bench, "--size", "N=3,D=2", "--arg", "w=1", says="the argument 'w' must be f64[D]")
        self.refused(*bench, "--size", "N=3,D=2", "--threads", "0", says="--threads")


if __name__ == "__main__":
    unittest.main()
