// Patterns of rewrite rows: their text compiled to terms, and terms matched to nodes. The recursion is over
// the pattern, which is a few levels deep, never over the graph.
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "ir/ops/leaves.h"
#include "ir/registry.h"
#include "passes/rewrite.h"

namespace wengert {

double Match::number(char letter) const { return *constant_value((*this)[letter]); }

bool of_floats(const Match& m) { return is_float(m.dtype()); }
bool of_integers(const Match& m) { return is_integer(m.dtype()); }
bool of_bools(const Match& m) { return m.dtype() == Dtype::boolean; }

static bool is_literal_letter(char letter) { return letter == 'c' || letter == 'd'; }

class RowTable::PatternParser {
 public:
  explicit PatternParser(const Row& row) : row_(row), text_(row.pattern) {}

  Compiled run() {
    Compiled out{&row_, term(), 0};
    if (at_ != text_.size() || out.term.kind != Term::Kind::op) fail("is not one op with operands");
    if (ops_ > most_pattern_ops) fail("has too many ops");
    out.swaps = swaps_;
    return out;
  }

 private:
  [[noreturn]] void fail(std::string_view why) const {
    throw Error(Code::internal, fmt::format("the pattern of the row '{}', {}, {}", row_.name, text_, why));
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  Term term() {
    const size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' ||
                                  text_[at_] == '.' || text_[at_] == '-'))
      at_++;
    const std::string word(text_.substr(start, at_ - start));
    if (take("(")) return op(word);
    if (word.size() == 1 && std::islower(static_cast<unsigned char>(word[0])))
      return {.kind = Term::Kind::letter, .letter = word[0]};
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size())
      fail("has something that is neither an op, nor a letter, nor a number");
    return {.kind = Term::Kind::number, .number = number};
  }
  Term op(const std::string& name) {
    Term out{.kind = Term::Kind::op};
    ops_++;
    if (name != "elementwise") {
      out.op = find_op(name);
      if (!out.op) fail("names an op that isn't registered");
    }
    if (take("...)")) {
      out.any_operands = true;
      return out;
    }
    const size_t first = at_;
    size_t second = at_;
    do {
      if (!out.operands.empty()) second = at_;
      out.operands.push_back(term());
    } while (take(", "));
    if (!take(")")) fail("has an op without its closing parenthesis");
    if (!out.op || out.op->arity != static_cast<int>(out.operands.size()))
      fail("has an op with the wrong number of operands");
    if (out.op->commutative &&
        text_.substr(first, second - 2 - first) != text_.substr(second, at_ - 1 - second)) {
      out.swaps = true;
      swaps_++;
    }
    return out;
  }

  const Row& row_;
  std::string_view text_;
  size_t at_ = 0;
  int swaps_ = 0;
  size_t ops_ = 0;
};

RowTable::RowTable(std::initializer_list<std::span<const Row>> tables) {
  for (std::span<const Row> table : tables) {
    for (const Row& row : table) {
      rows_.push_back(&row);
      Compiled compiled = PatternParser(row).run();
      if (compiled.term.op)
        by_op_[compiled.term.op].push_back(std::move(compiled));
      else
        any_elementwise_.push_back(std::move(compiled));
    }
  }
}

bool RowTable::operands_fit(const Term& term, std::span<const Value> inputs, Match& match, uint32_t& orders) {
  if (term.any_operands) return true;
  bool swapped = false;
  if (term.swaps) {
    swapped = orders & 1;
    orders >>= 1;
  }
  for (size_t i = 0; i < term.operands.size(); i++)
    if (!term_fits(term.operands[i], inputs[swapped ? 1 - i : i], match, orders)) return false;
  return true;
}

bool RowTable::term_fits(const Term& term, Value value, Match& match, uint32_t& orders) {
  switch (term.kind) {
    case Term::Kind::letter: {
      const auto letter = static_cast<size_t>(term.letter - 'a');
      if (match.bound_ >> letter & 1) return match.letters_[letter] == value;
      if (is_literal_letter(term.letter) && !constant_value(Expr(*match.graph_, value))) return false;
      match.bound_ |= 1u << letter;
      match.letters_[letter] = value;
      return true;
    }
    case Term::Kind::number: {
      const std::optional<double> have = constant_value(Expr(*match.graph_, value));
      return have && *have == term.number && std::signbit(*have) == std::signbit(term.number);
    }
    case Term::Kind::op: {
      const wengert::Node& node = match.graph_->node(value.node);
      if (node.op != term.op || value.result != 0) return false;
      match.attributes_[match.ops_++] = node.attributes;
      return operands_fit(term, match.graph_->inputs(value.node), match, orders);
    }
  }
  return false;
}

// Calls take(row, match) for each way the row fits, until one is content.
template <class Take>
bool RowTable::take_row(const Compiled& compiled, const Node& node, Match& match, const Take& take) {
  for (uint32_t order = 0; order < (1u << compiled.swaps); order++) {
    match.bound_ = 0;
    match.attributes_[0] = node.attributes;
    match.ops_ = 1;
    uint32_t orders = order;
    if (!operands_fit(compiled.term, node.inputs, match, orders)) continue;
    if (compiled.row->when && !compiled.row->when(match)) continue;
    if (take(*compiled.row, match)) return true;
  }
  return false;
}

template <class Take>
bool RowTable::take_first(const Node& node, Graph& graph, const PassOptions& options,
                          const Take& take) const {
  const auto found = by_op_.find(node.op);
  const bool elementwise = node.op->kind == Kind::elementwise && !any_elementwise_.empty();
  if (found == by_op_.end() && !elementwise) return false;
  Match match;
  match.graph_ = &graph;
  match.op_ = node.op;
  match.type_ = node.type;
  match.inputs_ = node.inputs;
  auto take_from = [&](const std::vector<Compiled>& rows) {
    for (const Compiled& compiled : rows) {
      if (compiled.row->exactness == Exactness::stable && !options.stable) continue;
      if (compiled.row->exactness == Exactness::fast && !options.fast_math) continue;
      if (take_row(compiled, node, match, take)) return true;
    }
    return false;
  };
  return (found != by_op_.end() && take_from(found->second)) || (elementwise && take_from(any_elementwise_));
}

Expr RowTable::apply(const Node& node, Graph& graph, const PassOptions& options) const {
  Expr made;
  take_first(node, graph, options, [&](const Row& row, const Match& match) {
    made = row.result(match);
    return made.present();
  });
  return made;
}

bool RowTable::fits(const Node& node, Graph& graph, const PassOptions& options) const {
  return take_first(node, graph, options, [](const Row&, const Match&) { return true; });
}

}  // namespace wengert
