// Kernels that were compiled before: those of this process, and, on request, a folder of objects on disk that
// processes share. Thread-safe.
//
// A folder must belong to the user and be closed to others (mode 0700; it is made so), because its content is
// run. An entry is one file, written under another name and then renamed: it has the whole key, compared byte
// by byte, and digests of all. One that is damaged, cut off, of another key or of another user is passed
// over. Entries that were not used for longest go when the folder exceeds its limit.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel.h"

namespace wengert {

/// What became of this process's requests so far.
struct KernelCounts {
  uint64_t compiled = 0;  ///< by LLVM
  uint64_t reused = 0;    ///< of this process
  uint64_t read = 0;      ///< from disk
};
KernelCounts kernel_counts();
void count_kernel(uint64_t KernelCounts::* what);

/// Bytes of keys and objects whose kernels a process keeps; beyond, the least recently used one goes.
inline constexpr size_t kept_kernel_bytes = size_t{64} << 20;

/// The kernel of that key, null when it isn't kept.
std::shared_ptr<runtime::Kernel> find_kernel(const std::string& key);
/// Keeps a kernel of so many bytes. Returns the one to use: another thread may have been sooner.
std::shared_ptr<runtime::Kernel> keep_kernel(const std::string& key, std::shared_ptr<runtime::Kernel> kernel,
                                             size_t bytes);

/// The bytes of all entries of a folder at most.
inline constexpr uint64_t folder_limit = uint64_t{256} << 20;

class KernelFolder {
 public:
  /// Makes the folder where there is none (not its parents). Throws Error(file) when that fails, or when it
  /// is not the user's alone.
  explicit KernelFolder(const std::string& path);
  ~KernelFolder();
  KernelFolder(const KernelFolder&) = delete;
  KernelFolder& operator=(const KernelFolder&) = delete;

  /// The object stored for that key; nothing when there is none that can be trusted.
  std::optional<std::vector<char>> read(std::string_view key) const;
  /// Stores an object. What goes wrong (a full disk, say) is passed over: nothing is stored then.
  void write(std::string_view key, std::span<const char> object, uint64_t limit = folder_limit) const;
  /// The name of that key's entry.
  static std::string entry_name(std::string_view key);

 private:
  void remove_oldest(uint64_t limit) const;
  int folder_;
};

}  // namespace wengert
