#include "codegen/pass_times.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/TimeProfiler.h>
#include <llvm/Support/raw_ostream.h>

#include "ir/error.h"

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

/// Adds what the events of a trace took that are passes over functions.
void add_times(llvm::StringRef trace, StepTimes& times) {
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(trace);
  if (!parsed)
    throw Error(Code::internal, fmt::format("LLVM's times: {}", llvm::toString(parsed.takeError())));
  const llvm::json::Object* whole = parsed->getAsObject();
  const llvm::json::Array* events = whole ? whole->getArray("traceEvents") : nullptr;
  if (!events) throw Error(Code::internal, "LLVM's times have no events");
  for (const llvm::json::Value& value : *events) {
    const llvm::json::Object* event = value.getAsObject();
    if (!event || event->getString("name") != llvm::StringRef("RunPass")) continue;
    const llvm::json::Object* arguments = event->getObject("args");
    const std::optional<llvm::StringRef> pass = arguments ? arguments->getString("detail") : std::nullopt;
    const std::optional<double> microseconds = event->getNumber("dur");
    if (pass && microseconds) times.add(llvm_code, pass->str(), *microseconds * 1e-6);
  }
}

/// LLVM's clock of this thread.
class Trace {
 public:
  Trace() { llvm::timeTraceProfilerInitialize(0, "wengert"); }
  ~Trace() { llvm::timeTraceProfilerCleanup(); }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  llvm::SmallString<0> text() {
    llvm::SmallString<0> out;
    llvm::raw_svector_ostream stream(out);
    llvm::timeTraceProfilerWrite(stream);
    return out;
  }
};

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
  // A program that traces LLVM itself has the passes in its own trace.
  if (!times || llvm::timeTraceProfilerEnabled()) return run();
  Trace trace;
  run();
  add_times(trace.text(), *times);
}

}  // namespace wengert
