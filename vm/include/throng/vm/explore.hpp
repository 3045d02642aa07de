// Looking for the order in which a program goes wrong: many simulated runs, or all of them. What is found is
// run again, made as small as it gets, and told in words. See docs/simulation.md.
//
//   auto found = simulation::explore(program, [](int total) { return total == 3; });
//   CHECK_MESSAGE(found.passed(), found.text());
//
// A run goes wrong if its root fails, if it is blocked or endless, or if the check says no or throws. A check
// takes the program's value (nothing, if that is void), or the Outcome: it then decides on those that failed,
// too. Thread: any host thread.
#pragma once

#include <functional>
#include <throng/vm/simulation.hpp>

namespace throng::simulation {

struct Effort {
  Options options{};  // workers, faults, limits; `seed` is the first, the strategy is explore()'s affair
  std::uint64_t random_runs = 200;
  std::uint64_t pct_runs = 200;      // of Options::depth, with the length that the first run had
  std::uint64_t shrink_runs = 2000;  // at most so many to make what was found smaller
};

struct Bounds {
  Options options{};  // workers, schedule-independent limits; `step_time` and the strategy are not used
  std::uint64_t max_runs = 100'000;
  // At most so many times somebody else goes first while who was interrupted could go on. Empty: as often as
  // it may be. With a bound each order is tried by itself: those that look the same are not left out.
  std::optional<unsigned> preemptions{};
  bool reduced = true;  // of orders that nobody can tell from each other, only one is run
  std::uint64_t shrink_runs = 2000;
};

// What came out.
struct Exploration {
  std::uint64_t runs = 0;     // without those that made the finding smaller
  bool complete = false;      // exhaustive(): there is no other order
  bool stands_still = false;  // found with a step_time of zero
  std::string wrong{};        // what went wrong; empty: nothing
  std::string how{};          // the strategy that found it
  Report found{};             // the run that went wrong first
  Report shrunk{};            // the smallest one that still does
  double chance = 0;          // of each pct run, at least, to show a mistake of the depth

  bool passed() const noexcept { return wrong.empty(); }
  explicit operator bool() const noexcept { return passed(); }
  // For people: what went wrong, in which order, and how to run it again.
  std::string text() const;
};

namespace detail {

struct Verdict {
  Report report{};
  std::string wrong{};
};
using Trial = std::function<Verdict(const Options&, std::shared_ptr<throng::detail::Chooser>)>;

Exploration explore(const Effort& effort, const Trial& trial);
Exploration exhaust(const Bounds& bounds, const Trial& trial);

template <class Check, class... Args>
std::string complaint(const Check& check, const Args&... args) {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<const Check&, const Args&...>>) {
      check(args...);
    } else if (!static_cast<bool>(check(args...))) {
      return "throng: the check says that the outcome is wrong";
    }
  } catch (const std::exception& thrown) {
    return std::string("throng: the check threw: ") + thrown.what();
  }
  return {};
}

template <class Check, class T>
std::string judge(const Check& check, const Outcome<T>& outcome) {
  if constexpr (std::is_invocable_v<const Check&, const Outcome<T>&>) {
    return complaint(check, outcome);
  } else if (!outcome.finished()) {
    return outcome.sentence();
  } else if constexpr (std::is_void_v<T>) {
    static_assert(std::is_invocable_v<const Check&>,
                  "throng: the check of a program without a value takes nothing, or the Outcome");
    return complaint(check);
  } else {
    static_assert(std::is_invocable_v<const Check&, const T&>,
                  "throng: the check takes the program's value, or the Outcome");
    return complaint(check, outcome.value());
  }
}

template <class Program, class Check>
Trial trial_of(Program program, Check check) {
  return [program, check](const Options& options, std::shared_ptr<throng::detail::Chooser> chooser) {
    auto outcome = throng::detail::simulated_outcome(options, std::move(chooser), program);
    if (outcome.ending() == Ending::cut) return Verdict{outcome.report(), {}};
    return Verdict{outcome.report(), judge(check, outcome)};
  };
}

}  // namespace detail

// Runs with many seeds: by lot, then by priorities. Stops at the first that goes wrong.
template <class Program, class Check>
Exploration explore(const Effort& effort, Program program, Check check) {
  return detail::explore(effort, detail::trial_of(std::move(program), std::move(check)));
}
template <class Program, class Check>
Exploration explore(Program program, Check check) {
  return explore(Effort{}, std::move(program), std::move(check));
}

// Runs in every order there is, but for those that only exchange steps which have nothing to do with each
// other: for small programs. Steps are taken for related if one sends to the other's process, if both start
// timers, spawn, end or use names, or if one charges for work on what is shared (tables, registries). Memory
// that processes share behind the runtime's back, such as Atomics or what trusted() reaches, is not seen: say
// `reduced = false` then.
template <class Program, class Check>
Exploration exhaustive(Program program, Check check, const Bounds& bounds = {}) {
  return detail::exhaust(bounds, detail::trial_of(std::move(program), std::move(check)));
}

}  // namespace throng::simulation
