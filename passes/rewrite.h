// Rewriting by rows: a row is a pattern, what to put in its place, when, and what it does to the bits.
//
//   {"log of 1 + x", "log(add(x, 1))", stable, [](const Match& m) { return log1p(m['x']); }}
//
// In a pattern x, y, z, p, q, g are any values (the same letter twice: the same value), c and d are scalar
// literals, also broadcast ones, and a number is that literal (0 is not -0). Operands of commutative ops
// match in either order. `name(...)` takes any operands, and `elementwise(...)` any elementwise op; both only
// as the whole pattern.
#pragma once
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/op.h"
#include "ir/program.h"
#include "passes/pipeline.h"

namespace wengert {

enum class Exactness : uint8_t {
  exact,   ///< the same bits, NaN, infinities and signed zeros included
  stable,  ///< nearer to the real value
  fast     ///< reassociates, contracts or takes reciprocals: only with fast_math
};

constexpr size_t most_pattern_ops = 16;

/// A place where a pattern fits.
class Match {
 public:
  /// The value a letter stands for.
  Expr operator[](char letter) const { return Expr(*graph_, letters_[static_cast<size_t>(letter - 'a')]); }
  /// The scalar value of a letter that is a literal.
  double number(char letter) const;
  /// The attributes of the pattern's ops, in the order they are written: 0 is the outermost.
  const Attributes& attributes(size_t op = 0) const { return *attributes_[op]; }
  /// The operands and the op of the outermost one, and its result's type.
  std::span<const Value> inputs() const { return inputs_; }
  Expr input(size_t i) const { return Expr(*graph_, inputs_[i]); }
  const Op& op() const { return *op_; }
  const Type& type() const { return *type_; }
  Dtype dtype() const { return type_->dtype; }
  Graph& graph() const { return *graph_; }
  Expr make(const Op& op, std::initializer_list<Expr> inputs, Attributes attributes = {}) const {
    return graph_->make(op, inputs, std::move(attributes));
  }

 private:
  friend class RowTable;
  Graph* graph_ = nullptr;
  const Op* op_ = nullptr;
  const Type* type_ = nullptr;
  std::span<const Value> inputs_;
  std::array<Value, 26> letters_;
  uint32_t bound_ = 0;  // a bit for each letter that stands for a value
  std::array<const Attributes*, most_pattern_ops> attributes_;
  size_t ops_ = 0;
};

struct Row {
  std::string_view name;
  std::string_view pattern;
  Exactness exactness;
  /// The value of the same type to put there, or absent: leave it.
  std::function<Expr(const Match&)> result;
  /// Absent: always. Makes no nodes: it is also asked before there is a list to put them in.
  std::function<bool(const Match&)> when = {};
};

// Conditions that many rows share.
bool of_floats(const Match& m);
bool of_integers(const Match& m);
bool of_bools(const Match& m);

/// Rows with their patterns compiled, found by the outermost op.
class RowTable {
 public:
  explicit RowTable(std::initializer_list<std::span<const Row>> tables);
  const std::vector<const Row*>& rows() const { return rows_; }

  struct Node {
    const Op* op;
    const Attributes* attributes;
    std::span<const Value> inputs;
    const Type* type;
  };
  /// What the first row that fits puts for the node, or absent.
  Expr apply(const Node& node, Graph& graph, const PassOptions& options) const;
  /// Whether some row fits the node; its result may still be absent. Makes no nodes.
  bool fits(const Node& node, Graph& graph, const PassOptions& options) const;

 private:
  struct Term {
    enum class Kind : uint8_t { op, letter, number } kind;
    const Op* op = nullptr;
    char letter = 0;
    double number = 0;
    bool any_operands = false;
    bool swaps = false;  ///< a commutative op whose operands differ
    std::vector<Term> operands = {};
  };
  struct Compiled {
    const Row* row;
    Term term;
    int swaps = 0;  ///< how many terms can be swapped
  };
  class PatternParser;
  static bool term_fits(const Term& term, Value value, Match& match, uint32_t& orders);
  static bool operands_fit(const Term& term, std::span<const Value> inputs, Match& match, uint32_t& orders);
  template <class Take>
  static bool take_row(const Compiled& compiled, const Node& node, Match& match, const Take& take);
  template <class Take>
  bool take_first(const Node& node, Graph& graph, const PassOptions& options, const Take& take) const;

  std::vector<const Row*> rows_;
  std::unordered_map<const Op*, std::vector<Compiled>> by_op_;
  std::vector<Compiled> any_elementwise_;
};

struct RewriteReport {
  int rounds = 0;              ///< that changed something
  uint32_t applied = 0;        ///< in all rounds
  bool reached_limit = false;  ///< the last round still changed something
};

/// Rebuilds the program bottom-up until no row applies or the limit of rounds is reached; the last round
/// leaves no dead nodes behind. Operands of commutative ops are put in order: constants last, else by id.
/// Nothing when the list stays as it is.
std::optional<Program> rewrite(const Program& program, const RowTable& rows, const PassOptions& options,
                               RewriteReport* report = nullptr);
constexpr int most_rewrite_rounds = 24;

}  // namespace wengert
