#include "ir/parse.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "ir/op.h"
#include "ir/ops/leaves.h"
#include "ir/registry.h"
#include "ir/scanner.h"

namespace wengert {
namespace {

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Program run() {
    header();
    while (next_line()) statement();
    program_.graph->set_current_place(0);
    return std::move(program_);
  }

 private:
  // Moves to the next line that isn't blank or a comment.
  bool next_line() {
    while (at_ < text_.size()) {
      const size_t end = std::min(text_.find('\n', at_), text_.size());
      line_ = text_.substr(at_, end - at_);
      at_ = end + 1;
      number_++;
      if (!Scanner(line_, file_, number_).at_end()) return true;
    }
    return false;
  }

  void header() {
    if (!next_line())
      throw Error(Code::syntax, "expected 'wengert 1', found the end of the text", {file_, number_ + 1, 1});
    Scanner scan(line_, file_, number_);
    const Place place = scan.here();
    if (scan.word() != "wengert") throw Error(Code::syntax, "the first line must be 'wengert 1'", place);
    if (const int64_t version = scan.integer(); version != 1)
      throw Error(Code::syntax,
                  fmt::format("this is version {} of the text form; version 1 is known", version), place);
    end_of_line(scan);
  }

  void statement() {
    Scanner scan(line_, file_, number_);
    if (scan.take('%')) return node(scan);
    const Place place = scan.here();
    const std::string_view keyword = scan.word();
    if (keyword == "program") {
      program_.name = scan.name("the program's name");
    } else if (keyword == "output") {
      output(scan);
    } else {
      throw Error(Code::syntax, "expected a node (%0 = …), 'program' or 'output'", place);
    }
    end_of_line(scan);
  }

  void node(Scanner& scan) {
    const uint32_t start = scan.column() - 1;
    const uint64_t id = scan.index("the node's number");
    if (!ids_.empty() && id <= ids_.back())
      throw Error(Code::name, fmt::format("node numbers must rise: %{} comes after %{}", id, ids_.back()),
                  scan.place_at(start));
    scan.expect('=');
    const Place op_place = scan.here();
    const std::string_view op_name = scan.expect_word("an op");
    const Op* op = find(op_name, op_place);
    inputs_.clear();
    if (scan.take('%')) {
      inputs_.push_back(value(scan));
      while (scan.take(',')) {
        scan.expect('%');
        inputs_.push_back(value(scan));
      }
    }
    Attributes attributes = attribute_list(scan);
    Graph& graph = *program_.graph;
    if (op->kind == Kind::input) check_input(graph, attributes, op_place);
    graph.set_current_place(graph.intern_place(scan.place_at(start)));
    Expr made = make(graph, *op, std::move(attributes), op_place);
    check_types(scan, graph.node(made.value().node));
    ids_.push_back(id);
    nodes_.push_back(made.value().node);
    end_of_line(scan);
  }

  // The op of a run of equal names is looked up once.
  const Op* find(std::string_view name, const Place& place) {
    if (last_op_ && last_op_->name == name) return last_op_;
    last_op_ = find_op(name);
    if (last_op_) return last_op_;
    const std::string_view nearest = nearest_op(name);
    throw Error(Code::name,
                fmt::format("there is no op '{}'{}", name,
                            nearest.empty() ? "" : fmt::format("; the nearest is '{}'", nearest)),
                place);
  }

  Expr make(Graph& graph, const Op& op, Attributes attributes, const Place& place) {
    try {
      return graph.make(op, inputs_, std::move(attributes));
    } catch (const Error& e) {
      throw Error(e.code(),
                  e.code() == Code::argument ? fmt::format("{}: {}", op.name, e.message()) : e.message(),
                  place);
    }
  }

  static void check_input(const Graph& graph, const Attributes& attributes, const Place& place) {
    const std::string* name = attributes.find<std::string>("name");
    if (!name) throw Error(Code::argument, "an input needs the attribute name=\"…\"", place);
    if (graph.find_input(*name))
      throw Error(Code::name, fmt::format("there is already an input '{}'", *name), place);
  }

  Attributes attribute_list(Scanner& scan) {
    std::vector<Attributes::Entry> entries;
    if (!scan.take('{') || scan.take('}')) return {};
    do {
      const Place place = scan.here();
      const std::string_view name = scan.expect_word("an attribute's name");
      for (const auto& [have, value] : entries)
        if (have == name)
          throw Error(Code::name, fmt::format("the attribute '{}' is given twice", name), place);
      scan.expect('=');
      entries.emplace_back(name, scan.attribute());
    } while (scan.take(','));
    scan.expect('}');
    return Attributes(std::move(entries));
  }

  void check_types(Scanner& scan, const Node& node) {
    if (!scan.take(':')) return;
    for (size_t i = 0; i < node.types->size(); i++) {
      if (i) scan.expect(',');
      const Place place = scan.here();
      const Type written = scan.type();
      if (written == (*node.types)[i]) continue;
      throw Error(
          Code::type,
          fmt::format("{} gives {} here, not {}", node.op->name, text((*node.types)[i]), text(written)),
          place);
    }
  }

  // The value behind a '%' that is already taken.
  Value value(Scanner& scan) {
    const uint32_t start = scan.column() - 1;
    const uint64_t id = scan.index("a node's number");
    size_t position = id;
    if (position >= ids_.size() || ids_[position] != id)
      position = static_cast<size_t>(std::lower_bound(ids_.begin(), ids_.end(), id) - ids_.begin());
    if (position >= ids_.size() || ids_[position] != id)
      throw Error(Code::name, fmt::format("%{} is not defined above", id), scan.place_at(start));
    Value out{nodes_[position], 0};
    const size_t results = program_.graph->node(out.node).types->size();
    if (scan.take('.')) {
      const uint64_t result = scan.index("the number of a result");
      if (result >= results)
        throw Error(Code::name, fmt::format("%{} has {} results, numbered from 0", id, results),
                    scan.place_at(start));
      out.result = static_cast<uint32_t>(result);
    }
    return out;
  }

  void output(Scanner& scan) {
    const Place place = scan.here();
    std::string name = scan.name("the output's name");
    if (!output_names_.insert(name).second)
      throw Error(Code::name, fmt::format("there is already an output '{}'", name), place);
    scan.expect('=');
    scan.expect('%');
    program_.outputs.push_back({std::move(name), value(scan)});
  }

  static void end_of_line(Scanner& scan) {
    if (!scan.at_end()) scan.fail("expected the end of the line");
  }

  std::string_view text_;
  const std::string& file_;
  size_t at_ = 0;
  std::string_view line_;
  uint32_t number_ = 0;

  Program program_;
  std::vector<uint64_t> ids_;    // the numbers in the text, rising
  std::vector<uint32_t> nodes_;  // the node each became
  std::vector<Value> inputs_;
  const Op* last_op_ = nullptr;
  std::unordered_set<std::string> output_names_;
};

}  // namespace

Program parse(std::string_view text, const std::string& file) { return Parser(text, file).run(); }

}  // namespace wengert
