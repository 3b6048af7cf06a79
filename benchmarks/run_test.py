#!/usr/bin/env python3
"""Runs the benchmarks as briefly as can be: every answer right, ratios recorded, a worse ratio noticed.

  run_test.py WENGERT_BENCH
"""
import json
import os
import subprocess
import sys
import tempfile

import report

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = ["problems", "deep-1k-scalars", "matmul-f64-nn-12", "matmul-f32-tn-5", "matmul-f64-nt-48", "matmul-f64-nn-8-symbolic",
        "matmul-f32-nn-8x4096x8", "exp-f64", "pow-f32"]


# A peer with the answer of "tiny", and ways to fail.
PEER = """
import os, sys
for line in sys.stdin:
    word = line.split()[0]
    if word == "open":
        print('{"contenders": [{"contender": "Good", "error": 0, "right": true, "peer": true}, '
              '{"contender": "Bad", "problem": "cannot"}]}', flush=True)
    elif word == "round":
        if os.environ["FAILS"] == "ends":
            os._exit(3)
        print('{"problem": "no"}' if os.environ["FAILS"] == "refuses" else '{"Good": [1e-9]}', flush=True)
    else:
        print("{}", flush=True)
"""


def check_peers(folder, run, expect):
    """What fails of a peer is said, and the row keeps the others."""
    python = os.path.join(folder, "python")  # runs the peer above in place of peers/serve.py
    with open(python, "w") as file:
        file.write(f"#!{sys.executable}\n{PEER}")
    os.chmod(python, 0o755)
    recorded = os.path.join(folder, "peers.json")
    for fails in ("", "refuses", "ends"):
        os.environ["FAILS"] = fails
        code, output = run("tiny", "quad", "--peers", "jax", "--python", python, "--json", recorded)
        expect(code == 0, f"a peer that {fails or 'plays'} ends the run", output)
        expect("jax: tiny: Bad: cannot" in output, "a contender that fails is not named", output)
        with open(recorded) as file:
            rows = json.load(file)["rows"]
        for row in rows.values():
            expect("wengert" in row["contenders"], "a row is lost", output)
            expect(("Good" in row["contenders"]) == (not fails), "a peer that failed has samples, or none has", output)


# Contenders of which one fails.
SERVED = """
def fails():
    raise ValueError("no compiler")

def make(row, data):
    return {"Bad": (fails, lambda out: [out]), "Good": (lambda: data["x"] * 2, lambda out: [out])}
"""


def check_serve(folder, expect):
    try:
        import numpy
    except ImportError:
        print("NumPy is not installed: peers/serve.py is not run")
        return
    with open(os.path.join(folder, "served_rows.py"), "w") as file:
        file.write(SERVED)
    data = tempfile.mkdtemp(dir=folder)
    numpy.save(os.path.join(data, "x.npy"), numpy.arange(3.0))
    numpy.save(os.path.join(data, "answer_0.npy"), numpy.arange(3.0) * 2)
    done = subprocess.run([sys.executable, "-B", os.path.join(HERE, "peers", "serve.py"), "served"], text=True,
                          input=f"open row 1e-9 {data}\nround 0\nclose\n", capture_output=True,
                          env={**os.environ, "PYTHONPATH": folder})
    opened, played, closed = map(json.loads, done.stdout.splitlines())
    bad, good = opened["contenders"]
    expect(bad == {"contender": "Bad", "problem": "ValueError: no compiler"} and good["right"], "served", done.stdout)
    expect(list(played) == ["Good"] and closed == {}, "played", done.stdout)


def check_yardstick(folder, run, expect):
    for compiler, source in (("", None), ("/bin/false", "int f;"), (os.path.join(folder, "none"), "int f;")):
        if source:
            with open(os.path.join(folder, "by_hand.c"), "w") as file:
                file.write(source)
        code, output = run("tiny", "--yardstick", folder, "--cc", compiler)
        expect(code == 1 and "Traceback" not in output and ("by_hand.c" in output or "not built" in output), "a bad yardstick", output)


def check_report(expect):
    contender = lambda right: dict(least=1e-6, error=0 if right else 1, right=right)
    for wrong in ("wengert", "wengert fast", "wengert quick", "value"):
        row = dict(facts=dict(baseline="value"), contenders={
            name: contender(name != wrong) for name in ("wengert", "wengert fast", "wengert quick", "value", "by hand")})
        found = report.wrong_answers(dict(rows=dict(row=row)))
        expect(found == [f"row: {wrong} differs from the answer by 1"], f"{wrong} may be wrong", found)


def main():
    with tempfile.TemporaryDirectory(prefix="wengert-bench-test-") as folder:
        recorded, picture = os.path.join(folder, "recorded.json"), os.path.join(folder, "bars.svg")
        cache = os.path.join(folder, "a cache; it's C")  # a shell must not read this

        def run(*arguments):
            done = subprocess.run([sys.executable, "-B", os.path.join(HERE, "run.py"), "--bench", sys.argv[1], "--cache",
                                   cache, "--rounds", "1", "--seconds", "0", *arguments], stdout=subprocess.PIPE,
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

        for name in result["rows"]:
            done = subprocess.run([sys.argv[1], "--once", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True)
            expect(done.returncode == 0, f"{name} doesn't run alone", done.stdout)

        code, output = run("tiny", "--check", recorded, "--margin", "1000")
        expect(code == 0, "the same again is called worse", output)
        result["rows"]["tiny"]["ratios"]["wengert / plain"] = 1e-6
        with open(recorded, "w") as file:
            json.dump(result, file)
        code, output = run("tiny", "--check", recorded)
        expect(code == 1 and "FAILED tiny: wengert / plain" in output, "a worse ratio is not noticed", output)
        code, output = run("line", "--check", recorded)
        expect(code == 1 and "0 ratios compared, 0 worse" in output and "FAILED no ratio" in output,
               "a record of other rows passes", output)
        code, output = run("tiny-f16")
        expect(code != 0 and "no row or group tiny-f16" in output, "an unknown row is not refused", output)
        check_peers(folder, run, expect)
        check_serve(folder, expect)
        check_yardstick(folder, run, expect)
    check_report(expect)
    print(f"{len(result['rows'])} rows are right")


if __name__ == "__main__":
    main()
