#include "codegen/emit/row_folds.h"

#include "codegen/llvm_types.h"
#include "ir/summation.h"

namespace wengert {

static llvm::Value* trailing_zeros(Scope& scope, llvm::Value* value) {
  return scope.builder.CreateIntrinsic(llvm::Intrinsic::cttz, {value->getType()},
                                       {value, scope.builder.getFalse()});
}

RowFolds::RowFolds(Emitter& emitter, const Nest& tree, llvm::Value* chunk)
    : emitter_(emitter), chunk_(chunk) {
  for (const Nest& member : tree.members) {
    if (member.rows != Rows::folded) continue;
    if (member.kind == NestKind::fold_lanes && member.kept > 0) {
      chains_.emplace(&member, ChainSums(emitter, member));
      add_column_result(member);
    } else if (member.kind == NestKind::fold_lanes) {
      lanes_.emplace(&member, LaneSums(emitter, member, 1));
      add_lane_results(member);
    } else {
      if (member.kind == NestKind::product)
        products_.insert(&member);
      else
        chains_.emplace(&member, ChainSums(emitter, member));
      add_chain_results(member);
    }
  }
}

void RowFolds::add(Scope& scope, const Nest& member, Interval rows) {
  if (auto sums = lanes_.find(&member); sums != lanes_.end()) {
    llvm::Value* place = accumulators_.at(&member);
    sums->second.load(scope.builder, place);
    sums->second.add(scope, std::vector<Index>(1), rows);
    return sums->second.store(scope.builder, place);
  }
  if (products_.contains(&member)) return emit_product_rows(scope, member, rows);
  ChainSums& sums = chains_.at(&member);
  if (member.kind == NestKind::fold_chain) return sums.add(scope, rows);
  const Type& type = emitter_.type(member.roots[0].node);
  sums.add_lanes(scope, rows, summation::lanes(type.dtype), accumulators_.at(&member),
                 emitter_.extent(element_count(type.shape)));
}

void RowFolds::add(Scope& scope, LaneSums& joint, Interval rows) {
  llvm::Value* place = accumulators_.at(lanes_.begin()->first);
  joint.load(scope.builder, place);
  joint.add(scope, std::vector<Index>(1), rows);
  joint.store(scope.builder, place);
}

void RowFolds::at_places(const std::function<void()>& body) {
  std::map<uint32_t, llvm::Value*> before;
  for (const Result& result : results_) {
    if (result.scalar) continue;
    before[result.root] = emitter_.pointer(result.root);
    emitter_.set_pointer(result.root, result.place);
  }
  body();
  for (auto [root, pointer] : before) emitter_.set_pointer(root, pointer);
}

void RowFolds::keep_chunk(Scope& scope, llvm::Value* c) {
  // Chunk c ends as many pairs as its number has ones at the end.
  llvm::Value* ones = trailing_zeros(scope, scope.builder.CreateNot(c));
  join_levels(scope, scope.number(0), ones, nullptr);
  for (const Result& result : results_)
    elements(scope, result, [&](Scope& s, llvm::Value* at) {
      llvm::Value* value = load(s, result, element(s, result, current(result), at));
      s.store_lanes(result.dtype, value, element(s, result, level(s, result, ones), at));
    });
}

void RowFolds::join_chunks(Scope& scope, llvm::Value* count) {
  // The last chunk's level holds what the results are now; those above that the count has join.
  llvm::Value* last = trailing_zeros(scope, count);
  join_levels(scope, scope.builder.CreateAdd(last, scope.number(1)), scope.number(chunk_levels), count);
}

void RowFolds::join_places(Scope& scope, llvm::Value* count) {
  auto at_chunk = [&](Scope& s, const Result& result, llvm::Value* chunk) {
    return s.builder.CreateGEP(s.builder.getInt8Ty(), result.place,
                               s.builder.CreateMul(chunk, emitter_.extent(result.stride)));
  };
  emit_pairwise(scope, count, [&](Scope& joins, llvm::Value* to, llvm::Value* from) {
    for (const Result& result : results_) {
      llvm::Value *a = at_chunk(joins, result, to), *b = at_chunk(joins, result, from);
      elements(joins, result, [&](Scope& s, llvm::Value* at) {
        llvm::Value* place = element(s, result, a, at);
        llvm::Value* behind = load(s, result, element(s, result, b, at));
        s.store_lanes(result.dtype,
                      fold_join(emitter_, s.builder, result.root, load(s, result, place), behind, s.lanes),
                      place);
      });
    }
  });
  for (const Result& result : results_)
    if (!result.scalar)
      elements(scope, result, [&](Scope& s, llvm::Value* at) {
        s.store_lanes(result.dtype, load(s, result, element(s, result, result.place, at)),
                      element(s, result, emitter_.pointer(result.root), at));
      });
  publish(scope);
}

void RowFolds::publish(Scope& scope) {
  for (const Result& result : results_)
    if (result.scalar)
      emitter_.scalars[result.root] = load_elements(scope.builder, result.dtype, current(result), 1);
}

// Where the chunk's results lie: `bytes` for each chunk.
llvm::Value* RowFolds::place_of_chunk(const Extent& places, const Extent& bytes) {
  Builder& b = emitter_.local();
  return b.CreateGEP(b.getInt8Ty(), emitter_.workspace(places), b.CreateMul(chunk_, emitter_.extent(bytes)));
}

void RowFolds::add_lane_results(const Nest& member) {
  const LaneSums& sums = lanes_.at(&member);
  const auto roots = static_cast<int64_t>(member.roots.size()), folds = static_cast<int64_t>(sums.count());
  llvm::Value* scratch = chunk_ ? place_of_chunk(member.scratch, roots * lane_accumulator_bytes)
                                : emitter_.workspace(member.scratch);
  accumulators_[&member] = scratch;
  for (size_t f = 0; f < sums.count(); f++) {
    const int64_t levels = folds * lane_accumulator_bytes + static_cast<int64_t>(f) * chunk_levels * 64;
    results_.push_back({sums.node(f), sums.dtype(f), true, lane_place(scratch, f),
                        chunk_ ? nullptr : bytes_behind(scratch, levels), 1,
                        chunk_ ? roots * lane_accumulator_bytes : 64});
  }
}

void RowFolds::add_chain_results(const Nest& member) {
  Extent whole = 0, behind = 0;
  auto bytes_of = [&](const Type& type) {
    return aligned_bytes(element_count(type.shape) * static_cast<int64_t>(size_of(type.dtype)));
  };
  for (Value root : member.roots) whole = whole + bytes_of(emitter_.type(root.node));
  for (Value root : member.roots) {
    const Type& type = emitter_.type(root.node);
    const Extent count = element_count(type.shape), bytes = bytes_of(type);
    Result result{root.node, type.dtype, false, nullptr, nullptr, count, bytes};
    if (chunk_) {
      result.place = place_of_chunk(member.scratch + behind, whole);
      result.stride = whole;
      behind = behind + bytes;
    } else if (member.scratch != Extent(-1)) {
      result.levels = emitter_.workspace(member.scratch + behind);
      behind = behind + bytes * chunk_levels;
    }
    results_.push_back(std::move(result));
  }
}

// Columns of which each has accumulators in lanes, row by row.
void RowFolds::add_column_result(const Nest& member) {
  const uint32_t root = member.roots[0].node;
  const Type& type = emitter_.type(root);
  const Extent count = element_count(type.shape), bytes = count * static_cast<int64_t>(size_of(type.dtype));
  const int64_t lanes = summation::lanes(type.dtype);
  accumulators_[&member] = emitter_.own_workspace(member.own_scratch);
  Result result{
      root, type.dtype, false, nullptr, nullptr, count, aligned_bytes(bytes), accumulators_[&member], lanes};
  if (chunk_)
    result.place = place_of_chunk(member.scratch, result.stride);
  else if (member.scratch != Extent(-1))
    result.levels = emitter_.workspace(member.scratch);
  results_.push_back(std::move(result));
}

llvm::Value* RowFolds::bytes_behind(llvm::Value* pointer, int64_t bytes) {
  return emitter_.local().CreateConstGEP1_64(emitter_.local().getInt8Ty(), pointer, bytes);
}
llvm::Value* RowFolds::lane_place(llvm::Value* scratch, size_t fold) {
  return bytes_behind(scratch, static_cast<int64_t>(fold) * lane_accumulator_bytes);
}
llvm::Value* RowFolds::current(const Result& result) {
  return result.place ? result.place : emitter_.pointer(result.root);
}

void RowFolds::start(Scope& scope) {
  for (auto& [member, sums] : lanes_) {
    sums.start(scope.builder);
    sums.store(scope.builder, accumulators_.at(member));
  }
  for (const Result& result : results_) {
    if (result.scalar) continue;
    Result whole = result;
    if (result.columns) whole.place = result.columns, whole.count = result.count * result.lanes;
    elements(scope, whole, [&](Scope& s, llvm::Value* at) {
      s.store_lanes(result.dtype,
                    constant_of_bits(s.builder.getContext(), result.dtype,
                                     fold_start_bits(emitter_, result.root), s.lanes),
                    element(s, whole, current(whole), at));
    });
  }
  emitter_.release();  // accumulators are in slots only while a block is added
}

// The accumulators of lanes become one number each, at the same place.
void RowFolds::join_lanes(Scope& scope) {
  for (auto& [member, sums] : lanes_) {
    llvm::Value* place = accumulators_.at(member);
    sums.load(scope.builder, place);
    const std::vector<llvm::Value*> joined = sums.results(scope.builder);
    for (size_t f = 0; f < joined.size(); f++)
      store_elements(scope.builder, sums.dtype(f), joined[f], lane_place(place, f), 1);
  }
  for (const Result& result : results_)
    if (result.columns) join_columns(scope, result);
  emitter_.release();
}

// The halving tree of many columns at once.
void RowFolds::join_columns(Scope& scope, const Result& result) {
  elements(scope, result, [&](Scope& s, llvm::Value* at) {
    std::vector<llvm::Value*> sums;
    for (int64_t lane = 0; lane < result.lanes; lane++) {
      llvm::Value* before = s.builder.CreateMul(s.number(lane), emitter_.extent(result.count));
      sums.push_back(load(s, result, element(s, result, result.columns, s.builder.CreateAdd(at, before))));
    }
    for (size_t half = sums.size() / 2; half >= 1; half /= 2)
      for (size_t i = 0; i < half; i++)
        sums[i] = fold_join(emitter_, s.builder, result.root, sums[i], sums[i + half], s.lanes);
    s.store_lanes(result.dtype, sums[0], element(s, result, current(result), at));
  });
}

// result = level k joined with the result, for k in [from, to), where `chosen` (null: all ones) has bit k.
void RowFolds::join_levels(Scope& scope, llvm::Value* from, llvm::Value* to, llvm::Value* chosen) {
  emit_loop(scope, {from, to}, 1, scope.lanes, [&](Scope& s, AxisIndex k) {
    llvm::Value* trips = s.number(1);
    if (chosen) trips = s.builder.CreateAnd(s.builder.CreateLShr(chosen, k.base), s.number(1));
    emit_loop(s, {s.number(0), trips}, 1, s.lanes, [&](Scope& joins, AxisIndex) {
      for (const Result& result : results_)
        elements(joins, result, [&](Scope& e, llvm::Value* at) {
          llvm::Value* place = element(e, result, current(result), at);
          llvm::Value* before = load(e, result, element(e, result, level(e, result, k.base), at));
          e.store_lanes(result.dtype,
                        fold_join(emitter_, e.builder, result.root, before, load(e, result, place), e.lanes),
                        place);
        });
    });
  });
}

llvm::Value* RowFolds::level(Scope& scope, const Result& result, llvm::Value* k) {
  return scope.builder.CreateGEP(scope.builder.getInt8Ty(), result.levels,
                                 scope.builder.CreateMul(k, emitter_.extent(result.stride)));
}
llvm::Value* RowFolds::element(Scope& scope, const Result& result, llvm::Value* array, llvm::Value* at) {
  return scope.builder.CreateGEP(memory_type(scope.builder.getContext(), result.dtype), array, at);
}
llvm::Value* RowFolds::load(Scope& scope, const Result& result, llvm::Value* pointer) {
  Scope::Address where{scope.number(0), scope.lanes > 1 ? scope.number(1) : nullptr, nullptr};
  if (scope.lanes == 1) return load_elements(scope.builder, result.dtype, pointer, 1);
  return scope.load_lanes(result.dtype, pointer, where);
}
void RowFolds::elements(Scope& scope, const Result& result,
                        const std::function<void(Scope&, llvm::Value*)>& body) {
  if (result.scalar) return body(scope, scope.number(0));
  const unsigned lanes = emitter_.compilation.target().lanes(std::max<size_t>(size_of(result.dtype), 4));
  emit_vector_loop(scope, emitter_.whole(result.count), lanes,
                   [&](Scope& s, AxisIndex i) { body(s, i.base); });
}

}  // namespace wengert
