// Child specs: how a supervisor starts one child, again and again. A small value, made by
//
//   supervisor::child<S>(id, args…)         a server or a state machine
//   supervisor::process(id, f, args…)       a plain process
//   supervisor::tree(id, spec)              another supervisor
//
// and refined by .named(…).restart(…).shutdown(…). Copies share what is immutable; it can be sent.
#pragma once

#include <memory>
#include <string>
#include <throng/stdlib/gen_server.hpp>

namespace throng {

// Whether a child that ended is started again (SUP-3).
enum class Restart : std::uint8_t {
  permanent,  // always
  transient,  // unless it ended with normal or shutdown
  temporary,  // never; its spec goes with it
};

namespace supervisor {

enum class ChildType : std::uint8_t { worker, supervisor };

// Starts the child from the supervisor's process, linked to it.
class ChildStarter {
 public:
  ChildStarter() = default;
  ChildStarter(const ChildStarter&) = delete;
  ChildStarter& operator=(const ChildStarter&) = delete;
  virtual ~ChildStarter() = default;
  // One that throws has failed with that reason.
  virtual Expected<Pid, StartError> start(const StartOptions& options) const = 0;
};

class ChildSpec {
 public:
  static constexpr bool sendable = true;

  ChildSpec(std::string id, ChildType type, std::shared_ptr<const ChildStarter> starter);

  [[nodiscard]] ChildSpec with_id(std::string id) const;
  [[nodiscard]] ChildSpec named(ProcessName name) const;
  template <class S>
  [[nodiscard]] ChildSpec named(const ServerName<S>& name) const {
    return named(name.name());
  }
  [[nodiscard]] ChildSpec restart(Restart restart) const;
  // How long it may take to end after `shutdown`; then it is killed. Default: 5 s, supervisors: for ever.
  [[nodiscard]] ChildSpec shutdown(Duration timeout) const;
  // Killed without being asked.
  [[nodiscard]] ChildSpec brutal_kill() const;
  // The supervisor may end when this child has ended by itself, see AutoShutdown (SUP-8).
  [[nodiscard]] ChildSpec significant(bool on = true) const;
  // Everything else that a start can be told; the name stays as it is if these have none.
  [[nodiscard]] ChildSpec with(StartOptions options) const;

  const std::string& id() const noexcept { return id_; }
  ChildType type() const noexcept { return type_; }
  Restart restart() const noexcept { return restart_; }
  Duration shutdown() const noexcept { return shutdown_; }
  bool is_brutal() const noexcept { return shutdown_ == Duration::zero(); }
  bool is_significant() const noexcept { return significant_; }
  const ProcessName& name() const noexcept { return options_.name; }
  Expected<Pid, StartError> start() const;

 private:
  std::string id_;
  ChildType type_;
  Restart restart_ = Restart::permanent;
  bool significant_ = false;
  Duration shutdown_;
  StartOptions options_;
  std::shared_ptr<const ChildStarter> starter_;
};

}  // namespace supervisor

namespace detail {

template <class S>
constexpr bool check_behaviour() {
  if constexpr (requires { BehaviourMaker<S>::check(); }) {
    return BehaviourMaker<S>::check();
  } else {
    return true;
  }
}

// Linked to the caller.
Expected<Pid, StartError> start_child_behaviour(std::unique_ptr<Behaviour> behaviour,
                                                const StartOptions& options);
// A plain process says when it has its name; one without counts as started at once.
Expected<Pid, StartError> start_child_process(Body* body, const StartOptions& options, OpenQuestion& named);
void claim_name_first(const ProcessName& name, ReplyTo named, Pid parent);

template <class... Args>
constexpr bool require_repeatable() {
  (require_sendable<Args>(), ...);
  constexpr bool copyable = (std::is_copy_constructible_v<Args> && ...);
  static_assert(copyable, "throng: arguments kept for restarts must be copyable");
  return copyable;
}

template <class S, class... Args>
class ServerStarter final : public supervisor::ChildStarter {
 public:
  template <class... As>
  explicit ServerStarter(std::in_place_t, As&&... args) : arguments_(std::forward<As>(args)...) {}
  Expected<Pid, StartError> start(const StartOptions& options) const override {
    return std::apply(
        [&](const Args&... args) {
          return start_child_behaviour(BehaviourMaker<S>::make(options, self(), Args(args)...), options);
        },
        arguments_);
  }

 private:
  std::tuple<Args...> arguments_;
};

template <class F, class... Args>
class ProcessStarter final : public supervisor::ChildStarter {
 public:
  template <class... As>
  explicit ProcessStarter(F function, As&&... args)
      : function_(std::move(function)), arguments_(std::forward<As>(args)...) {}
  Expected<Pid, StartError> start(const StartOptions& options) const override {
    OpenQuestion named;
    Body* body = make_body(trusted([name = options.name, ready = named.reply_to(), parent = self(),
                                    f = function_, args = arguments_]() mutable -> decltype(auto) {
      claim_name_first(name, std::move(ready), parent);
      return std::apply(f, std::move(args));
    }));
    return start_child_process(body, options, named);
  }

 private:
  F function_;
  std::tuple<Args...> arguments_;
};

}  // namespace detail

namespace supervisor {

template <class S, class... Args>
ChildSpec child(std::string id, Args&&... args) {
  using detail::Kept;
  constexpr bool fits = detail::BehaviourMaker<S>::template takes<Kept<Args>...>;
  static_assert(fits, "throng: child<S>(id, args...) does not match any constructor of S");
  constexpr bool repeatable = detail::require_repeatable<Kept<Args>...>();
  constexpr bool is_whole = detail::check_behaviour<S>();
  if constexpr (is_whole && fits && repeatable) {
    using Starter = detail::ServerStarter<S, Kept<Args>...>;
    return {std::move(id), ChildType::worker,
            std::make_shared<const Starter>(std::in_place, std::forward<Args>(args)...)};
  } else {
    return {std::move(id), ChildType::worker, nullptr};
  }
}

// A function as spawn() takes it. It counts as started at once, or when it has its name.
template <class F, class... Args>
ChildSpec process(std::string id, F&& f, Args&&... args) {
  using detail::Kept;
  detail::require_body<std::decay_t<F>, Kept<Args>...>();
  if constexpr (detail::require_repeatable<Kept<Args>...>()) {
    using Starter = detail::ProcessStarter<std::decay_t<F>, Kept<Args>...>;
    return {std::move(id), ChildType::worker,
            std::make_shared<const Starter>(std::forward<F>(f), std::forward<Args>(args)...)};
  } else {
    return {std::move(id), ChildType::worker, nullptr};
  }
}

}  // namespace supervisor
}  // namespace throng
