// Children for the tests of supervisors: they tell when they start (+name), fail to start (!name) and
// terminate (-name), and fail as planned.
#pragma once

#include <map>

#include "checks.hpp"

namespace behaviours {

using supervisor::ChildInfo;
using supervisor::ChildSpec;
using supervisor::Refusal;

// Which starts fail or are ignored, by name. For all runtimes of a test; emptied by who used it.
class Plan {
 public:
  enum class Start : std::uint8_t { works, fails, is_ignored };

  void fail(const std::string& name, int times) { set(name, times, Start::fails); }
  void ignore(const std::string& name, int times) { set(name, times, Start::is_ignored); }
  void clear() {
    std::lock_guard lock(mutex_);
    planned_.clear();
  }
  Start next(const std::string& name) {
    std::lock_guard lock(mutex_);
    auto found = planned_.find(name);
    if (found == planned_.end() || found->second.first == 0) return Start::works;
    --found->second.first;
    return found->second.second;
  }

 private:
  void set(const std::string& name, int times, Start start) {
    std::lock_guard lock(mutex_);
    planned_[name] = {times, start};
  }

  std::mutex mutex_;
  std::map<std::string, std::pair<int, Start>> planned_;
};
inline Plan plan;

struct Leave {
  ExitReason reason;
};
struct WhoAreYou {
  using Reply = Pid;
};
// From now on its terminate waits for Go.
struct TakeYourTime {};

class Worker {
 public:
  using Protocol = Messages<Leave, WhoAreYou, TakeYourTime>;

  Worker(Pid listener, std::string name) : listener_(listener), name_(std::move(name)) {
    Plan::Start start = plan.next(name_);
    tell(start == Plan::Start::works ? "+" : start == Plan::Start::fails ? "!" : "?");
    if (start == Plan::Start::fails) throw std::runtime_error("planned failure of " + name_);
    if (start == Plan::Start::is_ignored) gen_server::ignore();
  }
  void handle_cast(Leave leave) { throng::exit(std::move(leave.reason)); }
  void handle_cast(TakeYourTime) { takes_time_ = true; }
  Pid handle_call(WhoAreYou) { return self(); }
  void terminate(const ExitReason&) {
    tell("-");
    if (takes_time_) expect<Go>();
  }

 private:
  void tell(const char* what) { send(listener_, Text{what + name_}); }

  Pid listener_;
  std::string name_;
  bool takes_time_ = false;
};

// A child that has its id as its name, tells the caller, and terminates in order.
inline ChildSpec worker(const std::string& name) {
  return supervisor::child<Worker>(name, self(), name)
      .named(ProcessName(name))
      .with(StartOptions{.trap_exit = true});
}
inline std::vector<ChildSpec> workers(const std::vector<std::string>& names) {
  std::vector<ChildSpec> specs;
  for (const std::string& name : names) specs.push_back(worker(name));
  return specs;
}

inline ServerName<Worker> by_name(const std::string& name) { return ServerName<Worker>(name); }
inline Pid pid_of(const std::string& name) { return whereis(name).value_or(Pid()); }
inline bool run_all(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!whereis(name)) return false;
  }
  return true;
}

// Ends without a chance to say "-name".
inline void kill(const std::string& name) { throng::exit(pid_of(name), ExitReason::kill); }

// Many restarts, for tests of something else.
inline constexpr Intensity patient{.restarts = 1000, .within = 60s};

// A process that does not hear `shutdown`, known by its name.
inline ChildSpec deaf_child(const std::string& name) {
  auto body = [] {
    trap_exit(true);
    receive<Never>();
  };
  return supervisor::process(name, body).named(ProcessName(name)).with(StartOptions{.trap_exit = true});
}

}  // namespace behaviours
