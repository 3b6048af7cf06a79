// Built-in functions against each other and against numbers worked by hand.
#include "tests/language/language.h"

namespace wengert::language {

TEST_CASE("indexing") {
  const std::string x = "let x = reshape(arange(24), [2, 3, 4])\n ";
  check_same(x + "x[1, 2, 3]", "array(23)");
  check_same(x + "x[-1, -1, -1]", "array(23)");
  check_same(x + "x[0]", "reshape(arange(12), [3, 4])");
  check_same(x + "x[..., 0]", "[[0, 4, 8], [12, 16, 20]]");
  check_same(x + "x[1, ..., 1:3]", "[[13, 14], [17, 18], [21, 22]]");
  check_same(x + "x[0, ::2, ::2]", "[[0, 2], [8, 10]]");
  check_same(x + "x[0, 0, ::-1]", "[3, 2, 1, 0]");
  check_same(x + "x[0, 0, 2::-1]", "[2, 1, 0]");
  check_same(x + "x[0, 0, -1:0:-2]", "[3, 1]");
  check_same(x + "x[0, 0, :-1]", "[0, 1, 2]");
  check_same(x + "x[0, 0, None, 1:, None]", "[[[1], [2], [3]]]");
  check_same(x + "x[0, [2, 0, 2]]", "[[8, 9, 10, 11], [0, 1, 2, 3], [8, 9, 10, 11]]");
  check_same(x + "x[0][:, [0, 3]]", "[[0, 3], [4, 7], [8, 11]]");
  check_same(x + "x[:, [[0, 1], [1, 0]], 0].shape[1] + 0", "2");
  check_same("[5, 6, 7][array(1)]", "array(6)");
  check_same(x + "x[0, [-1, 0]]", "[[8, 9, 10, 11], [0, 1, 2, 3]]");
  check_same(x + "x[0, 0, [[-1, -2], [0, 1]]]", "[[3, 2], [0, 1]]");
  check_same(x + "let i = array(2)\n x[0, 0, [i, -1]]", "[2, 3]");
  check_same(x + "take(x, -1)", "array(23)");
  check_same(x + "take(x, [-1, 1])", "[23, 1]");
  check_same(x + "take(x[0], [-1, 0], axis=-1)", "[[3, 0], [7, 4], [11, 8]]");
  check_same("scatter_add([0, 0, 0], [-1, 0], [5, 7])", "[7, 0, 5]");
  check_same("arange(10)[2:8:3]", "[2, 5]");
  check_same("arange(5)[5:]", "zeros([0], i64)");
}

// Of a symbolic extent too; a value that is no literal never counts from the end.
TEST_CASE("literal indices count from the end") {
  const Tensor x = integers({4}, {10, 11, 12, 13});
  CHECK(value_of("fn f(x: i64[N]) { x[[0, -1, -2]] }", {x}).same_bits(integers({3}, {10, 13, 12})));
  CHECK(value_of("fn f(x: i64[N]) { take(x, -1) }", {x}).at(0) == 13);
  CHECK(value_of("fn f(x: i64[N], i: i64) { x[[i, -1]] }", {x, Tensor::scalar(Dtype::i64, -1.0)})
            .same_bits(integers({2}, {0, 13})));
}

// As NumPy and JAX have it, or refused: never the default.
TEST_CASE("axis=None") {
  check_same("softmax([[0.0, 0], [0, 0]], axis=None)", "[[0.25, 0.25], [0.25, 0.25]]");
  check_same("exp(log_softmax([[0.0], [0]], None))", "exp(log_softmax([[0.0, 0]])).T");
  check_same("concatenate([[[1, 2]], [[3, 4]]], axis=None)", "[1, 2, 3, 4]");
  check_same("concatenate([1, [3, 4]], axis=None)", "[1, 3, 4]");
  check_same("roll([[1, 2], [3, 4]], 1, axis=None)", "[[4, 1], [2, 3]]");
  for (const char* body :
       {"stack([[1, 2], [3, 4]], axis=None)", "split([1, 2], 2, axis=None)", "moveaxis([[1, 2]], None, 0)",
        "swapaxes([[1, 2]], 0, None)", "scatter_add([0.0], [0], [1.0], axis=None)", "iota([2], axis=None)",
        "cross_entropy([[0.0, 1]], [1], axis=None)", "sum([1.0], keepdims=None)"}) {
    INFO(body);
    const std::string e = error_of(std::string("fn f() { ") + body + " }");
    CHECK(e.find("not None") != std::string::npos);
  }
}

TEST_CASE("shapes") {
  check_same("[[1, 2], [3, 4]].T", "[[1, 3], [2, 4]]");
  check_same("transpose(reshape(arange(6), [1, 2, 3]), (2, 0, 1)).shape[0]", "3");
  check_same("swapaxes([[1, 2], [3, 4]], 0, 1)", "[[1, 3], [2, 4]]");
  check_same("moveaxis(reshape(arange(6), [1, 2, 3]), 0, -1)", "reshape(arange(6), [2, 3, 1])");
  check_same("squeeze([[[1]], [[2]]])", "[1, 2]");
  check_same("expand_dims([1, 2], 1)", "[[1], [2]]");
  check_same("expand_dims([1, 2], (0, 2))", "[[[1], [2]]]");
  check_same("broadcast_to([1, 2], [2, 2])", "[[1, 2], [1, 2]]");
  check_same("flip([[1, 2], [3, 4]])", "[[4, 3], [2, 1]]");
  check_same("flip([[1, 2], [3, 4]], axis=1)", "[[2, 1], [4, 3]]");
  check_same("pad([1, 2], 1)", "[0, 1, 2, 0]");
  check_same("pad([1, 2], (0, 2), constant_values=7)", "[1, 2, 7, 7]");
  check_same("pad([[1]], [(1, 0), (0, 1)])", "[[0, 0], [1, 0]]");
  check_same("concatenate([[1, 2], [3]])", "[1, 2, 3]");
  check_same("concatenate(([[1], [2]], [[3], [4]]), axis=1)", "[[1, 3], [2, 4]]");
  check_same("stack([[1, 2], [3, 4]], axis=1)", "[[1, 3], [2, 4]]");
  check_same("stack([[1, 2], [3, 4]], axis=-1)", "[[1, 3], [2, 4]]");
  check_same("let (a, b) = split(arange(6), 2)\n b", "[3, 4, 5]");
  check_same("let (a, b, c) = split(arange(6), (1, 3))\n b", "[1, 2]");
  check_same("tile([1, 2], 2)", "[1, 2, 1, 2]");
  check_same("tile([[1, 2]], [2, 2])", "[[1, 2, 1, 2], [1, 2, 1, 2]]");
  check_same("repeat([1, 2], 2)", "[1, 1, 2, 2]");
  check_same("repeat([[1, 2], [3, 4]], 2, axis=0)", "[[1, 2], [1, 2], [3, 4], [3, 4]]");
  check_same("roll([1, 2, 3], 1)", "[3, 1, 2]");
  check_same("roll([1, 2, 3], -1)", "[2, 3, 1]");
  check_same("roll([[1, 2], [3, 4]], 5, axis=1)", "[[2, 1], [4, 3]]");
  check_same("diag([1, 2])", "[[1, 0], [0, 2]]");
  check_same("diag([1, 2], 1)", "[[0, 1, 0], [0, 0, 2], [0, 0, 0]]");
  check_same("diag([1, 2], k=-1)", "[[0, 0, 0], [1, 0, 0], [0, 2, 0]]");
  check_same("diag([[1, 2, 3], [4, 5, 6]])", "[1, 5]");
  check_same("diag([[1, 2, 3], [4, 5, 6]], 1)", "[2, 6]");
  check_same("diag([[1, 2, 3], [4, 5, 6]], -1)", "[4]");
  check_same("trace([[1, 2], [3, 4]])", "array(5)");
  check_same("tril([[1, 2], [3, 4]])", "[[1, 0], [3, 4]]");
  check_same("triu([[1, 2], [3, 4]])", "[[1, 2], [0, 4]]");
  check_same("triu([[1, 2], [3, 4]], 1)", "[[0, 2], [0, 0]]");
  check_same("reshape(arange(6), [2, -1])", "[[0, 1, 2], [3, 4, 5]]");
  check_same("reshape(reshape(arange(6), [2, 3]), -1)", "arange(6)");
  check_same("ravel([[1, 2], [3, 4]])", "[1, 2, 3, 4]");
}

TEST_CASE("creation") {
  check_same("zeros([2])", "[0.0, 0.0]");
  check_same("ones(2, dtype=i32)", "i32([1, 1])");
  check_same("full([2], 3)", "[3, 3]");
  check_same("full_like([1.0, 2], 3)", "[3.0, 3.0]");
  check_same("zeros_like([1, 2])", "[0, 0]");
  check_same("eye(2)", "[[1.0, 0], [0, 1]]");
  check_same("eye(2, 3, k=1)", "[[0.0, 1, 0], [0, 0, 1]]");
  check_same("arange(3)", "[0, 1, 2]");
  check_same("arange(2, 8, 3)", "[2, 5]");
  check_same("arange(5, 0, -2)", "[5, 3, 1]");
  check_same("arange(5, 2)", "zeros([0], i64)");
  check_same("arange(3, dtype=f64)", "[0.0, 1, 2]");
  check_same("linspace(0, 1, 5)", "[0.0, 0.25, 0.5, 0.75, 1]");
  check_same("linspace(0, 1, 4, endpoint=false)", "[0.0, 0.25, 0.5, 0.75]");
  check_same("linspace(3, 5, 1)", "[3.0]");
  check_same("iota([2, 2], axis=-1)", "[[0, 1], [0, 1]]");
}

TEST_CASE("reductions") {
  const std::string x = "let x = [[1.0, 5, 3], [4, 2, 6]]\n ";
  check_same(x + "sum(x)", "array(21.0)");
  check_same(x + "sum(x, axis=0)", "[5.0, 7, 9]");
  check_same(x + "sum(x, axis=(0, 1))", "array(21.0)");
  check_same(x + "sum(x, axis=None, keepdims=true)", "[[21.0]]");
  check_same(x + "max(x, axis=-1)", "[5.0, 6]");
  check_same(x + "min(x, 1, keepdims=true)", "[[1.0], [2]]");
  check_same(x + "argmax(x, axis=1)", "[1, 2]");
  check_same(x + "argmax(x)", "array(5)");
  check_same(x + "argmin(x, keepdims=true)", "[[0]]");
  check_same(x + "prod(x, axis=0)", "[4.0, 10, 18]");
  check_same(x + "mean(x, axis=1)", "[3.0, 4]");
  check_same(x + "var(x[0])", "array(8.0) / 3");
  check_same(x + "any(x > 5, axis=1)", "[false, true]");
  check_same(x + "all(x > 1, axis=1)", "[false, true]");
  check_same("norm([3.0, 4])", "array(5.0)");
  check_same("norm([3.0, -4], 1)", "array(7.0)");
  check_same("norm([3.0, -4], ord=inf)", "array(4.0)");
  check_same("logsumexp([0.0, 0]) - log(2.0)", "array(0.0)");
  check_same("softmax([[0.0, 2], [0, 2]], axis=0)", "[[0.5, 0.5], [0.5, 0.5]]");
}

TEST_CASE("products") {
  check_same("dot([1, 2], [3, 4])", "array(11)");
  check_same("outer([1, 2], [3, 4])", "[[3, 4], [6, 8]]");
  check_same("einsum(\"ij, jk -> ik\", [[1, 2], [3, 4]], [[1, 0], [0, 2]])", "[[1, 4], [3, 8]]");
  check_same("einsum('ij->ji', [[1, 2], [3, 4]])", "[[1, 3], [2, 4]]");
  check_same("tensordot([[1, 2], [3, 4]], [[1, 0], [0, 2]], axes=1)", "[[1, 4], [3, 8]]");
  check_same("tensordot([[1, 2], [3, 4]], [[1, 0], [0, 2]])", "array(9)");
  check_same("tensordot([[1, 2], [3, 4]], [5, 6], axes=(0, 0))", "[23, 34]");
  check_same("inner([[1, 2], [3, 4]], [1, 1])", "[3, 7]");
  check_same("vdot([[1, 2], [3, 4]], [[1, 1], [1, 1]])", "array(10)");
}

TEST_CASE("picking") {
  check_same("take([10, 20, 30], [2, 0])", "[30, 10]");
  check_same("take([[1, 2], [3, 4]], [1], axis=1)", "[[2], [4]]");
  check_same("one_hot([1, 0], 3)", "[[0.0, 1, 0], [1, 0, 0]]");
  check_same("scatter_add([0.0, 0], [1, 1], [2.0, 3])", "[0.0, 5]");
  check_same("segment_sum([1.0, 2, 4], [0, 1, 0], 2)", "[5.0, 2]");
  check_same("where([true, false], [1, 2], 9)", "[1, 9]");
  check_same("clip([-1.0, 0.5, 2], 0, 1)", "[0.0, 0.5, 1]");
  check_same("clip([-1.0, 2], max=1)", "[-1.0, 1]");
  check_same("minimum(3, 5)", "3");
}

TEST_CASE("losses") {
  check_same("squared_loss(3.0, 1.0)", "array(2.0)");
  check_same("mse([1.0, 2], [0.0, 0])", "array(2.5)");
  check_same("mae([1.0, -2], [0.0, 0])", "array(1.5)");
  check_same("hinge_loss([0.5, 2], [1.0, 1])", "[0.5, 0.0]");
  check_same("logistic_loss(800.0, -1.0)", "array(800.0)");
  check_same("binary_cross_entropy(0.0, 1.0)", "log(2.0)");
  check_same("cross_entropy([1000.0, 0], array(1))", "array(1000.0)");
  check_same("cross_entropy([[0.0, 0], [0, 0]], [0, 1])", "[1.0, 1] * log(2.0)");
  check_same("cross_entropy([1e16, 1e16], array(1))", "log(2.0)");  // no digit is lost beside large scores
  check_same("isnan(cross_entropy([0.0, 0], array(2)))", "array(true)");
  check_same("cross_entropy([-inf, 0.0], [0.0, 1.0])", "array(0.0)");
}

}  // namespace wengert::language
