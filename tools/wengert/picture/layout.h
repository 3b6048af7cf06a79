// Places the boxes of a diagram in layers: a box below everything it reads, few crossings, edges near to
// straight.
#pragma once
#include <vector>

#include "tools/wengert/picture/diagram.h"

namespace wengert::tool {

struct Point {
  double x = 0, y = 0;
};

struct Layout {
  std::vector<Point> centres;             ///< of the boxes
  std::vector<std::vector<Point>> bends;  ///< of the edges: where they pass the layers between
  double width = 0, height = 0;
};

/// `widths` of the boxes; all are `box_height` high.
Layout lay_out(const Diagram& diagram, const std::vector<double>& widths, double box_height);

}  // namespace wengert::tool
