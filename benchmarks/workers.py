"""Processes that time contenders when asked, and what they need: a pinned core, compiled C."""
import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ("jax", "torch", "casadi")
ONE_THREAD = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu",
    "JAX_ENABLE_X64": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


class Refused(Exception):
    """What a worker answered instead of what it was asked for."""


class Worker:
    """A process that answers each line of its input with a line of JSON."""

    def __init__(self, name, command, core, env=None):
        self.name, self.command, self.core = name, command, core
        self.env = {**os.environ, **ONE_THREAD, **(env or {})}
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=self.env, preexec_fn=self.pin)

    def pin(self):
        os.sched_setaffinity(0, {self.core})

    def start_again_if_ended(self):
        if self.process.poll() is not None:
            self.start()

    def ask(self, line):
        with contextlib.suppress(BrokenPipeError):  # an empty answer follows
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise Refused(f"{self.name} ended with {self.process.wait()} at '{line}'")
        answer = json.loads(answer)
        if list(answer) == ["problem"]:
            raise Refused(answer["problem"])
        return answer

    def once(self, row, times=5):
        """A process that compiles and runs one kernel: least wall-clock time, without making its data, and peak memory."""
        least, memory = float("inf"), 0
        for _ in range(times):
            start = time.perf_counter()
            child = subprocess.Popen([*self.command, "--once", row], stdout=subprocess.PIPE, env=self.env,
                                     preexec_fn=self.pin)
            answer = child.stdout.read()
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                raise Refused(f"--once {row} ended with {child.returncode}")
            least = min(least, time.perf_counter() - start - json.loads(answer)["data"])
            memory = max(memory, used.ru_maxrss)
            if least > 1:
                break
        return dict(seconds=least, peak_mib=round(memory / 1024))


@contextlib.contextmanager
def dumped(bench):
    """A folder with the data and answers of the row that is open."""
    folder = tempfile.mkdtemp(prefix="wengert-bench-")
    try:
        bench.ask(f"dump {folder}")
        yield folder
    finally:
        shutil.rmtree(folder)


def start_peers(names, python, core):
    wanted = [name for name in names.split(",") if name]
    for name in wanted:
        if name not in (*PEERS, "all"):
            sys.exit(f"there is no peer {name}; there are {', '.join(PEERS)}")
    if "all" in wanted:
        probe = f"import importlib.util as u; print(*[n for n in {PEERS!r} if u.find_spec(n)])"
        wanted = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=True).stdout.split()
    serve = os.path.join(HERE, "peers", "serve.py")
    return [Worker(name, [python, serve, name], core) for name in wanted]


def leave_core(core):
    """This process stays off the core that is timed on."""
    others = os.sched_getaffinity(0) - {core}
    if others:
        os.sched_setaffinity(0, others)


def first_program(*names):
    return next((path for path in map(shutil.which, names) if path), "")


def build_yardstick(folder, compiler, cache):
    """by_hand.c of the folder as a shared library, compiled as its authors meant it: with -ffast-math, but linked
    without it, for that would flush subnormals in the whole process."""
    source = os.path.join(folder, "by_hand.c")
    if not os.path.exists(source):
        sys.exit(f"there is no {source}")
    if not compiler:
        sys.exit("there is no C compiler for the yardstick; name one with --cc")
    with open(source, "rb") as file:
        digest = hashlib.sha256(file.read() + compiler.encode()).hexdigest()[:16]
    library = os.path.join(cache, f"yardstick-{digest}.so")
    if not os.path.exists(library):
        # Under a name of its own until it is whole.
        with tempfile.TemporaryDirectory(dir=cache) as own:
            thing, whole = os.path.join(own, "by_hand.o"), os.path.join(own, "by_hand.so")
            for command in ([compiler, "-O3", "-march=native", "-ffast-math", "-fPIC", "-w", "-c", source, "-o", thing],
                            [compiler, "-shared", thing, "-o", whole, "-lopenblas", "-lmvec", "-lm"]):
                try:
                    subprocess.run(command, check=True)
                except (OSError, subprocess.CalledProcessError) as problem:
                    sys.exit(f"the yardstick was not built: {problem}")
            os.replace(whole, library)
    return library


def machine():
    model = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "")
    return dict(processor=model or platform.processor(), system=platform.platform(), cores=os.cpu_count())
