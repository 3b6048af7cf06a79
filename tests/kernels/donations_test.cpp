// Donated inputs: outputs written over them where that is right, copied there where it is not, and the
// evaluator's bits in any case.
#include "compare.h"

#include "codegen/plan/explain.h"
#include "ir/ops/contractions.h"
#include "ir/ops/elementwise.h"
#include "ir/ops/indexing.h"
#include "ir/ops/leaves.h"
#include "ir/ops/math.h"
#include "ir/ops/movement.h"
#include "ir/ops/reductions.h"
#include "passes/gradients.h"
#include "passes/pipeline.h"

using namespace wengert;
using namespace wengert::testing;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::vector<Donation> numbered(const Program& program, const Pairs& pairs) {
  std::vector<Donation> out;
  for (const auto& [input, output] : pairs) {
    Donation donation{Value::none, Value::none};
    for (uint32_t i = 0; i < program.inputs().size(); i++)
      if (program.graph->input_name(program.inputs()[i]) == input) donation.input = i;
    for (uint32_t i = 0; i < program.outputs.size(); i++)
      if (program.outputs[i].name == output) donation.output = i;
    REQUIRE((donation.input != Value::none && donation.output != Value::none));
    out.push_back(donation);
  }
  return out;
}

Plan plan_of(const Program& program, const Pairs& pairs) {
  return make_plan(program, {.donations = numbered(program, pairs)});
}

/// Compares, and says for each pair: "" in place, else why it is copied.
std::vector<std::string> donate(const Program& program, const Pairs& pairs,
                                const std::vector<Bindings>& sizes) {
  compare(program, sizes, Tier::full, numbered(program, pairs));
  const Plan plan = plan_of(program, pairs);
  INFO(print_plan(plan));
  std::vector<std::string> out;
  for (const PlacedDonation& donated : plan.donations) out.push_back(donated.why);
  return out;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

const std::vector<std::string> in_place = {""};
const std::vector<Bindings> matrices = {{{"N", 0}, {"M", 3}},   {{"N", 1}, {"M", 1}},
                                        {{"N", 5}, {"M", 0}},   {{"N", 19}, {"M", 33}},
                                        {{"N", 130}, {"M", 7}}, {{"N", 67}, {"M", 130}}};

}  // namespace

TEST_CASE("an update in place") {
  for (Dtype dtype : {f64, f32}) {
    for (const Shape& shape : {Shape{N}, Shape{N, 3}, Shape{3, N}}) {
      Build b;
      const Expr w = b.in("w", dtype, shape), g = b.in("g", dtype, shape), rate = b.in("rate", dtype, {});
      b.out("w_new", w - rate * g);
      CHECK(donate(b.program, {{"w", "w_new"}}, rows) == in_place);
      CHECK(donate(b.program, {{"g", "w_new"}}, rows) == in_place);
      CHECK(plan_of(b.program, {{"w", "w_new"}}).workspace.is(0));
    }
  }
  for (Dtype dtype : {boolean, i32, i64}) {
    Build b;
    const Expr x = b.in("x", dtype, {N}), y = b.in("y", dtype, {N});
    b.out("both", dtype == boolean ? x & y : x + y);
    CHECK(donate(b.program, {{"x", "both"}}, rows) == in_place);
  }
}

TEST_CASE("arrays that one loop reads and writes: every element is read before any of its kind is written") {
  Build b;
  const Expr x = b.in("x", f64, {N}), y = b.in("y", f64, {N}), c = b.in("c", f64, {}), s = b.in("s", f64, {});
  b.out("x_new", c * x - s * y);
  b.out("y_new", s * x + c * y);
  CHECK(donate(b.program, {{"x", "x_new"}, {"y", "y_new"}}, rows) == std::vector<std::string>{"", ""});
  CHECK(donate(b.program, {{"y", "x_new"}, {"x", "y_new"}}, rows) == std::vector<std::string>{"", ""});

  Build unread;  // the first output does not read what it overwrites, the second one does
  const Expr u = unread.in("u", f64, {N}), v = unread.in("v", f64, {N});
  unread.out("twice", v * 2.0);
  unread.out("sum", u + v);
  CHECK(donate(unread.program, {{"u", "twice"}}, rows) == in_place);

  Build folded;  // a sum in the same loop
  const Expr w = folded.in("w", f64, {N}), r = folded.in("r", f64, {N});
  folded.out("norm", sum(w * w + 1.0));
  folded.out("r_new", r * 0.5);
  folded.out("w_new", w * 0.5 + r);
  CHECK(donate(folded.program, {{"w", "w_new"}, {"r", "r_new"}}, rows) == std::vector<std::string>{"", ""});
}

TEST_CASE("steps of optimisers") {
  Build b;
  const Expr w = b.in("w", f32, {N, M}), g = b.in("g", f32, {N, M}), m = b.in("m", f32, {N, M}),
             v = b.in("v", f32, {N, M}), rate = b.in("rate", f32, {});
  const Expr m_new = 0.9 * m + 0.1 * g, v_new = 0.99 * v + 0.01 * g * g;
  b.out("w_new", w - rate * m_new / (sqrt(v_new) + 1e-8));
  b.out("m_new", m_new);
  b.out("v_new", v_new);
  const Pairs pairs = {{"w", "w_new"}, {"m", "m_new"}, {"v", "v_new"}};
  CHECK(donate(b.program, pairs, matrices) == std::vector<std::string>{"", "", ""});
}

TEST_CASE("a step of gradient descent overwrites the parameters that its loss reads") {
  Build b;
  const Expr w = b.in("w", f64, {M}), X = b.in("X", f64, {N, M}), y = b.in("y", f64, {N});
  const Expr loss = mean(log1p(exp(-y * matmul(X, w)))) + 0.01 * dot(w, w);
  b.out("loss", loss);
  b.out("w_new", w - 0.1 * gradients({&loss, 1}, {&w, 1})[0]);
  const Program program = optimize(b.program);
  CHECK(donate(program, {{"w", "w_new"}}, {matrices.begin() + 3, matrices.end()}) == in_place);
}

TEST_CASE("a product is not written over what it reads") {
  Build b;
  const Expr x = b.in("x", f64, {N, N}), y = b.in("y", f64, {N, N});
  b.out("xy", matmul(x, y));
  CHECK(contains(donate(b.program, {{"x", "xy"}}, {rows.begin(), rows.begin() + 5})[0],
                 "dot_general) reads x where it is written"));
  for (int64_t n : {4, 33, 100}) {
    Build known;
    const Expr a = known.in("a", f32, {n, n});
    known.out("square", matmul(a, a));
    CHECK(contains(donate(known.program, {{"a", "square"}}, {{}})[0], "reads a where it is written before"));
  }
}

TEST_CASE("a product's maps update in place: its partial results lie elsewhere") {
  for (Dtype dtype : {f64, f32}) {
    Build b;
    const Expr w = b.in("w", dtype, {N, M}), x = b.in("x", dtype, {K, N}), d = b.in("d", dtype, {K, M}),
               v = b.in("v", dtype, {N, M});
    b.out("w_new", w - 0.1 * matmul(transpose(x), d));
    b.out("v_new", v + w);
    const std::vector<Bindings> sizes = {{{"N", 5}, {"M", 3}, {"K", 4}},
                                         {{"N", 0}, {"M", 3}, {"K", 4}},
                                         {{"N", 70}, {"M", 33}, {"K", 0}},
                                         {{"N", 130}, {"M", 67}, {"K", 40}}};
    CHECK(donate(b.program, {{"w", "w_new"}}, sizes) == in_place);
    // Neither of the two can come first.
    const auto crossed = donate(b.program, {{"v", "w_new"}, {"w", "v_new"}}, sizes);
    CHECK(crossed[0] == "");
    CHECK(contains(crossed[1], "reads w later"));
  }
}

TEST_CASE("updates wait for the last reader of what they overwrite") {
  Build b;
  const Expr x = b.in("x", f32, {N, 40}), y = b.in("y", f32, {N, 10}), w1 = b.in("w1", f32, {40, 70}),
             w2 = b.in("w2", f32, {70, 10}), b1 = b.in("b1", f32, {70});
  const Expr h = maximum(matmul(x, w1) + b1, 0.0);
  const Expr error = matmul(h, w2) - y;
  const Expr loss = mean(error * error);
  const std::vector<Expr> g = gradients({&loss, 1}, std::vector{w1, w2, b1});
  b.out("loss", loss);
  b.out("w1_new", w1 - 0.1 * g[0]);
  b.out("w2_new", w2 - 0.1 * g[1]);
  b.out("b1_new", b1 - 0.1 * g[2]);
  const Program program = optimize(b.program);
  const Pairs pairs = {{"w1", "w1_new"}, {"w2", "w2_new"}, {"b1", "b1_new"}};
  CHECK(donate(program, pairs, {rows.begin() + 1, rows.begin() + 6}) == std::vector<std::string>{"", "", ""});
}

TEST_CASE("arrays change places") {
  Build b;
  const Expr x = b.in("x", f64, {N}), y = b.in("y", f64, {N}), z = b.in("z", f64, {N});
  b.out("first", y);
  b.out("second", x);
  b.out("third", z);
  for (const std::string& why : donate(b.program, {{"x", "first"}, {"y", "second"}}, rows))
    CHECK(contains(why, "as it stands"));
  CHECK(donate(b.program, {{"z", "third"}}, rows) == in_place);  // as it stands
  CHECK(donate(b.program, {{"x", "second"}, {"y", "first"}, {"z", "third"}}, rows) ==
        std::vector<std::string>{"", "", ""});
  donate(b.program, {{"x", "first"}, {"y", "third"}, {"z", "second"}}, rows);  // round
  donate(b.program, {{"x", "first"}}, rows);
  donate(b.program, {{"x", "third"}, {"z", "first"}}, rows);

  Build one;  // a single element
  const Expr p = one.in("p", f64, {1}), q = one.in("q", f64, {1});
  one.out("p_new", q);
  one.out("q_new", p);
  donate(one.program, {{"p", "p_new"}, {"q", "q_new"}}, {{}});
}

TEST_CASE("an input that is an output as well, and an output that is there twice") {
  Build b;
  const Expr w = b.in("w", f64, {N}), g = b.in("g", f64, {N});
  const Expr next = w - g;
  b.out("old", w);
  b.out("w_new", next);
  CHECK(contains(donate(b.program, {{"w", "w_new"}}, rows)[0], "old is the input as it stands"));
  CHECK(donate(b.program, {{"g", "w_new"}}, rows) == in_place);
  b.out("again", next);
  CHECK(contains(donate(b.program, {{"g", "w_new"}}, rows)[0], "again is the same value"));
  const auto both = donate(b.program, {{"g", "w_new"}, {"w", "again"}}, rows);
  CHECK(both[0] == "");
  CHECK(contains(both[1], "is"));
}

TEST_CASE("other elements than the one that is written") {
  const std::function<Expr(Expr)> cases[] = {
      [](Expr x) { return transpose(x) + 1.0; },
      [](Expr x) { return transpose(x); },
      [](Expr x) { return reverse(x, {1}) * x; },
      [](Expr x) { return reverse(x, {0}) * x; },
      [](Expr x) { return pad(slice_axis(x, 1, 1, N), 0.0, {0, 0}, {0, 1}, {0, 0}) - x; },
      [](Expr x) { return x - slice_axis(x, 0, 0, 1); },
      [](Expr x) { return concatenate(std::vector{slice_axis(x, 0, 1, N), slice_axis(x, 0, 0, 1)}, 0); },
      [](Expr x) { return x - sum(x * x, Axes{0}); },
      [](Expr x) { return reshape(transpose(reshape(x, {N * N})), {N, N}) + x; }};
  for (const auto& make : cases) {
    Build b;
    const Expr x = b.in("x", f64, {N, N});
    b.out("y", make(x));
    donate(b.program, {{"x", "y"}}, {rows.begin() + 1, rows.begin() + 5});
    const Program program = optimize(b.program);
    donate(program, {{"x", "y"}}, {rows.begin() + 1, rows.begin() + 5});
  }
  Build b;
  const Expr x = b.in("x", f64, {N, N});
  b.out("y", transpose(x));
  CHECK(contains(donate(b.program, {{"x", "y"}}, {rows.begin(), rows.begin() + 5})[0],
                 "reads x where it is written before"));
}

TEST_CASE("rows in place: softmax, normalisation, a view of the array") {
  for (Dtype dtype : {f64, f32}) {
    Build b;
    const Expr x = b.in("x", dtype, {N, M}), scale = b.in("scale", dtype, {N, M});
    b.out("softmax", softmax(x) * scale);
    const Program program = optimize(b.program);
    CHECK(donate(program, {{"x", "softmax"}}, matrices) == in_place);
    CHECK(donate(program, {{"scale", "softmax"}}, matrices) == in_place);

    Build norm;
    const Expr y = norm.in("y", dtype, {N, M});
    norm.out("y_new", y - mean(y, Axes{1}, true));
    CHECK(donate(optimize(norm.program), {{"y", "y_new"}}, {matrices.begin() + 3, matrices.end()}) ==
          in_place);

    Build flat;
    const Expr z = flat.in("z", dtype, {N, M}), t = flat.in("t", dtype, {N * M});
    flat.out("z_new", reshape(reshape(z, {N * M}) * t, {N, M}));
    donate(flat.program, {{"z", "z_new"}}, matrices);
  }
}

TEST_CASE("folds into arrays that were read before, or never") {
  Build b;
  const Expr x = b.in("x", f64, {N, M}), row = b.in("row", f64, {N});
  b.in("total", f64, {M});  // not read
  b.out("total_new", sum(x * 2.0, Axes{0}));
  b.out("row_new", sum(x * expand_dims(row, {1}), Axes{1}));
  donate(b.program, {{"total", "total_new"}, {"row", "row_new"}}, matrices);
  CHECK(donate(b.program, {{"total", "total_new"}}, matrices) == in_place);

  Build running;
  const Expr s = running.in("s", f64, {M}), y = running.in("y", f64, {N, M});
  running.out("s_new", s + sum(y * y, Axes{0}));
  CHECK(donate(running.program, {{"s", "s_new"}}, matrices) == in_place);
}

TEST_CASE("rows added in place: the array is not copied") {
  Build b;
  const Expr table = b.in("table", f64, {N, 3}), at = b.in("at", i64, {M}),
             rows_added = b.in("r", f64, {M, 3});
  b.out("table_new", scatter_add(table, at, rows_added, 0));
  const std::vector<Bindings> sizes = {{{"N", 10}, {"M", 4}}, {{"N", 0}, {"M", 2}}, {{"N", 3}, {"M", 40}}};
  CHECK(donate(b.program, {{"table", "table_new"}}, sizes) == in_place);

  Build own;  // the rows are some of the table's own
  const Expr t = own.in("t", f64, {N, 3}), i = own.in("i", i64, {M});
  own.out("t_new", scatter_add(t, i, take(t, i, 0), 0));
  CHECK(contains(donate(own.program, {{"t", "t_new"}}, sizes)[0], "reads t where it is written before"));
}

TEST_CASE("scalars read from an array before it is overwritten, and after") {
  Build b;
  const Expr x = b.in("x", f64, {N}), k = b.in("k", i64, {});
  b.out("x_new", x * index_axis(x, 0, 0));
  b.out("picked", take(x, k, 0));
  donate(b.program, {{"x", "x_new"}}, {rows.begin() + 2, rows.end()});

  Build late;
  const Expr p = late.in("p", f64, {N});
  const Expr doubled = p * 2.0;
  const Expr where = convert(sum(doubled) * 0.0, i64);
  late.out("p_new", doubled);
  late.out("s", take(p, where, 0));
  CHECK(contains(donate(late.program, {{"p", "p_new"}}, {rows.begin() + 2, rows.begin() + 6})[0], "later"));
}

TEST_CASE("the explanation says what happens to donated arrays") {
  Build b;
  const Expr x = b.in("x", f64, {N, N}), w = b.in("w", f64, {N, N});
  b.out("square", matmul(x, x));
  b.out("half", w * 0.5);
  const std::string text = explain_plan(plan_of(b.program, {{"x", "square"}, {"w", "half"}}));
  CHECK(contains(text, "w becomes half in place\n"));
  CHECK(contains(text, "x becomes square by a copy at the end: %"));
}

TEST_CASE("arrays that change places are explained by name") {
  Build b;
  const Expr x = b.in("x", f64, {3}), w = b.in("w", f64, {3});
  b.out("x_new", w);
  b.out("w_new", x);
  const std::string text = explain_plan(plan_of(b.program, {{"x", "x_new"}, {"w", "w_new"}}));
  CHECK(contains(text, "x becomes x_new by a copy at the end: it is the input w as it stands\n"));
  CHECK(contains(text, "w becomes w_new by a copy at the end: it is the input x as it stands\n"));
}
