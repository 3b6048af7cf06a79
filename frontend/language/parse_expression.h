// The part of the parser that reads expressions, types and blocks. Operators are read by precedence climbing;
// a chain of operators of one precedence is a loop.
//
// A line's end ends a statement unless a bracket is open or the line ends in an operator.
#pragma once
#include <algorithm>
#include <utility>

#include "frontend/language/syntax.h"
#include "frontend/language/tokens.h"

namespace wengert::language {

class ExpressionParser {
 public:
  explicit ExpressionParser(Module& module)
      : module_(module), source_(*module.source), tokens_(tokenize(source_)) {}

 protected:
  static constexpr int lowest = 1;  ///< the precedence of 'or'
  /// The tokens are stepped through; the last one (end) repeats.
  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool accept(std::string_view symbol);
  Token expect(std::string_view symbol, const std::string& where);
  Token expect_name(const std::string& what);
  /// About the token ahead; says what to write where one of Python's words is near.
  [[noreturn]] void refuse(const std::string& message) const;
  [[noreturn]] void refuse_plainly(const std::string& message) const;
  bool is_lambda(size_t at) const;
  [[noreturn]] void refuse(Code code, Span span, const std::string& message) const {
    fail(source_, code, span, message);
  }
  Id next_id() const { return static_cast<Id>(module_.nodes.size()); }
  /// Runs `parse` with lines not ending statements.
  template <class F>
  void inside(F parse) {
    open_++;
    parse();
    open_--;
  }

  Expression expression();
  TypeSyntax type();
  /// { let … expression }
  void block(std::vector<Let>& lets, Expression& body, const std::string& what);

  Module& module_;
  const Source& source_;

 private:
  Id add(Form form, Span span, uint32_t focus, std::string_view text = {}, std::vector<Id> parts = {},
         std::vector<std::string_view> names = {});
  Span span_of(Id id) const { return module_.nodes[id].span; }
  bool statement_ended() const { return open_ == 0 && peek().after_newline; }
  Let let();
  Id binary(int least);
  Id unary();
  Id power();
  Id postfix();
  Id primary();
  Id group();
  Id lambda();
  Id call(Id callee);
  Id index(Id array);
  Id index_item();

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int open_ = 0;     // brackets
  int nesting_ = 0;  // recursion
};

}  // namespace wengert::language
