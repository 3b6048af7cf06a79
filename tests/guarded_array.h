// An array with pages behind and before it that no access survives, so that a kernel that reads or writes
// beyond its ends is stopped there. Pages are longer than most arrays: one end lies at a forbidden page, and
// what is left of the page at the other end holds marks, which intact() compares.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <utility>

namespace wengert::testing {

class GuardedArray {
 public:
  enum class At { end, begin };  ///< which end is exact

  /// At the end, arrays are aligned no better than their size is.
  GuardedArray(size_t bytes, At at) : bytes_(bytes) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    room_ = std::max<size_t>(1, (bytes + page - 1) / page) * page;
    mapped_ = room_ + 2 * page;
    void* all = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    all_ = static_cast<std::byte*>(all);
    open_ = all_ + page;
    if (mprotect(open_, room_, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    data_ = at == At::end ? open_ + (room_ - bytes) : open_;
    std::memset(open_, static_cast<int>(mark), room_);
  }
  /// A copy that nothing may write.
  GuardedArray(std::span<const std::byte> contents, At at) : GuardedArray(contents.size(), at) {
    std::copy(contents.begin(), contents.end(), data_);
    if (mprotect(open_, room_, PROT_READ) != 0) throw std::bad_alloc();
  }
  GuardedArray(GuardedArray&& from) noexcept
      : bytes_(from.bytes_),
        room_(from.room_),
        mapped_(from.mapped_),
        all_(std::exchange(from.all_, nullptr)),
        open_(from.open_),
        data_(from.data_) {}
  GuardedArray& operator=(GuardedArray&&) = delete;
  ~GuardedArray() {
    if (all_) munmap(all_, mapped_);
  }

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  bool intact() const {
    const auto untouched = [](std::byte b) { return b == mark; };
    return std::all_of(open_, data_, untouched) && std::all_of(data_ + bytes_, open_ + room_, untouched);
  }

 private:
  static constexpr std::byte mark{0xA5};
  size_t bytes_, room_ = 0, mapped_ = 0;
  std::byte *all_ = nullptr, *open_ = nullptr, *data_ = nullptr;
};

}  // namespace wengert::testing
