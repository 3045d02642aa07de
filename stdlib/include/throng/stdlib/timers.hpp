// Things that happen later, or again and again: Erlang's module `timer`. What send_after() offers is a
// message that comes once; here are functions that run later, intervals, and the time that something takes.
//
// Every timer of these is a small process at rest. It ends with the process it is for, and keeps to its plan:
// the n-th turn of an interval is due n intervals after the start, however late the one before was (SCH-10).
//
// Thread: in a process; a Handle is a small value that can be sent.
#pragma once

#include <throng/vm/pid.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/send.hpp>
#include <throng/vm/spawn.hpp>

namespace throng {

namespace timers {

// Names one of these timers; stays valid, and harmless, when it is over.
class Handle {
 public:
  static constexpr bool sendable = true;
  Handle() = default;
  explicit Handle(Pid pid) noexcept : pid_(pid) {}
  Pid pid() const noexcept { return pid_; }
  friend bool operator==(Handle, Handle) = default;

 private:
  Pid pid_;
};

}  // namespace timers

namespace detail {

// What a timer does when it is due.
class Turn {
 public:
  Turn() = default;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  virtual ~Turn() = default;
  // In the timer's process. A pid: the next turn waits until that process has ended.
  virtual Pid take() = 0;
  // False: there is nobody it could be for any more.
  virtual bool is_wanted() const { return true; }
};

struct TurnPlan {
  Duration first{};                      // until the first turn
  Duration interval = Duration::zero();  // zero: there is one turn
  Pid goes_with{};                       // ends with that process; null: with nobody
};

Pid start_turns(std::unique_ptr<Turn> turn, const TurnPlan& plan);

template <class F, class... Args>
class ApplyOnce final : public Turn {
 public:
  template <class G, class... As>
  explicit ApplyOnce(G&& f, As&&... args)
      : function_(std::forward<G>(f)), arguments_(std::forward<As>(args)...) {}
  Pid take() override {
    return std::apply([this](Args&... args) { return spawn(std::move(function_), std::move(args)...); },
                      arguments_);
  }

 private:
  F function_;
  std::tuple<Args...> arguments_;
};

template <bool waits, class F, class... Args>
class ApplyAgain final : public Turn {
 public:
  template <class G, class... As>
  explicit ApplyAgain(G&& f, As&&... args)
      : function_(std::forward<G>(f)), arguments_(std::forward<As>(args)...) {}
  Pid take() override {
    Pid worker = std::apply([this](const Args&... args) { return spawn(function_, args...); }, arguments_);
    return waits ? worker : Pid();
  }

 private:
  F function_;
  std::tuple<Args...> arguments_;
};

template <class M>
class SendAgain final : public Turn {
 public:
  template <class V>
  SendAgain(Pid to, V&& message) : to_(to), message_(std::forward<V>(message)) {}
  Pid take() override {
    send(to_, message_);
    return Pid();
  }

 private:
  Pid to_;
  M message_;
};

template <class M>
class SendAgainByName final : public Turn {
 public:
  template <class V>
  SendAgainByName(std::string to, V&& message) : to_(std::move(to)), message_(std::forward<V>(message)) {}
  Pid take() override {
    if (std::optional<Pid> holder = whereis(to_)) send(*holder, message_);
    return Pid();
  }
  bool is_wanted() const override { return whereis(to_).has_value(); }

 private:
  std::string to_;
  M message_;
};

template <class... Args>
constexpr void require_copies() {
  static_assert((std::is_copy_constructible_v<Args> && ...),
                "throng: what an interval repeats must be copyable, once for each turn");
}

template <class M>
constexpr bool is_repeatable() {
  require_sendable<M>();
  require_copies<M>();
  return std::is_copy_constructible_v<M>;
}

template <bool waits, class F, class... Args>
Pid start_applying(Duration interval, F&& f, Args&&... args) {
  require_body<std::decay_t<F>, Kept<Args>...>();
  require_copies<Kept<Args>...>();
  static_assert(std::is_invocable_v<std::decay_t<F>&, Kept<Args>...>,
                "throng: the arguments do not fit the parameters of the function");
  if constexpr (std::is_invocable_v<std::decay_t<F>&, Kept<Args>...> &&
                (std::is_copy_constructible_v<Kept<Args>> && ...)) {
    using Again = ApplyAgain<waits, std::decay_t<F>, Kept<Args>...>;
    return start_turns(std::make_unique<Again>(std::forward<F>(f), std::forward<Args>(args)...),
                       {interval, interval, self()});
  }
}

// Throws unless the interval is longer than nothing.
void require_interval(Duration interval);

}  // namespace detail

namespace timers {

// Runs f(args…) once, in a process of its own, whatever becomes of the caller.
template <class F, class... Args>
Handle apply_after(Duration delay, F&& f, Args&&... args) {
  detail::require_body<std::decay_t<F>, detail::Kept<Args>...>();
  static_assert(std::is_invocable_v<std::decay_t<F>&, detail::Kept<Args>...>,
                "throng: the arguments do not fit the parameters of the function");
  if constexpr (std::is_invocable_v<std::decay_t<F>&, detail::Kept<Args>...>) {
    using Once = detail::ApplyOnce<std::decay_t<F>, detail::Kept<Args>...>;
    return Handle(detail::start_turns(std::make_unique<Once>(std::forward<F>(f), std::forward<Args>(args)...),
                                      {delay, {}, {}}));
  }
}

// Runs f(args…) in a new process every interval, for as long as the caller lives. Errors:
// std::invalid_argument for an interval of nothing, here as below.
template <class F, class... Args>
Handle apply_interval(Duration interval, F&& f, Args&&... args) {
  detail::require_interval(interval);
  return Handle(detail::start_applying<false>(interval, std::forward<F>(f), std::forward<Args>(args)...));
}
// The same, one at a time: a turn that is due while the last one runs comes when that has ended.
template <class F, class... Args>
Handle apply_repeatedly(Duration interval, F&& f, Args&&... args) {
  detail::require_interval(interval);
  return Handle(detail::start_applying<true>(interval, std::forward<F>(f), std::forward<Args>(args)...));
}

// Sends a copy every interval, for as long as `to` lives.
template <class M>
Handle send_interval(Duration interval, Pid to, M&& message) {
  if constexpr (detail::is_repeatable<detail::Kept<M>>()) {
    using Again = detail::SendAgain<detail::Kept<M>>;
    detail::require_interval(interval);
    return Handle(
        detail::start_turns(std::make_unique<Again>(to, std::forward<M>(message)), {interval, interval, to}));
  }
}
template <class M>
Handle send_interval(Duration interval, M&& message) {
  return send_interval(interval, self(), std::forward<M>(message));
}
// To whoever has the name at each turn; over at the first at which nobody has it.
template <class M>
Handle send_interval(Duration interval, std::string name, M&& message) {
  if constexpr (detail::is_repeatable<detail::Kept<M>>()) {
    using Again = detail::SendAgainByName<detail::Kept<M>>;
    detail::require_interval(interval);
    return Handle(detail::start_turns(std::make_unique<Again>(std::move(name), std::forward<M>(message)),
                                      {interval, interval, {}}));
  }
}

// An exit signal to the process when the time has passed, if it still lives.
Handle exit_after(Duration delay, Pid process, ExitReason reason);
inline Handle kill_after(Duration delay, Pid process) { return exit_after(delay, process, ExitReason::kill); }

// No turn begins after this has returned; a function that runs already goes on. False: it was over.
bool cancel(Handle timer);

template <class T>
struct Timed {
  Duration time{};
  T value;
};

// How long f(args…) takes, here and now, and its value, if it has one.
template <class F, class... Args>
auto tc(F&& f, Args&&... args) {
  Clock::time_point start = Clock::now();
  if constexpr (std::is_void_v<std::invoke_result_t<F, Args...>>) {
    std::forward<F>(f)(std::forward<Args>(args)...);
    return Clock::now() - start;
  } else {
    using T = std::decay_t<std::invoke_result_t<F, Args...>>;
    T value = std::forward<F>(f)(std::forward<Args>(args)...);
    return Timed<T>{Clock::now() - start, std::move(value)};
  }
}

}  // namespace timers
}  // namespace throng
