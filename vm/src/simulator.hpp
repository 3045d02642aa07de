// What makes a machine's run a simulated one: it directs the scheduler step by step, keeps the books of what
// was different from the ordinary order, and stands where signals pass, to fold them into the trace, to lose
// or delay some, and to note which steps concern each other.
//
// Invariants:
//  1. Nothing that it does depends on an address, on real time or on what another run left behind: the trace
//  of a
//     run is a function of the program, the options and the chooser.
//  2. After wind_down() nothing is recorded, lost or chosen any more: what is left is ended in the ordinary
//  order.
//
// Thread: the one that takes the steps.
#pragma once

#include <map>
#include <memory>
#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/director.hpp>
#include <throng/scheduler/random.hpp>
#include <throng/vm/simulation.hpp>
#include <unordered_map>
#include <vector>

#include "chooser.hpp"

namespace throng::detail {

class Machine;
class Process;
struct Signal;

class Simulator final : public Director {
 public:
  Simulator(const simulation::Options& options, std::shared_ptr<Chooser> chooser);

  ManualTime& time() noexcept { return time_; }
  // Once, by the machine that it is for. Throws std::logic_error with a sentence if it was another's.
  void attach(Machine& machine);
  // The process that is spared by faults, and that the run is about: that of a machine that is for it alone.
  // From here on no place in the table is used again, so that the end of one process has nothing to do with
  // the pid of the next.
  void set_root(Pid root) noexcept { root_ = root; }
  bool uses_places_again() const noexcept { return !root_; }

  // Takes steps until over(context). `finished`: it is; else why not.
  simulation::Ending drive(bool (*over)(void* context), void* context);
  // One step. False: nothing can happen.
  bool take_step();
  // Why a run ended that came to no end of its own, and who waits for what.
  std::string sentence_for(simulation::Ending ending) const;
  void wind_down() noexcept { winds_down_ = true; }
  // All but ending, reason and sentence.
  simulation::Report report() const;

  // A signal is on its way. False: it is the simulator's now, lost or late.
  bool lets_pass(Pid to, Signal* signal) noexcept;
  // When a timer is due that was to be so after `delay`.
  Duration with_lateness(Duration delay) noexcept;
  // The step that is on has to do with this: an inbox, by its pid, or one of Touched. Steps that touch
  // nothing in common may change places, and nobody could tell.
  void touch(std::uint64_t object) noexcept;

  // -- Director
  std::uint64_t actor_of(const Runnable& runnable) const noexcept override;
  std::size_t choose(const Steps& steps) override;
  std::int32_t budget_of(const Step&) override { return 1; }
  std::int64_t ended(const Step& step, StepEnd how) override;
  void time_went_to(std::int64_t now) override;

 private:
  struct ActorHash {
    std::size_t operator()(const simulation::Actor& actor) const noexcept {
      return std::hash<Pid>{}(actor.process) * 2 + (actor.is_job ? 1 : 0);
    }
  };

  void fold(std::uint64_t word) noexcept;
  std::uint64_t turns_of(const simulation::Actor& actor) const noexcept;
  void count_turn(const simulation::Actor& actor, StepEnd how);
  void record(simulation::Deviation deviation);
  std::size_t choose_among_quick(const Steps& steps, std::uint64_t turn);
  bool is_subject(Pid process) const;
  bool is_slow(const Step& step) const;
  bool has_lots() const noexcept;
  bool draws(double chance) noexcept;
  const simulation::Deviation* listed(simulation::Deviation::Kind kind, const simulation::Actor& actor,
                                      std::uint64_t count) const noexcept;
  void consider_crash(const Step& step);
  bool is_lost(std::uint64_t count);
  Duration delay_of(std::uint64_t count);
  bool holds_back(Pid to, Signal* signal, Duration delay);

  const simulation::Options options_;
  const std::shared_ptr<Chooser> chooser_;
  ManualTime time_;
  Random lots_;  // of faults
  Machine* machine_ = nullptr;
  Pid root_;
  bool winds_down_ = false;
  bool is_first_look_ = true;
  // Protocol: taken by exchange, acquire, by who takes a step; given back with a store, release.
  Atomic<bool> is_stepping_{false};

  simulation::Actor current_;  // whose step is on; null: nobody's
  std::uint64_t steps_ = 0;
  std::uint64_t hash_ = 0;
  std::uint64_t actors_ = 0;  // who took a step
  // Of those that live, so that a run of a million short processes stays as quick as it began: steps each has
  // taken, its jobs apart; and messages and timers of each.
  std::unordered_map<simulation::Actor, std::uint64_t, ActorHash> turns_;
  std::unordered_map<Pid, std::uint64_t> sent_;
  // Until when the signals of a pair are held back, so that none overtakes one that is late.
  std::map<std::pair<Pid, Pid>, std::int64_t> held_until_;
  std::vector<std::uint64_t> touched_;
  std::deque<Step> quick_;  // of those that can be taken, the ones of actors that are not slow
  std::vector<std::size_t> quick_places_;
  simulation::Schedule schedule_;
  std::string story_;
};

}  // namespace throng::detail
