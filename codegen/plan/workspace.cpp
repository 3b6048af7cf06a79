#include "codegen/plan/workspace.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "runtime/kernel_abi.h"

namespace wengert {

Extent aligned_bytes(const Extent& bytes) {
  constexpr int64_t alignment = 64;
  if (bytes.is_number()) return (*bytes.number() + alignment - 1) / alignment * alignment;
  return Extent::floor_divide(bytes + (alignment - 1), alignment) * alignment;
}

Extent with_alignment(const Extent& workspace) {
  return workspace.is(0) ? workspace : workspace + (WENGERT_WORKSPACE_ALIGNMENT - 1);
}

namespace {

constexpr size_t most_compared = 1000;   // requests, each with each
constexpr size_t most_exact = 100;       // requests whose sizes are not rounded term by term
constexpr size_t most_gaps = 16;         // looked at between arrays whose order is not known
constexpr size_t most_alternatives = 6;  // of which one is the largest, by the symbols

/// Every term rounded up: never less than aligned_bytes(), and without a floordiv of its own.
Extent aligned_terms(const Extent& bytes) {
  if (!never_negative(bytes)) return aligned_bytes(bytes);
  Extent over = 0;
  for (const Extent::Term& term : bytes.terms())
    over = over + Extent::product({term.atoms, -term.coefficient & 63});
  return bytes + over;
}

double estimate(const Extent& extent, double symbol);

double estimate(const Extent::Atom& atom, double symbol) {
  if (atom.kind == Extent::Atom::Kind::symbol) return symbol;
  const double a = estimate(atom.a, symbol), b = estimate(atom.b, symbol);
  if (atom.kind == Extent::Atom::Kind::floor_divide) return std::floor(a / b);
  return atom.kind == Extent::Atom::Kind::minimum ? std::min(a, b) : std::max(a, b);
}

/// Where all symbols are the same number.
double estimate(const Extent& extent, double symbol) {
  if (extent.is_number()) return static_cast<double>(*extent.number());
  double out = 0;
  for (const Extent::Term& term : extent.terms()) {
    double product = static_cast<double>(term.coefficient);
    for (const Extent::AtomPtr& atom : term.atoms) product *= estimate(*atom, symbol);
    out += product;
  }
  return out;
}

/// An extent and two estimates of it, which save most comparisons.
struct Size {
  Extent extent;
  double small, large;
  Size(const Extent& e) : extent(e), small(estimate(e, 1)), large(estimate(e, 1000)) {}  // NOLINT: implicit

  friend Size operator+(Size a, const Size& b) {
    a.extent = a.extent + b.extent, a.small += b.small, a.large += b.large;
    return a;
  }
  /// Whatever the symbols are, as far as the form shows.
  bool at_most(const Size& other) const {
    return small <= other.small && large <= other.large && never_negative(other.extent - extent);
  }
};

/// The largest of a few sizes, each of which may be it.
class Bound {
 public:
  Bound() = default;
  Bound(const Size& size) : largest_{size} {}  // NOLINT: implicit on purpose

  void include(const Bound& other) {
    for (const Size& size : other.largest_) include(size);
  }
  bool at_most(const Bound& other) const {
    return std::ranges::all_of(largest_, [&](const Size& mine) {
      return std::ranges::any_of(other.largest_, [&](const Size& theirs) { return mine.at_most(theirs); });
    });
  }
  friend Bound operator+(Bound bound, const Size& more) {
    for (Size& size : bound.largest_) size = size + more;
    return bound;
  }
  std::optional<int64_t> number() const {
    return largest_.size() == 1 ? largest_.front().extent.number() : std::nullopt;
  }
  Extent extent() const {
    Extent out = largest_.front().extent;
    for (const Size& other : largest_) out = Extent::maximum(out, other.extent);
    return out;
  }

 private:
  void include(const Size& size) {
    if (std::ranges::any_of(largest_, [&](const Size& mine) { return size.at_most(mine); })) return;
    std::erase_if(largest_, [&](const Size& mine) { return mine.at_most(size); });
    largest_.push_back(size);
    if (largest_.size() <= most_alternatives) return;
    // Those that are small where symbols are large cost little when they are joined.
    std::ranges::stable_sort(largest_, std::greater<>(), &Size::large);
    const Extent joined =
        Extent::termwise_maximum(largest_[largest_.size() - 2].extent, largest_.back().extent);
    largest_.resize(largest_.size() - 2, Size(0));
    include(Size(joined));
  }

  std::vector<Size> largest_ = {};
};

struct Placed {
  Bound begin, end;
  uint32_t first, last;
};

/// The first place that is free while a request lives, between those that are in the way.
Bound first_gap(const Size& bytes, std::vector<const Placed*> in_the_way) {
  const bool numbers = bytes.extent.is_number() && std::ranges::all_of(in_the_way, [](const Placed* other) {
                         return other->begin.number() && other->end.number();
                       });
  if (numbers) {
    std::ranges::sort(in_the_way, {}, [](const Placed* other) { return *other->begin.number(); });
    int64_t begin = 0;
    for (const Placed* other : in_the_way) {
      if (begin + *bytes.extent.number() <= *other->begin.number()) break;
      begin = std::max(begin, *other->end.number());
    }
    return Size(begin);
  }
  auto fits = [&](const Bound& begin) {
    return std::ranges::all_of(in_the_way, [&](const Placed* other) {
      return (begin + bytes).at_most(other->begin) || other->end.at_most(begin);
    });
  };
  if (fits(Size(0))) return Size(0);
  if (in_the_way.size() <= most_gaps)
    for (const Placed* other : in_the_way)
      if (fits(other->end)) return other->end;
  Bound behind;
  for (const Placed* other : in_the_way) behind.include(other->end);
  return behind;
}

using Order = std::vector<uint32_t>;

WorkspaceLayout lay_out_in(const Order& order, std::span<const WorkspaceRequest> requests) {
  WorkspaceLayout out{.offsets = std::vector<Extent>(requests.size())};
  std::vector<Placed> placed;
  Bound end = Size(0);
  for (uint32_t id : order) {
    const WorkspaceRequest& request = requests[id];
    const Size bytes =
        requests.size() > most_exact ? aligned_terms(request.bytes) : aligned_bytes(request.bytes);
    std::vector<const Placed*> in_the_way;
    for (const Placed& other : placed)
      if (other.first <= request.last && request.first <= other.last) in_the_way.push_back(&other);
    const Bound begin = first_gap(bytes, std::move(in_the_way));
    out.offsets[id] = begin.extent();
    placed.push_back({begin, begin + bytes, request.first, request.last});
    end.include(placed.back().end);
  }
  out.bytes = end.extent();
  return out;
}

/// The bytes over those that are alive at once, at the scale where that is worst.
double excess_of(const WorkspaceLayout& layout, std::span<const WorkspaceRequest> requests) {
  double worst = 0;
  for (const double symbol : {30.0, 300.0, 3000.0}) {
    std::map<uint64_t, double> changes;
    for (const WorkspaceRequest& request : requests) {
      const double bytes = estimate(request.bytes, symbol);
      changes[request.first] += bytes;
      changes[uint64_t{request.last} + 1] -= bytes;
    }
    double alive = 0, most = 1;
    for (const auto& [time, change] : changes) most = std::max(most, alive += change);
    worst = std::max(worst, estimate(layout.bytes, symbol) / most);
  }
  return worst;
}

template <class Key>
Order sorted_by(std::span<const WorkspaceRequest> requests, const Key& key) {
  Order order(requests.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, std::greater<>(), [&](uint32_t id) { return key(requests[id]); });
  return order;
}

/// One behind the other as they come to life, each in the first place that is free and known to be large
/// enough.
WorkspaceLayout lay_out_simply(std::span<const WorkspaceRequest> requests) {
  struct Place {
    Extent bytes, offset;
    uint32_t last;
  };
  std::vector<Place> places;
  WorkspaceLayout out{.offsets = std::vector<Extent>(requests.size())};
  Order order = sorted_by(requests, [](const WorkspaceRequest& request) { return request.first; });
  std::ranges::reverse(order);
  for (uint32_t id : order) {
    const WorkspaceRequest& request = requests[id];
    const Extent bytes = aligned_bytes(request.bytes);
    auto place = std::ranges::find_if(places, [&](const Place& p) {
      const Extent slack = p.bytes - bytes;
      return p.last < request.first && slack.is_number() && *slack.number() >= 0;
    });
    if (place == places.end()) {
      places.push_back({bytes, out.bytes, 0});
      place = places.end() - 1;
      out.bytes = out.bytes + bytes;
    }
    place->last = request.last;
    out.offsets[id] = place->offset;
  }
  return out;
}

}  // namespace

WorkspaceLayout lay_out(std::span<const WorkspaceRequest> requests) {
  if (requests.size() > most_compared) return lay_out_simply(requests);
  // What stays longest lies at the bottom, so that what comes and goes above it leaves no holes; or what is
  // large, and the small in its holes; or that, but for what one nest alone needs. Now the one is better, now
  // the other.
  const auto life = [](const WorkspaceRequest& request) { return request.last - request.first; };
  const auto size = [](const WorkspaceRequest& request) { return Size(request.bytes).large; };
  const Order orders[] = {
      sorted_by(requests, life), sorted_by(requests, size),
      sorted_by(requests, [&](const WorkspaceRequest& r) { return std::pair(life(r) > 0, size(r)); })};
  WorkspaceLayout best;
  double least = std::numeric_limits<double>::infinity();
  for (const Order& order : orders) {
    WorkspaceLayout layout = lay_out_in(order, requests);
    if (const double excess = excess_of(layout, requests); excess < least)
      best = std::move(layout), least = excess;
  }
  return best;
}

int64_t most_alive(std::span<const WorkspaceRequest> requests, const Bindings& sizes) {
  std::map<uint64_t, int64_t> changes;  // at each level, of the bytes that are alive
  for (const WorkspaceRequest& request : requests) {
    const int64_t bytes = aligned_bytes(request.bytes).evaluate(sizes);
    changes[request.first] += bytes;
    changes[uint64_t{request.last} + 1] -= bytes;
  }
  int64_t alive = 0, most = 0;
  for (const auto& [level, change] : changes) most = std::max(most, alive += change);
  return most;
}

}  // namespace wengert
