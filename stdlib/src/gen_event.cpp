// The manager's process: events to all handlers, actions to one, and what becomes of a handler that fails or
// whose adder ends.
#include <throng/stdlib/gen_event.hpp>

#include <algorithm>
#include <throng/stdlib/logger.hpp>
#include <throng/vm/process.hpp>

namespace throng {
namespace detail {
namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

using gen_event::Removed;

void report_failure(const gen_event::HandlerKey& key, const char* what, const ExitReason& reason) {
  logger::report(logger::Level::error,
                 "event handler " + key.text() + " of " + self().text() + " " + what + ": " + reason.text(),
                 {{"report", "event_handler"}, {"handler", key.text()}, {"reason", reason.text()}});
}

class SyncEvent final : public ManagerAction {
 public:
  explicit SyncEvent(Message event) noexcept : event_(std::move(event)) {}
  void act(EventManager& manager, ReplyTo& reply_to) override {
    manager.handle_event(event_);
    reply_to.answer(Acknowledged{});
  }

 private:
  Message event_;
};

[[noreturn]] void refuse(const std::string& text) { throw ExitsWith(ExitReason::error("throng: " + text)); }

}  // namespace

std::string EventManager::status_text() {
  std::string text;
  for (const gen_event::HandlerKey& key : keys()) text += (text.empty() ? "" : ", ") + key.text();
  return text;
}

std::vector<gen_event::HandlerKey> EventManager::keys() const {
  std::vector<gen_event::HandlerKey> all;
  for (auto place = handlers_.rbegin(); place != handlers_.rend(); ++place) all.push_back(place->key);
  return all;
}

std::size_t EventManager::find(const gen_event::HandlerKey& key) const noexcept {
  for (std::size_t i = 0; i < handlers_.size(); ++i)
    if (handlers_[i].key == key) return i;
  return nowhere;
}

bool EventManager::take(ReceivedMessage& message) {
  const MessageType& type = message.type();
  void* payload = message.payload();
  if (same_type(type, message_type_of<EventEnvelope>)) {
    handle_event(static_cast<EventEnvelope*>(payload)->event);
    return true;
  }
  if (same_type(type, message_type_of<Question<ManagerRequest>>)) {
    auto& question = *static_cast<Question<ManagerRequest>*>(payload);
    try {
      question.message.action->act(*this, question.reply_to);
    } catch (...) {
      std::optional<ExitReason> reason = reason_in_flight();
      if (!reason) throw;
      question.reply_to.fail(*reason);
    }
    return true;
  }
  if (same_type(type, message_type_of<Exit>)) {
    const Exit& end = *static_cast<Exit*>(payload);
    if (end.from == parent() && parent()) return false;  // the end of the manager as well
    auto is_adder = [&](const Place& place) { return place.adder == end.from; };
    if (std::any_of(handlers_.begin(), handlers_.end(), is_adder)) {
      adder_ended(end);
      return true;
    }
  }
  return dispatch(&HandlerType::infos, type, payload);
}

// From the newest to the oldest: what goes meanwhile is behind those that are still to come.
bool EventManager::dispatch(Routes routes, const MessageType& type, const void* payload) {
  bool taken = false;
  for (std::size_t i = handlers_.size(); i-- > 0;) {
    for (const HandlerRoute& route : handlers_[i].handler->type().*routes) {
      if (!same_type(*route.type, type)) continue;
      taken = true;
      guarded(i, [&route, payload](void* handler) { route.handle(handler, payload); });
      break;
    }
  }
  return taken;
}

void EventManager::handle_event(const Message& event) {
  dispatch(&HandlerType::events, *event.get()->type, event.payload());
}

template <class Callback>
std::optional<ExitReason> EventManager::guarded(std::size_t place, Callback callback) {
  remove_current_ = false;
  std::optional<ExitReason> failure;
  try {
    callback(handlers_[place].handler->object());
  } catch (...) {
    failure = reason_in_flight();
    if (!failure) throw;
  }
  if (failure) {
    report_failure(handlers_[place].key, "failed and is removed", *failure);
    take_out(place, {Removed::Why::failed, *failure});
  } else if (remove_current_) {
    take_out(place, {Removed::Why::asked_itself, ExitReason::normal});
  }
  return failure;
}

std::optional<ExitReason> EventManager::call(const gen_event::HandlerKey& key,
                                             void (*act)(void* handler, void* call), void* call) {
  std::size_t place = find(key);
  if (place == nowhere)
    return ExitReason::error("throng: the event manager " + self().text() + " has no handler " + key.text());
  return guarded(place, [act, call](void* handler) { act(handler, call); });
}

void EventManager::add(const gen_event::HandlerKey& key, Pid adder, Make make, void* arguments) {
  if (find(key) != nowhere)
    refuse("the event manager " + self().text() + " has a handler " + key.text() +
           " already; give the other one an Id");
  handlers_.push_back({key, adder, make(arguments)});
  if (adder) link(adder);
}

bool EventManager::remove(const gen_event::HandlerKey& key) {
  std::size_t place = find(key);
  if (place == nowhere) return false;
  take_out(place, {Removed::Why::deleted, ExitReason::normal});
  return true;
}

// The old one is gone before the new one is made, which may need what that had.
void EventManager::swap(const gen_event::HandlerKey& old_key, const gen_event::HandlerKey& new_key,
                        Swap& swap) {
  if (!(old_key == new_key) && find(new_key) != nowhere)
    refuse("the event manager " + self().text() + " has a handler " + new_key.text() + " already");
  Pid adder;
  if (std::size_t place = find(old_key); place != nowhere) {
    adder = handlers_[place].adder;
    if (!guarded(place, [&swap](void* handler) { swap.take_state(handler); }))
      if (place = find(old_key); place != nowhere)
        take_out(place, {Removed::Why::swapped, ExitReason::normal});
  }
  handlers_.push_back({new_key, adder, swap.make()});
  if (adder) link(adder);
}

void EventManager::take_out(std::size_t index, const Removed& why) {
  Place place = std::move(handlers_[index]);
  handlers_.erase(handlers_.begin() + static_cast<std::ptrdiff_t>(index));
  try {
    if (place.handler->type().terminate != nullptr)
      place.handler->type().terminate(place.handler->object(), why);
  } catch (...) {
    std::optional<ExitReason> reason = reason_in_flight();
    if (!reason) throw;
    report_failure(place.key, "failed as it was removed", *reason);
  }
  if (place.adder) tell_adder(place, why);
}

void EventManager::tell_adder(const Place& place, const Removed& why) {
  if (why.why == Removed::Why::adder_ended) return;
  ExitReason reason = why.why == Removed::Why::manager_ended ? ExitReason::shutdown : why.reason;
  send(place.adder, gen_event::EventHandlerExit{self(), place.key, why.why, std::move(reason)});
  auto is_bound = [&](const Place& other) { return other.adder == place.adder; };
  bool more = std::any_of(handlers_.begin(), handlers_.end(), is_bound);
  if (!more && place.adder != parent()) unlink(place.adder);
}

void EventManager::adder_ended(const Exit& end) {
  for (std::size_t i = handlers_.size(); i-- > 0;)
    if (handlers_[i].adder == end.from) take_out(i, {Removed::Why::adder_ended, end.reason});
}

void EventManager::terminate(const ExitReason& reason) {
  while (!handlers_.empty()) take_out(handlers_.size() - 1, {Removed::Why::manager_ended, reason});
}

std::unique_ptr<ManagerAction> make_event_action(Message event) {
  return std::make_unique<SyncEvent>(std::move(event));
}

Expected<Message, CallError> try_ask_manager(Pid manager, std::unique_ptr<ManagerAction> action,
                                             Duration timeout, const MessageType& wanted) {
  return call_and_wait(manager, question_of(ManagerRequest{std::move(action)}), timeout, wanted);
}

void ask_manager(Pid manager, std::unique_ptr<ManagerAction> action, Duration timeout) {
  or_call_failed(outcome_of<void>(
      try_ask_manager(manager, std::move(action), timeout, message_type_of<AnswerTo<void>>)));
}

std::unique_ptr<Behaviour> make_event_manager(StartOptions options, Pid parent) {
  options.trap_exit = true;  // to see the ends of adders
  return std::make_unique<EventManager>(std::move(options), parent);
}

namespace {

Expected<gen_event::Ref, StartError> start_manager(const StartOptions& options, bool link) {
  Attach attach{.link = link};
  return started_as<gen_event::Ref>(
      start_behaviour(make_event_manager(options, parent_for(attach)), options, attach));
}

}  // namespace
}  // namespace detail

namespace gen_event {

void remove_handler() {
  auto* manager = dynamic_cast<detail::EventManager*>(&detail::this_behaviour("gen_event::remove_handler()"));
  if (manager == nullptr)
    throw std::logic_error("throng: gen_event::remove_handler() is for the callbacks of an event handler");
  manager->remove_current();
}

Ref start_link(StartOptions options) { return detail::or_start_failed(detail::start_manager(options, true)); }
Ref start(StartOptions options) { return detail::or_start_failed(detail::start_manager(options, false)); }
Expected<Ref, StartError> try_start_link(StartOptions options) {
  return detail::start_manager(options, true);
}

}  // namespace gen_event
}  // namespace throng
