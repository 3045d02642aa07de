// What static and dynamic supervisors share: ending children, counting restarts, pauses between them,
// reports. Used by their engines, each in its own process.
#pragma once

#include <deque>
#include <random>
#include <throng/stdlib/supervisor.hpp>
#include <unordered_set>

namespace throng::detail {

// Ends children: asks, waits, kills (SUP-6). Whatever a child does with its link, it can't hang its
// supervisor.
class ChildEnder {
 public:
  // One child; returns when it is gone. The reason it ended with.
  ExitReason end(Pid child, const supervisor::ChildSpec& spec);
  // Many at once; each has the time its own spec gives it.
  struct Doomed {
    Pid pid;
    const supervisor::ChildSpec* spec;
  };
  void end_all(const std::vector<Doomed>& children);
  // True: this exit is of a child that was ended here, and nothing is to be done about it.
  bool expects(Pid child) { return expected_.erase(child) > 0; }

 private:
  void judge(Pid child, const supervisor::ChildSpec& spec, const ExitReason& reason);

  // Children whose Exit may stand in the queue behind others; of one that unlinked itself it never comes.
  std::unordered_set<Pid> expected_;
};

// Restarts within a sliding window (SUP-5). The cost of one is that of those that leave the window.
class RestartWindow {
 public:
  explicit RestartWindow(Intensity intensity) : intensity_(intensity) {}
  // False: one too many.
  bool add();

 private:
  Intensity intensity_;
  std::deque<Clock::time_point> restarts_;
};

// Pauses of one child (SUP-11).
class Pauses {
 public:
  void started() { since_ = Clock::now(); }
  Duration next(const Backoff& backoff, std::minstd_rand& random);

 private:
  Clock::time_point since_{};
  Duration last_ = Duration::zero();
};

// SUP-3.
bool wants_restart(Restart restart, const ExitReason& reason);
bool is_abnormal(const ExitReason& reason);

// SUP-10; silent where nobody configured a logger.
void report_supervisor(const char* context, const ExitReason& reason, const supervisor::ChildSpec& spec,
                       Pid child);
void report_progress(const supervisor::ChildSpec& spec, Pid child);

supervisor::ChildInfo info_of(const supervisor::ChildSpec& spec, Pid pid, bool restarting);

template <class T>
T or_refused(Expected<T, supervisor::ChildError> done) {
  if (!done) throw supervisor::ChildRefused(std::move(done).error());
  if constexpr (!std::is_void_v<T>) return *std::move(done);
}

// Starts the engine, linked to the caller, under the name that its options have.
template <class Ref, class Engine, class Options>
Expected<Ref, StartError> start_supervisor(Options options) {
  StartOptions start{.name = options.name, .trap_exit = true};
  return started_as<Ref>(
      start_behaviour(ServerMaker<Engine>::make(start, self(), std::move(options)), start, {.link = true}));
}

// A supervisor as a child: what it is started with, kept for restarts.
template <class Ref, class Options>
class SupervisorStarter final : public supervisor::ChildStarter {
 public:
  using Start = Expected<Ref, StartError> (*)(Options);
  SupervisorStarter(Start how, Options options) : start_(how), options_(std::move(options)) {}
  Expected<Pid, StartError> start(const StartOptions& given) const override {
    Options options = options_;
    if (given.name) options.name = given.name;
    Expected<Ref, StartError> started = start_(std::move(options));
    if (!started) return Unexpected(std::move(started).error());
    return started->pid();
  }

 private:
  Start start_;
  Options options_;
};

template <class Ref, class Options>
supervisor::ChildSpec supervisor_child(std::string id, Expected<Ref, StartError> (*start)(Options),
                                       Options options) {
  return {std::move(id), supervisor::ChildType::supervisor,
          std::make_shared<const SupervisorStarter<Ref, Options>>(start, std::move(options))};
}

}  // namespace throng::detail
