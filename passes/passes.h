// The graph passes: each reads one program and writes another with the same inputs and outputs, or nothing
// when it leaves the program as it is; run_pass gives a copy then. The pipeline (passes/pipeline.h) says
// which run when, and why.
#pragma once
#include "passes/pipeline.h"

namespace wengert {

/// stop_gradient and variable are identities once everything is differentiated: their operands stand for
/// them.
std::optional<Program> drop_gradient_marks(const Program& program, const PassOptions& options);

/// One spelling for each idea (rows in rules/spelling.cpp), operands of commutative ops in order. Exact.
std::optional<Program> canonicalize(const Program& program, const PassOptions& options);

/// A sum of arrays that are zero but for a part each becomes a concatenation of the parts. Exact.
std::optional<Program> join_pads(const Program& program, const PassOptions& options);

/// Applies the other rows (passes/rules) to a fixed point: exact ones, stable ones unless turned off, fast
/// ones with fast_math.
std::optional<Program> simplify(const Program& program, const PassOptions& options);

/// Stable forms that are composite ops (rules/composites.cpp): log(sum(exp(x))) and its gradient, norm(x)^2.
std::optional<Program> recognize_composites(const Program& program, const PassOptions& options);

/// Puts what composite ops expand to, until none is left. Throws Error(internal) for one that expands without
/// end.
std::optional<Program> expand_composites(const Program& program, const PassOptions& options);

/// Evaluates nodes that have only constant operands, with the evaluator. Larger results than
/// `most_folded_elements` are computed at run time, as is what raises a flag.
std::optional<Program> fold_constants(const Program& program, const PassOptions& options);
constexpr int64_t most_folded_elements = 1024;

/// Equal calls become one node, also where the operands of a commutative op are exchanged. A Graph interns
/// what it makes, so re-making the list is all there is to it, and a list made by one pass alone has nothing
/// left to merge.
std::optional<Program> merge_common_subexpressions(const Program& program, const PassOptions& options);

/// Keeps what an output reaches, and all inputs.
std::optional<Program> remove_dead_nodes(const Program& program, const PassOptions& options);

}  // namespace wengert
