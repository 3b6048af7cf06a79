/* Fits logistic regression to the Wisconsin breast-cancer data by Newton's method with conjugate gradients.
   The loss, its gradient and its Hessian-vector product are the kernels of loss.o, which Wengert wrote from
   loss.wg; the rest is C99 with nothing but libc and libm. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "loss.h"

enum { most_rows = 1000, D = 30, P = D + 1 };
static double raw[most_rows * D], X[most_rows * D], y[most_rows];
static int64_t N;
static void* workspace;
static const double lambda = 1e-3;

static void require(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "fit: %s\n", what);
  exit(1);
}

static double dot(const double* a, const double* b) {
  double sum = 0;
  for (int i = 0; i < P; i++) sum += a[i] * b[i];
  return sum;
}

/* y += s x */
static void add(double* y_, double s, const double* x) {
  for (int i = 0; i < P; i++) y_[i] += s * x[i];
}

/* The first line is "569,30,malignant,benign", so the rest of it is skipped behind the count of rows; each
   other line has 30 features and the class, 0 for malignant, which becomes -1, and 1 for benign. */
static void read_csv(const char* path) {
  FILE* file = fopen(path, "r");
  long rows = 0, features = 0;
  double label;
  require(file != NULL, "the file cannot be opened");
  require(fscanf(file, "%ld,%ld,%*[^\n]", &rows, &features) == 2,
          "the first line is not \"rows,features,names\"");
  require(rows > 0 && rows <= most_rows && features == D, "wants at most 1000 rows of 30 features");
  for (N = 0; N < rows; N++) {
    for (int k = 0; k < D; k++)
      require(fscanf(file, "%lf,", &raw[N * D + k]) == 1, "a feature is not a number");
    require(fscanf(file, "%lf", &label) == 1 && (label == 0 || label == 1), "a class is neither 0 nor 1");
    y[N] = label == 1 ? 1 : -1;
  }
  fclose(file);
}

static double value_and_gradient(const double* theta, double* gradient) {
  double value;
  require(loss_grad(X, y, theta, lambda, N, D, &value, gradient, workspace) == 0,
          "loss_grad refused the call");
  return value;
}

/* Solves H d = -g until the residual is small beside g; returns the number of steps. */
static int conjugate_gradients(const double* theta, const double* g, double* d) {
  double r[P], p[P], Hp[P], rr = dot(g, g);
  const double enough = rr * fmin(0.01, rr);
  int steps = 0;
  for (int i = 0; i < P; i++) d[i] = 0, p[i] = r[i] = -g[i];
  while (rr > enough && steps < 10 * P) {
    require(loss_hvp(X, y, theta, lambda, p, N, D, Hp, workspace) == 0, "loss_hvp refused the call");
    const double alpha = rr / dot(p, Hp), before = rr;
    add(d, alpha, p);
    add(r, -alpha, Hp);
    rr = dot(r, r);
    for (int i = 0; i < P; i++) p[i] = r[i] + rr / before * p[i];
    steps++;
  }
  return steps;
}

int main(int argc, char** argv) {
  double theta[P] = {0}, g[P], d[P], next[P], next_g[P], share;
  const clock_t start = clock();
  int steps = 0;
  read_csv(argc > 1 ? argv[1] : "breast_cancer.csv");
  size_t bytes = standardise_workspace(N, D);
  if (bytes < loss_grad_workspace(N, D)) bytes = loss_grad_workspace(N, D);
  if (bytes < loss_hvp_workspace(N, D)) bytes = loss_hvp_workspace(N, D);
  if (bytes < accuracy_workspace(N, D)) bytes = accuracy_workspace(N, D);
  workspace = malloc(bytes + 1);
  require(workspace != NULL, "there is not enough memory");
  require(standardise(raw, N, D, X, workspace) == 0, "standardise refused the call");

  double value = value_and_gradient(theta, g);
  printf("%9s  %-19s %-14s %8s %9s\n", "iteration", "loss", "gradient norm", "CG steps", "time/ms");
  for (int iteration = 0;; iteration++) {
    const double norm = sqrt(dot(g, g)), ms = 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("%9d  %-19.16f %-14.3e %8d %9.3f\n", iteration, value, norm, steps, ms);
    if (norm < 1e-10 || iteration == 50) break;
    steps = conjugate_gradients(theta, g, d);
    double length = 1, next_value;
    for (;; length /= 2) { /* backtracks until the loss falls by a share of what the slope promises */
      for (int i = 0; i < P; i++) next[i] = theta[i] + length * d[i];
      next_value = value_and_gradient(next, next_g);
      if (next_value <= value + 1e-4 * length * dot(g, d) || length < 1e-3) break;
    }
    value = next_value;
    for (int i = 0; i < P; i++) theta[i] = next[i], g[i] = next_g[i];
  }
  require(accuracy(X, y, theta, N, D, &share, workspace) == 0, "accuracy refused the call");
  printf("accuracy on the %d examples it was fitted to: %.2f %%\n", (int)N, 100 * share);
  free(workspace);
  return 0;
}
