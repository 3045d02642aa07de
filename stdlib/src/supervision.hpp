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

// Starts the engine as a behaviour under its name.
Expected<Pid, StartError> start_supervisor(std::unique_ptr<Behaviour> engine);

}  // namespace throng::detail
