#include "frontend/language/source.h"

#include <algorithm>

#include <fmt/format.h>

namespace wengert::language {
namespace {

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// Spaces as wide as `text`: tabs stay, so that the caret stands under its column in any terminal.
std::string blank(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c == '\t')
      out += '\t';
    else if (starts_code_point(c))
      out += ' ';
  return out;
}

size_t width(std::string_view text) { return std::count_if(text.begin(), text.end(), starts_code_point); }

// Insertions, deletions, replacements and swaps of neighbours.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (size_t j = 0; j <= b.size(); j++) row[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    next[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      next[j] = std::min({row[j - 1] + (a[i - 1] != b[j - 1]), row[j] + 1, next[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

}  // namespace

Source::Source(std::string text, std::string filename)
    : text_(std::move(text)), filename_(std::move(filename)) {
  if (text_.size() >= 0xFFFFFFFF)
    throw Error(Code::size, fmt::format("{}: the source is 4 GiB or more", filename_));
  line_starts_.push_back(0);
  for (uint32_t i = 0; i < text_.size(); i++) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
    ascii_ = ascii_ && static_cast<unsigned char>(text_[i]) < 128;
  }
}

Place Source::place(uint32_t offset) const {
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const uint32_t line = static_cast<uint32_t>(after - line_starts_.begin());
  const uint32_t start = line_starts_[line - 1];
  const size_t columns = ascii_ ? offset - start : width(text().substr(start, offset - start));
  return {filename_, line, static_cast<uint32_t>(columns) + 1};
}

std::string_view Source::line_text(size_t line) const {
  const uint32_t start = line_starts_[line - 1];
  std::string_view rest = text().substr(start);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

std::string Source::excerpt(Span span, uint32_t focus) const {
  const uint32_t line = place(focus).line;
  const std::string_view whole = line_text(line);
  const uint32_t start = line_starts_[line - 1], end = start + static_cast<uint32_t>(whole.size());
  const uint32_t from = std::clamp(span.begin, start, end), to = std::clamp(span.end, from, end);
  const uint32_t caret = std::clamp(focus, start, end);
  // A long line is cut to the part around the caret.
  constexpr uint32_t before = 60, behind = 100;
  uint32_t first = start, last = end;
  if (end - start > before + behind) {
    first = caret - std::min(caret - start, before), last = std::min(end, caret + behind);
    while (first < caret && !starts_code_point(text_[first])) first++;
    while (last > caret + 1 && last < end && !starts_code_point(text_[last])) last--;
  }
  const uint32_t marked = std::clamp(std::min(from, caret), first, last);
  std::string marks = first > start ? "   " : "";
  marks += blank(text().substr(first, marked - first));
  for (uint32_t i = marked; i < std::max(std::min(to, last), caret + 1); i++)
    if (i == caret)
      marks += '^';
    else if (i < end && starts_code_point(text_[i]))
      marks += '~';
  const std::string number = fmt::format("{:>4}", line);
  return fmt::format("{} | {}{}{}\n{} | {}", number, first > start ? "..." : "",
                     text().substr(first, last - first), last < end ? "..." : "",
                     std::string(number.size(), ' '), marks);
}

std::string Source::excerpt(const Place& place) const {
  if (place.line == 0 || place.line > line_starts_.size()) return "";
  const std::string_view whole = line_text(place.line);
  size_t offset = 0;
  for (uint32_t column = 1; offset < whole.size() && column < place.column; column++) do
      offset++;
    while (offset < whole.size() && !starts_code_point(whole[offset]));
  const uint32_t at = line_starts_[place.line - 1] + static_cast<uint32_t>(offset);
  return excerpt({at, at + 1}, at);
}

void fail(const Source& source, Code code, Span span, const std::string& message) {
  fail(source, code, span, span.begin, message);
}
void fail(const Source& source, Code code, Span span, uint32_t focus, const std::string& message) {
  throw SourceError(code, message + "\n" + source.excerpt(span, focus), source.place(focus));
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  size_t least = std::max<size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = edit_distance(name, candidate);
    // Two slips are rarely at the first letter: nansum is no einsum.
    if (distance > 1 && candidate.substr(0, 1) != name.substr(0, 1)) continue;
    if (distance < least && distance < name.size()) least = distance, best = candidate;
  }
  if (!best.empty() || name.size() < 3) return best;
  for (const std::string& candidate : candidates)
    if (candidate.starts_with(name) && (best.empty() || candidate.size() < best.size())) best = candidate;
  return best;
}

std::string suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string best = nearest(name, candidates);
  return best.empty() ? "" : fmt::format("; did you mean '{}'?", best);
}

}  // namespace wengert::language
