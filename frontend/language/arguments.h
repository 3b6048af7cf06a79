// The arguments of one call of a built-in function, matched to its parameters. Each reader converts one
// argument and fails with the argument underlined, saying what was wanted.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "frontend/language/builder.h"

namespace wengert::language {

/// Which argument each parameter of `call`, as messages name it, gets by position or name; -1: none. Throws
/// SourceError(argument) for too many, missing, unknown or repeated ones.
std::vector<int> match_arguments(const Source& source, const CallSite& site, const std::string& call,
                                 const std::vector<Builtin::Parameter>& parameters);

class Arguments {
 public:
  Arguments(Builder& builder, Frame& frame, const Builtin& builtin, CallSite site);

  Builder& builder() { return builder_; }
  Graph& graph() { return builder_.graph(); }
  Frame& frame() { return frame_; }
  const CallSite& site() const { return site_; }

  bool given(size_t i) const { return position_[i] >= 0 && !at(i).is_nothing(); }
  /// Written as None; what a function has no meaning for is refused by the reader of the argument.
  bool is_none(size_t i) const { return position_[i] >= 0 && at(i).is_nothing(); }
  const Datum& at(size_t i) const { return site_.data[position_[i]]; }
  /// How the argument is written; null when the call isn't a call in the text.
  const Syntax* syntax(size_t i) const { return site_.syntax[position_[i]]; }

  Expr expr(size_t i);                                       ///< an array
  std::vector<Operand> operands(std::vector<size_t> which);  ///< arrays and weak numbers that meet
  Array weakly(Expr expr, std::vector<size_t> which) const;  ///< weak when all of `which` are
  Expr indices(size_t i, const Extent& extent);              ///< integers; see resolve_literals
  bool flag(size_t i, bool otherwise);
  int64_t integer(size_t i, int64_t otherwise);
  int64_t integer(size_t i);
  double number(size_t i, double otherwise);
  AxesOrAll axes(size_t i);  ///< an integer, a tuple of them, or None
  Axes list_of_integers(size_t i);
  Extent extent(size_t i);
  Shape shape(size_t i);  ///< an extent, or a list or tuple of them
  Dtype dtype(size_t i, Dtype otherwise);
  std::string string(size_t i);
  std::vector<Expr> arrays(size_t i);  ///< a list or tuple of arrays, promoted to one dtype
  std::shared_ptr<const Callable> callable(size_t i);
  /// About argument i: "sum: axis wants …, not …".
  [[noreturn]] void refuse(size_t i, const std::string& wanted) const;
  [[noreturn]] void refuse_because(size_t i, Code code, const std::string& message) const;

 private:
  Builder& builder_;
  Frame& frame_;
  const Builtin& builtin_;
  CallSite site_;
  std::vector<int> position_;  // of each parameter in the call, -1: not given
};

}  // namespace wengert::language
