// The functions of examples/logistic on its data: Hessian-vector products by three ways, conjugate gradients
// on them, and how many nodes the passes leave.
#include <cmath>

#include <doctest/doctest.h>

#include "frontend/compile.h"
#include "frontend/io/csv.h"
#include "frontend/io/files.h"
#include "frontend/language/lower.h"
#include "ir/evaluate.h"

using namespace wengert;

namespace {

const std::string folder = WENGERT_SOURCE_DIR "/examples/logistic/";

/// A function of loss.wg, or of what is added to it.
Program program(const std::string& function, const std::string& more = "") {
  return language::lower(language::parse_module(read_file(folder + "loss.wg") + more, "loss.wg"), function);
}

struct Data {
  Tensor X, y, theta{f64, {31}}, lambda = Tensor::scalar(f64, 1e-3);
  Data() {
    const std::string path = folder + "breast_cancer.csv";
    X = jit(program("standardise"))(
        std::vector{read_csv(path, f64, parse_csv_options("skip=1,cols=0:30"))})[0];
    y = read_csv(path, f64, parse_csv_options("skip=1,cols=30"));
    for (int64_t i = 0; i < y.count(); i++) y.set(i, 2 * y.at(i) - 1);
    for (int64_t i = 0; i < theta.count(); i++) theta.set(i, 0.1 * std::sin(static_cast<double>(i)));
  }
  std::vector<Tensor> arguments() const { return {X, y, theta, lambda}; }
  std::vector<Tensor> arguments(const Tensor& v) const { return {X, y, theta, lambda, v}; }
};

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (int64_t i = 0; i < a.count(); i++) sum += a.at(i) * b.at(i);
  return sum;
}

/// a + s b.
Tensor add(Tensor a, double s, const Tensor& b) {
  for (int64_t i = 0; i < a.count(); i++) a.set(i, a.at(i) + s * b.at(i));
  return a;
}

void close(const Tensor& a, const Tensor& b, double relative) {
  CHECK(std::sqrt(dot(add(a, -1, b), add(a, -1, b))) <= relative * std::sqrt(dot(b, b)));
}

constexpr const char* parameters = "(X: f64[N, D], y: f64[N], theta: f64[D + 1], lambda: f64";

}  // namespace

TEST_CASE("the data: 569 rows, 357 benign; standardised columns have mean 0 and spread 1") {
  const Data data;
  CHECK(data.X.shape == std::vector<int64_t>{569, 30});
  double labels = 0;
  for (int64_t i = 0; i < 569; i++) labels += data.y.at(i);
  CHECK(labels == 357 - 212);
  for (int64_t k = 0; k < 30; k++) {
    double total = 0, squares = 0;
    for (int64_t i = 0; i < 569; i++)
      total += data.X.at(30 * i + k), squares += data.X.at(30 * i + k) * data.X.at(30 * i + k);
    CHECK(std::fabs(total / 569) < 1e-13);
    CHECK(squares / 569 == doctest::Approx(1).epsilon(1e-12));
  }
}

TEST_CASE(
    "hvp is forward over reverse, reverse over forward, and the Hessian's product; hvp(f, w, w) is H·w") {
  const Data data;
  const std::string more =
      std::string("\nfn forward_over_reverse") + parameters +
      ", v: f64[D + 1]) {\n  jvp(grad(loss(X, y, theta, lambda), theta), theta, v)\n}\n" +
      "fn reverse_over_forward" + parameters +
      ", v: f64[D + 1]) {\n  grad(jvp(loss(X, y, theta, lambda), theta, v), theta)\n}\n" + "fn by_hessian" +
      parameters + ", v: f64[D + 1]) {\n  hessian(loss(X, y, theta, lambda), theta) @ v\n}\n" +
      "fn of_itself" + parameters + ") {\n  hvp(loss(X, y, theta, lambda), theta, theta)\n}\n";
  Tensor v(f64, {31});
  for (int64_t i = 0; i < 31; i++) v.set(i, std::cos(3.0 * static_cast<double>(i)));
  const Tensor wanted = jit(program("loss_hvp"))(data.arguments(v))[0];
  for (const char* way : {"forward_over_reverse", "reverse_over_forward", "by_hessian"}) {
    CAPTURE(way);
    close(jit(program(way, more))(data.arguments(v))[0], wanted, 1e-13);
  }
  close(jit(program("of_itself", more))(data.arguments())[0],
        jit(program("by_hessian", more))(data.arguments(data.theta))[0], 1e-13);
}

TEST_CASE("conjugate gradients on the Hessian-vector kernel solve H d = -g") {
  const Data data;
  const CompiledFunction hvp = jit(program("loss_hvp"));
  const Tensor g = jit(program("loss_grad"))(data.arguments())[1];
  Tensor d(f64, {31}), r = add(d, -1, g), p = r;
  double rr = dot(r, r);
  const double first = rr;
  int steps = 0;
  for (; rr > 1e-26 * first && steps < 300; steps++) {
    const Tensor Hp = hvp(data.arguments(p))[0];
    const double alpha = rr / dot(p, Hp), before = rr;
    CHECK(dot(p, Hp) > 0);
    d = add(d, alpha, p);
    r = add(r, -alpha, Hp);
    rr = dot(r, r);
    p = add(r, rr / before, p);
  }
  CHECK(steps < 300);
  close(hvp(data.arguments(d))[0], add(Tensor(f64, {31}), -1, g), 1e-11);
}

TEST_CASE("kernels and evaluator agree to the bit, with symbols bound and not") {
  const Data data;
  for (const char* name : {"loss", "loss_grad"}) {
    const CompiledFunction f = jit(program(name)), bound = jit(bind(program(name), {{"D", 30}}));
    const std::vector<Tensor> wanted = evaluate(f.program(), data.arguments()).outputs;
    const std::vector<Tensor> native = f(data.arguments()), of_bound = bound(data.arguments());
    for (size_t i = 0; i < wanted.size(); i++) {
      CHECK(native[i].same_bits(wanted[i]));
      CHECK(of_bound[i].same_bits(wanted[i]));
    }
  }
}

TEST_CASE("the passes shrink gradient and Hessian-vector product") {
  const auto counts = [](const char* name) {
    const Program before = program(name), after = optimize(before);
    MESSAGE(std::string(name) << ": " << before.graph->size() << " nodes, " << after.graph->size()
                              << " behind the passes");
    return std::pair(before.graph->size(), after.graph->size());
  };
  const auto [gradient, gradient_after] = counts("loss_grad");
  const auto [product, product_after] = counts("loss_hvp");
  CHECK(gradient_after < gradient);
  CHECK(10 * product_after < 6 * product);
}
