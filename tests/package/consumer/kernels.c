/* Calls kernels; built without LLVM and without Wengert's library. */
#include <stdio.h>
#include <stdlib.h>

#include "lengths.h"
#include "polynomial.h"
#include "rows.h"
#include "step.h"

int main(void) {
  double value, again, dx, dy, total, gradient[4], sum, ones[2];
  const double x[4] = {1, 3, 0, 0};
  if (polynomial(3, 4, &value, NULL)) return 1;
  if (polynomial_grad(3, 4, &again, &dx, &dy, NULL) || again != value) return 2;
  void* workspace = malloc(rows_grad_workspace(2));
  if (rows_grad(x, 2, &total, gradient, workspace)) return 3;
  free(workspace);
  if (lengths_grad(x, &sum, ones, NULL)) return 4;
  double w[2] = {1, 2};
  const double g[2] = {4, 2};
  if (step(w, g, NULL) || w[0] != -1 || w[1] != 1) return 5;
  printf("%g %g %g %g %g %g\n", value, dx, dy, total, gradient[1] * 10, ones[0] + ones[1]);
  return 0;
}
