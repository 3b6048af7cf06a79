/* Runs the entries of entries[] (a generated table) on the inputs of the file named by the first argument and
   compares with the outputs there, bit for bit; NaN equals NaN. The file, in 8-byte integers and raw arrays:
     for each run: entry, flags, bytes of workspace, n symbols, n numbers, n inputs, (bytes, data) each,
                   n outputs, (bytes, dtype, data) each; dtype is 4 for f32, 8 for f64, else 0. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
  const char* name;
  int (*run)(const void* const* inputs, const int64_t* symbols, void* const* outputs, void* workspace);
};
extern const struct entry entries[];

enum { MOST = 64 };
static FILE* file;

static void fail(const char* why) {
  fprintf(stderr, "driver: %s\n", why);
  exit(2);
}
static void take(void* to, size_t bytes) {
  if (fread(to, 1, bytes, file) != bytes) fail("the file ends early");
}
static int64_t number(void) {
  int64_t n;
  take(&n, sizeof n);
  return n;
}
static size_t count(void) {
  const int64_t n = number();
  if (n < 0 || n > MOST) fail("too many arguments");
  return (size_t)n;
}
static void* allocate(size_t bytes) {
  void* p = malloc(bytes + 1);
  if (!p) fail("out of memory");
  return p;
}
static void* array(size_t bytes) {
  void* p = allocate(bytes);
  take(p, bytes);
  return p;
}

/* The first element that differs, or -1. */
static int64_t difference(const char* a, const char* b, size_t bytes, int64_t dtype) {
  const size_t width = dtype ? (size_t)dtype : 1;
  for (size_t i = 0; i < bytes; i += width) {
    if (!memcmp(a + i, b + i, width)) continue;
    if (dtype == 4) {
      float x, y;
      memcpy(&x, a + i, 4), memcpy(&y, b + i, 4);
      if (isnan(x) && isnan(y)) continue;
    } else if (dtype == 8) {
      double x, y;
      memcpy(&x, a + i, 8), memcpy(&y, b + i, 8);
      if (isnan(x) && isnan(y)) continue;
    }
    return (int64_t)(i / width);
  }
  return -1;
}

static int run(void) {
  const struct entry* entry = &entries[number()];
  const int64_t flags = number(), workspace_bytes = number();
  int64_t symbols[MOST], dtypes[MOST];
  void *inputs[MOST], *outputs[MOST], *expected[MOST];
  size_t bytes[MOST];
  const size_t symbol_count = count();
  for (size_t i = 0; i < symbol_count; i++) symbols[i] = number();
  const size_t input_count = count();
  for (size_t i = 0; i < input_count; i++) inputs[i] = array((size_t)number());
  const size_t output_count = count();
  for (size_t i = 0; i < output_count; i++) {
    bytes[i] = (size_t)number();
    dtypes[i] = number();
    expected[i] = array(bytes[i]);
    outputs[i] = allocate(bytes[i]);
    memset(outputs[i], 0xA5, bytes[i]);
  }
  void* workspace = allocate((size_t)workspace_bytes);
  const int got = entry->run((const void* const*)inputs, symbols, outputs, workspace);
  int failed = 0;
  if (got != flags) failed = 1, printf("%s returned %d, not %d\n", entry->name, got, (int)flags);
  for (size_t i = 0; i < output_count; i++) {
    const int64_t at = difference(outputs[i], expected[i], bytes[i], dtypes[i]);
    if (at >= 0) failed = 1, printf("%s: output %d differs at %lld\n", entry->name, (int)i, (long long)at);
    free(outputs[i]), free(expected[i]);
  }
  for (size_t i = 0; i < input_count; i++) free(inputs[i]);
  free(workspace);
  return failed;
}

int main(int argc, char** argv) {
  if (argc != 2 || !(file = fopen(argv[1], "rb"))) fail("no file");
  long runs = 0, failures = 0;
  for (int next; (next = getc(file)) != EOF; runs++) {
    ungetc(next, file);
    failures += run();
  }
  printf("%ld runs, %ld failures\n", runs, failures);
  return runs == 0 || failures != 0;
}
