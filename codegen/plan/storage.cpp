// Where arrays lie: in the output they are, else in the workspace, where arrays whose lifetimes do not meet
// share bytes. Time is counted in nests. What workers have to themselves lies behind that: all of
// worker 0, then all of worker 1, …
#include <algorithm>
#include <map>

#include "codegen/plan/plan.h"
#include "ir/op.h"
#include "ir/summation.h"

namespace wengert {

namespace {

// The requests of a workspace, and the places that wait for their offsets.
class Requests {
 public:
  void add(Extent& place, const Extent& bytes, uint32_t first, uint32_t last, uint32_t node = Value::none) {
    places_.push_back(&place);
    requests_.push_back({bytes, first, last, node});
  }
  bool empty() const { return places_.empty(); }
  /// Fills the places; gives the bytes of the whole.
  Extent lay_out() const {
    const WorkspaceLayout layout = wengert::lay_out(requests_);
    for (size_t i = 0; i < places_.size(); i++) *places_[i] = layout.offsets[i];
    return layout.bytes;
  }
  /// Moves what is laid out.
  void move(const Extent& bytes) const {
    for (Extent* place : places_) *place = *place + bytes;
  }
  const std::vector<WorkspaceRequest>& all() const { return requests_; }

 private:
  std::vector<Extent*> places_;
  std::vector<WorkspaceRequest> requests_;
};

// Results of chunks that are kept at the same time.
int64_t kept_chunks(const Nest& nest) { return nest.workers > 1 ? summation::most_chunks : chunk_levels; }

// A right factor whose columns do not lie side by side, as a member of a tree turns it before its first
// block.
Extent turned_bytes(const Product& product) {
  if (product.columns_adjacent()) return 0;
  return aligned_bytes(element_count(product.batch) * product.inner * product.columns *
                       static_cast<int64_t>(size_of(product.dtype)));
}

// For all workers together, and for each of them.
struct Scratch {
  Extent bytes = 0, own = 0;
};

// What a fold's accumulators take: codegen/plan/plan.h says how they lie.
Scratch scratch_of(const Graph& graph, const Nest& nest) {
  const bool product = nest.kind == NestKind::product;
  if (product && nest.rows == Rows::none) return {.own = nest.product->scratch};
  if (product && nest.rows == Rows::kept) return {.bytes = turned_bytes(*nest.product)};
  if (!product && nest.kind != NestKind::fold_lanes && nest.kind != NestKind::fold_chain) return {};
  const auto roots = static_cast<int64_t>(nest.roots.size());
  const bool is_long = may_be_long(nest.space[nest.kept]);
  if (nest.rows != Rows::folded) {
    if (!is_long) return {};
    // A few neighbouring results of each chunk and root. Workers share the chunks of a single result.
    if (nest.kind == NestKind::fold_chain) return {.own = summation::most_chunks * roots * chain_tile_bytes};
    const Extent bytes = summation::most_chunks * roots * lane_rows_bytes;
    return nest.kept > 0 ? Scratch{.own = bytes} : Scratch{.bytes = bytes};
  }
  if (nest.kind == NestKind::fold_lanes && nest.kept > 0) {
    const Type& type = graph.type(nest.roots[0]);
    const Extent bytes = element_count(type.shape) * static_cast<int64_t>(size_of(type.dtype));
    return {is_long ? aligned_bytes(bytes) * kept_chunks(nest) : Extent(0),
            bytes * summation::lanes(type.dtype)};
  }
  if (nest.kind == NestKind::fold_lanes)
    return {.bytes = roots * (nest.workers > 1 ? lane_accumulator_bytes * summation::most_chunks
                                               : lane_accumulator_bytes + chunk_levels * 64)};
  Extent bytes = 0;
  for (Value root : nest.roots) {
    const Type& type = graph.type(root);
    bytes = bytes + aligned_bytes(element_count(type.shape) * static_cast<int64_t>(size_of(type.dtype)));
  }
  return {.bytes = is_long ? bytes * kept_chunks(nest) : Extent(0)};
}

// Between what two workers write: processors fetch ahead of the strides that they read with, and what one
// of them has fetched the other must ask for again with each store.
Extent gap_behind(const Extent& bytes) {
  constexpr int64_t least = 4096, most = int64_t{1} << 16;
  return aligned_bytes(Extent::minimum(bytes + least, most));
}

// When each node is computed: the number of its nest, or of the last nest ahead of a scalar.
std::vector<uint32_t> times_of(const Plan& plan) {
  std::vector<uint32_t> nests_until;  // by level: the last nest of it or of one before
  for (uint32_t i = 0; i < plan.nests.size(); i++) {
    nests_until.resize(plan.nests[i].level + 1, i > 0 ? i - 1 : 0);
    nests_until.back() = i;
  }
  std::vector<uint32_t> out(plan.program->graph->size(), 0);
  for (uint32_t id = 0; id < out.size() && !nests_until.empty(); id++)
    out[id] = nests_until[std::min<size_t>(plan.levels[id], nests_until.size() - 1)];
  for (uint32_t i = 0; i < plan.nests.size(); i++) {
    for (Value root : plan.nests[i].roots) out[root.node] = i;
    for (const Nest& member : plan.nests[i].members)
      for (Value root : member.roots) out[root.node] = i;
  }
  return out;
}

// The time at which a node's value is read last, through inlined nodes and views.
std::vector<uint32_t> last_readers(const Plan& plan, const std::vector<uint32_t>& times) {
  const Graph& graph = *plan.program->graph;
  std::vector<uint32_t> last(graph.size(), 0);
  for (uint32_t id = graph.size(); id-- > 0;) {
    const Role role = plan.roles[id];
    if (role == Role::dead) continue;
    const bool passes_on = role == Role::inlined || role == Role::view;
    const uint32_t reads_at = passes_on ? last[id] : times[id];
    for (Value input : graph.inputs(id)) last[input.node] = std::max(last[input.node], reads_at);
  }
  return last;
}

// Whether it is an argument over which another output is copied.
bool is_overwritten(const Plan& plan, uint32_t argument) {
  return std::any_of(plan.donations.begin(), plan.donations.end(), [&](const PlacedDonation& donated) {
    return donated.argument == argument && !donated.why.empty();
  });
}

}  // namespace

void assign_storage(Plan& plan) {
  const Program& program = *plan.program;
  const Graph& graph = *program.graph;
  plan.storage.assign(graph.size(), {});
  for (uint32_t i = 0; i < program.inputs().size(); i++)
    plan.storage[program.inputs()[i].node] = {Storage::Kind::input, i, 0};
  for (uint32_t i = 0; i < program.outputs.size(); i++) {
    const uint32_t node = program.outputs[i].value.node;
    const uint32_t root = plan.source[node];
    const PlacedDonation* donated = plan.donation_to(i);
    if (donated && donated->argument == root) continue;
    const bool own = donated ? donated->root == root : plan.storage[root].kind == Storage::Kind::none;
    if (plan.roles[root] == Role::root && !graph.type({root, 0}).is_scalar() && own)
      plan.storage[root] = {Storage::Kind::output, i, 0};
    else
      plan.copies.push_back({i, node});
  }
  // Donated arrays are overwritten last; what others of them held is put by before that.
  std::stable_partition(plan.copies.begin(), plan.copies.end(),
                        [&](const auto& copy) { return !plan.donation_to(copy.first); });
  for (auto [output, node] : plan.copies)
    if (plan.donation_to(output) && is_overwritten(plan, plan.source[node]))
      plan.put_by.push_back({output, 0});
  const std::vector<uint32_t> times = times_of(plan);
  std::vector<uint32_t> last = last_readers(plan, times);
  for (auto [output, node] : plan.copies) last[plan.source[node]] = 0xFFFFFFFF;  // at the very end
  Requests workspace, own;
  constexpr uint32_t end = 0xFFFFFFFF;
  for (auto& [output, place] : plan.put_by) {
    const Type& type = graph.type(program.outputs[output].value);
    workspace.add(place, element_count(type.shape) * static_cast<int64_t>(size_of(type.dtype)), end, end);
  }
  // Where one worker does a nest, what it has to itself lies among the rest.
  auto request_own = [&](Extent& place, const Extent& bytes, uint32_t time, uint32_t workers) {
    (workers > 1 ? own : workspace).add(place, bytes, time, time);
  };
  auto place = [&](const Nest& nest, uint32_t block, uint32_t workers) {
    for (Value root : nest.roots) {
      const Type& type = graph.type(root);
      Storage& storage = plan.storage[root.node];
      if (nest.shared_storage && root == nest.roots[0]) continue;
      if (type.is_scalar() || storage.kind != Storage::Kind::none) continue;
      const uint32_t time = times[root.node];
      const auto size = static_cast<int64_t>(size_of(type.dtype));
      if (!plan.block_only[root.node]) {
        storage = {Storage::Kind::workspace};
        workspace.add(storage.offset, element_count(type.shape) * size, time, last[root.node], root.node);
        continue;
      }
      Shape rows = type.shape;
      rows[nest.row_axis] = 1;
      // Rows of any length: few of them take no more than there are.
      const bool bounded = element_count(rows).is_number() || nest.row_axis > 0;
      rows[nest.row_axis] = bounded ? Extent(block) : Extent::minimum(type.shape[nest.row_axis], block);
      storage = {Storage::Kind::block, nest.row_axis, 0, block};
      request_own(storage.offset, element_count(rows) * size, time, workers);
    }
  };
  for (const Nest& nest : plan.nests) {
    place(nest, 0, 1);
    for (const Nest& member : nest.members) place(member, nest.block, nest.workers);
  }
  plan.each_nest([&](Nest& nest) {
    const Scratch scratch = scratch_of(graph, nest);
    const uint32_t time = times[nest.roots[0].node];
    if (!scratch.bytes.is(0)) workspace.add(nest.scratch, scratch.bytes, time, time);
    if (!scratch.own.is(0)) request_own(nest.own_scratch, scratch.own, time, nest.workers);
  });
  if (plan.slot_bytes > 0) workspace.add(plan.slot_area, plan.slot_bytes, 0, 0xFFFFFFFF);
  plan.workspace = workspace.lay_out();
  if (!own.empty()) {
    const Extent bytes = own.lay_out(), gap = gap_behind(bytes), first = plan.workspace + gap;
    own.move(first);
    plan.own_stride = bytes + gap;
    plan.workspace = first + plan.own_stride * static_cast<int64_t>(plan.options.threads);
  }
  plan.requests = workspace.all();
  for (const WorkspaceRequest& request : own.all())
    plan.requests.push_back(
        {request.bytes * static_cast<int64_t>(plan.options.threads), request.first, request.last});
  for (const Nest& nest : plan.nests)
    if (nest.shared_storage) plan.storage[nest.roots[0].node] = plan.storage[*nest.shared_storage];
  for (uint32_t id = 0; id < graph.size(); id++)
    if (plan.roles[id] == Role::constant) plan.storage[id] = {Storage::Kind::constant, 0, 0};
  for (uint32_t id = 0; id < graph.size(); id++)
    if (plan.roles[id] == Role::view) plan.storage[id] = plan.storage[plan.source[id]];
}

}  // namespace wengert
