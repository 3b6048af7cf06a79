// Builds the functions of kernels.wg as the entries of one object, with all that lies beside it, and writes
// calls of them with the evaluator's results, for C (calls.h) and for Python (calls.json). Arguments:
// kernels.wg, a folder.
#include <cstdio>
#include <fstream>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "codegen/describe/c_header.h"
#include "codegen/describe/python_wrapper.h"
#include "codegen/shared_library.h"
#include "frontend/compile.h"
#include "frontend/io/files.h"
#include "frontend/language/lower.h"
#include "ir/evaluate.h"

using namespace wengert;

namespace {

Tensor random_tensor(const std::string& name, Dtype dtype, std::vector<int64_t> shape,
                     std::mt19937_64& random) {
  Tensor out(dtype, std::move(shape));
  for (int64_t i = 0; i < out.count(); i++) {
    // Some of the rows picked are out of range where there are few.
    const double value =
        name == "pick" ? static_cast<double>(i % 3) : static_cast<double>(random() % 4001) / 1000.0 - 2.0;
    out.set(i, is_float(dtype) || name == "pick" ? value
               : dtype == boolean                ? (value > 0)
                                                 : std::trunc(1000 * value) + 0.5);
  }
  return out;
}

/// A C array of the elements' bits, of a type that is aligned as the elements are; NULL when there are none.
std::string c_array(std::string& text, const std::string& name, const Tensor& t) {
  if (t.count() == 0) return "NULL";
  std::vector<std::string> words;
  const size_t size = size_of(t.dtype);
  for (size_t at = 0; at < t.bytes.size(); at += size) {
    uint64_t bits = 0;
    std::memcpy(&bits, t.bytes.data() + at, size);
    words.push_back(fmt::format("0x{:x}{}", bits, size == 8 ? "u" : ""));
  }
  text += fmt::format("static const uint{}_t {}[] = {{{}}};\n", 8 * size, name, fmt::join(words, ","));
  return name;
}

nlohmann::json description(const Tensor& t) {
  std::string hex;
  for (std::byte b : t.bytes) hex += fmt::format("{:02x}", static_cast<unsigned>(b));
  return {{"dtype", name(t.dtype)}, {"shape", t.shape}, {"hex", hex}};
}

const std::vector<Bindings> sizes = {{{"N", 0}, {"D", 3}, {"M", 2}},    {{"N", 1}, {"D", 1}, {"M", 0}},
                                     {{"N", 7}, {"D", 5}, {"M", 4}},    {{"N", 6}, {"D", 0}, {"M", 1}},
                                     {{"N", 100}, {"D", 30}, {"M", 9}}, {{"N", 4500}, {"D", 3}, {"M", 3}}};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string folder = argv[2];
  const auto module = language::parse_module(read_file(argv[1]), argv[1]);
  std::vector<Program> programs;
  std::vector<NamedProgram> named;
  for (const auto& signature : language::signatures(module))
    programs.push_back(language::lower(module, signature.name));
  for (const Program& program : programs) named.push_back({program.name, &program});
  const std::string kinds[] = {"obj", "header", "json", "py"};
  const Artifacts made = build_object(named, "kernels", kinds, {.donate = {{"w", "w_new"}}});

  std::string arrays, calls;
  nlohmann::json all = nlohmann::json::array();
  int number = 0;
  std::mt19937_64 random(3);
  for (const Program& program : programs) {
    if (program.name == "descend") continue;  // writes its input: called by program.c and embed_test.py
    const Program optimized = optimize(program);
    const std::vector<std::string> symbols = program.symbols();
    for (const Bindings& known : sizes) {
      if (symbols.empty() && &known != &sizes[0]) continue;
      if (program.name == "differences" && known.at("N") == 0) continue;  // refused: the program tests that
      if (program.name.find("loss") != 0 && known.at("N") > 1000) continue;  // long sums are in the loss
      std::vector<Tensor> arguments;
      for (const Value& input : program.inputs()) {
        arguments.push_back(random_tensor(program.graph->input_name(input), program.graph->type(input).dtype,
                                          numbers(program.graph->type(input).shape, known), random));
      }
      const Evaluation expected = evaluate(optimized, arguments, known);
      std::vector<std::string> inputs, outputs, values;
      nlohmann::json call = {{"function", program.name},
                             {"arguments", nlohmann::json::array()},
                             {"results", nlohmann::json::array()},
                             {"flags", expected.flags}};
      for (const Tensor& t : arguments) {
        inputs.push_back(c_array(arrays, fmt::format("in_{}_{}", number, inputs.size()), t));
        call["arguments"].push_back(description(t));
      }
      for (const Tensor& t : expected.outputs) {
        const std::string array = c_array(arrays, fmt::format("out_{}_{}", number, outputs.size()), t);
        outputs.push_back(
            fmt::format("{{{}, {}, {}, {}}}", array, t.count(), size_of(t.dtype), is_float(t.dtype) ? 1 : 0));
        call["results"].push_back(description(t));
      }
      for (const std::string& s : symbols) {
        values.push_back(fmt::format("{}", known.at(s)));
        call["sizes"][s] = known.at(s);
      }
      arrays += fmt::format("static size_t workspace_{}(void) {{ return {}_workspace({}); }}\n", number,
                            program.name, fmt::join(values, ", "));
      if (values.empty()) values.push_back("0");  // C has no empty initialiser
      calls += fmt::format("  {{\"{0}\", {0}_packed, workspace_{1}, {{{2}}}, {{{3}}}, {{{4}}}, {5}, {6}}},\n",
                           program.name, number, fmt::join(inputs, ", "), fmt::join(values, ", "),
                           fmt::join(outputs, ", "), outputs.size(), expected.flags);
      all.push_back(call);
      number++;
    }
  }
  const std::string text = "/* Calls of the kernels with the evaluator's results. */\n" + arrays +
                           "\nstruct output { const void *bits; size_t count, size; int is_float; };\n"
                           "struct call {\n  const char *name;\n  int (*packed)(const void *const *, const "
                           "int64_t *, void *const *, void *);\n"
                           "  size_t (*workspace)(void);\n  const void *inputs[8];\n  int64_t symbols[4];\n  "
                           "struct output outputs[8];\n"
                           "  int output_count, flags;\n};\nstatic const struct call calls[] = {\n" +
                           calls + "};\n";
  write_files(std::vector<FileContent>{{folder + "/kernels.o", {made.object.data(), made.object.size()}},
                                       {folder + "/kernels.h", made.header},
                                       {folder + "/kernels.json", made.description},
                                       {folder + "/kernels.py", made.python},
                                       {folder + "/calls.h", text},
                                       {folder + "/calls.json", all.dump()}});
  write_shared_library(made.object, Target::named("", ""), folder + "/" + shared_library_name("kernels"));
  return 0;
}
