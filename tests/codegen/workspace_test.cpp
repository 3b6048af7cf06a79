// Layouts of workspaces: what is alive together lies apart, and what is not shares bytes.
#include <random>

#include <doctest/doctest.h>

#include "codegen/plan/workspace.h"

using namespace wengert;

namespace {

const Extent N = Extent::symbol("N"), M = Extent::symbol("M");

// Apart, aligned and inside, for these sizes; gives the bytes of the whole.
int64_t check_layout(const std::vector<WorkspaceRequest>& requests, const Bindings& sizes) {
  const WorkspaceLayout layout = lay_out(requests);
  REQUIRE(layout.offsets.size() == requests.size());
  const int64_t whole = layout.bytes.evaluate(sizes);
  std::vector<int64_t> begin, end;
  for (size_t i = 0; i < requests.size(); i++) {
    begin.push_back(layout.offsets[i].evaluate(sizes));
    end.push_back(begin[i] + requests[i].bytes.evaluate(sizes));
    REQUIRE(begin[i] % 64 == 0);
    REQUIRE(begin[i] >= 0);
    REQUIRE(end[i] <= whole);
  }
  for (size_t i = 0; i < requests.size(); i++)
    for (size_t j = 0; j < i; j++) {
      const bool together = requests[i].first <= requests[j].last && requests[j].first <= requests[i].last;
      if (together && (begin[i] >= end[j] || begin[j] >= end[i])) continue;
      if (together && begin[i] != end[i] && begin[j] != end[j]) FAIL("requests ", i, " and ", j, " overlap");
    }
  CHECK(whole >= most_alive(requests, sizes));
  return whole;
}

std::vector<Bindings> some_sizes() {
  std::vector<Bindings> out;
  for (int64_t n : {0, 1, 7, 128, 5000})
    for (int64_t m : {0, 3, 1000}) out.push_back({{"N", n}, {"M", m}});
  return out;
}

std::vector<WorkspaceRequest> random_requests(std::mt19937& random, size_t count, bool symbols) {
  auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  std::vector<WorkspaceRequest> out;
  for (size_t i = 0; i < count; i++) {
    Extent bytes = below(3) ? 8 * below(2000) : 0;
    if (symbols && below(4)) bytes = bytes + N * (1 + below(100));
    if (symbols && !below(3)) bytes = bytes + M * N * below(3) + Extent::minimum(M, 64) * below(99);
    if (symbols && !below(6)) bytes = Extent::floor_divide(bytes, 3);
    const uint32_t first = below(40);
    out.push_back({bytes, first, below(3) ? first + below(5) : 40 + below(3)});
  }
  return out;
}

}  // namespace

TEST_CASE("what is alive together lies apart, whatever the sizes") {
  std::mt19937 random(11);
  for (int i = 0; i < 60; i++) {
    const auto requests = random_requests(random, 1 + random() % 40, i % 3 > 0);
    for (const Bindings& sizes : some_sizes()) check_layout(requests, sizes);
  }
  for (size_t count : {150, 1100})
    for (bool symbols : {false, true})
      check_layout(random_requests(random, count, symbols), {{"N", 9}, {"M", 4}});
  CHECK(lay_out({}).bytes.is(0));
}

TEST_CASE("a forward sweep and the way back take what is alive at the top") {
  for (const Extent& each : {Extent(4096), N * 128, N * M * 64}) {
    std::vector<WorkspaceRequest> requests;
    const uint32_t layers = 12;
    for (uint32_t i = 0; i < layers; i++) {
      requests.push_back({each * (i + 1), i, 2 * layers - i});             // read on the way back
      requests.push_back({each * 3, i, i});                                // while the layer is computed
      requests.push_back({each * 2, 2 * layers - i - 1, 2 * layers - i});  // its adjoint
    }
    for (const Bindings& sizes : some_sizes())
      CHECK(check_layout(requests, sizes) <= 1.03 * most_alive(requests, sizes));
  }
}

TEST_CASE("scratch of sizes that cannot be compared shares bytes with what comes later") {
  // The gradient of a network of two layers: panels of products beside activations.
  const std::vector<WorkspaceRequest> requests = {
      {N * 2048, 0, 6},         {N * 1280 + 655360, 0, 0}, {N * 1024, 1, 5},
      {N * 640 + 327680, 1, 1}, {N * 1024, 4, 6},          {Extent::minimum(N, 320) * 3392 + 516096, 5, 5},
      {N * 2048, 6, 7},         {N * 1024 + 524288, 6, 6}};
  for (const Bindings& sizes : some_sizes())
    CHECK(check_layout(requests, sizes) <= 1.2 * most_alive(requests, sizes));
}

TEST_CASE("numbers are laid out close to what is alive") {
  std::mt19937 random(5);
  double worst = 0;
  for (int i = 0; i < 40; i++) {
    const auto requests = random_requests(random, 30, false);
    const double least = static_cast<double>(most_alive(requests, {}));
    worst = std::max(worst, static_cast<double>(check_layout(requests, {})) / least);
  }
  CHECK(worst < 1.2);
}
