// Diagrams as SVG, laid out by layout.h.
#include <algorithm>

#include <fmt/format.h>

#include "ir/error.h"
#include "tools/wengert/picture/diagram.h"
#include "tools/wengert/picture/layout.h"

namespace wengert::tool {
namespace {

constexpr double margin = 20, box_height = 36, letter = 6.4, heading = 62;

struct Style {
  std::string_view name, fill, line, says;
};
constexpr Style styles[] = {{"input", "#dbeafe", "#2563eb", "input"},
                            {"forward", "#f3f4f6", "#4b5563", "forward: the value needs it"},
                            {"adjoint", "#ffedd5", "#ea580c", "adjoint: only derivatives need it"}};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string output_text(const Box& box) {
  std::string out;
  for (const std::string& name : box.outputs) out += (out.empty() ? "→ " : ", ") + name;
  return out;
}

double width_of(const Box& box) {
  const size_t letters =
      std::max({box.label.size(), box.type.size() + output_text(box).size() + 2, size_t{5}});
  return static_cast<double>(letters) * letter + 14;
}

void draw_edge(std::string& out, const Edge& edge, const Layout& layout, const std::vector<Point>& bends) {
  const Point& from = layout.centres[edge.from];
  const Point& to = layout.centres[edge.to];
  Point at{from.x, from.y + box_height / 2};
  fmt::format_to(std::back_inserter(out), "<path d=\"M{:.1f} {:.1f}", at.x, at.y);
  const auto curve_to = [&](Point next) {
    const double middle = (at.y + next.y) / 2;
    fmt::format_to(std::back_inserter(out), "C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", at.x, middle,
                   next.x, middle, next.x, next.y);
    at = next;
  };
  for (const Point& bend : bends) {
    curve_to({bend.x, bend.y - box_height / 2});
    curve_to({bend.x, bend.y + box_height / 2});
  }
  curve_to({to.x, to.y - box_height / 2 - 4});
  out += "\"/>\n";
}

void draw_box(std::string& out, const Box& box, Point centre, double width) {
  const Style& style = styles[static_cast<size_t>(box.role)];
  const std::string outputs = output_text(box);
  fmt::format_to(
      std::back_inserter(out),
      "<g class=\"{}{}\"><title>{}</title><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" "
      "rx=\"5\"/><text x=\"{:.1f}\" y=\"{:.1f}\">{}</text><text class=\"type\" x=\"{:.1f}\" y=\"{:.1f}\">{}"
      "{}</text></g>\n",
      style.name, box.outputs.empty() ? "" : " output", escaped(box.place), centre.x - width / 2,
      centre.y - box_height / 2, width, box_height, centre.x, centre.y - 3, escaped(box.label), centre.x,
      centre.y + 11, escaped(box.type),
      outputs.empty() ? "" : fmt::format(" <tspan class=\"name\">{}</tspan>", escaped(outputs)));
}

void draw_legend(std::string& out) {
  double x = margin;
  const auto entry = [&](std::string_view name, std::string_view says) {
    fmt::format_to(std::back_inserter(out),
                   "<g class=\"{}\"><rect x=\"{:.1f}\" y=\"12\" width=\"14\" height=\"14\" rx=\"3\"/><text "
                   "class=\"left\" "
                   "x=\"{:.1f}\" y=\"23\">{}</text></g>\n",
                   name, x, x + 20, says);
    x += 40 + static_cast<double>(says.size()) * letter;
  };
  for (const Style& style : styles) entry(style.name, style.says);
  entry("forward output", "output");
}

}  // namespace

std::string to_svg(const std::vector<Diagram>& diagrams) {
  for (const Diagram& diagram : diagrams)
    if (diagram.boxes.size() > svg_box_limit)
      throw Error(Code::size,
                  fmt::format("the graph has {} nodes to draw, and a picture holds {}; --format dot and "
                              "'wengert print' have no limit",
                              diagram.boxes.size(), svg_box_limit));
  std::string body;
  double x = margin, height = 0;
  for (const Diagram& diagram : diagrams) {
    std::vector<double> widths;
    for (const Box& box : diagram.boxes) widths.push_back(width_of(box));
    const Layout layout = lay_out(diagram, widths, box_height);
    fmt::format_to(std::back_inserter(body),
                   "<g transform=\"translate({:.1f} {})\">\n<text class=\"caption\" y=\"-10\">{}</text>\n", x,
                   heading, escaped(diagram.caption));
    body += "<g class=\"edges\">\n";
    for (size_t e = 0; e < diagram.edges.size(); e++)
      draw_edge(body, diagram.edges[e], layout, layout.bends[e]);
    body += "</g>\n";
    for (size_t i = 0; i < diagram.boxes.size(); i++)
      draw_box(body, diagram.boxes[i], layout.centres[i], widths[i]);
    body += "</g>\n";
    x += std::max(layout.width, static_cast<double>(diagram.caption.size()) * letter * 1.2) + 3 * margin;
    height = std::max(height, layout.height);
  }
  const double width = std::max(x - 2 * margin, 700.0);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
      "{1:.0f}\">\n"
      "<style>\n"
      "text {{ font: 11px sans-serif; text-anchor: middle; fill: #111827; }}\n"
      "text.type {{ font-size: 10px; fill: #6b7280; }}\n"
      "text.left, text.caption {{ text-anchor: start; }}\n"
      "text.caption {{ font-size: 13px; font-weight: bold; }}\n"
      "tspan.name {{ font-weight: bold; fill: #111827; }}\n"
      ".edges path {{ fill: none; stroke: #9ca3af; marker-end: url(#arrow); }}\n",
      width, height + heading + margin);
  for (const Style& style : styles)
    fmt::format_to(std::back_inserter(out), "g.{} rect {{ fill: {}; stroke: {}; }}\n", style.name, style.fill,
                   style.line);
  out +=
      "g.output rect { stroke-width: 3; }\n</style>\n"
      "<defs><marker id=\"arrow\" viewBox=\"0 0 6 6\" refX=\"2\" refY=\"3\" markerWidth=\"6\" "
      "markerHeight=\"6\" "
      "orient=\"auto\"><path d=\"M0 0L6 3L0 6z\" fill=\"#9ca3af\"/></marker></defs>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  draw_legend(out);
  return out + body + "</svg>\n";
}

}  // namespace wengert::tool
