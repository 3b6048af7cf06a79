"""wengert graph: SVG that is XML and has every node, DOT, and the stated limit."""
import unittest
import xml.etree.ElementTree as xml

from command import LOSS, CommandTest

SVG = "{http://www.w3.org/2000/svg}"


class Graph(CommandTest):
    def groups(self, svg, name):
        return [g for g in xml.fromstring(svg).iter(SVG + "g") if name in g.get("class", "").split()]

    def test_roles(self):
        self.write("loss.wg", LOSS)
        svg = self.wengert("graph", "loss.wg", "--grad", "w")
        # One of each role is the legend's, and one output.
        self.assertEqual(len(self.groups(svg, "input")), 4 + 1)
        self.assertEqual(len(self.groups(svg, "output")), 2 + 1)
        self.assertGreater(len(self.groups(svg, "adjoint")), 5)
        self.assertIn("→ dloss_dw", svg)
        plain = self.wengert("graph", "loss.wg")
        self.assertEqual(len(self.groups(plain, "adjoint")), 1)

    def test_before_and_after(self):
        self.write("loss.wg", LOSS)
        both = self.wengert("graph", "loss.wg", "--grad", "w", "--both")
        self.assertIn("loss as written: ", both)
        self.assertIn("loss after the passes: ", both)
        after = self.wengert("graph", "loss.wg", "--grad", "w", "--optimized")
        self.assertNotIn("as written", after)

    def test_boxes_of_a_layer_do_not_overlap(self):
        self.write("loss.wg", LOSS)
        rows = {}
        svg = self.wengert("graph", "loss.wg", "--grad", "w,X", "--hvp", "w")
        for rect in xml.fromstring(svg).iter(SVG + "rect"):
            if rect.get("height") == "36":
                x = float(rect.get("x"))
                rows.setdefault(rect.get("y"), []).append((x, x + float(rect.get("width"))))
        self.assertGreater(len(rows), 5)
        for row in rows.values():
            row.sort()
            for left, right in zip(row, row[1:]):
                self.assertLess(left[1], right[0])

    def test_dot(self):
        self.write("loss.wg", LOSS)
        dot = self.wengert("graph", "loss.wg", "--grad", "w", "--format", "dot")
        self.assertTrue(dot.startswith("digraph wengert {"))
        self.assertIn("->", dot)

    def test_names_are_escaped(self):
        self.write("g.wir", 'wengert 1\nprogram p\n%0 = input {name="a<b&\\"c", type=f64} : f64\noutput y = %0\n')
        self.assertIn("a&lt;b&amp;&quot;c", self.wengert("graph", "g.wir"))
        self.assertIn('a<b&\\"c', self.wengert("graph", "g.wir", "--format", "dot"))

    def test_limit(self):
        lines = ["wengert 1", "program p", '%0 = input {name="x", type=f64} : f64']
        lines += [f"%{i} = sine %{i - 1} : f64" for i in range(1, 6001)]
        self.write("g.wir", "\n".join(lines + ["output y = %6000", ""]))
        self.refused("graph", "g.wir", says="the graph has 6001 nodes to draw, and a picture holds 5000")
        self.assertIn("->", self.wengert("graph", "g.wir", "--format", "dot"))


if __name__ == "__main__":
    unittest.main()
