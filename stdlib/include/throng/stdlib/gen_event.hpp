// Event managers: one process, many handlers, each of which takes the events it lists (GEV-1).
//
//   class Lines {
//    public:
//     using Protocol = Messages<LineRead, CountLines>;   // one with a Reply is a call, one without an event
//     void handle_event(const LineRead& line) { ++count_; }
//     int handle_call(CountLines) { return count_; }
//     ...
//   };
//   auto manager = gen_event::start_link();
//   manager.add_handler<Lines>();
//   manager.notify(LineRead{"..."});
//
// The constructor of a handler is its init and runs in the manager; handle_info takes what its Info lists;
// terminate(const gen_event::Removed&) is told why it goes. An event that a handler does not list passes it
// by. A handler that throws is removed and logged; the manager and the other handlers go on.
//
// Thread: in a process; a Ref and a Name are small values that can be sent.
#pragma once

#include <throng/stdlib/event_manager.hpp>

namespace throng {

namespace gen_event {

using throng::StartOptions;

// For callbacks of a handler: it is removed when the callback has returned and its answer is sent.
void remove_handler();

}  // namespace gen_event

namespace detail {

// What can be done with a manager, however it is addressed. `Address` is for pid_of().
template <class Address>
class ManagerCalls {
 public:
  // To all handlers that list the event, newest first; without waiting.
  template <class E>
  void notify(E&& event) const {
    cast_message(pid_of(address()), message_of(EventEnvelope{message_of(std::forward<E>(event))}));
  }
  // The same, and returns when all have handled it. Errors: CallFailed.
  template <class E>
  void sync_notify(E&& event, Duration timeout = default_call_timeout) const {
    ask_manager(pid_of(address()), make_event_action(message_of(std::forward<E>(event))), timeout);
  }

  // Constructs H(args…) in the manager, before all others. Two of a class need different ids. Errors:
  // CallFailed, with what the constructor threw, or because there is one already.
  template <class H, class... Args>
  requires((!std::is_same_v<std::remove_cvref_t<Args>, gen_event::Id> &&
            ...)) void add_handler(Args&&... args) const {
    add<H>({}, Pid(), std::forward<Args>(args)...);
  }
  template <class H, class... Args>
  void add_handler(gen_event::Id id, Args&&... args) const {
    add<H>(std::move(id), Pid(), std::forward<Args>(args)...);
  }
  // The same, bound to the caller: linked to the manager, it gets an EventHandlerExit when the handler goes;
  // and when the caller ends, so does the handler.
  template <class H, class... Args>
  requires((!std::is_same_v<std::remove_cvref_t<Args>, gen_event::Id> &&
            ...)) void add_sup_handler(Args&&... args) const {
    add<H>({}, self(), std::forward<Args>(args)...);
  }
  template <class H, class... Args>
  void add_sup_handler(gen_event::Id id, Args&&... args) const {
    add<H>(std::move(id), self(), std::forward<Args>(args)...);
  }

  // False: there is none.
  template <class H>
  bool delete_handler(gen_event::Id id = {}) const {
    return ask_for<bool>(std::make_unique<DeleteHandler>(handler_key<H>(std::move(id))));
  }

  // Old goes, and New(args…, std::optional<State>) comes in its place, where State is what Old's hand_over()
  // returns; nothing if there was no Old. A New without that last parameter gets args… alone. Bound to
  // whoever Old was bound to. Errors: CallFailed, with what the constructor threw; Old is gone then.
  template <class Old, class New, class... Args>
  requires((!std::is_same_v<std::remove_cvref_t<Args>, gen_event::Id> &&
            ...)) void swap_handler(Args&&... args) const {
    swap<Old, New>({}, {}, std::forward<Args>(args)...);
  }
  template <class Old, class New, class... Args>
  void swap_handler(gen_event::Id old_id, gen_event::Id new_id, Args&&... args) const {
    swap<Old, New>(std::move(old_id), std::move(new_id), std::forward<Args>(args)...);
  }

  // A call to one handler. Errors: CallFailed; a handler that throws is removed, and the caller told why.
  template <class H, class M>
  auto call(M&& message, Duration timeout = default_call_timeout) const {
    return call<H>(gen_event::Id(), std::forward<M>(message), timeout);
  }
  template <class H, class M>
  auto call(gen_event::Id id, M&& message, Duration timeout = default_call_timeout) const {
    if constexpr (is_handler_call<H, std::decay_t<M>>()) {
      return or_call_failed(try_call<H>(std::move(id), std::forward<M>(message), timeout));
    }
  }
  template <class H, class M>
  auto try_call(gen_event::Id id, M&& message, Duration timeout = default_call_timeout) const {
    using Call = std::decay_t<M>;
    if constexpr (is_handler_call<H, Call>()) {
      return outcome_of<typename Call::Reply>(try_ask_manager(
          pid_of(address()),
          std::make_unique<CallHandler<H, Call>>(handler_key<H>(std::move(id)), std::forward<M>(message)),
          timeout, message_type_of<AnswerTo<typename Call::Reply>>));
    }
  }

  // Newest first.
  std::vector<gen_event::HandlerKey> which_handlers() const {
    return ask_for<std::vector<gen_event::HandlerKey>>(std::make_unique<ListHandlers>());
  }
  // All handlers are told to terminate. Errors: CallFailed, as gen_server::stop().
  void stop(ExitReason reason = ExitReason::normal, Duration timeout = forever) const {
    stop_and_wait(pid_of(address()), std::move(reason), timeout);
  }

 private:
  const Address& address() const noexcept { return static_cast<const Address&>(*this); }

  template <class H, class... Args>
  void add(gen_event::Id id, Pid adder, Args&&... args) const {
    (require_sendable<Kept<Args>>(), ...);
    static_assert(std::is_constructible_v<H, Kept<Args>...>,
                  "throng: these arguments do not match any constructor of the handler");
    if constexpr (is_handler<H>() && std::is_constructible_v<H, Kept<Args>...>) {
      ask_manager(pid_of(address()),
                  std::make_unique<AddHandler<H, Kept<Args>...>>(handler_key<H>(std::move(id)), adder,
                                                                 std::forward<Args>(args)...),
                  forever);
    }
  }
  template <class Old, class New, class... Args>
  void swap(gen_event::Id old_id, gen_event::Id new_id, Args&&... args) const {
    (require_sendable<Kept<Args>>(), ...);
    constexpr bool fits = takes_over<Old, New, Kept<Args>...> || std::is_constructible_v<New, Kept<Args>...>;
    static_assert(
        fits,
        "throng: swap_handler() needs a New(args..., std::optional<what Old::hand_over() returns>), "
        "or a New(args...)");
    if constexpr (is_handler<Old>() && is_handler<New>() && fits) {
      ask_manager(pid_of(address()),
                  std::make_unique<SwapHandler<Old, New, Kept<Args>...>>(handler_key<Old>(std::move(old_id)),
                                                                         handler_key<New>(std::move(new_id)),
                                                                         std::forward<Args>(args)...),
                  forever);
    }
  }
  template <class R>
  R ask_for(std::unique_ptr<ManagerAction> action) const {
    return or_call_failed(outcome_of<R>(try_ask_manager(pid_of(address()), std::move(action),
                                                        default_call_timeout, message_type_of<AnswerTo<R>>)));
  }
};

}  // namespace detail

namespace gen_event {

class Ref : public detail::ManagerCalls<Ref> {
 public:
  static constexpr bool sendable = true;
  Ref() = default;
  explicit Ref(Pid pid) noexcept : pid_(pid) {}

  Pid pid() const noexcept { return pid_; }
  explicit operator bool() const noexcept { return static_cast<bool>(pid_); }
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.pid_ == b.pid_; }

 private:
  Pid pid_;
};

// The manager that has this name; survives restarts.
class Name : public detail::TypedName, public detail::ManagerCalls<Name> {
 public:
  using TypedName::TypedName;
};

// Errors: StartFailed.
Ref start_link(StartOptions options = {});
Ref start(StartOptions options = {});
Expected<Ref, StartError> try_start_link(StartOptions options);

}  // namespace gen_event

namespace detail {
// For a supervisor that starts one itself.
std::unique_ptr<Behaviour> make_event_manager(StartOptions options, Pid parent);
}  // namespace detail

}  // namespace throng
