// Agents: state that lives in a process, without a server class around it (AGT-1). Functions are sent to the
// state and run beside it, one after another:
//
//   auto words = agent::start_link([] { return std::map<std::string, int>{}; });
//   words.update([](auto& counts, std::string word) { ++counts[word]; }, std::string("beam"));
//   int n = words.get([](const auto& counts) { return counts.at("beam"); });
//
// The functions are functions, or lambdas without captures, generic ones too; what they need travels as
// arguments. A failure in one ends the agent, and fails the caller with the reason. What takes long belongs
// elsewhere: the agent serves nobody meanwhile.
//
// Thread: in a process; a Ref and a Name are small values that can be sent.
#pragma once

#include <throng/base/owned.hpp>
#include <throng/stdlib/behaviour.hpp>
#include <throng/stdlib/gen_server.hpp>

namespace throng {

namespace detail {

// A function on its way to the state.
class AgentAction {
 public:
  explicit AgentAction(const MessageType& state_type) noexcept : state_type_(state_type) {}
  AgentAction(const AgentAction&) = delete;
  AgentAction& operator=(const AgentAction&) = delete;
  virtual ~AgentAction() = default;

  // In the agent. `reply_to` is empty for a cast.
  virtual void act(void* state, ReplyTo& reply_to) = 0;
  const MessageType& state_type() const noexcept { return state_type_; }

 private:
  const MessageType& state_type_;
};

struct AgentRequest {
  static constexpr bool sendable = true;
  Owned<AgentAction> action;
};

// What every agent is at run time.
class AgentLoop : public Behaviour {
 public:
  AgentLoop(const MessageType& state_type, StartOptions options, Pid parent)
      : Behaviour(std::move(options), parent), state_type_(state_type) {}
  std::string_view type_name() const noexcept final { return "agent"; }

 protected:
  bool take(ReceivedMessage& message) final;

 private:
  const MessageType& state_type_;
};

template <class State, class F, class... Args>
class AgentOf final : public AgentLoop {
 public:
  template <class G, class... As>
  AgentOf(StartOptions options, Pid parent, G&& function, As&&... args)
      : AgentLoop(message_type_of<State>, std::move(options), parent),
        function_(std::forward<G>(function)),
        arguments_(std::make_unique<std::tuple<Args...>>(std::forward<As>(args)...)) {}

 private:
  void init() override {
    state_.emplace(std::apply(function_, std::move(*arguments_)));
    arguments_.reset();
  }
  void* state() noexcept override { return &*state_; }

  F function_;
  std::unique_ptr<std::tuple<Args...>> arguments_;  // until it has started
  std::optional<State> state_;
};

template <class F, class... Args>
constexpr bool is_agent_init() {
  require_body<std::decay_t<F>, Kept<Args>...>();
  static_assert(std::is_invocable_v<std::decay_t<F>&, Kept<Args>...>,
                "throng: the arguments do not fit the parameters of the agent's function");
  if constexpr (std::is_invocable_v<std::decay_t<F>&, Kept<Args>...>) {
    constexpr bool has_state = !std::is_void_v<std::invoke_result_t<std::decay_t<F>&, Kept<Args>...>>;
    static_assert(has_state, "throng: the function that starts an agent returns its state");
    return has_state;
  } else {
    return false;
  }
}

template <class F, class... Args>
using AgentState = std::decay_t<std::invoke_result_t<std::decay_t<F>&, Kept<Args>...>>;

// For start functions, and for a supervisor that starts it itself.
template <class F, class... Args>
std::unique_ptr<Behaviour> make_agent(StartOptions options, Pid parent, F&& f, Args&&... args) {
  using Agent = AgentOf<AgentState<F, Args...>, std::decay_t<F>, Kept<Args>...>;
  return std::make_unique<Agent>(std::move(options), parent, std::forward<F>(f), std::forward<Args>(args)...);
}

enum class AgentUse : std::uint8_t { get, update, get_and_update };

template <class State, AgentUse use>
using AgentView = std::conditional_t<use == AgentUse::get, const State&, State&>;

template <class State, AgentUse use, class F, class... Args>
class AgentCall final : public AgentAction {
 public:
  using Result = std::invoke_result_t<F&, AgentView<State, use>, Args...>;
  // What the caller gets.
  using Reply = std::conditional_t<use == AgentUse::update, void, std::decay_t<Result>>;

  template <class G, class... As>
  explicit AgentCall(G&& function, As&&... args)
      : AgentAction(message_type_of<State>),
        function_(std::forward<G>(function)),
        arguments_(std::forward<As>(args)...) {}

  void act(void* place, ReplyTo& reply_to) override {
    AgentView<State, use> state = *static_cast<State*>(place);
    auto apply = [&]() -> decltype(auto) {
      return std::apply([&](Args&... args) -> decltype(auto) { return function_(state, std::move(args)...); },
                        arguments_);
    };
    if constexpr (std::is_void_v<Result>) {
      apply();
      if (reply_to) reply_to.answer(Acknowledged{});
    } else if constexpr (use == AgentUse::update) {
      State next = apply();
      state = std::move(next);
      if (reply_to) reply_to.answer(Acknowledged{});
    } else {
      reply_to.answer(std::decay_t<Result>(apply()));
    }
  }

 private:
  F function_;
  std::tuple<Args...> arguments_;
};

// Checks the function; false where a sentence has been said.
template <class State, AgentUse use, class F, class... Args>
constexpr bool is_agent_call() {
  require_body<F, Args...>();
  constexpr bool fits = std::is_invocable_v<F&, AgentView<State, use>, Args...>;
  static_assert(fits || use == AgentUse::get,
                "throng: the function does not take the agent's state and these arguments");
  static_assert(fits || use != AgentUse::get,
                "throng: the function of get() does not take the agent's state, which is const for it, and "
                "these arguments; get_and_update() may change it");
  if constexpr (fits) {
    using Result = std::invoke_result_t<F&, AgentView<State, use>, Args...>;
    constexpr bool updates =
        use != AgentUse::update || std::is_void_v<Result> || std::is_same_v<std::decay_t<Result>, State>;
    static_assert(updates, "throng: the function of update() or cast() returns nothing, or the new state");
    if constexpr (use != AgentUse::update && !std::is_void_v<Result>)
      require_sendable<std::decay_t<Result>>();
    return updates;
  } else {
    return false;
  }
}

// The answer's envelope, or why there is none.
Expected<Message, CallError> ask_agent(Pid agent, AgentRequest request, Duration timeout,
                                       const MessageType& wanted);
void cast_to_agent(Pid agent, AgentRequest request);

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;
template <class T>
concept NotDuration = !is_duration<std::remove_cvref_t<T>>;

// What can be done with an agent, however it is addressed. `Address` is for pid_of().
template <class Address, class State>
class AgentCalls {
 public:
  // f(state, args…) in the agent; the state is const. The value. Errors: CallFailed with the reason why
  // there is none; uncaught, the caller ends with it. f must be without captures, like everything that is
  // sent.
  template <NotDuration F, class... Args>
  auto get(F&& f, Args&&... args) const {
    return call<AgentUse::get>(default_call_timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  auto get(Duration timeout, F&& f, Args&&... args) const {
    return call<AgentUse::get>(timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }
  // f changes the state where it is, and returns nothing; or returns the new state.
  template <NotDuration F, class... Args>
  auto update(F&& f, Args&&... args) const {
    return call<AgentUse::update>(default_call_timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  auto update(Duration timeout, F&& f, Args&&... args) const {
    return call<AgentUse::update>(timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }
  // f changes the state where it is, and returns what the caller gets.
  template <NotDuration F, class... Args>
  auto get_and_update(F&& f, Args&&... args) const {
    return call<AgentUse::get_and_update>(default_call_timeout, std::forward<F>(f),
                                          std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  auto get_and_update(Duration timeout, F&& f, Args&&... args) const {
    return call<AgentUse::get_and_update>(timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }

  // The same with the failure as a value: Expected<…, CallError>.
  template <NotDuration F, class... Args>
  auto try_get(F&& f, Args&&... args) const {
    return try_call<AgentUse::get>(default_call_timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  auto try_get(Duration timeout, F&& f, Args&&... args) const {
    return try_call<AgentUse::get>(timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <NotDuration F, class... Args>
  auto try_update(F&& f, Args&&... args) const {
    return try_call<AgentUse::update>(default_call_timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  auto try_update(Duration timeout, F&& f, Args&&... args) const {
    return try_call<AgentUse::update>(timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <NotDuration F, class... Args>
  auto try_get_and_update(F&& f, Args&&... args) const {
    return try_call<AgentUse::get_and_update>(default_call_timeout, std::forward<F>(f),
                                              std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  auto try_get_and_update(Duration timeout, F&& f, Args&&... args) const {
    return try_call<AgentUse::get_and_update>(timeout, std::forward<F>(f), std::forward<Args>(args)...);
  }

  // As update(), without waiting, and without being told whether it was done.
  template <class F, class... Args>
  void cast(F&& f, Args&&... args) const {
    using Function = std::decay_t<F>;
    if constexpr (is_agent_call<State, AgentUse::update, Function, Kept<Args>...>()) {
      using Call = AgentCall<State, AgentUse::update, Function, Kept<Args>...>;
      cast_to_agent(pid_of(address()),
                    {std::make_unique<Call>(std::forward<F>(f), std::forward<Args>(args)...)});
    }
  }

  // Waits until it has ended. Errors: CallFailed, as gen_server::stop().
  void stop(ExitReason reason = ExitReason::normal, Duration timeout = forever) const {
    stop_and_wait(pid_of(address()), std::move(reason), timeout);
  }

 private:
  const Address& address() const noexcept { return static_cast<const Address&>(*this); }

  template <AgentUse use, class F, class... Args>
  auto try_call(Duration timeout, F&& f, Args&&... args) const {
    using Function = std::decay_t<F>;
    if constexpr (is_agent_call<State, use, Function, Kept<Args>...>()) {
      using Call = AgentCall<State, use, Function, Kept<Args>...>;
      using Reply = typename Call::Reply;
      return outcome_of<Reply>(ask_agent(
          pid_of(address()), {std::make_unique<Call>(std::forward<F>(f), std::forward<Args>(args)...)},
          timeout, message_type_of<AnswerTo<Reply>>));
    }
  }

  template <AgentUse use, class F, class... Args>
  auto call(Duration timeout, F&& f, Args&&... args) const {
    if constexpr (is_agent_call<State, use, std::decay_t<F>, Kept<Args>...>())
      return or_call_failed(try_call<use>(timeout, std::forward<F>(f), std::forward<Args>(args)...));
  }
};

}  // namespace detail

namespace agent {

using throng::StartOptions;

// An agent with this state, by pid.
template <class State>
class Ref : public detail::AgentCalls<Ref<State>, State> {
 public:
  static constexpr bool sendable = true;
  Ref() = default;
  explicit Ref(Pid pid) noexcept : pid_(pid) {}

  Pid pid() const noexcept { return pid_; }
  explicit operator bool() const noexcept { return static_cast<bool>(pid_); }
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.pid_ == b.pid_; }

 private:
  Pid pid_;
};

// The agent that has this name; survives restarts. One with another state says so when it is asked.
template <class State>
class Name : public detail::TypedName, public detail::AgentCalls<Name<State>, State> {
 public:
  using TypedName::TypedName;
};

}  // namespace agent

namespace detail {

template <class F, class... Args>
auto try_start_agent(const StartOptions& options, bool link, F&& f, Args&&... args) {
  if constexpr (is_agent_init<F, Args...>()) {
    Attach attach{.link = link};
    return started_as<agent::Ref<AgentState<F, Args...>>>(start_behaviour(
        make_agent(options, parent_for(attach), std::forward<F>(f), std::forward<Args>(args)...), options,
        attach));
  }
}

}  // namespace detail

namespace agent {

// The failure as a value. f(args…) makes the state, in the agent's process.
template <class F, class... Args>
auto try_start_link(StartOptions options, F&& f, Args&&... args) {
  return detail::try_start_agent(options, true, std::forward<F>(f), std::forward<Args>(args)...);
}
template <class F, class... Args>
auto try_start(StartOptions options, F&& f, Args&&... args) {
  return detail::try_start_agent(options, false, std::forward<F>(f), std::forward<Args>(args)...);
}

// Errors: StartFailed.
template <class F, class... Args>
auto start_link(StartOptions options, F&& f, Args&&... args) {
  if constexpr (detail::is_agent_init<F, Args...>())
    return detail::or_start_failed(
        try_start_link(std::move(options), std::forward<F>(f), std::forward<Args>(args)...));
}
template <detail::NotStartOptions F, class... Args>
auto start_link(F&& f, Args&&... args) {
  return start_link(StartOptions{}, std::forward<F>(f), std::forward<Args>(args)...);
}
template <class F, class... Args>
auto start(StartOptions options, F&& f, Args&&... args) {
  if constexpr (detail::is_agent_init<F, Args...>())
    return detail::or_start_failed(
        try_start(std::move(options), std::forward<F>(f), std::forward<Args>(args)...));
}
template <detail::NotStartOptions F, class... Args>
auto start(F&& f, Args&&... args) {
  return start(StartOptions{}, std::forward<F>(f), std::forward<Args>(args)...);
}

}  // namespace agent
}  // namespace throng
