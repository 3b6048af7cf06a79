"""wengert run: values, arguments from literals and files, results as text, JSON and .npy."""
import unittest

from command import LOSS, POLYNOMIAL, CommandTest, npy


class Run(CommandTest):
    def test_literals(self):
        self.write("f.wg", POLYNOMIAL)
        self.assertEqual(self.wengert("run", "f.wg", "--arg", "x=3", "--arg", "y=4"), "f = 42\n")
        self.assertEqual(self.json("run", "f.wg", "--fn", "f", "--arg", "x=3e0", "--arg", "y=+4."), {"value": 42})

    def test_seventeen_digits(self):
        self.write("f.wg", "fn f(x: f64) -> f64 { x / 3 }")
        self.assertEqual(self.wengert("run", "f.wg", "--arg", "x=1"), "f = 0.33333333333333331\n")
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=1"), {"value": 1 / 3})

    def test_symbols_come_from_shapes(self):
        self.write("loss.wg", LOSS)
        out = self.json("run", "loss.wg", "--arg", "w=[0.5, 1]", "--arg", "X=[[1, 2], [3, 4], [5, 6]]", "--arg",
                        "y=[1, -1, 1]", "--arg", "lambda=0.1")
        self.assertAlmostEqual(out["value"], 1.98605720841175, places=14)

    def test_bound_symbol(self):
        self.write("f.wg", "fn f(x: f64[N + M]) -> f64[N] { x[:N] * M }")
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=[1,2,3]", "--bind", "N=1"), {"value": [2]})

    def test_several_results(self):
        self.write("f.wg", "fn f(x: f64[N]) -> (total: f64, twice: f64[N]) { (sum(x), x * 2) }")
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=[1, 2]"), {"value": {"total": 3, "twice": [2, 4]}})
        self.assertEqual(self.wengert("run", "f.wg", "--arg", "x=[1, 2]"), "total = 3\ntwice = [2, 4]\n")

    def test_special_values(self):
        self.write("f.wg", "fn f(x: f64[N]) -> f64[N] { log(x) }")
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=[0, -1, inf, 1]"),
                         {"value": ["-Infinity", "NaN", "Infinity", 0]})
        self.assertEqual(self.wengert("run", "f.wg", "--arg", "x=[0, -1]"), "f = [-inf, nan]\n")

    def test_matrix_text(self):
        self.write("f.wg", "fn f(x: i32[2, 2]) -> i32[2, 2] { x * 2 }")
        self.assertEqual(self.wengert("run", "f.wg", "--arg", "x=[[1, 2], [3, 4]]"), "f =\n[[2, 4],\n [6, 8]]\n")

    def test_empty(self):
        self.write("f.wg", "fn f(x: f64[N]) -> (s: f64, d: f64[N]) { (sum(x), x * 2) }")
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=[]"), {"value": {"s": 0, "d": []}})

    def test_files(self):
        self.write("loss.wg", LOSS)
        self.write("X.npy", npy([3, 2], [1, 3, 5, 2, 4, 6], fortran=True))
        self.write("t.csv", "3,2,class\n0.5,7,1\n1,8,-1\n0,9,1\n")
        common = ["run", "loss.wg", "--arg", "X=X.npy", "--arg", "lambda=0.1", "--arg", "y=t.csv[skip=1,cols=2]"]
        out = self.json(*common, "--arg", "w=[0.5,1]")
        self.assertAlmostEqual(out["value"], 1.98605720841175, places=14)

    def test_out_writes_arrays(self):
        self.write("f.wg", POLYNOMIAL)
        self.wengert("run", "f.wg", "--arg", "x=3", "--arg", "y=4", "--grad", "x,y", "--out", "results/deep")
        self.assertEqual(self.read("results/deep/f.npy"), npy([], [42.0]))
        self.assertEqual(self.read("results/deep/df_dx.npy"), npy([], [24.0]))
        self.assertEqual(self.read("results/deep/df_dy.npy"), npy([], [10.0]))

    def test_evaluator_gives_the_same_bits(self):
        self.write("loss.wg", LOSS)
        common = ["run", "loss.wg", "--arg", "w=[0.5,1]", "--arg", "X=[[1,2],[3,4],[5,6]]", "--arg", "y=[1,-1,1]", "--arg",
                  "lambda=0.1", "--grad", "w,X", "--hvp", "w=[1,-1]"]
        self.assertEqual(self.wengert(*common), self.wengert(*common, "--evaluator"))

    def test_evaluator_runs_behind_the_passes(self):
        self.write("f.wg", "fn f(x: f64) -> f64 { log(1 + x) }")
        lines = ["wengert 1", "program p", '%0 = input {name="x", type=f64} : f64',
                 "%1 = constant {value=f64(0x1p+0)} : f64", "%2 = add %0, %1 : f64", "%3 = log %2 : f64"]
        lines += [f"%{i} = negate %{i - 1} : f64" for i in range(4, 60004)]
        self.write("long.wir", "\n".join(lines + ["output y = %60003", ""]))
        for command in ["f.wg"], ["f.wg", "--evaluator"], ["long.wir"]:
            self.assertEqual(self.json("run", *command, "--arg", "x=1e-17"), {"value": 1e-17})

    def test_cast_refuses_what_does_not_fit(self):
        self.write("f.wg", "fn f(x: i32[N]) -> i32[N] { x }")
        for values, code in ([1, 2**53 + 1], "<i8"), ([1, 2.0**31], "<f8"), ([1, float("nan")], "<f8"):
            self.write("x.npy", npy([2], values, code=code))
            self.refused("run", "f.wg", "--arg", "x=x.npy", "--cast", says="'x.npy': element 1, counted from 0, does not fit i32")
        self.write("x.npy", npy([3], [2.0**31 - 1, -2.0**31, -1.5]))
        self.assertEqual(self.json("run", "f.wg", "--arg", "x=x.npy", "--cast"), {"value": [2**31 - 1, -2**31, -1]})

    def test_a_scalar_for_an_array(self):
        self.write("f.wg", "fn f(x: f64[N]) -> f64[N] { x }")
        self.refused("run", "f.wg", "--arg", "x=3", says="must be f64[N], not f64\n")

    def test_out_of_range_warns(self):
        self.write("f.wg", "fn f(x: f64[N], i: i64[K]) -> f64[K] { take(x, i) }")
        import subprocess
        from command import WENGERT
        done = subprocess.run([WENGERT, "run", "f.wg", "--arg", "x=[1,2]", "--arg", "i=[0,5]"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, "f = [1, nan]\n"))
        self.assertIn("warning: an index was out of range", done.stderr)

    def test_a_long_chain(self):
        count = 60000
        lines = ["wengert 1", "program p", '%0 = input {name="x", type=f64} : f64']
        lines += [f"%{i} = negate %{i - 1} : f64" for i in range(1, count + 1)]
        self.write("p.wir", "\n".join(lines + [f"output y = %{count}", ""]))
        self.assertEqual(self.json("run", "p.wir", "--arg", "x=3", "--grad", "x"), {"value": 3, "grad": {"x": 1}})

    def test_graph_text_runs(self):
        self.write("f.wg", POLYNOMIAL)
        self.wengert("print", "f.wg", "--grad", "x", "-o", "f.wir")
        self.assertEqual(self.json("run", "f.wir", "--arg", "x=3", "--arg", "y=4"),
                         {"value": {"f": 42, "df_dx": 24}})


class NumPy(CommandTest):
    def setUp(self):
        super().setUp()
        try:
            import numpy
        except ImportError:
            self.skipTest("NumPy is not installed: files are not exchanged with it")
        self.numpy = numpy

    def test_exchange(self):
        np = self.numpy
        codes = {"f64": "f8", "f32": "f4", "i64": "i8", "i32": "i4", "bool": "?"}
        for dtype, code in codes.items():
            self.write("f.wg", f"fn f(x: {dtype}[A, B]) -> {dtype}[B, A] {{ transpose(x) }}")
            values = (np.arange(6).reshape(2, 3) % 4).astype(code)
            orders = [values, np.asfortranarray(values), values.astype(values.dtype.newbyteorder(">"))]
            for array in orders:
                np.save(self.path("x.npy"), array)
                self.wengert("run", "f.wg", "--arg", "x=x.npy", "--out", ".")
                got = np.load(self.path("f.npy"))
                self.assertEqual(got.dtype, values.dtype)
                self.assertTrue(np.array_equal(got, values.T))


if __name__ == "__main__":
    unittest.main()
