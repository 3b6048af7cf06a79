// Donated inputs: an output is written over the input whose array it gets, where that is right, and else
// copied there at the end.
#include <algorithm>

#include <fmt/format.h>

#include "codegen/plan/overwriting.h"

namespace wengert {
namespace {

// Whether the output gets a donated array of which it is not yet decided where it comes from.
bool is_donated_later(const Plan& plan, uint32_t output, const PlacedDonation& now) {
  return std::any_of(&now + 1, plan.donations.data() + plan.donations.size(),
                     [&](const PlacedDonation& other) { return other.donation.output == output; });
}

// Why the root cannot be written over the argument, whatever reads that; empty: it might.
std::string other_output(const Plan& plan, const PlacedDonation& donated, uint32_t root) {
  const std::vector<Output>& outputs = plan.program->outputs;
  if (plan.roles[root] == Role::argument)
    return fmt::format("it is the input {} as it stands", plan.program->graph->input_name({root, 0}));
  if (plan.roles[root] == Role::constant) return "it is a constant";
  for (uint32_t i = 0; i < outputs.size(); i++) {
    if (i == donated.donation.output) continue;
    const uint32_t other = plan.source[outputs[i].value.node];
    if (other == donated.argument) return fmt::format("{} is the input as it stands", outputs[i].name);
    if (other == root && !is_donated_later(plan, i, donated))
      return fmt::format("{} is the same value", outputs[i].name);
  }
  return "";
}

}  // namespace

void place_donations(Plan& plan) {
  std::vector<uint32_t> arguments;
  for (const Donation& donation : plan.options.donations) {
    arguments.push_back(plan.program->inputs()[donation.input].node);
    plan.donations.push_back({donation, arguments.back()});
  }
  Overwriting overwriting(plan, arguments);
  for (PlacedDonation& donated : plan.donations) {
    const uint32_t root = plan.source[plan.program->outputs[donated.donation.output].value.node];
    if (root == donated.argument) continue;  // it is there
    donated.why = other_output(plan, donated, root);
    if (donated.why.empty()) donated.why = overwriting.conflict(donated.argument, root);
    if (!donated.why.empty()) continue;
    overwriting.write_over(donated.argument, root);
    donated.root = root;
  }
}

const PlacedDonation* Plan::donation_to(uint32_t output) const {
  for (const PlacedDonation& donated : donations)
    if (donated.donation.output == output) return &donated;
  return nullptr;
}

const WrittenOver* Plan::in_place(uint32_t root) const {
  const auto found = written_over.find(root);
  return found == written_over.end() ? nullptr : &found->second;
}

}  // namespace wengert
