// How many workers are worth having, found out by trying. Where processes do little else than talk to each
// other, a second worker makes both slower: each message crosses between CPUs, which costs more than the work
// it asks for. No counter of steals or wake-ups tells that from work that two do twice as fast; only the work
// done does. So, while all workers are busy, some are made to rest for a few milliseconds now and then, and
// what is done in a millisecond with them and without them is compared.
//
// Pure logic: knows neither threads nor clocks. Thread: one at a time, see Scheduler::look_at_breadth.
#pragma once

#include <cstdint>
#include <throng/scheduler/breadth_pace.hpp>

namespace throng::detail {

// What the workers have done since they were started, and what some of them are doing.
struct Activity {
  std::int64_t time = 0;  // ns
  std::uint64_t reductions = 0;
  std::uint64_t parks = 0;
  std::uint32_t asleep = 0;     // of those that take part: have nothing to do
  bool somebody_stuck = false;  // of those that take part: one has not switched since the look before
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

  void hold(std::int64_t now, std::int64_t span) noexcept;
  void measure(Phase phase, const Activity& now) noexcept;
  void try_other(const Activity& now) noexcept;
  void decide(double rate, std::int64_t now) noexcept;
  double rate_since_mark(const Activity& now) const noexcept;
  bool is_dense(const Activity& from, const Activity& to) const noexcept;

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
  Activity mark_;           // where the window began
  Activity last_;           // the look before
};

}  // namespace throng::detail
