"""Kernels kept in a folder: by processes one after another, and at once."""
import os
import shutil
import subprocess
import unittest

from command import LOSS, POLYNOMIAL, WENGERT, CommandTest

RUN = ("run", "f.wg", "--arg", "x=2", "--arg", "y=3")


class KernelsTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("f.wg", POLYNOMIAL)

    def loads_compiler(self, *arguments, **environment):
        done = subprocess.run([WENGERT, *arguments], cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "LD_DEBUG": "files", **environment})
        self.assertEqual(done.stdout, "f = 17\n", done.stderr)
        return "libwengert_codegen_llvm" in done.stderr

    def test_second_process_loads_no_compiler(self):
        self.assertTrue(self.loads_compiler(*RUN))
        self.assertTrue(self.loads_compiler(*RUN, "--kernels", "kept"))
        self.assertFalse(self.loads_compiler(*RUN, "--kernels", "kept"))
        self.assertFalse(self.loads_compiler(*RUN, WENGERT_KERNEL_FOLDER=self.path("kept")))
        entry, = os.listdir(self.path("kept"))
        self.write("kept/" + entry, self.read("kept/" + entry)[:-1])
        self.assertTrue(self.loads_compiler(*RUN, "--kernels", "kept"))
        self.assertFalse(self.loads_compiler(*RUN, "--kernels", "kept"))

    def test_library_that_the_system_finds(self):
        # The system does not look for a name in the current folder, so what lies there is not what compiles.
        folder = os.path.dirname(os.path.realpath(WENGERT))
        name = next(name for name in os.listdir(folder) if name.startswith("libwengert_codegen_llvm.so."))
        libraries = {"WENGERT_CODEGEN_LIBRARY": name, "LD_LIBRARY_PATH": folder}
        for other in "libwengert.so", "wengert":
            shutil.copy(os.path.join(folder, other), self.path(name))
            self.loads_compiler(*RUN, "--kernels", "kept", **libraries)
        self.assertEqual(len(os.listdir(self.path("kept"))), 1)

    def test_at_once(self):
        self.write("loss.wg", LOSS)
        command = [WENGERT, "run", "loss.wg", "--arg", "w=[1,2]", "--arg", "X=[[1,2],[3,4]]", "--arg", "y=[1,-1]",
                   "--arg", "lambda=0.5", "--grad", "w", "--kernels", "kept"]
        running = [subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        outputs = {process.communicate()[0] for process in running}
        self.assertEqual([process.returncode for process in running], [0] * 4)
        self.assertEqual(len(outputs), 1)
        self.assertEqual(len(os.listdir(self.path("kept"))), 1)

    def test_folder_of_others(self):
        os.mkdir(self.path("open"))
        os.chmod(self.path("open"), 0o755)
        self.refused(*RUN, "--kernels", "open", says=["the folder 'open' cannot keep kernels", "mode 0700"])


if __name__ == "__main__":
    unittest.main()
