// Owned storage aligned to a cache line, zeroed or not; for outputs and workspaces of kernels.
#pragma once
#include <cstddef>
#include <utility>

namespace wengert::runtime {

class Buffer {
 public:
  static constexpr size_t alignment = 64;

  Buffer() = default;
  /// Uninitialised storage; null when `bytes` is 0. Throws std::bad_alloc.
  explicit Buffer(size_t bytes);
  ~Buffer();
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace wengert::runtime
