// A list of jobs, behind one lock. A job's indices are handed out one by one to its caller and to idle
// threads; what a kernel asks for are few and long ones, so the lock is not contended.
#include "runtime/threads.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>

namespace wengert::runtime {
namespace {

struct Job {
  void (*body)(void*, int64_t);
  void* data;
  int64_t count;
  int64_t next = 0;     // index to hand out
  int64_t running = 0;  // calls that others than the caller are in
  Job* behind = nullptr;
  std::condition_variable done = {};
};

class Pool {
 public:
  void run(Job& job) {
    std::unique_lock lock(mutex_);
    enlarge(job.count - 1);
    *last() = &job;
    for (int64_t i = 1; i < job.count && i <= idle_; i++) work_.notify_one();
    while (job.next < job.count) call(lock, job);
    job.done.wait(lock, [&] { return job.running == 0; });
  }

 private:
  Job** last() {
    Job** end = &first_;
    while (*end) end = &(*end)->behind;
    return end;
  }

  // A call of the next index. A job leaves the list with its last one.
  void call(std::unique_lock<std::mutex>& lock, Job& job) {
    const int64_t index = job.next++;
    if (job.next == job.count) {
      Job** place = &first_;
      while (*place != &job) place = &(*place)->behind;
      *place = job.behind;
    }
    lock.unlock();
    job.body(job.data, index);
    lock.lock();
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      while (first_) {
        Job& job = *first_;
        job.running++;
        call(lock, job);
        if (--job.running == 0) job.done.notify_one();
      }
      idle_++;
      work_.wait(lock, [this] { return first_ != nullptr; });
      idle_--;
    }
  }

  void enlarge(int64_t wanted) {
    for (; threads_ < wanted; threads_++) {
      // Signals are for the threads that the program made.
      sigset_t all, before;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
      pthread_t thread;
      const int refused = pthread_create(
          &thread, nullptr,
          [](void* pool) -> void* {
            static_cast<Pool*>(pool)->work();
            return nullptr;
          },
          this);
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      if (refused) return;
      pthread_detach(thread);
    }
  }

  std::mutex mutex_;
  std::condition_variable work_;
  Job* first_ = nullptr;
  int64_t threads_ = 0, idle_ = 0;
};

// Never freed: its threads may sleep in it when the process ends.
std::atomic<Pool*> pool = nullptr;

Pool* the_pool() {
  if (Pool* made = pool.load(std::memory_order_acquire)) return made;
  static const int registered = pthread_atfork(nullptr, nullptr, [] { pool.store(nullptr); });
  static_cast<void>(registered);
  auto* made = new (std::nothrow) Pool;
  Pool* other = nullptr;
  if (!made || pool.compare_exchange_strong(other, made)) return made;
  delete made;
  return other;
}

}  // namespace

void parallel_for(void*, int64_t count, void (*body)(void*, int64_t), void* data) noexcept {
  Pool* threads = count > 1 ? the_pool() : nullptr;
  if (!threads) {
    for (int64_t i = 0; i < count; i++) body(data, i);
    return;
  }
  Job job{body, data, count};
  threads->run(job);
}

}  // namespace wengert::runtime
