"""wengert print: the text parses back, with derivatives and behind passes."""
import unittest

from command import LOSS, POLYNOMIAL, CommandTest


class Print(CommandTest):
    def test_text(self):
        self.write("f.wg", POLYNOMIAL)
        text = self.wengert("print", "f.wg")
        self.assertTrue(text.startswith('wengert 1\nprogram f\n%0 = input {name="x", type=f64} : f64\n'))
        self.assertIn("output f = ", text)

    def test_round_trip(self):
        self.write("loss.wg", LOSS)
        text = self.wengert("print", "loss.wg", "--grad", "w", "--hvp", "w")
        self.write("loss.wir", text)
        self.assertEqual(self.wengert("print", "loss.wir"), text)

    def test_passes_shrink_it(self):
        self.write("loss.wg", LOSS)
        before = self.wengert("print", "loss.wg", "--grad", "w")
        after = self.wengert("print", "loss.wg", "--grad", "w", "--optimized")
        self.assertLess(after.count("\n"), before.count("\n"))
        self.assertNotEqual(before, self.wengert("print", "loss.wg", "--grad", "w", "--passes", "remove_dead_nodes"))
        self.refused("print", "loss.wg", "--passes", "sweep", says=["there is no pass 'sweep'", "remove_dead_nodes"])

    def test_locations(self):
        self.write("f.wg", "fn f(x: f64) -> f64 {\n  exp(x)\n}\n")
        self.assertIn("f.wg:2:3", self.wengert("print", "f.wg", "--locations"))

    def test_bind(self):
        self.write("loss.wg", LOSS)
        text = self.wengert("print", "loss.wg", "--bind", "D=7")
        self.assertIn("f64[N, 7]", text)
        self.assertNotIn("D]", text)


if __name__ == "__main__":
    unittest.main()
