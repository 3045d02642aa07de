// Sending: asynchronous, never blocking, and for a pid never failing, dead or alive (SIG-5). An rvalue is
// moved into the message, an lvalue copied; the receiver owns what it received (SIG-9). Thread: in a process.
#pragma once

#include <string_view>
#include <throng/mailbox/message.hpp>
#include <throng/vm/body.hpp>
#include <throng/vm/pid.hpp>

namespace throng {

namespace detail {

void send_message(Pid to, Message message);
void send_message(const Alias& to, Message message);
void send_message(std::string_view name, Message message);

template <class M>
Message message_of(M&& value) {
  using Stored = Kept<M>;
  require_sendable<Stored>();
  return make_message<Stored>(message_kind, static_cast<M&&>(value));
}
// Of a value that the caller has no further use for.
template <class M>
Message message_from(M& value) {
  require_sendable<M>();
  Message message = open_envelope(message_type_of<M>, message_kind);
  ::new (place_in(message, alignof(M))) M(static_cast<M&&>(value));
  message.get()->type = &message_type_of<M>;
  return message;
}

}  // namespace detail

template <class M>
void send(Pid to, M&& message) {
  detail::send_message(to, detail::message_of(std::forward<M>(message)));
}
// Dropped before the queue if the alias is no longer active (ALI-1).
template <class M>
void send(const Alias& to, M&& message) {
  detail::send_message(to, detail::message_of(std::forward<M>(message)));
}
// Errors: BadName if nobody has the name.
template <class M>
void send(std::string_view name, M&& message) {
  detail::send_message(name, detail::message_of(std::forward<M>(message)));
}

}  // namespace throng
