// Simulated runs: a program, unchanged, on one thread, in virtual time and in an order that a seed decides.
// The same seed gives the same run, so what went wrong once goes wrong again; what was tried is a schedule
// that can be written down. See docs/simulation.md.
//
// A step goes from one runtime call to the next, so each call that charges is a place where others may come
// in between. Time stands still but for `step_time` per step, and goes to the next timer when nobody can run.
//
// Thread: any host thread, none of a process's; a simulated runtime starts no threads. Runs do not share
// anything: several may go on at once on different threads.
#pragma once

#include <optional>
#include <throng/vm/runtime.hpp>
#include <throng/vm/schedule.hpp>

namespace throng::simulation {

enum class Strategy : std::uint8_t {
  random,    // now and then somebody else, by lot
  pct,       // by priorities that are drawn by lot and change `depth` - 1 times: finds what few switches make
  ordinary,  // who was interrupted goes on, the others as they come: one run, whatever the seed
};

// What may happen to processes, by lot of the seed. The root, which run() was given, is spared unless `only`
// is said and fits it.
struct Faults {
  double crash = 0;  // chance, at each step, that the process is killed instead
  double drop = 0;   // chance that a message which it sends is lost; signals and calls of servers never are
  double delay =
      0;  // chance that a message which it sends, or a timer that it starts, is late; order is kept
  Duration delay_by = std::chrono::milliseconds(10);  // by so much at most
  Duration slow{};  // each of its steps takes so long, and it gets its turns rarely
  // Those whose name, label or function's type contains this text. Empty: all.
  std::string only{};
};

struct Options {
  std::uint64_t seed = 0;
  unsigned workers = 1;  // simulated ones, all on the caller's thread
  Strategy strategy = Strategy::random;
  unsigned slice = 0;                // random: steps in a row, on average; 0: each seed has its own number
  unsigned depth = 3;                // pct: how many steps must fall out of order for a mistake to show
  std::uint64_t length = 1000;       // pct: steps of a run, about
  std::uint64_t max_steps = 200000;  // then the run is ended as endless
  Duration step_time = std::chrono::microseconds(1);  // of a step, and of a look at Clock
  Faults faults{};
  // Instead of a strategy and lots for faults: what this says and else the ordinary order.
  std::optional<Schedule> schedule{};
  bool report_crashes = false;  // see RuntimeOptions
};

enum class Ending : std::uint8_t {
  finished,  // the root returned
  failed,    // the root ended with another reason than normal
  blocked,   // the root waits and nothing can happen
  endless,   // max_steps were taken
  cut,       // given up, since a run like it has been tried: exhaustive() does not show such runs
};

// What is known of a run apart from its value.
struct Report {
  Ending ending = Ending::finished;
  ExitReason reason{};
  std::string sentence{};  // what went wrong; empty if it finished
  std::uint64_t seed = 0;
  std::uint64_t trace_hash = 0;
  std::uint64_t steps = 0;
  std::uint64_t actors = 0;  // processes that took a step
  Duration virtual_time{};
  Schedule schedule{};
  std::string story{};  // the schedule for people: a line for each deviation
};

// What value() throws for a run that came to no end of its own.
class Stuck : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

[[noreturn]] void throw_failure(const Report& report);

template <class T>
struct ValueOf {
  using Type = std::optional<T>;
};
template <>
struct ValueOf<void> {
  using Type = bool;
};

}  // namespace detail

template <class T>
class Outcome {
 public:
  Outcome(Report report, typename detail::ValueOf<T>::Type value)
      : report_(std::move(report)), value_(std::move(value)) {}

  bool finished() const noexcept { return report_.ending == Ending::finished; }
  // Throws ProcessExited with the reason if the root failed, Stuck with a sentence if the run came to no end.
  decltype(auto) value() const {
    if (!finished()) detail::throw_failure(report_);
    if constexpr (!std::is_void_v<T>) {
      if (!value_) throw ProcessExited(ExitReason::normal);  // it left by exit(normal), without a value
      return static_cast<const T&>(*value_);
    }
  }
  Ending ending() const noexcept { return report_.ending; }
  // How the root ended; of a run that came to no end, an error with the sentence.
  const ExitReason& exit_reason() const noexcept { return report_.reason; }
  const std::string& sentence() const noexcept { return report_.sentence; }
  // Of every step, message and moment: equal if and only if, for all that matters, the runs were.
  std::uint64_t trace_hash() const noexcept { return report_.trace_hash; }
  Duration virtual_time() const noexcept { return report_.virtual_time; }
  std::uint64_t steps() const noexcept { return report_.steps; }
  std::uint64_t seed() const noexcept { return report_.seed; }
  const Schedule& schedule() const noexcept { return report_.schedule; }
  const Report& report() const noexcept { return report_; }

 private:
  Report report_;
  typename detail::ValueOf<T>::Type value_;
};

// Makes a Runtime simulated that is made with these options, once: run(), call() and poll() take its steps on
// the caller's thread; run() throws Stuck for a run that comes to no end. For tests that are given a Runtime.
void simulate(RuntimeOptions& runtime, const Options& options);

}  // namespace throng::simulation

namespace throng::detail {

class Chooser;

// Takes the body. `chooser` null: the one that the options ask for.
simulation::Report run_simulated(const simulation::Options& options, Body* body,
                                 std::shared_ptr<Chooser> chooser);

template <class F, class... Args>
auto simulated_outcome(const simulation::Options& options, std::shared_ptr<Chooser> chooser, F&& f,
                       Args&&... args) {
  using R = std::invoke_result_t<std::decay_t<F>&, Kept<Args>...>;
  if constexpr (std::is_void_v<R>) {
    Body* body = make_body(std::forward<F>(f), std::forward<Args>(args)...);
    return simulation::Outcome<void>(run_simulated(options, body, std::move(chooser)), true);
  } else {
    require_body<std::decay_t<F>, Kept<Args>...>();
    using Stored = RunBody<R, std::decay_t<F>, Kept<Args>...>;
    std::optional<R> result;
    void* block = allocate(sizeof(Stored), alignof(Stored) > 16 ? alignof(Stored) : 16);
    Body* body = ::new (block) Stored(&result, std::forward<F>(f), std::forward<Args>(args)...);
    simulation::Report report = run_simulated(options, body, std::move(chooser));
    return simulation::Outcome<R>(std::move(report), std::move(result));
  }
}

}  // namespace throng::detail

namespace throng::simulation {

// Runs f(args…) as the root process of a fresh simulated runtime, to its end; those left then are ended.
template <class F, class... Args>
auto run(const Options& options, F&& f, Args&&... args) {
  return throng::detail::simulated_outcome(options, nullptr, std::forward<F>(f), std::forward<Args>(args)...);
}

// The run that a schedule describes. Options::faults must be those it was found with, as far as `slow` goes.
template <class F, class... Args>
auto replay(std::string_view schedule, Options options, F&& f, Args&&... args) {
  options.schedule = Schedule::parse(schedule);
  // Qualified: throng::run, found by an argument's namespace, would take everything.
  return simulation::run(options, std::forward<F>(f), std::forward<Args>(args)...);
}

}  // namespace throng::simulation
