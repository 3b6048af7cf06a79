"""wengert opt: passes by name on graph text."""
import unittest

from command import CommandTest

TEXT = """\
wengert 1
program p
%0 = input {name="x", type=f64} : f64
%1 = exponential %0 : f64
%2 = sine %0 : f64
output y = %2
"""


class Opt(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("p.wir", TEXT)

    def test_a_pass(self):
        out = self.wengert("opt", "p.wir", "--passes", "remove_dead_nodes")
        self.assertEqual(out, TEXT.replace("%1 = exponential %0 : f64\n", "").replace("%2", "%1"))

    def test_no_pass_prints_it_as_it_was(self):
        self.assertEqual(self.wengert("opt", "p.wir"), TEXT)

    def test_print_after_and_output(self):
        out = self.wengert("opt", "p.wir", "--passes", "remove_dead_nodes", "--print-after=remove_dead_nodes", "-o", "out.wir")
        self.assertIn("# after remove_dead_nodes\nwengert 1\n", out)
        self.assertIn("sine", self.read("out.wir").decode())
        self.assertNotIn("exponential", self.read("out.wir").decode())

    def test_list(self):
        self.assertIn("remove_dead_nodes", self.wengert("opt", "--list"))

    def test_errors(self):
        self.refused("opt", says="opt wants a FILE of graph text, or --list")
        self.refused("opt", "p.wir", "--passes", "tidy", says=["there is no pass 'tidy'", "remove_dead_nodes"])
        self.refused("opt", "p.wir", "--pipeline", "--skip", "tidy", says="tidy")
        self.write("p.wir", TEXT.replace("sine %0", "sine %7"))
        self.refused("opt", "p.wir", says=["p.wir:5:", "error:", "%7", "^"])
        self.write("p.wir", "fn f(x: f64) -> f64 { x }")
        self.refused("opt", "p.wir", says=["p.wir:1:1: error:", "^"])


if __name__ == "__main__":
    unittest.main()
