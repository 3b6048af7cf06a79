#!/usr/bin/env python3
"""Times Wengert's kernels beside hand-written C and other systems, interleaved, and prints a table of ratios.

  run.py --bench build/benchmarks/wengert_bench [--yardstick DIR] [--peers jax,casadi] [ROW or GROUP ...]
  run.py --rows                    lists rows and groups
  run.py --check FILE [ROW ...]    fails where a ratio is worse than the recorded one by more than --margin

benchmarks/README.md tells more. Needs Python 3.9 and nothing else; peers need their packages.
"""
import argparse
import json
import os
import sys

import report
import workers

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows or groups; default: the group problems")
    parser.add_argument("--bench", default=os.path.join(HERE, "..", "build", "benchmarks", "wengert_bench"),
                        help="the program wengert_bench")
    parser.add_argument("--rows", dest="list", action="store_true", help="list rows and groups")
    parser.add_argument("--yardstick", metavar="DIR", help="a folder with hand-written C in by_hand.c")
    parser.add_argument("--peers", default="", help="jax, torch, casadi; 'all' for those that can be imported")
    parser.add_argument("--python", default=sys.executable, help="the Python that has the peers")
    parser.add_argument("--rounds", type=int, default=12, help="how often all contenders take turns")
    parser.add_argument("--seconds", type=float, default=0.02, help="the length of a turn")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core that is timed on")
    parser.add_argument("--cc", default="", help="the C compiler; default: clang-19, clang or cc")
    parser.add_argument("--cache", default=os.path.join(HERE, "..", "build", "benchmarks", "cache"),
                        help="a folder for C that was compiled")
    parser.add_argument("--slow", action="store_true", help="let C compilers take minutes")
    parser.add_argument("--first", action="store_true", help="time and memory of whole processes as well")
    parser.add_argument("--json", metavar="FILE", help="write everything that was measured")
    parser.add_argument("--svg", metavar="FILE", help="write a picture of the ratios")
    parser.add_argument("--check", metavar="FILE", help="compare the ratios with those of a file of --json")
    parser.add_argument("--margin", type=float, default=0.15, help="how much worse a ratio may be (default 0.15)")
    return parser.parse_args()


def chosen(rows, wanted):
    """The names that the arguments mean, in the order of the table."""
    names = {row["row"] for row in rows} | {row["group"] for row in rows}
    for word in wanted:
        if word not in names:
            sys.exit(f"there is no row or group {word}; run.py --rows lists them")
    wanted = wanted or ["problems"]
    return [row["row"] for row in rows if row["row"] in wanted or row["group"] in wanted]


def ask_peer(peer, row, line):
    """Its answer; an empty one when it fails, and the others go on without it."""
    try:
        return peer.ask(line)
    except workers.Refused as problem:
        print(f"{peer.name}: {row}: {problem}", file=sys.stderr)
        return {}


def measure(name, bench, peers, options):
    """One row: {"facts", "contenders": {name: {"least", "median", "error", "right", …}}}."""
    opened = bench.ask(f"open {name}")
    contenders = {one["contender"]: dict(error=one["error"], right=one["right"], samples=[])
                  for one in opened["contenders"]}
    playing = [bench]
    if peers:
        with workers.dumped(bench) as folder:
            for peer in peers:
                peer.start_again_if_ended()
                answer = ask_peer(peer, name, f"open {name} {opened['tolerance']} {folder}")
                for one in answer.get("contenders", ()):
                    contender = one.pop("contender")
                    if "problem" in one:
                        print(f"{peer.name}: {name}: {contender}: {one['problem']}", file=sys.stderr)
                        continue
                    contenders[contender] = dict(one, of=peer.name, samples=[])
                    if peer not in playing:
                        playing.append(peer)
    for _ in range(options.rounds):
        for worker in list(playing):
            turn = f"round {options.seconds}"
            answer = bench.ask(turn) if worker is bench else ask_peer(worker, name, turn)
            if not answer:  # what it measured before is no more to be trusted
                playing.remove(worker)
                contenders = {who: one for who, one in contenders.items() if one.get("of") != worker.name}
            for contender, times in answer.items():
                contenders[contender]["samples"] += times
    for worker in playing:
        worker.ask("close")
    for one in contenders.values():
        times = sorted(one.pop("samples"))
        one.update(least=times[0], median=times[len(times) // 2], samples=len(times))
    row = dict(facts=opened["facts"] or {}, contenders=contenders)
    if options.first:
        row["facts"]["process"] = bench.once(name)
    row["ratios"] = report.ratios(row)
    return row


def main():
    options = arguments()
    bench_options = ["--cache", options.cache]
    os.makedirs(options.cache, exist_ok=True)
    compiler = options.cc or workers.first_program("clang-19", "clang", "cc")
    if compiler:
        bench_options += ["--c-compiler", compiler]
    if options.slow:
        bench_options.append("--slow")
    if options.yardstick and not options.list:
        bench_options += ["--yardstick", workers.build_yardstick(options.yardstick, compiler, options.cache)]
    workers.leave_core(options.core)
    bench = workers.Worker("wengert", [options.bench, *bench_options], options.core)
    rows = bench.ask("list")["rows"]
    if options.list:
        print("\n".join(f"{row['row']:24}{row['group']}" for row in rows))
        return 0
    peers = workers.start_peers(options.peers, options.python, options.core)
    result = dict(machine=workers.machine(), peers=[peer.name for peer in peers], yardstick=bool(options.yardstick),
                  rows={})
    table = report.Table(sys.stdout)
    for name in chosen(rows, options.rows):
        try:
            result["rows"][name] = measure(name, bench, peers, options)
        except workers.Refused as problem:
            result["rows"][name] = dict(problem=str(problem))
            bench.start_again_if_ended()
        table.row(name, result["rows"][name])
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)
    if options.svg:
        report.write_svg(options.svg, result)
    failures = report.wrong_answers(result)
    if options.check:
        with open(options.check) as file:
            failures += report.worse(result, json.load(file), options.margin)
    for failure in failures:
        print("FAILED " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
