#include "benchmarks/rows/dag.h"

#include <cmath>
#include <cstdlib>
#include <functional>

#include "benchmarks/harness/array.h"

namespace wengert::benchmarks {
namespace {

using Op = Dag::Op;

// Draws nodes, and keeps a bound of each value, so that none grows beyond 4.
class Drawing {
 public:
  Drawing(uint64_t seed, Dag& dag)
      : random(seed), dag_(dag), bounds_(dag.inputs, 1.0), read_(dag.inputs, true) {
    for (int i = 0; i < dag.inputs; i++) dag.x.push_back(random.uniform(-1, 1));
  }

  int draw(const std::function<int()>& first, const std::function<int()>& second) {
    const Dag::Node node{static_cast<Op>(random.below(9)), first(), second()};
    if (bound(node) <= 4) return append(node);
    static constexpr Op small[] = {Op::sine, Op::cosine, Op::tangent};
    return append({small[random.below(3)], node.a, node.b});
  }

  int append(Dag::Node node) {
    bounds_.push_back(bound(node));
    read_.push_back(false);
    read_[node.a] = true;
    if (node.two()) read_[node.b] = true;
    dag_.nodes.push_back(node);
    return dag_.size() - 1;
  }

  std::vector<int> unread(int from) const {
    std::vector<int> out;
    for (int i = from; i < dag_.size(); i++)
      if (!read_[i]) out.push_back(i);
    return out;
  }

  Random random;

 private:
  double bound(const Dag::Node& node) const {
    const double a = bounds_[node.a], b = bounds_[node.b];
    switch (node.op) {
      case Op::add:
      case Op::subtract: return a + b;
      case Op::multiply: return a * b;
      case Op::quotient: return a;
      case Op::exponential: return std::exp(a);
      case Op::root: return std::sqrt(1 + a * a);
      default: return 1;
    }
  }

  Dag& dag_;
  std::vector<double> bounds_;
  std::vector<char> read_;
};

}  // namespace

Dag wide_dag(int nodes) {
  Dag dag;
  Drawing drawing(10, dag);
  auto pick = [&] {
    if (drawing.random.uniform() < 0.15) return static_cast<int>(drawing.random.below(dag.inputs));
    return dag.size() - 1 - static_cast<int>(drawing.random.below(std::min(dag.size(), 300)));
  };
  for (int i = 0; i < nodes; i++) drawing.draw(pick, pick);
  dag.sinks = drawing.unread(dag.inputs);
  return dag;
}

Dag narrow_dag(int nodes, int depth) {
  Dag dag;
  Drawing drawing(12, dag);
  const int width = nodes / depth;
  for (int level = 0; level < depth; level++) {
    const int begin = dag.size();
    for (int i = 0; i < width; i++)
      drawing.draw([&] { return begin - 1 - static_cast<int>(drawing.random.below(width)); },
                   [&] { return begin - 1 - static_cast<int>(drawing.random.below(4 * width)); });
  }
  dag.sinks = drawing.unread(dag.inputs);
  return dag;
}

Dag repeated_dag(int block, int blocks) {
  constexpr int state_size = 8, window = 40;
  Dag dag;
  Drawing drawing(13, dag);
  // The block's graph: numbers below state_size are the state, up to dag.inputs the inputs, above its own
  // nodes.
  Dag pattern;
  Drawing inner(14, pattern);
  auto pick = [&] {
    const int own = static_cast<int>(pattern.nodes.size());
    const double kind = inner.random.uniform();
    if (kind < 0.1 || own == 0)
      return static_cast<int>(inner.random.below(kind < 0.05 ? pattern.inputs : state_size));
    return pattern.size() - 1 - static_cast<int>(inner.random.below(std::min(own, window)));
  };
  std::vector<int> out;
  while (static_cast<int>(pattern.nodes.size()) + static_cast<int>(inner.unread(pattern.inputs).size()) <
         block)
    inner.draw(pick, pick);
  // What nobody reads is summed into eight values, which are kept small for the next block.
  const std::vector<int> unread = inner.unread(pattern.inputs);
  for (int s = 0; s < state_size; s++) {
    int sum = unread.at(s);
    for (size_t i = s + state_size; i < unread.size(); i += state_size)
      sum = inner.append({Op::add, sum, unread[i]});
    out.push_back(inner.append({Op::sine, sum, sum}));
  }

  std::vector<int> state;
  for (int s = 0; s < state_size; s++) state.push_back(s);
  for (int b = 0; b < blocks; b++) {
    const int begin = dag.size();
    auto place = [&](int i) {
      return i < state_size ? state[i] : i < dag.inputs ? i : begin + i - dag.inputs;
    };
    for (const Dag::Node& node : pattern.nodes) drawing.append({node.op, place(node.a), place(node.b)});
    for (int s = 0; s < state_size; s++) state[s] = begin + out[s] - dag.inputs;
  }
  dag.sinks = state;
  return dag;
}

Interpreter::Interpreter(const Dag& dag)
    : dag_(dag), values_(dag.size()), slopes_(2 * dag.nodes.size()), adjoints_(dag.size()) {}

double Interpreter::operator()(const double* x, double* gradient) {
  const int inputs = dag_.inputs, count = static_cast<int>(dag_.nodes.size());
  for (int i = 0; i < inputs; i++) values_[i] = x[i];
  for (int i = 0; i < count; i++) {
    const Dag::Node node = dag_.nodes[i];
    const double a = values_[node.a], b = values_[node.b];
    double value = 0, by_a = 0, by_b = 0;
    switch (node.op) {
      case Op::add: value = a + b, by_a = 1, by_b = 1; break;
      case Op::subtract: value = a - b, by_a = 1, by_b = -1; break;
      case Op::multiply: value = a * b, by_a = b, by_b = a; break;
      case Op::quotient:
        by_a = 1 / (2 + std::cos(b)), value = a * by_a, by_b = value * by_a * std::sin(b);
        break;
      case Op::sine: value = std::sin(a), by_a = std::cos(a); break;
      case Op::cosine: value = std::cos(a), by_a = -std::sin(a); break;
      case Op::exponential: value = by_a = std::exp(a); break;
      case Op::tangent: value = std::tanh(a), by_a = 1 - value * value; break;
      case Op::root: value = std::sqrt(1 + a * a), by_a = a / value; break;
    }
    values_[inputs + i] = value;
    slopes_[2 * i] = by_a;
    slopes_[2 * i + 1] = by_b;
  }
  double sum = 0;
  adjoints_.assign(adjoints_.size(), 0.0);
  for (int sink : dag_.sinks) sum += values_[sink], adjoints_[sink] += 1;
  for (int i = count - 1; i >= 0; i--) {
    const Dag::Node node = dag_.nodes[i];
    adjoints_[node.a] += adjoints_[inputs + i] * slopes_[2 * i];
    if (node.two()) adjoints_[node.b] += adjoints_[inputs + i] * slopes_[2 * i + 1];
  }
  for (int i = 0; i < inputs; i++) gradient[i] = adjoints_[i];
  return sum;
}

}  // namespace wengert::benchmarks
