#include <random>

#include "../ops/cases.h"
#include "passes/gradients.h"
#include "subjects.h"

namespace wengert::aarch64 {

using namespace tests;

// Random numbers from the op's range and awkward ones, one behind the other.
static std::vector<Tensor> values(const Case& c) {
  std::mt19937_64 random(1);
  std::vector<Tensor> out = awkward_values(c);
  for (size_t i = 0; i < out.size(); i++) {
    const Tensor more = samples(c, i, 203, random);
    out[i].shape[0] += more.shape[0];
    out[i].bytes.insert(out[i].bytes.end(), more.bytes.begin(), more.bytes.end());
  }
  return out;
}

static Subject subject_of(const Case& c, const char* what, Bench& bench) {
  const std::vector<Tensor> x = values(c);
  return {c.text() + what, std::move(bench.program), {{{{"N", x[0].count()}}, x}}};
}

std::vector<Subject> op_subjects() {
  std::vector<Subject> out;
  for (const Case& c : elementwise_cases()) {
    const Shape shape = {Extent::symbol("N")};
    Bench value(c, shape);
    value.output(value.call(c));
    out.push_back(subject_of(c, "", value));
    if (!c.floating() || c.op->derivative == Derivative::zero) continue;
    Bench gradient(c, shape);
    if (gradient.floats.empty()) continue;
    const Expr y = gradient.call(c);
    try {
      for (const Expr& dx : gradients({&y, 1}, gradient.floats)) gradient.output(dx);
    } catch (const Error& e) {
      if (e.code() != Code::no_rule) throw;
      continue;
    }
    out.push_back(subject_of(c, " gradient", gradient));
  }
  return out;
}

}  // namespace wengert::aarch64
