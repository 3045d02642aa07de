// What the runtime tells of processes that trouble others (INF-3). One process of the runtime is told, the
// last one that asked; when it ends, nobody is. Thread: in a process.
#pragma once

#include <optional>
#include <string>
#include <throng/scheduler/clock.hpp>
#include <throng/vm/pid.hpp>
#include <vector>

namespace throng {

// A process has not given way for so long, and still runs: in a loop without checks, in a system call,
// waiting for a lock. Told once for each such turn. The others go on meanwhile, see
// RuntimeOptions::spare_threads.
struct LongSchedule {
  static constexpr bool sendable = true;
  Pid process;
  std::string registered_name;  // empty: none
  Duration so_far{};
  // Where it is, innermost call first: a function's name, or the module and the place in it. Empty: its
  // thread did not answer.
  std::vector<std::string> stack;
};

struct SystemMonitorOptions {
  // From how long a turn is told of, to about a millisecond; zero: never. To see where a process is, its
  // thread is sent SIGURG, which may end a wait in a system call with EINTR.
  Duration long_schedule = Duration::zero();
};

// The caller is told from now on, instead of who was before, whose pid is returned. Needs spare threads:
// without them nobody looks. Errors: std::invalid_argument for a negative time.
std::optional<Pid> system_monitor(const SystemMonitorOptions& options);

}  // namespace throng
