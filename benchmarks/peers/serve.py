#!/usr/bin/env python3
"""Times another system's contenders when asked, as wengert_bench does with Wengert's: `serve.py jax`.

A module NAME_rows.py has make(row, data), which gives {contender: (call, results)}: call() computes the answer and
waits for it, results(call()) is the answer as a list of arrays in the order of Wengert's outputs; {} for a row that it
does not have. `data` maps the inputs' names to NumPy arrays.
"""
import importlib
import json
import os
import sys
import time

import numpy as np


def load(folder):
    data, answers = {}, []
    for file in os.listdir(folder):
        name = file[:-len(".npy")]
        if not name.startswith("answer_"):
            data[name] = np.load(os.path.join(folder, file))
    while os.path.exists(path := os.path.join(folder, f"answer_{len(answers)}.npy")):
        answers.append(np.load(path))
    return data, answers


def error(got, answers):
    """The largest |a - b| over the largest |b|."""
    worst = 0.0
    for a, b in zip(got, answers, strict=True):
        a = np.asarray(a, dtype=np.float64).reshape(b.shape)
        e = float(np.max(np.abs(a - b)) / max(float(np.max(np.abs(b))), 1e-300))
        worst = max(worst, e if e == e else float("inf"))
    return worst


def timed(call, times):
    start = time.process_time()
    for _ in range(times):
        call()
    return time.process_time() - start


def described(problem):
    return f"{type(problem).__name__}: {problem}"[:300]


class Peer:
    def __init__(self, module):
        self.module, self.calls, self.batches = module, {}, {}

    def open(self, row, tolerance, folder):
        data, answers = load(folder)
        self.calls, contenders = {}, []
        start = time.process_time()
        for name, (call, results) in self.module.make(row, data).items():
            try:
                got = results(call())
                spent = time.process_time() - start
                wrong = error(got, answers)
            except Exception as problem:  # the driver reports it; the other contenders go on
                contenders.append(dict(contender=name, problem=described(problem)))
                start = time.process_time()
                continue
            contenders.append(dict(contender=name, error=wrong, right=wrong <= float(tolerance), peer=True,
                                   compile=spent))
            self.calls[name] = call
            start = time.process_time()
        self.batches = dict.fromkeys(self.calls, 0)
        return dict(contenders=contenders)

    def batch(self, call):
        times = 1
        while (spent := timed(call, times)) < 1e-3:
            times = max(times + 1, min(100 * times, int(1.2e-3 * times / (spent + 1e-9))))
        return times

    def round(self, seconds):
        out = {}
        for name, call in self.calls.items():
            self.batches[name] = self.batches[name] or self.batch(call)
            out[name], spent = [], 0.0
            while not out[name] or spent < float(seconds):
                one = timed(call, self.batches[name])
                spent += one
                out[name].append(one / self.batches[name])
        return out

    def close(self):
        self.calls = {}
        return {}


def main():
    peer = Peer(importlib.import_module(sys.argv[1] + "_rows"))
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes elsewhere
    for line in sys.stdin:
        word, *rest = line.split()
        try:
            answer = dict(open=peer.open, round=peer.round, close=peer.close)[word](*rest)
        except Exception as problem:  # the driver reports it; the other contenders go on
            answer = dict(problem=described(problem))
        print(json.dumps(answer), file=replies, flush=True)


if __name__ == "__main__":
    main()
