// A loaded kernel: its functions by symbol name, and what keeps their code in memory. Immutable, so
// thread-safe. A function pointer is valid while some shared_ptr to its Kernel lives.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace wengert::runtime {

class Kernel {
 public:
  using Symbols = std::map<std::string, void*, std::less<>>;

  /// `code` is released with the kernel.
  Kernel(Symbols symbols, std::shared_ptr<void> code)
      : symbols_(std::move(symbols)), code_(std::move(code)) {}

  /// The address of a function, null when there is none of that name.
  void* find(std::string_view symbol) const {
    auto found = symbols_.find(symbol);
    return found == symbols_.end() ? nullptr : found->second;
  }
  /// The same, as a pointer to a function of type F.
  template <class F>
  F* function(std::string_view symbol) const {
    return reinterpret_cast<F*>(find(symbol));
  }
  const Symbols& symbols() const { return symbols_; }

 private:
  Symbols symbols_;
  std::shared_ptr<void> code_;
};

/// The types of NAME_packed and NAME_packed_workspace; see docs/abi.md.
using PackedEntry = int(const void* const* inputs, const int64_t* symbols, void* const* outputs,
                        void* workspace);
/// parallel_for of a threaded kernel (runtime/threads.h has one), and its NAME_packed.
using ParallelFor = void(void* context, int64_t count, void (*body)(void* data, int64_t index), void* data);
using ThreadedPackedEntry = int(const void* const* inputs, const int64_t* symbols, void* const* outputs,
                                void* workspace, ParallelFor* parallel_for, void* context);
using PackedWorkspace = size_t(const int64_t* symbols);

}  // namespace wengert::runtime
