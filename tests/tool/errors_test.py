"""Every mistake has its message, with the place where there is one, and the exit code 2."""
import os
import unittest

from command import LOSS, POLYNOMIAL, CommandTest, npy


class Usage(CommandTest):
    def test_usage(self):
        self.refused(says="A subcommand is required")
        self.refused("fly", says=["error: there is no command 'fly'\n", "'wengert --help' lists"])
        self.refused("biuld", "f.wg", says="there is no command 'biuld'; did you mean 'build'?")
        self.refused("run", says=["FILE is required", "'wengert run --help' lists"])
        self.write("f.wg", POLYNOMIAL)
        self.refused("run", "f.wg", "--grdd", "x", says="--grdd")
        self.refused("run", "f.wg", "--arg", says="--arg")
        self.refused("run", "f.wg", "--arg", "x=1", "--arg", "y=1", "--json", "--out", "d", says="excludes")

    def test_help(self):
        for command in ["run", "build", "check", "print", "graph", "opt", "ops"]:
            self.assertIn(command, self.wengert("--help"))
            self.assertIn("Usage: wengert " + command, self.wengert(command, "--help"))
        self.assertIn("Exit codes: 0", self.wengert("--help"))
        self.assertRegex(self.wengert("--version"), r"^wengert \d+\.\d+\.\d+\n$")


class Program(CommandTest):
    def test_no_such_file(self):
        self.refused("run", "none.wg", says="error: cannot read 'none.wg': No such file or directory")
        os.mkdir(self.path("folder.wg"))
        self.refused("run", "folder.wg", says="cannot read 'folder.wg': Is a directory")

    def test_no_function(self):
        self.write("f.wg", "# nothing\n")
        self.refused("run", "f.wg", says="'f.wg' has no function")
        self.refused("print", "f.wg", "--fn", "f", says="'f.wg' has no function")

    def test_numbers_and_passes(self):
        self.write("f.wg", POLYNOMIAL)
        check = ["check", "f.wg", "--arg", "x=1", "--arg", "y=1"]
        for wrong in "abc", "0", "-1", "1e", "nan":
            self.refused(*check, "--tolerance=" + wrong, says=f"--tolerance: '{wrong}' is not a positive number")
        self.refused(*check, "--elements=-1", says="--elements: '-1' is not a number from 0 on")
        message = self.refused("print", "f.wg", "--passes", "foo", says="there is no pass 'foo'; the passes are ")
        self.assertEqual(message.count("canonicalize"), 1)

    def test_unknown_function(self):
        self.write("l.wg", LOSS)
        self.refused("run", "l.wg", "--fn", "los", says=["has no function 'los'", "loss"])
        self.write("two.wg", POLYNOMIAL + LOSS)
        self.refused("run", "two.wg", says="'two.wg' has 2 functions; say --fn with one of f, loss")

    def test_errors_of_the_language_quote_the_line(self):
        self.write("f.wg", "fn f(x: f64[N], w: f64[D]) -> f64 {\n  sum(x * w)\n}\n")
        message = self.refused("run", "f.wg", "--arg", "x=[1]", "--arg", "w=[1]",
                               says=["f.wg:2:", "error:", "f64[N]", "f64[D]", "sum(x * w)", "^"])
        self.assertEqual(message.count("sum(x * w)"), 1)
        self.write("f.wg", "fn f(x: f64) -> f64 { x + undefined }\n")
        self.refused("run", "f.wg", "--arg", "x=1", says=["f.wg:1:27: error:", "'undefined'", "^"])
        self.write("f.wg", "fn f(x: f64) -> f64 { sofplus(x) }\n")
        self.refused("run", "f.wg", "--arg", "x=1", says=["f.wg:1:23: error:", "'sofplus'", "softplus", "^"])
        self.write("f.wg", "fn f(x: f64) -> f64 { f(x) }\n")
        self.refused("run", "f.wg", "--arg", "x=1", says=["f.wg:1:", "error:", "recurs"])
        self.write("f.wg", "fn f(x: f64) -> f64 { exp(x, x) }\n")
        self.refused("run", "f.wg", "--arg", "x=1", says=["f.wg:1:", "error:", "exp", "^"])

    def test_unbound_symbol(self):
        self.write("f.wg", "fn f(x: f64[N + M]) -> f64 { sum(x) + N }")
        self.refused("run", "f.wg", "--arg", "x=[1,2,3]", says=["N", "M"])
        self.assertEqual(self.wengert("run", "f.wg", "--arg", "x=[1,2,3]", "--bind", "N=1"), "f = 7\n")
        bound = ["run", "f.wg", "--arg", "x=[1,2,3]", "--bind"]
        self.refused(*bound, "K=1", says=["there is no symbol 'K' to bind", "there are N, M"])
        self.refused(*bound, "N=x", says="'N=x' binds nothing: write SYMBOL=NUMBER")
        self.refused(*bound, "N", says="'N' binds nothing")
        self.refused(*bound, "N=-1", says="binds an extent to a negative number")
        self.refused(*bound, "N=1,N=2", says="N is bound twice")

        self.write("f.wg", "fn f(x: f64[2*N]) -> f64 { sum(x) }")
        self.refused("run", "f.wg", "--arg", "x=[1,2,3]",
                     says="the argument 'x' has shape [3], but axis 0 must be 2*N, which no whole N gives")

    def test_absurd_sizes(self):
        self.write("f.wg", "fn f(x: f64[N + M]) -> f64 { sum(x) + sum(ones([N, N])) }")
        self.refused("run", "f.wg", "--arg", "x=[1]", "--bind", "N=9223372036854775807", says="do not fit 64 bits")
        self.refused("run", "f.wg", "--arg", "x=[1]", "--bind", "N=99999999999999999999", says="binds nothing")
        self.write("f.wg", "fn f(x: f64[N]) -> f64[M * N, M * N] { ones([4294967296 * N, 4294967296 * N]) }".replace("M", "4294967296"))
        self.refused("run", "f.wg", "--arg", "x=[1,2]", says="overflow")
        self.write("f.wg", "fn f(x: f64[N]) -> f64[4294967296, 32768 * N] { ones([4294967296, N * 32768]) }")
        self.refused("run", "f.wg", "--arg", "x=[1,2]", says="no memory for an array of")

    def test_absurd_sizes_are_quoted(self):
        self.write("f.wg", "fn f(x: f64[1000000000000, 1000000000000]) -> f64 { sum(x) }\n")
        large = ["f.wg:1:6: error: an array f64[1000000000000, 1000000000000] is too large", "^"]
        self.refused("build", "f.wg", says=large)
        self.write("f.wg", "fn f(x: f64) -> f64 {\n  sum(zeros([4000000000, 4000000000, 8]) + x)\n}\n")
        for command in ["build", "f.wg"], ["run", "f.wg", "--arg", "x=1"], ["run", "f.wg", "--arg", "x=1", "--evaluator"]:
            self.refused(*command, says=["f.wg:2:", "an array f64[4000000000, 4000000000, 8] is too large", "^"])
        self.write("f.wg", "fn f(x: f64) -> f64[100000000000000] {\n  ones([100000000000000]) * exp(x)\n}\n")
        self.refused("run", "f.wg", "--arg", "x=1", "--evaluator", says=["f.wg:2:", "no memory for an array of", "^"])

    def test_what_sizes_break_is_quoted(self):
        self.write("f.wg", "fn f(x: f64[N]) -> f64 {\n  sum(reshape(x, [3, N]))\n}\n")
        self.refused("run", "f.wg", "--arg", "x=[1,2]",
                     says=["f.wg:2:7: error: reshape of [N] to [3, N] changes the number of elements, with N = 2",
                           "   2 |   sum(reshape(x, [3, N]))", "^"])
        self.write("f.wg", "fn f(x: f64[N], y: f64[M]) -> f64 { x[5] + y[M - N] }\n")
        self.refused("run", "f.wg", "--arg", "x=[1,2]", "--arg", "y=[1]",
                     says=["f.wg:1:39: error: the slice ends past the axis: 5:6 of axis 0 with extent N, with N = 2"])
        self.refused("run", "f.wg", "--arg", "x=[1,2,3,4,5,6]", "--arg", "y=[1]",
                     says=["f.wg:1:46: error:", "N = 6", "M = 1"])

    def test_long_lines_are_cut(self):
        self.write("f.wg", "fn f(x: f64) -> f64 { " + "(" * 3000 + "x" + ")" * 3000 + " }\n")
        message = self.refused("run", "f.wg", "--arg", "x=1", says=["f.wg:1:524: error:", "nested more than 500 deep"])
        self.assertLess(max(len(line) for line in message.split("\n")), 250)
        self.write("f.wg", "fn f(x: f64) -> f64 { " + "x + " * 200 + "yy + " + "x + " * 200 + "x }\n")
        message = self.refused("run", "f.wg", "--arg", "x=1", says="f.wg:1:823: error: there is no 'yy'")
        quoted, marks = message.split("\n")[1:3]
        self.assertTrue(quoted.startswith("   1 | ...") and quoted.endswith("..."), quoted)
        self.assertEqual(quoted[marks.index("^"):][:2], "yy")
        self.assertLess(len(quoted), 200)

    def test_integers_have_no_gradient(self):
        self.write("f.wg", "fn f(k: i64, x: f64) -> f64 { k * x }\n")
        self.refused("run", "f.wg", "--arg", "k=1", "--arg", "x=2", "--grad", "k",
                     says=["f.wg:1:6: error:", "i64", "^"])
        self.write("f.wg", "fn f(x: f64) -> i64 { argmax(stack([x, x])) }\n")
        self.refused("run", "f.wg", "--arg", "x=2", "--grad", "x", says=["i64"])

    def test_gradient_of_a_vector(self):
        self.write("f.wg", "fn f(x: f64[N]) -> f64[N] { x * 2 }\n")
        self.refused("run", "f.wg", "--arg", "x=[1]", "--grad", "x", says=["scalar", "jacobian"])
        self.refused("run", "f.wg", "--arg", "x=[1]", "--hessian", "x", says="scalar")

    def test_bad_graph_text(self):
        self.write("g.wir", "wengert 1\nprogram p\n%0 = input {name=\"x\", type=f64} : f64\n%1 = sinn %0 : f64\n")
        self.refused("run", "g.wir", "--arg", "x=1", says=["g.wir:4:", "error:", "sinn", "%1 = sinn %0", "^"])


class Arguments(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("l.wg", LOSS)
        self.good = {"w": "[0.5,1]", "X": "[[1,2],[3,4]]", "y": "[1,-1]", "lambda": "1"}

    def arguments(self, **changed):
        out = ["run", "l.wg"]
        for name, value in {**self.good, **changed}.items():
            if value is not None:
                out += ["--arg", f"{name}={value}"]
        return out

    def test_counts_and_names(self):
        self.refused(*self.arguments(y=None, X=None),
                     says="2 of 4 arguments are missing: X, y in loss(w: f64[D], X: f64[N, D], y: f64[N], lambda: f64)")
        self.refused(*self.arguments(lamda="1"), says=["there is no input 'lamda' in loss(", "did you mean 'lambda'?"])
        self.refused(*self.arguments(), "--arg", "w=[1]", says="the argument w is given twice")
        self.refused(*self.arguments(), "--arg", "w", says="'w' is no argument: write NAME=VALUE or NAME=FILE")

    def test_shapes(self):
        self.refused(*self.arguments(w="[1,2,3]"), says=["X", "D", "2", "3"])
        self.refused(*self.arguments(w="1"), says=["w", "f64[D]"])
        self.refused(*self.arguments(y="[[1,-1]]"), says=["y", "f64[N]"])

    def test_literals(self):
        self.refused(*self.arguments(w="[1,two]"),
                     says=["<argument w>:1:4: error: 'two' is not a number\n", " | [1,two]\n", " |    ^\n"])
        self.refused(*self.arguments(X="[[1,2],[3]]"), says="<argument X>:1:10: error: this list is of 1")
        self.refused(*self.arguments(w="weights"), says="the argument w is 'weights', which is neither")
        self.refused(*self.arguments(w="1e999"), says="out of range for f64")

    def test_npy(self):
        whole = npy([2], [0.5, 1])
        self.write("w.npy", whole[:-3])
        self.refused(*self.arguments(w="w.npy"),
                     says="'w.npy' is truncated: f64[2] needs 16 bytes of elements and it has 13")
        self.write("w.npy", whole + b"0")
        self.refused(*self.arguments(w="w.npy"), says="'w.npy' is too long for its header")
        self.write("w.npy", npy([2], [1, 2], code="<f4"))
        self.refused(*self.arguments(w="w.npy"), says="'w.npy' holds f32, and the parameter w is f64; --cast converts it")
        self.wengert(*self.arguments(w="w.npy"), "--cast")
        self.write("w.npy", npy([2], [1, 2], code="<f2"))
        self.refused(*self.arguments(w="w.npy"), "--cast", says="elements of type '<f2'; bool, i4, i8, f4 and f8")
        self.write("w.npy", npy([2**62, 16], []))
        self.refused(*self.arguments(w="w.npy"), says="overflows 64 bits")
        self.refused(*self.arguments(w="none.npy"), says="cannot read 'none.npy': No such file")

    def test_csv(self):
        self.write("X.csv", "1,2\n3,four\n")
        self.refused(*self.arguments(X="X.csv"),
                     says=["X.csv:2:3: error: 'four' is not a number\n", "   2 | 3,four\n", "     |   ^\n"])
        self.write("X.csv", "1,2\n3\n")
        self.refused(*self.arguments(X="X.csv"), says="X.csv:2:2: error: this row has 1 cells and the first one 2")
        self.write("X.csv", "1,2\n3,4\n")
        self.refused(*self.arguments(X="X.csv[cols=1:5]"), says="the columns 1:5 are not in this table of 2 columns")
        self.refused(*self.arguments(X="X.csv[rows=1]"), says="'rows' is no option of a CSV file")
        self.wengert(*self.arguments(X="X.csv[cols=0:2]"))
        self.write("X.csv", "NA,NA\n1,2\n")
        self.refused(*self.arguments(X="X.csv"), says="X.csv:1:1: error: 'NA' is not a number; write nan")

    def test_a_column_is_a_matrix_where_one_is_wanted(self):
        self.write("f.wg", "fn f(X: f64[N, D], y: f64[N]) -> f64[D] { y @ X }\n")
        self.write("t.csv", "x,y\n1,2\n3,4\n")
        self.assertEqual(self.wengert("run", "f.wg", "--arg", "X=t.csv[cols=0]", "--arg", "y=t.csv[cols=1:2]"), "f = [14]\n")

    def test_a_nan_has_no_sign(self):
        for dtype in "f32", "f64":
            self.write("f.wg", f"fn f(x: {dtype}) -> {dtype} {{ -(x / x) }}\n")
            self.assertEqual(self.wengert("run", "f.wg", "--arg", "x=0"), "f = nan\n")


if __name__ == "__main__":
    unittest.main()
