// A recording as a workload: each process of it is there again, is created and woken when it was, and
// computes each time what it computed then. What they did with each other is not there: a wake-up comes at
// its time, and not because somebody sends. So all policies get the same work at the same times.
#include <algorithm>
#include <stdexcept>
#include <throng/throng.hpp>
#include <unordered_map>

#include "lab.hpp"
#include "recorded_order.hpp"

namespace throng::command {
namespace {

struct Replayed {
  SpawnOptions options{};
  std::optional<std::int64_t> deadline{};  // ns since the beginning
  std::size_t activations = 0;
};
// What one process does from a wake-up until it waits again.
struct Activation {
  std::int64_t due = 0;  // ns since the beginning
  std::size_t process = 0;
  std::uint64_t reductions = 0;
};
struct Plan {
  std::vector<Replayed> processes{};
  std::vector<Activation> activations{};
};

class Planner {
 public:
  Plan plan_of(const Recording& recording) {
    for (const Placed& placed : in_order(recording)) take(placed);
    return std::move(plan_);
  }

 private:
  std::size_t process_of(std::uint64_t subject) {
    auto [place, is_new] = places_.try_emplace(subject, plan_.processes.size());
    if (is_new) {
      plan_.processes.emplace_back();
      open_.push_back(none);
    }
    return place->second;
  }

  void take(const Placed& placed) {
    const RecordedEvent& event = *placed.event;
    if (event.kind == EventKind::spawn) {
      spawned_[placed.track] = process_of(event.subject);
      SpawnOptions& options = plan_.processes[spawned_[placed.track]].options;
      options.weight = event.amount;
      options.priority = static_cast<Priority>(std::min<std::uint8_t>(event.detail, 3));
    } else if (event.kind == EventKind::tag && spawned_.contains(placed.track)) {
      plan_.processes[spawned_[placed.track]].options.tag = event.subject;
    } else if (event.kind == EventKind::deadline && spawned_.contains(placed.track)) {
      plan_.processes[spawned_[placed.track]].deadline = static_cast<std::int64_t>(event.subject);
    } else if (is_wake(event)) {
      std::size_t process = process_of(event.subject);
      open_[process] = plan_.activations.size();
      plan_.activations.push_back({event.time.count(), process, 0});
      ++plan_.processes[process].activations;
    } else if (event.kind == EventKind::stop) {
      std::size_t process = process_of(event.subject);
      if (open_[process] != none) plan_.activations[open_[process]].reductions += event.amount;
    }
  }

  static constexpr std::size_t none = ~std::size_t{0};
  Plan plan_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
  std::unordered_map<std::size_t, std::size_t> spawned_;  // by track: the process spawned last
  std::vector<std::size_t> open_;                         // by process: its activation that is on
};

struct Wakeup {
  std::int64_t due;
  std::uint64_t reductions;
};
struct Done {
  std::int64_t late;
};

void replayed(Pid observer, std::size_t activations) {
  for (std::size_t i = 0; i < activations; ++i) {
    auto wakeup = receive<Wakeup>();
    work(wakeup.reductions);
    send(observer, Done{now_ns() - wakeup.due});
  }
}

// Wakes everybody when it is due.
void conduct(const Plan& plan, Pid observer) {
  std::vector<Pid> pids(plan.processes.size());
  std::int64_t begin = now_ns();
  for (const Activation& activation : plan.activations) {
    std::int64_t due = begin + activation.due;
    if (due > now_ns()) sleep(Duration(due - now_ns()));
    Pid& pid = pids[activation.process];
    const Replayed& process = plan.processes[activation.process];
    if (!pid) {
      SpawnOptions options = process.options;
      if (process.deadline) options.deadline = Clock::time_point(Duration(begin + *process.deadline));
      pid = spawn(options, replayed, observer, process.activations);
    }
    send(pid, Wakeup{due, activation.reductions});
  }
}

void replay(LabRun& run, const Plan& plan) {
  run.runtime.run(trusted([&run, &plan] {
    SpawnOptions first;
    first.priority = Priority::max;
    spawn_link(first, trusted([&plan, observer = self()] { conduct(plan, observer); }));
    for (std::size_t i = 0; i < plan.activations.size(); ++i) run.latencies.push_back(receive<Done>().late);
    run.operations = plan.activations.size();
  }));
}

}  // namespace

Workload replay_of(const Recording& recording, const std::string& path) {
  auto plan = std::make_shared<const Plan>(Planner().plan_of(recording));
  if (plan->activations.empty())
    throw std::runtime_error("throng: nobody is created or woken in the recording " + path +
                             ", so there is nothing to be replayed; record a runtime that does something");
  return {"replay", path + ", replayed", [plan](LabRun& run) { replay(run, *plan); }};
}

}  // namespace throng::command
