// The values of a program's symbols: from the shapes of arguments, and whether the program can run with them.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "ir/program.h"
#include "ir/tensor.h"

namespace wengert {

/// Adds to `bindings` what the arguments' shapes tell of the symbols, those at hand: null is one that is not.
/// An extent like 2N + 1 tells N, and N + M tells M where N is known. Throws Error(type) naming the argument
/// whose dtype, rank or extent does not fit; an extent of several unknown symbols is left open.
void learn_symbols(const Program& program, std::span<const Tensor* const> arguments, Bindings& bindings);

/// Throws Error(size) or Error(argument), with the place and the values, unless the program can run with
/// these: every symbol has a value, none is negative, and all of checks() hold.
void check_symbols(const Program& program, const Bindings& bindings);

/// Values of the symbols from `known` and the shapes of all arguments, checked as above. Throws
/// Error(argument) also for an extent that they do not decide.
Bindings bind_symbols(const Program& program, std::span<const Tensor> arguments, const Bindings& known = {});

/// ", with N = 3, M = 4": what is known of these symbols; empty where nothing is.
std::string values_text(const std::vector<std::string>& symbols, const Bindings& bindings);

}  // namespace wengert
