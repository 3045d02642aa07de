// fork_join_throughput and fork_join_create: small tasks, sent to processes that stay or to one new process
// each. A task is the square of a sine.
#include <cmath>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

constexpr double theta = 37.2;

// It travels with the message: a compiler that knew it would do the task itself.
struct Work {
  double angle;
};
struct Report {
  std::size_t tasks;
  double sum;
};

double square_of_sine(double angle) {
  const double sine = std::sin(angle);
  return sine * sine;
}

// By the double angle, hence another way than the tasks go.
double expected() { return (1 - std::cos(2 * theta)) / 2; }

bool is_near(double found, double wanted) { return std::abs(found - wanted) <= 1e-9 * wanted; }

struct Runner {
  Pid whom_to_tell;
  std::size_t wanted;
  std::size_t tasks = 0;
  double sum = 0;
};

void do_work(Runner& runner, Work work) {
  runner.sum += square_of_sine(work.angle);
  if (++runner.tasks < runner.wanted) return;
  send(runner.whom_to_tell, Report{runner.tasks, runner.sum});
  exit(ExitReason::normal);
}

auto runner(std::size_t tasks, Pid whom_to_tell) { return rest(Runner{whom_to_tell, tasks}, do_work); }

void run_one_task() {
  require(is_near(square_of_sine(receive<Work>().angle), expected()), "a task has another result");
}

}  // namespace

Outcome fork_join_throughput(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t messages, std::size_t processes) {
        Stopwatch watch;
        Crew crew;
        std::vector<Pid> runners;
        for (std::size_t i = 0; i < processes; ++i) runners.push_back(crew.spawn(runner, messages, self()));
        for (std::size_t i = 0; i < messages; ++i)
          for (Pid pid : runners) send(pid, Work{theta});
        Report total{0, 0};
        for (std::size_t i = 0; i < processes; ++i) {
          const Report report = crew.receive<Report>();
          total.tasks += report.tasks;
          total.sum += report.sum;
        }
        crew.await_ends();
        const double time = watch.nanoseconds();
        require(total.tasks == messages * processes, "a task is missing or doubled");
        require(is_near(total.sum, static_cast<double>(messages * processes) * expected()),
                "the tasks have another sum");
        return Outcome{messages * processes, time, {}};
      },
      parameters.count, parameters.processes);
}

Outcome fork_join_create(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t processes) {
        Stopwatch watch;
        Crew crew;
        for (std::size_t i = 0; i < processes; ++i) send(crew.spawn(run_one_task), Work{theta});
        crew.await_ends();  // each checked its own result
        return Outcome{processes, watch.nanoseconds(), {}};
      },
      parameters.count);
}

}  // namespace throng_bench
