// What a handler of a state machine returns: where to go, and what to do on the way (GST-1, GST-2).
#pragma once

#include <optional>
#include <throng/vm/call.hpp>
#include <vector>

namespace throng {

namespace gen_statem {

// Events beside messages. A state that has on(State&, Enter) is told as it is entered.
struct Enter {};
struct StateTimeout {};  // cancelled by a change of state
struct EventTimeout {};  // cancelled by any event
// As many as there are names, each a type of the machine's; they survive changes of state.
template <class Name>
struct Timeout {};

class Next;

}  // namespace gen_statem

namespace detail {

class StatemLoop;

struct NextParts {
  enum class Kind : std::uint8_t { keep, repeat, go_to, stop };
  struct Timer {
    const MessageType* event;
    Duration after;
  };
  Kind kind = Kind::keep;
  bool postpones = false;
  Message state;  // of go_to
  Message reply;  // to the call that is handled
  std::optional<ExitReason> reason;
  std::vector<Timer> timers;
  std::vector<Message> events;  // to be handled before everything that waits
};

}  // namespace detail

namespace gen_statem {

// Made by the functions below, refined by its members, each usable once more or less often as it makes sense.
class [[nodiscard]] Next {
 public:
  explicit Next(detail::NextParts parts) noexcept : parts_(std::move(parts)) {}

  // Answers the call that is being handled, before anything else happens. Numbers convert to the message's
  // Reply; any other type must be it, or the machine ends with an error that names both.
  template <class R>
  Next reply(R&& value) && {
    using Stored = detail::Kept<R>;
    require_sendable<Stored>();
    parts_.reply = detail::make_message<Stored>(detail::message_kind, std::forward<R>(value));
    return std::move(*this);
  }
  // StateTimeout after that time in this state; an infinite one cancels it (GST-4).
  Next with_timeout(Duration after) && { return std::move(*this).template timer<StateTimeout>(after); }
  // EventTimeout unless any event comes before.
  Next with_event_timeout(Duration after) && { return std::move(*this).template timer<EventTimeout>(after); }
  // Timeout<Name>, whatever comes; setting it again restarts it.
  template <class Name>
  Next with_named_timeout(Duration after) && {
    return std::move(*this).template timer<Timeout<Name>>(after);
  }
  template <class Name>
  Next cancel_named_timeout() && {
    return std::move(*this).template timer<Timeout<Name>>(detail::forever);
  }
  Next cancel_timeout() && { return std::move(*this).with_timeout(detail::forever); }
  // The event is handled next, before everything that waits; several in the order given. Its type is listed
  // in Internal, or in Protocol without a Reply, or in Info.
  template <class M>
  Next then(M&& event) && {
    using Stored = detail::Kept<M>;
    parts_.events.push_back(detail::make_message<Stored>(detail::message_kind, std::forward<M>(event)));
    return std::move(*this);
  }
  // The event is put aside and comes again, oldest first, when the state has changed.
  Next postpone() && {
    parts_.postpones = true;
    return std::move(*this);
  }

 private:
  friend class detail::StatemLoop;

  template <class Event>
  Next timer(Duration after) && {
    parts_.timers.push_back({&detail::message_type_of<Event>, after});
    return std::move(*this);
  }

  detail::NextParts parts_;
};

// To another state, or to the same with other data. It counts as a change if the type differs, or the value
// where states can be compared (GST-3).
template <class State>
Next go_to(State state) {
  detail::NextParts parts;
  parts.kind = detail::NextParts::Kind::go_to;
  parts.state = detail::make_message<State>(detail::message_kind, std::move(state));
  return Next(std::move(parts));
}
// Stays; the state's data may have been changed in place.
inline Next keep() { return Next({}); }
// Stays, but as if it came anew: Enter runs again, postponed events come again.
Next repeat();
inline Next postpone() { return keep().postpone(); }
// Ends the machine after what was asked for beside; terminate(reason) runs.
Next stop(ExitReason reason = ExitReason::normal);

}  // namespace gen_statem
}  // namespace throng
