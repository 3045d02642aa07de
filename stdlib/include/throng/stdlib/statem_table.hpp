// The table of a state machine: for each event and each state the handler, found while compiling. A hole is
// null, and a compile error where the machine calls itself Strict.
#pragma once

#include <array>
#include <span>
#include <string>
#include <throng/stdlib/protocol.hpp>
#include <throng/stdlib/statem_next.hpp>
#include <variant>

namespace throng {

namespace gen_statem {

// `using States = gen_statem::States<A, B, C>`: the first is where the machine starts.
template <class... Ss>
struct States {};

}  // namespace gen_statem

namespace detail {

template <class T>
inline constexpr bool is_states = false;
template <class... Ss>
inline constexpr bool is_states<gen_statem::States<Ss...>> = true;

template <class S>
concept StateMachine = requires {
  typename S::States;
}
&&is_states<typename S::States>;

template <class S>
concept HasInternal = requires {
  typename S::Internal;
};
template <class S>
concept HasTimeouts = requires {
  typename S::Timeouts;
};
template <class S>
concept IsStrict = requires {
  typename S::Strict;
};

enum class EventKind : std::uint8_t { call, cast, info, internal, timeout };

using StatemHandler = gen_statem::Next (*)(void* machine, void* state, void* event);

struct StatemRow {
  const MessageType* type;  // as it travels
  EventKind kind;
  std::string_view name;                       // of the event, for people
  const StatemHandler* handlers;               // one per state; null: a hole
  bool keeps_event;                            // handlers leave it as it is, so it can be postponed
  void (*answer)(void* event, Message reply);  // of calls
};

struct StatemType {
  std::string_view name;
  std::span<const std::string_view> states;
  std::span<const StatemRow> rows;
  const StatemHandler* enter;  // one per state; null: it has none
  void (*terminate)(void* machine, const ExitReason& reason);
  void (*hibernate)(void* machine);
};

// How a handler takes an event: in place, so that the event stays; or moved.
template <class S, class St, class M>
concept OnKept = requires(S& machine, St& state, const M& event) {
  machine.on(state, event);
};
template <class S, class St, class M>
concept OnMoved = requires(S& machine, St& state, M event) {
  machine.on(state, std::move(event));
};
template <class S, class St, class M>
concept OnLater = requires(S& machine, St& state, M event, From<M> from) {
  machine.on(state, std::move(event), std::move(from));
};
template <class S, class St, class M>
concept OnAny = OnKept<S, St, M> || OnMoved<S, St, M>;

template <class Result>
gen_statem::Next as_next(Result&& result) {
  static_assert(std::is_same_v<std::remove_cvref_t<Result>, gen_statem::Next>,
                "throng: a handler of a state machine returns gen_statem::Next");
  return std::forward<Result>(result);
}

// -- messages that travel bare: casts, infos, internal events, time-outs

template <class S, class St, class M>
gen_statem::Next handle_bare(void* machine, void* state, void* event) {
  auto& self = *static_cast<S*>(machine);
  auto& message = *static_cast<M*>(event);
  if constexpr (OnKept<S, St, M>) {
    return as_next(self.on(*static_cast<St*>(state), std::as_const(message)));
  } else {
    return as_next(self.on(*static_cast<St*>(state), std::move(message)));
  }
}

template <class S, class St, class M>
constexpr StatemHandler bare_handler() {
  if constexpr (OnAny<S, St, M>) {
    return handle_bare<S, St, M>;
  } else {
    return nullptr;
  }
}

// -- calls

template <class S, class St, class M>
gen_statem::Next handle_question(void* machine, void* state, void* event) {
  auto& self = *static_cast<S*>(machine);
  auto& question = *static_cast<Question<M>*>(event);
  if constexpr (OnLater<S, St, M>) {
    return as_next(self.on(*static_cast<St*>(state), std::move(question.message),
                           From<M>(std::move(question.reply_to))));
  } else if constexpr (OnKept<S, St, M>) {
    return as_next(self.on(*static_cast<St*>(state), std::as_const(question.message)));
  } else {
    return as_next(self.on(*static_cast<St*>(state), std::move(question.message)));
  }
}

template <class S, class St, class M>
constexpr StatemHandler call_handler() {
  if constexpr (OnLater<S, St, M> || OnAny<S, St, M>) {
    return handle_question<S, St, M>;
  } else {
    return nullptr;
  }
}

// The number in an erased value of an arithmetic type, if it is one.
std::optional<long double> number_in(const Message& value) noexcept;
[[noreturn]] void wrong_reply(const Message& value, std::string_view wanted);

template <class M>
void answer_question(void* event, Message reply) {
  using Reply = ReplyValue<typename M::Reply>;
  auto& question = *static_cast<Question<M>*>(event);
  if (same_type(*reply.get()->type, message_type_of<Reply>)) {
    question.reply_to.answer(std::move(*static_cast<Reply*>(reply.payload())));
    return;
  }
  if constexpr (std::is_arithmetic_v<Reply>) {
    if (std::optional<long double> number = number_in(reply)) {
      question.reply_to.answer(static_cast<Reply>(*number));
      return;
    }
  }
  wrong_reply(reply, type_name<Reply>());
}

// -- rows

template <class S, class M, class... Ss>
inline constexpr std::array<StatemHandler, sizeof...(Ss)> bare_handlers{bare_handler<S, Ss, M>()...};
template <class S, class M, class... Ss>
inline constexpr std::array<StatemHandler, sizeof...(Ss)> call_handlers{call_handler<S, Ss, M>()...};
template <class S, class... Ss>
inline constexpr std::array<StatemHandler, sizeof...(Ss)> enter_handlers{
    bare_handler<S, Ss, gen_statem::Enter>()...};

template <std::size_t N>
constexpr bool any_of(const std::array<StatemHandler, N>& handlers) {
  for (StatemHandler handler : handlers) {
    if (handler != nullptr) return true;
  }
  return false;
}
template <std::size_t N>
constexpr bool all_of(const std::array<StatemHandler, N>& handlers) {
  for (StatemHandler handler : handlers) {
    if (handler == nullptr) return false;
  }
  return true;
}

template <class S, class M, class... Ss>
constexpr StatemRow protocol_row(gen_statem::States<Ss...>) {
  if constexpr (IsCall<M>) {
    constexpr const auto& handlers = call_handlers<S, M, Ss...>;
    static_assert(any_of(handlers),
                  "throng: a message listed in this machine's Protocol has no handler in any state");
    static_assert(!IsStrict<S> || !any_of(handlers) || all_of(handlers),
                  "throng: a state of this Strict machine has no handler for a message of its Protocol");
    constexpr bool keeps = ((OnKept<S, Ss, M> || !OnMoved<S, Ss, M>)&&...) && !(OnLater<S, Ss, M> || ...);
    return {&message_type_of<Question<M>>,
            EventKind::call,
            type_name<M>(),
            handlers.data(),
            keeps,
            answer_question<M>};
  } else {
    constexpr const auto& handlers = bare_handlers<S, M, Ss...>;
    static_assert(any_of(handlers),
                  "throng: a message listed in this machine's Protocol has no handler in any state");
    static_assert(!IsStrict<S> || !any_of(handlers) || all_of(handlers),
                  "throng: a state of this Strict machine has no handler for a message of its Protocol");
    constexpr bool keeps = ((OnKept<S, Ss, M> || !OnMoved<S, Ss, M>)&&...);
    return {&message_type_of<M>, EventKind::cast, type_name<M>(), handlers.data(), keeps, nullptr};
  }
}

template <class S, class M, class... Ss>
constexpr StatemRow bare_row(EventKind kind, gen_statem::States<Ss...>) {
  constexpr const auto& handlers = bare_handlers<S, M, Ss...>;
  constexpr bool keeps = ((OnKept<S, Ss, M> || !OnMoved<S, Ss, M>)&&...);
  return {&message_type_of<M>, kind, type_name<M>(), handlers.data(), keeps, nullptr};
}

template <class S>
struct InternalOf {
  using type = Messages<>;
};
template <HasInternal S>
struct InternalOf<S> {
  using type = typename S::Internal;
};
template <class S>
struct TimeoutsOf {
  using type = Messages<>;
};
template <HasTimeouts S>
struct TimeoutsOf<S> {
  using type = typename S::Timeouts;
};

template <class S, class... Ps, class... Is, class... Ns, class... Ts>
constexpr auto statem_rows(Messages<Ps...>, Messages<Is...>, Messages<Ns...>, Messages<Ts...>) {
  using States = typename S::States;
  return std::array<StatemRow, sizeof...(Ps) + sizeof...(Is) + sizeof...(Ns) + sizeof...(Ts) + 2>{
      protocol_row<S, Ps>(States{})...,
      bare_row<S, Is>(EventKind::info, States{})...,
      bare_row<S, Ns>(EventKind::internal, States{})...,
      bare_row<S, gen_statem::Timeout<Ts>>(EventKind::timeout, States{})...,
      bare_row<S, gen_statem::StateTimeout>(EventKind::timeout, States{}),
      bare_row<S, gen_statem::EventTimeout>(EventKind::timeout, States{})};
}

template <class S, class States>
struct StatemTables;
template <class S, class... Ss>
struct StatemTables<S, gen_statem::States<Ss...>> {
  static_assert(HasProtocol<S>, "throng: a state machine lists its messages: using Protocol = Messages<...>");
  static constexpr std::array<std::string_view, sizeof...(Ss)> names{type_name<Ss>()...};
  static constexpr auto rows = statem_rows<S>(typename S::Protocol{}, typename InfoOf<S>::type{},
                                              typename InternalOf<S>::type{}, typename TimeoutsOf<S>::type{});
  static constexpr StatemType describe() {
    StatemType type{type_name<S>(), names, rows, enter_handlers<S, Ss...>.data(), nullptr, nullptr};
    if constexpr (requires(S & machine, const ExitReason& reason) { machine.terminate(reason); }) {
      type.terminate = [](void* machine, const ExitReason& reason) {
        static_cast<S*>(machine)->terminate(reason);
      };
    }
    if constexpr (requires(S & machine) { machine.hibernate(); })
      type.hibernate = [](void* machine) { static_cast<S*>(machine)->hibernate(); };
    return type;
  }
};
template <class S>
inline constexpr StatemType statem_type_of = StatemTables<S, typename S::States>::describe();

}  // namespace detail
}  // namespace throng
