// The end of a machine: asks all processes to go, insists, and reports who stayed. Thread: the host's that
// stops.
#include <algorithm>
#include <chrono>
#include <thread>

#include "machine.hpp"
#include "simulator.hpp"

namespace throng::detail {

ShutdownReport Machine::stop(Duration deadline) {
  {
    std::lock_guard lock(spawn_mutex_);
    if (stopped_.exchange(true, std::memory_order_acq_rel)) return {};  // pairs: require_running
  }
  using Steady = std::chrono::steady_clock;
  if (simulator != nullptr) simulator->wind_down();
  auto now = [&] {  // a simulated machine is ended in its own time
    return simulator != nullptr ? Steady::time_point(Duration(scheduler.now())) : Steady::now();
  };
  auto begin = now();
  bool can_change = true;  // false: whoever is left waits for ever, and simulated time stands still
  auto wait_until = [&](Steady::time_point end) {
    while (can_change && process_count() > 0 && now() < end) {
      if (simulator != nullptr) {
        can_change = poll();
      } else if (scheduler.is_host_driven()) {
        poll();
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    }
  };
  auto tell_all = [&](const ExitReason& reason) {
    for (Pid pid : live_pids()) deliver(pid, make_message<Exit>(exit_kind, Pid(), reason).release_signal());
  };
  tell_all(ExitReason::shutdown);
  wait_until(begin + deadline / 2);
  auto end = begin + deadline;
  // Simulated time may have leapt over all of it, to a timer. Half of it is for those who have to be killed.
  if (simulator != nullptr) end = std::max(end, now() + deadline / 2);
  for (bool first = true; process_count() > 0 && now() < end; first = false) {
    if (!can_change && !first) break;
    can_change = true;
    tell_all(ExitReason::kill);  // again: those may have spawned others meanwhile
    wait_until(std::min(end, now() + std::chrono::milliseconds(50)));
    end_all_for_others();
  }
  ShutdownReport report{live_pids()};
  for (Pid pid : overstayed()) report.overstayed.push_back(pid);
  if (scheduler.is_host_driven()) {
    // Another host thread may be polling still; nobody polls again after this. pairs: poll's store
    while (polling_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  scheduler.stop();
  // Nothing runs any more: hosts that wait for a process that overstayed wait in vain.
  for (Pid pid : report.overstayed) {
    Process* process = table.find(pid);
    HostExit host_exit = process != nullptr ? std::exchange(process->host_exit, {}) : HostExit{};
    if (host_exit.ended != nullptr) host_exit.ended(host_exit.context, ExitReason::killed);
  }
  return report;
}

// Where there is no watchdog to do it, too.
void Machine::end_all_for_others() noexcept {
  if (scheduler.is_host_driven()) return;
  for (std::size_t i = 0; i < scheduler.worker_count() + scheduler.spare_count(); ++i)
    end_for_others(state_of(scheduler.any_worker(i)));
}

void Machine::note_overstayed(Process& process, Pid pid) {
  std::lock_guard lock(overstayed_mutex_);
  overstayed_.emplace_back(&process, pid);
}

Pid Machine::forget_overstayed(const Process& process) noexcept {
  std::lock_guard lock(overstayed_mutex_);
  auto found = std::ranges::find(overstayed_, &process, [](const auto& entry) { return entry.first; });
  Pid pid = found->second;
  overstayed_.erase(found);
  return pid;
}

std::vector<Pid> Machine::overstayed() const {
  std::lock_guard lock(overstayed_mutex_);
  std::vector<Pid> pids;
  for (const auto& [process, pid] : overstayed_) pids.push_back(pid);
  return pids;
}

}  // namespace throng::detail
