#include "frontend/check.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include <fmt/format.h>

#include "frontend/ridders.h"
#include "ir/error.h"
#include "ir/evaluate.h"
#include "ir/ops/leaves.h"
#include "passes/derivatives.h"
#include "passes/gradients.h"
#include "passes/pipeline.h"
#include "passes/tangents.h"

namespace wengert {
namespace {

using Tensors = std::vector<Tensor>;

/// Σ a·b over all elements; `sizes` gathers Σ |a·b|.
double inner(const Tensors& a, const Tensors& b, double* sizes = nullptr) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); k++)
    for (int64_t i = 0; i < a[k].count(); i++) {
      const double product = a[k].at(i) * b[k].at(i);
      sum += product;
      if (sizes) *sizes += std::abs(product);
    }
  return sum;
}

/// The slope in a direction. An infinite one of an element that doesn't move has no part in it.
double slope_along(const Tensors& direction, Tensors gradients) {
  for (size_t k = 0; k < direction.size(); k++)
    for (int64_t i = 0; i < direction[k].count(); i++)
      if (direction[k].at(i) == 0) gradients[k].set(i, 0);
  return inner(gradients, direction);
}

Tensors zeros_like(const Tensors& tensors) {
  Tensors out;
  for (const Tensor& tensor : tensors) out.emplace_back(tensor.dtype, tensor.shape);
  return out;
}

constexpr std::string_view stop_hint =
    "; the program has stop_gradient, which derivatives leave out and differences do not";

/// A NaN without its sign, which says nothing.
std::string shown(double x, int digits = 9) {
  return std::isnan(x) ? "nan" : fmt::format("{:.{}g}", x, digits);
}

bool has_stop_gradient(const Program& program) {
  const std::vector<bool> live = program.live_nodes();
  for (uint32_t id = 0; id < live.size(); id++)
    if (live[id] && program.graph->node(id).op == &ops::stop_gradient) return true;
  return false;
}

/// The program with further inputs and its derivatives as outputs, each kind a program of its own.
struct DerivativeProgram {
  Program program;
  std::vector<Expr> xs, ys, us, vs;  ///< float inputs, float results, their cotangents and tangents

  explicit DerivativeProgram(const Program& from) : program(bind(from, {})) {
    Graph& graph = *program.graph;
    const std::vector<Value> inputs = graph.inputs();
    for (const Value input : inputs)
      if (is_float(graph.type(input).dtype)) xs.emplace_back(graph, input);
    for (const Output& output : program.outputs)
      if (is_float(graph.type(output.value).dtype)) ys.emplace_back(graph, output.value);
    // Names with a colon are nobody's.
    for (size_t k = 0; k < ys.size(); k++)
      us.push_back(graph.input(fmt::format("cotangent:{}", k), ys[k].dtype(), ys[k].shape()));
    for (size_t i = 0; i < xs.size(); i++)
      vs.push_back(graph.input(fmt::format("tangent:{}", i), xs[i].dtype(), xs[i].shape()));
    program.outputs.clear();
  }
  void output(const std::vector<Expr>& exprs) {
    for (const Expr& expr : exprs)
      program.outputs.push_back({fmt::format("out:{}", program.outputs.size()), expr.value()});
  }
  std::vector<Expr> gradient() { return vjp(ys, xs, us); }
};

class Checker {
 public:
  Checker(const Program& program, std::span<const Tensor> arguments, const CheckOptions& options)
      : program_(program),
        arguments_(arguments.begin(), arguments.end()),
        options_(options),
        random_(options.seed) {
    bool narrow = false;
    // First of all: it checks the arguments.
    for (Tensor& result : evaluate(program, arguments_).outputs) {
      if (!is_float(result.dtype)) continue;
      narrow |= result.dtype == Dtype::f32;
      cotangents_.push_back(std::move(result));
    }
    for (size_t i = 0; i < arguments_.size(); i++) {
      if (!is_float(arguments_[i].dtype)) continue;
      floats_.push_back(i);
      point_.push_back(arguments_[i]);
      narrow |= arguments_[i].dtype == Dtype::f32;
    }
    cotangents_ = weights_like(cotangents_);
    if (floats_.empty() || cotangents_.empty())
      throw Error(Code::not_differentiable,
                  fmt::format("{} has no {} of floats: there is nothing to differentiate", program.name,
                              floats_.empty() ? "input" : "result"));
    stops_ = has_stop_gradient(program);
    tolerance_ = options.tolerance > 0 ? options.tolerance : narrow ? 1e-3 : 1e-6;
    agreement_ = narrow ? 1e-4 : 1e-10;
    steps_ = narrow ? std::vector<double>{0.1, 0.01} : std::vector<double>{0.1, 1e-3, 1e-5};
  }

  std::vector<CheckRow> run() {
    const Program gradient = derivative([](DerivativeProgram& d) { return d.gradient(); });
    gradient_ = &gradient;
    const Tensors gradients = evaluate_at(gradient, point_, zeros_like(point_));
    for (size_t x = 0; x < floats_.size(); x++) check_gradient(x, gradients);
    in_mode("jvp", [&] {
      const Program tangent = derivative([](DerivativeProgram& d) { return jvp(d.ys, d.xs, d.vs); });
      for (size_t x = 0; x < floats_.size(); x++) check_tangent(x, gradients, tangent);
    });
    in_mode("second derivatives", [&] {
      const Program reverse =
          derivative([](DerivativeProgram& d) { return gradients_of(d.gradient(), d.xs, d.vs); });
      for (size_t x = 0; x < floats_.size(); x++) check_hessian(x, reverse);
      in_mode("forward over reverse", [&] {
        const Program forward =
            derivative([](DerivativeProgram& d) { return jvp(d.gradient(), d.xs, d.vs); });
        for (size_t x = 0; x < floats_.size(); x++) check_mixes(x, reverse, forward);
      });
    });
    return std::move(rows_);
  }

 private:
  static std::vector<Expr> gradients_of(std::vector<Expr> ys, const std::vector<Expr>& xs,
                                        const std::vector<Expr>& vs) {
    GradientOptions options;
    options.grad_ys = vs;
    return wengert::gradients(ys, xs, options);
  }

  Program derivative(const std::function<std::vector<Expr>(DerivativeProgram&)>& build) const {
    DerivativeProgram derived(program_);
    derived.output(build(derived));
    return std::move(derived.program);
  }

  /// A missing rule is a row, and the other modes are still checked.
  void in_mode(const std::string& mode, const std::function<void()>& check) {
    try {
      check();
    } catch (const Error& error) {
      if (error.code() != Code::no_rule) throw;
      rows_.push_back({mode, 0, 0, Verdict::no_rule, error.what()});
    }
  }

  Tensor random_like(const Tensor& tensor) {
    Tensor out(tensor.dtype, tensor.shape);
    std::uniform_real_distribution<double> size(0.5, 1);
    for (int64_t i = 0; i < out.count(); i++) out.set(i, random_() & 1 ? size(random_) : -size(random_));
    return out;
  }

  /// Random numbers, but 1 for a number alone, so that messages show its own slopes.
  Tensors weights_like(const Tensors& tensors) {
    if (tensors.size() == 1 && tensors[0].shape.empty()) return {Tensor::scalar(tensors[0].dtype, 1)};
    Tensors out;
    for (const Tensor& tensor : tensors) out.push_back(random_like(tensor));
    return out;
  }

  /// Directions that move float input x alone: single elements, then random ones.
  std::vector<Tensors> directions(size_t x, int elements) {
    std::vector<Tensors> all;
    const int64_t count = point_[x].count(), taken = std::min<int64_t>(count, elements);
    for (int64_t i = 0; i < taken; i++) {
      all.push_back(zeros_like(point_));
      all.back()[x].set(i * count / taken, 1);
    }
    for (int i = 0; i < options_.directions && count > 1; i++) {
      all.push_back(zeros_like(point_));
      all.back()[x] = random_like(point_[x]);
    }
    return all;
  }

  Tensors all_arguments(const Tensors& point) const {
    Tensors all = arguments_;
    for (size_t x = 0; x < floats_.size(); x++) all[floats_[x]] = point[x];
    return all;
  }
  Tensors evaluate_at(const Program& derived, const Tensors& point, const Tensors& tangents) const {
    Tensors all = all_arguments(point);
    all.insert(all.end(), cotangents_.begin(), cotangents_.end());
    all.insert(all.end(), tangents.begin(), tangents.end());
    return evaluate(derived, all).outputs;
  }
  Tensors moved(const Tensors& direction, double t) const {
    Tensors point = point_;
    for (size_t x = 0; x < point.size(); x++)
      for (int64_t i = 0; i < point[x].count(); i++)
        if (const double d = direction[x].at(i); d != 0) point[x].set(i, point[x].at(i) + t * d);
    return point;
  }
  /// The results, weighted and summed.
  double value(const Tensors& point) const {
    Tensors floats;
    for (Tensor& result : evaluate(program_, all_arguments(point)).outputs)
      if (is_float(result.dtype)) floats.push_back(std::move(result));
    return inner(cotangents_, floats);
  }

  std::string name(size_t x) const {
    return program_.graph->input_name(program_.graph->inputs()[floats_[x]]);
  }

  /// The gravest verdict is the row's, with the worst of its comparisons.
  static void note(CheckRow& row, double error, Verdict verdict, std::string text) {
    const auto rank = [](Verdict v) { return v == Verdict::right ? 0 : v == Verdict::wrong ? 2 : 1; };
    if (rank(verdict) < rank(row.verdict)) return;
    const bool graver = rank(verdict) > rank(row.verdict);
    if (verdict != Verdict::right && (graver || error > row.worst)) row.note = std::move(text);
    row.worst = graver ? error : std::max(row.worst, error);
    row.verdict = verdict;
  }

  /// Notes what the slopes from the two sides say: they agree with the derivative, or it lies between them,
  /// which differences cannot judge. False where they say neither.
  bool judged_by_sides(CheckRow& row, double derivative, const std::function<double(double)>& f, double scale,
                       double worst) const {
    for (const double step : steps_) {
      const Difference left = differentiate_one_side(f, -step * scale);
      const Difference right = differentiate_one_side(f, step * scale);
      const double size = std::max(std::abs(left.value), std::abs(right.value));
      const double off = std::max(std::abs(left.value - derivative), std::abs(right.value - derivative));
      if (size > 0 && off <= tolerance_ * size) {
        note(row, off / size, Verdict::right, {});
        return true;
      }
      const double slack = tolerance_ * size + left.error + right.error;
      if (!(std::abs(left.value - right.value) > 10 * slack)) continue;
      const auto [low, high] = std::minmax(left.value, right.value);
      if (derivative < low - slack || derivative > high + slack) continue;
      note(row, worst, Verdict::unsettled,
           fmt::format("a kink? {:.9g}; the slope is {:.9g} to the left and {:.9g} to the right", derivative,
                       left.value, right.value));
      return true;
    }
    return false;
  }

  /// Compares a derivative along a direction with differences of f, at several step sizes until one agrees.
  void compare(CheckRow& row, double derivative, const std::function<double(double)>& f, double scale) const {
    row.compared++;
    const double here = f(0), around = std::abs(here);
    if (!std::isfinite(here))
      return note(row, INFINITY, Verdict::unsettled,
                  fmt::format("not finite here: what is differentiated is {}", shown(here)));
    Difference nearest{0, INFINITY};
    double least = INFINITY;
    bool settled = false, within_estimate = false;
    for (const double step : steps_) {
      const Difference difference = differentiate(f, step * scale);
      const double size = std::isfinite(derivative)
                              ? std::max(std::abs(derivative), std::abs(difference.value))
                              : std::abs(difference.value);
      const double floor = tolerance_ * 1e-3 * (1 + around);
      const double error = std::abs(derivative - difference.value);
      // What is small beside the value itself is compared with that.
      const double against = std::max(size, 1e-3 * (1 + around));
      if (difference.error <= 1e-3 * size + floor) {
        settled = true;
        if (error <= tolerance_ * size + floor) return note(row, error / against, Verdict::right, {});
        within_estimate |= error <= 2 * difference.error;
      }
      if (std::isinf(nearest.error) || !(error / against >= least))
        least = error / against, nearest = difference;
    }
    if (std::isnan(least)) least = INFINITY;
    if (!settled && !std::isfinite(derivative))
      return note(row, INFINITY, Verdict::unsettled,
                  fmt::format("not finite here: the derivative is {}", shown(derivative)));
    if (within_estimate) return note(row, least, Verdict::right, {});
    if (std::isfinite(derivative) && judged_by_sides(row, derivative, f, scale, least)) return;
    note(row, least, settled ? Verdict::wrong : Verdict::unsettled,
         fmt::format("{}, and differences give {:.9g} (to {:.1g}){}", shown(derivative), nearest.value,
                     nearest.error, settled && stops_ ? stop_hint : ""));
  }

  /// The size of the steps that make sense at the point, along a direction.
  double scale(const Tensors& direction) const {
    double largest = 1;
    for (size_t x = 0; x < direction.size(); x++)
      for (int64_t i = 0; i < direction[x].count(); i++)
        if (direction[x].at(i) != 0) largest = std::max(largest, std::abs(point_[x].at(i)));
    return std::isfinite(largest) ? largest : 1;
  }

  void check_gradient(size_t x, const Tensors& gradients) {
    CheckRow row{"gradient in " + name(x)};
    for (const Tensors& direction : directions(x, options_.elements))
      compare(
          row, slope_along(direction, gradients), [&](double t) { return value(moved(direction, t)); },
          scale(direction));
    rows_.push_back(std::move(row));
  }

  void check_hessian(size_t x, const Program& reverse) {
    CheckRow row{"hvp in " + name(x)};
    const Tensors weights = weights_like(point_);
    for (const Tensors& direction : directions(x, std::min(options_.elements, 4))) {
      const double second = inner(weights, evaluate_at(reverse, point_, direction));
      const auto slope = [&](double t) {
        return inner(weights, evaluate_at(*gradient_, moved(direction, t), direction));
      };
      compare(row, second, slope, scale(direction));
    }
    rows_.push_back(std::move(row));
  }

  /// Two ways to one number, which differ by rounding alone; `size` is that of its terms.
  void agree(CheckRow& row, double a, double b, double size) const {
    row.compared++;
    if (!std::isfinite(a) && (a == b || (std::isnan(a) && std::isnan(b))))
      return note(row, INFINITY, Verdict::unsettled, fmt::format("not finite here: both are {}", shown(a)));
    const double error = a == b ? 0 : std::abs(a - b) / std::max({size, std::abs(a), 1e-300});
    note(row, std::isnan(error) ? INFINITY : error, error <= agreement_ ? Verdict::right : Verdict::wrong,
         fmt::format("{} and {}", shown(a, 17), shown(b, 17)));
  }

  void check_tangent(size_t x, const Tensors& gradients, const Program& tangent) {
    CheckRow row{"jvp against vjp in " + name(x)};
    for (const Tensors& direction : directions(x, 4)) {
      double size = 0;
      const double reverse = inner(gradients, direction, &size);
      const double forward = inner(cotangents_, evaluate_at(tangent, point_, direction), &size);
      agree(row, reverse, forward, size);
    }
    rows_.push_back(std::move(row));
  }

  void check_mixes(size_t x, const Program& reverse, const Program& forward) {
    CheckRow row{"both hvps in " + name(x)};
    for (const Tensors& direction : directions(x, 4)) {
      const Tensors a = evaluate_at(reverse, point_, direction), b = evaluate_at(forward, point_, direction);
      double size = 0;
      for (const Tensors& side : {a, b})
        for (const Tensor& tensor : side)
          for (int64_t i = 0; i < tensor.count(); i++) size = std::max(size, std::abs(tensor.at(i)));
      for (size_t k = 0; k < a.size(); k++)
        for (int64_t i = 0; i < a[k].count(); i++) agree(row, a[k].at(i), b[k].at(i), size);
    }
    rows_.push_back(std::move(row));
  }

  const Program& program_;
  const Program* gradient_ = nullptr;
  bool stops_ = false;  ///< the program has a stop_gradient
  Tensors arguments_, point_, cotangents_;
  std::vector<size_t> floats_;  ///< which arguments are floats; `point_` has their values
  CheckOptions options_;
  std::mt19937_64 random_;
  double tolerance_ = 0, agreement_ = 0;
  std::vector<double> steps_;
  std::vector<CheckRow> rows_;
};

}  // namespace

std::vector<CheckRow> check_derivatives(const Program& program, std::span<const Tensor> arguments,
                                        const CheckOptions& options) {
  return Checker(program, arguments, options).run();
}

}  // namespace wengert
