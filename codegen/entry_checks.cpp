#include "codegen/entry_checks.h"

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>

#include "ir/error.h"
#include "runtime/kernel_abi.h"

namespace wengert {
namespace {

using llvm::Value;

struct Checker {
  llvm::IRBuilderBase& builder;
  const Entry& entry;
  const SymbolValues& symbols;
  SizeChecks& checks;
  std::map<std::string, Value*> known;  // extents so far, by their text

  Value* negative(Value* value) { return builder.CreateICmpSLT(value, builder.getInt64(0)); }

  Value* length(const Extent& extent) {
    if (extent.is_number()) {
      if (*extent.number() < 0)
        throw Error(Code::size, fmt::format("the kernel {} has the extent {}", entry.symbol, extent.text()));
      return builder.getInt64(*extent.number());
    }
    const auto [at, is_new] = known.try_emplace(extent.text());
    if (!is_new) return at->second;
    at->second = emit_checked_extent(builder, extent, symbols, checks.overflow, checks.bad_extent);
    // A symbol alone is checked as such.
    if (!symbols.contains(extent.text()))
      checks.bad_extent = builder.CreateOr(checks.bad_extent, negative(at->second));
    return at->second;
  }

  // `unit` times the extents; `what` is who asks, for the error when the numbers alone overflow.
  Value* product(int64_t unit, const Shape& shape, const std::string& what) {
    bool overflow = false;
    for (const Extent& extent : shape)
      if (extent.is_number()) overflow |= __builtin_mul_overflow(unit, *extent.number(), &unit);
    if (overflow) throw Error(Code::size, fmt::format("{} over {} do not fit 64 bits", what, text(shape)));
    Value* out = builder.getInt64(unit);
    for (const Extent& extent : shape) {
      Value* factor = length(extent);
      if (!extent.is_number()) out = checked_multiply(builder, out, factor, checks.overflow);
    }
    return out;
  }

  Value* bytes(const Argument& array) {
    return product(static_cast<int64_t>(size_of(array.type.dtype)), array.type.shape,
                   fmt::format("{}: the bytes of the array {}", entry.symbol, array.name));
  }
};

}  // namespace

SizeChecks emit_size_checks(llvm::IRBuilderBase& builder, const Entry& entry, const SymbolValues& symbols) {
  SizeChecks checks;
  checks.bad_symbol = checks.bad_extent = checks.overflow = builder.getFalse();
  Checker checker{builder, entry, symbols, checks, {}};
  for (const auto& [name, value] : symbols)
    checks.bad_symbol = builder.CreateOr(checks.bad_symbol, checker.negative(value));
  for (const Argument& input : entry.inputs) checks.input_bytes.push_back(checker.bytes(input));
  for (const Argument& output : entry.outputs) checks.output_bytes.push_back(checker.bytes(output));
  for (const Extent& extent : entry.not_negative) checker.length(extent);
  for (const Shape& loops : entry.loops)
    checker.product(1, loops, fmt::format("{}: the elements of a loop", entry.symbol));
  // The slack is added here too, so that NAME_workspace() fits.
  Value *divides_by_zero = builder.getFalse(), *slack = builder.getInt64(WENGERT_WORKSPACE_ALIGNMENT - 1);
  checks.workspace = emit_checked_extent(builder, entry.workspace, symbols, checks.overflow, divides_by_zero);
  if (!entry.workspace.is_number()) checked_add(builder, checks.workspace, slack, checks.overflow);
  checks.bad_extent = builder.CreateOr(checks.bad_extent, divides_by_zero);
  return checks;
}

}  // namespace wengert
