// The table of a handler class: one row per message it takes, checked while compiling; and why handlers go.
// The part of gen_event that its users' classes meet.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <throng/stdlib/protocol.hpp>

namespace throng {

namespace gen_event {

// Tells handlers of one class apart.
struct Id {
  std::string text{};
  friend bool operator==(const Id&, const Id&) = default;
};

// Names a handler of a manager: its class and its id.
class HandlerKey {
 public:
  static constexpr bool sendable = true;
  HandlerKey() = default;
  HandlerKey(const detail::MessageType& handler_class, Id id) : class_(&handler_class), id_(std::move(id)) {}

  template <class H>
  bool is() const noexcept {
    return class_ != nullptr && detail::same_type(*class_, detail::message_type_of<H>);
  }
  std::string_view class_name() const noexcept { return class_ != nullptr ? class_->name : ""; }
  const std::string& id() const noexcept { return id_.text; }
  std::string text() const {
    return std::string(class_name()) + (id_.text.empty() ? "" : "{\"" + id_.text + "\"}");
  }
  friend bool operator==(const HandlerKey& a, const HandlerKey& b) noexcept {
    return a.id_ == b.id_ && (a.class_ == b.class_ || (a.class_ != nullptr && b.class_ != nullptr &&
                                                       detail::same_type(*a.class_, *b.class_)));
  }

 private:
  const detail::MessageType* class_ = nullptr;
  Id id_;
};

// Why a handler goes: what terminate() is told.
struct Removed {
  enum class Why : std::uint8_t { asked_itself, deleted, swapped, adder_ended, failed, manager_ended };
  Why why = Why::asked_itself;
  ExitReason reason{};  // of the adder's, the manager's or its own end
};

// What the process that added a handler with add_sup_handler() gets when the handler goes.
struct EventHandlerExit {
  Pid manager;
  HandlerKey handler;
  Removed::Why why = Removed::Why::asked_itself;
  ExitReason reason;  // normal: deleted, or it asked itself; shutdown: the manager ended; else what it threw
};

}  // namespace gen_event

namespace detail {

// One message that a handler takes, erased. An event or an info is shared by all handlers, hence const.
struct HandlerRoute {
  const MessageType* type;
  void (*handle)(void* handler, const void* payload);
};

struct HandlerType {
  const MessageType* handler_class;
  std::span<const HandlerRoute> events;
  std::span<const HandlerRoute> infos;
  void (*terminate)(void* handler, const gen_event::Removed& why);  // null: nothing to do
};

template <class H, class E>
void route_event(void* handler, const void* payload) {
  constexpr bool takes = requires(H & object, const E& event) { object.handle_event(event); };
  static_assert(takes, "throng: an event listed in this handler's Protocol has no handle_event taking it");
  if constexpr (takes) static_cast<H*>(handler)->handle_event(*static_cast<const E*>(payload));
}

template <class H, class M>
void route_shared_info(void* handler, const void* payload) {
  constexpr bool takes = requires(H & object, const M& message) { object.handle_info(message); };
  static_assert(takes, "throng: a message listed in this handler's Info has no handle_info taking it");
  if constexpr (takes) static_cast<H*>(handler)->handle_info(*static_cast<const M*>(payload));
}

template <class... Ms>
constexpr std::size_t count_events() {
  return ((IsCall<Ms> ? 0U : 1U) + ... + 0U);
}

template <class H, class... Ms>
constexpr auto make_event_routes(Messages<Ms...>) {
  std::array<HandlerRoute, count_events<Ms...>()> routes{};
  std::size_t next = 0;
  auto add = [&]<class M>(std::type_identity<M>) {
    if constexpr (!IsCall<M>) routes[next++] = {&message_type_of<M>, &route_event<H, M>};
  };
  (add(std::type_identity<Ms>{}), ...);
  static_cast<void>(add);
  static_cast<void>(next);
  return routes;
}

template <class H, class... Is>
constexpr auto make_info_routes(Messages<Is...>) {
  return std::array<HandlerRoute, sizeof...(Is)>{
      HandlerRoute{&message_type_of<Is>, &route_shared_info<H, Is>}...};
}

// Asked where a handler is given to a manager.
template <class H>
constexpr bool is_handler() {
  static_assert(HasProtocol<H>,
                "throng: a handler lists its events and calls: using Protocol = Messages<...>");
  return HasProtocol<H>;
}

template <class H>
struct HandlerRoutesOf {
  static constexpr auto events = make_event_routes<H>(typename H::Protocol{});
  static constexpr auto infos = make_info_routes<H>(typename InfoOf<H>::type{});
};

template <class H>
void terminate_handler(void* handler, const gen_event::Removed& why) {
  static_cast<H*>(handler)->terminate(why);
}

template <class H>
constexpr HandlerType describe_handler() {
  HandlerType type{&message_type_of<H>, HandlerRoutesOf<H>::events, HandlerRoutesOf<H>::infos, nullptr};
  if constexpr (requires(H & handler, const gen_event::Removed& why) { handler.terminate(why); })
    type.terminate = &terminate_handler<H>;
  return type;
}
template <class H>
inline constexpr HandlerType handler_type_of = describe_handler<H>();

template <class H>
gen_event::HandlerKey handler_key(gen_event::Id id) {
  return {message_type_of<H>, std::move(id)};
}

}  // namespace detail
}  // namespace throng
