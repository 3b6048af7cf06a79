#include "ir/extent.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

#include "ir/error.h"
#include "ir/hash.h"

namespace wengert {
namespace {

void refuse(bool overflowed) {
  if (overflowed) throw Error(Code::size, "an extent overflows 64 bits");
}
int64_t checked_add(int64_t a, int64_t b) {
  int64_t r = 0;
  refuse(__builtin_add_overflow(a, b, &r));
  return r;
}
int64_t checked_multiply(int64_t a, int64_t b) {
  int64_t r = 0;
  refuse(__builtin_mul_overflow(a, b, &r));
  return r;
}
int64_t floor_quotient(int64_t a, int64_t b) {
  if (b == 0) throw Error(Code::size, "an extent divides by zero");
  if (b == -1) return checked_multiply(a, -1);
  return a / b - ((a % b != 0) && ((a % b < 0) != (b < 0)));
}

bool same_atoms(const std::vector<Extent::AtomPtr>& a, const std::vector<Extent::AtomPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x->text == y->text; });
}
bool atoms_before(const std::vector<Extent::AtomPtr>& a, const std::vector<Extent::AtomPtr>& b) {
  if (a.size() != b.size()) return a.size() > b.size();  // higher degree first, the constant last
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](const auto& x, const auto& y) { return x->text < y->text; });
}

}  // namespace

std::vector<Extent::Term> Extent::terms() const {
  if (polynomial_) return *polynomial_;
  if (number_ == 0) return {};
  return {Term{{}, number_}};
}

Extent Extent::from_terms(std::vector<Term> terms) {
  std::sort(terms.begin(), terms.end(),
            [](const Term& a, const Term& b) { return atoms_before(a.atoms, b.atoms); });
  std::vector<Term> merged;
  for (Term& term : terms) {
    if (!merged.empty() && same_atoms(merged.back().atoms, term.atoms))
      merged.back().coefficient = checked_add(merged.back().coefficient, term.coefficient);
    else
      merged.push_back(std::move(term));
  }
  std::erase_if(merged, [](const Term& term) { return term.coefficient == 0; });
  if (merged.empty()) return Extent(0);
  if (merged.size() == 1 && merged[0].atoms.empty()) return Extent(merged[0].coefficient);
  Extent out;
  out.polynomial_ = std::make_shared<const std::vector<Term>>(std::move(merged));
  return out;
}

Extent Extent::product(Term term) { return from_terms({std::move(term)}); }

Extent Extent::from_atom(Atom atom) {
  return from_terms({Term{{std::make_shared<const Atom>(std::move(atom))}, 1}});
}

Extent Extent::symbol(std::string_view name) {
  return from_atom({Atom::Kind::symbol, std::string(name), Extent(), Extent()});
}

Extent Extent::floor_divide(const Extent& a, const Extent& b) {
  if (b.is(0)) throw Error(Code::size, fmt::format("the extent {} is divided by zero", a.text()));
  if (b.is(1)) return a;
  if (a.is_number() && b.is_number()) return floor_quotient(a.number_, b.number_);
  if (b.is_number() && !b.is(-1)) {
    // (b*p + c) // b = p + c // b
    std::vector<Term> terms = a.terms();
    if (std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
          return term.atoms.empty() || term.coefficient % b.number_ == 0;
        })) {
      for (Term& term : terms) term.coefficient = floor_quotient(term.coefficient, b.number_);
      return from_terms(std::move(terms));
    }
  }
  return from_atom({Atom::Kind::floor_divide, fmt::format("floordiv({}, {})", a.text(), b.text()), a, b});
}

std::optional<Extent> Extent::exact_quotient(const Extent& a, const Extent& b) {
  if (b.is(0)) return std::nullopt;
  // Long division. Terms are in a monomial order, so the first term of b divides that of what is left.
  const Term divisor = b.terms()[0];
  Extent quotient = 0, rest = a;
  while (!rest.is(0)) {
    const Term first = rest.terms()[0];
    Term term{{}, 0};
    if (divisor.coefficient == -1)
      term.coefficient = checked_multiply(first.coefficient, -1);
    else if (first.coefficient % divisor.coefficient == 0)
      term.coefficient = first.coefficient / divisor.coefficient;
    else
      return std::nullopt;
    const auto by_text = [](const AtomPtr& x, const AtomPtr& y) { return x->text < y->text; };
    std::set_difference(first.atoms.begin(), first.atoms.end(), divisor.atoms.begin(), divisor.atoms.end(),
                        std::back_inserter(term.atoms), by_text);
    if (term.atoms.size() + divisor.atoms.size() != first.atoms.size()) return std::nullopt;
    const Extent part = from_terms({std::move(term)});
    quotient = quotient + part;
    rest = rest - part * b;
  }
  return quotient;
}

Extent Extent::minimum(const Extent& a, const Extent& b) {
  if (a == b) return a;
  if (const Extent d = a - b; d.is_number()) return d.number_ < 0 ? a : b;
  if (b.text() < a.text()) return minimum(b, a);
  return from_atom({Atom::Kind::minimum, fmt::format("min({}, {})", a.text(), b.text()), a, b});
}

Extent Extent::maximum(const Extent& a, const Extent& b) {
  if (a == b) return a;
  if (const Extent d = a - b; d.is_number()) return d.number_ < 0 ? b : a;
  if (b.text() < a.text()) return maximum(b, a);
  return from_atom({Atom::Kind::maximum, fmt::format("max({}, {})", a.text(), b.text()), a, b});
}

Extent Extent::termwise_maximum(const Extent& a, const Extent& b) {
  std::vector<Term> terms = a.terms();
  for (const Term& term : (b - a).terms())
    if (term.coefficient > 0) terms.push_back(term);
  return from_terms(std::move(terms));
}

Extent operator+(const Extent& a, const Extent& b) {
  if (a.is_number() && b.is_number()) return checked_add(a.number_, b.number_);
  std::vector<Extent::Term> terms = a.terms();
  for (Extent::Term& term : b.terms()) terms.push_back(term);
  return Extent::from_terms(std::move(terms));
}

Extent operator-(const Extent& a, const Extent& b) { return a + b * Extent(-1); }

Extent operator*(const Extent& a, const Extent& b) {
  if (a.is_number() && b.is_number()) return checked_multiply(a.number_, b.number_);
  std::vector<Extent::Term> terms;
  for (const Extent::Term& x : a.terms()) {
    for (const Extent::Term& y : b.terms()) {
      Extent::Term product{x.atoms, checked_multiply(x.coefficient, y.coefficient)};
      product.atoms.insert(product.atoms.end(), y.atoms.begin(), y.atoms.end());
      std::sort(product.atoms.begin(), product.atoms.end(),
                [](const auto& p, const auto& q) { return p->text < q->text; });
      terms.push_back(std::move(product));
    }
  }
  return Extent::from_terms(std::move(terms));
}

bool operator==(const Extent& a, const Extent& b) {
  if (a.is_number() || b.is_number()) return a.is_number() && b.is_number() && a.number_ == b.number_;
  if (a.polynomial_ == b.polynomial_) return true;
  return std::equal(a.polynomial_->begin(), a.polynomial_->end(), b.polynomial_->begin(),
                    b.polynomial_->end(), [](const auto& x, const auto& y) {
                      return x.coefficient == y.coefficient && same_atoms(x.atoms, y.atoms);
                    });
}

size_t Extent::hash() const {
  if (is_number()) return mixed(0, static_cast<size_t>(number_));
  return std::hash<std::string>()(text());
}

void Extent::collect_symbols(std::vector<std::string>& names) const {
  if (is_number()) return;
  for (const Term& term : *polynomial_) {
    for (const AtomPtr& atom : term.atoms) {
      if (atom->kind != Atom::Kind::symbol) {
        atom->a.collect_symbols(names);
        atom->b.collect_symbols(names);
      } else if (std::find(names.begin(), names.end(), atom->text) == names.end()) {
        names.push_back(atom->text);
      }
    }
  }
}

Extent Extent::bind(const Bindings& bindings) const {
  if (is_number()) return *this;
  Extent sum = 0;
  for (const Term& term : *polynomial_) {
    Extent product = term.coefficient;
    for (const AtomPtr& atom : term.atoms) {
      switch (atom->kind) {
        case Atom::Kind::symbol: {
          auto found = bindings.find(atom->text);
          product = product * (found == bindings.end() ? symbol(atom->text) : Extent(found->second));
          break;
        }
        case Atom::Kind::floor_divide:
          product = product * floor_divide(atom->a.bind(bindings), atom->b.bind(bindings));
          break;
        case Atom::Kind::minimum:
          product = product * minimum(atom->a.bind(bindings), atom->b.bind(bindings));
          break;
        case Atom::Kind::maximum:
          product = product * maximum(atom->a.bind(bindings), atom->b.bind(bindings));
          break;
      }
    }
    sum = sum + product;
  }
  return sum;
}

int64_t Extent::evaluate(const Bindings& bindings) const {
  const Extent bound = bind(bindings);
  if (bound.is_number()) return bound.number_;
  std::vector<std::string> free;
  bound.collect_symbols(free);
  throw Error(Code::argument, fmt::format("the symbol {} in the extent {} has no value", free[0], text()));
}

std::optional<Extent::Linear> Extent::as_linear() const {
  if (is_number() || polynomial_->size() > 2) return std::nullopt;
  const Term& first = (*polynomial_)[0];
  if (first.atoms.size() != 1 || first.atoms[0]->kind != Atom::Kind::symbol) return std::nullopt;
  if (polynomial_->size() == 1) return Linear{first.atoms[0]->text, first.coefficient, 0};
  if (!(*polynomial_)[1].atoms.empty()) return std::nullopt;
  return Linear{first.atoms[0]->text, first.coefficient, (*polynomial_)[1].coefficient};
}

bool never_negative(const Extent& extent) {
  auto holds = [](const Extent::AtomPtr& atom) {
    switch (atom->kind) {
      case Extent::Atom::Kind::symbol: return true;
      case Extent::Atom::Kind::floor_divide:
        return atom->b.number().value_or(0) > 0 && never_negative(atom->a);
      case Extent::Atom::Kind::minimum: return never_negative(atom->a) && never_negative(atom->b);
      case Extent::Atom::Kind::maximum: return never_negative(atom->a) || never_negative(atom->b);
    }
    return false;
  };
  const std::vector<Extent::Term> terms = extent.terms();
  return std::ranges::all_of(terms, [&](const Extent::Term& term) {
    return term.coefficient > 0 && std::ranges::all_of(term.atoms, holds);
  });
}

std::string Extent::text() const {
  if (is_number()) return std::to_string(number_);
  std::string out;
  for (const Term& term : *polynomial_) {
    const bool negative = term.coefficient < 0;
    if (!out.empty())
      out += negative ? " - " : " + ";
    else if (negative)
      out += "-";
    const uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(term.coefficient) : term.coefficient;
    if (magnitude != 1 || term.atoms.empty()) {
      out += std::to_string(magnitude);
      if (!term.atoms.empty()) out += "*";
    }
    for (size_t i = 0; i < term.atoms.size(); i++) out += (i ? "*" : "") + term.atoms[i]->text;
  }
  return out;
}

namespace {

struct ExtentParser {
  std::string_view text;
  size_t& at;

  void skip() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) at++;
  }
  bool take(char c) {
    skip();
    if (at < text.size() && text[at] == c) return at++, true;
    return false;
  }
  void expect(char c) {
    if (!take(c)) throw Error(Code::syntax, fmt::format("expected '{}' in the extent '{}'", c, text));
  }
  Extent factor() {
    skip();
    if (take('(')) {
      Extent inner = sum();
      expect(')');
      return inner;
    }
    if (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]))) {
      int64_t value = 0;
      for (; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])); at++)
        value = checked_add(checked_multiply(value, 10), text[at] - '0');
      return value;
    }
    const size_t start = at;
    while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_')) at++;
    const std::string_view word = text.substr(start, at - start);
    if (word.empty()) throw Error(Code::syntax, fmt::format("expected an extent in '{}'", text));
    if (at < text.size() && text[at] == '(' && (word == "floordiv" || word == "min" || word == "max")) {
      at++;
      Extent a = sum();
      expect(',');
      Extent b = sum();
      expect(')');
      return word == "floordiv" ? Extent::floor_divide(a, b)
             : word == "min"    ? Extent::minimum(a, b)
                                : Extent::maximum(a, b);
    }
    return Extent::symbol(word);
  }
  Extent product() {
    Extent out = factor();
    while (take('*')) out = out * factor();
    return out;
  }
  Extent sum() {
    Extent out = take('-') ? Extent(0) - product() : product();
    while (true) {
      if (take('+'))
        out = out + product();
      else if (take('-'))
        out = out - product();
      else
        return out;
    }
  }
};

}  // namespace

Extent parse_extent(std::string_view text, size_t& position) { return ExtentParser{text, position}.sum(); }

}  // namespace wengert
