#include "codegen/load/kernel_cache.h"

#include <atomic>
#include <list>
#include <mutex>
#include <unordered_map>

namespace wengert {
namespace {

struct AtomicCounts {
  std::atomic<uint64_t> compiled, reused, read;
} counts;

class KeptKernels {
 public:
  std::shared_ptr<runtime::Kernel> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    kept_.splice(kept_.begin(), kept_, found->second);
    return found->second->kernel;
  }
  std::shared_ptr<runtime::Kernel> keep(const std::string& key, std::shared_ptr<runtime::Kernel> kernel,
                                        size_t bytes) {
    std::vector<std::shared_ptr<runtime::Kernel>> dropped;  // freed when the lock is open again
    const std::lock_guard lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end()) return found->second->kernel;
    bytes += key.size();
    if (bytes > kept_kernel_bytes) return kernel;
    while (bytes_ > kept_kernel_bytes - bytes) {
      bytes_ -= kept_.back().bytes;
      dropped.push_back(std::move(kept_.back().kernel));
      places_.erase(kept_.back().key);
      kept_.pop_back();
    }
    kept_.push_front({key, kernel, bytes});
    places_.emplace(kept_.front().key, kept_.begin());
    bytes_ += bytes;
    return kernel;
  }

 private:
  struct Kept {
    std::string key;
    std::shared_ptr<runtime::Kernel> kernel;
    size_t bytes;
  };
  std::mutex mutex_;
  std::list<Kept> kept_;  // the most recently used one first
  std::unordered_map<std::string_view, std::list<Kept>::iterator> places_;
  size_t bytes_ = 0;
};

/// Never freed: kernels may be asked for while the process ends.
KeptKernels& kept_kernels() {
  static auto* all = new KeptKernels;
  return *all;
}

}  // namespace

KernelCounts kernel_counts() { return {counts.compiled, counts.reused, counts.read}; }

void count_kernel(uint64_t KernelCounts::* what) {
  (what == &KernelCounts::compiled ? counts.compiled
   : what == &KernelCounts::reused ? counts.reused
                                   : counts.read)++;
}

std::shared_ptr<runtime::Kernel> find_kernel(const std::string& key) { return kept_kernels().find(key); }

std::shared_ptr<runtime::Kernel> keep_kernel(const std::string& key, std::shared_ptr<runtime::Kernel> kernel,
                                             size_t bytes) {
  return kept_kernels().keep(key, std::move(kernel), bytes);
}

}  // namespace wengert
