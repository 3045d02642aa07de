// How many workers are worth having, found out by trying. Where processes do little else than talk to each
// other, a second worker makes both slower: each message crosses between CPUs, which costs more than the work
// it asks for. No counter of steals or wake-ups tells that from work that two do twice as fast; only the work
// done does. So, while all workers are busy, some are made to rest for a few milliseconds now and then, and
// what is done in a millisecond with them and without them is compared.
//
// Pure logic: knows neither threads nor clocks. Thread: one at a time, see Scheduler::look_at_breadth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <throng/scheduler/breadth_pace.hpp>

namespace throng::detail {

// What the workers do. "Lately": since the look before.
struct Activity {
  std::int64_t time = 0;        // ns
  std::int64_t reductions = 0;  // of all, since they were started, for which something was done
  std::size_t waiting = 0;      // runnables in queues
  std::uint32_t running = 0;    // workers that have begun a turn lately
  bool somebody_slept = false;  // of those that take part, lately
  // For how many looks in a row somebody who takes part has neither switched nor slept.
  std::uint32_t stuck_for = 0;
};

class Breadth {
 public:
  Breadth(std::uint32_t workers, const BreadthPace& pace) noexcept
      : pace_(pace), most_(workers), level_(workers) {}

  // How many workers there are to choose from; begins anew with all of them.
  void set_most(std::uint32_t workers) noexcept;
  // How many shall take part from now on, after a look at what they do. At least pace.look apart.
  std::uint32_t look(const Activity& now) noexcept;
  std::uint32_t level() const noexcept { return level_; }

 private:
  enum class Phase { holding, before, settling, after };

  bool is_narrow() const noexcept { return level_ < most_; }
  bool tells_nothing(const Activity& before, const Activity& now) const noexcept;
  void hold(std::int64_t now, std::int64_t span) noexcept;
  void measure(Phase phase, const Activity& now) noexcept;
  void try_other(const Activity& now) noexcept;
  void decide(double rate, std::int64_t now) noexcept;

  BreadthPace pace_;
  std::uint32_t most_;
  std::uint32_t level_;
  std::uint32_t other_ = 0;    // the level that a trial compares with: the one before it
  std::uint32_t decided_ = 0;  // the level that the trial before this one ended with; 0: there was none
  bool goes_up_ = false;       // from a level in the middle: where the next trial goes
  Phase phase_ = Phase::holding;
  std::int64_t until_ = 0;  // when the phase ends
  std::int64_t hold_ = 0;   // how long the last one was
  double rate_before_ = 0;  // reductions per ms
  std::uint32_t ran_ = 0;   // most workers that ran something between two looks of the window
  std::size_t waited_ = 0;  // most that waited at one look since the last change
  Activity mark_;           // where the window began
  Activity last_;           // the look before
};

}  // namespace throng::detail
