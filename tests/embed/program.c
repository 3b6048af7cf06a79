/* Calls the kernels of kernels.o from C: every call of calls.h against the evaluator's bits, with nothing
   written outside of outputs and workspace; and what they refuse. Linked with libc alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#include "calls.h"

static int failures = 0;

static void check(int holds, const char* what, const char* where) {
  if (holds) return;
  printf("FAILED: %s: %s\n", where, what);
  failures++;
}

static int is_nan(const unsigned char* p, size_t size) {
  float f;
  double d;
  if (size == sizeof f) return memcpy(&f, p, size), f != f;
  memcpy(&d, p, size);
  return d != d;
}

static int same(const unsigned char* got, const struct output* wanted) {
  const unsigned char* w = wanted->bits;
  size_t i;
  for (i = 0; i < wanted->count; i++, got += wanted->size, w += wanted->size)
    if (memcmp(got, w, wanted->size) != 0 &&
        !(wanted->is_float && is_nan(got, wanted->size) && is_nan(w, wanted->size)))
      return 0;
  return 1;
}

enum { margin = 64, canary = 0xA5 };

/* Room for `bytes` between two margins that must stay as they are; odd by `skew`. */
static unsigned char* guarded(size_t bytes, size_t skew) {
  unsigned char* p = malloc(bytes + 2 * margin + skew);
  if (p == NULL) exit(2);
  memset(p, canary, bytes + 2 * margin + skew);
  return p + margin + skew;
}

static int intact(const unsigned char* p, size_t bytes) {
  int i;
  for (i = 0; i < margin; i++)
    if (p[-1 - i] != canary || p[bytes + (size_t)i] != canary) return 0;
  return 1;
}

/* Twice, the second time with a workspace that is aligned to nothing and used already. */
static void run(const struct call* c) {
  const size_t bytes = c->workspace();
  unsigned char* workspace = guarded(bytes, 1);
  int round, k;
  check(bytes != SIZE_MAX, "workspace", c->name);
  for (round = 0; round < 2; round++) {
    unsigned char* out[8];
    void* pointers[8];
    for (k = 0; k < c->output_count; k++) {
      out[k] = guarded(c->outputs[k].count * c->outputs[k].size, 0);
      pointers[k] = c->outputs[k].count == 0 ? NULL : out[k];
    }
    check(c->packed(c->inputs, c->symbols, pointers, bytes == 0 ? NULL : workspace) == c->flags,
          "return code", c->name);
    for (k = 0; k < c->output_count; k++) {
      check(same(out[k], &c->outputs[k]), "differs from the evaluator", c->name);
      check(intact(out[k], c->outputs[k].count * c->outputs[k].size), "wrote outside of an output", c->name);
      free(out[k] - margin);
    }
    check(intact(workspace, bytes), "wrote outside of the workspace", c->name);
  }
  free(workspace - margin - 1);
}

/* Direct calls: scalars by value, pointers, sizes, outputs, workspace. */
static void direct(void) {
  double w[2] = {0, 0}, X[4] = {1, 2, 3, 4}, y[2] = {1, -1}, v[2] = {1, 0}, value = 7, g[2] = {7, 7},
         h[2] = {7, 7}, a;
  float b;
  uint8_t c;
  int64_t n;
  void* workspace = malloc(loss_grad_workspace(2, 2) + loss_hvp_workspace(2, 2) + descend_workspace(2) + 1);
  if (workspace == NULL) exit(2);
  check(loss_grad(w, X, y, 0.5, 2, 2, &value, g, workspace) == WENGERT_OK, "code", "loss_grad");
  check(value > 0.69314718055994 && value < 0.69314718055996 && g[0] == 0.5 && g[1] == 0.5, "value",
        "loss_grad");
  check(loss_hvp(w, X, y, 0.5, v, 2, 2, h, workspace) == WENGERT_OK && h[0] == 2.25 && h[1] == 1.75, "value",
        "loss_hvp");
  check(loss_hvp(w, X, y, 0.5, w, 2, 2, h, workspace) == WENGERT_OK && h[0] == 0, "an input given twice",
        "loss_hvp");
  check(scalars(0, 3, 5.0f, &a, &b, &c, NULL) == WENGERT_OK && a == 0 && b == 2.5f && c == 0, "value",
        "scalars");
  check(size(NULL, 0, INT64_MAX, &n, NULL) == WENGERT_OK && n == 0, "an input without elements", "size");

  g[0] = 3, g[1] = -4, w[0] = 1;
  check(descend(w, g, 0.5, 2, &value, workspace) == WENGERT_OK && w[0] == -0.5 && w[1] == 2 && value == 1,
        "an input that becomes an output", "descend");
  {
    const double rate = -0.5;
    const void* inputs[3];
    int64_t two = 2;
    void* outputs[2];
    inputs[0] = w, inputs[1] = g, inputs[2] = &rate;
    outputs[0] = NULL, outputs[1] = &value;
    check(descend_packed(inputs, &two, outputs, workspace) == WENGERT_OK && w[0] == 1 && w[1] == 0, "packed",
          "descend");
  }
  check(descend(NULL, g, 0.5, 2, &value, workspace) == WENGERT_NULL_INPUT, "NULL in-out array", "descend");
  check(descend(w, g, 0.5, 2, NULL, workspace) == WENGERT_NULL_OUTPUT && w[0] == 1 && w[1] == 0,
        "a refused call wrote", "descend");
  check(descend(NULL, NULL, 0.5, 0, &value, workspace) == WENGERT_OK && value == 0, "no elements", "descend");
  w[0] = 0;

  value = g[0] = g[1] = 7;
  check(loss_grad(w, X, y, 0.5, 2, -1, &value, g, workspace) == WENGERT_BAD_SYMBOL, "negative size",
        "loss_grad");
  check(loss_grad(w, X, y, 0.5, INT64_MIN, 2, &value, g, workspace) == WENGERT_BAD_SYMBOL, "least size",
        "loss_grad");
  check(loss_grad(w, X, y, 0.5, INT64_MAX / 2, 4, &value, g, workspace) == WENGERT_SIZE_OVERFLOW, "overflow",
        "loss_grad");
  check(loss_grad(w, NULL, y, 0.5, 2, 2, &value, g, workspace) == WENGERT_NULL_INPUT, "NULL input",
        "loss_grad");
  check(loss_grad(w, X, y, 0.5, 2, 2, &value, NULL, workspace) == WENGERT_NULL_OUTPUT, "NULL output",
        "loss_grad");
  check(loss_grad(w, X, y, 0.5, 2, 2, NULL, g, workspace) == WENGERT_NULL_OUTPUT, "NULL scalar output",
        "loss_grad");
  if (loss_grad_workspace(2, 2) > 0)
    check(loss_grad(w, X, y, 0.5, 2, 2, &value, g, NULL) == WENGERT_NULL_WORKSPACE, "NULL workspace",
          "loss_grad");
  check(value == 7 && g[0] == 7 && g[1] == 7, "a refused call wrote", "loss_grad");
  check(loss_grad_workspace(-1, 2) == SIZE_MAX, "workspace of a negative size", "loss_grad");
  check(loss_grad_workspace(INT64_MAX, INT64_MAX) == SIZE_MAX, "workspace that overflows", "loss_grad");
  check(differences(NULL, 0, h, workspace) == WENGERT_BAD_EXTENT, "N - 1 for N = 0", "differences");
  check(differences(w, 1, NULL, workspace) == WENGERT_OK, "an output without elements", "differences");
  free(workspace);
}

int main(void) {
  size_t i;
  for (i = 0; i < sizeof calls / sizeof *calls; i++) run(&calls[i]);
  direct();
  printf("%d calls, %d failures\n", (int)i, failures);
  return failures == 0 ? 0 : 1;
}
