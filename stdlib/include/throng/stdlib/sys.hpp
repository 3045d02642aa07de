// Looking at behaviours from outside, holding them, watching what they do (SYS-1). Works for every behaviour:
// servers, state machines, agents, supervisors.
//
// The functions that look or replace run in the behaviour's own process, between two of its callbacks; they
// capture nothing, their arguments travel. Thread: in a process. Errors: CallFailed with noproc, timeout, or
// the reason the behaviour ended with.
#pragma once

#include <string>
#include <throng/stdlib/behaviour.hpp>
#include <throng/stdlib/server_ref.hpp>
#include <vector>

namespace throng {

namespace sys {

struct Statistics {
  Clock::time_point since{};
  std::uint64_t messages_in = 0;
  std::uint64_t reductions = 0;
};

}  // namespace sys

namespace detail {

Message ask_behaviour(Pid behaviour, std::unique_ptr<SysAction> action, Duration timeout,
                      const MessageType& wanted);

// What sys::get_state does there: the function, its arguments, then the answer.
template <class S, class R, class F, class... Args>
class Visit final : public SysAction {
 public:
  template <class... As>
  explicit Visit(F function, As&&... args)
      : function_(std::move(function)), arguments_(std::forward<As>(args)...) {}

  void act(Behaviour& behaviour, ReplyTo reply_to) override {
    if (behaviour.type_name() != type_name<S>()) {
      reply_to.fail(ExitReason::error("throng: sys: this is a " + std::string(behaviour.type_name()) +
                                      ", not a " + std::string(type_name<S>())));
      return;
    }
    auto& state = *static_cast<S*>(behaviour.state());
    auto call = [&](auto&&... args) -> decltype(auto) { return function_(state, std::move(args)...); };
    if constexpr (std::is_void_v<R>) {
      std::apply(call, std::move(arguments_));
      reply_to.answer(Acknowledged{});
    } else {
      reply_to.answer(R(std::apply(call, std::move(arguments_))));
    }
  }

 private:
  F function_;
  std::tuple<Args...> arguments_;
};

template <class S, class State, class F, class... Args>
auto visit_state(Pid behaviour, Duration timeout, F function, Args&&... args) {
  require_body<F, Kept<Args>...>();
  using R = std::invoke_result_t<F&, State&, Kept<Args>...>;
  using Answer = Answered<ReplyValue<R>>;
  Message answer = ask_behaviour(
      behaviour,
      std::make_unique<Visit<S, R, F, Kept<Args>...>>(std::move(function), std::forward<Args>(args)...),
      timeout, message_type_of<Answer>);
  if constexpr (!std::is_void_v<R>) return R(std::move(static_cast<Answer*>(answer.payload())->value));
}

}  // namespace detail

namespace sys {

// The behaviour takes no more messages until it is resumed; they wait in its queue, in order. It still hears
// sys, a stop, and the end of its parent.
void suspend(Pid behaviour, Duration timeout = default_call_timeout);
void resume(Pid behaviour, Duration timeout = default_call_timeout);
bool is_suspended(Pid behaviour, Duration timeout = default_call_timeout);

// What f(const S&, args…) makes of the state; a copy of S itself without an f.
template <class S, class F, class... Args>
auto get_state(const ServerRef<S>& server, F f, Args&&... args) {
  return detail::visit_state<S, const S>(server.pid(), default_call_timeout, std::move(f),
                                         std::forward<Args>(args)...);
}
template <class S>
S get_state(const ServerRef<S>& server) {
  require_sendable<S>();
  return get_state(server, [](const S& state) { return state; });
}
// f(S&, args…) changes it; what f returns is returned.
template <class S, class F, class... Args>
auto replace_state(const ServerRef<S>& server, F f, Args&&... args) {
  return detail::visit_state<S, S>(server.pid(), default_call_timeout, std::move(f),
                                   std::forward<Args>(args)...);
}
// What the behaviour is and shows of itself (format_status()), in a few lines of text.
std::string get_status(Pid behaviour, Duration timeout = default_call_timeout);

// Every message that it takes becomes a log event.
void trace(Pid behaviour, bool on, Duration timeout = default_call_timeout);
// The last n messages it took are kept; 0: none. They are part of its report if it fails.
void log(Pid behaviour, std::size_t n, Duration timeout = default_call_timeout);
std::vector<std::string> get_log(Pid behaviour, Duration timeout = default_call_timeout);
void statistics(Pid behaviour, bool on, Duration timeout = default_call_timeout);
std::optional<Statistics> get_statistics(Pid behaviour, Duration timeout = default_call_timeout);
// All of it off.
void no_debug(Pid behaviour, Duration timeout = default_call_timeout);

// Ends it in order, as gen_server::stop() does.
void terminate(Pid behaviour, ExitReason reason, Duration timeout = detail::forever);

// The same for who has a reference.
template <class S>
void suspend(const ServerRef<S>& server) {
  suspend(server.pid());
}
template <class S>
void resume(const ServerRef<S>& server) {
  resume(server.pid());
}
template <class S>
std::string get_status(const ServerRef<S>& server) {
  return get_status(server.pid());
}

}  // namespace sys
}  // namespace throng
