// Patterns of rewrite rows: their text compiled to terms, and terms matched to nodes. The recursion is over
// the pattern, which is a few levels deep, never over the graph.
#include <cctype>
#include <cmath>
#include <cstdlib>

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
    char* end = nullptr;
    const double number = std::strtod(word.c_str(), &end);
    if (word.empty() || *end) fail("has something that is neither an op, nor a letter, nor a number");
    return {.kind = Term::Kind::number, .number = number};
  }
  Term op(const std::string& name) {
    Term out{.kind = Term::Kind::op};
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
    if (!fits(term.operands[i], inputs[swapped ? 1 - i : i], match, orders)) return false;
  return true;
}

bool RowTable::fits(const Term& term, Value value, Match& match, uint32_t& orders) {
  switch (term.kind) {
    case Term::Kind::letter: {
      Value& bound = match.letters_[static_cast<size_t>(term.letter - 'a')];
      if (bound.node != Value::none) return bound == value;
      if (is_literal_letter(term.letter) && !constant_value(Expr(*match.graph_, value))) return false;
      bound = value;
      return true;
    }
    case Term::Kind::number: {
      const std::optional<double> have = constant_value(Expr(*match.graph_, value));
      return have && *have == term.number && std::signbit(*have) == std::signbit(term.number);
    }
    case Term::Kind::op: {
      const wengert::Node& node = match.graph_->node(value.node);
      if (node.op != term.op || value.result != 0) return false;
      match.attributes_.push_back(node.attributes);
      return operands_fit(term, match.graph_->inputs(value.node), match, orders);
    }
  }
  return false;
}

Expr RowTable::try_row(const Compiled& compiled, const Node& node, Match& match) const {
  for (uint32_t order = 0; order < (1u << compiled.swaps); order++) {
    match.letters_.fill(Value());
    match.attributes_.assign(1, node.attributes);
    uint32_t orders = order;
    if (!operands_fit(compiled.term, node.inputs, match, orders)) continue;
    if (compiled.row->when && !compiled.row->when(match)) continue;
    if (const Expr made = compiled.row->result(match); made.present()) return made;
  }
  return {};
}

Expr RowTable::apply(const Node& node, Graph& graph, const PassOptions& options, const Row** applied) const {
  const auto found = by_op_.find(node.op);
  const bool elementwise = node.op->kind == Kind::elementwise && !any_elementwise_.empty();
  if (found == by_op_.end() && !elementwise) return {};
  Match match;
  match.graph_ = &graph;
  match.op_ = node.op;
  match.type_ = node.type;
  match.inputs_ = node.inputs;
  auto try_all = [&](const std::vector<Compiled>& rows) -> Expr {
    for (const Compiled& compiled : rows) {
      if (compiled.row->exactness == Exactness::stable && !options.stable) continue;
      if (compiled.row->exactness == Exactness::fast && !options.fast_math) continue;
      const Expr made = try_row(compiled, node, match);
      if (made.absent()) continue;
      *applied = compiled.row;
      return made;
    }
    return {};
  };
  Expr made;
  if (found != by_op_.end()) made = try_all(found->second);
  return made.absent() && elementwise ? try_all(any_elementwise_) : made;
}

}  // namespace wengert
