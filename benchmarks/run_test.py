#!/usr/bin/env python3
"""Runs the benchmarks as briefly as can be: every answer right, ratios recorded, a worse ratio noticed.

  run_test.py WENGERT_BENCH
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = ["problems", "deep-1k-scalars", "matmul-f64-nn-12", "matmul-f32-tn-5", "matmul-f64-nt-48", "matmul-f64-nn-8-symbolic",
        "exp-f64", "pow-f32"]


def main():
    with tempfile.TemporaryDirectory(prefix="wengert-bench-test-") as folder:
        recorded, picture = os.path.join(folder, "recorded.json"), os.path.join(folder, "bars.svg")

        def run(*arguments):
            done = subprocess.run([sys.executable, "-B", os.path.join(HERE, "run.py"), "--bench", sys.argv[1], "--cache",
                                   folder, "--rounds", "1", "--seconds", "0", *arguments], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
            return done.returncode, done.stdout

        def expect(right, what, output):
            if not right:
                sys.exit(f"{what}:\n{output}")

        code, output = run(*ROWS, "--json", recorded, "--svg", picture)
        expect(code == 0, f"the benchmarks ended with {code}", output)
        with open(recorded) as file:
            result = json.load(file)
        with open(picture) as file:
            expect("black-scholes" in file.read(), "the picture lacks rows", picture)
        for name, row in result["rows"].items():
            expect({"wengert", "wengert fast"} <= set(row["contenders"]) or name.startswith("matmul"),
                   f"{name} lacks contenders", output)
            expect(row["ratios"], f"{name} has no ratios", output)

        code, output = run("tiny", "--check", recorded, "--margin", "1000")
        expect(code == 0, "the same again is called worse", output)
        result["rows"]["tiny"]["ratios"]["wengert / plain"] = 1e-6
        with open(recorded, "w") as file:
            json.dump(result, file)
        code, output = run("tiny", "--check", recorded)
        expect(code == 1 and "FAILED tiny: wengert / plain" in output, "a worse ratio is not noticed", output)
        code, output = run("tiny-f16")
        expect(code != 0 and "no row or group tiny-f16" in output, "an unknown row is not refused", output)
    print(f"{len(result['rows'])} rows are right")


if __name__ == "__main__":
    main()
