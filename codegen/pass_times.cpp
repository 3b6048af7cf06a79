#include "codegen/pass_times.h"

#include <charconv>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <llvm/IR/PassTimingInfo.h>
#include <llvm/Pass.h>
#include <llvm/Support/Timer.h>
#include <llvm/Support/raw_ostream.h>

namespace wengert {
namespace {

using Clock = std::chrono::steady_clock;

/// The passes that run now, one within another; time is that of the innermost.
class Running {
 public:
  explicit Running(StepTimes& times) : times_(times) {}
  void begin(std::string_view pass) {
    settle();
    names_.emplace_back(pass);
  }
  void end() {
    settle();
    names_.pop_back();
  }

 private:
  void settle() {
    const Clock::time_point now = Clock::now();
    if (!names_.empty())
      times_.add(llvm_passes, names_.back(), std::chrono::duration<double>(now - since_).count());
    since_ = now;
  }
  StepTimes& times_;
  std::vector<std::string> names_;
  Clock::time_point since_ = {};
};

/// Adds the lines `"time.pass.NAME.wall": SECONDS`.
void add_wall_times(std::string_view lines, StepTimes& times) {
  constexpr std::string_view prefix = "\"time.pass.", suffix = ".wall\": ";
  for (size_t at = 0; (at = lines.find(prefix, at)) != lines.npos;) {
    at += prefix.size();
    const std::string_view line = lines.substr(at, lines.find('\n', at) - at);
    const size_t end = line.find(suffix);
    if (end == line.npos) continue;
    const std::string_view number = line.substr(end + suffix.size());
    double seconds = 0;
    std::from_chars(number.data(), number.data() + number.size(), seconds);
    times.add(llvm_code, line.substr(0, end), seconds);
  }
}

}  // namespace

void time_passes(llvm::PassInstrumentationCallbacks& callbacks, StepTimes* times) {
  if (!times) return;
  const auto running = std::make_shared<Running>(*times);
  callbacks.registerBeforeNonSkippedPassCallback(
      [running](llvm::StringRef pass, const llvm::Any&) { running->begin({pass.data(), pass.size()}); });
  callbacks.registerAfterPassCallback(
      [running](llvm::StringRef, const llvm::Any&, const llvm::PreservedAnalyses&) { running->end(); });
  callbacks.registerAfterPassInvalidatedCallback(
      [running](llvm::StringRef, const llvm::PreservedAnalyses&) { running->end(); });
}

void time_code_generation(StepTimes* times, const std::function<void()>& run) {
  if (!times) return run();
  static std::mutex one;
  const std::lock_guard lock(one);
  struct Enabled {
    Enabled() { llvm::TimePassesIsEnabled = true; }
    ~Enabled() { llvm::TimePassesIsEnabled = false; }
  };
  {
    const Enabled enabled;
    run();
  }
  std::string lines;
  llvm::raw_string_ostream out(lines);
  llvm::TimerGroup::printAllJSONValues(out, "");
  add_wall_times(out.str(), *times);
  llvm::reportAndResetTimings(&llvm::nulls());
}

}  // namespace wengert
