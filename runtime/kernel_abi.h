/* The C ABI of emitted kernels, version 1: return codes and alignment. Plain C; emitted headers repeat the
   codes and docs/abi.md explains them. */
#ifndef WENGERT_RUNTIME_KERNEL_ABI_H
#define WENGERT_RUNTIME_KERNEL_ABI_H

#define WENGERT_ABI_VERSION 1

/* A kernel returns 0, or a sum of flags when it ran to its end, or a negative code when it refused the call
   before it wrote anything. When several hold, the code nearest to zero is returned. */
enum {
  WENGERT_OK = 0,
  WENGERT_BAD_SYMBOL = -1,     /* a symbol is negative */
  WENGERT_BAD_EXTENT = -2,     /* an extent is negative, divides by 0, or is 0 where max or argmax is taken */
  WENGERT_SIZE_OVERFLOW = -3,  /* the bytes of an array or of the workspace do not fit int64_t */
  WENGERT_NULL_INPUT = -4,     /* NULL for an input that has elements */
  WENGERT_NULL_OUTPUT = -5,    /* NULL for an output that has elements */
  WENGERT_NULL_WORKSPACE = -6, /* NULL though NAME_workspace() is not 0 */

  WENGERT_INDEX_OUT_OF_RANGE = 1 /* flag: an index was out of range; docs/abi.md says what it gave */
};

/* Bytes of stack that a function of a kernel takes at most, but for the arguments it passes on. */
enum { WENGERT_MOST_FRAME_BYTES = 4096 };

/* The kernel aligns its workspace itself: NAME_workspace() counts the slack. */
enum { WENGERT_WORKSPACE_ALIGNMENT = 64 };

#endif
