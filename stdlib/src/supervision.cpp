#include "supervision.hpp"

#include <algorithm>
#include <throng/stdlib/logger.hpp>
#include <unordered_map>

namespace throng::detail {
ExitReason ChildEnder::end(Pid child, const supervisor::ChildSpec& spec) {
  throng::ReceiveMark mark;
  Monitor watch = monitor(child);
  unlink(child);
  std::optional<ExitReason> reason;
  if (!spec.is_brutal()) {
    exit(child, ExitReason::shutdown);
    reason = wait_for_down(mark, watch, spec.shutdown());
  }
  if (!reason) {
    exit(child, ExitReason::kill);
    reason = wait_for_down(mark, watch, forever);
  }
  // It may have ended between the monitor and the unlink, or just before; its Exit tells the reason then.
  receive_after(mark,
                when([child](const Exit& exit) { return exit.from == child; },
                     [&](Exit exit) { reason = exit.reason; }),
                after(Duration::zero(), [] {}));
  judge(child, spec, *reason);
  return *reason;
}

// By monitors, all asked first; those whose time is up are killed, the others go on ending.
void ChildEnder::end_all(const std::vector<Doomed>& children) {
  throng::ReceiveMark mark;
  struct Waiting {
    Doomed doomed;
    Clock::time_point deadline;
  };
  std::unordered_map<std::uint64_t, Waiting> waiting;
  Clock::time_point now = Clock::now();
  for (const Doomed& doomed : children) {
    Monitor watch = monitor(doomed.pid);
    unlink(doomed.pid);
    bool brutal = doomed.spec->is_brutal();
    exit(doomed.pid, brutal ? ExitReason::kill : ExitReason::shutdown);
    bool for_ever = brutal || doomed.spec->shutdown() >= Clock::time_point::max() - now;
    waiting.emplace(watch.reference(),
                    Waiting{doomed, for_ever ? Clock::time_point::max() : now + doomed.spec->shutdown()});
  }
  std::vector<std::pair<Clock::time_point, std::uint64_t>> deadlines;
  for (const auto& [reference, who] : waiting) {
    if (who.deadline != Clock::time_point::max()) deadlines.emplace_back(who.deadline, reference);
  }
  std::sort(deadlines.begin(), deadlines.end());
  auto due = deadlines.begin();
  while (!waiting.empty()) {
    Duration left = due == deadlines.end() ? forever : time_left(due->first);
    bool in_time =
        receive_after(mark,
                      when([&](const Down& down) { return waiting.contains(down.monitor.reference()); },
                           [&](const Down& down) {
                             auto who = waiting.find(down.monitor.reference());
                             judge(down.process, *who->second.doomed.spec, down.reason);
                             waiting.erase(who);
                             return true;
                           }),
                      after(left, [] { return false; }));
    if (in_time) continue;
    if (auto late = waiting.find(due->second); late != waiting.end())
      exit(late->second.doomed.pid, ExitReason::kill);
    ++due;
  }
}

void ChildEnder::judge(Pid child, const supervisor::ChildSpec& spec, const ExitReason& reason) {
  if (reason == ExitReason::noproc) {
    expected_.insert(child);
    return;
  }
  bool as_asked = reason == ExitReason::shutdown || (spec.is_brutal() && reason == ExitReason::killed) ||
                  reason.is_shutdown() || (reason.is_normal() && spec.restart() != Restart::permanent);
  if (!as_asked) report_supervisor("shutdown_error", reason, spec, child);
}

bool RestartWindow::add() {
  Clock::time_point now = Clock::now();
  while (!restarts_.empty() && now - restarts_.front() > intensity_.within) restarts_.pop_front();
  restarts_.push_back(now);
  return restarts_.size() <= intensity_.restarts;
}

Duration Pauses::next(const Backoff& backoff, std::minstd_rand& random) {
  if (backoff.first <= Duration::zero()) return Duration::zero();
  bool was_stable = since_ != Clock::time_point{} && Clock::now() - since_ >= backoff.stable_after;
  last_ = was_stable || last_ == Duration::zero() ? backoff.first
          : last_ > backoff.most / 2              ? backoff.most
                                                  : last_ * 2;
  last_ = std::min(last_, backoff.most);
  since_ = {};  // a start that fails now is no sign of a stable child
  unsigned percent = std::min(backoff.jitter_percent, 100U);
  unsigned shorter = percent == 0 ? 0 : static_cast<unsigned>(random() % (percent + 1));
  return last_ - last_ / 100 * static_cast<int>(shorter);
}

bool is_abnormal(const ExitReason& reason) { return !reason.is_normal() && !reason.is_shutdown(); }

bool wants_restart(Restart restart, const ExitReason& reason) {
  return restart == Restart::permanent || (restart == Restart::transient && is_abnormal(reason));
}

void report_supervisor(const char* context, const ExitReason& reason, const supervisor::ChildSpec& spec,
                       Pid child) {
  if (!logger::is_wanted(logger::Level::error)) return;
  logger::report(
      logger::Level::error,
      "supervisor " + self().text() + ": " + context + " of child " + spec.id() + ": " + reason.text(),
      {{"report", "supervisor"},
       {"context", context},
       {"reason", reason.text()},
       {"child_id", spec.id()},
       {"child", child ? child.text() : "none"}});
}

void report_progress(const supervisor::ChildSpec& spec, Pid child) {
  if (!logger::is_wanted(logger::Level::info)) return;
  logger::report(logger::Level::info, "supervisor " + self().text() + ": started child " + spec.id(),
                 {{"report", "progress"}, {"child_id", spec.id()}, {"child", child.text()}});
}

supervisor::ChildInfo info_of(const supervisor::ChildSpec& spec, Pid pid, bool restarting) {
  return {spec.id(), pid ? std::optional(pid) : std::nullopt, restarting, spec.type(), spec.restart()};
}

}  // namespace throng::detail
