// Random programs, a third of them with gradients, through everything: the kernel gives the evaluator's bits,
// and the exact passes keep them.
//
//   kernel_fuzz [--count 300] [--seed 1] [--found FOLDER]
//
// Seeds count up from the one given. A failure is printed with its seed and as the smallest program that
// still fails; those that were found once lie in FOLDER and are run first.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "../passes/random_values.h"
#include "compiled.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/reductions.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "passes/gradients.h"
#include "passes/passes.h"
#include "random_program.h"

using namespace wengert;
using namespace wengert::fuzz;
using namespace wengert::testing;

namespace {

// What is wrong with the program, or empty.
using Complaint = std::function<std::string(const Program&)>;

// A rough count of the evaluator's steps; more than most_steps when the sizes overflow.
constexpr int64_t most_steps = 400'000;
int64_t steps(const Program& program, const Bindings& symbols) {
  int64_t total = 0;
  for (uint32_t id = 0; id < program.graph->size() && total <= most_steps; id++) {
    const Node& node = program.graph->node(id);
    try {
      int64_t work = 0;
      for (const Type& type : *node.types) work += element_count(type.shape).evaluate(symbols);
      if (node.op->kind == Kind::contraction || node.op->kind == Kind::scatter)
        for (Value input : program.graph->inputs(id))
          work *= std::max<int64_t>(1, element_count(program.graph->type(input).shape).evaluate(symbols));
      if (work < 0 || work > most_steps) return most_steps + 1;
      total += work;
    } catch (const Error&) { return most_steps + 1; }
  }
  return total;
}

// Small numbers with zeros among them, and the largest that the evaluator does soon.
std::vector<Bindings> sizes(const Program& program, uint64_t seed) {
  std::vector<Bindings> out = {random_symbols(seed)};
  if (program.symbols().empty()) return out;
  const int64_t small = static_cast<int64_t>(seed % 5);
  for (int64_t large : {9001, 3073, 700, 130, 67, 33, 17, 9}) {
    Bindings symbols = {{"N", large - static_cast<int64_t>(seed % 3)}, {"M", small}};
    if (seed % 2) std::swap(symbols["N"], symbols["M"]);
    Bindings rows = symbols;  // memory is wanted for some rows where there are none
    for (auto& [name, number] : rows) number = std::max<int64_t>(1, number);
    if (steps(program, rows) > most_steps) continue;
    out.push_back(symbols);
    break;
  }
  return out;
}

std::string show(const Bindings& symbols) {
  std::string out;
  for (const auto& [name, number] : symbols) out += fmt::format("{}={} ", name, number);
  return out;
}

// What was compared; shrinking does not count.
struct Tally {
  uint64_t programs = 0, gradients = 0, runs = 0, elements = 0, without_elements = 0;
  uint64_t donated = 0, in_place = 0, recomputed = 0;
  bool counting = false;
};
Tally tally;

bool donates(uint64_t seed) { return seed / 2 % 2 == 0; }

std::string difference(const Program& program, const Evaluation& expected, const Evaluation& got) {
  for (size_t k = 0; k < expected.outputs.size(); k++) {
    const Tensor &x = expected.outputs[k], &y = got.outputs[k];
    if (tally.counting) tally.elements += static_cast<uint64_t>(x.count());
    if (x.same_bits(y)) continue;
    for (int64_t i = 0; i < x.count(); i++) {
      const size_t width = size_of(x.dtype), at = static_cast<size_t>(i) * width;
      Tensor p(x.dtype, {}), q = p;
      std::copy_n(x.bytes.data() + at, width, p.bytes.data());
      std::copy_n(y.bytes.data() + at, width, q.bytes.data());
      if (!p.same_bits(q))
        return fmt::format("output {} at {}: {:a} expected, {:a} got", program.outputs[k].name, i, p.at(0),
                           q.at(0));
    }
  }
  return expected.flags == got.flags ? ""
                                     : fmt::format("flags {} expected, {} got", expected.flags, got.flags);
}

// For this machine, or for the one that objects are built for unless another is named: its vectors may be
// shorter.
const Target& target_of(uint64_t seed) {
  static const Target host = Target::host(), shipped = Target::named("");
  static const bool runs = shipped.runs_here();
  return runs && seed % 4 >= 2 ? shipped : host;
}

// Which inputs become outputs of their type, in every second program most that can.
std::vector<Donation> donations(const Program& program, uint64_t seed) {
  std::vector<Donation> out;
  if (!donates(seed)) return out;
  std::mt19937_64 random(seed);
  std::vector<char> taken(program.outputs.size());
  for (uint32_t i = 0; i < program.inputs().size(); i++) {
    const Type& type = program.graph->type(program.inputs()[i]);
    for (uint32_t tried = 0; tried < taken.size() && !type.is_scalar(); tried++) {
      const auto o = static_cast<uint32_t>((tried + random()) % taken.size());
      if (taken[o] || program.graph->type(program.outputs[o].value) != type || random() % 8 == 0) continue;
      out.push_back({i, o});
      taken[o] = 1;
      break;
    }
  }
  std::shuffle(out.begin(), out.end(), random);
  return out;
}

int64_t bytes_of(const Plan& plan) { return *with_alignment(plan.workspace).number(); }

// Every third program is compiled for threads. In every fourth one nodes are recomputed that would be stored,
// as a limit of the workspace might want; where sizes are known there is such a limit: none at all, or one
// below what the plan would take, and then larger ones until one can be kept.
Plan plan_of(const Program& program, uint64_t seed) {
  PlanOptions options{.vector_bits = target_of(seed).vector_bits,
                      .threads = seed % 3 == 0 ? 2 + static_cast<uint32_t>(seed % 7) : 1,
                      .part_work = 1,
                      .donations = donations(program, seed)};
  if (seed % 5 != 2 && seed % 8 != 4) return make_plan(program, options);
  std::mt19937_64 random(seed);
  std::vector<char> recompute(program.graph->size());
  for (char& node : recompute) node = random() % 4 != 0;
  Plan out = make_plan_without(program, options, std::move(recompute));
  const Plan plain = make_plan(program, options);
  const bool known = plain.workspace.is_number() && std::ranges::all_of(plain.requests, [](const auto& one) {
                       return one.bytes.is_number();
                     });
  if (!known) return out;
  const int64_t most = bytes_of(plain);
  options.workspace_limit = random() % 2 ? 0 : static_cast<int64_t>(random() % (most + 1));
  for (;; options.workspace_limit = 2 * *options.workspace_limit + 64) try {
      out = make_plan(program, options);
      break;
    } catch (const Error& error) {
      if (error.code() != Code::size) throw;
      if (*options.workspace_limit >= most) throw;
    }
  if (bytes_of(out) > *options.workspace_limit)
    throw Error(Code::internal, fmt::format("the workspace has {} bytes, the limit is {}", bytes_of(out),
                                            *options.workspace_limit));
  // What the plan takes is a limit that can be kept.
  options.workspace_limit = bytes_of(out);
  make_plan(program, options);
  if (tally.counting) tally.recomputed += !out.recomputed.empty();
  return out;
}

// Every second program is compiled as it was drawn, the others behind the passes; half of them store around
// the caches whatever the sizes.
std::string kernel_differs(const Program& drawn, uint64_t seed) {
  RunOptions options;
  options.verify = false;
  const Program program =
      seed % 2 ? optimize(drawn, options) : run_pass(remove_dead_nodes, run_pass(expand_composites, drawn));
  CompileOptions compiling{.tier = seed % 5 == 0 ? Tier::fast : Tier::full};
  if (seed / 4 % 2 == 0) compiling.beyond_caches = 0;
  const Compiled compiled(plan_of(program, seed), compiling, target_of(seed));
  if (tally.counting)
    for (const PlacedDonation& donated : compiled.plan().donations)
      tally.donated++, tally.in_place += donated.root.has_value();
  std::mt19937_64 random(seed);
  for (const Bindings& symbols : sizes(program, seed)) {
    for (int i = 0; i < 2; i++) {
      const std::vector<Tensor> arguments = random_arguments(program, symbols, Draw(), random);
      if (tally.counting) tally.runs++;
      const std::string why =
          difference(program, evaluate(program, arguments, symbols), compiled.run(arguments, symbols));
      if (!why.empty()) return fmt::format("kernel, {}: {}", show(symbols), why);
    }
  }
  return "";
}

// What no result needs any more may raise no flag any more.
std::string passes_change_bits(const Program& program, uint64_t seed) {
  RunOptions exactly;
  exactly.stable = false;
  const Program after = optimize(program, exactly);
  std::mt19937_64 random(seed);
  const Bindings symbols = random_symbols(seed);
  const std::vector<Tensor> arguments = random_arguments(program, symbols, Draw(), random);
  Evaluation expected = evaluate(program, arguments, symbols), got = evaluate(after, arguments, symbols);
  got.flags |= expected.flags;
  const std::string why = difference(program, expected, got);
  return why.empty() ? why : fmt::format("exact passes, {}: {}", show(symbols), why);
}

Complaint complaint_of(uint64_t seed) {
  return [seed](const Program& program) -> std::string {
    try {
      std::string why = kernel_differs(program, seed);
      if (why.empty()) why = passes_change_bits(program, seed);
      return why;
    } catch (const Error& e) { return fmt::format("threw {}", e.what()); }
  };
}

// Appends outputs: the gradient of the sum of a float output by some of the float inputs.
void add_gradient(Program& program, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Expr> ys, xs;
  for (const Output& output : program.outputs)
    if (is_float(program.graph->type(output.value).dtype)) ys.push_back(program.expr(output.value));
  for (Value input : program.inputs())
    if (is_float(program.graph->type(input).dtype) && random() % 4 != 0) xs.push_back(program.expr(input));
  if (xs.empty() || ys.empty()) return;
  const Expr y = sum(ys[random() % ys.size()]);
  const std::vector<Expr> gradient = gradients({&y, 1}, xs);
  for (size_t i = 0; i < xs.size(); i++)
    program.outputs.push_back({fmt::format("d{}", i), gradient[i].value()});
  tally.gradients++;
}

// Appends outputs of the types of inputs: nodes as they are, and what they add to the input.
void add_updates(Program& program, uint64_t seed) {
  std::mt19937_64 random(seed);
  const uint32_t size = program.graph->size();
  for (size_t i = 0; i < program.inputs().size(); i++) {
    const Value input = program.inputs()[i];
    const Type type = program.graph->type(input);
    std::vector<Value> alike;
    for (uint32_t id = 0; id < size; id++)
      if (program.graph->type({id, 0}) == type) alike.push_back({id, 0});
    if (type.is_scalar() || random() % 3 == 0) continue;
    Expr update = program.expr(alike[random() % alike.size()]);
    if (type.dtype != boolean && random() % 2 == 0) update = program.expr(input) + update;
    program.outputs.push_back({fmt::format("u{}", i), update.value()});
  }
}

int failures = 0;

void attempt(const std::string& what, const Program& program, const Complaint& complaint) {
  tally.programs++;
  tally.counting = true;
  const uint64_t before = tally.elements;
  const bool content = complaint(program).empty();
  tally.counting = false;
  if (tally.elements == before) tally.without_elements++;
  if (content) return;
  failures++;
  const Program small = shrink(program, [&](const Program& p) { return !complaint(p).empty(); });
  fmt::print("FAILED {}: {}\n{}\n", what, complaint(small), print(small));
  std::fflush(stdout);
}

void run_found(const std::string& folder) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".wir") continue;
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const Program program = parse(text.str(), file.path().string());
    for (uint64_t seed = 0; seed < 10; seed++)
      attempt(fmt::format("{} (seed {})", file.path().filename().string(), seed), program,
              complaint_of(seed));
  }
}

// A crash names its seed.
volatile sig_atomic_t current = 0;
extern "C" void crashed(int) {
  char text[] = "crashed at seed          0\n";
  for (int i = sizeof text - 3, left = current; left > 0; left /= 10, i--)
    text[i] = static_cast<char>('0' + left % 10);
  if (write(2, text, sizeof text - 1) < 0) _exit(3);
  _exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("random programs: kernels and passes against the evaluator");
  uint64_t seed = 1, count = 300;
  std::string found;
  app.add_option("--count", count, "how many programs")->capture_default_str();
  app.add_option("--seed", seed, "the first seed")->capture_default_str();
  app.add_option("--found", found, "a folder of programs that failed once");
  CLI11_PARSE(app, argc, argv);
  for (int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, crashed);
  if (!found.empty()) run_found(found);
  for (uint64_t s = seed; s < seed + count; s++) {
    current = static_cast<sig_atomic_t>(s);
    Recipe recipe;
    recipe.nodes = 5 + static_cast<int>(s % 41);
    recipe.symbols = s % 4 != 0;
    recipe.doubles = s % 6 == 0;
    Program program = random_program(s, recipe);
    if (s % 3 == 0) add_gradient(program, s);
    if (donates(s)) add_updates(program, s);
    attempt(fmt::format("seed {}", s), program, complaint_of(s));
    if ((s - seed + 1) % 1000 == 0) fmt::print(stderr, "{} programs, {} failures\n", s - seed + 1, failures);
  }
  fmt::print(
      "{} programs ({} with a gradient), {} runs, {} elements compared; "
      "{} programs without elements; {} donated arrays, {} of them written in place; {} limits of workspaces "
      "kept by recomputing; {} failures\n",
      tally.programs, tally.gradients, tally.runs, tally.elements, tally.without_elements, tally.donated,
      tally.in_place, tally.recomputed, failures);
  // Too few comparisons are a failure of the test.
  const bool enough = tally.without_elements * 10 <= tally.programs && tally.in_place * 4 >= tally.programs &&
                      tally.recomputed * 200 >= tally.programs;
  if (!enough) fmt::print("FAILED: too few programs are compared\n");
  return failures == 0 && enough ? 0 : 1;
}
