#include "frontend/language/foreign.h"

#include <algorithm>
#include <iterator>

namespace wengert::language {
namespace {

struct Row {
  std::string_view word, here;
};

constexpr Row syntax[] = {
    {"return", "there is no 'return': the last expression of a body is its result"},
    {"def", "a function begins with 'fn': fn f(x: f64[N]) -> f64 { … }"},
    {"import", "nothing is imported: all functions are there by their names, exp(x)"},
    {"if", "a choice between values is written where(condition, a, b)"},
    {"else", "a choice between values is written where(condition, a, b)"},
    {"is", "there is no 'is': every argument has a value, and values are compared with =="},
};

constexpr Row names[] = {
    {"float64", "f64"},  {"double", "f64"}, {"float", "f64"}, {"float32", "f32"},      {"single", "f32"},
    {"int64", "i64"},    {"int", "i64"},    {"long", "i64"},  {"int32", "i32"},        {"bool_", "bool"},
    {"boolean", "bool"}, {"dim", "axis"},   {"axes", "axis"}, {"keepdim", "keepdims"}, {"dims", "axis"},
};

constexpr std::string_view modules[] = {"np",  "jnp",   "jax",   "numpy", "math", "linalg",  "nn",
                                        "lax", "scipy", "torch", "tf",    "F",    "special", "random"};

// Those of the well-known libraries; what Wengert has is looked up before.
constexpr std::string_view functions[] = {
    "argpartition", "argsort", "bincount", "cholesky", "cond",     "det",       "digitize",   "eig",
    "eigh",         "eigvals", "expm",     "fft",      "gradient", "histogram", "ifft",       "interp",
    "inv",          "invert",  "kron",     "lstsq",    "lu",       "median",    "nanmax",     "nanmean",
    "nanmin",       "nanstd",  "nansum",   "nanvar",   "nonzero",  "partition", "percentile", "pinv",
    "print",        "qr",      "quantile", "rand",     "randn",    "range",     "rfft",       "rot90",
    "searchsorted", "slogdet", "solve",    "sort",     "svd",      "topk",      "unique",     "zip",
};

template <size_t size>
std::string_view find(const Row (&rows)[size], std::string_view word) {
  for (const Row& row : rows)
    if (row.word == word) return row.here;
  return {};
}

template <size_t size>
bool contains(const std::string_view (&words)[size], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

std::string_view instead_of(std::string_view word) { return find(syntax, word); }
bool is_foreign_module(std::string_view name) { return contains(modules, name); }
bool is_foreign_function(std::string_view name) { return contains(functions, name); }
std::string_view name_here(std::string_view name) { return find(names, name); }

}  // namespace wengert::language
