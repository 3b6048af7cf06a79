#include "codegen/describe/c_header.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/kernel_abi.h"

namespace wengert {
namespace {

/// Text that is safe inside a C comment: it neither ends there nor seems to begin another.
std::string comment(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const char before = out.empty() ? ' ' : out.back();
    if ((before == '*' && c == '/') || (before == '/' && c == '*')) out += ' ';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out;
}

std::string guard(const std::string& name) {
  std::string out = "WENGERT_KERNELS_";
  for (char c : name)
    out += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::toupper(c)) : '_';
  return out + "_H";
}

/// The features that are there; those that are not say nothing to a reader.
std::string enabled_features(const std::string& features) {
  std::string out;
  for (size_t at = 0; at < features.size();) {
    const size_t end = std::min(features.find(',', at), features.size());
    if (features[at] == '+') {
      if (!out.empty()) out += ' ';
      out.append(features, at + 1, end - at - 1);
    }
    at = end + 1;
  }
  return out;
}

std::string parameters(const std::vector<std::string>& list) {
  return list.empty() ? "void" : fmt::format("{}", fmt::join(list, ", "));
}

std::string declaration(const Entry& entry) {
  const ArgumentNames names(entry);
  std::vector<std::string> symbols, arguments;
  for (const std::string& symbol : names.symbols) symbols.push_back("int64_t " + symbol);
  std::string lines;
  auto describe = [&](const std::string& name, const char* role, const Argument& argument) {
    lines += fmt::format("     {:<6} {}: {}{}\n", role, name, names.spell(entry, argument.type),
                         name == argument.name ? "" : comment(fmt::format(" ({})", argument.name)));
  };
  for (size_t i = 0; i < entry.inputs.size(); i++) {
    const Argument& input = entry.inputs[i];
    const bool by_value = input.type.is_scalar();
    const std::optional<uint32_t> becomes = entry.output_of(i);
    arguments.push_back(fmt::format("{}{} {}{}", by_value || becomes ? "" : "const ",
                                    c_type(input.type.dtype), by_value ? "" : "*", names.inputs[i]));
    describe(names.inputs[i], becomes ? "in-out" : "input", input);
    if (becomes) lines += fmt::format("            becomes {}\n", comment(entry.outputs[*becomes].name));
  }
  arguments.insert(arguments.end(), symbols.begin(), symbols.end());
  for (const std::string& symbol : names.symbols) lines += fmt::format("     size   {}\n", symbol);
  for (size_t i = 0; i < entry.outputs.size(); i++) {
    if (entry.donated_for(i)) continue;
    arguments.push_back(fmt::format("{} *{}", c_type(entry.outputs[i].type.dtype), names.outputs[i]));
    describe(names.outputs[i], "output", entry.outputs[i]);
  }
  arguments.push_back("void *workspace");
  if (entry.threaded()) {
    arguments.push_back(fmt::format("{} {}", parallel_for_type, parallel_for_name));
    arguments.push_back(fmt::format("void *{}", context_name));
  }
  lines += fmt::format("     workspace: {}\n", comment(workspace_text(entry, names)));
  const std::string summary = entry.summary.empty() ? entry.symbol : entry.symbol + ": " + entry.summary;
  return fmt::format(
      "/* {0}\n{1}*/\n"
      "int {2}({3});\n"
      "size_t {2}_workspace({4});\n"
      "int {2}_packed(const void *const *inputs, const int64_t *symbols, void *const *outputs, void "
      "*workspace{5});\n"
      "size_t {2}_packed_workspace(const int64_t *symbols);\n\n",
      comment(summary), lines, entry.symbol, fmt::join(arguments, ",\n        "), parameters(symbols),
      entry.threaded()
          ? fmt::format(",\n        {} {}, void *{}", parallel_for_type, parallel_for_name, context_name)
          : "");
}

std::string codes() {
  return fmt::format(
      "#ifndef WENGERT_ABI_VERSION\n"
      "#define WENGERT_ABI_VERSION {}\n"
      "#define WENGERT_OK {}\n"
      "/* Refused before anything was written: */\n"
      "#define WENGERT_BAD_SYMBOL ({})     /* a size is negative */\n"
      "#define WENGERT_BAD_EXTENT ({})     /* an extent made of the sizes is negative, divides by zero, or "
      "is\n"
      "                                    0 where max, min, argmax or argmin need an element */\n"
      "#define WENGERT_SIZE_OVERFLOW ({})  /* an array or the workspace is larger than 2^63 - 1 bytes */\n"
      "#define WENGERT_NULL_INPUT ({})     /* NULL for an input that has elements */\n"
      "#define WENGERT_NULL_OUTPUT ({})    /* NULL for an output that has elements */\n"
      "#define WENGERT_NULL_WORKSPACE ({}) /* NULL though a workspace is needed */\n"
      "/* Ran to the end; a sum of flags: */\n"
      "#define WENGERT_INDEX_OUT_OF_RANGE {} /* an index was out of range; its element is NaN or 0 */\n"
      "#endif\n\n",
      WENGERT_ABI_VERSION, static_cast<int>(WENGERT_OK), static_cast<int>(WENGERT_BAD_SYMBOL),
      static_cast<int>(WENGERT_BAD_EXTENT), static_cast<int>(WENGERT_SIZE_OVERFLOW),
      static_cast<int>(WENGERT_NULL_INPUT), static_cast<int>(WENGERT_NULL_OUTPUT),
      static_cast<int>(WENGERT_NULL_WORKSPACE), static_cast<int>(WENGERT_INDEX_OUT_OF_RANGE));
}

std::string threads(uint32_t most) {
  return fmt::format(
      "/* How kernels share their work: they call parallel_for(context, count, body, data), which calls "
      "body(data, i)\n"
      "   once for each i from 0 to count - 1, on any threads and in any order, and returns when all calls "
      "have\n"
      "   returned. count is {0} at most, and 1 is not asked for: small work is done by the caller. A call "
      "of "
      "body takes\n"
      "   the next piece of work until there is none, so count need not be that of the threads. NULL: the "
      "caller does\n"
      "   everything. The results have the same bits in any case. With OpenMP:\n\n"
      "     static void openmp_for(void *context, int64_t count, void (*body)(void *, int64_t), void *data)\n"
      "     {{\n"
      "       (void)context;\n"
      "       #pragma omp parallel for schedule(dynamic, 1)\n"
      "       for (int64_t i = 0; i < count; i++)\n"
      "         body(data, i);\n"
      "     }}\n\n"
      "   and with threads made for the call:\n\n"
      "     struct one {{ void (*body)(void *, int64_t); void *data; int64_t i; pthread_t thread; }};\n"
      "     static void *run(void *one) {{ struct one *o = one; o->body(o->data, o->i); return NULL; }}\n"
      "     static void pthread_for(void *context, int64_t count, void (*body)(void *, int64_t), void "
      "*data)\n"
      "     {{\n"
      "       struct one o[{0}];\n"
      "       (void)context;\n"
      "       for (int64_t i = 0; i < count; i++) {{\n"
      "         o[i] = (struct one){{body, data, i, 0}};\n"
      "         if (i == 0 || pthread_create(&o[i].thread, NULL, run, &o[i]))\n"
      "           body(data, o[i].i), o[i].body = NULL;\n"
      "       }}\n"
      "       for (int64_t i = 0; i < count; i++)\n"
      "         if (o[i].body)\n"
      "           pthread_join(o[i].thread, NULL);\n"
      "     }} */\n"
      "#ifndef WENGERT_PARALLEL_FOR\n"
      "#define WENGERT_PARALLEL_FOR\n"
      "typedef void (*{1})(void *context, int64_t count, void (*body)(void *data, int64_t i),\n"
      "        void *data);\n"
      "#endif\n\n",
      most, parallel_for_type);
}

}  // namespace

std::string write_c_header(const ObjectDescription& object) {
  const std::string features = enabled_features(object.target.features);
  std::string out = fmt::format(
      "/* Kernels of {0}.o, written by Wengert {1}. C ABI version {2}.\n"
      "   Target: {3}, CPU {4}{5}.\n\n"
      "   Arrays are dense and row-major. Inputs may overlap one another; outputs and workspace overlap "
      "nothing. Rank-0\n"
      "   inputs go by value, everything else by pointer; bool is uint8_t, 0 or 1. workspace points at "
      "NAME_workspace()\n"
      "   bytes of any alignment, or is NULL when that is 0; NAME_workspace() is SIZE_MAX for sizes that "
      "NAME refuses.\n"
      "   NAME_packed and NAME_packed_workspace take the same arguments in arrays, every input by pointer. "
      "All\n"
      "   functions are re-entrant. NAME and NAME_packed return 0, a sum of positive flags, or a negative "
      "code when\n"
      "   they refused the call. */\n",
      comment(object.name), WENGERT_VERSION, WENGERT_ABI_VERSION, object.target.triple, object.target.cpu,
      features.empty() ? "" : ", features " + features);
  out += fmt::format("#ifndef {0}\n#define {0}\n\n#include <stddef.h>\n#include <stdint.h>\n\n",
                     guard(object.name));
  out += codes();
  if (std::ranges::any_of(object.entries, [](const Entry& entry) { return !entry.donations.empty(); }))
    out +=
        "/* An in-out array is read as an input and is an output afterwards; it overlaps nothing. "
        "NAME_packed takes it\n"
        "   among the inputs, and does not read its output's place among the outputs. */\n\n";
  out += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  uint32_t most = 1;
  for (const Entry& entry : object.entries) most = std::max(most, entry.threads);
  if (most > 1) out += threads(most);
  if (!object.external.empty())
    out += fmt::format("/* Functions that the object needs from the program: {} */\n\n",
                       fmt::join(object.external, ", "));
  for (const Entry& entry : object.entries) out += declaration(entry);
  return out + "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

}  // namespace wengert
