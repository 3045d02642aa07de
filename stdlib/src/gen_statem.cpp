// The engine of state machines: one event after another, in the order of GST-2.
#include <throng/stdlib/gen_statem.hpp>

#include <algorithm>
#include <throng/stdlib/logger.hpp>

namespace throng {
namespace detail {
namespace {

struct TimerFired {
  const MessageType* event;
  std::uint64_t number;
  static constexpr bool sendable = true;
};

template <class... Numbers>
std::optional<long double> first_of(const Message& value) {
  std::optional<long double> found;
  auto try_one = [&]<class Number>(const Number*) {
    if (!found && same_type(*value.get()->type, message_type_of<Number>))
      found = static_cast<long double>(*static_cast<const Number*>(value.payload()));
  };
  (try_one(static_cast<const Numbers*>(nullptr)), ...);
  return found;
}

}  // namespace

std::optional<long double> number_in(const Message& value) noexcept {
  return first_of<bool, char, signed char, unsigned char, short, unsigned short, int, unsigned, long,
                  unsigned long, long long, unsigned long long, float, double>(value);
}

void wrong_reply(const Message& value, std::string_view wanted) {
  throw std::logic_error("throng: a state machine replies with a " + std::string(value.get()->type->name) +
                         ", but the call wants a " + std::string(wanted));
}

void StatemLoop::init() {
  construct();
  if (first_state_) {
    change_state(std::move(first_state_));
  } else if (!start_at_first_state()) {
    throw std::logic_error("throng: the first state of " + std::string(type_.name) +
                           " has no default constructor; call gen_statem::start_in(state) in the machine's "
                           "constructor");
  }
  enter();
  drain();
}

std::string StatemLoop::status_text() {
  return "state " + std::string(type_.states[state_number()]) + ", " + std::to_string(postponed_.size()) +
         " events postponed";
}

void StatemLoop::no_such_state(const Message& state) const {
  throw std::logic_error("throng: " + std::string(type_.name) + " lists no state " +
                         std::string(state.get()->type->name) + "; add it to its States");
}

const StatemRow* StatemLoop::find_row(const MessageType& type) const noexcept {
  for (const StatemRow& row : type_.rows) {
    if (same_type(*row.type, type)) return &row;
  }
  return nullptr;
}

bool StatemLoop::take(ReceivedMessage& message) {
  if (auto* fired = message.as<TimerFired>()) {
    handle_event({find_row(*fired->event), {}, fired->number});
    drain();
    return true;
  }
  const StatemRow* row = find_row(message.type());
  if (row == nullptr) return false;
  auto* exit = message.as<Exit>();
  if (exit != nullptr && parent() && exit->from == parent()) return false;
  handle_event({row, message.release(), 0});
  drain();
  return true;
}

void StatemLoop::drain() {
  while (!queue_.empty()) {
    charge(1);  // a machine that feeds itself must not hold its worker
    Event event = std::move(queue_.back());
    queue_.pop_back();
    handle_event(std::move(event));
  }
}

// A time-out counts only while it is set, under its own number; then it is over.
bool StatemLoop::takes_timeout(const Event& event) {
  auto set = std::find_if(timers_.begin(), timers_.end(),
                          [&](const Timer& timer) { return timer.number == event.number; });
  if (set == timers_.end()) return false;
  timers_.erase(set);
  return true;
}

void StatemLoop::handle_event(Event event) {
  if (event.row == nullptr || (event.row->kind == EventKind::timeout && !takes_timeout(event))) return;
  cancel_timer(message_type_of<gen_statem::EventTimeout>);
  StatemHandler handler = event.row->handlers[state_number()];
  if (handler == nullptr) {
    report_hole(event);
    return;
  }
  gen_statem::Next next = call_handler(handler, event);
  apply(std::move(next.parts_), event);
}

gen_statem::Next StatemLoop::call_handler(StatemHandler handler, Event& event) {
  if (event.message) return handler(state(), current_state(), event.message.payload());
  char nothing = 0;  // time-outs and Enter are empty
  return handler(state(), current_state(), &nothing);
}

void StatemLoop::report_hole(const Event& event) {
  std::string sentence = std::string(type_.name) + " has no handler in state " +
                         std::string(type_.states[state_number()]) + " for " + std::string(event.row->name);
  if (event.row->kind != EventKind::info) throw std::logic_error("throng: " + sentence);
  logger::report(logger::Level::error, sentence + "; it is dropped");
}

// GST-2, in its order.
void StatemLoop::apply(Parts parts, Event& event) {
  if (parts.reply) {
    if (event.row->answer == nullptr)
      throw std::logic_error("throng: a state machine replies to " + std::string(event.row->name) +
                             ", which is not a call");
    event.row->answer(event.message.payload(), std::move(parts.reply));
  }
  if (parts.kind == Parts::Kind::stop) throw StopBehaviour{*std::move(parts.reason)};
  if (parts.postpones && (!event.row->keeps_event || event.row->kind == EventKind::timeout)) {
    throw std::logic_error("throng: " + std::string(event.row->name) +
                           " can't be postponed: a handler takes it by && or takes its From");
  }
  bool changed = parts.kind == Parts::Kind::repeat;
  if (parts.kind == Parts::Kind::go_to && change_state(std::move(parts.state))) {
    changed = true;
    cancel_timer(message_type_of<gen_statem::StateTimeout>);
  }
  set_timers(parts.timers);
  if (changed) enter();
  if (parts.postpones) postponed_.push_back(std::move(event));
  if (changed) {
    queue_.insert(queue_.end(), std::make_move_iterator(postponed_.rbegin()),
                  std::make_move_iterator(postponed_.rend()));
    postponed_.clear();
  }
  for (auto given = parts.events.rbegin(); given != parts.events.rend(); ++given) {
    const StatemRow* row = find_row(*given->get()->type);
    if (row == nullptr) {
      throw std::logic_error("throng: " + std::string(type_.name) + " gives itself a " +
                             std::string(given->get()->type->name) + ", which it does not list as Internal");
    }
    queue_.push_back({row, std::move(*given), 0});
  }
}

void StatemLoop::enter() {
  StatemHandler handler = type_.enter[state_number()];
  if (handler == nullptr) return;
  Event event{nullptr, {}, 0};
  gen_statem::Next next = call_handler(handler, event);
  apply_entered(std::move(next.parts_));
}

// An enter handler may set time-outs and end the machine, nothing else (GST-2).
void StatemLoop::apply_entered(Parts parts) {
  if (parts.kind == Parts::Kind::stop) throw StopBehaviour{*std::move(parts.reason)};
  bool too_much = parts.kind != Parts::Kind::keep || parts.postpones || parts.reply || !parts.events.empty();
  if (too_much) {
    throw std::logic_error("throng: the Enter handler of state " + std::string(type_.states[state_number()]) +
                           " may only keep the state, set time-outs, or stop");
  }
  set_timers(parts.timers);
}

void StatemLoop::set_timers(const std::vector<Parts::Timer>& timers) {
  for (const Parts::Timer& wanted : timers) {
    cancel_timer(*wanted.event);
    if (wanted.after == forever) continue;
    const StatemRow* row = find_row(*wanted.event);
    if (row == nullptr) {
      throw std::logic_error("throng: " + std::string(type_.name) + " sets " +
                             std::string(wanted.event->name) + ", whose name it does not list in Timeouts");
    }
    Timer timer{row->type, next_number_++, TimerId()};
    if (wanted.after <= Duration::zero()) {  // behind what has been received, before what has not
      queue_.insert(queue_.begin(), {row, {}, timer.number});
    } else {
      timer.timer = send_after(wanted.after, self(), TimerFired{row->type, timer.number});
    }
    timers_.push_back(timer);
  }
}

void StatemLoop::cancel_timer(const MessageType& event) {
  auto set = std::find_if(timers_.begin(), timers_.end(),
                          [&](const Timer& timer) { return same_type(*timer.event, event); });
  if (set == timers_.end()) return;
  cancel(set->timer);
  timers_.erase(set);
}

}  // namespace detail

namespace gen_statem {

Next repeat() {
  detail::NextParts parts;
  parts.kind = detail::NextParts::Kind::repeat;
  return Next(std::move(parts));
}

Next stop(ExitReason reason) {
  detail::NextParts parts;
  parts.kind = detail::NextParts::Kind::stop;
  parts.reason = std::move(reason);
  return Next(std::move(parts));
}

}  // namespace gen_statem
}  // namespace throng
