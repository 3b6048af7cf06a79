// A multilayer perceptron learns XOR: 2 inputs, 8 hidden units with tanh, 1 output with the logistic
// function. One compiled kernel is one training step: loss, gradient and the optimiser's update are nodes of
// one graph, and N, the number of examples in the step, is an argument of the kernel.
#include <wengert/wengert.h>

#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace wengert;

namespace {

const std::vector<std::pair<const char*, Shape>> parameter_types = {
    {"W", {2, 8}}, {"b", {8}}, {"u", {8}}, {"c", {}}};

Expr score(const std::vector<Expr>& p, Expr X) { return matmul(tanh(matmul(X, p[0]) + p[1]), p[2]) + p[3]; }

/// New parameter and state from parameter, gradient, state and the number of the step.
using Update = std::function<std::vector<Expr>(Expr p, Expr g, const std::vector<Expr>& state, Expr step)>;

struct Method {
  const char* name;
  int examples;  ///< in a step; 4 is all of them
  int states;    ///< arrays of state for each parameter
  Update update;
};

const Update descend = [](Expr p, Expr g, const std::vector<Expr>&, Expr) {
  return std::vector{gradient_descent(p, g, 0.2)};
};

const Method methods[] = {
    {"SGD", 1, 0, descend},
    {"minibatch", 2, 0, descend},
    {"momentum", 4, 1,
     [](Expr p, Expr g, const std::vector<Expr>& s, Expr) {
       const VelocityStep next = momentum(p, g, s[0], 0.1);
       return std::vector{next.parameter, next.velocity};
     }},
    {"Nesterov", 4, 1,
     [](Expr p, Expr g, const std::vector<Expr>& s, Expr) {
       const VelocityStep next = nesterov(p, g, s[0], 0.1);
       return std::vector{next.parameter, next.velocity};
     }},
    {"Adagrad", 4, 1,
     [](Expr p, Expr g, const std::vector<Expr>& s, Expr) {
       const AdagradStep next = adagrad(p, g, s[0], 0.3);
       return std::vector{next.parameter, next.squares};
     }},
    {"Adam", 4, 2,
     [](Expr p, Expr g, const std::vector<Expr>& s, Expr step) {
       const AdamStep next = adam(p, g, s[0], s[1], step, 0.02);
       return std::vector{next.parameter, next.first, next.second};
     }},
};

struct Model {
  Program program;
  std::vector<Expr> parameters;
  Model() {
    for (auto& [name, shape] : parameter_types) parameters.push_back(program.graph->input(name, f64, shape));
  }
};

/// (parameters, their states, X, y, step) -> (parameters, states, loss).
CompiledFunction training_step(const Method& method) {
  Model m;
  Graph& graph = *m.program.graph;
  std::vector<std::vector<Expr>> states(m.parameters.size());
  for (size_t i = 0; i < states.size(); i++)
    for (int k = 0; k < method.states; k++)
      states[i].push_back(graph.input(std::string(parameter_types[i].first) + "_state" + std::to_string(k),
                                      f64, m.parameters[i].shape()));
  const Extent N = Extent::symbol("N");
  const Expr X = graph.input("X", f64, {N, 2}), y = graph.input("y", f64, {N}),
             step = graph.input("step", f64);
  const Expr loss = mean(binary_cross_entropy(score(m.parameters, X), y));
  const std::vector<Expr> gradient = gradients({&loss, 1}, m.parameters);
  std::vector<Output> new_states;
  for (size_t i = 0; i < m.parameters.size(); i++) {
    const std::vector<Expr> next = method.update(m.parameters[i], gradient[i], states[i], step);
    m.program.outputs.push_back({std::string("new_") + parameter_types[i].first, next[0].value()});
    for (size_t k = 1; k < next.size(); k++)
      new_states.push_back({"new_" + graph.input_name(states[i][k - 1].value()), next[k].value()});
  }
  m.program.outputs.insert(m.program.outputs.end(), new_states.begin(), new_states.end());
  m.program.outputs.push_back({"loss", loss.value()});
  return jit(m.program);
}

CompiledFunction prediction() {
  Model m;
  const Expr X = m.program.graph->input("X", f64, {Extent::symbol("N"), 2});
  m.program.outputs = {{"probability", sigmoid(score(m.parameters, X)).value()}};
  return jit(m.program);
}

const double inputs[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, targets[4] = {0, 1, 1, 0};

/// The examples with these numbers, as X and y.
std::pair<Tensor, Tensor> examples(const std::vector<int>& which) {
  const int64_t n = static_cast<int64_t>(which.size());
  Tensor X(f64, {n, 2}), y(f64, {n});
  for (int64_t i = 0; i < n; i++) {
    for (int k = 0; k < 2; k++) X.set(2 * i + k, inputs[which[i]][k]);
    y.set(i, targets[which[i]]);
  }
  return {X, y};
}

}  // namespace

int main() {
  const CompiledFunction predict = prediction();
  constexpr int steps = 2000;
  bool learnt = true;
  std::printf("%-10s %8s | mean loss of the 100 steps up to\n", "", "examples");
  std::printf("%-10s %8s |", "method", "a step");
  for (int step : {100, 500, 1000, 1500, 2000}) std::printf(" %8d", step);
  std::printf(" | f(0,0)  f(0,1)  f(1,0)  f(1,1)\n");
  for (const Method& method : methods) {
    const CompiledFunction train = training_step(method);
    std::mt19937 random(7);  // its numbers are the same everywhere, those of the distributions are not
    const auto uniform = [&] { return 2.0 * random() / 4294967295.0 - 1.0; };
    std::vector<Tensor> arguments;
    for (const Value& input : train.program().inputs()) {
      const std::string& name = train.program().graph->input_name(input);
      if (name == "X") break;
      std::vector<int64_t> shape;
      for (const Extent& e : train.program().graph->type(input).shape) shape.push_back(*e.number());
      arguments.emplace_back(f64, shape);
      if (name == "W" || name == "u")
        for (int64_t i = 0; i < arguments.back().count(); i++) arguments.back().set(i, uniform());
    }
    const size_t learnt_arrays = arguments.size();
    arguments.resize(learnt_arrays + 3);
    std::printf("%-10s %8d |", method.name, method.examples);
    std::vector<int> order = {0, 1, 2, 3};
    double total = 0;
    for (int step = 1; step <= steps; step++) {
      // A random choice without repetition: the first of a shuffled order.
      for (size_t i = 0; i < 4; i++) std::swap(order[i], order[i + random() % (4 - i)]);
      std::tie(arguments[learnt_arrays], arguments[learnt_arrays + 1]) =
          examples({order.begin(), order.begin() + method.examples});
      arguments[learnt_arrays + 2] = Tensor::scalar(f64, step);
      std::vector<Tensor> next = train(arguments);
      total += next.back().at(0);
      for (size_t i = 0; i < learnt_arrays; i++) arguments[i] = std::move(next[i]);
      if (step % 500 == 0 || step == 100) std::printf(" %.6f", total / 100);
      if (step % 100 == 0) total = 0;
    }
    std::printf(" |");
    std::vector<Tensor> at(arguments.begin(), arguments.begin() + 4);
    at.push_back(examples({0, 1, 2, 3}).first);
    const Tensor probability = predict(at)[0];
    for (int i = 0; i < 4; i++) {
      std::printf(" %6.3f ", probability.at(i));
      learnt = learnt && (probability.at(i) > 0.5) == (targets[i] == 1);
    }
    std::printf("\n");
  }
  std::printf(learnt ? "every method has learnt XOR\n" : "a method has not learnt XOR\n");
  return learnt ? 0 : 1;
}
