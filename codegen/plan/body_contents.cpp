#include "codegen/plan/body_contents.h"

namespace wengert {

void add_contents(std::vector<uint64_t>& words, const Region& region) {
  words.insert(words.end(),
               {static_cast<uint64_t>(region.kind), region.limit, region.states, region.arguments.size()});
  words.insert(words.end(), region.arguments.begin(), region.arguments.end());
  add_contents(words, region.body.front());
}

void add_contents(std::vector<uint64_t>& words, const Body& body) {
  words.push_back(body.inputs.size());
  for (Dtype dtype : body.inputs) words.push_back(static_cast<uint64_t>(dtype));
  words.push_back(body.code.size());
  for (const Instruction& in : body.code) {
    words.insert(words.end(), {static_cast<uint64_t>(in.prim), static_cast<uint64_t>(in.type), in.bits});
    words.insert(words.end(), in.operands.begin(), in.operands.end());
  }
  words.push_back(body.outputs.size());
  words.insert(words.end(), body.outputs.begin(), body.outputs.end());
  words.push_back(body.tables.size());
  for (const std::vector<uint64_t>& table : body.tables) {
    words.push_back(table.size());
    words.insert(words.end(), table.begin(), table.end());
  }
  words.push_back(body.regions.size());
  for (const Region& region : body.regions) add_contents(words, region);
}

}  // namespace wengert
