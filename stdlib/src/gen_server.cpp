// What all servers share: dispatch by table, and time-outs. The loop itself is the behaviours'.
#include <throng/stdlib/gen_server.hpp>

namespace throng {
namespace detail {

bool ServerLoop::take(ReceivedMessage& message) {
  auto* timeout = message.as<TimeoutOf>();
  if (timeout != nullptr && (!has_timeout_ || timeout->number != timeout_number_))
    return true;  // of an earlier wait
  if (has_timeout_) {
    has_timeout_ = false;
    cancel(timeout_);
  }
  if (timeout == nullptr) return dispatch(message.type(), message.payload());
  gen_server::Timeout over;
  return dispatch(message_type_of<gen_server::Timeout>, &over);
}

Pid ServerLoop::client_of(const ReceivedMessage& message) const {
  for (const Route& route : type_.routes) {
    // A Question begins with its ReplyTo, which knows the asker even when it has been moved from.
    if (route.is_call && same_type(*route.type, message.type()))
      return static_cast<const ReplyTo*>(message.payload())->asker();
  }
  return {};
}

bool ServerLoop::dispatch(const MessageType& type, void* payload) {
  for (const Route& route : type_.routes) {
    if (same_type(*route.type, type)) {
      // The parent's exit is the end also of a server that takes exits of others (GSV-7).
      if (same_type(type, message_type_of<Exit>) && parent() && static_cast<Exit*>(payload)->from == parent())
        return false;
      route.handle(state(), payload);
      return true;
    }
  }
  return false;
}

void ServerLoop::set_timeout(Duration timeout) {
  if (has_timeout_) cancel(timeout_);
  has_timeout_ = timeout != forever;
  if (has_timeout_) timeout_ = send_after(timeout, self(), TimeoutOf{++timeout_number_});
}

namespace {

ServerLoop& this_server(const char* call) {
  auto* loop = dynamic_cast<ServerLoop*>(&this_behaviour(call));
  if (loop == nullptr)
    throw std::logic_error(std::string("throng: ") + call + " is for the callbacks of a gen_server");
  return *loop;
}

}  // namespace
}  // namespace detail

namespace gen_server {

void stop(ExitReason reason) {
  detail::this_behaviour("gen_server::stop()");
  throw detail::StopBehaviour{std::move(reason)};
}

void stop_after_reply(ExitReason reason) {
  detail::this_behaviour("gen_server::stop_after_reply()").stop_later(std::move(reason));
}

void ignore() {
  detail::this_behaviour("gen_server::ignore()");
  throw detail::RefuseStart{std::nullopt};
}

void refuse(ExitReason reason) {
  detail::this_behaviour("gen_server::refuse()");
  throw detail::RefuseStart{std::move(reason)};
}

void set_timeout(Duration timeout) { detail::this_server("gen_server::set_timeout()").set_timeout(timeout); }

}  // namespace gen_server
}  // namespace throng
