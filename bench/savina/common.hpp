// What the scenarios of this folder share: those who take part and their ends, numbers by a seed, the refusal
// of parameters that make no sense, and an outcome.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "scenario.hpp"

namespace throng_bench {

// The processes that one process started and whose ends it waits for. One that crashes ends the program with
// its reason: the others would wait for it forever. Thread: the process that made it.
class Crew {
 public:
  // As throng::spawn.
  template <class... Args>
  throng::Pid spawn(Args&&... args) {
    ++running_;
    return throng::spawn_monitor(std::forward<Args>(args)...).process;
  }
  // As gen_server::start.
  template <class Server, class... Args>
  throng::ServerRef<Server> start(Args&&... args) {
    ++running_;
    return throng::gen_server::start_monitor<Server>({}, std::forward<Args>(args)...).server;
  }

  // Takes one message by a clause of the caller's, or the end of a member.
  template <class... Clauses>
  void take(Clauses&&... clauses) {
    throng::receive(std::forward<Clauses>(clauses)..., [this](throng::Down down) { ended(down); });
  }
  template <class M>
  M receive() {
    std::optional<M> message;
    while (!message) take([&](M taken) { message.emplace(std::move(taken)); });
    return std::move(*message);
  }
  void await_ends() {
    while (running_ > 0) ended(throng::receive<throng::Down>());
  }

 private:
  void ended(const throng::Down& down) {
    if (!down.reason.is_normal()) require(false, ("a process crashed: " + down.reason.text()).c_str());
    --running_;
  }

  std::size_t running_ = 0;
};

// The generator splitmix64. The standard's distributions give other numbers with every library; this one
// does not, and as a plain value it travels in messages.
struct Random {
  std::uint64_t state;

  std::uint64_t next() {
    std::uint64_t mixed = state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }
  // Requires: bound > 0. The slight preference for small numbers is nothing to a bound below a million.
  std::size_t below(std::size_t bound) { return next() % bound; }
  // From 0 to below 1.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  // Work of a length of the caller's choice. Its result is to be used, or no compiler does it.
  std::uint64_t sum(std::size_t count) {
    std::uint64_t total = 0;
    for (; count > 0; --count) total += next();
    return total;
  }
};

// Refuses parameters with a sentence, before anything runs.
inline void needs(bool condition, const char* sentence) {
  if (!condition) throw std::invalid_argument(sentence);
}

inline std::vector<std::uint64_t> seeded_values(std::size_t count, std::uint64_t limit, std::uint64_t seed) {
  Random random{seed};
  std::vector<std::uint64_t> values(count);
  for (std::uint64_t& value : values) value = random.below(limit);
  return values;
}

// Tells a process at rest to end, which has a clause end_of<State>.
struct Stop {};
template <class State>
void end_of(State&, Stop) {
  throng::exit(throng::ExitReason::normal);
}

inline void stop_all(Crew& crew, const std::vector<throng::Pid>& processes) {
  for (throng::Pid process : processes) throng::send(process, Stop{});
  crew.await_ends();
}

inline Outcome outcome_of(std::size_t operations, const Stopwatch& watch) {
  Outcome outcome;
  outcome.operations = operations;
  outcome.nanoseconds = watch.nanoseconds();
  return outcome;
}

}  // namespace throng_bench
