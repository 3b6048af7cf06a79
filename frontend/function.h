// A program as a function with named inputs and outputs, and its derivatives as further outputs.
//
//   Program p = …;                                    // loss(w, X, y) -> loss
//   p = derive(std::move(p), {.grad = {"w"}});        // loss(w, X, y) -> loss, dloss_dw
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ir/program.h"

namespace wengert {

/// Which outputs a derived program has, in this order. Names are those of inputs; NAME is the output `of`.
struct Derivatives {
  std::string of = {};                     ///< the output that is differentiated; empty: the first
  bool value = true;                       ///< the program's own outputs, under their names
  std::vector<std::string> grad = {};      ///< dNAME_dARG, of ARG's type; NAME is a scalar
  std::vector<std::string> jvp = {};       ///< jvp_NAME: all of them move at once, along new inputs t_ARG
  std::vector<std::string> hvp = {};       ///< hvp_ARG: the Hessian in all of them times new inputs v_ARG
  std::vector<std::string> jacobian = {};  ///< JNAME_ARG, of shape NAME.shape + ARG.shape
  std::vector<std::string> hessian = {};   ///< HNAME_ARG, of shape ARG.shape + ARG.shape
};

/// Appends the derivatives. Names that are taken get trailing underscores. Throws Error(name) for an unknown
/// name (with the nearest), Error(type) where a scalar is wanted, Error(not_differentiable) for an integer.
Program derive(Program program, const Derivatives& derivatives);

/// The input of that name; throws Error(name).
Expr input_named(const Program& program, std::string_view name);
/// The position of the output of that name; throws Error(name).
size_t output_named(const Program& program, std::string_view name);
/// `name`, with underscores appended until no input or output has it.
std::string unused_name(const Program& program, std::string name);

}  // namespace wengert
