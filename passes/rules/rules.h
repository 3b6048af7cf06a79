// The rewrite rows, by subject. `spelling` is what canonicalize applies; simplify applies all the others,
// which are written for the spellings that canonicalize leaves.
#pragma once
#include <span>

#include "passes/rewrite.h"

namespace wengert::rules {

std::span<const Row> spelling();      ///< one form for each idea
std::span<const Row> arithmetic();    ///< + - * /, signs, neutral elements
std::span<const Row> logic();         ///< select, comparisons, bool, minimum and maximum, conversions
std::span<const Row> movement();      ///< broadcast, transpose, reshape, reverse
std::span<const Row> cutting();       ///< slice, pad, concatenate
std::span<const Row> sinking();       ///< movement behind elementwise ops, where there is less to compute
std::span<const Row> reductions();    ///< reductions and contractions; all keep the order of summation
std::span<const Row> identities();    ///< contractions with an identity matrix, as in the seeds of a jacobian
std::span<const Row> stable_forms();  ///< forms nearer to the real value
std::span<const Row> fast_forms();    ///< reassociation and reciprocals, for fast_math

/// What recognize_composites applies.
std::span<const Row> composites();

/// Whether arrays of this shape may go from a program that keeps arrays of the shapes `kept`: what is live is
/// refused where an extent is negative, and that is not lost when none can be or an array with it stays.
bool may_go(const Shape& shape, std::initializer_list<const Shape*> kept = {});

/// Tables of compiled patterns, made once.
const RowTable& canonical_rows();
const RowTable& composite_rows();
const RowTable& simplify_rows();

}  // namespace wengert::rules
