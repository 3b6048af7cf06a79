#include "benchmarks/rows/rows.h"

namespace wengert::benchmarks {

static std::function<Row(const Context&)> deep(const std::string& name, Deep kind, int nodes,
                                               bool scalars = false) {
  return [=](const Context& context) { return deep_row(context, name, kind, nodes, scalars); };
}

std::vector<RowMaker> all_rows() {
  std::vector<RowMaker> rows = {
      {"logreg", "problems", logreg_row},
      {"mlp", "problems", mlp_row},
      {"gmm-d10k25", "problems", [](const Context& c) { return gmm_row(c, 10, 25); }},
      {"gmm-d64k5", "problems", [](const Context& c) { return gmm_row(c, 64, 5); }},
      {"rosenbrock", "problems", rosenbrock_row},
      {"rosenbrock-hvp", "problems", rosenbrock_hvp_row},
      {"black-scholes", "problems", black_scholes_row},
      {"tiny", "problems", tiny_row},
      {"quad", "problems", [](const Context& c) { return quad_row(c, Quad::gradient); }},
      {"quad-hvp", "problems", [](const Context& c) { return quad_row(c, Quad::hvp); }},
      {"quad-hessian", "problems", [](const Context& c) { return quad_row(c, Quad::hessian); }},
      {"line", "streaming", [](const Context& c) { return streaming_row(c, false); }},
      {"chain", "streaming", [](const Context& c) { return streaming_row(c, true); }},
      {"deep-1k", "deep", deep("deep-1k", Deep::wide, 1000)},
      {"deep-1k-scalars", "deep", deep("deep-1k-scalars", Deep::wide, 1000, true)},
      {"deep-10k-scalars", "deep", deep("deep-10k-scalars", Deep::wide, 10000, true)},
      {"deep-100k-scalars", "deep", deep("deep-100k-scalars", Deep::wide, 100000, true)},
      {"deep-10k", "deep", deep("deep-10k", Deep::wide, 10000)},
      {"deep-100k", "deep", deep("deep-100k", Deep::wide, 100000)},
      {"deep-narrow-10k", "deep", deep("deep-narrow-10k", Deep::narrow, 10000)},
      {"deep-repeated-100k", "deep", deep("deep-repeated-100k", Deep::repeated, 100000)},
  };
  for (const ThreadedProblem& problem : threaded_problems())
    rows.push_back(
        {problem.name + "-x4", "threads", [=](const Context& c) { return threads_row(c, problem); }});
  constexpr int64_t sizes[] = {4,   5,   6,   8,   12,  16,  24,  32,   48,   64,
                               100, 128, 192, 256, 384, 512, 768, 1000, 1024, 2048};
  constexpr struct {
    int64_t rows, inner, columns;
  } skinny[] = {{4096, 64, 4},   {4096, 10, 10},  {4096, 4, 64}, {4, 64, 4096},   {8, 4096, 8},
                {1024, 1024, 8}, {8, 1024, 1024}, {64, 4096, 8}, {1, 1024, 1024}, {1024, 1024, 1}};
  auto add_matmul = [&](const std::string& group, const MatmulShape& shape) {
    rows.push_back({shape.name(), group, [=](const Context& c) { return matmul_row(c, shape); }});
  };
  for (Dtype dtype : {Dtype::f64, Dtype::f32}) {
    for (int64_t n : sizes) add_matmul("matmul", {dtype, n, n, n});
    for (int64_t n : sizes) {
      add_matmul("matmul-transposed", {dtype, n, n, n, true, false});
      add_matmul("matmul-transposed", {dtype, n, n, n, false, true});
    }
    for (int64_t n : {8, 64, 100, 512, 1024})
      add_matmul("matmul-symbolic", {dtype, n, n, n, false, false, true});
    for (const auto& [n, k, m] : skinny) add_matmul("matmul-skinny", {dtype, n, k, m});
    add_matmul("matmul-skinny", {dtype, 64, 4096, 8, true, false});
    add_matmul("matmul-skinny", {dtype, 4096, 64, 8, false, false, true});
  }
  for (Dtype dtype : {Dtype::f64, Dtype::f32})
    for (const std::string& name : function_names())
      rows.push_back({name + "-" + std::string(wengert::name(dtype)), "functions",
                      [=](const Context& c) { return function_row(c, name, dtype); }});
  return rows;
}

}  // namespace wengert::benchmarks
