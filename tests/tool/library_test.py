"""The library of the code generator: loaded to compile, and only then."""
import os
import subprocess
import unittest

from command import POLYNOMIAL, WENGERT, CommandTest

RUN = ("run", "f.wg", "--arg", "x=2", "--arg", "y=3")


class LibraryTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("f.wg", POLYNOMIAL)
        self.addCleanup(os.environ.pop, "WENGERT_CODEGEN_LIBRARY", None)

    def test_what_needs_none(self):
        os.environ["WENGERT_CODEGEN_LIBRARY"] = self.path("gone.so")
        self.write("f.wir", self.wengert("print", "f.wg"))
        for command in (("print", "f.wg"), ("opt", "f.wir"), ("graph", "f.wg"), ("check", "f.wg", "--arg", "x=2", "--arg", "y=3"), ("ops",),
                        (*RUN, "--evaluator"), ("--version",), ("build", "--help")):
            self.assertNotEqual(self.wengert(*command), "")

    def test_missing(self):
        os.environ["WENGERT_CODEGEN_LIBRARY"] = path = self.path("gone.so")
        for command in RUN, ("build", "f.wg"):
            message = self.refused(*command, says=["compiling needs the library", f"tried {path}: ", "No such file"])
            self.assertEqual(len(message.splitlines()), 1)
        self.assertEqual(os.listdir(self.folder), ["f.wg"])

    def test_another_library(self):
        os.environ["WENGERT_CODEGEN_LIBRARY"] = "libm.so.6"
        self.refused(*RUN, says=["tried libm.so.6: ", "wengert_code_generator"])

    def test_chosen(self):
        folder = os.path.dirname(os.path.realpath(WENGERT))
        found = [name for name in os.listdir(folder) if name.startswith("libwengert_codegen_llvm.so")]
        os.environ["WENGERT_CODEGEN_LIBRARY"] = os.path.join(folder, found[0])
        self.assertEqual(self.wengert(*RUN), "f = 17\n")

    def test_nothing_else_links_llvm(self):
        listed = subprocess.run(["ldd", WENGERT], capture_output=True, text=True, check=True).stdout
        self.assertIn("libwengert.so", listed)
        self.assertNotIn("LLVM", listed)


if __name__ == "__main__":
    unittest.main()
