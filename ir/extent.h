// Extents: the length of one axis, a polynomial with integer coefficients over named symbols and the atoms
// floordiv(a, b), min(a, b), max(a, b). Two extents are equal when they are equal as polynomials.
//
//   Extent n = Extent::symbol("N");  n * 2 + 1  ->  "2*N + 1"
//
// Values, cheap to copy, thread-safe. Arithmetic on numbers that overflows int64 throws Error(size).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wengert {

/// What run-time values the symbols have.
using Bindings = std::map<std::string, int64_t, std::less<>>;

class Extent {
 public:
  Extent(int64_t number = 0) : number_(number) {}  // NOLINT: implicit on purpose
  static Extent symbol(std::string_view name);
  static Extent floor_divide(const Extent& a, const Extent& b);  ///< rounds down; x//0 is refused if known
  /// a / b if that is a polynomial with whole coefficients.
  static std::optional<Extent> exact_quotient(const Extent& a, const Extent& b);
  static Extent minimum(const Extent& a, const Extent& b);
  static Extent maximum(const Extent& a, const Extent& b);
  /// Each term with the larger one of its two coefficients, 0 where it is missing. Not less than a or b if no
  /// atom is negative.
  static Extent termwise_maximum(const Extent& a, const Extent& b);

  bool is_number() const { return polynomial_ == nullptr; }
  /// The number, if it is one.
  std::optional<int64_t> number() const { return is_number() ? std::optional(number_) : std::nullopt; }
  bool is(int64_t value) const { return is_number() && number_ == value; }

  /// Symbols it mentions, in order of first appearance in its text, appended to `names` if not there yet.
  void collect_symbols(std::vector<std::string>& names) const;
  /// Its value; throws Error(argument) for an unbound symbol, Error(size) on overflow or division by zero.
  int64_t evaluate(const Bindings& bindings) const;
  /// The same polynomial with numbers for the symbols that `bindings` names.
  Extent bind(const Bindings& bindings) const;
  std::string text() const;
  /// If it is a*s + b with b a number and no other atom, (s, a, b).
  struct Linear {
    std::string symbol;
    int64_t scale, offset;
  };
  std::optional<Linear> as_linear() const;

  friend Extent operator+(const Extent& a, const Extent& b);
  friend Extent operator-(const Extent& a, const Extent& b);
  friend Extent operator*(const Extent& a, const Extent& b);
  friend bool operator==(const Extent& a, const Extent& b);
  size_t hash() const;

  // The parts, for the code generator: a sum of coefficient * product of atoms.
  struct Atom;
  using AtomPtr = std::shared_ptr<const Atom>;
  struct Term {
    std::vector<AtomPtr> atoms;  ///< sorted by text, repeated for powers
    int64_t coefficient;
  };
  /// All terms, the constant one (no atoms) included when it isn't zero.
  std::vector<Term> terms() const;
  static Extent product(Term term);  ///< of one term

 private:
  static Extent from_terms(std::vector<Term> terms);
  static Extent from_atom(Atom atom);
  int64_t number_ = 0;
  std::shared_ptr<const std::vector<Term>> polynomial_;
};

struct Extent::Atom {
  enum class Kind : uint8_t { symbol, floor_divide, minimum, maximum } kind;
  std::string text;  ///< the canonical spelling, its identity
  Extent a, b;       ///< the operands; not for a symbol
};

/// Whether its form shows that it is never below 0 where its symbols are not: a number of at least 0, or a
/// sum of products with positive coefficients of symbols, floordivs of such an extent by a positive number,
/// mins of two such and maxs with one such. No means "not shown", not "negative for some sizes": (N - 1)*(N -
/// 1) is no.
bool never_negative(const Extent& extent);

/// Parses an extent ("N", "2*N + 1", "min(N, 3)") from `text` at `position`, which moves behind it.
/// Throws Error(syntax).
Extent parse_extent(std::string_view text, size_t& position);

}  // namespace wengert
