#include "tools/wengert/picture/layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wengert::tool {
namespace {

constexpr double gap = 14, bend_width = 6, layer_gap = 34;
constexpr int sweeps = 12;
/// Edges over more layers than this are drawn straight: giving them a place in every layer costs more than it
/// shows.
constexpr uint32_t longest_routed = 24;

/// Boxes first, then a point for each layer that a routed edge passes.
class Layers {
 public:
  Layers(const Diagram& diagram, const std::vector<double>& widths)
      : widths_(widths), layer_(widths.size(), 0) {
    for (const Edge& edge : diagram.edges) layer_[edge.to] = std::max(layer_[edge.to], layer_[edge.from] + 1);
    pull_down(diagram);
    above_.resize(widths.size());
    below_.resize(widths.size());
    bends_.resize(diagram.edges.size());
    for (size_t e = 0; e < diagram.edges.size(); e++) route(diagram.edges[e], bends_[e]);
    layers_.resize(layer_.empty() ? 0 : *std::max_element(layer_.begin(), layer_.end()) + 1);
    for (uint32_t i = 0; i < layer_.size(); i++) layers_[layer_[i]].push_back(i);
    x_.resize(layer_.size());
    for (int sweep = 0; sweep < sweeps; sweep++) order(sweep % 2 == 0);
    for (const auto& layer : layers_) pack(layer);
    for (int sweep = 0; sweep < sweeps; sweep++) straighten(sweep % 2 == 0);
  }

  double x(uint32_t i) const { return x_[i]; }
  double width(uint32_t i) const { return widths_[i]; }
  uint32_t layer(uint32_t i) const { return layer_[i]; }
  size_t count() const { return layers_.size(); }
  const std::vector<uint32_t>& bends(size_t edge) const { return bends_[edge]; }

 private:
  /// Boxes that read nothing but inputs stand right above their first reader.
  void pull_down(const Diagram& diagram) {
    std::vector<uint32_t> lowest(layer_.size(), UINT32_MAX);
    for (size_t e = diagram.edges.size(); e-- > 0;) {
      const Edge& edge = diagram.edges[e];  // sorted by `from`: its readers have been settled before
      lowest[edge.from] = std::min(lowest[edge.from], layer_[edge.to] - 1);
      const bool last_of_box = e == 0 || diagram.edges[e - 1].from != edge.from;
      if (last_of_box && diagram.boxes[edge.from].role != Role::input) layer_[edge.from] = lowest[edge.from];
    }
  }

  void route(const Edge& edge, std::vector<uint32_t>& bends) {
    uint32_t from = edge.from;
    if (layer_[edge.to] - layer_[edge.from] <= longest_routed)
      for (uint32_t layer = layer_[edge.from] + 1; layer < layer_[edge.to]; layer++) {
        const auto bend = static_cast<uint32_t>(layer_.size());
        layer_.push_back(layer);
        widths_.push_back(bend_width);
        above_.emplace_back();
        below_.emplace_back();
        bends.push_back(bend);
        connect(from, bend);
        from = bend;
      }
    connect(from, edge.to);
  }
  void connect(uint32_t upper, uint32_t lower) {
    below_[upper].push_back(lower);
    above_[lower].push_back(upper);
  }

  double mean(const std::vector<uint32_t>& neighbours) const {
    double sum = 0;
    for (const uint32_t i : neighbours) sum += x_[i];
    return sum / static_cast<double>(neighbours.size());
  }

  /// Sorts each layer by the mean position of the neighbours above (or below).
  void order(bool downwards) {
    for (size_t step = 0; step < layers_.size(); step++) {
      auto& layer = layers_[downwards ? step : layers_.size() - 1 - step];
      std::vector<std::pair<double, uint32_t>> keys;
      for (size_t place = 0; place < layer.size(); place++) {
        const auto& neighbours = downwards ? above_[layer[place]] : below_[layer[place]];
        keys.emplace_back(neighbours.empty() ? static_cast<double>(place) / static_cast<double>(layer.size())
                                             : mean(neighbours),
                          layer[place]);
      }
      std::stable_sort(keys.begin(), keys.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
      for (size_t place = 0; place < layer.size(); place++) {
        layer[place] = keys[place].second;
        x_[layer[place]] = static_cast<double>(place) / static_cast<double>(layer.size());
      }
    }
  }

  double separation(uint32_t left, uint32_t right) const {
    return (widths_[left] + widths_[right]) / 2 + gap;
  }

  void pack(const std::vector<uint32_t>& layer) {
    double at = 0;
    for (size_t i = 0; i < layer.size(); i++)
      x_[layer[i]] = at += i == 0 ? 0 : separation(layer[i - 1], layer[i]);
    for (const uint32_t i : layer) x_[i] -= at / 2;
  }

  /// Moves each layer towards the means of its neighbours, as near as its order and the widths allow: the
  /// least squares fit, by pooling neighbours that collide.
  void straighten(bool downwards) {
    struct Pool {
      double sum, weight;
      size_t size;
    };
    for (size_t step = 0; step < layers_.size(); step++) {
      const auto& layer = layers_[downwards ? step : layers_.size() - 1 - step];
      std::vector<Pool> pools;
      double offset = 0;
      for (size_t i = 0; i < layer.size(); i++) {
        if (i > 0) offset += separation(layer[i - 1], layer[i]);
        const auto& neighbours = downwards ? above_[layer[i]] : below_[layer[i]];
        const double wanted = neighbours.empty() ? x_[layer[i]] : mean(neighbours);
        const double weight = neighbours.empty() ? 0.1 : 1;
        pools.push_back({(wanted - offset) * weight, weight, 1});
        while (pools.size() > 1) {
          const Pool last = pools.back();
          Pool& before = pools[pools.size() - 2];
          if (before.sum / before.weight <= last.sum / last.weight) break;
          before = {before.sum + last.sum, before.weight + last.weight, before.size + last.size};
          pools.pop_back();
        }
      }
      size_t i = 0;
      offset = 0;
      for (const Pool& pool : pools)
        for (size_t k = 0; k < pool.size; k++, i++) {
          if (i > 0) offset += separation(layer[i - 1], layer[i]);
          x_[layer[i]] = pool.sum / pool.weight + offset;
        }
    }
  }

  std::vector<double> widths_, x_;
  std::vector<uint32_t> layer_;
  std::vector<std::vector<uint32_t>> above_, below_, bends_, layers_;
};

}  // namespace

Layout lay_out(const Diagram& diagram, const std::vector<double>& widths, double box_height) {
  const Layers layers(diagram, widths);
  Layout layout;
  double left = 0, right = 0;
  const auto point = [&](uint32_t i) {
    left = std::min(left, layers.x(i) - layers.width(i) / 2);
    right = std::max(right, layers.x(i) + layers.width(i) / 2);
    return Point{layers.x(i), layers.layer(i) * (box_height + layer_gap) + box_height / 2};
  };
  for (uint32_t i = 0; i < diagram.boxes.size(); i++) layout.centres.push_back(point(i));
  for (size_t e = 0; e < diagram.edges.size(); e++) {
    layout.bends.emplace_back();
    for (const uint32_t bend : layers.bends(e)) layout.bends.back().push_back(point(bend));
  }
  for (Point& centre : layout.centres) centre.x -= left;
  for (auto& bends : layout.bends)
    for (Point& bend : bends) bend.x -= left;
  layout.width = right - left;
  const auto rows = static_cast<double>(layers.count());
  layout.height = rows == 0 ? 0 : rows * (box_height + layer_gap) - layer_gap;
  return layout;
}

}  // namespace wengert::tool
