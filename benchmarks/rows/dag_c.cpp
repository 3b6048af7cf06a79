#include <fmt/format.h>

#include "benchmarks/rows/dag.h"

namespace wengert::benchmarks {
namespace {

using Op = Dag::Op;

// Prints statements, each assigned to once, or in chunks to arrays.
class Writer {
 public:
  Writer(const Dag& dag, int chunk) : dag_(dag), chunk_(chunk), begun_(dag.size(), false) {}

  std::string run() {
    for (size_t i = 0; i < dag_.nodes.size(); i++) forward(static_cast<int>(i));
    for (int sink : dag_.sinks) begun_[sink] ? add(sink, "1") : set(sink, "1");
    for (size_t i = dag_.nodes.size(); i-- > 0;) backward(static_cast<int>(i));
    return text();
  }

 private:
  std::string value(int i) const {
    if (i < dag_.inputs) return fmt::format("x[{}]", i);
    return chunk_ ? fmt::format("v[{}]", i) : fmt::format("v{}", i);
  }
  std::string helper(char kind, int i) const {
    return chunk_ ? fmt::format("{}[{}]", kind, i) : fmt::format("{}{}", kind, i);
  }
  std::string adjoint(int i) const {
    return i < dag_.inputs ? fmt::format("gradient[{}]", i) : helper('d', i);
  }
  std::string_view declare() const { return chunk_ ? "" : "double "; }

  void set(int i, const std::string& expression) {
    begun_[i] = true;
    statements_.push_back(
        fmt::format("{}{} = {};", i < dag_.inputs ? "" : declare(), adjoint(i), expression));
  }
  void add(int i, const std::string& expression) {
    statements_.push_back(fmt::format("{} += {};", adjoint(i), expression));
  }
  void contribute(int i, const std::string& expression) {
    begun_[i] ? add(i, expression) : set(i, expression);
  }

  void forward(int i) {
    const Dag::Node& node = dag_.nodes[i];
    const int me = dag_.inputs + i;
    const std::string a = value(node.a), b = value(node.b);
    auto say = [&](const std::string& name, const std::string& expression) {
      statements_.push_back(fmt::format("{}{} = {};", declare(), name, expression));
    };
    const std::string out = value(me), extra = helper('e', me), sine = helper('s', me);
    switch (node.op) {
      case Op::add: say(out, a + " + " + b); break;
      case Op::subtract: say(out, a + " - " + b); break;
      case Op::multiply: say(out, a + " * " + b); break;
      case Op::quotient:
        say(extra, fmt::format("1 / (2 + cos({}))", b));
        say(sine, fmt::format("sin({})", b));
        say(out, a + " * " + extra);
        break;
      case Op::sine:
        say(out, fmt::format("sin({})", a));
        say(extra, fmt::format("cos({})", a));
        break;
      case Op::cosine:
        say(out, fmt::format("cos({})", a));
        say(extra, fmt::format("sin({})", a));
        break;
      case Op::exponential: say(out, fmt::format("exp({})", a)); break;
      case Op::tangent: say(out, fmt::format("tanh({})", a)); break;
      case Op::root: say(out, fmt::format("sqrt(1 + {0} * {0})", a)); break;
    }
  }

  void backward(int i) {
    const Dag::Node& node = dag_.nodes[i];
    const int me = dag_.inputs + i;
    if (!begun_[me]) return;  // nothing reads it
    const std::string a = value(node.a), b = value(node.b), out = value(me), d = adjoint(me);
    const std::string extra = helper('e', me), sine = helper('s', me);
    switch (node.op) {
      case Op::add: contribute(node.a, d), contribute(node.b, d); break;
      case Op::subtract: contribute(node.a, d), contribute(node.b, "-" + d); break;
      case Op::multiply: contribute(node.a, d + " * " + b), contribute(node.b, d + " * " + a); break;
      case Op::quotient:
        contribute(node.a, d + " * " + extra);
        contribute(node.b, fmt::format("{} * {} * {} * {}", d, out, extra, sine));
        break;
      case Op::sine: contribute(node.a, d + " * " + extra); break;
      case Op::cosine: contribute(node.a, fmt::format("-{} * {}", d, extra)); break;
      case Op::exponential: contribute(node.a, d + " * " + out); break;
      case Op::tangent: contribute(node.a, fmt::format("{} * (1 - {} * {})", d, out, out)); break;
      case Op::root: contribute(node.a, fmt::format("{} * {} / {}", d, a, out)); break;
    }
  }

  std::string text() const {
    std::string out = "#include <math.h>\n", sum = "0";
    const std::string arguments = "const double *restrict x, double *restrict gradient";
    auto append = [&](size_t from, size_t to) {
      for (size_t i = from; i < to; i++) out += statements_[i] + "\n";
    };
    size_t functions = 0;
    if (chunk_) {
      out += fmt::format("static double v[{0}], d[{0}], e[{0}], s[{0}];\n", dag_.size());
      for (size_t from = 0; from < statements_.size(); from += chunk_, functions++) {
        out += fmt::format("static __attribute__((noinline)) void part{}({}) {{\n", functions, arguments);
        append(from, std::min(from + chunk_, statements_.size()));
        out += "}\n";
      }
    }
    out += fmt::format("double dag({}) {{\nfor (int i = 0; i < {}; i++) gradient[i] = 0;\n", arguments,
                       dag_.inputs);
    if (!chunk_) append(0, statements_.size());
    for (size_t i = 0; i < functions; i++) out += fmt::format("part{}(x, gradient);\n", i);
    out += "double sum = 0;\n";
    for (int sink : dag_.sinks) out += fmt::format("sum += {};\n", value(sink));
    return out + "return sum;\n}\n";
  }

  const Dag& dag_;
  size_t chunk_;
  std::vector<char> begun_;
  std::vector<std::string> statements_;
};

}  // namespace

std::string write_c(const Dag& dag, int chunk) { return Writer(dag, chunk).run(); }

}  // namespace wengert::benchmarks
