#include <throng/stdlib/timers.hpp>

#include <stdexcept>
#include <throng/stdlib/server_ref.hpp>
#include <throng/vm/resident.hpp>
#include <throng/vm/timer.hpp>

namespace throng {
namespace detail {
namespace {

struct Due {};

class TurnTaker final : public Resident {
 public:
  TurnTaker(std::unique_ptr<Turn> turn, const TurnPlan& plan, Clock::time_point first)
      : turn_(std::move(turn)), plan_(plan), next_(first) {}

  void start() override {
    if (plan_.goes_with) end_ = monitor(plan_.goes_with);
    send_at(next_, self(), Due{});
  }

  void handle(ReceivedMessage& message) override {
    if (auto* down = message.as<Down>()) {
      if (down->monitor == end_) throng::exit(ExitReason::normal);
      if (down->monitor == busy_) plan_after_long_turn();
    } else if (message.as<Due>() != nullptr) {
      take_turn();
    }
  }

 private:
  void take_turn() {
    if (!turn_->is_wanted()) throng::exit(ExitReason::normal);
    Pid worker = turn_->take();
    if (plan_.interval == Duration::zero()) throng::exit(ExitReason::normal);
    if (worker) {
      busy_ = monitor(worker);
    } else {
      plan_next();
    }
  }

  // By the plan, not by the clock: lateness does not add up.
  void plan_next() {
    next_ =
        plan_.interval < Clock::time_point::max() - next_ ? next_ + plan_.interval : Clock::time_point::max();
    send_at(next_, self(), Due{});
  }

  // What was due meanwhile comes once, now; the turns after it are where they would have been.
  void plan_after_long_turn() {
    Duration late = Clock::now() - next_;
    if (late > plan_.interval) next_ += plan_.interval * (late / plan_.interval - 1);
    plan_next();
  }

  std::unique_ptr<Turn> turn_;
  TurnPlan plan_;
  Clock::time_point next_;
  Monitor end_;   // of the process it goes with
  Monitor busy_;  // of the turn that runs
};

class ExitOnce final : public Turn {
 public:
  ExitOnce(Pid process, ExitReason reason) : process_(process), reason_(std::move(reason)) {}
  Pid take() override {
    exit(process_, reason_);
    return Pid();
  }

 private:
  Pid process_;
  ExitReason reason_;
};

}  // namespace

Pid start_turns(std::unique_ptr<Turn> turn, const TurnPlan& plan) {
  Clock::time_point first = deadline_after(plan.first);
  return spawn_resident({}, std::make_unique<TurnTaker>(std::move(turn), plan, first)).process;
}

void require_interval(Duration interval) {
  if (interval <= Duration::zero())
    throw std::invalid_argument(
        "throng: an interval is longer than nothing; for a turn at once, call the function");
}

}  // namespace detail

namespace timers {

Handle exit_after(Duration delay, Pid process, ExitReason reason) {
  return Handle(detail::start_turns(std::make_unique<detail::ExitOnce>(process, std::move(reason)),
                                    {delay, Duration::zero(), process}));
}

// The answer to is_alive() comes when the kill has taken effect (ALV-1).
bool cancel(Handle timer) {
  bool was_alive = is_alive(timer.pid());
  if (!was_alive) return false;
  exit(timer.pid(), ExitReason::kill);
  static_cast<void>(is_alive(timer.pid()));
  return true;
}

}  // namespace timers
}  // namespace throng
