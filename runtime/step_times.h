// What the steps of compiling take, gathered for reports (`--time-passes`).
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace wengert {

/// The group is "graph passes", "LLVM passes" …
struct StepTime {
  std::string group, step;
  double seconds = 0;
};

/// Not thread-safe: one for each compilation.
class StepTimes {
 public:
  /// Steps of one name are added up, in order of first appearance.
  void add(std::string_view group, std::string_view step, double seconds) {
    for (StepTime& known : steps_)
      if (known.group == group && known.step == step) {
        known.seconds += seconds;
        return;
      }
    steps_.push_back({std::string(group), std::string(step), seconds});
  }
  const std::vector<StepTime>& steps() const { return steps_; }

 private:
  std::vector<StepTime> steps_;
};

/// The time from here to the end of the block, as a step; where `times` is not null.
class StepClock {
 public:
  StepClock(StepTimes* times, std::string_view group, std::string_view step)
      : times_(times), group_(group), step_(step) {}
  ~StepClock() {
    if (times_)
      times_->add(group_, step_,
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count());
  }
  StepClock(const StepClock&) = delete;
  StepClock& operator=(const StepClock&) = delete;

 private:
  StepTimes* times_;
  std::string_view group_, step_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace wengert
