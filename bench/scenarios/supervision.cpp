// supervision: a dynamic supervisor with many children: their start, the restart of one in a hundred, the
// end.
#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Started {
  Pid pid;
};

class Child {
 public:
  struct Ask {
    using Reply = int;
  };
  using Protocol = Messages<Ask>;
  explicit Child(Pid boss) { send(boss, Started{self()}); }
  int handle_call(Ask) { return 1; }
};

constexpr std::size_t one_in = 100;

}  // namespace

Outcome supervision(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        const std::size_t killed = (count + one_in - 1) / one_in;
        auto children = dynamic_supervisor::start_link(
            {.intensity = {.restarts = static_cast<unsigned>(killed), .within = 24h}});
        const auto spec = supervisor::child<Child>("child", self());
        std::vector<Pid> pids(count);
        Stopwatch starting;
        for (Pid& pid : pids) pid = children.start_child(spec).value();
        const double started = starting.nanoseconds();
        for (std::size_t i = 0; i < count; ++i) receive<Started>();
        Stopwatch restarting;
        for (std::size_t i = 0; i < count; i += one_in) exit(pids[i], ExitReason::kill);
        for (std::size_t i = 0; i < count; i += one_in) pids[i] = receive<Started>().pid;
        const double restarted = restarting.nanoseconds();
        require(children.count_children().active == count, "a child is missing");
        for (std::size_t i = 0; i < count; i += one_in)
          require(ServerRef<Child>(pids[i]).call(Child::Ask{}) == 1, "a restarted child does not answer");
        Stopwatch stopping;
        children.stop();
        const double stopped = stopping.nanoseconds();
        for (Pid pid : pids) require(!is_alive(pid), "a child has outlived its supervisor");
        Outcome outcome;
        outcome.operations = count;
        outcome.nanoseconds = started + restarted + stopped;
        outcome.extra = {{"start_ns", started / static_cast<double>(count)},
                         {"restart_ns", restarted / static_cast<double>(killed)},
                         {"stop_ns", stopped / static_cast<double>(count)}};
        return outcome;
      },
      parameters.count);
}

}  // namespace throng_bench
