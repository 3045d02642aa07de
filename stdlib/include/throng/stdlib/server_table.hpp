// The table of a server class: one row per message it takes, checked while compiling. Every mistake is one
// sentence.
#pragma once

#include <array>
#include <span>
#include <string>
#include <throng/stdlib/protocol.hpp>
#include <throng/vm/exit_reason.hpp>

namespace throng::detail {

// One message that a server takes, erased.
struct Route {
  const MessageType* type;
  void (*handle)(void* server, void* payload);
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

// Bools, not concepts, in the assertions: a compiler explains a concept at length.
template <class S, class M>
consteval bool has_handler() {
  if constexpr (IsCall<M>) {
    return AnswersLater<S, M> || AnswersNow<S, M>;
  } else {
    return TakesCast<S, M>;
  }
}

template <class S, class M>
consteval bool require_handler() {
  constexpr bool has = has_handler<S, M>();
  static_assert(has, "throng: a message listed in this server's Protocol has no handler taking it");
  if constexpr (IsCall<M>) {
    static_assert(returns_reply<S, M>(),
                  "throng: the handler returns something that does not convert to the message's Reply");
    return has && returns_reply<S, M>();
  } else {
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

// Where a server class is first used, so that a mistake in it is said once and near the user's line.
template <class S>
consteval bool require_server() {
  constexpr bool lists = HasProtocol<S>;
  static_assert(lists, "throng: a server lists its messages: using Protocol = Messages<...>");
  if constexpr (lists) {
    return require_handlers<S>(typename S::Protocol{}, typename InfoOf<S>::type{});
  } else {
    return false;
  }
}

template <class S, class M>
void route_call(void* server, void* payload) {
  auto& question = *static_cast<Question<M>*>(payload);
  auto& self = *static_cast<S*>(server);
  if constexpr (AnswersLater<S, M>) {
    self.handle_call(static_cast<M&&>(question.message), From<M>(std::move(question.reply_to)));
  } else if constexpr (AnswersNow<S, M> && returns_reply<S, M>()) {
    using Reply = typename M::Reply;
    if constexpr (std::is_void_v<Reply>) {
      self.handle_call(static_cast<M&&>(question.message));
      question.reply_to.answer(Acknowledged{});
    } else {
      question.reply_to.answer(Reply(self.handle_call(static_cast<M&&>(question.message))));
    }
  } else {
    require_handler<S, M>();
  }
}

template <class S, class M>
void route_cast(void* server, void* payload) {
  if constexpr (require_handler<S, M>())
    static_cast<S*>(server)->handle_cast(static_cast<M&&>(*static_cast<M*>(payload)));
}

template <class S, class M>
void route_info(void* server, void* payload) {
  if constexpr (require_info_handler<S, M>())
    static_cast<S*>(server)->handle_info(static_cast<M&&>(*static_cast<M*>(payload)));
}

template <class S, class M>
consteval Route protocol_route() {
  if constexpr (IsCall<M>) {
    return {&message_type_of<Question<M>>, route_call<S, M>, true};
  } else {
    return {&message_type_of<M>, route_cast<S, M>};
  }
}

template <class S, class... Ps, class... Is>
consteval auto make_routes(Messages<Ps...>, Messages<Is...>) {
  return std::array<Route, sizeof...(Ps) + sizeof...(Is)>{protocol_route<S, Ps>()...,
                                                          Route{&message_type_of<Is>, route_info<S, Is>}...};
}

template <class S>
struct RoutesOf {
  static_assert(HasProtocol<S>, "throng: a server lists its messages: using Protocol = Messages<...>");
  static constexpr auto routes = make_routes<S>(typename S::Protocol{}, typename InfoOf<S>::type{});
};

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
  ServerType type{type_name<S>(), RoutesOf<S>::routes, nullptr, nullptr, nullptr};
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
