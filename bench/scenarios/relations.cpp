// link, monitor and names: what it costs to be told of others, and to be found. The figures grow with how
// many relations one process has, if anything does.
#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Nothing {};
struct End {};
struct Ready {};
struct Begin {};
struct Watching {};
struct Told {
  std::size_t downs;
};

void ignore(Nothing&, End) {}

auto idle_at_rest() { return rest(Nothing{}, ignore); }

std::vector<Pid> spawn_idle(std::size_t count) {
  std::vector<Pid> pids(count);
  for (Pid& pid : pids) pid = spawn(idle_at_rest);
  for (Pid pid : pids) is_alive(pid);
  return pids;
}

// Returns when each of them has handled what was sent to it: their part is in the figure as well.
void wait_for(const std::vector<Pid>& pids) {
  for (Pid pid : pids) require(is_alive(pid), "a process has gone");
}

double per(double nanoseconds, std::size_t count) { return nanoseconds / static_cast<double>(count); }

void watch_one(Pid watched, std::size_t times, Pid boss) {
  send(boss, Ready{});
  receive<Begin>();
  for (std::size_t i = 0; i < times; ++i) monitor(watched);
  send(boss, Watching{});
  std::size_t downs = 0;
  for (std::size_t i = 0; i < times; ++i)
    if (Down down = receive<Down>(); down.process == watched && down.reason == ExitReason::killed) ++downs;
  send(boss, Told{downs});
}

}  // namespace

Outcome link_unlink(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        std::vector<Pid> others = spawn_idle(count);
        Stopwatch watch;
        for (Pid other : others) link(other);
        wait_for(others);
        const double linking = watch.nanoseconds();
        const std::size_t links = process_info(self())->links.size();
        Stopwatch second;
        for (Pid other : others) unlink(other);
        wait_for(others);
        const double unlinking = second.nanoseconds();
        require(links >= count && process_info(self())->links.size() == links - count,
                "a link is missing or has stayed");
        for (Pid other : others) exit(other, ExitReason::kill);
        Outcome outcome;
        outcome.operations = count;
        outcome.nanoseconds = linking + unlinking;
        outcome.extra = {{"link_ns", per(linking, count)}, {"unlink_ns", per(unlinking, count)}};
        return outcome;
      },
      parameters.count);
}

Outcome monitor_death(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t monitors, std::size_t watchers) {
        const std::size_t each = monitors / watchers;
        Outcome outcome;
        outcome.operations = each * watchers;
        Pid watched = spawn(idle_at_rest);
        std::vector<Pid> all(watchers);
        for (Pid& watcher : all) watcher = spawn(watch_one, watched, each, self());
        for (std::size_t i = 0; i < watchers; ++i) receive<Ready>();
        Stopwatch watch;
        for (Pid watcher : all) send(watcher, Begin{});
        for (std::size_t i = 0; i < watchers; ++i) receive<Watching>();
        is_alive(watched);  // it has heard of them all
        const double monitoring = watch.nanoseconds();
        exit(watched, ExitReason::kill);
        std::size_t downs = 0;
        for (std::size_t i = 0; i < watchers; ++i) downs += receive<Told>().downs;
        outcome.nanoseconds = watch.nanoseconds();
        require(downs == outcome.operations, "somebody was not told, or something wrong");
        outcome.extra = {{"monitor_ns", per(monitoring, downs)},
                         {"down_ns", per(outcome.nanoseconds - monitoring, downs)}};
        return outcome;
      },
      parameters.count, parameters.processes);
}

Outcome names(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        std::vector<Pid> owners = spawn_idle(count);
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < count; ++i) texts.push_back("worker_" + std::to_string(i));
        Stopwatch registering;
        for (std::size_t i = 0; i < count; ++i) register_name(texts[i], owners[i]);
        const double registered = registering.nanoseconds();
        Stopwatch finding;
        std::size_t right = 0;
        for (std::size_t i = 0; i < count; ++i) right += whereis(texts[i]) == owners[i] ? 1 : 0;
        const double found = finding.nanoseconds();
        Stopwatch giving_up;
        for (const std::string& text : texts) unregister_name(text);
        const double gone = giving_up.nanoseconds();
        require(right == count, "a name belongs to somebody else");
        for (const std::string& text : texts) require(!whereis(text), "a name has stayed");
        for (Pid owner : owners) exit(owner, ExitReason::kill);
        Outcome outcome;
        outcome.operations = count;
        outcome.nanoseconds = registered + found + gone;
        outcome.extra = {{"register_ns", per(registered, count)},
                         {"whereis_ns", per(found, count)},
                         {"unregister_ns", per(gone, count)}};
        return outcome;
      },
      parameters.count);
}

}  // namespace throng_bench
