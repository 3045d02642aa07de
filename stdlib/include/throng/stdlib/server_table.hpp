// The table of a server class: one row per message it takes, checked while compiling. Every mistake is one
// sentence.
#pragma once

#include <span>
#include <string>
#include <throng/stdlib/protocol.hpp>
#include <throng/vm/exit_reason.hpp>

namespace throng::detail {

// One message that a server takes, erased.
struct Route {
  const MessageType* type = nullptr;
  void (*handle)(void* server, void* payload) = nullptr;
  bool is_call = false;  // the payload is a Question
};

struct ServerType {
  std::string_view name;
  std::span<const Route> routes;
  void (*terminate)(void* server, const ExitReason& reason);  // null, as the others may be: nothing to do
  void (*hibernate)(void* server);
  std::string (*status)(const void* server);
};

template <class S, class M>
concept AnswersLater = requires(S& server, M message, From<M> from) {
  server.handle_call(std::move(message), std::move(from));
};
template <class S, class M>
concept AnswersNow = requires(S& server, M message) {
  server.handle_call(std::move(message));
};
template <class S, class M>
concept TakesCast = requires(S& server, M message) {
  server.handle_cast(std::move(message));
};
template <class S, class M>
concept TakesInfo = requires(S& server, M message) {
  server.handle_info(std::move(message));
};

// What a handler returns fits the Reply; of those that answer later it is not asked.
template <class S, class M>
consteval bool returns_reply() {
  if constexpr (AnswersLater<S, M> || std::is_void_v<typename M::Reply> || !AnswersNow<S, M>) {
    return true;
  } else {
    return std::is_convertible_v<decltype(std::declval<S&>().handle_call(std::declval<M>())),
                                 typename M::Reply>;
  }
}

// -- Says what is wrong with a class. Bools, not concepts, in the assertions: a compiler explains a concept
// at length.
template <class S, class M>
consteval bool require_handler() {
  if constexpr (IsCall<M>) {
    constexpr bool has = AnswersLater<S, M> || AnswersNow<S, M>;
    static_assert(has, "throng: a message listed in this server's Protocol has no handler taking it");
    static_assert(returns_reply<S, M>(),
                  "throng: the handler returns something that does not convert to the message's Reply");
    return has && returns_reply<S, M>();
  } else {
    constexpr bool has = TakesCast<S, M>;
    static_assert(has, "throng: a message listed in this server's Protocol has no handler taking it");
    return has;
  }
}

template <class S, class M>
consteval bool require_info_handler() {
  constexpr bool has = TakesInfo<S, M>;
  static_assert(has, "throng: a message listed in this server's Info has no handle_info taking it");
  return has;
}

template <class S, class... Ps, class... Is>
consteval bool require_handlers(Messages<Ps...>, Messages<Is...>) {
  return (require_handler<S, Ps>() && ...) && (require_info_handler<S, Is>() && ...);
}

// -- One row per message: what finds the handler also chooses the function, since for every message of a
// program each of these is made anew.
template <class S, class M>
void route_call_later(void* server, void* payload) {
  auto& question = *static_cast<Question<M>*>(payload);
  static_cast<S*>(server)->handle_call(static_cast<M&&>(question.message),
                                       From<M>(static_cast<ReplyTo&&>(question.reply_to)));
}
template <class Reply>
void answer_with(ReplyTo& reply_to, Reply reply) {
  reply_to.answer(static_cast<Reply&&>(reply));
}
template <class S, class M>
void route_call(void* server, void* payload) {
  using Reply = typename M::Reply;
  auto& question = *static_cast<Question<M>*>(payload);
  if constexpr (__is_same(Reply, void)) {
    static_cast<S*>(server)->handle_call(static_cast<M&&>(question.message));
    question.reply_to.answer(Acknowledged{});
  } else {
    answer_with<Reply>(question.reply_to,
                       static_cast<S*>(server)->handle_call(static_cast<M&&>(question.message)));
  }
}
template <class S, class M>
void route_cast(void* server, void* payload) {
  static_cast<S*>(server)->handle_cast(static_cast<M&&>(*static_cast<M*>(payload)));
}
// For handlers of exactly that type, found by a comparison of types: of a class with many handlers each call
// by name costs the compiler as many attempts to convert the message. A constant, so still a direct call.
template <class S, class M>
void route_call_exact(void* server, void* payload) {
  using Reply = typename M::Reply;
  auto& question = *static_cast<Question<M>*>(payload);
  constexpr Reply (S::*handle)(M) = &S::handle_call;
  answer_with<Reply>(question.reply_to,
                     (static_cast<S*>(server)->*handle)(static_cast<M&&>(question.message)));
}
template <class S, class M>
void route_cast_exact(void* server, void* payload) {
  constexpr void (S::*handle)(M) = &S::handle_cast;
  (static_cast<S*>(server)->*handle)(static_cast<M&&>(*static_cast<M*>(payload)));
}
template <class S, class M>
void route_info(void* server, void* payload) {
  static_cast<S*>(server)->handle_info(static_cast<M&&>(*static_cast<M*>(payload)));
}

// Without a function where the class has no handler that fits.
template <class S, class M>
consteval Route route_of() {
  if constexpr (!requires { typename M::Reply; }) {
    if constexpr (requires { static_cast<void (S::*)(M)>(&S::handle_cast); })
      return {&message_type_of<M>, route_cast_exact<S, M>};
    else if constexpr (requires(S & server, M & message) { server.handle_cast(static_cast<M&&>(message)); })
      return {&message_type_of<M>, route_cast<S, M>};
  } else if constexpr (requires(S & server, M & message, From<M> & from) {
                         server.handle_call(static_cast<M&&>(message), static_cast<From<M>&&>(from));
                       }) {
    return {&message_type_of<Question<M>>, route_call_later<S, M>, true};
  } else if constexpr (!__is_same(typename M::Reply, void) &&
                       requires { static_cast<typename M::Reply (S::*)(M)>(&S::handle_call); }) {
    return {&message_type_of<Question<M>>, route_call_exact<S, M>, true};
  } else if constexpr (requires(S & server, M & message) { server.handle_call(static_cast<M&&>(message)); }) {
    if constexpr (returns_reply<S, M>()) return {&message_type_of<Question<M>>, route_call<S, M>, true};
  }
  return {nullptr, nullptr};
}
template <class S, class M>
consteval Route info_route_of() {
  if constexpr (TakesInfo<S, M>)
    return {&message_type_of<M>, route_info<S, M>};
  else
    return {nullptr, nullptr};
}

template <class S, class Protocol, class Info>
struct Routes;
template <class S, class... Ps, class... Is>
struct Routes<S, Messages<Ps...>, Messages<Is...>> {
  static constexpr std::size_t count = sizeof...(Ps) + sizeof...(Is);
  static constexpr Route rows[count + 1] = {route_of<S, Ps>()..., info_route_of<S, Is>()..., {}};
  static constexpr bool are_complete() {
    for (std::size_t i = 0; i < count; ++i) {
      if (rows[i].handle == nullptr) return false;
    }
    return true;
  }
};
template <class S>
using RoutesOf = Routes<S, typename ProtocolOf<S>::type, typename InfoOf<S>::type>;

// Where a server class is first used, so that a mistake in it is said once and near the user's line.
template <class S>
consteval bool require_server() {
  constexpr bool lists = HasProtocol<S>;
  static_assert(lists, "throng: a server lists its messages: using Protocol = Messages<...>");
  if constexpr (!lists)
    return false;
  else if constexpr (RoutesOf<S>::are_complete())
    return true;
  else
    return require_handlers<S>(typename S::Protocol{}, typename InfoOf<S>::type{});
}

template <class S>
void call_terminate(void* server, const ExitReason& reason) {
  static_cast<S*>(server)->terminate(reason);
}
template <class S>
void call_hibernate(void* server) {
  static_cast<S*>(server)->hibernate();
}
template <class S>
std::string call_format_status(const void* server) {
  return static_cast<const S*>(server)->format_status();
}

template <class S>
consteval ServerType describe_server() {
  using Table = RoutesOf<S>;
  ServerType type{type_name<S>(), {Table::rows, Table::count}, nullptr, nullptr, nullptr};
  if constexpr (requires(S & server, const ExitReason& reason) { server.terminate(reason); })
    type.terminate = call_terminate<S>;
  if constexpr (requires(S & server) { server.hibernate(); }) type.hibernate = call_hibernate<S>;
  if constexpr (requires(const S& server) { std::string(server.format_status()); })
    type.status = call_format_status<S>;
  return type;
}
template <class S>
inline constexpr ServerType server_type_of = describe_server<S>();

}  // namespace throng::detail
