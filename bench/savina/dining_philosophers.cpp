// dining_philosophers: an arbiter has the forks. Who is denied them asks again at once.
#include <algorithm>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Hungry {
  std::size_t seat;
  Pid from;
};
struct Denied {};
struct Eat {};
struct Done {
  std::size_t seat;
};
struct Leave {};
struct Report {
  std::vector<std::size_t> meals;  // by seat
  std::size_t denials;
  bool all_forks_free;
};

constexpr std::size_t nobody = ~std::size_t{0};

struct Arbiter {
  Pid whom_to_tell;
  std::vector<std::size_t> forks;  // the seat that has it, or nobody
  std::vector<std::size_t> meals;
  std::size_t denials = 0;
  std::size_t left = 0;

  std::size_t& first(std::size_t seat) { return forks[seat]; }
  std::size_t& second(std::size_t seat) { return forks[(seat + 1) % forks.size()]; }
};

void take_hungry(Arbiter& arbiter, Hungry hungry) {
  if (arbiter.first(hungry.seat) != nobody || arbiter.second(hungry.seat) != nobody) {
    ++arbiter.denials;
    send(hungry.from, Denied{});
    return;
  }
  arbiter.first(hungry.seat) = arbiter.second(hungry.seat) = hungry.seat;
  send(hungry.from, Eat{});
}

void take_back(Arbiter& arbiter, Done done) {
  require(arbiter.first(done.seat) == done.seat && arbiter.second(done.seat) == done.seat,
          "a philosopher ate with a fork of another");
  arbiter.first(done.seat) = arbiter.second(done.seat) = nobody;
  ++arbiter.meals[done.seat];
}

void take_leave(Arbiter& arbiter, Leave) {
  if (++arbiter.left < arbiter.forks.size()) return;
  const bool all_free =
      std::ranges::all_of(arbiter.forks, [](std::size_t holder) { return holder == nobody; });
  send(arbiter.whom_to_tell, Report{std::move(arbiter.meals), arbiter.denials, all_free});
  exit(ExitReason::normal);
}

auto arbiter(std::size_t seats, Pid whom_to_tell) {
  return rest(Arbiter{whom_to_tell, std::vector<std::size_t>(seats, nobody), std::vector<std::size_t>(seats)},
              take_hungry, take_back, take_leave);
}

struct Philosopher {
  Pid arbiter;
  std::size_t seat;
  std::size_t rounds_left;
};

void ask_again(Philosopher& philosopher, Denied) {
  send(philosopher.arbiter, Hungry{philosopher.seat, self()});
}

void eat(Philosopher& philosopher, Eat) {
  send(philosopher.arbiter, Done{philosopher.seat});
  if (--philosopher.rounds_left == 0) {
    send(philosopher.arbiter, Leave{});
    exit(ExitReason::normal);
  }
  send(philosopher.arbiter, Hungry{philosopher.seat, self()});
}

auto philosopher(Pid arbiter, std::size_t seat, std::size_t rounds) {
  send(arbiter, Hungry{seat, self()});
  return rest(Philosopher{arbiter, seat, rounds}, ask_again, eat);
}

}  // namespace

Outcome dining_philosophers(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.processes >= 2, "dining_philosophers: two forks are needed to eat: --processes 2 or more");
  return runtime.run(
      [](std::size_t rounds, std::size_t seats) {
        Stopwatch watch;
        Crew crew;
        const Pid forks = crew.spawn(arbiter, seats, self());
        for (std::size_t seat = 0; seat < seats; ++seat) crew.spawn(philosopher, forks, seat, rounds);
        const Report report = crew.receive<Report>();
        crew.await_ends();
        const double time = watch.nanoseconds();
        require(std::ranges::count(report.meals, rounds) == static_cast<std::ptrdiff_t>(seats),
                "a philosopher had too many or too few meals");
        require(report.all_forks_free, "a fork was not given back");
        return Outcome{rounds * seats, time, {{"denials", static_cast<double>(report.denials)}}};
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench
