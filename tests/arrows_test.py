#!/usr/bin/env python3
"""Reads the #include lines of the sources and fails on an arrow against the layers.

Data moves frontend -> ir -> passes -> codegen -> runtime; who may include whom is the table below. `arrows_test.py
ROOT` checks a tree; `arrows_test.py --self` checks that wrong arrows are seen.
"""
import re
import sys
from pathlib import Path

LAYERS = {
    "ir": set(),
    "runtime": set(),
    "passes": {"ir"},
    "codegen": {"ir", "runtime"},
    "frontend": {"ir", "passes", "codegen", "runtime"},
}
OUTSIDE = {"tools", "tests", "examples", "benchmarks"}  # these may include everything
LLVM_READERS = {"codegen", "tests"}
# The half of codegen that works without LLVM; of the other half it sees what a target is.
WITHOUT_LLVM = ("codegen/plan/", "codegen/describe/", "codegen/load/")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def complaint(path, target):
    """What is wrong with `path` including `target`, both relative to the root; None when nothing is."""
    layer, top = path.split("/")[0], target.split("/")[0]
    if path.startswith(WITHOUT_LLVM) and top == "codegen":
        if not target.startswith(WITHOUT_LLVM) and target != "codegen/target.h":
            return "plan, describe and load work without LLVM, and may include no more of codegen than target.h"
    if path.startswith(WITHOUT_LLVM) and top == "llvm":
        return "plan, describe and load work without LLVM"
    if top in {"llvm", "llvm-c", "clang"}:
        return None if layer in LLVM_READERS else "only codegen includes LLVM"
    if layer in OUTSIDE:
        return None
    if top in OUTSIDE:
        return f"{layer} includes {top}"
    if top == "wengert":
        return "the installed header is for users; include the layer's own"
    if top not in LAYERS or top == layer or top in LAYERS[layer]:
        return None
    allowed = sorted(LAYERS[layer]) or ["no other folder"]
    return f"{layer} may include {', '.join(allowed)}"


def check(root):
    files, includes, wrong = 0, 0, []
    for folder in sorted(LAYERS.keys() | OUTSIDE):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in {".h", ".cpp", ".c", ".hpp", ".inc"}:
                continue
            files += 1
            name, text = path.relative_to(root).as_posix(), path.read_text()
            for match in INCLUDE.finditer(text):
                includes += 1
                target = match[1] or match[2]
                if (reason := complaint(name, target)) is not None:
                    line = text.count("\n", 0, match.start()) + 1
                    wrong.append(f"{name}:{line}: includes {target}: {reason}")
                if folder in LAYERS and match[1] and not (root / target).is_file():
                    line = text.count("\n", 0, match.start()) + 1
                    wrong.append(f"{name}:{line}: \"{target}\" is no file of the tree; write includes from the root")
    for line in wrong:
        print(line)
    print(f"{includes} includes in {files} files, {len(wrong)} against the layers")
    for layer in LAYERS:
        if not any((root / layer).rglob("*.cpp")) and not any((root / layer).rglob("*.h")):
            sys.exit(f"{root / layer} has no sources: wrong root?")
    return bool(wrong)


def check_self():
    wrong = [("ir/graph.h", "passes/pipeline.h"), ("runtime/kernel.h", "ir/graph.h"),
             ("passes/gradients.cpp", "codegen/jit.h"), ("codegen/jit.cpp", "passes/gradients.h"),
             ("codegen/plan/plan.h", "passes/pipeline.h"),
             ("codegen/jit.cpp", "frontend/compile.h"), ("frontend/compile.cpp", "llvm/IR/Module.h"),
             ("ir/graph.h", "tests/ops/cases.h"), ("tools/wengert/main.cpp", "llvm/IR/Module.h"),
             ("passes/gradients.cpp", "wengert/wengert.h"), ("codegen/plan/roles.cpp", "codegen/compiler.h"),
             ("codegen/describe/entry.cpp", "llvm/IR/Module.h"), ("codegen/load/generator.cpp", "codegen/jit.h")]
    right = [("ir/graph.h", "ir/type.h"), ("ir/graph.h", "vector"), ("passes/gradients.h", "ir/expr.h"),
             ("codegen/plan/plan.h", "ir/program.h"), ("codegen/jit.cpp", "runtime/kernel.h"),
             ("codegen/jit.cpp", "llvm/IR/Module.h"), ("frontend/compile.cpp", "codegen/jit.h"),
             ("codegen/plan/plan.h", "codegen/target.h"), ("codegen/generate.cpp", "codegen/load/generator.h"),
             ("tools/wengert/main.cpp", "frontend/compile.h"), ("ir/error.h", "fmt/format.h")]
    failures = [f"not seen: {arrow}" for arrow in wrong if complaint(*arrow) is None]
    failures += [f"refused: {arrow}: {complaint(*arrow)}" for arrow in right if complaint(*arrow) is not None]
    print("\n".join(failures) or f"{len(wrong)} wrong arrows seen, {len(right)} right ones let through")
    return bool(failures)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: arrows_test.py ROOT | --self")
    sys.exit(check_self() if sys.argv[1] == "--self" else check(Path(sys.argv[1])))
