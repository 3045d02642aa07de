// State machines (GST-1..6): a class whose states are types and whose handlers are on(State&, Event). Data
// lives in the state that needs it; a transition is what the handler returns.
//
//   using States = gen_statem::States<A, B, C>;    the first is where it starts
//   using Protocol = Messages<…>;                  calls and casts, as a server's
//   using Info = Messages<…>;                      what else may come
//   using Internal = Messages<…>;                  events it gives itself, Next::then()
//   using Timeouts = Messages<…>;                  names of time-outs beside the state's and the event's
//   using Strict = void;                           a hole in the table is a compile error
//
//   Next on(A&, Message)               in one state; as a template, in any
//   Next on(A&, Call, From<Call>)      answers later, from anywhere
//   Next on(A&, gen_statem::Enter)     as the state is entered
//
// An event without a handler ends the machine with an error that names both, if it is a call, a cast or a
// time-out; an Info is logged and dropped.
//
// A handler that takes its event by const& or as a copy can postpone it; one that takes it by && or takes its
// From can't.
#pragma once

#include <throng/stdlib/child.hpp>
#include <throng/stdlib/statem_table.hpp>
#include <variant>

namespace throng {

namespace detail {

// The engine of all state machines; StatemOf<S> adds the object and its state.
//
// Invariants:
//   1. queue_ holds events that are to be handled before the next message: retried, given by then(), and
//      time-outs of zero.
//   2. A time-out event counts only while its number is the one in timers_.
class StatemLoop : public Behaviour {
 public:
  StatemLoop(const StatemType& type, StartOptions options, Pid parent)
      : Behaviour(std::move(options), parent), type_(type) {}

  void start_in(Message state) { first_state_ = std::move(state); }
  std::string_view type_name() const noexcept final { return type_.name; }
  std::string status_text() final;

 protected:
  bool take(ReceivedMessage& message) final;
  void init() final;
  void terminate(const ExitReason& reason) final {
    if (type_.terminate != nullptr) type_.terminate(state(), reason);
  }
  void hibernate() final {
    if (type_.hibernate != nullptr) type_.hibernate(state());
  }

  virtual void construct() = 0;
  virtual std::size_t state_number() const noexcept = 0;
  virtual void* current_state() noexcept = 0;
  // Takes the state over. True: it is another one.
  virtual bool change_state(Message state) = 0;
  virtual bool start_at_first_state() = 0;  // false: it has no default constructor

  [[noreturn]] void no_such_state(const Message& state) const;

 private:
  using Parts = NextParts;
  struct Event {
    const StatemRow* row;
    Message message;           // empty: a time-out
    std::uint64_t number = 0;  // of a time-out
  };
  struct Timer {
    const MessageType* event;
    std::uint64_t number;
    TimerId timer;
  };

  const StatemRow* find_row(const MessageType& type) const noexcept;
  void handle_event(Event event);
  void drain();
  void apply(Parts parts, Event& event);
  void enter();
  void apply_entered(Parts parts);
  void set_timers(const std::vector<Parts::Timer>& timers);
  void cancel_timer(const MessageType& event);
  bool takes_timeout(const Event& event);
  void report_hole(const Event& event);
  gen_statem::Next call_handler(StatemHandler handler, Event& event);

  const StatemType& type_;
  Message first_state_;
  std::vector<Event> queue_;  // the next one last
  std::vector<Event> postponed_;
  std::vector<Timer> timers_;
  std::uint64_t next_number_ = 1;
};

template <class S, class States, class... Args>
class StatemOf;

template <class S, class... Ss, class... Args>
class StatemOf<S, gen_statem::States<Ss...>, Args...> final : public StatemLoop {
 public:
  template <class... As>
  StatemOf(StartOptions options, Pid parent, As&&... args)
      : StatemLoop(statem_type_of<S>, std::move(options), parent),
        arguments_(std::make_unique<std::tuple<Args...>>(std::forward<As>(args)...)) {}

  void* state() noexcept override { return &*machine_; }

 private:
  using State = std::variant<Ss...>;
  using First = std::variant_alternative_t<0, State>;

  void construct() override {
    std::apply([this](auto&&... args) { machine_.emplace(std::move(args)...); }, std::move(*arguments_));
    arguments_.reset();
  }
  bool start_at_first_state() override {
    if constexpr (std::is_default_constructible_v<First>) {
      state_.emplace(std::in_place_index<0>);
      return true;
    } else {
      return false;
    }
  }
  std::size_t state_number() const noexcept override { return state_->index(); }
  void* current_state() noexcept override {
    return std::visit([](auto& state) { return static_cast<void*>(&state); }, *state_);
  }
  bool change_state(Message state) override {
    bool changed = false;
    if (!(move_into<Ss>(state, changed) || ...)) no_such_state(state);
    return changed;
  }
  template <class St>
  bool move_into(Message& state, bool& changed) {
    if (!same_type(*state.get()->type, message_type_of<St>)) return false;
    auto& next = *static_cast<St*>(state.payload());
    St* now = state_ ? std::get_if<St>(&*state_) : nullptr;
    changed = true;
    if constexpr (requires(const St& a, const St& b) { static_cast<bool>(a == b); }) {
      if (now != nullptr) changed = !static_cast<bool>(*now == next);
    }
    state_.emplace(std::in_place_type<St>, std::move(next));
    return true;
  }

  std::unique_ptr<std::tuple<Args...>> arguments_;  // until it is constructed
  std::optional<S> machine_;
  std::optional<State> state_;
};

template <StateMachine S>
struct BehaviourMaker<S> {
  template <class... Args>
  static constexpr bool takes = std::is_constructible_v<S, Args...>;
  template <class... Args>
  static std::unique_ptr<Behaviour> make(StartOptions options, Pid parent, Args&&... args) {
    (require_sendable<Kept<Args>>(), ...);
    static_assert(takes<Kept<Args>...>,
                  "throng: these arguments do not match any constructor of the state machine");
    if constexpr (takes<Kept<Args>...>) {
      return std::make_unique<StatemOf<S, typename S::States, Kept<Args>...>>(std::move(options), parent,
                                                                              std::forward<Args>(args)...);
    } else {
      return nullptr;
    }
  }
};

template <class S>
constexpr void require_state_machine() {
  static_assert(StateMachine<S>,
                "throng: a state machine lists its states: using States = gen_statem::States<...>");
}

}  // namespace detail

namespace gen_statem {

// Where to begin, if not with a default first state. For the machine's constructor.
template <class State>
void start_in(State state) {
  auto* loop = dynamic_cast<detail::StatemLoop*>(&detail::this_behaviour("gen_statem::start_in()"));
  if (loop == nullptr)
    throw std::logic_error("throng: gen_statem::start_in() is for the constructor of a state machine");
  loop->start_in(detail::make_message<State>(detail::message_kind, std::move(state)));
}

// Errors: StartFailed; the try_ forms return it.
template <class S, class... Args>
requires((detail::NotStartOptions<Args> && ...)) ServerRef<S> start(Args&&... args) {
  detail::require_state_machine<S>();
  return detail::start_ref<S, detail::BehaviourMaker<S>>({}, false, std::forward<Args>(args)...);
}
template <class S, class... Args>
ServerRef<S> start(StartOptions options, Args&&... args) {
  detail::require_state_machine<S>();
  return detail::start_ref<S, detail::BehaviourMaker<S>>(options, false, std::forward<Args>(args)...);
}
template <class S, class... Args>
requires((detail::NotStartOptions<Args> && ...)) ServerRef<S> start_link(Args&&... args) {
  detail::require_state_machine<S>();
  return detail::start_ref<S, detail::BehaviourMaker<S>>({}, true, std::forward<Args>(args)...);
}
template <class S, class... Args>
ServerRef<S> start_link(StartOptions options, Args&&... args) {
  detail::require_state_machine<S>();
  return detail::start_ref<S, detail::BehaviourMaker<S>>(options, true, std::forward<Args>(args)...);
}
template <class S, class... Args>
Expected<ServerRef<S>, StartError> try_start_link(StartOptions options, Args&&... args) {
  detail::require_state_machine<S>();
  return detail::try_start_ref<S, detail::BehaviourMaker<S>>(options, true, std::forward<Args>(args)...);
}
template <class S, class... Args>
Expected<ServerRef<S>, StartError> try_start(StartOptions options, Args&&... args) {
  detail::require_state_machine<S>();
  return detail::try_start_ref<S, detail::BehaviourMaker<S>>(options, false, std::forward<Args>(args)...);
}

// As gen_server::stop(): for who is not the machine itself.
template <class Server>
void stop(const Server& machine, ExitReason reason, Duration timeout = detail::forever) {
  detail::stop_and_wait(detail::pid_of(machine), std::move(reason), timeout);
}

}  // namespace gen_statem
}  // namespace throng
