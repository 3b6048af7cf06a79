#include "codegen/describe/json_description.h"

#include <nlohmann/json.hpp>

#include "runtime/kernel_abi.h"

namespace wengert {

using Json = nlohmann::ordered_json;

static Json describe_shape(const Entry& entry, const ArgumentNames& names, const Shape& shape) {
  Json out = Json::array();
  for (const Extent& extent : shape) {
    if (extent.is_number())
      out.push_back(*extent.number());
    else
      out.push_back(names.spell(entry, extent));
  }
  return out;
}

static Json describe(const Entry& entry) {
  const ArgumentNames names(entry);
  Json arguments = Json::array();
  auto add = [&](const Argument& argument, const std::string& name, const char* role, bool by_value) {
    arguments.push_back({{"name", name},
                         {"original_name", argument.name},
                         {"role", role},
                         {"passing", by_value ? "value" : "pointer"},
                         {"dtype", wengert::name(argument.type.dtype)},
                         {"c_type", c_type(argument.type.dtype)},
                         {"shape", describe_shape(entry, names, argument.type.shape)}});
  };
  for (size_t i = 0; i < entry.inputs.size(); i++) {
    const std::optional<uint32_t> becomes = entry.output_of(i);
    add(entry.inputs[i], names.inputs[i], becomes ? "inout" : "input", entry.inputs[i].type.is_scalar());
    if (becomes) arguments.back()["output"] = entry.outputs[*becomes].name;
  }
  for (size_t i = 0; i < entry.symbols.size(); i++)
    arguments.push_back({{"name", names.symbols[i]},
                         {"original_name", entry.symbols[i]},
                         {"role", "symbol"},
                         {"passing", "value"},
                         {"c_type", "int64_t"}});
  for (size_t i = 0; i < entry.outputs.size(); i++)
    if (!entry.donated_for(i)) add(entry.outputs[i], names.outputs[i], "output", false);
  arguments.push_back(
      {{"name", "workspace"}, {"role", "workspace"}, {"passing", "pointer"}, {"c_type", "void"}});
  for (const auto& [name, type] : {std::pair(parallel_for_name, parallel_for_type), {context_name, "void"}})
    if (entry.threaded())
      arguments.push_back({{"name", name}, {"role", name}, {"passing", "pointer"}, {"c_type", type}});
  return {{"symbol", entry.symbol},
          {"packed_symbol", entry.symbol + "_packed"},
          {"workspace_symbol", entry.symbol + "_workspace"},
          {"packed_workspace_symbol", entry.symbol + "_packed_workspace"},
          {"summary", entry.summary},
          {"arguments", arguments},
          {"symbols", names.symbols},
          {"workspace", workspace_text(entry, names)},
          {"threads", entry.threads}};
}

std::string write_json_description(const ObjectDescription& object) {
  Json entries = Json::array();
  for (const Entry& entry : object.entries) entries.push_back(describe(entry));
  const Json whole{{"abi", WENGERT_ABI_VERSION},
                   {"compiler", "wengert " WENGERT_VERSION},
                   {"name", object.name},
                   {"target",
                    {{"triple", object.target.triple},
                     {"cpu", object.target.cpu},
                     {"features", object.target.features},
                     {"vector_bits", object.target.vector_bits}}},
                   {"external", object.external},
                   {"return_codes",
                    {{"ok", static_cast<int>(WENGERT_OK)},
                     {"bad_symbol", static_cast<int>(WENGERT_BAD_SYMBOL)},
                     {"bad_extent", static_cast<int>(WENGERT_BAD_EXTENT)},
                     {"size_overflow", static_cast<int>(WENGERT_SIZE_OVERFLOW)},
                     {"null_input", static_cast<int>(WENGERT_NULL_INPUT)},
                     {"null_output", static_cast<int>(WENGERT_NULL_OUTPUT)},
                     {"null_workspace", static_cast<int>(WENGERT_NULL_WORKSPACE)},
                     {"index_out_of_range", static_cast<int>(WENGERT_INDEX_OUT_OF_RANGE)}}},
                   {"entries", entries}};
  // Names come from the user's text, which may be no UTF-8.
  return whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wengert
